//! Alerts, the rules that make them and what a rule would have done, for every front end.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    alert::{Alert, Direction, Rule, Severity, Signal},
};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlertView {
    #[serde(flatten)]
    pub alert: Alert,
    pub model_name: String,
    /// A retraining may help.
    pub retrain: bool,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AlertPatch {
    pub acknowledged: Option<bool>,
    /// Minutes from now; 0 ends the snooze.
    pub snooze_min: Option<u32>,
}

/// Quiet for a rule, or for all rules of a model.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SnoozeRequest {
    /// The id of a rule; all of the model's if left out.
    pub rule: Option<String>,
    /// Minutes from now; 0 ends the snooze.
    pub minutes: u32,
}

/// The rules of a model and how each stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RulesView {
    pub rules: Vec<RuleView>,
    /// They are those a model has until its own are set.
    pub defaults: bool,
    /// All of them are quiet until then.
    pub snoozed_until: Option<Time>,
    /// The window of rules that name none, seconds.
    pub window_s: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleView {
    pub rule: Rule,
    /// What it says, in words: "accuracy below 91.8% over 15 min".
    pub says: String,
    pub state: RuleState,
    /// What it compared with its threshold last.
    pub compared: Option<f64>,
    pub unit: SignalUnit,
    pub snoozed_until: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// Switched off.
    Off,
    /// Too little to say.
    NoData,
    Calm,
    /// Over its threshold, but not for long enough.
    Pending,
    Firing,
}

/// What rules can be made of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleChoices {
    pub signals: Vec<SignalView>,
    pub metrics: Vec<MetricChoice>,
    pub burn_rates: Vec<BurnRatePreset>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignalView {
    pub signal: Signal,
    pub title: String,
    pub unit: SignalUnit,
    pub counted: Counted,
    /// The side on which it is worse.
    pub worse: Direction,
    /// A threshold to start from.
    pub first: f64,
    pub subject: SubjectOf,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricChoice {
    pub name: String,
    pub title: String,
    pub higher_is_better: bool,
}

/// A pair of windows of the SRE workbook, chapter 5.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct BurnRatePreset {
    pub long_s: u32,
    pub short_s: u32,
    pub factor: f64,
    pub severity: Severity,
    /// Share of a 30-day budget that is gone when it fires.
    pub budget: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalUnit {
    /// From 0 to 1, shown as percent.
    Share,
    Milliseconds,
    Seconds,
    PerSecond,
    Minutes,
    /// Times the pace that is allowed.
    Times,
    /// Standard deviations.
    Sigmas,
    Plain,
}

/// What the number of a signal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Requests,
    Rows,
    Labels,
}

/// What a rule on a signal may or must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectOf {
    None,
    /// One input, or all of them if none is named.
    AnyInput,
    /// A metric, which must be named.
    Metric,
}

/// A rule and the range of the past to try it on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BacktestRequest {
    pub rule: Rule,
    /// Both or neither; else the last `last_s` seconds.
    #[serde(default)]
    pub from: Option<Time>,
    #[serde(default)]
    pub to: Option<Time>,
    /// 30 days if left out.
    #[serde(default)]
    pub last_s: Option<u32>,
    /// Draws the chart, too.
    #[serde(default)]
    pub look: Option<BacktestLook>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct BacktestLook {
    pub width: u32,
    pub height: u32,
    pub theme: tidegate_charts::Theme,
    /// Minutes the reader's clock is ahead of UTC.
    #[serde(default)]
    pub utc_offset_min: i32,
}

/// What a rule would have done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Backtest {
    pub from: Time,
    pub to: Time,
    /// Between two evaluations.
    pub step_ms: i64,
    /// "would have fired 3 times in 30 days, for 2 h in all".
    pub sentence: String,
    /// What is worth knowing about the answer, such as windows made wider than the rule's.
    pub notes: Vec<String>,
    pub firings: Vec<Firing>,
    /// Milliseconds it would have been firing, in all.
    pub firing_ms: i64,
    /// Evaluations, and those that had enough data.
    pub evaluations: u32,
    pub judged: u32,
    pub points: Vec<BacktestPoint>,
    pub unit: SignalUnit,
    pub chart: Option<tidegate_charts::Chart>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Firing {
    pub from: Time,
    /// None while it would still be firing.
    pub until: Option<Time>,
    /// What the alert would have said.
    pub message: String,
    pub severity: Severity,
}

/// One evaluation: what was compared, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct BacktestPoint {
    pub time: Time,
    pub value: Option<f64>,
    /// What is usual, for an anomaly: `value` then is the signal's own, and the limits are in `low` and `high`.
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub firing: bool,
}
