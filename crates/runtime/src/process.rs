//! One worker process as its parent sees it: frames in, frames out, standard error into the log, its end.
//! Must not know queues or requests.

use std::{path::Path, process::ExitStatus, time::Duration};

use tidegate_core::Error;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Launcher, death, frame, spawner,
    wire::{Ask, Load, Tell},
};

/// How long a worker may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(2);
/// How much of its standard error is kept for the explanation of its end, lines.
const LAST_WORDS: usize = 8;

#[derive(Debug)]
pub struct Worker {
    child: Child,
    pub pid: u32,
    /// Unbounded, because its users are bounded: a run per session and their cancellations.
    asks: mpsc::UnboundedSender<Vec<u8>>,
    tells: mpsc::Receiver<Tell>,
    last_words: JoinHandle<String>,
    pub load_us: u64,
}

/// Why there is no worker.
#[derive(Debug)]
pub enum Fall {
    /// The model was refused, or the program could not be started.
    Refused(Error),
    /// The process ended; completes "the worker ...".
    Died(String),
    /// It took longer than this.
    Slow(Duration),
}

impl Worker {
    /// Returns when the model is loaded.
    pub async fn start(launcher: &Launcher, load: Load, wall: Duration) -> Result<Self, Fall> {
        let mut worker = Self::spawn(launcher, &load.scratch).await?;
        worker.ask(&Ask::Load(load)).map_err(Fall::Refused)?;
        match timeout(wall, worker.hear()).await {
            Ok(Some(Tell::Loaded { load_us })) => Ok(Self { load_us, ..worker }),
            Ok(Some(Tell::Refused(failure))) => {
                worker.kill().await;
                Err(Fall::Refused(failure.into()))
            }
            Ok(Some(_)) => Err(Fall::Refused(Error::internal("the worker speaks before its turn"))),
            Ok(None) => Err(Fall::Died(worker.death().await)),
            Err(_) => {
                worker.kill().await;
                Err(Fall::Slow(wall))
            }
        }
    }

    async fn spawn(launcher: &Launcher, folder: &Path) -> Result<Self, Fall> {
        let failed = |cause: std::io::Error| {
            let program = launcher.program.display();
            Fall::Refused(
                Error::internal(format!("the worker {program} does not start: {cause}")).because(cause),
            )
        };
        let mut child = spawner::spawn(launcher.command(folder)).await.map_err(failed)?;
        let pipes = (child.id(), child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(pid), Some(input), Some(output), Some(errors)) = pipes else {
            return Err(failed(std::io::Error::other("it has no pipes")));
        };
        let (asks, asked) = mpsc::unbounded_channel();
        let (told, tells) = mpsc::channel(64);
        tokio::spawn(write(input, asked));
        tokio::spawn(read(output, told));
        Ok(Self { child, pid, asks, tells, last_words: tokio::spawn(log(errors, pid)), load_us: 0 })
    }

    pub fn ask(&self, ask: &Ask) -> Result<(), Error> {
        self.send(
            frame::encode(ask).map_err(|cause| Error::internal("a request has no frame").because(cause))?,
        );
        Ok(())
    }

    /// A frame made before. A worker that is gone does not get it, which [`hear`](Self::hear) will tell.
    pub fn send(&self, frame: Vec<u8>) {
        let _ = self.asks.send(frame);
    }

    /// What the worker says next; `None` once it is gone. May be dropped and called again.
    pub async fn hear(&mut self) -> Option<Tell> {
        self.tells.recv().await
    }

    /// Waits for the end of a process whose output has ended, and says why it did; completes "the worker ...".
    pub async fn death(mut self) -> String {
        let status = self.farewell().await;
        let last_words = timeout(FAREWELL, &mut self.last_words).await;
        let last_words = last_words.ok().and_then(Result::ok).unwrap_or_default();
        status
            .map_or_else(|| "closed its output and had to be killed".into(), |s| death::words(s, &last_words))
    }

    /// Ends the process and waits until it is gone.
    pub async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::error!(pid = self.pid, %error, "a worker was not killed");
        }
    }

    /// Asks the process to end and waits until it is gone.
    pub async fn end(self) {
        let Self { asks, mut child, .. } = self;
        drop(asks);
        if timeout(FAREWELL, child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }

    async fn farewell(&mut self) -> Option<ExitStatus> {
        if let Ok(status) = timeout(FAREWELL, self.child.wait()).await {
            return status.ok();
        }
        self.kill().await;
        None
    }

    /// Tells the process to end without waiting; its output will end.
    pub fn strike(&mut self) {
        let _ = self.child.start_kill();
    }
}

async fn write(mut input: ChildStdin, mut asked: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = asked.recv().await {
        if input.write_all(&frame).await.is_err() {
            return;
        }
    }
}

async fn read(output: ChildStdout, told: mpsc::Sender<Tell>) {
    let mut output = BufReader::new(output);
    loop {
        let body = frame::receive(&mut output).await;
        match body.and_then(|body| body.map(|body| frame::decode(&body)).transpose()) {
            Ok(Some(tell)) => {
                if told.send(tell).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => return tracing::error!(%error, "a worker's answer is unreadable"),
        }
    }
}

/// Gives every line to the log and the last ones back.
async fn log(errors: ChildStderr, pid: u32) -> String {
    let mut errors = BufReader::new(errors);
    let mut last = std::collections::VecDeque::new();
    let mut line = Vec::new();
    while matches!(errors.read_until(b'\n', &mut line).await, Ok(1..)) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        tracing::info!(target: "tidegate_runtime::worker", pid, "{text}");
        last.push_back(text);
        if last.len() > LAST_WORDS {
            last.pop_front();
        }
        line.clear();
    }
    last.make_contiguous().join("\n")
}
