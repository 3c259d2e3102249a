//! One stretch of a version's time: mergeable counters from which every chart and signal is made.
//!
//! Owns what is counted and how two stretches become one. Must not know where buckets are kept.

mod performance;
pub mod sections;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Code, Result,
    prediction::Timing,
    schema::{Answered, Schema, Truth},
};
use tidegate_monitor::{
    accuracy::Tally,
    column::{Bins, Counts, Reference},
    estimate::Expectation,
    latency::Latency,
    live::text::length,
    quality::Window,
};

use crate::{
    answers::answers,
    baseline::Baseline,
    rows::{self, Column, Elements},
    wide::WideCounts,
};
pub use performance::{AnsweredRow, Checked, Performance};
use sections::Sections;

/// The section that holds the fields of [`Bucket`] that serde writes. Fields added later are skipped there and
/// have a section of their own, so that what older programs wrote still reads.
const COUNTERS: u8 = 1;
/// Sections of fields added later; absent where the field is nothing.
const DROPPED: u8 = 5;
const QUALITY: u8 = 6;
const PERFORMANCE: u8 = 7;
/// Holds [`Arrived`].
const ARRIVED: u8 = 8;
/// Holds [`WideCounts`].
const WIDE: u8 = 9;

/// Counters of one minute, hour or day (or of two seconds, in memory).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    pub requests: u64,
    pub rows: u64,
    pub failed: u64,
    pub total: Latency,
    pub queue: Latency,
    /// The baseline that `features` and `prediction` were counted against; counts of another don't mix.
    pub baseline: u64,
    pub features: Vec<Counts>,
    pub prediction: Option<Counts>,
    /// Right and wrong answers; `None` for models whose task has no accuracy.
    pub tally: Option<Tally>,
    pub labelled: u64,
    /// Sum of the time between prediction and label, milliseconds.
    pub label_lag_ms: u64,
    /// Requests that were answered but not recorded, because too many waited or the disk refused them.
    #[serde(skip)]
    pub dropped: u64,
    /// What data quality checks count.
    #[serde(skip)]
    pub quality: Window,
    #[serde(skip)]
    pub performance: Performance,
    #[serde(skip)]
    pub arrived: Arrived,
    /// Against the same baseline as `features`.
    #[serde(skip)]
    pub wide: WideCounts,
}

/// Labels that arrived in the stretch, whenever their predictions were made: what detectors of concept drift see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrived {
    pub labels: u64,
    /// Sum of their errors: 1 for a wrong class, else the absolute error.
    pub error: f64,
}

impl Arrived {
    /// Mean error; `None` without labels.
    pub fn mean(&self) -> Option<f64> {
        (self.labels > 0).then(|| self.error / self.labels as f64)
    }

    pub fn merge(&mut self, other: &Self) {
        self.labels += other.labels;
        self.error += other.error;
    }
}

impl Bucket {
    pub fn new(schema: &Schema, baseline: Option<&Baseline>) -> Self {
        Self {
            requests: 0,
            rows: 0,
            failed: 0,
            total: Latency::default(),
            queue: Latency::default(),
            baseline: baseline.map_or(0, |baseline| baseline.id),
            features: baseline.map_or_else(Vec::new, |b| b.features.iter().map(Counts::new).collect()),
            prediction: baseline.and_then(|b| b.prediction.as_ref()).map(Counts::new),
            tally: Tally::new(schema),
            labelled: 0,
            label_lag_ms: 0,
            dropped: 0,
            quality: Window::default(),
            arrived: Arrived::default(),
            performance: Performance::default(),
            wide: baseline.map_or_else(WideCounts::default, |baseline| WideCounts::new(&baseline.wide)),
        }
    }

    pub fn add_request(&mut self, timing: &Timing, rows: u32, error: Option<Code>) {
        self.requests += 1;
        if error.is_some() {
            self.failed += 1;
            return;
        }
        self.rows += u64::from(rows);
        self.total.record(timing.total_us.into());
        self.queue.record(timing.queue_us.into());
    }

    /// Counts the rows' features and answers against the baseline.
    pub fn add_rows(&mut self, baseline: &Baseline, columns: &[Column], answers: &[Answered]) {
        if self.baseline != baseline.id {
            return;
        }
        for ((counts, reference), column) in self.features.iter_mut().zip(&baseline.features).zip(columns) {
            add_column(counts, reference, column);
        }
        self.wide.add(&baseline.wide, columns);
        if let (Some(counts), Some(reference)) = (&mut self.prediction, &baseline.prediction) {
            match answers.first() {
                Some(Answered { label: Some(_), .. }) => {
                    let labels = answers.iter().filter_map(|answer| answer.label.as_deref());
                    labels.for_each(|label| counts.add_category(reference, label));
                }
                _ => counts.add_numbers(reference, answers.iter().filter_map(|answer| answer.value)),
            }
        }
    }

    /// Counts a label by its arrival, not by its prediction.
    pub fn add_error(&mut self, error: f64) {
        self.arrived.labels += 1;
        self.arrived.error += error;
    }

    /// Counts how sure the answers were, and what is expected of them.
    pub fn add_answers(&mut self, answers: &[Answered], expected: &[Option<Expectation>]) {
        self.performance.add_answers(answers, expected);
    }

    /// Counts a label, in place of the one that was there before. The lag stays that of the first.
    pub fn replace_label(&mut self, row: &AnsweredRow, before: Option<&Truth>, truth: &Truth, lag_ms: i64) {
        let Some(tally) = &mut self.tally else { return };
        let removed = before.is_some_and(|before| tally.remove(before, &row.answer));
        let added = tally.add(truth, &row.answer);
        self.labelled = (self.labelled + u64::from(added)).saturating_sub(removed.into());
        match (removed, before) {
            (true, Some(before)) => self.performance.change_label(row, before, truth, tally),
            (false, _) if added => {
                self.label_lag_ms += lag_ms.max(0) as u64;
                self.performance.add_label(row, truth, lag_ms, tally);
            }
            _ => {}
        }
    }

    pub fn merge(&mut self, other: &Bucket) {
        self.requests += other.requests;
        self.rows += other.rows;
        self.failed += other.failed;
        self.total.merge(&other.total);
        self.queue.merge(&other.queue);
        match (&mut self.tally, &other.tally) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
        self.labelled += other.labelled;
        self.label_lag_ms += other.label_lag_ms;
        self.dropped += other.dropped;
        self.quality.merge(&other.quality);
        self.arrived.merge(&other.arrived);
        self.performance.merge(&other.performance);
        if self.baseline != other.baseline {
            return;
        }
        for (mine, theirs) in self.features.iter_mut().zip(&other.features) {
            mine.merge(theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.prediction, &other.prediction) {
            mine.merge(theirs);
        }
        self.wide.merge(&other.wide);
    }

    /// Merges a later stretch for good: counts against the newer baseline stay, as only those can be compared
    /// from now on.
    pub fn roll(&mut self, later: &Bucket) {
        if later.baseline > self.baseline {
            self.baseline = later.baseline;
            self.features.clear();
            self.prediction = None;
            self.wide = WideCounts::default();
            self.merge(&Bucket { features: Vec::new(), prediction: None, ..later.clone() });
            self.features.clone_from(&later.features);
            self.prediction.clone_from(&later.prediction);
        } else {
            self.merge(later);
        }
    }

    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut out = Sections::new();
        out.put(COUNTERS, self)?;
        if self.dropped > 0 {
            out.put(DROPPED, &self.dropped)?;
        }
        if !self.quality.is_empty() {
            out.put(QUALITY, &self.quality.pruned())?;
        }
        if !self.performance.is_empty() {
            out.put(PERFORMANCE, &self.performance)?;
        }
        if self.arrived.labels > 0 {
            out.put(ARRIVED, &self.arrived)?;
        }
        if !self.wide.is_empty() {
            out.put(WIDE, &self.wide)?;
        }
        Ok(out.finish())
    }

    /// Sections of a newer program are left out; a bucket from before there were sections is all counters.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let Some(sections) = sections::split(bytes)? else { return sections::read(bytes) };
        let part = |wanted: u8| sections.iter().find(|(tag, _)| *tag == wanted).map(|(_, body)| *body);
        let mut bucket: Self = sections::read(part(COUNTERS).ok_or_else(sections::damaged)?)?;
        if let Some(body) = part(DROPPED) {
            bucket.dropped = sections::read(body)?;
        }
        if let Some(body) = part(QUALITY) {
            bucket.quality = sections::read(body)?;
        }
        if let Some(body) = part(PERFORMANCE) {
            bucket.performance = sections::read(body)?;
        }
        if let Some(body) = part(ARRIVED) {
            bucket.arrived = sections::read(body)?;
        }
        if let Some(body) = part(WIDE) {
            bucket.wide = sections::read(body)?;
        }
        Ok(bucket)
    }
}

fn add_column(counts: &mut Counts, reference: &Reference, column: &Column) {
    match column {
        Column::Numbers(values) | Column::Tensors { means: values, .. } => {
            counts.add_numbers(reference, values.iter().copied());
        }
        // Running text goes by its length.
        Column::Texts(values) if matches!(reference.bins, Bins::Numeric { .. }) => {
            counts.add_numbers(reference, values.iter().map(|value| length(value)));
        }
        Column::Texts(values) => values.iter().for_each(|value| counts.add_category(reference, value)),
    }
}

/// The answers as one column: the predicted class, or the predicted number.
pub fn prediction_column(answers: &[Answered]) -> Column {
    match answers.first() {
        Some(Answered { label: Some(_), .. }) => {
            Column::Texts(answers.iter().filter_map(|answer| answer.label.clone()).collect())
        }
        _ => Column::Numbers(answers.iter().filter_map(|answer| answer.value).collect()),
    }
}

/// Features and answers of one recorded request.
pub fn read_rows(
    schema: &Schema,
    inputs: &[tidegate_core::tensor::Named],
    outputs: &[tidegate_core::tensor::Named],
    count: u32,
) -> (Vec<Column>, Vec<Answered>) {
    (rows::columns_with(schema, inputs, count, Elements::Watched), answers(schema, outputs, count))
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
