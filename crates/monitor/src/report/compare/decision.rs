//! What decides about a column, as the different definitions do.

use super::{
    super::{Method, evidently, nannyml},
    LEVEL,
};
use crate::drift::State;

/// What the test that decides said.
pub(super) struct Decision {
    pub test: Method,
    pub score: Option<f64>,
    pub threshold: f64,
    pub drifted: bool,
}

impl Decision {
    pub fn evidently(outcome: evidently::Outcome) -> Self {
        Self {
            test: outcome.method,
            score: outcome.score,
            threshold: outcome.method.threshold(),
            drifted: outcome.state == State::Drifted,
        }
    }
    /// By a p-value that [`judge`] will adjust.
    pub fn scipy(test: Method, p: Option<f64>) -> Self {
        Self { test, score: p, threshold: LEVEL, drifted: p.is_some_and(|p| p <= LEVEL) }
    }
    /// By NannyML's Jensen-Shannon distance of the whole current sample, and of each chunk of the reference.
    pub fn nannyml(score: Option<f64>, chunks: &[f64]) -> Self {
        let threshold = nannyml::band(chunks).map_or(0.0, |(_, upper)| upper);
        let drifted = score.is_some_and(|score| score > threshold);
        Self { test: Method::JensenShannonBase2, score, threshold, drifted }
    }
}
