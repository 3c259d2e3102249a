//! When a retraining starts without a hand, and what held when one did.
//!
//! Owns the words only. Must not know how a condition is measured.

use serde::{Deserialize, Serialize};

use crate::Time;

/// When a retraining starts without a hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Triggers {
    /// While an alert about the answers is open: drift, accuracy, a rise of errors.
    pub on_drift: bool,
    /// Rows labelled since that alert opened, from which on there is something to learn from it.
    pub drift_labels: u32,
    /// A cron expression (five fields: minute hour day month weekday), in `time_zone`.
    pub schedule: Option<String>,
    pub performance: Option<PerformanceTrigger>,
    /// So many rows got their first label since the last run.
    pub new_labels: Option<u32>,
    /// A data file on this machine: holds once its content has changed and stands still.
    pub file: Option<String>,
    /// Such a run learns from the file's rows too: it is registered as a data set, in the place of what was
    /// registered of it before. Files that are neither CSV nor Parquet only start runs.
    pub learn_file: bool,
    /// Whether one condition is enough.
    pub combine: Combine,
    /// IANA name: of the schedule, of quiet hours, and of the day that the budget is for.
    pub time_zone: String,
    /// No second run sooner than this after the last, minutes.
    pub cool_down_min: u32,
    pub budget: DailyBudget,
    pub quiet: Option<QuietHours>,
    /// Promote without asking when every gate passes.
    pub promote: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            on_drift: false,
            drift_labels: 120,
            schedule: None,
            performance: None,
            new_labels: None,
            file: None,
            learn_file: true,
            combine: Combine::Any,
            time_zone: "UTC".into(),
            cool_down_min: 60,
            budget: DailyBudget::default(),
            quiet: None,
            promote: false,
        }
    }
}

impl Triggers {
    /// Whether anything can start a run.
    pub fn any(&self) -> bool {
        self.on_drift
            || self.schedule.is_some()
            || self.performance.is_some()
            || self.new_labels.is_some()
            || self.file.is_some()
    }
}

/// The champion answers worse than it should: accuracy of a classifier, mean absolute error of a regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct PerformanceTrigger {
    /// Accuracy below this (0 to 1), or an error above this (the target's unit).
    pub worse_than: Option<f64>,
    /// Worse than on the reference rows by this: points of accuracy (0 to 1), or a share of the error.
    pub drop: Option<f64>,
    /// Judged by the estimate, which needs no labels.
    pub estimated: bool,
    /// Hours of the newest answers that are judged.
    pub window_h: u32,
    /// Fewer rows than this decide nothing.
    pub min_rows: u32,
}

impl Default for PerformanceTrigger {
    fn default() -> Self {
        Self { worse_than: None, drop: None, estimated: false, window_h: 24, min_rows: 100 }
    }
}

/// How conditions are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// One is enough.
    #[default]
    Any,
    /// All that are set at once; a schedule then says when the others are looked at.
    All,
}

/// What triggers may spend in a day; runs started by hand don't count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct DailyBudget {
    /// Runs of this model a day; `null` is without limit.
    pub runs: Option<u32>,
    /// Minutes that they took; one that is under way is not stopped.
    pub minutes: Option<u32>,
}

/// From one time of day to another, over midnight where the second is the earlier one; nothing starts in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuietHours {
    /// `22:00`.
    pub from: String,
    /// `06:00`, the first minute that is not quiet.
    pub to: String,
}

/// One condition, with its numbers at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TriggerCondition {
    pub kind: TriggerKind,
    pub holds: bool,
    /// What was measured: labelled rows, accuracy, an error.
    pub value: Option<f64>,
    /// What it is measured against.
    pub threshold: Option<f64>,
    /// Since when it holds, or is counted.
    pub since: Option<Time>,
    /// In words: "83 of 120 labelled rows".
    pub says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    Drift,
    Schedule,
    Performance,
    NewLabels,
    File,
}
