//! How a deployment's worker comes to load its model, and what is said when it does not.
//! Must not know requests.

use std::time::Duration;

use tempfile::TempDir;
use tidegate_core::{Error, Result};

use crate::{
    Launcher, Spec,
    process::{Fall, Worker},
    trial::absolute,
    wire::Load,
};

/// A worker that dies while loading gets a second chance without the optimised model, which may be damaged.
pub async fn first(launcher: &Launcher, load: Load, wall: Duration) -> Result<Worker, Fall> {
    match Worker::start(launcher, load.clone(), wall).await {
        Err(Fall::Died(reason)) => {
            tracing::warn!(model = %load.model.display(), reason, "loading again without the optimised model");
            Worker::start(launcher, Load { cache: None, ..load }, wall).await
        }
        started => started,
    }
}

/// What a worker of this deployment is to load.
pub fn load(launcher: &Launcher, spec: &Spec, scratch: &TempDir) -> Result<Load> {
    Ok(Load {
        library: absolute(&launcher.library)?,
        model: absolute(&spec.model)?,
        scratch: scratch.path().to_owned(),
        cache: Some((absolute(&launcher.cache)?, spec.sha256.clone())),
        memory_bytes: Some(spec.limits.memory_bytes),
        cpu_s: None,
        sessions: spec.sessions,
        threads: spec.threads,
        warm: true,
    })
}

/// What the one who wanted to deploy the model is told.
pub fn not_started(fall: Fall) -> Error {
    match fall {
        Fall::Refused(error) => error,
        other => Error::unavailable(format!("the model is not loaded: its worker {}", words(other)))
            .hint("see the log for the worker's last words"),
    }
}

/// Completes the sentence "the worker ...".
pub fn words(fall: Fall) -> String {
    match fall {
        Fall::Refused(error) => format!("did not load the model: {error}"),
        Fall::Died(words) => words,
        Fall::Slow(wall) => format!("did not load the model within {} s", wall.as_secs_f64()),
    }
}
