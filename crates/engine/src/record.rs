//! The recorder: one owner of everything that is counted and kept.
//!
//! Predictions and labels come over one bounded queue to one task, so a label is never handled before the
//! prediction it names. Recording never delays an answer: when the queue is full the prediction is dropped,
//! and the drop is counted. Must not know HTTP.

mod errors;
mod labels;
mod minutes;
mod recent;
mod room;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tidegate_core::{Clock, Error, Result, Time, VersionId, prediction::Prediction};
use tidegate_store::Store;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use errors::Handover;
use recent::{Known, Recent};
use room::Room;

use crate::{
    aggregate::Observation,
    canary::Leg,
    concept::Found,
    lock,
    rollup::{Marker, Stale},
    route::Watched,
    view::{LabelRequest, LabelsAnswer},
};

/// Requests that may wait to be recorded.
const QUEUE: usize = 16_384;
/// A batch is committed once its oldest has waited so long. With the time that the commit takes, a crash loses less
/// than a quarter of a second.
const FLUSH: Duration = Duration::from_millis(150);
const BATCH: usize = 4_096;
/// Messages that are handled before it is seen whether a commit is due.
const AT_ONCE: usize = 256;
const SAVE_BUCKETS: Duration = Duration::from_secs(2);

/// The sending side, cheap to clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    waiting: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
    found: Arc<std::sync::Mutex<Vec<Found>>>,
}

enum Message {
    Prediction(Asked),
    Labels {
        labels: Vec<LabelRequest>,
        done: oneshot::Sender<Result<LabelsAnswer>>,
    },
    /// Everything sent before is on the disk when this is answered.
    Flush {
        done: oneshot::Sender<Result<()>>,
    },
    /// Labels that the detectors had not taken before a restart.
    TakeUp {
        done: oneshot::Sender<Result<()>>,
    },
}

/// A prediction to be counted.
struct Asked {
    prediction: Box<Prediction>,
    watched: Arc<Watched>,
    /// Where it is counted beside its version.
    leg: Option<Leg>,
    keep: bool,
    room: Room,
    /// Told once it is on the disk, or that it will not be.
    done: Option<Done>,
}

type Done = oneshot::Sender<Result<()>>;

impl Recorder {
    pub fn start(store: Store, clock: Arc<dyn Clock>, watched: WatchedVersions, stale: Stale) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let found = Arc::default();
        let writer = Writer {
            receiver,
            inbox: VecDeque::new(),
            store,
            clock,
            watched,
            stale,
            marker: Marker::default(),
            dropped: dropped.clone(),
            batch: Batch::default(),
            recent: Recent::default(),
            handover: Handover::default(),
            found: Arc::clone(&found),
        };
        tokio::spawn(writer.run());
        Self { sender, waiting: Arc::default(), dropped, found }
    }

    /// Counts a prediction, and records it if it is to be kept; dropped where too many wait.
    pub fn observe(&self, prediction: Prediction, watched: Arc<Watched>, leg: Option<Leg>, keep: bool) {
        let counters = watched.clone();
        let sent = Room::take(&self.waiting, &prediction).is_some_and(|room| {
            let prediction = Box::new(prediction);
            let asked = Asked { prediction, watched, leg, keep, room, done: None };
            self.sender.try_send(Message::Prediction(asked)).is_ok()
        });
        if !sent {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            counters.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts and records a prediction, and returns once it is on the disk. All that wait share one commit.
    ///
    /// # Errors
    /// Busy when more waits than there is room for, unavailable when the disk refuses it.
    pub async fn observe_durably(
        &self,
        prediction: Prediction,
        watched: Arc<Watched>,
        leg: Option<Leg>,
    ) -> Result<()> {
        let room = Room::take(&self.waiting, &prediction).ok_or_else(|| {
            Error::busy("more predictions wait to be recorded than there is room for")
                .hint("try again in a moment, or switch the model's setting `durable` off")
        })?;
        let prediction = Box::new(prediction);
        self.ask(|done| {
            Message::Prediction(Asked { prediction, watched, leg, keep: true, room, done: Some(done) })
        })
        .await
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub async fn label(&self, labels: Vec<LabelRequest>) -> Result<LabelsAnswer> {
        self.ask(|done| Message::Labels { labels, done }).await
    }

    pub async fn flush(&self) -> Result<()> {
        self.ask(|done| Message::Flush { done }).await
    }

    /// Hands the labels that waited over a restart to their detectors; before the first request.
    pub async fn take_up(&self) -> Result<()> {
        self.ask(|done| Message::TakeUp { done }).await
    }

    /// Changes of errors found since the last call.
    pub fn take_found(&self) -> Vec<Found> {
        std::mem::take(&mut *lock(&self.found))
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<Result<T>>) -> Message) -> Result<T> {
        let gone = || Error::unavailable("the recorder has stopped");
        let (done, answer) = oneshot::channel();
        self.sender.send(message(done)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Every version with counters.
pub type WatchedVersions = Arc<std::sync::Mutex<HashMap<VersionId, Arc<Watched>>>>;

struct Writer {
    receiver: mpsc::Receiver<Message>,
    /// Taken from the queue, and not handled yet.
    inbox: VecDeque<Message>,
    store: Store,
    clock: Arc<dyn Clock>,
    watched: WatchedVersions,
    stale: Stale,
    marker: Marker,
    dropped: Arc<AtomicU64>,
    batch: Batch,
    recent: Recent,
    handover: Handover,
    found: Arc<std::sync::Mutex<Vec<Found>>>,
}

/// What the next commit records.
#[derive(Default)]
struct Batch {
    predictions: Vec<Prediction>,
    rooms: Vec<Room>,
    /// Who waits for the commit.
    waiting: Vec<Done>,
    /// When the first of them was taken from the queue.
    oldest: Option<Instant>,
}

impl Batch {
    /// Whether it is time to commit it: it is full, somebody waits for it, or its oldest waited long enough.
    fn is_due(&self) -> bool {
        self.predictions.len() >= BATCH
            || !self.waiting.is_empty()
            || self.oldest.is_some_and(|oldest| oldest.elapsed() >= FLUSH)
    }

    /// Over when its oldest has waited long enough; never while it is empty.
    async fn ripe(oldest: Option<Instant>) {
        match oldest {
            Some(oldest) => tokio::time::sleep_until(oldest + FLUSH).await,
            None => std::future::pending().await,
        }
    }
}

impl Writer {
    async fn run(mut self) {
        let mut save = tokio::time::interval(SAVE_BUCKETS);
        save.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut came = Vec::with_capacity(AT_ONCE);
        loop {
            tokio::select! {
                // What waits comes before what is new: a queue that never runs dry must not put it off.
                biased;
                () = Batch::ripe(self.batch.oldest) => self.commit().await,
                _ = save.tick() => {
                    // What waits for it need not wait for the counters, too.
                    self.commit().await;
                    self.save().await;
                }
                count = self.receiver.recv_many(&mut came, AT_ONCE) => {
                    if count == 0 {
                        break;
                    }
                    self.inbox.extend(came.drain(..));
                }
            }
            while let Some(message) = self.inbox.pop_front() {
                self.take(message).await;
            }
            // Those who came while the last group was committed are the next one.
            if self.batch.is_due() {
                self.commit().await;
            }
        }
        self.commit().await;
        self.save().await;
    }

    /// Records what is asked while labels are being handled. Whatever else came waits for its turn, in its order; a
    /// prediction may overtake it, as no label waits for a later one.
    async fn keep_up(&mut self) {
        for _ in 0..BATCH {
            match self.receiver.try_recv() {
                Ok(message) => self.inbox.push_back(message),
                Err(_) => break,
            }
        }
        let mut others = VecDeque::new();
        while let Some(message) = self.inbox.pop_front() {
            match message {
                Message::Prediction(asked) => self.take_prediction(asked).await,
                other => others.push_back(other),
            }
            if self.batch.is_due() {
                self.commit().await;
            }
        }
        self.inbox = others;
        if self.batch.is_due() {
            self.commit().await;
        }
    }

    async fn save(&mut self) {
        self.save_buckets().await;
        self.save_errors().await;
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Prediction(asked) => self.take_prediction(asked).await,
            Message::Labels { labels, done } => {
                self.commit().await;
                let answer = self.label(labels).await;
                // The asker may have gone; the labels are kept all the same.
                let _ = done.send(answer);
            }
            Message::Flush { done } => {
                self.commit().await;
                self.save().await;
                let _ = done.send(Ok(()));
            }
            Message::TakeUp { done } => {
                let _ = done.send(self.take_up().await);
            }
        }
    }

    async fn take_prediction(&mut self, Asked { prediction, watched, leg, keep, room, done }: Asked) {
        self.count(&prediction, &watched, leg).await;
        if keep {
            self.batch.predictions.push(*prediction);
            self.batch.rooms.push(room);
            self.batch.waiting.extend(done);
            self.batch.oldest.get_or_insert_with(Instant::now);
        }
    }

    async fn count(&mut self, prediction: &Prediction, watched: &Watched, leg: Option<Leg>) {
        let learnt = {
            let mut aggregate = lock(&watched.aggregate);
            let mut observation = Observation::of(aggregate.schema(), prediction);
            aggregate.expect(prediction.time, &mut observation);
            let learnt = aggregate.add(prediction, &observation);
            if let Some(leg) = leg {
                leg.count(prediction, &observation.answers);
            }
            if prediction.error.is_none() {
                let known = Known { version: prediction.version, answers: observation.into_rows() };
                self.recent.add(prediction.id, known);
            }
            learnt.map(|baseline| baseline.encode())
        };
        if let Some(Ok(baseline)) = learnt {
            log_failure(
                "save the learnt baseline",
                self.store.put_baseline(watched.version, &baseline).await,
            );
        }
    }

    async fn commit(&mut self) {
        let Batch { predictions, rooms, waiting, .. } = std::mem::take(&mut self.batch);
        if predictions.is_empty() {
            return;
        }
        let requests: Vec<_> =
            predictions.iter().map(|prediction| (prediction.version, prediction.time)).collect();
        let recorded = match waiting.is_empty() {
            true => self.store.record(predictions).await,
            false => self.store.record_durably(predictions).await,
        };
        drop(rooms);
        // Who asked may have gone; what they asked is recorded all the same.
        waiting.into_iter().for_each(|done| drop(done.send(outcome(&recorded))));
        match recorded {
            // Labels that came before their prediction.
            Ok(early) => {
                for label in &early {
                    log_failure("count an early label", self.count_label(label, None).await);
                }
                if !early.is_empty() {
                    self.handed_over().await;
                }
            }
            Err(error) => {
                self.drop_all(&requests);
                tracing::error!(%error, cause = ?error.cause, "could not record predictions");
            }
        }
    }

    /// Counts requests that the disk refused, where they were asked.
    fn drop_all(&self, requests: &[(VersionId, Time)]) {
        self.dropped.fetch_add(requests.len() as u64, Ordering::Relaxed);
        for (version, at) in requests {
            if let Some(watched) = lock(&self.watched).get(version).cloned() {
                lock(&watched.aggregate).add_dropped(*at, 1);
            }
        }
    }
}

/// What those who wait for a commit are told.
fn outcome<T>(recorded: &Result<T>) -> Result<()> {
    let Err(error) = recorded else { return Ok(()) };
    let hint = "the prediction was made and not kept; ask again once the disk can be written";
    Err(Error::unavailable(format!("the prediction could not be recorded: {}", error.message)).hint(hint))
}

pub fn log_failure(what: &str, result: Result<impl Sized>) {
    if let Err(error) = result {
        tracing::error!(%error, cause = ?error.cause, "could not {what}");
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
