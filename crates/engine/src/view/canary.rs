//! A canary, as it stands.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    canary::{Canary, CanarySettings, CanaryState},
    id::CanaryId,
};
use utoipa::ToSchema;

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CanaryRequest {
    /// A version number; the challenger if left out.
    pub version: Option<u32>,
    /// The model's own if left out.
    pub settings: Option<CanarySettings>,
    /// Needed where a gate held the version.
    pub reason: String,
    pub who: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CanaryView {
    #[serde(flatten)]
    pub canary: Canary,
    pub champion_number: u32,
    pub challenger_number: u32,
    /// What the step under way waits for; `null` once it is over.
    pub waits: Option<CanaryWait>,
}

/// The step is judged when both are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CanaryWait {
    pub until: Time,
    /// Requests to the version that are still to come.
    pub requests: u64,
}

/// How far a canary under way is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct CanaryPulse {
    pub id: CanaryId,
    pub state: CanaryState,
    pub challenger: u32,
    /// From 0; after the last one it is watched.
    pub step: u32,
    pub steps: u32,
    /// Of the requests, 0 to 1.
    pub share: f64,
}
