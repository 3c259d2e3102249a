//! A model version at work: the handle that callers share. Must not know processes; the [`Supervisor`] does.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tidegate_core::{Error, Result, signature::Signature, tensor::Named};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

use crate::{
    Launcher, Limits, check, frame, segment,
    supervisor::{Command, Order, Supervisor},
    wire::{Ask, Packed, Run},
};

/// What to load, and how it is to work.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Loaded by path, so that external data is looked for beside it.
    pub model: PathBuf,
    /// Of the model file; names its optimised form in the cache.
    pub sha256: String,
    pub signature: Signature,
    /// Runs side by side.
    pub sessions: u32,
    /// Threads within one run.
    pub threads: u32,
    /// Requests that may wait; more are refused as `Busy`.
    pub queue: usize,
    /// A request's time, from its arrival, unless it asks for another.
    pub timeout: Duration,
    pub limits: Limits,
}

impl Spec {
    /// One session, one thread, 256 waiting requests, 30 s.
    pub fn new(model: impl Into<PathBuf>, sha256: impl Into<String>, signature: Signature) -> Self {
        Self {
            model: model.into(),
            sha256: sha256.into(),
            signature,
            sessions: 1,
            threads: 1,
            queue: 256,
            timeout: Duration::from_secs(30),
            limits: Limits::default(),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Request {
    pub inputs: Vec<Named>,
    /// All, if not given.
    pub outputs: Option<Vec<String>>,
    pub timeout: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// In the model's order.
    pub outputs: Vec<Named>,
    /// Waiting for a free session.
    pub queue_us: u64,
    /// In the worker: taking the values in, the run, taking them out.
    pub run_us: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Ready,
    /// The worker crashed and a new one is loading; requests wait.
    Restarting,
    /// It crashed too often to be started again.
    Quarantined {
        reason: String,
    },
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub state: State,
    pub pid: Option<u32>,
    pub restarts: u64,
    pub in_flight: usize,
    pub queued: usize,
    /// Of the worker that runs now.
    pub load_us: u64,
}

/// What befell the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// `failed` requests got no answer.
    Crashed {
        reason: String,
        failed: usize,
    },
    /// Ready again, this long after the crash.
    Restarted {
        after: Duration,
    },
    Quarantined {
        reason: String,
    },
}

/// One loaded model version: one worker process, started again when it crashes. Clones share it; when the last
/// one is dropped the worker ends.
#[derive(Debug, Clone)]
pub struct Deployment {
    spec: Arc<Spec>,
    scratch: Arc<PathBuf>,
    ids: Arc<AtomicU64>,
    commands: mpsc::Sender<Command>,
    cancels: mpsc::UnboundedSender<u64>,
    status: watch::Receiver<Status>,
    happenings: broadcast::WeakSender<Happening>,
}

impl Deployment {
    /// Returns when the model is loaded and every session has run once.
    ///
    /// # Errors
    /// `Invalid` if the model is refused, `Unavailable` if its worker crashed or was too slow.
    pub async fn start(launcher: Launcher, spec: Spec) -> Result<Self> {
        let scratch = segment::scratch()
            .map_err(|cause| Error::internal("there is no room for a worker's files").because(cause))?;
        let folder = Arc::new(scratch.path().to_owned());
        let (commands, orders) = mpsc::channel(spec.queue.max(64));
        let (cancels, cancelled) = mpsc::unbounded_channel();
        let spec = Arc::new(spec);
        let supervisor = Supervisor::start(launcher, Arc::clone(&spec), scratch, orders, cancelled).await?;
        let (status, happenings) = (supervisor.status(), supervisor.happenings());
        tokio::spawn(supervisor.run());
        Ok(Self { spec, scratch: folder, ids: Arc::default(), commands, cancels, status, happenings })
    }

    /// Answers one request. Dropping the future cancels it; when its time is up, the run is stopped, and the
    /// worker with it if it does not stop within 250 ms.
    ///
    /// # Errors
    /// `Invalid` (the inputs), `Busy` (the queue is full), `TooLarge` (memory), `Unavailable` (a crash, the time
    /// is up, stopped or quarantined).
    pub async fn run(&self, request: Request) -> Result<Answer> {
        check::check(&self.spec.signature, &request.inputs)?;
        check::outputs(&self.spec.signature, request.outputs.as_deref().unwrap_or_default())?;
        let arrived = Instant::now();
        let timeout = request.timeout.unwrap_or(self.spec.timeout);
        let deadline = arrived + timeout;
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let (frame, _segment) = self.frame(id, request).await?;
        let (answer, answered) = oneshot::channel();
        let order = Order { id, frame, arrived, deadline, answer };
        self.commands.try_send(Command::Run(order)).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => busy(),
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        let mut cancel = Cancel { id, cancels: Some(&self.cancels) };
        let ran = timeout_at(deadline, answered).await.map_err(|_| time_is_up(timeout))?;
        cancel.cancels = None;
        let ran = ran.map_err(|_| stopped())??;
        let outputs = ran
            .outputs
            .unpack(&self.scratch)
            .map_err(|cause| Error::internal("the outputs did not arrive").because(cause))?;
        Ok(Answer { outputs, queue_us: ran.queue_us, run_us: ran.run_us })
    }

    /// The request as its worker reads it. Large inputs are written to shared memory, off the runtime.
    async fn frame(&self, id: u64, request: Request) -> Result<(Vec<u8>, Option<segment::Removed>)> {
        let scratch = Arc::clone(&self.scratch);
        let large = request.inputs.iter().any(|named| Packed::is_large(&named.value));
        let pack = move || {
            let inputs = Packed::pack(request.inputs, &scratch, format!("in-{id}"));
            let segment = inputs.segment(&scratch);
            frame::encode(&Ask::Run(Run { id, inputs, outputs: request.outputs }))
                .map(|frame| (frame, segment))
        };
        let packed = match large {
            true => tokio::task::spawn_blocking(pack).await.map_err(std::io::Error::other).flatten(),
            false => pack(),
        };
        packed.map_err(|cause| Error::invalid("the inputs are too large for one request").because(cause))
    }

    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Every change of the status.
    pub fn statuses(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Crashes, restarts and quarantine from now on; ends when the deployment has stopped.
    pub fn watch(&self) -> broadcast::Receiver<Happening> {
        match self.happenings.upgrade() {
            Some(happenings) => happenings.subscribe(),
            None => broadcast::channel(1).1,
        }
    }

    pub fn signature(&self) -> &Signature {
        &self.spec.signature
    }

    /// Takes no more requests, answers those that came, and returns when the worker is gone.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.commands.send(Command::Stop(done)).await.is_ok() {
            let _ = stopped.await;
        }
    }
}

/// Tells the supervisor that nobody waits for this request any more.
struct Cancel<'a> {
    id: u64,
    cancels: Option<&'a mpsc::UnboundedSender<u64>>,
}

impl Drop for Cancel<'_> {
    fn drop(&mut self) {
        if let Some(cancels) = self.cancels {
            let _ = cancels.send(self.id);
        }
    }
}

pub fn busy() -> Error {
    Error::busy("the model has as many requests waiting as it may")
        .hint("try again later, or give it more sessions")
}

pub fn stopped() -> Error {
    Error::unavailable("the model is not loaded any more")
}

fn time_is_up(timeout: Duration) -> Error {
    Error::unavailable(format!("the model did not answer within {} ms", timeout.as_millis()))
        .hint("allow more time, send less at once, or give the model more sessions")
}
