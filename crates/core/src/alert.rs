//! Alert rules and alerts.

use serde::{Deserialize, Serialize};

use crate::{ModelId, Time, id::AlertId};

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a rule watches. Each signal is defined once, in `engine`, and drawn from the same numbers as the
        /// charts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Signal {
            $($(#[$doc])* $name,)*
        }

        impl Signal {
            pub const ALL: &[Signal] = &[$(Signal::$name),*];
        }
    };
}

signals! {
    /// The highest PSI among the inputs, or that of the one input the rule names.
    InputDrift,
    /// PSI of the predictions.
    PredictionDrift,
    /// Share of right answers (classification) in the window.
    Accuracy,
    /// Mean absolute error (regression) in the window.
    MeanAbsoluteError,
    /// Any other measure of quality, named by the rule: `f1`, `recall`, `rmse`...
    Metric,
    /// Share of failed requests.
    ErrorShare,
    /// Milliseconds.
    LatencyP50,
    /// Milliseconds.
    LatencyP95,
    /// Milliseconds.
    LatencyP99,
    /// Requests a second.
    Throughput,
    /// Share of answered rows that have a label.
    LabelCoverage,
    /// Mean time between a prediction and its label, seconds.
    LabelLag,
    /// The highest share of missing values among the inputs, or that of the one input the rule names.
    MissingShare,
    /// Share of failed data quality checks among those of severity `act`.
    QualityViolation,
    /// By how much errors rose at the last change that detectors found, while they stay up: in shares of wrong
    /// answers, or for a regression in shares of what they were.
    ConceptDrift,
    /// By how many standard deviations of a row's reconstruction error its mean moved: how far the inputs' values are
    /// from going together as they did, where each may be as usual by itself.
    MultivariateDrift,
}

/// Says when something is wrong with a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rule {
    /// Stays the same when the rule is changed; made from the signal where it is left out.
    #[serde(default)]
    pub id: String,
    /// What people call it; made from the rule where it is left out.
    #[serde(default)]
    pub name: String,
    pub signal: Signal,
    /// Which input or which metric, for signals that have one.
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub condition: Condition,
    pub direction: Direction,
    /// In the signal's unit (shares from 0 to 1) for a threshold and an absolute change, a share for a relative
    /// change, the burn rate, standard deviations for an anomaly, minutes for no traffic.
    pub threshold: f64,
    /// Seconds that are judged; the model's own window if left out. The long window of a burn rate.
    #[serde(default)]
    pub window_s: Option<u32>,
    /// The windows end this many seconds ago: time for labels to arrive.
    #[serde(default)]
    pub delay_s: u32,
    /// It must hold for this many evaluations in a row before the alert fires, and as many to clear.
    pub hold: u32,
    /// After clearing, no new alert for this long, seconds.
    pub cool_down_s: u32,
    pub severity: Severity,
    pub enabled: bool,
    /// Where its alerts are sent; left out, to every channel that takes the model and the severity.
    #[serde(default)]
    pub channels: Option<Vec<i64>>,
}

impl Rule {
    /// A threshold over the model's own window.
    pub fn new(signal: Signal, direction: Direction, threshold: f64) -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            signal,
            subject: None,
            condition: Condition::Threshold,
            direction,
            threshold,
            window_s: None,
            delay_s: 0,
            hold: 3,
            cool_down_s: 60,
            severity: Severity::Watch,
            enabled: true,
            channels: None,
        }
    }
}

/// What a rule compares with its threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Condition {
    /// The signal's value.
    #[default]
    Threshold,
    /// How far it moved from the equally long window before; as a share of that window's value if `relative`.
    Change { relative: bool },
    /// How many times faster than the objective allows its budget of failures is used up, in both windows: the
    /// rule's own and this shorter one (SRE workbook, "Alerting on SLOs"). For signals that are shares.
    BurnRate {
        /// Share that should be good, 0.999 for example.
        objective: f64,
        /// The shorter window, seconds.
        short_s: u32,
        /// Fewer events than this in the long window say nothing.
        min_events: u64,
    },
    /// How many standard deviations it is from what is usual at that time, learnt from stored hours.
    Anomaly {
        season: Season,
        /// Days of the past that are learnt from.
        history_days: u32,
    },
    /// For how many minutes nothing was asked, where requests were to be expected.
    NoTraffic,
}

/// Which times are compared with each other; hours and days are UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// All of them.
    None,
    #[default]
    HourOfDay,
    DayOfWeek,
    /// The same hour of the same weekday.
    HourOfWeek,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
// Drift has directions too, and a document has one schema a name.
#[schema(as = RuleDirection)]
pub enum Direction {
    Above,
    Below,
    /// On either side: for anomalies and changes.
    Either,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Watch,
    Act,
}

/// One firing of a rule, with the numbers that made it fire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    pub id: AlertId,
    pub model: ModelId,
    /// The id of the rule that fired.
    pub rule: String,
    pub signal: Signal,
    /// The input or metric it is about, where it is about one.
    pub subject: Option<String>,
    pub severity: Severity,
    pub since: Time,
    /// Set once it cleared.
    pub until: Option<Time>,
    pub value: f64,
    pub threshold: f64,
    /// A sentence: what, since when, how much.
    pub message: String,
    /// The numbers behind it; none of alerts from before they were kept.
    pub why: Option<Why>,
    pub snoozed_until: Option<Time>,
    pub acknowledged: bool,
}

impl Alert {
    /// The input or metric it is about; of many, the worst.
    pub fn about(&self) -> Option<&str> {
        let worst = || Some(self.why.as_ref()?.members.first()?.name.as_str());
        self.subject.as_deref().or_else(worst)
    }
}

/// Why an alert fired, in numbers. Values are in the signal's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Why {
    pub rule: Rule,
    /// What the rule's name was, or what it says in words.
    pub rule_name: String,
    /// What was compared with the threshold, as the condition says.
    pub compared: f64,
    /// What it must come back to before the alert clears.
    pub clears_at: f64,
    /// What was looked at, the rule's own window first.
    pub windows: Vec<WindowValue>,
    /// What is usual at this time, for an anomaly.
    pub usual: Option<Usual>,
    /// Everything that exceeds the threshold, where a rule watches many inputs at once; the worst first.
    pub members: Vec<Member>,
}

/// A signal's value over one window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WindowValue {
    pub from: Time,
    pub to: Time,
    pub value: f64,
    /// Rows or requests it stands on.
    pub n: u64,
}

/// What a signal usually is at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Usual {
    pub mean: f64,
    pub sigma: f64,
    /// Windows of the past it was learnt from.
    pub n: u64,
}

/// One of the things a group alert is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    pub name: String,
    pub value: f64,
    /// How: "values higher, 31% above 4.2".
    pub detail: String,
}
