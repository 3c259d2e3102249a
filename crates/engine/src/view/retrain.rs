//! What a retraining would use.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    RunId, Time,
    data::{DataUsed, TrainingState},
    id::{DatasetId, TrainingId},
    run::Plan,
};
use tidegate_train::Probe;
use utoipa::ToSchema;

use super::RunPulse;

/// What a retraining would use, before it starts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DryRun {
    pub probe: Probe,
    /// Labelled predictions in the window.
    pub labelled: u64,
    pub reference_rows: u64,
    pub train_rows: u64,
    pub held_out_new: u64,
    pub held_out_old: u64,
    /// The rows of each part, and what is doubtful about them.
    pub data: DataUsed,
    /// What stands in the way, in words; empty when it can start.
    pub obstacles: Vec<String>,
}

/// Retrainings of all models that are under way or wait for their turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueView {
    /// How many may train at once.
    pub at_once: u32,
    /// Those that train first, then in the order of the line.
    pub runs: Vec<QueuedRun>,
    /// First models in the making, which stand in the same line.
    pub trainings: Vec<QueuedTraining>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueuedTraining {
    pub id: TrainingId,
    pub dataset: DatasetId,
    /// What it will be called.
    pub model: String,
    /// From 1; none for those that have their turn.
    pub position: Option<u32>,
    pub created: Time,
    pub state: TrainingState,
    /// "reading the data", "fitting trees".
    pub at: String,
    pub step: u32,
    pub total: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueuedRun {
    pub model: String,
    pub run: RunPulse,
    /// From 1; none for those that have their turn.
    pub position: Option<u32>,
    pub created: Time,
    /// "by ada", "because income drifted...".
    pub why: String,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RetrainRequest {
    pub plan: Plan,
    /// A run that is over, whose search is taken up where it ended; its plan is then taken.
    pub resume: Option<RunId>,
    pub who: Option<String>,
}

/// What a Kubernetes runner applies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunnerManifest {
    /// JSON, which `kubectl apply -f` takes as well.
    pub manifest: String,
}

/// What came of trying a runner.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunnerTest {
    pub ok: bool,
    /// What it said, or what stands in the way.
    pub answer: String,
    pub hint: Option<String>,
}
