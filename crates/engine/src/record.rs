//! The recorder: one owner of everything that is counted and kept.
//!
//! Predictions and labels come over one bounded queue to one task, so a label is never handled before the
//! prediction it names. Recording never delays an answer: when the queue is full the prediction is dropped,
//! and the drop is counted. Must not know HTTP.

mod errors;
mod recent;
mod room;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tidegate_core::{
    Clock, Error, PredictionId, Result, RowId, Time, VersionId,
    prediction::{Label, Prediction},
    schema::Truth,
    time::MINUTE_MS,
};
use tidegate_store::{ClientLabel, Level, Store};
use tokio::sync::{mpsc, oneshot};

use errors::Handover;
use recent::{Known, Recent};
use room::Room;

use crate::{
    aggregate::Observation,
    bucket::Bucket,
    concept::Found,
    lock,
    rollup::{Marker, Stale},
    route::Watched,
    view::{LabelRequest, LabelsAnswer},
};

/// Requests that may wait to be recorded.
const QUEUE: usize = 16_384;
/// A batch is committed after this time at the latest. With the time that the commit takes, a crash loses less than
/// a quarter of a second.
pub const FLUSH: Duration = Duration::from_millis(150);
const BATCH: usize = 4_096;
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
    Prediction {
        prediction: Box<Prediction>,
        watched: Arc<Watched>,
        keep: bool,
        room: Room,
        /// Told once it is on the disk, or that it will not be.
        done: Option<Done>,
    },
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

type Done = oneshot::Sender<Result<()>>;

impl Recorder {
    pub fn start(store: Store, clock: Arc<dyn Clock>, watched: WatchedVersions, stale: Stale) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let found = Arc::default();
        let writer = Writer {
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
        tokio::spawn(writer.run(receiver));
        Self { sender, waiting: Arc::default(), dropped, found }
    }

    /// Counts a prediction, and records it if it is to be kept; dropped where too many wait.
    pub fn observe(&self, prediction: Prediction, watched: Arc<Watched>, keep: bool) {
        let counters = watched.clone();
        let sent = Room::take(&self.waiting, &prediction).is_some_and(|room| {
            let prediction = Box::new(prediction);
            self.sender.try_send(Message::Prediction { prediction, watched, keep, room, done: None }).is_ok()
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
    pub async fn observe_durably(&self, prediction: Prediction, watched: Arc<Watched>) -> Result<()> {
        let room = Room::take(&self.waiting, &prediction).ok_or_else(|| {
            Error::busy("more predictions wait to be recorded than there is room for")
                .hint("try again in a moment, or switch the model's setting `durable` off")
        })?;
        let prediction = Box::new(prediction);
        self.ask(|done| Message::Prediction { prediction, watched, keep: true, room, done: Some(done) }).await
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
}

impl Writer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Message>) {
        let mut flush = tokio::time::interval(FLUSH);
        let mut save = tokio::time::interval(SAVE_BUCKETS);
        let mut messages = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                count = receiver.recv_many(&mut messages, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    for message in messages.drain(..) {
                        self.take(message).await;
                    }
                }
                _ = flush.tick() => self.commit().await,
                _ = save.tick() => self.save().await,
            }
            // Those who came while the last group was committed are the next one.
            if self.batch.predictions.len() >= BATCH || !self.batch.waiting.is_empty() {
                self.commit().await;
            }
        }
        self.commit().await;
        self.save().await;
    }

    async fn save(&mut self) {
        self.save_buckets().await;
        self.save_errors().await;
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Prediction { prediction, watched, keep, room, done } => {
                self.count(&prediction, &watched).await;
                if keep {
                    self.batch.predictions.push(*prediction);
                    self.batch.rooms.push(room);
                    self.batch.waiting.extend(done);
                }
            }
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

    async fn count(&mut self, prediction: &Prediction, watched: &Watched) {
        let learnt = {
            let mut aggregate = lock(&watched.aggregate);
            let mut observation = Observation::of(aggregate.schema(), prediction);
            aggregate.expect(prediction.time, &mut observation);
            let learnt = aggregate.add(prediction, &observation);
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
        let Batch { predictions, rooms, waiting } = std::mem::take(&mut self.batch);
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

    /// Keeps labels, and counts those whose prediction is known.
    async fn label(&mut self, requests: Vec<LabelRequest>) -> Result<LabelsAnswer> {
        let time = self.clock.now();
        let (mut by_row, mut by_client) = (Vec::new(), Vec::new());
        for LabelRequest { id, label: truth } in requests {
            match id.parse::<RowId>() {
                Ok(row) => by_row.push(Label { row, truth, time }),
                Err(_) => by_client.push(ClientLabel { client_id: id, row: 0, truth, time }),
            }
        }
        let mut answer = LabelsAnswer::default();
        for report in [self.store.put_labels(by_row).await?, self.store.put_client_labels(by_client).await?] {
            answer.matched += (report.new.len() + report.changed.len()) as u64;
            answer.changed += report.changed.len() as u64;
            answer.repeated += report.same as u64;
            answer.unmatched += report.waiting as u64;
            // They are stored, so sending them again would not count them: a failure must not stop the others.
            for label in &report.new {
                log_failure("count a label", self.count_label(label, None).await);
            }
            for changed in &report.changed {
                let counted = self.count_label(&changed.label, Some(&changed.before)).await;
                log_failure("count a changed label", counted);
            }
        }
        self.handed_over().await;
        Ok(answer)
    }

    /// Counts a label where its prediction was counted.
    async fn count_label(&mut self, label: &Label, before: Option<&Truth>) -> Result<()> {
        let Some(known) = self.find(label.row.prediction).await? else { return Ok(()) };
        let Some(answered) = known.answers.get(label.row.row as usize) else { return Ok(()) };
        let Some(watched) = lock(&self.watched).get(&known.version).cloned() else { return Ok(()) };
        if before.is_none() {
            log_failure("hand a label over", self.take_error(&watched, &answered.answer, label).await);
        }
        let at = label.row.prediction.time();
        if !lock(&watched.aggregate).holds_minute(at) {
            let Some(stored) = stored_minute(&self.store, watched.version, at).await? else {
                let count = |bucket: &mut Bucket| {
                    bucket.replace_label(answered, before, &label.truth, label.time.since(at));
                };
                return self.count_coarsely(watched.version, at, count).await;
            };
            lock(&watched.aggregate).restore([stored]);
        }
        lock(&watched.aggregate).label(at, answered, before, &label.truth, label.time.since(at));
        Ok(())
    }

    /// Counts a label whose minute is not kept any more: in the finest bucket that is.
    async fn count_coarsely(
        &self,
        version: VersionId,
        at: Time,
        count: impl FnOnce(&mut Bucket),
    ) -> Result<()> {
        for level in Level::ALL.into_iter().filter(|level| *level > Level::Minute) {
            let start = at.floor(level.width_ms());
            let Some(mut bucket) = stored_bucket(&self.store, version, level, start).await? else { continue };
            count(&mut bucket);
            self.stale.add(version, at);
            return self.store.put_buckets(&[(version, level, start, bucket.encode()?)]).await;
        }
        Ok(())
    }

    async fn find(&mut self, id: PredictionId) -> Result<Option<Known>> {
        if let Some(known) = self.recent.get(id) {
            return Ok(Some(known));
        }
        let Some(prediction) = self.store.prediction(id).await? else { return Ok(None) };
        let Some(watched) = lock(&self.watched).get(&prediction.version).cloned() else { return Ok(None) };
        let (schema, estimator) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.schema().clone(), aggregate.estimator().cloned())
        };
        let mut observation = Observation::of(&schema, &prediction);
        // Nothing was expected of it before there was an estimator.
        if let Some(estimator) = estimator.filter(|estimator| estimator.since <= prediction.time) {
            observation.expected = estimator.expect(&observation.columns, &observation.answers);
        }
        let known = Known { version: prediction.version, answers: observation.into_rows() };
        self.recent.add(id, known.clone());
        Ok(Some(known))
    }

    async fn save_buckets(&mut self) {
        let all: Vec<_> = lock(&self.watched).values().cloned().collect();
        let now = self.clock.now();
        let (mut rows, mut saved) = (Vec::new(), Vec::new());
        for watched in &all {
            let dropped = watched.dropped.swap(0, Ordering::Relaxed);
            if dropped > 0 {
                lock(&watched.aggregate).add_dropped(now, dropped);
            }
            for (minute, bucket) in lock(&watched.aggregate).take_dirty() {
                match bucket.encode() {
                    Ok(body) => {
                        self.stale.add(watched.version, minute);
                        rows.push((watched.version, Level::Minute, minute, body));
                        saved.push((watched, minute));
                    }
                    Err(error) => tracing::error!(%error, "encode a bucket"),
                }
            }
        }
        match self.put_minutes(&rows, now).await {
            Ok(()) => all.iter().for_each(|watched| lock(&watched.aggregate).forget(now)),
            Err(error) => {
                // They stay in memory and are tried again.
                saved.into_iter().for_each(|(watched, minute)| lock(&watched.aggregate).mark_dirty(minute));
                tracing::error!(%error, cause = ?error.cause, "could not save minute buckets");
            }
        }
    }

    async fn put_minutes(&mut self, rows: &[(VersionId, Level, Time, Vec<u8>)], now: Time) -> Result<()> {
        self.marker.keep_up(&self.store, &self.stale, now).await?;
        if rows.is_empty() {
            return Ok(());
        }
        self.store.put_buckets(rows).await
    }
}

/// What those who wait for a commit are told.
fn outcome<T>(recorded: &Result<T>) -> Result<()> {
    let Err(error) = recorded else { return Ok(()) };
    let hint = "the prediction was made and not kept; ask again once the disk can be written";
    Err(Error::unavailable(format!("the prediction could not be recorded: {}", error.message)).hint(hint))
}

/// The minute a time lies in, from the disk.
async fn stored_minute(store: &Store, version: VersionId, at: Time) -> Result<Option<(Time, Bucket)>> {
    let minute = at.floor(MINUTE_MS);
    Ok(stored_bucket(store, version, Level::Minute, minute).await?.map(|bucket| (minute, bucket)))
}

async fn stored_bucket(
    store: &Store,
    version: VersionId,
    level: Level,
    start: Time,
) -> Result<Option<Bucket>> {
    let rows = store.buckets(&[version], level, start, start.plus(1)).await?;
    rows.first().map(|row| Bucket::decode(&row.body)).transpose()
}

pub fn log_failure(what: &str, result: Result<impl Sized>) {
    if let Err(error) = result {
        tracing::error!(%error, cause = ?error.cause, "could not {what}");
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
