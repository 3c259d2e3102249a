//! Requests in the worker: taken in by the reading thread, run by the sessions' threads, answered by whoever has
//! something to say. Must not know how models are loaded.

use std::{
    collections::HashMap,
    fs::File,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use ort::{
    session::{RunOptions, Session, SessionInputValue},
    value::DynValue,
};
use tidegate_core::{Code, tensor::Named};

use super::{confine, optional, rehearsal, session, values};
use crate::{
    frame,
    wire::{Failure, Packed, Ran, Run, Tell},
};

pub enum Job {
    Run { run: Run, options: Arc<RunOptions>, received: Instant },
    Try,
}

/// What the threads share: the way out, and what can be cancelled.
pub struct Desk {
    told: Mutex<File>,
    scratch: PathBuf,
    running: Mutex<HashMap<u64, Arc<RunOptions>>>,
}

impl Desk {
    pub fn new(told: File, scratch: PathBuf) -> Self {
        Self { told: Mutex::new(told), scratch, running: Mutex::default() }
    }

    /// Sends one message; without a parent to hear it there is nothing left to do.
    pub fn tell(&self, tell: &Tell) {
        let sent = frame::encode(tell).and_then(|frame| locked(&self.told).write_all(&frame));
        if let Err(error) = sent {
            eprintln!("worker: the parent does not listen: {error}");
            confine::end();
        }
    }

    /// Queues a run; from now on it can be cancelled.
    pub fn accept(&self, run: Run, jobs: &mpsc::Sender<Job>) {
        match RunOptions::new() {
            Ok(options) => {
                let options = Arc::new(options);
                locked(&self.running).insert(run.id, Arc::clone(&options));
                let _ = jobs.send(Job::Run { run, options, received: Instant::now() });
            }
            Err(error) => self.tell(&Tell::Failed { id: run.id, failure: session::run_failure(&error) }),
        }
    }

    pub fn cancel(&self, id: u64) {
        if let Some(options) = locked(&self.running).get(&id)
            && let Err(error) = options.terminate()
        {
            eprintln!("worker: request {id} was not cancelled: {error}");
        }
    }

    fn answer(&self, session: &mut Session, run: Run, options: &RunOptions, received: Instant) {
        let (id, began) = (run.id, Instant::now());
        let ran = guarded(|| self.outputs(session, run, options));
        let run_us = micros(began.elapsed());
        locked(&self.running).remove(&id);
        let tell = match ran {
            Ok(outputs) => {
                let outputs = Packed::pack(outputs, &self.scratch, format!("out-{id}"));
                Tell::Ran(Ran { id, outputs, wait_us: micros(began - received), run_us })
            }
            Err(failure) => Tell::Failed { id, failure },
        };
        self.tell(&tell);
    }

    fn outputs(
        &self,
        session: &mut Session,
        asked: Run,
        options: &RunOptions,
    ) -> Result<Vec<Named>, Failure> {
        let inputs = asked.inputs.unpack(&self.scratch).map_err(|error| {
            Failure::new(Code::Internal, format!("the inputs did not reach the worker: {error}"))
        })?;
        let inputs = values::inputs(session, &inputs)?;
        let mut outputs = run(session, inputs, options)?;
        if let Some(wanted) = asked.outputs {
            outputs.retain(|named| wanted.contains(&named.name));
        }
        Ok(outputs)
    }
}

/// The life of one session's thread.
pub fn serve(mut session: Session, desk: &Desk, queue: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let job = locked(queue).recv();
        match job {
            Ok(Job::Run { run, options, received }) => desk.answer(&mut session, run, &options, received),
            Ok(Job::Try) => desk.tell(&Tell::Tried(rehearsal::measure(&mut session))),
            Err(mpsc::RecvError) => return,
        }
    }
}

/// One run, all outputs.
pub fn run(
    session: &mut Session,
    inputs: Vec<(String, DynValue)>,
    options: &RunOptions,
) -> Result<Vec<Named>, Failure> {
    if optional::needed(session) {
        return optional::run(session, &inputs, options);
    }
    let inputs: Vec<(String, SessionInputValue<'_>)> =
        inputs.into_iter().map(|(name, value)| (name, value.into())).collect();
    let outputs = session.run_with_options(inputs, options).map_err(|error| session::run_failure(&error))?;
    outputs
        .into_iter()
        .map(|(name, value)| Ok(Named { name: name.to_owned(), value: values::from_ort(&value)? }))
        .collect()
}

/// A panic of the binding is a failure like any other.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Failure::new(Code::Unsupported, format!("the binding to ONNX Runtime gave up: {said}")))
    })
}

pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A thread that panicked left nothing half done under these locks.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
