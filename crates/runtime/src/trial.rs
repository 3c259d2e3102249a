//! The trial: a model nobody trusts yet, loaded and run once in a worker that is thrown away afterwards.

use std::{path::Path, time::Duration};

use tidegate_core::{
    Code, Error, Result,
    signature::{Dim, PortKind},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    Launcher, Limits,
    process::{Fall, Worker},
    segment,
    wire::{Ask, Load, Shape, Tell, Tried},
};

/// What a model did in its trial, on made-up inputs (unknown dimensions 1, numbers 1, strings empty).
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub load_us: u64,
    pub first_run_us: u64,
    pub median_run_us: u64,
    /// The most memory the worker ever held, the library included.
    pub peak_memory_bytes: u64,
    /// Empty if the run failed.
    pub outputs: Vec<TrialOutput>,
    /// What went wrong, where it does not speak against the model: made-up inputs need not make sense to it.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TrialOutput {
    pub name: String,
    /// The type of what came out, with fixed dimensions. `None` for an absent optional value or an empty sequence.
    pub kind: Option<PortKind>,
    /// Of a tensor.
    pub shape: Option<Vec<usize>>,
}

impl Launcher {
    /// Loads and runs the model in a worker of its own, within the limits. Nothing stays: neither process nor
    /// file.
    ///
    /// # Errors
    /// `Invalid` if the model is refused, crashes, hangs or needs more than it may have; the message says which.
    pub async fn trial(&self, model: &Path, limits: &Limits) -> Result<Trial> {
        let deadline = Instant::now() + limits.wall;
        let scratch = segment::scratch()
            .map_err(|cause| Error::internal("there is no room for a worker's files").because(cause))?;
        let load = Load {
            library: absolute(&self.library)?,
            model: absolute(model)?,
            scratch: scratch.path().to_owned(),
            cache: None,
            memory_bytes: Some(limits.memory_bytes),
            cpu_s: Some(limits.cpu_s),
            sessions: 1,
            threads: 1,
            warm: false,
        };
        let mut worker =
            Worker::start(self, load, limits.wall).await.map_err(|fall| refused(fall, "load", limits))?;
        worker.ask(&Ask::Try)?;
        let tried = match timeout_at(deadline, worker.hear()).await {
            Ok(Some(Tell::Tried(tried))) => verdict(worker.load_us, tried, limits),
            Ok(Some(_)) => Err(Error::internal("the worker speaks out of turn")),
            Ok(None) => return Err(refused(Fall::Died(worker.death().await), "run", limits)),
            Err(_) => Err(refused(Fall::Slow(limits.wall), "run", limits)),
        };
        worker.kill().await;
        tried
    }
}

/// Workers run in a folder of their own.
pub fn absolute(path: &Path) -> Result<std::path::PathBuf> {
    std::path::absolute(path)
        .map_err(|cause| Error::invalid(format!("{} is not a path", path.display())).because(cause))
}

fn verdict(load_us: u64, tried: Tried, limits: &Limits) -> Result<Trial> {
    if tried.failure.as_ref().is_some_and(|failure| failure.code == Code::TooLarge) {
        return Err(too_large("run", limits));
    }
    Ok(Trial {
        load_us,
        first_run_us: tried.first_run_us,
        median_run_us: tried.median_run_us,
        peak_memory_bytes: tried.peak_memory_bytes,
        outputs: tried.outputs.into_iter().map(output).collect(),
        note: tried.failure.map(|failure| failure.message),
    })
}

fn refused(fall: Fall, doing: &str, limits: &Limits) -> Error {
    match fall {
        Fall::Refused(error) if error.code == Code::TooLarge => too_large(doing, limits),
        Fall::Refused(error) => error,
        Fall::Died(words) if words.contains("memory it may have") => too_large(doing, limits),
        Fall::Died(words) => {
            Error::invalid(format!("the model does not {doing}: the process that tried it {words}"))
                .hint("it would do the same at work, so it is not taken in")
        }
        Fall::Slow(wall) => Error::invalid(format!("the model does not {doing} within {}", seconds(wall)))
            .hint("try a smaller model, or start the program with a longer `--trial-seconds`"),
    }
}

fn too_large(doing: &str, limits: &Limits) -> Error {
    let allowed = limits.memory_bytes >> 20;
    Error::invalid(format!("the model does not {doing} within {allowed} MiB of memory"))
        .hint("try a smaller model")
}

fn seconds(wall: Duration) -> String {
    format!("{} s", wall.as_secs_f64())
}

fn output((name, shape): (String, Shape)) -> TrialOutput {
    let dims = match &shape {
        Shape::Tensor(_, dims) => Some(dims.clone()),
        _ => None,
    };
    TrialOutput { name, kind: kind(shape), shape: dims }
}

fn kind(shape: Shape) -> Option<PortKind> {
    Some(match shape {
        Shape::Tensor(element, dims) => {
            PortKind::tensor(element, dims.into_iter().map(|dim| Dim::Fixed(dim as i64)).collect())
        }
        Shape::Sequence(item) => PortKind::Sequence { item: Box::new(kind(*item?)?) },
        Shape::Map(key, value) => {
            PortKind::Map { key, value: Box::new(PortKind::Tensor { element: value, shape: None }) }
        }
        Shape::None => return None,
    })
}
