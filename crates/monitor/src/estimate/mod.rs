//! Accuracy without labels: what a classifier's own probabilities, once calibrated, say of its accuracy, and what a
//! regression's errors depend on.
//!
//! Owns NannyML's confidence-based performance estimation (CBPE) and direct loss estimation (DLE) as running sums
//! that can be merged. Both hold while inputs drift and what they mean does not; realised accuracy belongs beside
//! them when labels arrive. Neither is fitted again to labels that come: those are seldom a fair sample, and an
//! estimator that follows what the inputs mean now could no longer show that it has changed.

mod calibration;
pub mod cbpe;
pub mod columns;
mod fitted;
mod isotonic;
mod loss;
mod ranking;
mod reweight;

pub use calibration::{calibrator, expected_calibration_error};
pub use fitted::{Fitted, Method};
pub use isotonic::Isotonic;
pub use loss::{Inputs, LossEstimator};
pub use ranking::{average_precision, roc_auc};
pub use reweight::{Reweighted, reweighted};

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Schema, Task, Truth};

use crate::{
    accuracy::predicted,
    metric::{Metric, MetricName},
};

/// The band of the estimate is this many standard errors on either side.
const BAND: f64 = 3.0;

/// What a labelled reference teaches of a model: how to read its probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimator {
    labels: Vec<String>,
    /// Of the positive class with two, else of each class; `None` where probabilities are good as they are.
    calibrators: Vec<Option<Isotonic>>,
    /// Standard deviation of being right, over the reference's rows.
    spread: f64,
}

impl Estimator {
    /// Learns from reference rows with their truth; the seed draws the splits that decide whether to
    /// calibrate. `None` unless the model gives class probabilities and some rows have them.
    pub fn fit(schema: &Schema, truth: &[Truth], answers: &[Answered], seed: u64) -> Option<Self> {
        let labels = &schema.labels;
        if schema.task != Task::Classification || labels.len() < 2 {
            return None;
        }
        let rows: Vec<(&[f64], String, bool)> = truth
            .iter()
            .zip(answers)
            .filter_map(|(truth, answer)| {
                let class = truth.class();
                let right = predicted(answer, labels)? == class;
                Some((probabilities(answer, labels.len())?, class, right))
            })
            .collect();
        let classes = if labels.len() == 2 { 1..2 } else { 0..labels.len() };
        let fitted = |class: usize| {
            let scores: Vec<f64> = rows.iter().map(|(row, ..)| row[class]).collect();
            let hits: Vec<bool> = rows.iter().map(|(_, truth, _)| *truth == labels[class]).collect();
            calibrator(&scores, &hits, seed)
        };
        let share = rows.iter().filter(|(.., right)| *right).count() as f64 / rows.len().max(1) as f64;
        let spread = (share * (1.0 - share)).sqrt();
        let calibrators = classes.map(fitted).collect();
        (!rows.is_empty()).then(|| Self { labels: labels.clone(), calibrators, spread })
    }
    /// Sums for answers of this model, nothing yet.
    pub fn expected(&self) -> Expected {
        match self.labels.len() {
            2 => Expected::Binary(Binary::default()),
            _ => Expected::Multiclass(Multiclass::default()),
        }
    }
    /// What is expected of an answer; `None` where it has no probabilities.
    pub fn expect(&self, answer: &Answered) -> Option<Expectation> {
        let (row, label) = probabilities(answer, self.labels.len()).zip(predicted(answer, &self.labels))?;
        if self.labels.len() == 2 {
            let p = self.calibrated(0, row[1]);
            return Some(Expectation::Binary { positive: label == self.labels[1], p });
        }
        let class = self.labels.iter().position(|known| known == label)?;
        Some(Expectation::Multiclass { p: self.normalised(row, class) })
    }
    /// Counts an answer; false, and nothing counted, where it has no probabilities.
    pub fn add(&self, expected: &mut Expected, answer: &Answered) -> bool {
        self.expect(answer).map(|row| expected.add(row)).is_some()
    }
    /// Estimated accuracy with its sampling band of three standard errors, and with two classes F1, precision
    /// and recall; empty for no answers.
    pub fn metrics(&self, expected: &Expected) -> Vec<Metric> {
        let n = expected.n();
        let Some(accuracy) = expected.accuracy() else { return vec![] };
        let error = BAND * self.spread / (n as f64).sqrt();
        let band = ((accuracy - error).max(0.0), (accuracy + error).min(1.0));
        let mut metrics = vec![Metric::new(MetricName::Accuracy, accuracy, n).within(band)];
        if let Expected::Binary(sums) = expected {
            metrics.extend([
                Metric::new(MetricName::F1, sums.f1(), n),
                Metric::new(MetricName::Precision, sums.precision(), n),
                Metric::new(MetricName::Recall, sums.recall(), n),
            ]);
        }
        metrics
    }

    fn calibrated(&self, calibrator: usize, probability: f64) -> f64 {
        match &self.calibrators[calibrator] {
            Some(isotonic) => isotonic.calibrate(probability),
            None => probability,
        }
    }
    /// The calibrated probability of one class among all; even where all are 0.
    fn normalised(&self, row: &[f64], class: usize) -> f64 {
        let sum: f64 = row.iter().enumerate().map(|(i, p)| self.calibrated(i, *p)).sum();
        if sum > 0.0 { self.calibrated(class, row[class]) / sum } else { 1.0 / row.len() as f64 }
    }
}

fn probabilities(answer: &Answered, classes: usize) -> Option<&[f64]> {
    let row = answer.probabilities.as_deref()?;
    (row.len() == classes && row.iter().all(|p| p.is_finite())).then_some(row)
}

/// What is expected of one row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// Whether the positive class was predicted, and its calibrated probability.
    Binary { positive: bool, p: f64 },
    /// The calibrated probability of the predicted class.
    Multiclass { p: f64 },
    /// The absolute and the squared error, in the target's unit and its square.
    Loss { absolute: f64, squared: f64 },
}

/// Running sums of what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    Binary(Binary),
    Multiclass(Multiclass),
    Loss(Losses),
}

/// Sums of expected errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    pub n: u64,
    pub absolute: f64,
    pub squared: f64,
}

/// The expected confusion matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Binary {
    pub n: u64,
    pub tp: f64,
    pub fp: f64,
    pub fn_: f64,
    pub tn: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Multiclass {
    pub n: u64,
    /// Sum of the predicted classes' probabilities.
    pub right: f64,
}

impl From<Expectation> for Expected {
    /// The sums of one row.
    fn from(row: Expectation) -> Self {
        let mut expected = match row {
            Expectation::Binary { .. } => Self::Binary(Binary::default()),
            Expectation::Multiclass { .. } => Self::Multiclass(Multiclass::default()),
            Expectation::Loss { .. } => Self::Loss(Losses::default()),
        };
        expected.add(row);
        expected
    }
}

impl Expected {
    /// Counts a row of the same kind; one of another kind is left out.
    pub fn add(&mut self, row: Expectation) {
        match (self, row) {
            (Self::Binary(sums), Expectation::Binary { positive, p }) => sums.add(positive, p),
            (Self::Multiclass(sums), Expectation::Multiclass { p }) => sums.add(p),
            (Self::Loss(sums), Expectation::Loss { absolute, squared }) => {
                sums.n += 1;
                sums.absolute += absolute;
                sums.squared += squared;
            }
            _ => {}
        }
    }
    /// Adds sums of the same kind; others are left out.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Binary(mine), Self::Binary(theirs)) => mine.merge(theirs),
            (Self::Multiclass(mine), Self::Multiclass(theirs)) => {
                mine.n += theirs.n;
                mine.right += theirs.right;
            }
            (Self::Loss(mine), Self::Loss(theirs)) => {
                mine.n += theirs.n;
                mine.absolute += theirs.absolute;
                mine.squared += theirs.squared;
            }
            _ => {}
        }
    }
    pub fn n(&self) -> u64 {
        match self {
            Self::Binary(sums) => sums.n,
            Self::Multiclass(sums) => sums.n,
            Self::Loss(sums) => sums.n,
        }
    }
    /// Expected mean absolute error of a regression; `None` for no answers, and of a classifier.
    pub fn mean_absolute_error(&self) -> Option<f64> {
        match self {
            Self::Loss(sums) if sums.n > 0 => Some((sums.absolute / sums.n as f64).max(0.0)),
            _ => None,
        }
    }
    /// `None` for no answers, and of a regression.
    pub fn accuracy(&self) -> Option<f64> {
        let right = match self {
            Self::Binary(sums) => sums.tp + sums.tn,
            Self::Multiclass(sums) => sums.right,
            Self::Loss(_) => return None,
        };
        (self.n() > 0).then(|| right / self.n() as f64)
    }
}

impl Multiclass {
    /// `p`: the calibrated probability of the predicted class.
    pub fn add(&mut self, p: f64) {
        self.n += 1;
        self.right += p;
    }
}

impl Binary {
    /// `p`: the calibrated probability of the positive class.
    pub fn add(&mut self, predicted_positive: bool, p: f64) {
        self.n += 1;
        if predicted_positive {
            self.tp += p;
            self.fp += 1.0 - p;
        } else {
            self.fn_ += p;
            self.tn += 1.0 - p;
        }
    }
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.tp += other.tp;
        self.fp += other.fp;
        self.fn_ += other.fn_;
        self.tn += other.tn;
    }
    pub fn f1(&self) -> f64 {
        ratio(self.tp, self.tp + 0.5 * (self.fp + self.fn_))
    }
    pub fn precision(&self) -> f64 {
        ratio(self.tp, self.tp + self.fp)
    }
    pub fn recall(&self) -> f64 {
        ratio(self.tp, self.tp + self.fn_)
    }
    pub fn specificity(&self) -> f64 {
        ratio(self.tn, self.tn + self.fp)
    }
}

/// 0 of 0 is 0.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
