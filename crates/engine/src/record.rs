//! The recorder: one owner of everything that is counted and kept.
//!
//! Predictions and labels come over one bounded queue to one task, so a label is never handled before the
//! prediction it names. Recording never delays an answer: when the queue is full the prediction is dropped,
//! and the drop is counted. Must not know HTTP.

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
    Clock, PredictionId, Result, RowId, Time, VersionId,
    prediction::{Label, Prediction},
    schema::Truth,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_store::{ClientLabel, Level, Store};
use tokio::sync::{mpsc, oneshot};

use recent::{Known, Recent, compact};
use room::Room;

use crate::{
    aggregate::Observation,
    bucket::Bucket,
    lock,
    rollup::{Marker, Stale},
    route::Watched,
    view::{LabelRequest, LabelsAnswer},
};

/// Requests that may wait to be recorded.
const QUEUE: usize = 16_384;
/// A batch is committed after this time at the latest: the most that a crash can lose.
pub const FLUSH: Duration = Duration::from_millis(200);
const BATCH: usize = 4_096;
const SAVE_BUCKETS: Duration = Duration::from_secs(2);

/// The sending side, cheap to clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    waiting: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Prediction {
        prediction: Box<Prediction>,
        watched: Arc<Watched>,
        keep: bool,
        room: Room,
    },
    Labels {
        labels: Vec<LabelRequest>,
        done: oneshot::Sender<Result<LabelsAnswer>>,
    },
    /// Everything sent before is on the disk when this is answered.
    Flush {
        done: oneshot::Sender<Result<()>>,
    },
}

impl Recorder {
    pub fn start(store: Store, clock: Arc<dyn Clock>, watched: WatchedVersions, stale: Stale) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            store,
            clock,
            watched,
            stale,
            marker: Marker::default(),
            dropped: dropped.clone(),
            batch: Vec::new(),
            rooms: Vec::new(),
            recent: Recent::default(),
        };
        tokio::spawn(writer.run(receiver));
        Self { sender, waiting: Arc::default(), dropped }
    }

    pub fn observe(&self, prediction: Prediction, watched: Arc<Watched>, keep: bool) {
        let sent = Room::take(&self.waiting, &prediction).is_some_and(|room| {
            let message = Message::Prediction { prediction: Box::new(prediction), watched, keep, room };
            self.sender.try_send(message).is_ok()
        });
        if !sent {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
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

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<Result<T>>) -> Message) -> Result<T> {
        let gone = || tidegate_core::Error::unavailable("the recorder has stopped");
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
    batch: Vec<Prediction>,
    /// Of the batch.
    rooms: Vec<Room>,
    recent: Recent,
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
                _ = save.tick() => self.save_buckets().await,
            }
            if self.batch.len() >= BATCH {
                self.commit().await;
            }
        }
        self.commit().await;
        self.save_buckets().await;
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Prediction { prediction, watched, keep, room } => {
                self.count(&prediction, &watched).await;
                if keep {
                    self.batch.push(*prediction);
                    self.rooms.push(room);
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
                self.save_buckets().await;
                let _ = done.send(Ok(()));
            }
        }
    }

    async fn count(&mut self, prediction: &Prediction, watched: &Watched) {
        let learnt = {
            let mut aggregate = lock(&watched.aggregate);
            let observation = Observation::of(aggregate.schema(), prediction);
            if prediction.error.is_none() {
                let answers = observation.answers.iter().map(compact).collect();
                self.recent.add(prediction.id, Known { version: prediction.version, answers });
            }
            aggregate.add(prediction, observation).map(|baseline| baseline.encode())
        };
        if let Some(Ok(baseline)) = learnt {
            log_failure(
                "save the learnt baseline",
                self.store.put_baseline(watched.version, &baseline).await,
            );
        }
    }

    async fn commit(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let requests = batch.len() as u64;
        let recorded = self.store.record(batch).await;
        self.rooms.clear();
        match recorded {
            // Labels that came before their prediction.
            Ok(early) => {
                for label in early {
                    log_failure("count an early label", self.count_label(&label, None).await);
                }
            }
            Err(error) => {
                self.dropped.fetch_add(requests, Ordering::Relaxed);
                tracing::error!(%error, cause = ?error.cause, "could not record predictions");
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
        Ok(answer)
    }

    /// Counts a label where its prediction was counted.
    async fn count_label(&mut self, label: &Label, before: Option<&Truth>) -> Result<()> {
        let Some(known) = self.find(label.row.prediction).await? else { return Ok(()) };
        let Some(answered) = known.answers.get(label.row.row as usize) else { return Ok(()) };
        let Some(watched) = lock(&self.watched).get(&known.version).cloned() else { return Ok(()) };
        let at = label.row.prediction.time();
        if !lock(&watched.aggregate).holds_minute(at) {
            let stored =
                stored_bucket(&self.store, watched.version, Level::Minute, at.floor(MINUTE_MS)).await?;
            let Some(stored) = stored else {
                let count = |bucket: &mut Bucket| {
                    bucket.replace_label(answered, before, &label.truth, label.time.since(at));
                };
                return self.count_coarsely(watched.version, at, count).await;
            };
            lock(&watched.aggregate).restore([(at.floor(MINUTE_MS), stored)]);
        }
        lock(&watched.aggregate).label(at, answered, before, &label.truth, label.time.since(at));
        Ok(())
    }

    /// Counts a label whose minute is not kept any more: in its hour, else in its day.
    async fn count_coarsely(
        &self,
        version: VersionId,
        at: Time,
        count: impl FnOnce(&mut Bucket),
    ) -> Result<()> {
        for (level, width_ms) in [(Level::Hour, HOUR_MS), (Level::Day, DAY_MS)] {
            let start = at.floor(width_ms);
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
        let schema = lock(&watched.aggregate).schema().clone();
        let answers = Observation::of(&schema, &prediction).answers.iter().map(compact).collect();
        let known = Known { version: prediction.version, answers };
        self.recent.add(id, known.clone());
        Ok(Some(known))
    }

    async fn save_buckets(&mut self) {
        let all: Vec<_> = lock(&self.watched).values().cloned().collect();
        let now = self.clock.now();
        let (mut rows, mut saved) = (Vec::new(), Vec::new());
        for watched in &all {
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
