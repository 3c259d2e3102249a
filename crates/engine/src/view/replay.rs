//! Recorded requests answered a second time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    run::ComparisonLine,
    schema::{Answered, Truth},
};
use utoipa::ToSchema;

use super::Cell;

/// One recorded row with its answer and that of another version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnsweredTwice {
    /// What a label names.
    pub id: String,
    pub time: Time,
    pub features: BTreeMap<String, Cell>,
    pub before: Answered,
    pub after: Answered,
    pub truth: Option<Truth>,
    /// Another class, or numbers further apart than a tenth of the recorded answers' standard deviation.
    pub apart: bool,
    /// Half the summed difference of the classes' probabilities, or the distance of the numbers in standard deviations.
    pub size: f64,
}

/// Recorded rows whose truth nobody has told yet, those first that would tell most between champion and challenger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowsToLabel {
    pub champion: u32,
    pub challenger: u32,
    /// So many more labelled rows would settle what the gates left undecided.
    pub more_rows: Option<u32>,
    /// Recorded rows looked at, the newest, and those among them without a label.
    pub looked_at: u64,
    pub unlabelled: u64,
    /// Of the unlabelled: those that the two answer differently.
    pub apart: u64,
    /// Classes in the order of the probabilities.
    pub classes: Vec<String>,
    /// Those that the two answer differently, then those they are least sure of.
    pub rows: Vec<AnsweredTwice>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReplayRequest {
    /// The challenger if left out.
    pub version: Option<u32>,
    /// From the first recorded request if left out.
    pub from: Option<Time>,
    /// Until now if left out.
    pub to: Option<Time>,
    /// Rows at most, the newest; 2,000 if left out.
    pub most: Option<u32>,
}

/// A replay under way or done. It is made in the background: ask again until it is no longer `running`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplayView {
    pub state: ReplayState,
    pub version: u32,
    /// Rows answered again so far, and in all.
    pub done: u32,
    pub total: u32,
    /// Why there is none.
    pub why: Option<String>,
    pub result: Option<Replay>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayState {
    Running,
    Done,
    Failed,
}

/// Recorded answers against those of one version to the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Replay {
    pub version: u32,
    pub from: Time,
    pub to: Time,
    /// Rows answered again, those among them with a label, and those answered differently.
    pub rows: u64,
    pub labelled: u64,
    pub apart: u64,
    pub classes: Vec<String>,
    /// `champion` stands for the recorded answers, `challenger` for those of the version. Metrics are of labelled rows.
    pub lines: Vec<ComparisonLine>,
    /// The largest changes first.
    pub changes: Vec<AnsweredTwice>,
}
