//! What a labelled reference taught of one version: the estimator that fits its task, and what it looked like.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Schema, Task, Truth};

use super::{Estimator, Expectation, Expected, Inputs, LossEstimator};
use crate::{accuracy::Confidence, metric::Metric};

/// How accuracy is estimated without labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Confidence-based performance estimation, for classifiers that give probabilities.
    Confidence(Estimator),
    /// Direct loss estimation, for regressions.
    Loss(Box<LossEstimator>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    pub method: Method,
    /// Labelled rows it was fitted on.
    pub rows: u64,
    /// Of the reference's answers; empty for a regression.
    pub confidence: Confidence,
}

impl Fitted {
    /// `inputs` have a value for each row, in the order of the schema's features. `None` where the task has no
    /// accuracy, answers have no probabilities, or too few rows have a truth.
    pub fn fit(
        schema: &Schema,
        inputs: &[Inputs<'_>],
        answers: &[Answered],
        truths: &[Option<Truth>],
        seed: u64,
    ) -> Option<Self> {
        match schema.task {
            Task::Classification => Self::fit_confidence(schema, answers, truths, seed),
            Task::Regression => {
                let truth: Vec<_> = truths.iter().map(|truth| truth.as_ref()?.number()).collect();
                let fitted = LossEstimator::fit(inputs, &predictions(answers), &truth, seed)?;
                let rows = fitted.rows();
                Some(Self { method: Method::Loss(Box::new(fitted)), rows, confidence: Confidence::default() })
            }
            Task::Other => None,
        }
    }
    fn fit_confidence(
        schema: &Schema,
        answers: &[Answered],
        truths: &[Option<Truth>],
        seed: u64,
    ) -> Option<Self> {
        let pairs =
            answers.iter().zip(truths).filter_map(|(answer, truth)| Some((truth.clone()?, answer.clone())));
        let (truth, labelled): (Vec<Truth>, Vec<Answered>) = pairs.unzip();
        let estimator = Estimator::fit(schema, &truth, &labelled, seed)?;
        let mut confidence = Confidence::default();
        answers
            .iter()
            .filter_map(|answer| answer.probabilities.as_deref())
            .for_each(|row| confidence.add(row));
        Some(Self { method: Method::Confidence(estimator), rows: truth.len() as u64, confidence })
    }
    /// What is expected of each row; `None` where its answer has no probabilities or no number.
    pub fn expect(&self, inputs: &[Inputs<'_>], answers: &[Answered]) -> Vec<Option<Expectation>> {
        match &self.method {
            Method::Confidence(estimator) => answers.iter().map(|answer| estimator.expect(answer)).collect(),
            Method::Loss(estimator) => {
                let answered = answers.iter().map(|answer| answer.value.is_some_and(f64::is_finite));
                let rows = estimator.expect(inputs, &predictions(answers));
                rows.into_iter().zip(answered).map(|(row, answered)| answered.then_some(row)).collect()
            }
        }
    }
    /// Estimated metrics with their bands of three standard errors; empty for no rows.
    pub fn metrics(&self, expected: &Expected) -> Vec<Metric> {
        match (&self.method, expected) {
            (Method::Confidence(estimator), expected) => estimator.metrics(expected),
            (Method::Loss(estimator), Expected::Loss(sums)) => estimator.metrics(sums),
            (Method::Loss(_), _) => vec![],
        }
    }
}

fn predictions(answers: &[Answered]) -> Vec<f64> {
    answers.iter().map(|answer| answer.value.unwrap_or(f64::NAN)).collect()
}
