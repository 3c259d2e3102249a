//! Recorded predictions and the labels that arrive later.

use serde::{Deserialize, Serialize};

use crate::{Code, PredictionId, RowId, Time, VersionId, schema::Truth, tensor::Named};

/// One answered (or failed) request, as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    pub id: PredictionId,
    /// The id the client gave, if any: labels may name it instead.
    pub client_id: Option<String>,
    pub time: Time,
    pub version: VersionId,
    pub rows: u32,
    pub timing: Timing,
    /// `None` when it was answered.
    pub error: Option<Code>,
    pub inputs: Vec<Named>,
    pub outputs: Vec<Named>,
}

/// Where the time of a request went, microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Timing {
    /// Waiting for a free session.
    pub queue_us: u32,
    /// Inside `Session::run`.
    pub run_us: u32,
    /// From the request's arrival to its answer.
    pub total_us: u32,
}

/// What turned out to be true for one recorded row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub row: RowId,
    pub truth: Truth,
    /// When the label arrived.
    pub time: Time,
}
