//! Numbers of a model over a range of time.

use serde::Serialize;
use tidegate_core::Time;
use tidegate_monitor::{drift::Drift, report::compare::Comparison};
use utoipa::ToSchema;

use super::Baseline;

/// Numbers of a model over a range of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonitorView {
    pub from: Time,
    pub to: Time,
    pub tiles: Vec<Tile>,
    /// Per input, the most drifted first, over the newest window.
    pub drift: Vec<FeatureDrift>,
    pub prediction_drift: Option<Drift>,
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

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeatureDrift {
    pub feature: String,
    #[serde(flatten)]
    pub drift: Drift,
    pub since: Option<Time>,
    /// Recomputed from the window's rows, where counters left the input undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Comparison>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricView {
    pub name: String,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
}
