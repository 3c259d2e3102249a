//! Models at work, in worker processes.
//!
//! Owns the worker process (the only code that says `ort`) and the side that spawns, queues, limits and restarts
//! workers. The process that links this crate never loads ONNX Runtime itself: a model that crashes, hangs or
//! leaks costs its own requests a 503 and nothing else. Must not know the store, HTTP, routes or monitoring.
//!
//! A program that uses this crate calls [`worker_main`] first thing in `main` when it is started with the
//! arguments of its [`Launcher`].

mod check;
mod death;
mod deployment;
mod frame;
mod launcher;
pub mod library;
mod loading;
mod process;
mod segment;
mod spawner;
mod supervisor;
mod trial;
mod wire;
mod workbench;
mod worker;

pub use check::check;
pub use deployment::{Answer, Deployment, Happening, Request, Spec, State, Status};
pub use launcher::{Launcher, Limits};
pub use trial::{Trial, TrialOutput};
pub use workbench::Workbench;
pub use worker::worker_main;
