//! Graphs run one step after the other from synchronous code, as a trainer does: each in a worker of its own, with
//! neither queue nor restart. Must not know what the graphs are for.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use tidegate_core::{Error, Result, tensor::Named};
use tokio::time::timeout;

use crate::{
    Launcher, Limits,
    loading::words,
    process::{Fall, Worker},
    segment,
    trial::absolute,
    wire::{Ask, Load, Packed, Run, Tell},
};

/// A loaded graph. Dropped, it takes its worker with it.
#[derive(Debug)]
pub struct Workbench {
    /// Drives the worker's pipes while somebody waits on this thread, which saves two changes of thread a run.
    runtime: tokio::runtime::Runtime,
    worker: Option<Worker>,
    scratch: TempDir,
    runs: u64,
    wall: Duration,
}

impl Workbench {
    /// Loads a graph from the bytes of its file, for runs of one thread. Must not be called from async code.
    ///
    /// # Errors
    /// `Invalid` if ONNX Runtime refuses the graph, `Unavailable` if the worker died or was too slow.
    pub fn open(launcher: &Launcher, model: &[u8], limits: &Limits) -> Result<Self> {
        let no_room =
            |cause: std::io::Error| Error::internal("there is no room for a worker's files").because(cause);
        let scratch = segment::scratch().map_err(no_room)?;
        let file = scratch.path().join("graph.onnx");
        std::fs::write(&file, model).map_err(no_room)?;
        let load = load(launcher, &file, scratch.path(), limits)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_room)?;
        let started = runtime.block_on(Worker::start(launcher, load, limits.wall));
        let worker = started.map_err(|fall| match fall {
            Fall::Refused(error) => error,
            other => Error::unavailable(format!("a worker {}", words(other))),
        })?;
        // The worker has read it.
        let _ = std::fs::remove_file(&file);
        Ok(Self { runtime, worker: Some(worker), scratch, runs: 0, wall: limits.wall })
    }

    /// One run, all outputs in the graph's order.
    ///
    /// # Errors
    /// `Invalid` if the run fails; `Unavailable` if it takes longer than the limit or ends the worker, after which
    /// every run fails.
    pub fn run(&mut self, inputs: Vec<Named>) -> Result<Vec<Named>> {
        let gone = || Error::unavailable("the worker of this graph is gone");
        let worker = self.worker.as_mut().ok_or_else(gone)?;
        self.runs += 1;
        let inputs = Packed::pack(inputs, self.scratch.path(), format!("in-{}", self.runs));
        let _inputs = inputs.segment(self.scratch.path());
        worker.ask(&Ask::Run(Run { id: self.runs, inputs, outputs: None }))?;
        let heard = self.runtime.block_on(async { timeout(self.wall, worker.hear()).await });
        match heard {
            Ok(Some(Tell::Ran(ran))) => {
                let _outputs = ran.outputs.segment(self.scratch.path());
                ran.outputs
                    .unpack(self.scratch.path())
                    .map_err(|cause| Error::internal("the outputs did not arrive").because(cause))
            }
            Ok(Some(Tell::Failed { failure, .. })) => Err(failure.into()),
            Ok(Some(_)) => Err(Error::internal("the worker speaks out of turn")),
            Ok(None) => Err(self.lost()),
            Err(_) => {
                let taken = self.wall.as_secs();
                self.end();
                Err(Error::unavailable(format!("a run took longer than {taken} s"))
                    .hint("use smaller batches"))
            }
        }
    }

    fn lost(&mut self) -> Error {
        let Some(worker) = self.worker.take() else { return Error::internal("there is no worker") };
        let death = self.runtime.block_on(worker.death());
        Error::unavailable(format!("a worker {death}")).hint("use smaller batches if memory ran out")
    }

    fn end(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            self.runtime.block_on(worker.kill());
        }
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        self.end();
    }
}

fn load(launcher: &Launcher, model: &Path, scratch: &Path, limits: &Limits) -> Result<Load> {
    Ok(Load {
        library: absolute(&launcher.library)?,
        model: absolute(model)?,
        scratch: scratch.to_owned(),
        cache: None,
        memory_bytes: Some(limits.memory_bytes),
        cpu_s: None,
        sessions: 1,
        // With several threads sums are added up in an order that changes from run to run.
        threads: 1,
        warm: false,
    })
}
