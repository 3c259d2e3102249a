//! Retraining runs: what was asked, how far it is, what came out and why it was promoted or held.

use serde::{Deserialize, Serialize};

use crate::{
    ModelId, RunId, Time, VersionId,
    data::{DataPlan, DataUsed},
    trigger::{Combine, TriggerCondition},
};
pub use crate::{
    gates::{
        Comparison, ComparisonLine, GateMetric, GateRows, Gates, Limit, MetricGate, OutputGate, PairedTest,
        SliceGate,
    },
    network::{Network, Optimiser, Schedule},
    runner::{Job, Runner},
    search::{Domain, Parameter, Sampler, Search, Study, Trial, TrialState},
    trees::Trees,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Run {
    pub id: RunId,
    pub model: ModelId,
    /// The champion it starts from and is compared with.
    pub parent: VersionId,
    pub trigger: Trigger,
    pub plan: Plan,
    pub state: RunState,
    pub created: Time,
    pub started: Option<Time>,
    pub ended: Option<Time>,
    /// The last progress, kept so that a page opened late shows the whole loss curve.
    pub progress: Vec<Progress>,
    pub log: Vec<String>,
    /// The version it made, once there is one.
    pub challenger: Option<VersionId>,
    pub comparison: Option<Comparison>,
    /// Why it failed, or stepped back, in words.
    pub error: Option<String>,
    /// The rows it learnt from and was judged on, once they are known.
    #[serde(default)]
    pub data: Option<DataUsed>,
    /// The trials of its search, where the plan asks for one.
    #[serde(default)]
    pub study: Option<Study>,
    /// The job that was handed over, unless it was trained here.
    #[serde(default)]
    pub job: Option<Job>,
    /// What it was made from; `null` until the rows are gathered.
    #[serde(default)]
    pub lineage: Option<Lineage>,
    /// The run it was started again for, as the program ended in the middle of that.
    #[serde(default)]
    pub retry_of: Option<RunId>,
}

/// What the result follows from, beside the plan with its parameters and seed: the same again gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
// Data sets have a lineage too, and a document has one schema a name.
#[schema(as = RunLineage)]
pub struct Lineage {
    /// Of the champion's file, lower-case hex.
    pub parent_sha256: String,
    /// Of the rows learnt from, in their order, with their truths and weights; lower-case hex.
    pub data_sha256: String,
    pub rows: u64,
    /// The program that trained it: its version.
    pub program: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Trigger {
    Hand {
        who: String,
    },
    /// Every condition that was set, as it stood at that moment.
    Conditions {
        combine: Combine,
        conditions: Vec<TriggerCondition>,
    },
    /// Of older programs, in their words.
    Drift {
        subject: String,
    },
    /// Of older programs.
    Schedule {
        cron: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Queued,
    Preparing,
    Training,
    Comparing,
    /// Trained and compared, held by a gate or waiting for a person.
    Held,
    /// Its challenger answers a share of the requests.
    Canary,
    Promoted,
    /// Its challenger did worse than the champion on live requests; `error` says how.
    SteppedBack,
    Failed,
    Cancelled,
    /// The program ended while it ran.
    Interrupted,
}

impl RunState {
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Preparing | Self::Training | Self::Comparing)
    }
}

/// What a retraining is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Plan {
    pub runner: Runner,
    pub mode: Mode,
    /// Boosted trees: trees to add; forests: trees; linear: iterations at most; neural networks: epochs at most.
    pub rounds: u32,
    /// Of boosted trees.
    pub learning_rate: f64,
    /// Largest number of leaves a boosted tree.
    pub leaves: u32,
    /// L2 penalty (1/C for linear models; for those of numbers, of standardised columns).
    pub l2: f64,
    /// How often each new labelled row counts against an old one.
    pub new_weight: f64,
    /// Labelled predictions older than this are left out, hours; `null` takes all.
    pub window_h: Option<u32>,
    /// Share of the newest labelled rows kept for the comparison.
    pub holdout: f64,
    pub seed: u64,
    pub data: DataPlan,
    /// What only neural networks take.
    pub network: Network,
    /// What only trees take.
    pub trees: Trees,
    /// Better settings are looked for first; `null` trains by those of the plan.
    pub search: Option<Search>,
    pub gates: Gates,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            runner: Runner::Builtin,
            mode: Mode::Full,
            rounds: 100,
            learning_rate: 0.1,
            leaves: 31,
            l2: 1.0,
            new_weight: 1.0,
            window_h: None,
            holdout: 0.25,
            seed: 0,
            data: DataPlan::default(),
            network: Network::default(),
            trees: Trees::default(),
            search: None,
            gates: Gates::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Fit again on old and new rows.
    #[default]
    Full,
    /// Go on from the champion's weights or trees.
    Continue,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Progress {
    pub step: u32,
    pub total: u32,
    /// Mean loss on the rows trained on.
    pub loss: f64,
    /// Mean loss on rows left out of training for watching it.
    pub held_out_loss: Option<f64>,
}
