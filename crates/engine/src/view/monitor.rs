//! Numbers of a model over a range of time.

use serde::Serialize;
use tidegate_core::Time;
use tidegate_monitor::{drift::Drift, live::Together, report::compare::Comparison};
use utoipa::ToSchema;

use super::{Baseline, DriftEffect};

/// Numbers of a model over a range of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonitorView {
    pub from: Time,
    pub to: Time,
    pub tiles: Vec<Tile>,
    /// Per input, over the newest window, in the order of `ranked_by`.
    pub drift: Vec<FeatureDrift>,
    pub ranked_by: RankedBy,
    pub prediction_drift: Option<Drift>,
    /// As `exact` of an input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_exact: Option<Comparison>,
    /// How well the inputs' values go together, over the newest window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<Together>,
    pub baseline: Baseline,
    pub window_s: u32,
    pub metrics: Vec<MetricView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tile {
    /// `requests`, `latency`, `errors`, `quality`, `labels`, `drift`.
    pub key: String,
    pub title: String,
    pub value: String,
    pub unit: String,
    /// Change against the window before, or what the number stands on.
    pub detail: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Plain,
    Good,
    Watch,
    Act,
}

/// What comes first among the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RankedBy {
    /// The most drifted.
    Distance,
    /// The drifted ones by their effect on the answer, once that was explained; then the others by distance.
    Effect,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeatureDrift {
    pub feature: String,
    #[serde(flatten)]
    pub drift: Drift,
    pub since: Option<Time>,
    /// Recomputed from the window's rows, where counters left the input undecided or the model's settings name
    /// another definition of drift than ours for it: it then decides the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Comparison>,
    /// What it does to the answers, once that was explained. (`effect` is the size of the drift itself.)
    pub on_answers: Option<DriftEffect>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricView {
    pub name: String,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
}
