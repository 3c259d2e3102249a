//! Alerts as they are told.

use serde::{Deserialize, Serialize};
use tidegate_core::alert::Alert;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlertView {
    #[serde(flatten)]
    pub alert: Alert,
    pub model_name: String,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AlertPatch {
    pub acknowledged: Option<bool>,
    /// Minutes from now; 0 ends the snooze.
    pub snooze_min: Option<u32>,
}
