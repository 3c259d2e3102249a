//! A run in progress: what the page sees of it, and the word that ends it.

use std::{ops::ControlFlow, sync::Mutex};

use tidegate_core::{
    Error, Result,
    run::{Progress, Run},
};
use tokio_util::sync::CancellationToken;

use crate::lock;

/// Points of the loss curve that are kept.
const PROGRESS_KEPT: usize = 1_000;

/// A run in progress.
#[derive(Debug)]
pub(crate) struct Active {
    run: Mutex<Run>,
    /// Cancelled with the run; heard also where it waits for its turn.
    pub cancelled: CancellationToken,
}

impl Active {
    pub fn new(run: Run) -> Self {
        Self { run: Mutex::new(run), cancelled: CancellationToken::new() }
    }

    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
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
