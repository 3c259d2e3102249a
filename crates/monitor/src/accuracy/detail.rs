//! Everything that is counted of labelled rows beyond right and wrong, for either task.
//!
//! Owns which metrics a tally and its detail give together. Must not know how labels find their predictions.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Task, Truth};

use super::{Residuals, Scores, Tally, macros};
use crate::metric::{Metric, MetricName};

/// The probabilities' worth, or the errors' shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    Classification(Scores),
    Regression(Residuals),
}

impl Detail {
    /// Nothing yet; `None` for models whose task has no accuracy.
    pub fn new(task: Task) -> Option<Self> {
        match task {
            Task::Classification => Some(Self::Classification(Scores::default())),
            Task::Regression => Some(Self::Regression(Residuals::default())),
            Task::Other => None,
        }
    }
    /// Of a classification.
    pub fn scores(&self) -> Option<&Scores> {
        match self {
            Self::Classification(scores) => Some(scores),
            Self::Regression(_) => None,
        }
    }
    /// Counts a row; false, and nothing counted, where answer or truth don't fit.
    pub fn add(&mut self, labels: &[String], truth: &Truth, answer: &Answered) -> bool {
        match self {
            Self::Classification(scores) => scores.add(labels, truth, answer),
            Self::Regression(residuals) => {
                pair(truth, answer).map(|(y, said)| residuals.add(y, said)).is_some()
            }
        }
    }
    /// Takes back a row that was added.
    pub fn remove(&mut self, labels: &[String], truth: &Truth, answer: &Answered) -> bool {
        match self {
            Self::Classification(scores) => scores.remove(labels, truth, answer),
            Self::Regression(residuals) => {
                pair(truth, answer).map(|(y, said)| residuals.remove(y, said)).is_some()
            }
        }
    }
    /// Adds another of the same task; one of another task is left out.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Classification(mine), Self::Classification(theirs)) => mine.merge(theirs),
            (Self::Regression(mine), Self::Regression(theirs)) => mine.merge(theirs),
            _ => {}
        }
    }
}

/// Truth and prediction of a regression's row.
fn pair(truth: &Truth, answer: &Answered) -> Option<(f64, f64)> {
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    finite(truth.number()).zip(finite(answer.value))
}

/// Every metric that labelled rows allow, each with its interval; empty for no rows. `top_k`: how many of the most
/// probable classes count as right for the metric of that name.
pub fn metrics(tally: &Tally, detail: Option<&Detail>, top_k: u32) -> Vec<Metric> {
    let mut metrics = tally.metrics();
    match (tally, detail) {
        _ if tally.n() == 0 => {}
        (Tally::Classification(confusion), detail) => {
            macros::add_intervals(confusion, &mut metrics);
            if let Some(Detail::Classification(scores)) = detail {
                metrics.extend(scores.metrics(top_k));
            }
        }
        // Sums that don't cover the same rows give no interval.
        (Tally::Regression(errors), Some(Detail::Regression(residuals)))
            if residuals.sketch().n() == errors.n =>
        {
            for metric in &mut metrics {
                let interval = match metric.name {
                    MetricName::Rmse => residuals.rmse_interval(errors),
                    MetricName::R2 => residuals.r2_interval(errors),
                    _ => None,
                };
                if let Some((low, high)) = interval {
                    (metric.low, metric.high) = (Some(low), Some(high));
                }
            }
            metrics.extend(residuals.metrics(errors));
        }
        _ => {}
    }
    metrics
}
