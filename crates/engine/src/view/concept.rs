//! Concept drift as it is looked at.

use serde::Serialize;
use tidegate_core::{Time, concept::DetectorName};
use tidegate_monitor::concept::Detection;
use utoipa::ToSchema;

/// How the errors of a version stand with the detectors that watch them, in the order its labels arrive.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConceptView {
    pub version: u32,
    pub state: ConceptState,
    /// "errors rose from 2.1% to 8.7% since 13:46 UTC (ADWIN, 640 labels)".
    pub sentence: String,
    pub unit: ErrorUnit,
    /// Labels taken so far, by arrival.
    pub labels: u64,
    /// Mean error of about the newest hundred labels.
    pub recent: Option<f64>,
    pub detectors: Vec<DetectorView>,
    /// The newest first.
    pub detections: Vec<DetectionView>,
    /// When a detector began to warn, the newest first.
    pub warnings: Vec<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConceptState {
    /// Switched off, or a model whose answers can't be right or wrong.
    Off,
    /// Labels are needed first.
    Waiting,
    Steady,
    /// A detector is near its limit.
    Warning,
    /// Errors rose and are still up.
    Risen,
}

/// What errors are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorUnit {
    /// Share of wrong answers.
    Share,
    /// Absolute error, in the target's unit.
    Absolute,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetectorView {
    pub name: DetectorName,
    pub title: String,
    /// Labels since it started, or since the last change it found.
    pub window: u64,
    /// When the first of them arrived.
    pub begun: Option<Time>,
    /// Mean error over its window.
    pub mean: Option<f64>,
    /// Mean error before the last change it found.
    pub before: Option<f64>,
    pub warning: bool,
    /// When it last found a change.
    pub last: Option<Time>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetectionView {
    #[serde(flatten)]
    pub detection: Detection,
    /// Errors became more, or larger; else fewer.
    pub rose: bool,
    pub sentence: String,
}
