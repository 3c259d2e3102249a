//! Alert rules and alerts.

use serde::{Deserialize, Serialize};

use crate::{ModelId, Time, id::AlertId};

/// What a rule watches. Each signal is defined once, in `engine`, and drawn from the same numbers as the charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The highest PSI among the inputs.
    InputDrift,
    /// PSI of the predictions.
    PredictionDrift,
    /// Share of right answers (classification) in the window.
    Accuracy,
    /// Mean absolute error (regression) in the window.
    MeanAbsoluteError,
    /// Share of failed requests.
    ErrorShare,
    /// Milliseconds.
    LatencyP99,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rule {
    pub signal: Signal,
    pub direction: Direction,
    pub threshold: f64,
    /// It must hold for this many evaluations in a row before the alert fires, and as many to clear.
    pub hold: u32,
    /// After clearing, no new alert for this long, seconds.
    pub cool_down_s: u32,
    pub severity: Severity,
    pub enabled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
// Drift has directions too, and a document has one schema a name.
#[schema(as = RuleDirection)]
pub enum Direction {
    Above,
    Below,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Watch,
    Act,
}

/// One firing of a rule, with the numbers that made it fire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    pub id: AlertId,
    pub model: ModelId,
    pub signal: Signal,
    /// The feature it is about, where there is one.
    pub subject: Option<String>,
    pub severity: Severity,
    pub since: Time,
    /// Set once it cleared.
    pub until: Option<Time>,
    pub value: f64,
    pub threshold: f64,
    /// A sentence: what, since when, how much.
    pub message: String,
    pub snoozed_until: Option<Time>,
    pub acknowledged: bool,
}
