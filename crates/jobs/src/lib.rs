//! Training handed to something else: a program on this machine, a Ray cluster, a Kubernetes Job.
//!
//! Owns the contract with an external trainer (`docs/external-training.md`): the job's folder and description, its
//! progress, its result; and how a job is submitted, followed, cancelled and fetched, the same one never twice. Must
//! not know SQL, ONNX, HTTP servers, or what becomes of a result. Reads no clock but to end what takes too long.

mod command;
mod data;
mod environment;
mod folder;
mod follow;
mod http;
mod kubernetes;
mod line;
mod package;
mod processes;
mod ray;
mod shared;
mod zip;

use std::ops::ControlFlow;

use tidegate_core::{Code, Error, Result, runner::Runner};

use follow::Place;

pub use data::{Column, Rows, Values};
pub use folder::{Job, Order, home};
pub use line::Progress;

/// What is heard of a job under way.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Nothing new: the chance to end it.
    Nothing,
    /// How it fares, in words.
    State(String),
    Progress(Progress),
    /// Anything else it wrote.
    Line(String),
}

/// What a job made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub model: Vec<u8>,
    /// Of `metrics.json`: its finite numbers by name; empty where it has none.
    pub metrics: Vec<(String, f64)>,
}

/// Who follows a job; breaking off cancels it.
pub type Listener<'a> = &'a mut (dyn FnMut(Heard) -> ControlFlow<()> + Send);

/// Submits a job, follows it to its end and fetches what it made. Nothing of it runs any more when this returns,
/// unless the place it ran at can't be reached.
///
/// # Errors
/// `Conflict` when the listener broke off; `Invalid` with the last lines it wrote when it failed, took too long or
/// made no model; `Unavailable` when its place can't be reached.
pub async fn carry_out(runner: &Runner, job: &Job, listener: Listener<'_>) -> Result<Made> {
    match runner {
        Runner::Builtin => Err(Error::internal("the native trainers take no jobs")),
        Runner::Command(command) => follow::follow(command::Local::new(command), job, listener).await,
        Runner::Ray(of) => follow::follow(ray::Ray::new(of)?, job, listener).await,
        Runner::Kubernetes(of) => follow::follow(kubernetes::Kubernetes::new(of).await?, job, listener).await,
    }
}

/// Ends a job by its key: one that was left behind when the program that followed it was killed. One that is over, or
/// that its place doesn't know, needs nothing.
///
/// # Errors
/// Unavailable where its place can't be reached or the job doesn't end.
pub async fn abandon(runner: &Runner, key: &str) -> Result<()> {
    let ended = match runner {
        Runner::Builtin => Ok(()),
        Runner::Command(_) => processes::end_by_key(key).await,
        Runner::Ray(of) => ray::Ray::with_key(of, key)?.cancel().await,
        Runner::Kubernetes(of) => kubernetes::Kubernetes::with_key(of, key).await?.cancel().await,
    };
    match ended {
        Err(error) if error.code == Code::NotFound => Ok(()),
        ended => ended,
    }
}

/// Refuses a runner that can't work, naming the field.
pub fn check(runner: &Runner) -> Result<()> {
    match runner {
        Runner::Builtin => Ok(()),
        Runner::Command(of) => command::check(of),
        Runner::Ray(of) => ray::check(of),
        Runner::Kubernetes(of) => kubernetes::check(of),
    }
}

/// Whether what is to do the work answers; gives what it said.
///
/// # Errors
/// `Invalid` or `Unavailable` with what stands in the way.
pub async fn test(runner: &Runner) -> Result<String> {
    check(runner)?;
    match runner {
        Runner::Builtin => Ok("the native trainers are part of the program".into()),
        Runner::Command(of) => command::test(of),
        Runner::Ray(of) => ray::test(of).await,
        Runner::Kubernetes(of) => kubernetes::test(of).await,
    }
}

/// The manifest that a Kubernetes runner applies, as JSON, with a job's name in place of the one it will have.
///
/// # Errors
/// `Invalid` for a runner of another kind, or one that can't work.
pub fn manifest(runner: &Runner) -> Result<String> {
    check(runner)?;
    let Runner::Kubernetes(of) = runner else {
        return Err(Error::invalid("`kind`: only kubernetes applies a manifest"));
    };
    let key = "tidegate-1-0123456789abcdef";
    let environment = folder::environment(runner, key, "target", 0);
    serde_json::to_string_pretty(&kubernetes::manifest(of, key, &environment))
        .map_err(|error| Error::internal("a manifest can't be written as json").because(error))
}

/// "a command on this machine": where a runner has its jobs done.
pub fn place(runner: &Runner) -> String {
    match runner {
        Runner::Builtin => "here".into(),
        Runner::Command(of) => format!("the command `{}`", of.program),
        Runner::Ray(of) => format!("Ray at {}", of.url),
        Runner::Kubernetes(of) => format!("Kubernetes, namespace {}", of.namespace),
    }
}
