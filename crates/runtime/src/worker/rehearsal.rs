//! Runs on made-up inputs: to warm a session up, and to measure a model in its trial.

use std::time::{Duration, Instant};

use ort::{session::RunOptions, session::Session};
use tidegate_core::{Value, tensor::Named};

use super::{made_up, memory, serve, values};
use crate::wire::{Failure, Shape, Tried};

/// Repeated until there are this many times, or this much time has gone.
const RUNS: usize = 21;
const ENOUGH: Duration = Duration::from_secs(1);

/// What the model does with made-up inputs. A clean error is part of the answer: the inputs may be to blame.
pub fn measure(session: &mut Session) -> Tried {
    let mut tried = Tried::default();
    if let Err(failure) = serve::guarded(|| runs(session, &mut tried)) {
        tried.failure = Some(failure);
    }
    tried.peak_memory_bytes = memory::peak();
    tried
}

fn runs(session: &mut Session, tried: &mut Tried) -> Result<(), Failure> {
    let inputs = named(session)?;
    let began = Instant::now();
    let mut times = Vec::new();
    while times.len() < RUNS && (times.is_empty() || began.elapsed() < ENOUGH) {
        let start = Instant::now();
        let outputs = run(session, &inputs)?;
        times.push(serve::micros(start.elapsed()));
        if times.len() == 1 {
            tried.outputs = outputs.iter().map(|named| (named.name.clone(), shape(&named.value))).collect();
        }
    }
    tried.first_run_us = times[0];
    times.sort_unstable();
    tried.median_run_us = times[times.len() / 2];
    Ok(())
}

/// One run whose outcome does not matter: buffers are allocated and weights mapped.
pub fn warm_up(session: &mut Session) {
    if let Err(failure) = serve::guarded(|| named(session).and_then(|inputs| run(session, &inputs))) {
        eprintln!("worker: no warm-up: {}", failure.message);
    }
}

fn named(session: &Session) -> Result<Vec<Named>, Failure> {
    Ok(made_up::inputs(session)?.into_iter().map(|(name, value)| Named { name, value }).collect())
}

fn run(session: &mut Session, inputs: &[Named]) -> Result<Vec<Named>, Failure> {
    let options = RunOptions::new().map_err(|error| super::session::run_failure(&error))?;
    let inputs = values::inputs(session, inputs)?;
    serve::run(session, inputs, &options)
}

fn shape(value: &Value) -> Shape {
    match value {
        Value::Tensor(tensor) => Shape::Tensor(tensor.element, tensor.shape.clone()),
        Value::Sequence(items) => Shape::Sequence(items.first().map(|item| Box::new(shape(item)))),
        Value::Map(map) => Shape::Map(
            match &map.keys {
                tidegate_core::tensor::Keys::Ints(_) => tidegate_core::ElementType::I64,
                tidegate_core::tensor::Keys::Strings(_) => tidegate_core::ElementType::String,
            },
            map.values.element,
        ),
        Value::None => Shape::None,
    }
}
