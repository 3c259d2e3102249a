//! One model on labelled rows: every metric its answers allow.
//!
//! Owns the metrics that need single rows (ranking, probabilities); those that follow from sums are
//! `accuracy`'s.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Schema, Truth};

use crate::{
    accuracy::Tally,
    metric::{Metric, MetricName},
};

/// A probability of 0 counts as this much in the log loss.
const LEAST_PROBABILITY: f64 = f64::EPSILON;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evaluation {
    /// Rows that had a truth and an answer.
    pub n: u64,
    pub metrics: Vec<Metric>,
    pub confusion: Option<ConfusionMatrix>,
}

/// Rows by true class (outer) and predicted class (inner), both in the order of `labels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConfusionMatrix {
    pub labels: Vec<String>,
    pub counts: Vec<Vec<u64>>,
}

impl Evaluation {
    pub fn get(&self, name: MetricName) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }
}

/// Measures answers against the truth, row by row. Rows whose answer or truth don't fit the task are left out;
/// a model without a task gives no metrics.
pub fn evaluate(schema: &Schema, truth: &[Truth], answers: &[Answered]) -> Evaluation {
    let Some(mut tally) = Tally::new(schema) else { return Evaluation::default() };
    for (truth, answer) in truth.iter().zip(answers) {
        tally.add(truth, answer);
    }
    let mut metrics = tally.metrics();
    let confusion = tally.confusion();
    if confusion.is_some() {
        metrics.extend(Scored::new(&schema.labels, truth, answers).metrics());
    }
    Evaluation { n: tally.n(), metrics, confusion }
}

/// The rows that have a probability for each class and a true class among them.
pub(crate) struct Scored<'a> {
    classes: usize,
    /// Index of the true class, probabilities.
    rows: Vec<(usize, &'a [f64])>,
}

impl<'a> Scored<'a> {
    pub(crate) fn new(labels: &[String], truth: &[Truth], answers: &'a [Answered]) -> Self {
        let row = |(truth, answer): (&Truth, &'a Answered)| {
            let class = truth.class();
            let index = labels.iter().position(|label| *label == class)?;
            let probabilities = answer.probabilities.as_deref()?;
            (probabilities.len() == labels.len()).then_some((index, probabilities))
        };
        Self { classes: labels.len(), rows: truth.iter().zip(answers).filter_map(row).collect() }
    }
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        if self.rows.is_empty() || self.classes < 2 {
            return vec![];
        }
        let n = self.rows.len() as u64;
        let mean = |of: &dyn Fn(usize, &[f64]) -> f64| {
            self.rows.iter().map(|(class, row)| of(*class, row)).sum::<f64>() / n as f64
        };
        let loss = mean(&|class, row| log_loss(row[class]));
        let brier = mean(&brier);
        let mut metrics =
            vec![Metric::new(MetricName::LogLoss, loss, n), Metric::new(MetricName::Brier, brier, n)];
        metrics.extend(self.roc_auc().map(|auc| Metric::new(MetricName::RocAuc, auc, n)));
        metrics
    }
    /// Of the positive class with two, else the unweighted mean of each class against the rest; `None` where
    /// only one class occurs.
    fn roc_auc(&self) -> Option<f64> {
        let of = |class: usize| {
            let scores = self.rows.iter().map(|(truth, row)| (row[class], *truth == class));
            roc_auc(scores.collect())
        };
        if self.classes == 2 {
            return of(1);
        }
        let each: Vec<f64> = (0..self.classes).filter_map(of).collect();
        (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
    }
}

/// Of one row that gave its true class this probability; natural logarithm.
pub(crate) fn log_loss(probability: f64) -> f64 {
    -probability.clamp(LEAST_PROBABILITY, 1.0).ln()
}

/// With two classes the squared error of the positive one's probability, else summed over classes.
pub(crate) fn brier(class: usize, row: &[f64]) -> f64 {
    let error = |i: usize| (row[i] - f64::from(u8::from(i == class))).powi(2);
    if row.len() == 2 { error(1) } else { (0..row.len()).map(error).sum() }
}

/// The chance that a positive scores above a negative, ties counting half (Mann and Whitney); `None` without
/// both kinds.
pub fn roc_auc(mut scores: Vec<(f64, bool)>) -> Option<f64> {
    scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let positives = scores.iter().filter(|(_, positive)| *positive).count() as f64;
    let negatives = scores.len() as f64 - positives;
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in scores.chunk_by(|a, b| a.0 == b.0) {
        let hits = tied.iter().filter(|(_, positive)| *positive).count() as f64;
        let misses = tied.len() as f64 - hits;
        wins += hits * (below + misses / 2.0);
        below += misses;
    }
    (positives > 0.0 && negatives > 0.0).then(|| wins / (positives * negatives))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::schema::Task;

    fn schema(labels: &[&str]) -> Schema {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Schema { task: Task::Classification, labels, ..Schema::default() }
    }
    fn answer(probabilities: &[f64]) -> Answered {
        Answered { label: None, probabilities: Some(probabilities.to_vec()), value: None }
    }
    fn close(actual: Option<f64>, expected: f64) {
        assert!(
            actual.is_some_and(|actual| (actual - expected).abs() < 1e-9),
            "{actual:?} is not {expected}"
        );
    }

    /// Expected values from scikit-learn: y = [0, 0, 1, 1], p = [0.1, 0.4, 0.35, 0.8].
    #[test]
    fn two_classes_agree_with_scikit_learn() {
        let truth = [0.0, 0.0, 1.0, 1.0].map(Truth::Number);
        let answers = [0.1, 0.4, 0.35, 0.8].map(|p| answer(&[1.0 - p, p]));
        let found = evaluate(&schema(&["0", "1"]), &truth, &answers);
        close(found.get(MetricName::RocAuc), 0.75);
        close(found.get(MetricName::LogLoss), 0.472_287_953_809_176_15);
        close(found.get(MetricName::Brier), 0.158_125);
        close(found.get(MetricName::Accuracy), 0.75);
        assert_eq!(found.confusion.unwrap().counts, [[2, 0], [1, 1]]);
    }

    #[test]
    fn tied_scores_count_half() {
        assert_eq!(roc_auc(vec![(0.5, true), (0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(roc_auc(vec![(0.5, true)]), None);
    }

    #[test]
    fn many_classes_use_one_against_the_rest() {
        let truth = ["a", "b", "c"].map(|class| Truth::Class(class.to_owned()));
        let answers = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]].map(|p| answer(&p));
        let found = evaluate(&schema(&["a", "b", "c"]), &truth, &answers);
        close(found.get(MetricName::RocAuc), 1.0);
        close(found.get(MetricName::Brier), (0.06 + 0.14 + 0.54) / 3.0);
    }

    #[test]
    fn rows_that_fit_nothing_are_left_out() {
        let truth = [Truth::Class("z".into()), Truth::Number(1.0)];
        let answers = [answer(&[0.5]), Answered { label: None, probabilities: None, value: Some(1.0) }];
        let found = evaluate(&schema(&["a", "b"]), &truth, &answers);
        assert_eq!(found.get(MetricName::LogLoss), None);
        assert_eq!(evaluate(&Schema::default(), &truth, &answers), Evaluation::default());
    }
}
