//! Which charts to draw, and what was drawn.

use serde::{Deserialize, Serialize};
use tidegate_core::Time;
use utoipa::ToSchema;

/// Which charts to draw, for which range, in which size.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChartsRequest {
    /// Both or neither; else the last `last_s` seconds.
    #[serde(default)]
    pub from: Option<Time>,
    #[serde(default)]
    pub to: Option<Time>,
    #[serde(default)]
    pub last_s: Option<u32>,
    /// A version number; all versions if left out.
    #[serde(default)]
    pub version: Option<u32>,
    /// Another version, drawn dashed into the same charts of lines; needs `version`.
    #[serde(default)]
    pub compare: Option<u32>,
    pub theme: tidegate_charts::Theme,
    /// Minutes the reader's clock is ahead of UTC.
    #[serde(default)]
    pub utc_offset_min: i32,
    pub charts: Vec<ChartRequest>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChartRequest {
    pub kind: ChartKind,
    /// For `drift`, `histogram`, `unknown_words` and `distance`; the most drifted input if left out.
    #[serde(default)]
    pub feature: Option<String>,
    /// For `loss`, `search` and `importance`.
    #[serde(default)]
    pub run: Option<i64>,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// p50, p95, p99.
    Latency,
    LatencyHeatmap,
    /// Answered and failed requests a second.
    Throughput,
    /// Accuracy or mean absolute error by prediction time with its 95% band, over what is estimated without labels.
    Accuracy,
    /// Share of predictions that have a label, and after how long.
    Coverage,
    /// How sure a classifier is: reference against now.
    Confidence,
    /// How often each probability came true.
    Calibration,
    /// Classes by truth and prediction.
    Confusion,
    /// Prediction minus truth of a regression.
    Residuals,
    /// The ROC curve.
    Roc,
    /// The precision-recall curve.
    PrecisionRecall,
    /// PSI of one input over time.
    Drift,
    /// PSI of every input over time.
    Heatmap,
    /// Share of the words of one text input that are unknown.
    UnknownWords,
    /// Mean distance of one tensor input's vectors from the reference's centre.
    Distance,
    /// Mean reconstruction error of all inputs together.
    Together,
    /// Share of rows that fail quality checks, by kind.
    Quality,
    /// Which checks failed when.
    QualityHeatmap,
    /// Reference against the newest window.
    Histogram,
    /// Processor of machine and program.
    Cpu,
    Memory,
    Queue,
    /// Training and held-out loss of a run.
    Loss,
    /// Trials of a search as parallel coordinates.
    Search,
    /// What moved the loss of a search's trials.
    Importance,
    /// Mean error in the order labels arrive, with what its detectors found.
    Concept,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChartsAnswer {
    pub now: Time,
    pub from: Time,
    pub to: Time,
    /// Width of a point.
    pub step_ms: i64,
    /// Buckets of counters that were read for it: about a thousand at most, whatever the range.
    pub read: usize,
    pub charts: Vec<ChartView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChartView {
    pub kind: ChartKind,
    pub title: String,
    /// "since 13:46, values higher".
    pub note: String,
    pub feature: Option<String>,
    #[serde(flatten)]
    pub chart: tidegate_charts::Chart,
}
