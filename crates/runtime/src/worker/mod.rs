//! The worker process: the only code that says `ort`.
//!
//! One model, several sessions, each on its own thread, because `Session::run` needs the session for itself. The
//! main thread only reads, so that the end of the parent (end of input) is noticed at once, whatever a model does.
//! Must not know who asks, nor anything async.

mod cache;
mod confine;
mod made_up;
mod memory;
mod optional;
mod rehearsal;
mod serve;
mod session;
mod values;

use std::{
    io::Read,
    process::ExitCode,
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use crate::{
    frame,
    wire::{Ask, Load, Tell},
};
use serve::{Desk, Job};

/// The whole life of a worker: called by a program's `main`, before anything else, when it was started with the
/// arguments of its [`Launcher`](crate::Launcher).
pub fn worker_main() -> ExitCode {
    confine::die_with_parent();
    let told = match confine::protocol_output() {
        Ok(output) => output,
        Err(error) => return give_up(&format!("worker: no output: {error}")),
    };
    let mut asked = std::io::stdin().lock();
    let Some(Ask::Load(load)) = next(&mut asked) else {
        return give_up("worker: this program is started by its parent only, which first says what to load");
    };
    let desk = Arc::new(Desk::new(told, load.scratch.clone()));
    let (jobs, queue) = mpsc::channel();
    let server = Arc::clone(&desk);
    thread::spawn(move || start(load, server, queue));
    while let Some(ask) = next(&mut asked) {
        match ask {
            Ask::Run(run) => desk.accept(run, &jobs),
            Ask::Cancel(id) => desk.cancel(id),
            Ask::Try => drop(jobs.send(Job::Try)),
            Ask::Load(_) => return give_up("worker: asked to load twice"),
        }
    }
    confine::end()
}

fn next(asked: &mut impl Read) -> Option<Ask> {
    match frame::read(asked).and_then(|body| body.map(|body| frame::decode(&body)).transpose()) {
        Ok(ask) => ask,
        Err(error) => {
            eprintln!("worker: {error}");
            None
        }
    }
}

fn give_up(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

/// Loads the model and starts a thread for each session.
fn start(load: Load, desk: Arc<Desk>, queue: mpsc::Receiver<Job>) {
    let began = Instant::now();
    match serve::guarded(|| session::load(&load)) {
        Ok(sessions) => {
            let load_us = serve::micros(began.elapsed());
            let queue = Arc::new(std::sync::Mutex::new(queue));
            for mut session in sessions {
                if load.warm {
                    rehearsal::warm_up(&mut session);
                }
                let (desk, queue) = (Arc::clone(&desk), Arc::clone(&queue));
                thread::spawn(move || serve::serve(session, &desk, &queue));
            }
            desk.tell(&Tell::Loaded { load_us });
        }
        Err(failure) => desk.tell(&Tell::Refused(failure)),
    }
}
