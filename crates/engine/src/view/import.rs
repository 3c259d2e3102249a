//! A model file looked at and tried, not yet deployed.

use serde::{Deserialize, Serialize};
use tidegate_core::{inspection::Inspection, schema::Schema};
use tidegate_train::Probe;
use utoipa::ToSchema;

/// A model file looked at and tried, not yet deployed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Staged {
    pub token: String,
    pub file_name: String,
    pub sha256: String,
    pub bytes: u64,
    pub name: String,
    pub inspection: Inspection,
    pub schema: Schema,
    pub trial: Option<TrialView>,
    /// Set when it cannot be deployed.
    pub refused: Option<Refusal>,
    pub existing: Option<Existing>,
    pub probe: Probe,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrialView {
    pub load_ms: f64,
    pub first_run_ms: f64,
    pub median_run_ms: f64,
    pub peak_memory: u64,
    /// A clean error on the made-up inputs: told, not a reason to refuse.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    pub message: String,
    pub hint: Option<String>,
}

/// The model that already has this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Existing {
    pub next_version: u32,
    /// What changed in the signature, in words.
    pub diff: Vec<String>,
    /// The version with the very same bytes.
    pub same_as: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeployRequest {
    /// The model's name; another name than proposed may be given.
    pub name: Option<String>,
    pub who: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deployed {
    pub model: String,
    pub version: u32,
    pub created_model: bool,
    /// Champion at once, or waiting as challenger.
    pub champion: bool,
}
