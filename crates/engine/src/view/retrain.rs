//! What a retraining would use.

use serde::{Deserialize, Serialize};
use tidegate_core::{RunId, data::DataUsed, run::Plan};
use tidegate_train::Probe;
use utoipa::ToSchema;

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
