//! One model with its versions and baseline, and what may be changed of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    alert::Rule,
    model::{Model, ModelSettings, Version},
};
use tidegate_train::Probe;
use utoipa::ToSchema;

use super::{Cell, Health, WorkerView};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelDetail {
    pub model: Model,
    pub kind: String,
    pub health: Health,
    pub versions: Vec<VersionView>,
    pub baseline: Baseline,
    pub labels: LabelCounts,
    pub rules: Vec<Rule>,
    /// Whether and how the champion can be retrained.
    pub probe: Probe,
    /// A row the page can start its form with: column name to value.
    pub example: BTreeMap<String, Cell>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    #[serde(flatten)]
    pub version: Version,
    pub champion: bool,
    pub challenger: bool,
    pub previous: bool,
    pub worker: WorkerView,
}

/// What drift is measured against.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Baseline {
    pub from: BaselineFrom,
    /// Rows it was made from so far.
    pub rows: u64,
    /// Rows it needs (when learnt from traffic).
    pub needed: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaselineFrom {
    /// The model's reference data set.
    Reference,
    /// Its first predictions.
    #[default]
    FirstPredictions,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabelCounts {
    pub matched: u64,
    pub unmatched: u64,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PromoteRequest {
    /// A version number; the challenger if left out.
    #[serde(default)]
    pub version: Option<u32>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub who: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReasonRequest {
    pub reason: String,
    pub who: Option<String>,
}

/// Fields left out stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ModelPatch {
    pub name: Option<String>,
    pub card: Option<String>,
    pub tags: Option<Vec<String>>,
    pub settings: Option<ModelSettings>,
    pub rules: Option<Vec<Rule>>,
    pub who: Option<String>,
}
