//! Data quality: checks, what they show over time, and how they change.

use serde::{Deserialize, Serialize};
use tidegate_core::{Time, schema::FeatureKind};
pub use tidegate_monitor::quality::Check as QualityCheck;
use tidegate_monitor::quality::{Action, Check, Level, Outcome};
use utoipa::ToSchema;

use super::BaselineFrom;

/// A row that was answered although it failed a check set to `tag`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityWarning {
    /// Its place in the request, from 0.
    pub row: u32,
    /// The check's id.
    pub check: String,
    pub column: Option<String>,
    /// As it was sent.
    pub value: String,
    /// "`age` is 412, above 120".
    pub message: String,
}

/// Checks of one version and what they show over a range.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QualityView {
    pub version: u32,
    pub now: Time,
    pub from: Time,
    pub to: Time,
    /// What the checks were learnt from; `None` while the baseline is still being learnt.
    pub learnt: Option<QualityLearnt>,
    /// Rows that made the baseline so far, and rows it needs.
    pub baseline_rows: u64,
    pub baseline_needed: u64,
    pub totals: QualityTotals,
    /// The model's inputs, in its order.
    pub columns: Vec<QualityColumn>,
    /// The beginning of each step of `over_time`.
    pub times: Vec<Time>,
    pub step_ms: i64,
    /// In the order of the columns; those about whole rows first, those about the traffic last.
    pub checks: Vec<QualityCheckView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityLearnt {
    pub from: BaselineFrom,
    /// Learnt by hand from recorded rows.
    pub from_traffic: bool,
    pub rows: u64,
    pub time: Time,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct QualityTotals {
    /// Rows that were looked at, refused ones included.
    pub rows: u64,
    pub violating_rows: u64,
    pub tagged_rows: u64,
    pub rejected_rows: u64,
    pub rejected_requests: u64,
    /// Checks by what they show.
    pub failed: u32,
    /// Of the failed ones, those of severity `act`.
    pub failed_act: u32,
    pub passed: u32,
    pub not_enough: u32,
    pub off: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityColumn {
    pub name: String,
    pub kind: FeatureKind,
    pub text: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QualityCheckView {
    pub check: Check,
    /// "age range".
    pub title: String,
    pub level: Level,
    pub outcome: Outcome,
    /// Rows that failed it in the range, of a row check.
    pub violations: u64,
    /// Since when it has been failing, as far as the range shows.
    pub since: Option<Time>,
    /// What was observed in each step: a share of rows, or the number its limits are for.
    pub over_time: Vec<Option<f64>>,
}

/// Checks to put in place of those with the same id, or to add.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct QualityChange {
    pub checks: Vec<Check>,
    /// Ids of checks to take away.
    pub remove: Vec<String>,
    /// A version number; the champion if left out.
    pub version: Option<u32>,
    pub who: Option<String>,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LearnFrom {
    /// The reference data set.
    #[default]
    Reference,
    /// Recorded rows of the last hours.
    Traffic,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct QualityLearnRequest {
    pub from: LearnFrom,
    /// How far back, from `traffic`; 24 if left out.
    pub hours: Option<f64>,
    /// Shows what would change and changes nothing.
    pub dry_run: bool,
    /// Also replaces checks that were edited by hand.
    pub replace_edited: bool,
    /// A version number; the champion if left out.
    pub version: Option<u32>,
    pub who: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QualityLearnAnswer {
    /// Rows that were learnt from.
    pub rows: u64,
    /// Whether the changes are in force now.
    pub applied: bool,
    pub changes: Vec<QualityDifference>,
    /// Checks that stay as they are.
    pub unchanged: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    Added,
    Removed,
    Changed,
    /// It would change, but was edited by hand.
    Kept,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityDifference {
    pub id: String,
    pub title: String,
    pub what: Differs,
    /// What is expected, in words: "0 to 120".
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A row that failed a check.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QualityViolation {
    /// The recorded row; that of a refused request names nothing that was kept.
    pub id: String,
    pub time: Time,
    pub version: u32,
    pub check: String,
    pub action: Action,
    pub value: String,
    pub message: String,
}
