//! The counters of one version while it is served: fine buckets in memory, minutes on their way to the disk.
//!
//! Owns which bucket a prediction or a label falls in. Must not know the store: [`crate::record`] saves what
//! [`Aggregate::take_dirty`] gives.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use tidegate_core::{
    Time,
    prediction::Prediction,
    schema::{Answered, Schema, Truth},
    time::{HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::{
    concept::News,
    estimate::Expectation,
    quality::{Check, Plan, Window},
};

use crate::{
    baseline::{Baseline, Learning},
    bucket::{AnsweredRow, Bucket, read_rows},
    concept::Errors,
    estimate::Estimator,
    quality,
    rows::Column,
    season::Season,
};

/// Width of the fine buckets, kept in memory.
pub const FINE_MS: i64 = 2_000;
pub const FINE_KEPT_MS: i64 = 20 * MINUTE_MS;
/// Older ones are folded to this width, so that an hour of them is some hundreds.
pub const FOLDED_MS: i64 = 10_000;
pub const FOLDED_KEPT_MS: i64 = HOUR_MS;
/// Rows of one fine bucket that something is expected of: more would cost time and tell nothing new.
const MOST_EXPECTED: u64 = 10_000;
/// Minutes stay in memory this long, so that late labels rarely read the disk.
const MINUTES_KEPT_MS: i64 = 2 * HOUR_MS;

#[derive(Debug)]
pub struct Aggregate {
    /// Shared, as every request reads it.
    schema: Arc<Schema>,
    learn_rows: u64,
    /// Shared, so that signals are computed without holding up who counts.
    baseline: Option<Arc<Baseline>>,
    learning: Learning,
    /// What was counted since it was last settled, in fine buckets: a prediction is counted once, here.
    open: BTreeMap<Time, Bucket>,
    /// What is counted for the quality checks; nothing while there are none.
    quality: Option<Arc<Plan>>,
    /// Of accuracy without labels, where a labelled reference taught one.
    estimator: Option<Arc<Estimator>>,
    /// Whether it was tried to fit one to the reference that was there before.
    tried_estimator: bool,
    fine: BTreeMap<Time, Bucket>,
    /// Fine buckets that begin before this are folded.
    folded_until: Time,
    minutes: BTreeMap<Time, Bucket>,
    dirty: BTreeSet<Time>,
    /// As labels arrive, where the rest goes by the time of the prediction.
    pub errors: Errors,
    pub season: Season,
    /// Grows with every change, so that a page knows when to draw again.
    pub revision: u64,
}

/// What a prediction's rows say.
#[derive(Debug, Clone)]
pub struct Observation {
    pub columns: Vec<Column>,
    pub answers: Vec<Answered>,
    /// What is expected of each answer without its label; empty without an estimator.
    pub expected: Vec<Option<Expectation>>,
}

impl Observation {
    pub fn of(schema: &Schema, prediction: &Prediction) -> Self {
        let (columns, answers) = match prediction.error {
            None => read_rows(schema, &prediction.inputs, &prediction.outputs, prediction.rows),
            Some(_) => Default::default(),
        };
        Self { columns, answers, expected: Vec::new() }
    }

    /// The rows as their labels will find them.
    pub fn into_rows(self) -> Vec<AnsweredRow> {
        let expected = self.expected.into_iter().chain(std::iter::repeat(None));
        let rows = self.answers.into_iter().zip(expected);
        rows.map(|(answer, expected)| AnsweredRow { answer, expected }).collect()
    }
}

impl Aggregate {
    pub fn new(schema: Schema, baseline: Option<Baseline>, learn_rows: u64) -> Self {
        Self {
            errors: Errors::new(schema.task),
            season: Season::default(),
            schema: Arc::new(schema),
            learn_rows,
            baseline: baseline.map(Arc::new),
            learning: Learning::default(),
            open: BTreeMap::new(),
            quality: None,
            estimator: None,
            tried_estimator: false,
            fine: BTreeMap::new(),
            folded_until: Time(i64::MIN),
            minutes: BTreeMap::new(),
            dirty: BTreeSet::new(),
            revision: 1,
        }
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub fn baseline(&self) -> Option<&Arc<Baseline>> {
        self.baseline.as_ref()
    }

    pub fn estimator(&self) -> Option<&Arc<Estimator>> {
        self.estimator.as_ref()
    }

    /// From now on accuracy is estimated by this one, or not at all.
    pub fn set_estimator(&mut self, estimator: Option<Estimator>) {
        self.estimator = estimator.map(Arc::new);
        self.revision += 1;
    }

    /// True once: what could not be fitted to a reference can't be fitted to the same again.
    pub fn try_estimator(&mut self) -> bool {
        !std::mem::replace(&mut self.tried_estimator, true)
    }

    /// Adds what is expected of the answers without labels; not of all where very many come at once.
    pub fn expect(&self, at: Time, observation: &mut Observation) {
        let Some(estimator) = &self.estimator else { return };
        let open = self.open.get(&at.floor(FINE_MS)).and_then(|bucket| bucket.performance.expected.as_ref());
        if open.is_none_or(|expected| expected.n() < MOST_EXPECTED) {
            observation.expected = estimator.expect(&observation.columns, &observation.answers);
        }
    }

    pub fn learnt_rows(&self) -> u64 {
        self.learning.rows()
    }

    /// How many rows make the baseline of a version that has none; 0 for never.
    pub fn set_learn_rows(&mut self, rows: u64) {
        self.learn_rows = rows;
    }

    /// From now on counts are made against this baseline; a changed schema comes with it.
    pub fn set_baseline(&mut self, schema: Schema, baseline: Baseline) {
        self.schema = Arc::new(schema);
        self.baseline = Some(Arc::new(baseline));
        self.learning = Learning::default();
        self.revision += 1;
    }

    /// From now on rows are counted for these quality checks, and signals are judged by them.
    pub fn set_quality(&mut self, plan: Arc<Plan>, checks: &[Check]) {
        self.quality = Some(plan);
        if let Some(baseline) = &self.baseline {
            let judged = Baseline { checks: checks.to_vec(), ..Baseline::clone(baseline) };
            self.baseline = Some(Arc::new(judged));
        }
        self.revision += 1;
    }

    /// Counts what was found in requests, beside the rows themselves.
    pub fn add_quality(&mut self, time: Time, found: &Window) {
        self.revision += 1;
        let baseline = self.baseline.as_deref();
        bucket_at(&mut self.open, time.floor(FINE_MS), &self.schema, baseline).quality.merge(found);
    }

    /// Puts back minutes read from the disk; one that is in memory is newer than its row, and stays.
    pub fn restore(&mut self, minutes: impl IntoIterator<Item = (Time, Bucket)>) {
        for (minute, bucket) in minutes {
            self.minutes.entry(minute).or_insert(bucket);
        }
    }

    /// Takes up learning where it was before a restart; only while there is no baseline.
    pub fn relearn(&mut self, observation: Observation, now: Time) -> Option<Arc<Baseline>> {
        if self.baseline.is_some() { None } else { self.learn(observation, now) }
    }

    /// Counts one prediction; gives the baseline if this one completed it.
    pub fn add(&mut self, prediction: &Prediction, observation: &Observation) -> Option<Arc<Baseline>> {
        self.revision += 1;
        let baseline = self.baseline.as_deref();
        let bucket = bucket_at(&mut self.open, prediction.time.floor(FINE_MS), &self.schema, baseline);
        bucket.add_request(&prediction.timing, prediction.rows, prediction.error);
        bucket.add_answers(&observation.answers, &observation.expected);
        if let Some(baseline) = baseline {
            bucket.add_rows(baseline, &observation.columns, &observation.answers);
        }
        if let Some(plan) = self.quality.as_ref().filter(|_| prediction.error.is_none()) {
            bucket.quality.add(plan, &quality::values(&observation.columns), prediction.rows as usize);
        }
        if prediction.error.is_some() || self.baseline.is_some() || self.learn_rows == 0 {
            return None;
        }
        self.learn(observation.clone(), prediction.time)
    }

    /// Counts requests that were answered but could not be recorded.
    pub fn add_dropped(&mut self, at: Time, requests: u64) {
        self.revision += 1;
        let baseline = self.baseline.as_deref();
        bucket_at(&mut self.open, at.floor(FINE_MS), &self.schema, baseline).dropped += requests;
    }

    /// Puts what was counted lately where labels and the disk find it: in its fine bucket and its minute.
    fn settle(&mut self) {
        for (time, bucket) in std::mem::take(&mut self.open) {
            let minute = time.floor(MINUTE_MS);
            self.dirty.insert(minute);
            let start = self.fine_start(time);
            join(&mut self.minutes, minute, bucket.clone());
            join(&mut self.fine, start, bucket);
        }
    }

    /// Where the fine bucket of a time begins.
    fn fine_start(&self, at: Time) -> Time {
        at.floor(if at < self.folded_until { FOLDED_MS } else { FINE_MS })
    }

    fn learn(&mut self, observation: Observation, now: Time) -> Option<Arc<Baseline>> {
        self.learning.add(observation.columns, observation.answers);
        if self.learning.rows() < self.learn_rows {
            return None;
        }
        let learnt = std::mem::take(&mut self.learning).finish(&self.schema, now);
        self.baseline = Some(Arc::new(learnt));
        self.baseline.clone()
    }

    /// Counts a label at the time of its prediction. A minute no longer in memory must be given back first
    /// (see [`Self::holds_minute`]).
    pub fn label(&mut self, at: Time, row: &AnsweredRow, old: Option<&Truth>, new: &Truth, lag_ms: i64) {
        self.revision += 1;
        self.settle();
        let (minute, start) = (at.floor(MINUTE_MS), self.fine_start(at));
        let fine = self.fine.get_mut(&start);
        // Whatever its baseline: a label says nothing about the inputs that were counted.
        let coarse =
            self.minutes.entry(minute).or_insert_with(|| Bucket::new(&self.schema, self.baseline.as_deref()));
        for bucket in fine.into_iter().chain([coarse]) {
            bucket.replace_label(row, old, new, lag_ms);
        }
        self.dirty.insert(minute);
    }

    /// Hands a label that just arrived to the detectors.
    pub fn take_error(&mut self, at: Time, answer: &Answered, truth: &Truth) -> Vec<News> {
        let usual = self.baseline.as_ref().and_then(|baseline| baseline.quality);
        let Some((error, news)) = self.errors.take(&self.schema, usual, at, answer, truth) else {
            return Vec::new();
        };
        self.revision += 1;
        let minute = at.floor(MINUTE_MS);
        for (time, buckets) in [(at.floor(FINE_MS), &mut self.fine), (minute, &mut self.minutes)] {
            bucket_at(buckets, time, &self.schema, self.baseline.as_deref()).add_error(error);
        }
        self.dirty.insert(minute);
        news
    }

    pub fn holds_minute(&self, at: Time) -> bool {
        let minute = at.floor(MINUTE_MS);
        self.minutes.contains_key(&minute) || self.open.range(minute..minute.plus(MINUTE_MS)).next().is_some()
    }

    /// Minutes changed since the last call, to be saved; give back with [`Self::mark_dirty`] what could not be.
    pub fn take_dirty(&mut self) -> Vec<(Time, Bucket)> {
        self.settle();
        std::mem::take(&mut self.dirty)
            .into_iter()
            .filter_map(|minute| Some((minute, self.minutes.get(&minute)?.clone())))
            .collect()
    }

    pub fn mark_dirty(&mut self, minute: Time) {
        self.dirty.insert(minute);
    }

    /// Lets go of what is too old to be kept in memory; hours that are over are kept for the season.
    pub fn forget(&mut self, now: Time) {
        let over = now.floor(HOUR_MS).plus(-HOUR_MS);
        if !self.season.knows(over) {
            let hour = self.window(over, over.plus(HOUR_MS));
            self.season.add(over, &hour);
            self.season.forget(now);
        }
        self.fold(now.plus(-FINE_KEPT_MS).floor(FOLDED_MS));
        self.fine = self.fine.split_off(&now.plus(-FOLDED_KEPT_MS).floor(FOLDED_MS));
        let keep_from = now.plus(-MINUTES_KEPT_MS);
        let dirty = &self.dirty;
        self.minutes.retain(|minute, _| *minute >= keep_from || dirty.contains(minute));
    }

    /// Makes wider buckets of the fine ones before `until`, a multiple of their width.
    fn fold(&mut self, until: Time) {
        let since = self.folded_until;
        self.folded_until = until.max(since);
        let kept = self.fine.split_off(&until);
        let ready = self.fine.split_off(&since.min(until));
        ready.into_iter().for_each(|(time, bucket)| join(&mut self.fine, time.floor(FOLDED_MS), bucket));
        self.fine.extend(kept);
    }

    pub fn empty(&self) -> Bucket {
        Bucket::new(&self.schema, self.baseline.as_deref())
    }

    /// Everything between `from` (inclusive) and `to` (exclusive): whole minutes, and fine buckets at both ends.
    /// Minutes are fewer to merge, and those from before a restart have no fine buckets.
    pub fn window(&self, from: Time, to: Time) -> Bucket {
        let mut whole = self.empty();
        let from = self.fine_start(from);
        let to = to.max(from);
        let first = from.plus(MINUTE_MS - 1).floor(MINUTE_MS).min(to);
        let last = to.floor(MINUTE_MS).max(first);
        let head = self.fine.range(from..first);
        let middle = self.minutes.range(first..last);
        let tail = self.fine.range(last..to);
        let open = self.open.range(from..to);
        head.chain(middle).chain(tail).chain(open).for_each(|(_, bucket)| whole.merge(bucket));
        whole
    }

    /// Requests between `from` and `to`, which must lie within the last hour.
    pub fn requests(&self, from: Time, to: Time) -> u64 {
        self.fine(from, to).map(|(_, bucket)| bucket.requests).sum()
    }

    /// Whether there are minutes from before `start`: what the fine buckets, which are never saved, lack.
    pub fn reaches_before(&self, start: Time) -> bool {
        self.minutes.keys().next().is_some_and(|first| *first < start.floor(MINUTE_MS))
    }

    /// Fine buckets of a range, those older than [`FINE_KEPT_MS`] folded; none of a range that ends before it begins.
    /// What was counted last comes as a bucket of its own beside the one of the same time.
    pub fn fine(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, &Bucket)> {
        let from = self.fine_start(from).min(to);
        let buckets = self.fine.range(from..to).chain(self.open.range(from..to));
        buckets.map(|(time, bucket)| (*time, bucket))
    }

    /// Minutes of a range; what was counted last comes as further buckets of the same minutes.
    pub fn minutes(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, &Bucket)> {
        let from = from.floor(MINUTE_MS).min(to);
        let settled = self.minutes.range(from..to).map(|(minute, bucket)| (*minute, bucket));
        // To the end of the minute that `to` lies in; of a range that is empty, nothing.
        let until = if from < to { to.plus(MINUTE_MS - 1).floor(MINUTE_MS) } else { from };
        let open = self.open.range(from..until);
        settled.chain(open.map(|(time, bucket)| (time.floor(MINUTE_MS), bucket)))
    }
}

/// Adds what was counted to the bucket that begins at `time`.
fn join(buckets: &mut BTreeMap<Time, Bucket>, time: Time, bucket: Bucket) {
    match buckets.entry(time) {
        Entry::Vacant(place) => {
            place.insert(bucket);
        }
        Entry::Occupied(mut place) => place.get_mut().roll(&bucket),
    }
}

fn bucket_at<'a>(
    buckets: &'a mut BTreeMap<Time, Bucket>,
    time: Time,
    schema: &Schema,
    baseline: Option<&Baseline>,
) -> &'a mut Bucket {
    let id = baseline.map_or(0, |baseline| baseline.id);
    let bucket = buckets.entry(time).or_insert_with(|| Bucket::new(schema, baseline));
    if bucket.baseline != id {
        // The bins changed within this stretch: the older counts can't be told apart any more.
        let mut fresh = Bucket::new(schema, baseline);
        fresh.merge(bucket);
        *bucket = fresh;
    }
    bucket
}

#[cfg(test)]
#[path = "aggregate_tests.rs"]
mod tests;
