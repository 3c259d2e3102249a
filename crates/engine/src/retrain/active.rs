//! A run in progress: what the page sees of it, and the word that ends it.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tidegate_core::{
    Error, Result,
    run::{Progress, Run},
};

use crate::lock;

/// Points of the loss curve that are kept.
const PROGRESS_KEPT: usize = 1_000;

/// A run in progress.
#[derive(Debug)]
pub(crate) struct Active {
    run: Mutex<Run>,
    cancel: AtomicBool,
}

impl Active {
    pub fn new(run: Run) -> Self {
        Self { run: Mutex::new(run), cancel: AtomicBool::new(false) }
    }

    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    pub fn snapshot(&self) -> Run {
        lock(&self.run).clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut Run)) -> Run {
        let mut run = lock(&self.run);
        change(&mut run);
        run.clone()
    }

    pub fn refuse_if_cancelled(&self) -> Result<()> {
        match self.is_cancelled() {
            true => Err(Error::conflict("cancelled")),
            false => Ok(()),
        }
    }

    pub fn progressed(&self, progress: Progress) -> ControlFlow<()> {
        let mut run = lock(&self.run);
        if run.progress.len() >= PROGRESS_KEPT {
            let mut index = 0;
            run.progress.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        run.progress.push(progress);
        match self.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
