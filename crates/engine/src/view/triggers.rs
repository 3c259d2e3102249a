//! What triggers would do now, and would have done.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    trigger::{Combine, TriggerCondition, Triggers},
};
use utoipa::ToSchema;

/// Whether a retraining would start by itself at this moment, and why or why not.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriggersView {
    pub now: Time,
    pub would_fire: bool,
    /// In one sentence.
    pub says: String,
    pub combine: Combine,
    /// Every condition that is set.
    pub conditions: Vec<TriggerCondition>,
    /// What stands in the way, whatever the conditions say.
    pub blocks: Vec<TriggerBlock>,
    /// The next time that the schedule names.
    pub next_schedule: Option<Time>,
    /// Runs that triggers started today, in the triggers' time zone, and minutes they took.
    pub runs_today: u32,
    pub minutes_today: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TriggerBlock {
    pub kind: TriggerBlockKind,
    /// When it passes by itself, where that is known.
    pub until: Option<Time>,
    pub says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerBlockKind {
    /// A run of this model is under way or waits for its turn.
    Running,
    /// A challenger that passed its gates would be replaced unseen.
    AwaitsDecision,
    CoolingDown,
    /// It was tried and could not start.
    Refused,
    Budget,
    QuietHours,
}

/// Which triggers to try on stored history; those that are set, over 30 days, if left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TriggersBacktestRequest {
    pub triggers: Option<Triggers>,
    /// 1 to 365.
    pub days: Option<u32>,
}

/// When triggers would have fired, tried hour by hour.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriggersBacktest {
    pub from: Time,
    pub to: Time,
    /// "would have fired 3 times in 30 days".
    pub says: String,
    pub firings: Vec<TriggersFiring>,
    /// Hours in which the conditions held and something stood in the way, by what it was.
    pub blocked_hours: Vec<BlockedHours>,
    /// What is worth knowing about the answer.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriggersFiring {
    pub at: Time,
    /// Those that held.
    pub conditions: Vec<TriggerCondition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockedHours {
    pub by: TriggerBlockKind,
    pub hours: u32,
}
