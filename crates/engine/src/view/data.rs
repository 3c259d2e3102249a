//! Data sets as they are shown, and what is asked of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    data::{DataColumn, DataFormat, DataLineage, LearnMethod, Personal, TrainingState},
    id::{DatasetId, TrainingId},
    schema::Task,
};
use tidegate_train::scratch::Card;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatasetSummary {
    pub id: DatasetId,
    pub name: String,
    pub format: DataFormat,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub columns: u32,
    pub created: Time,
    /// Set while it lies in the bin.
    pub deleted: Option<Time>,
    /// Where the file stays; `null` for a copy in the data folder.
    pub path: Option<String>,
    pub file: FileState,
    pub tags: Vec<String>,
    /// Columns taken for personal data.
    pub personal: u32,
    /// Columns that look personal and that nobody has decided about.
    pub undecided: u32,
    /// The model whose reference data set it is and that owns it; such a set is changed with its model only.
    pub reference_of: Option<String>,
    /// The recorded predictions it was joined from.
    pub lineage: Option<DataLineage>,
    pub used_by: Vec<DataUse>,
}

/// As far as its size tells; every use checks the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    Here,
    Missing,
    Changed,
}

/// Who learns from a data set or is measured against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DataUse {
    Reference {
        model: String,
    },
    Run {
        run: i64,
        model: String,
        over: bool,
    },
    /// A first model is made, or was made, from it.
    Training {
        training: i64,
        model: String,
        over: bool,
    },
}

impl DataUse {
    /// Whether it would miss the data now.
    pub fn is_now(&self) -> bool {
        match self {
            Self::Reference { .. } => true,
            Self::Run { over, .. } | Self::Training { over, .. } => !over,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatasetDetail {
    #[serde(flatten)]
    pub summary: DatasetSummary,
    pub notes: String,
    pub columns_seen: Vec<ColumnSeen>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ColumnSeen {
    #[serde(flatten)]
    pub column: DataColumn,
    /// What it holds of people, if anything: as suggested until a person decides.
    pub personal: Option<Personal>,
    /// Whether a person decided it.
    pub decided: bool,
}

/// A file of this machine that is to be a data set.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RegisterRequest {
    /// Where the CSV or Parquet file lies.
    pub path: String,
    /// The file's name if left out.
    pub name: Option<String>,
    /// Copy it into the data folder; otherwise it stays where it is, and is checked for changes on every use.
    pub copy: bool,
    pub tags: Vec<String>,
    pub notes: String,
    pub who: Option<String>,
}

/// Fields left out stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DatasetPatch {
    pub name: Option<String>,
    pub tags: Option<Vec<String>>,
    pub notes: Option<String>,
    /// Decisions about columns; those of other columns stay. `nothing` says that a column is not personal.
    pub personal: Option<BTreeMap<String, Personal>>,
    pub who: Option<String>,
}

/// A first model that is to be made from a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainRequest {
    /// The column to predict.
    pub target: String,
    /// The new model's name.
    pub name: String,
    #[serde(default)]
    pub method: LearnMethod,
    /// Told by the target's values if left out.
    #[serde(default)]
    pub task: Option<Task>,
    /// A column with times: the newest rows are held out.
    #[serde(default)]
    pub time: Option<String>,
    /// Columns that nothing is to be learnt from.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Share of the rows held out to judge by.
    #[serde(default = "quarter")]
    pub holdout: f64,
    #[serde(default)]
    pub seed: u64,
    /// Learn from personal columns too.
    #[serde(default)]
    pub allow_personal: bool,
    #[serde(default)]
    pub who: Option<String>,
}

fn quarter() -> f64 {
    0.25
}

/// The making of a first model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Training {
    pub id: TrainingId,
    pub dataset: DatasetId,
    pub request: TrainRequest,
    pub state: TrainingState,
    pub created: Time,
    pub started: Option<Time>,
    pub ended: Option<Time>,
    /// What it is at, in words.
    pub at: String,
    pub step: u32,
    /// 0 while it is not known.
    pub total: u32,
    /// Mean loss on the rows learnt from, while the model itself learns.
    #[serde(default)]
    pub loss: Option<f64>,
    /// The same on the rows that tell a network when to stop.
    #[serde(default)]
    pub held_out_loss: Option<f64>,
    pub log: Vec<String>,
    /// How good the model is; once there is one.
    pub card: Option<Card>,
    /// The model it became, by the name it was given then.
    pub model: Option<String>,
    /// Why it failed, in words.
    pub error: Option<String>,
}

/// Recorded predictions with labels that are to become a data set.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
pub struct JoinRequest {
    /// Of the predictions, milliseconds since the epoch, `from` included and `to` not.
    pub from: i64,
    pub to: i64,
    /// An expression as the business metric's: `region == "EU" && age > 30`; all rows if left out.
    #[serde(default)]
    pub filter: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub format: DataFormat,
    #[serde(default)]
    pub who: Option<String>,
}
