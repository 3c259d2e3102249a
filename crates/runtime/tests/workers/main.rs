//! Real workers and real models: what a deployment promises, kept against what models do.

#![allow(clippy::unwrap_used, reason = "a test may end where it cannot go on")]

mod hostile;
mod isolation;
mod models;
mod samples;
mod serving;
mod values;

use std::{path::PathBuf, sync::LazyLock, time::Duration};

use tidegate_core::{Tensor, Value, tensor::Named};
use tidegate_runtime::{Deployment, Launcher, Limits, Request, Spec, library};

/// One cache for the whole test run: models differ by hash.
static CACHE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fn launcher() -> Launcher {
    Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_tidegate-worker-test")),
        args: vec!["worker".into()],
        library: library::find().unwrap(),
        cache: CACHE.path().to_owned(),
    }
}

fn limits() -> Limits {
    Limits { memory_bytes: 1 << 30, cpu_s: 10, wall: Duration::from_secs(20) }
}

fn spec(sample: &models::Sample) -> Spec {
    Spec { limits: limits(), ..Spec::new(&sample.path, &sample.sha256, sample.signature.clone()) }
}

async fn deploy(sample: &models::Sample) -> Deployment {
    Deployment::start(launcher(), spec(sample)).await.unwrap()
}

fn row(values: &[f32]) -> Request {
    let tensor = Tensor::from_f32(vec![values.len() / 4, 4], values).unwrap();
    Request { inputs: vec![Named::new("x", Value::Tensor(tensor))], ..Request::default() }
}

/// Whether the process is there.
fn lives(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
