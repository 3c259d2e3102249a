//! Accuracy as running sums: each labelled row is added, a corrected label is removed and added again.
//!
//! Owns what is counted and the metrics that follow from it. Sums can be merged. Must not know how labels
//! find their predictions.

mod calibration;
mod confidence;
mod definition;
mod detail;
mod interval;
mod macros;
mod ranking;
mod residuals;
pub(crate) mod scale;
mod scores;

use std::collections::BTreeMap;

pub use calibration::{Reliability, ReliabilityBin};
pub use confidence::{CONFIDENCE_BINS, Confidence};
pub use detail::{Detail, metrics};
pub use interval::{Mean, newcombe, ratio_of_shares};
pub use ranking::{CurvePoint, Outcomes};
pub use residuals::Residuals;
pub use scores::{Scores, TOP_K};
pub(crate) use scores::{scored, stated};
use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Schema, Task, Truth};

use crate::{
    evaluate::ConfusionMatrix,
    metric::{Metric, MetricName, Z95, wilson},
};

/// What is known of some labelled rows of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tally {
    Classification(Confusion),
    Regression(Errors),
}

/// Rows by true and predicted class; only the pairs that occur are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// In the schema's order: with two, the last is the positive class.
    pub labels: Vec<String>,
    /// True class -> predicted class -> rows.
    pub rows: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Sums over the rows of a regression: e is prediction minus truth, y the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    pub n: u64,
    pub e: f64,
    pub abs_e: f64,
    pub e2: f64,
    pub y: f64,
    pub y2: f64,
}

impl Tally {
    /// Nothing yet; `None` for models whose task has no accuracy.
    pub fn new(schema: &Schema) -> Option<Self> {
        match schema.task {
            Task::Classification => {
                let labels = schema.labels.clone();
                Some(Self::Classification(Confusion { labels, ..Confusion::default() }))
            }
            Task::Regression => Some(Self::Regression(Errors::default())),
            Task::Other => None,
        }
    }
    /// Counts a row; false, and nothing counted, where answer or truth don't fit the task.
    pub fn add(&mut self, truth: &Truth, answer: &Answered) -> bool {
        match self {
            Self::Classification(confusion) => confusion.count(truth, answer, |rows| rows + 1),
            Self::Regression(errors) => errors.count(truth, answer, 1.0),
        }
    }
    /// Takes back a row that was added, exactly as it was.
    pub fn remove(&mut self, truth: &Truth, answer: &Answered) -> bool {
        match self {
            Self::Classification(confusion) => confusion.count(truth, answer, |rows| rows.saturating_sub(1)),
            Self::Regression(errors) => errors.count(truth, answer, -1.0),
        }
    }
    /// Adds another tally of the same task; one of another task is left out.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Classification(mine), Self::Classification(theirs)) => mine.merge(theirs),
            (Self::Regression(mine), Self::Regression(theirs)) => mine.merge(theirs),
            _ => {}
        }
    }
    /// One of the same task and classes, with nothing counted.
    #[must_use]
    pub fn emptied(&self) -> Self {
        match self {
            Self::Classification(confusion) => {
                Self::Classification(Confusion { labels: confusion.labels.clone(), ..Confusion::default() })
            }
            Self::Regression(_) => Self::Regression(Errors::default()),
        }
    }
    /// The schema's classes; none for a regression.
    pub fn labels(&self) -> &[String] {
        match self {
            Self::Classification(confusion) => &confusion.labels,
            Self::Regression(_) => &[],
        }
    }
    /// Rows by true and predicted class; `None` of a regression.
    pub fn confusion(&self) -> Option<ConfusionMatrix> {
        let Self::Classification(confusion) = self else { return None };
        let labels = confusion.classes();
        let row = |truth: &String| labels.iter().map(|predicted| confusion.at(truth, predicted)).collect();
        let counts = labels.iter().map(row).collect();
        Some(ConfusionMatrix { labels, counts })
    }
    /// Rows counted.
    pub fn n(&self) -> u64 {
        match self {
            Self::Classification(confusion) => confusion.n(),
            Self::Regression(errors) => errors.n,
        }
    }
    /// Accuracy, F1, precision and recall, or MAE, RMSE and R2; empty for no rows.
    pub fn metrics(&self) -> Vec<Metric> {
        match self {
            _ if self.n() == 0 => vec![],
            Self::Classification(confusion) => confusion.metrics(),
            Self::Regression(errors) => errors.metrics(),
        }
    }
}

/// The class an answer names, or the most probable one.
pub(crate) fn predicted<'a>(answer: &'a Answered, labels: &'a [String]) -> Option<&'a str> {
    let most_probable = || {
        let probabilities = answer.probabilities.as_deref()?.iter().enumerate();
        let (best, _) = probabilities.max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)))?;
        labels.get(best).map(String::as_str)
    };
    answer.label.as_deref().or_else(most_probable)
}

/// True positives, false positives and false negatives of one class.
#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    tp: u64,
    fp: u64,
    fn_: u64,
}

impl Hits {
    fn f1(self) -> f64 {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }
    fn precision(self) -> f64 {
        ratio(self.tp, self.tp + self.fp)
    }
    fn recall(self) -> f64 {
        ratio(self.tp, self.tp + self.fn_)
    }
}

/// 0 of 0 is 0, as in scikit-learn.
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl Confusion {
    fn count(&mut self, truth: &Truth, answer: &Answered, change: impl Fn(u64) -> u64) -> bool {
        let Some(predicted) = predicted(answer, &self.labels).map(str::to_owned) else { return false };
        let cell = self.rows.entry(truth.class()).or_default().entry(predicted).or_default();
        *cell = change(*cell);
        if *cell == 0 {
            self.drop_empty();
        }
        true
    }
    fn drop_empty(&mut self) {
        self.rows.retain(|_, row| {
            row.retain(|_, rows| *rows > 0);
            !row.is_empty()
        });
    }
    fn merge(&mut self, other: &Self) {
        if self.labels.is_empty() {
            self.labels.clone_from(&other.labels);
        }
        for (truth, row) in &other.rows {
            let mine = self.rows.entry(truth.clone()).or_default();
            row.iter().for_each(|(predicted, rows)| *mine.entry(predicted.clone()).or_default() += rows);
        }
    }
    fn n(&self) -> u64 {
        self.rows.values().flat_map(BTreeMap::values).sum()
    }
    /// Rows of a true class that were predicted as another (or the same) one.
    pub fn at(&self, truth: &str, predicted: &str) -> u64 {
        self.rows.get(truth).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
    }
    /// The schema's labels, then others that occur.
    pub fn classes(&self) -> Vec<String> {
        let mut classes = self.labels.clone();
        let occurring = self.rows.iter().flat_map(|(truth, row)| std::iter::once(truth).chain(row.keys()));
        for class in occurring {
            if !classes.contains(class) {
                classes.push(class.clone());
            }
        }
        classes
    }
    /// The positive class of a model with two.
    pub fn positive(&self) -> Option<&str> {
        match self.labels.as_slice() {
            [_, positive] => Some(positive),
            _ => None,
        }
    }
    fn hits(&self) -> BTreeMap<&str, Hits> {
        let mut hits = BTreeMap::<&str, Hits>::new();
        for (truth, row) in &self.rows {
            for (predicted, rows) in row {
                if truth == predicted {
                    hits.entry(truth).or_default().tp += rows;
                } else {
                    hits.entry(truth).or_default().fn_ += rows;
                    hits.entry(predicted).or_default().fp += rows;
                }
            }
        }
        hits
    }
    fn metrics(&self) -> Vec<Metric> {
        let (n, hits) = (self.n(), self.hits());
        let right = hits.values().map(|hits| hits.tp).sum();
        let average = |of: fn(Hits) -> f64| match self.positive() {
            Some(positive) => of(hits.get(positive).copied().unwrap_or_default()),
            None => hits.values().map(|hits| of(*hits)).sum::<f64>() / hits.len().max(1) as f64,
        };
        vec![
            Metric::new(MetricName::Accuracy, ratio(right, n), n).within(wilson(right, n)),
            Metric::new(MetricName::F1, average(Hits::f1), n),
            Metric::new(MetricName::Precision, average(Hits::precision), n),
            Metric::new(MetricName::Recall, average(Hits::recall), n),
        ]
    }
}

impl Errors {
    fn count(&mut self, truth: &Truth, answer: &Answered, sign: f64) -> bool {
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        let Some((y, value)) = finite(truth.number()).zip(finite(answer.value)) else { return false };
        let e = value - y;
        self.n = if sign > 0.0 { self.n + 1 } else { self.n.saturating_sub(1) };
        self.add([e, e.abs(), e * e, y, y * y].map(|term| sign * term));
        if self.n == 0 {
            *self = Self::default();
        }
        true
    }
    fn add(&mut self, [e, abs_e, e2, y, y2]: [f64; 5]) {
        self.e += e;
        self.abs_e += abs_e;
        self.e2 += e2;
        self.y += y;
        self.y2 += y2;
    }
    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.add([other.e, other.abs_e, other.e2, other.y, other.y2]);
    }
    fn metrics(&self) -> Vec<Metric> {
        let n = self.n as f64;
        let (mae, mse) = (self.abs_e / n, (self.e2 / n).max(0.0));
        let error = Z95 * ((mse - mae * mae).max(0.0) / n).sqrt();
        let mut metrics = vec![
            Metric::new(MetricName::Mae, mae, self.n).within(((mae - error).max(0.0), mae + error)),
            Metric::new(MetricName::Rmse, mse.sqrt(), self.n),
        ];
        let spread = self.y2 - self.y * self.y / n;
        if spread > 0.0 {
            metrics.push(Metric::new(MetricName::R2, 1.0 - self.e2 / spread, self.n));
        }
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schema(task: Task, labels: &[&str]) -> Schema {
        Schema { task, labels: labels.iter().map(|label| (*label).to_owned()).collect(), ..Schema::default() }
    }
    fn label(label: &str) -> Answered {
        Answered { label: Some(label.to_owned()), probabilities: None, value: None }
    }
    fn value(value: f64) -> Answered {
        Answered { label: None, probabilities: None, value: Some(value) }
    }
    fn get(tally: &Tally, name: MetricName) -> f64 {
        tally.metrics().into_iter().find(|metric| metric.name == name).unwrap().value
    }

    /// Expected values from scikit-learn.
    #[test]
    fn two_classes_agree_with_scikit_learn() {
        let mut tally = Tally::new(&schema(Task::Classification, &["0", "1"])).unwrap();
        for (truth, answer) in [(1.0, "1"), (1.0, "0"), (0.0, "1"), (0.0, "0"), (1.0, "1")] {
            assert!(tally.add(&Truth::Number(truth), &label(answer)));
        }
        assert!((get(&tally, MetricName::Accuracy) - 0.6).abs() < 1e-12);
        assert!((get(&tally, MetricName::F1) - 2.0 / 3.0).abs() < 1e-12);
        assert!((get(&tally, MetricName::Precision) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn many_classes_are_averaged() {
        let mut tally = Tally::new(&schema(Task::Classification, &["a", "b", "c"])).unwrap();
        for (truth, answer) in [("a", "a"), ("b", "a"), ("c", "c"), ("c", "b")] {
            tally.add(&Truth::Class(truth.to_owned()), &label(answer));
        }
        assert!((get(&tally, MetricName::F1) - (2.0 / 3.0 + 0.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_most_probable_class_stands_in_for_a_label() {
        let labels = ["no".to_owned(), "yes".to_owned()];
        let answer = Answered { label: None, probabilities: Some(vec![0.2, 0.8]), value: None };
        assert_eq!(predicted(&answer, &labels), Some("yes"));
        assert_eq!(predicted(&value(1.0), &labels), None);
    }

    #[test]
    fn errors_agree_with_scikit_learn() {
        let mut tally = Tally::new(&schema(Task::Regression, &[])).unwrap();
        for (truth, answer) in [(3.0, 2.5), (-0.5, 0.0), (2.0, 2.0), (7.0, 8.0)] {
            assert!(tally.add(&Truth::Number(truth), &value(answer)));
        }
        assert!((get(&tally, MetricName::Mae) - 0.5).abs() < 1e-12);
        assert!((get(&tally, MetricName::R2) - 0.948_608_137_044_967_9).abs() < 1e-12);
        assert!(!tally.add(&Truth::Class("high".into()), &value(1.0)) && tally.n() == 4);
    }

    #[test]
    fn nothing_counted_gives_no_metrics() {
        assert_eq!(Tally::new(&schema(Task::Classification, &[])).unwrap().metrics(), []);
        assert_eq!(Tally::new(&schema(Task::Other, &[])), None);
    }

    fn rows() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::vec((0_u8..4, 0_u8..4), 0..60)
    }
    fn of(rows: &[(u8, u8)]) -> Tally {
        let mut tally = Tally::new(&schema(Task::Classification, &[])).unwrap();
        rows.iter()
            .for_each(|(t, a)| assert!(tally.add(&Truth::Number((*t).into()), &label(&a.to_string()))));
        tally
    }

    proptest! {
        #[test]
        fn merging_is_counting_all_and_removing_takes_back(left in rows(), right in rows()) {
            let mut tally = of(&left);
            tally.merge(&of(&right));
            prop_assert_eq!(&tally, &of(&[left.clone(), right.clone()].concat()));
            for (t, a) in &right {
                tally.remove(&Truth::Number((*t).into()), &label(&a.to_string()));
            }
            prop_assert_eq!(tally, of(&left));
        }
    }
}
