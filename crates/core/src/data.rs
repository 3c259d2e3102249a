//! Data sets: what a file of rows holds, and what people said of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Time, id::DatasetId};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    /// Plain or gzip.
    #[default]
    Csv,
    Parquet,
}

impl DataFormat {
    /// Also the end of the file's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// What makes a column personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    Email,
    Phone,
    Name,
    Iban,
    Address,
    BirthDate,
    /// Something else that tells who a row is about.
    Other,
    /// A person looked: it tells nothing about anyone.
    Nothing,
}

impl Personal {
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "e-mail addresses",
            Self::Phone => "phone numbers",
            Self::Name => "names of people",
            Self::Iban => "bank accounts",
            Self::Address => "postal addresses",
            Self::BirthDate => "birth dates",
            Self::Other => "personal data",
            Self::Nothing => "nothing personal",
        }
    }
}

/// How a first model learns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LearnMethod {
    /// The best by cross-validation.
    #[default]
    Auto,
    /// Ridge, logistic or softmax regression.
    Linear,
    /// Gradient-boosted trees.
    Gbdt,
    /// Trees on rows and columns drawn by chance, averaged.
    Forest,
    /// A network of dense layers with rectifiers between them.
    Mlp,
}

impl LearnMethod {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Linear => "linear",
            Self::Gbdt => "gbdt",
            Self::Forest => "forest",
            Self::Mlp => "mlp",
        }
    }
}

/// How far the making of a first model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrainingState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
    /// The program ended while it ran.
    Interrupted,
}

impl TrainingState {
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// What a column looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DataColumn {
    pub name: String,
    /// `numeric`, `integer`, `boolean`, `categorical`, `text` or `timestamp`.
    pub kind: String,
    /// Rows without a value.
    pub missing: u64,
    pub distinct: u64,
    /// Of the finite values of a column of numbers or times (milliseconds since the epoch).
    pub numbers: Option<NumberFacts>,
    /// The most frequent values as text; empty where every value differs.
    pub common: Vec<CommonValue>,
    /// What is worth a word: "constant", "mostly missing", "unique in every row".
    pub notes: Vec<String>,
    /// What its name and its values look like, as personal data.
    pub suggested: Option<Personal>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NumberFacts {
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    /// Of the sample; `null` for a single value.
    pub std: Option<f64>,
    pub median: f64,
    /// Equal bins from `min` to `max`: one edge more than counts.
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CommonValue {
    pub value: String,
    pub rows: u64,
}

/// What people said of a data set, and where it came from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct DataMarks {
    pub tags: Vec<String>,
    pub notes: String,
    /// Columns a person decided about.
    pub personal: BTreeMap<String, Personal>,
    pub lineage: Option<DataLineage>,
}

impl DataMarks {
    /// What a column holds of people; as suggested until a person decides.
    pub fn personal(&self, column: &DataColumn) -> Option<Personal> {
        let decided = self.personal.get(&column.name).copied().or(column.suggested);
        decided.filter(|personal| *personal != Personal::Nothing)
    }
}

/// The recorded predictions that a data set was joined from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DataLineage {
    /// In one line: "predictions of churn, 2026-11-01 to 2026-11-07, region == \"EU\"".
    pub summary: String,
    pub model: String,
    pub from: Time,
    pub to: Time,
    /// The expression that every row fulfils; empty for all rows.
    pub filter: String,
    pub seed: Option<u64>,
}

/// What a retraining learns from and is judged on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct DataPlan {
    /// The model's reference data set, as old rows; without one, rows kept of what was let go of.
    pub reference: bool,
    /// Labelled predictions, as new rows.
    pub labelled: bool,
    /// Registered data sets, as new rows.
    pub datasets: Vec<DatasetId>,
    pub split: DataSplit,
    /// The column of data sets that holds times; `prediction_time` if left out.
    pub time: Option<String>,
    /// Learn from columns that hold personal data, too.
    pub allow_personal: bool,
}

impl Default for DataPlan {
    fn default() -> Self {
        Self {
            reference: true,
            labelled: true,
            datasets: Vec::new(),
            split: DataSplit::default(),
            time: None,
            allow_personal: false,
        }
    }
}

/// Which rows are held out to judge by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataSplit {
    /// The newest labelled predictions, and a share of all other rows by chance.
    #[default]
    Newest,
    /// The newest rows, wherever they came from.
    Time,
    /// A share of each class, or of each tenth of the numbers, by chance.
    Stratified,
}

/// The rows that a run learnt from and was judged on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DataUsed {
    pub parts: Vec<RowSet>,
    /// Rows held out that equal one learnt from, and were taken out.
    pub removed: u32,
    /// What is doubtful, in words.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowSet {
    /// "learnt from, old", say.
    pub part: String,
    pub rows: u64,
    /// Of the rows in their order: the same rows have the same.
    pub sha256: String,
}
