//! The one owner of a deployment's worker: queue, dispatch, restart, quarantine, end.
//! Must not know what requests hold.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tidegate_core::{Error, Result};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use crate::{
    Happening, Launcher, Spec, State, Status,
    deployment::{busy, stopped},
    loading::{first, load, not_started, words},
    process::{Fall, Worker},
    segment::Removed,
    wire::{Ask, Failure, Packed, Ran, Tell},
};

/// How long a run may go on after its time before its worker is killed.
const GRACE: Duration = Duration::from_millis(250);
/// This many crashes within this time, and the model is not started again.
const CRASHES: usize = 5;
const WITHIN: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub enum Command {
    Run(Order),
    Stop(oneshot::Sender<()>),
}

/// A request, ready to be sent.
#[derive(Debug)]
pub struct Order {
    pub id: u64,
    pub frame: Vec<u8>,
    pub arrived: Instant,
    pub deadline: Instant,
    pub answer: oneshot::Sender<Result<Finished>>,
}

/// A run that gave outputs.
#[derive(Debug)]
pub struct Finished {
    pub outputs: Packed,
    pub queue_us: u64,
    pub run_us: u64,
    /// Removes the outputs' segment, whether or not somebody still reads it.
    _segment: Option<Removed>,
}

#[derive(Debug)]
struct Running {
    answer: oneshot::Sender<Result<Finished>>,
    queued: Duration,
    deadline: Instant,
}

#[derive(Debug)]
enum Stage {
    Up(Box<Worker>),
    Loading { next: JoinHandle<Result<Worker, Fall>>, crashed: Instant },
    Quarantined(String),
}

/// What the stage has to report.
enum News {
    Told(Tell),
    Gone,
    Loaded(Result<Worker, Fall>),
}

impl Stage {
    /// May be dropped and called again.
    async fn news(&mut self) -> News {
        match self {
            Stage::Up(worker) => worker.hear().await.map_or(News::Gone, News::Told),
            Stage::Loading { next, .. } => News::Loaded(
                next.await.unwrap_or_else(|panic| Err(Fall::Died(format!("could not be started: {panic}")))),
            ),
            Stage::Quarantined(_) => std::future::pending().await,
        }
    }
}

#[derive(Debug)]
pub struct Supervisor {
    launcher: Launcher,
    spec: Arc<Spec>,
    scratch: TempDir,
    commands: mpsc::Receiver<Command>,
    cancels: mpsc::UnboundedReceiver<u64>,
    stage: Stage,
    waiting: VecDeque<Order>,
    running: HashMap<u64, Running>,
    crashes: VecDeque<Instant>,
    /// Why the worker was killed, where it was we who did it.
    struck: Option<String>,
    restarts: u64,
    stopping: bool,
    /// There are handles left.
    held: bool,
    stops: Vec<oneshot::Sender<()>>,
    status: watch::Sender<Status>,
    happenings: broadcast::Sender<Happening>,
}

impl Supervisor {
    /// Returns when the first worker is ready.
    pub async fn start(
        launcher: Launcher,
        spec: Arc<Spec>,
        scratch: TempDir,
        commands: mpsc::Receiver<Command>,
        cancels: mpsc::UnboundedReceiver<u64>,
    ) -> Result<Self> {
        let load = load(&launcher, &spec, &scratch)?;
        let worker = first(&launcher, load, spec.limits.wall).await.map_err(not_started)?;
        let status = Status {
            state: State::Ready,
            pid: Some(worker.pid),
            restarts: 0,
            in_flight: 0,
            queued: 0,
            load_us: worker.load_us,
        };
        Ok(Self {
            launcher,
            spec,
            scratch,
            commands,
            cancels,
            stage: Stage::Up(Box::new(worker)),
            waiting: VecDeque::new(),
            running: HashMap::new(),
            crashes: VecDeque::new(),
            struck: None,
            restarts: 0,
            stopping: false,
            held: true,
            stops: Vec::new(),
            status: watch::Sender::new(status),
            happenings: broadcast::Sender::new(64),
        })
    }

    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub fn happenings(&self) -> broadcast::WeakSender<Happening> {
        self.happenings.downgrade()
    }

    pub async fn run(mut self) {
        while !(self.stopping && self.waiting.is_empty() && self.running.is_empty()) {
            let overdue = self.running.values().map(|running| running.deadline + GRACE).min();
            tokio::select! {
                command = self.commands.recv(), if self.held => self.command(command),
                Some(id) = self.cancels.recv() => self.cancel(id),
                news = self.stage.news() => self.hear(news).await,
                () = sleep_until(overdue.unwrap_or_else(Instant::now)), if overdue.is_some() => self.strike(),
            }
            self.dispatch();
            self.publish();
        }
        self.end().await;
    }

    fn command(&mut self, command: Option<Command>) {
        match command {
            Some(Command::Run(order)) => self.admit(order),
            Some(Command::Stop(done)) => {
                self.stops.push(done);
                self.stopping = true;
            }
            None => (self.stopping, self.held) = (true, false),
        }
    }

    fn admit(&mut self, order: Order) {
        let refused = match &self.stage {
            _ if self.stopping => Some(stopped()),
            Stage::Quarantined(reason) => Some(quarantined(reason)),
            _ if self.waiting.len() >= self.spec.queue => Some(busy()),
            _ => None,
        };
        match refused {
            Some(error) => drop(order.answer.send(Err(error))),
            None => self.waiting.push_back(order),
        }
    }

    /// One run for each session at a time; the rest waits here, where a crash does not reach it.
    fn dispatch(&mut self) {
        let Stage::Up(worker) = &self.stage else { return };
        while self.running.len() < self.spec.sessions.max(1) as usize {
            let Some(order) = self.waiting.pop_front() else { return };
            if order.answer.is_closed() {
                continue;
            }
            worker.send(order.frame);
            let queued = order.arrived.elapsed();
            self.running.insert(order.id, Running { answer: order.answer, queued, deadline: order.deadline });
        }
    }

    /// Nobody waits for this request any more.
    fn cancel(&mut self, id: u64) {
        self.waiting.retain(|order| order.id != id);
        if let (Stage::Up(worker), true) = (&self.stage, self.running.contains_key(&id))
            && let Err(error) = worker.ask(&Ask::Cancel(id))
        {
            tracing::warn!(%error, "a request was not cancelled");
        }
    }

    /// Ends a worker that goes on with a request whose time is long up.
    fn strike(&mut self) {
        if let Stage::Up(worker) = &mut self.stage
            && self.struck.is_none()
        {
            worker.strike();
            let grace = GRACE.as_millis();
            self.struck =
                Some(format!("was stopped: it went on for {grace} ms after a request's time was up"));
        }
        // Its end will be heard; until then there is nothing to wait for.
        let later = Instant::now() + WITHIN;
        self.running.values_mut().for_each(|running| running.deadline = running.deadline.max(later));
    }

    async fn hear(&mut self, news: News) {
        match news {
            News::Told(Tell::Ran(ran)) => self.finish(ran),
            News::Told(Tell::Failed { id, failure }) => self.fail(id, failure),
            News::Told(other) => tracing::warn!(?other, "a worker speaks out of turn"),
            News::Gone => self.gone().await,
            News::Loaded(Ok(worker)) => self.back(worker),
            News::Loaded(Err(fall)) => self.crashed(words(fall), Instant::now()),
        }
    }

    fn finish(&mut self, ran: Ran) {
        let _segment = ran.outputs.segment(self.scratch.path());
        if let Some(running) = self.running.remove(&ran.id) {
            let queued = u64::try_from(running.queued.as_micros()).unwrap_or(u64::MAX);
            let (queue_us, run_us) = (queued.saturating_add(ran.wait_us), ran.run_us);
            let _ = running.answer.send(Ok(Finished { outputs: ran.outputs, queue_us, run_us, _segment }));
        }
    }

    fn fail(&mut self, id: u64, failure: Failure) {
        if let Some(running) = self.running.remove(&id) {
            let _ = running.answer.send(Err(failure.into()));
        }
    }

    /// The worker's output ended. Its requests are answered first: finding out why it ended takes a moment.
    async fn gone(&mut self) {
        let when = Instant::now();
        let loading = Stage::Loading { next: self.load(), crashed: when };
        let failed: Vec<(u64, Running)> = self.running.drain().collect();
        let count = failed.len();
        for (id, running) in failed {
            drop(Removed(self.scratch.path().join(format!("out-{id}"))));
            let error = Error::unavailable("the model's worker ended while it worked on the request")
                .hint("it is started again; try again, and see the model's events if this repeats");
            let _ = running.answer.send(Err(error));
        }
        if let Stage::Up(worker) = std::mem::replace(&mut self.stage, loading) {
            let death = worker.death().await;
            let reason = self.struck.take().unwrap_or(death);
            tracing::warn!(model = %self.spec.model.display(), reason, failed = count, "a worker ended");
            let _ = self.happenings.send(Happening::Crashed { reason: reason.clone(), failed: count });
            self.count(reason, when);
        }
    }

    /// A start that failed counts as a crash.
    fn crashed(&mut self, reason: String, when: Instant) {
        let _ = self.happenings.send(Happening::Crashed { reason: reason.clone(), failed: 0 });
        self.stage = Stage::Loading { next: self.load(), crashed: when };
        self.count(reason, when);
    }

    /// Gives the model up after too many crashes.
    fn count(&mut self, reason: String, when: Instant) {
        self.restarts += 1;
        self.crashes.push_back(when);
        self.crashes.retain(|crash| when.duration_since(*crash) < WITHIN);
        if self.crashes.len() < CRASHES {
            return;
        }
        let reason =
            format!("{CRASHES} crashes within {} s; the last time, the worker {reason}", WITHIN.as_secs());
        if let Stage::Loading { next, .. } = &self.stage {
            next.abort();
        }
        for order in self.waiting.drain(..) {
            let _ = order.answer.send(Err(quarantined(&reason)));
        }
        let _ = self.happenings.send(Happening::Quarantined { reason: reason.clone() });
        self.stage = Stage::Quarantined(reason);
    }

    fn back(&mut self, worker: Worker) {
        if let Stage::Loading { crashed, .. } = &self.stage {
            let _ = self.happenings.send(Happening::Restarted { after: crashed.elapsed() });
        }
        self.stage = Stage::Up(Box::new(worker));
    }

    fn load(&self) -> JoinHandle<Result<Worker, Fall>> {
        let (launcher, wall) = (self.launcher.clone(), self.spec.limits.wall);
        let load = load(&self.launcher, &self.spec, &self.scratch);
        tokio::spawn(async move { first(&launcher, load.map_err(Fall::Refused)?, wall).await })
    }

    fn publish(&self) {
        let (state, pid, load_us) = match &self.stage {
            Stage::Up(worker) => (State::Ready, Some(worker.pid), worker.load_us),
            Stage::Loading { .. } => (State::Restarting, None, 0),
            Stage::Quarantined(reason) => (State::Quarantined { reason: reason.clone() }, None, 0),
        };
        let (in_flight, queued) = (self.running.len(), self.waiting.len());
        let status = Status { state, pid, restarts: self.restarts, in_flight, queued, load_us };
        self.status.send_if_modified(|old| {
            let modified = *old != status;
            *old = status;
            modified
        });
    }

    async fn end(self) {
        match self.stage {
            Stage::Up(worker) => worker.end().await,
            Stage::Loading { next, .. } => next.abort(),
            Stage::Quarantined(_) => {}
        }
        self.status.send_modify(|status| {
            *status = Status { state: State::Stopped, pid: None, in_flight: 0, queued: 0, ..status.clone() };
        });
        drop(self.scratch);
        for done in self.stops {
            let _ = done.send(());
        }
    }
}

fn quarantined(reason: &str) -> Error {
    Error::unavailable(format!("the model is in quarantine after {reason}"))
        .hint("restart it to give it another chance, or go back to the previous version")
}
