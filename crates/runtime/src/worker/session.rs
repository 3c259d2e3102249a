//! Sessions: how the library is set up and a model loaded. Must not know requests.

use std::sync::OnceLock;

use ort::{
    environment::Environment,
    ep,
    session::{
        Session,
        builder::{AutoDevicePolicy, GraphOptimizationLevel, SessionBuilder},
    },
};
use tidegate_core::Code;

use super::{cache, confine, memory};
use crate::wire::{Failure, Load};

/// As many sessions of the model as asked for, within the limits asked for.
pub fn load(load: &Load) -> Result<Vec<Session>, Failure> {
    // Limits come before the library, which is trusted no more than the model.
    confine::limit(load.memory_bytes, load.cpu_s)
        .map_err(|error| Failure::new(Code::Internal, format!("limits could not be set: {error}")))?;
    let environment = environment(load)?;
    if let Some(folder) = cache::optimised(&environment, load) {
        match sessions(&environment, load, &folder.join(cache::MODEL), GraphOptimizationLevel::Disable) {
            Ok(sessions) => return Ok(sessions),
            Err(error) => cache::discard(&folder, &error),
        }
    }
    sessions(&environment, load, &load.model, GraphOptimizationLevel::All).map_err(refusal)
}

/// The one environment of this process, for the small models the worker needs itself.
static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();

/// A session of a model from memory, made by this program.
pub fn small(model: &[u8]) -> ort::Result<Session> {
    let environment = ENVIRONMENT.get().ok_or_else(|| ort::Error::new("no model is loaded yet"))?;
    Session::builder(environment)?.with_intra_threads(1)?.commit_from_memory(model)
}

fn environment(load: &Load) -> Result<Environment, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(Code::Unavailable, format!("the ONNX Runtime library does not load: {error}"))
    };
    let builder = ort::init_from(&load.library).map_err(|error| broken(&error))?;
    let made = builder.with_name("tidegate").with_telemetry(false).build().map_err(|error| broken(&error))?;
    Ok(ENVIRONMENT.get_or_init(|| made).clone())
}

fn sessions(
    environment: &Environment,
    load: &Load,
    model: &std::path::Path,
    level: GraphOptimizationLevel,
) -> ort::Result<Vec<Session>> {
    let sessions = (0..load.sessions.max(1))
        .map(|_| builder(environment, load)?.with_optimization_level(level)?.commit_from_file(model))
        .collect();
    memory::trim();
    sessions
}

/// Spinning is off because it costs a core at idle; the provider is named because the default choice of device
/// takes others where it finds them.
pub fn builder(environment: &Environment, load: &Load) -> ort::Result<SessionBuilder> {
    Ok(Session::builder(environment)?
        .with_auto_device(AutoDevicePolicy::PreferCPU)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(true).build()])?
        .with_intra_threads(load.threads.max(1) as usize)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?)
}

/// Why the library does not take the model.
fn refusal(error: ort::Error) -> Failure {
    match out_of_memory(error.message()) {
        true => Failure::new(Code::TooLarge, "the model needs more memory than it may have"),
        false => {
            Failure::new(Code::Invalid, format!("the model does not load: {}", first_line(error.message())))
        }
    }
}

/// Why a run failed. The inputs are to blame, as far as anybody can tell, unless memory ran out.
pub fn run_failure(error: &ort::Error) -> Failure {
    match out_of_memory(error.message()) {
        true => Failure::new(Code::TooLarge, "the run needs more memory than the model may have"),
        false => Failure::new(Code::Invalid, format!("the run failed: {}", first_line(error.message()))),
    }
}

/// ONNX Runtime has no code for this.
fn out_of_memory(message: &str) -> bool {
    ["bad_alloc", "bad allocation", "Failed to allocate memory", "Cannot allocate memory"]
        .iter()
        .any(|sign| message.contains(sign))
}

fn first_line(message: &str) -> &str {
    message.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim()
}
