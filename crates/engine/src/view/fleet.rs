//! The cards of the fleet: health in words, the newest numbers, the worker.

use serde::Serialize;
use tidegate_core::{Time, run::RunState};
use utoipa::ToSchema;

/// Calm until something is wrong: always a word and a shape beside the colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    #[default]
    Healthy,
    Watch,
    Act,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Health {
    pub state: HealthState,
    /// Why, the most pressing first; empty when healthy.
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    pub state: HealthState,
    /// "income drifted since 13:46 (PSI 0.31, values higher)".
    pub sentence: String,
    pub since: Option<Time>,
    pub next: NextStep,
}

/// The step to offer as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    Open,
    Retrain,
    Compare,
}

/// A card of the fleet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelSummary {
    pub name: String,
    /// "binary classifier, 30 inputs".
    pub kind: String,
    pub champion: Option<u32>,
    pub challenger: Option<u32>,
    pub deleted: Option<Time>,
    pub health: Health,
    pub pulse: Pulse,
    pub sparks: Sparks,
    pub worker: WorkerView,
    /// The retraining under way, if any.
    pub run: Option<RunPulse>,
}

/// The newest numbers of one model, over its window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Pulse {
    pub requests_per_s: f64,
    pub requests: u64,
    pub p99_ms: Option<f64>,
    pub error_share: Option<f64>,
    /// Accuracy (classification), 0 to 1.
    pub accuracy: Option<f64>,
    /// Mean absolute error (regression).
    pub mae: Option<f64>,
    pub drifted: Option<u32>,
    pub features: u32,
    /// Requests that were answered but not recorded.
    pub dropped: u64,
}

/// The last hour, or all of a younger model, in 60 points, oldest first.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Sparks {
    pub p99_ms: Vec<Option<f64>>,
    pub error_share: Vec<Option<f64>>,
    pub quality: Vec<Option<f64>>,
    pub drift: Vec<Option<f64>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct WorkerView {
    /// `ready`, `starting`, `restarting`, `quarantined`, `stopped`.
    pub state: String,
    pub reason: Option<String>,
    pub pid: Option<u32>,
    pub restarts: u32,
    pub queued: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunPulse {
    pub id: i64,
    pub state: RunState,
    pub step: u32,
    pub total: u32,
    /// Its place in line while it waits for its turn, from 1.
    pub position: Option<u32>,
}
