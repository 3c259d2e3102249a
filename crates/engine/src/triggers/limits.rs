//! What keeps triggers from starting a run although their conditions hold: cool-down, budget, quiet hours.
//!
//! Pure. Must not know the conditions.

use jiff::tz::TimeZone;
use tidegate_core::{
    Time,
    run::{Run, Trigger},
    time::MINUTE_MS,
    trigger::Triggers,
};

use super::schedule::{day_began, day_ends, quiet_until, told};
use crate::{
    alerts::stretch,
    view::{TriggerBlock, TriggerBlockKind as Kind},
};

/// A run as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spent {
    pub created: Time,
    /// None while it is under way.
    pub ended: Option<Time>,
    /// Without waiting for its turn.
    pub took_ms: i64,
    pub by_hand: bool,
}

impl Spent {
    pub fn of(run: &Run, now: Time) -> Self {
        let took_ms = run.started.map_or(0, |started| run.ended.unwrap_or(now).since(started).max(0));
        let by_hand = matches!(run.trigger, Trigger::Hand { .. });
        Self { created: run.created, ended: run.ended, took_ms, by_hand }
    }
}

/// Everything that stands in the way at `now`. `spent` holds at least the last run and those of the day.
pub fn limits(triggers: &Triggers, zone: &TimeZone, spent: &[Spent], now: Time) -> Vec<TriggerBlock> {
    let cooling = cooling_down(triggers, spent, now);
    let quiet = triggers.quiet.as_ref().and_then(|quiet| quiet_until(quiet, zone, now)).map(|until| {
        let says = format!("quiet hours until {}", told(until, zone));
        TriggerBlock { kind: Kind::QuietHours, until: Some(until), says }
    });
    let (runs, ms) = of_today(zone, spent, now);
    let budget = budget(triggers, runs, ms).map(|says| TriggerBlock {
        kind: Kind::Budget,
        until: Some(day_ends(zone, now)),
        says,
    });
    [cooling, budget, quiet].into_iter().flatten().collect()
}

fn cooling_down(triggers: &Triggers, spent: &[Spent], now: Time) -> Option<TriggerBlock> {
    let ended = spent.iter().map(|run| run.ended.unwrap_or(run.created)).max()?;
    let until = ended.plus(i64::from(triggers.cool_down_min) * MINUTE_MS);
    let left = (until.since(now) + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
    (now < until).then(|| TriggerBlock {
        kind: Kind::CoolingDown,
        until: Some(until),
        says: format!("cooling down for {} more after the last run", stretch(left)),
    })
}

/// Runs that triggers started in the day of `now`, and milliseconds they took.
pub fn of_today(zone: &TimeZone, spent: &[Spent], now: Time) -> (u32, i64) {
    let began = day_began(zone, now);
    let today = spent.iter().filter(|run| !run.by_hand && run.created >= began);
    today.fold((0, 0), |(runs, ms), run| (runs + 1, ms + run.took_ms))
}

fn budget(triggers: &Triggers, runs: u32, ms: i64) -> Option<String> {
    if let Some(most) = triggers.budget.runs.filter(|most| runs >= *most) {
        return Some(format!("today's budget is spent: {runs} of {most} runs"));
    }
    let most = triggers.budget.minutes.filter(|most| ms >= i64::from(*most) * MINUTE_MS)?;
    Some(format!("today's budget is spent: {} of {most} min of training", ms / MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{time::HOUR_MS, trigger::DailyBudget};

    /// 2026-11-22 13:15:50 UTC.
    const NOW: Time = Time(1_795_353_350_000);

    fn run(ago_ms: i64, took_ms: i64) -> Spent {
        let created = NOW.plus(-ago_ms);
        Spent { created, ended: Some(created.plus(took_ms)), took_ms, by_hand: false }
    }

    fn kinds(triggers: &Triggers, spent: &[Spent]) -> Vec<Kind> {
        limits(triggers, &TimeZone::UTC, spent, NOW).into_iter().map(|block| block.kind).collect()
    }

    #[test]
    fn it_cools_down_from_the_end_of_the_last_run() {
        let triggers = Triggers::default();
        assert_eq!(kinds(&triggers, &[]), []);
        assert_eq!(kinds(&triggers, &[run(2 * HOUR_MS, HOUR_MS)]), []);
        let blocks = limits(&triggers, &TimeZone::UTC, &[run(2 * HOUR_MS, 72 * MINUTE_MS)], NOW);
        assert_eq!(blocks[0].says, "cooling down for 12 min more after the last run");
        assert_eq!(blocks[0].until, Some(NOW.plus(12 * MINUTE_MS)));
    }

    #[test]
    fn a_budget_counts_what_triggers_started_today() {
        let budget = DailyBudget { runs: Some(2), minutes: Some(30) };
        let triggers = Triggers { budget, cool_down_min: 0, ..Triggers::default() };
        let yesterday = run(14 * HOUR_MS, 100 * MINUTE_MS);
        assert_eq!(kinds(&triggers, &[yesterday, run(HOUR_MS, MINUTE_MS)]), []);
        let twice = [run(2 * HOUR_MS, MINUTE_MS), run(HOUR_MS, MINUTE_MS)];
        assert_eq!(kinds(&triggers, &twice), [Kind::Budget]);
        let by_hand = Spent { by_hand: true, ..twice[1] };
        assert_eq!(kinds(&triggers, &[twice[0], by_hand]), [], "what a person starts is not counted");
        let long = limits(&triggers, &TimeZone::UTC, &[run(HOUR_MS, 31 * MINUTE_MS)], NOW);
        assert_eq!(long[0].says, "today's budget is spent: 31 of 30 min of training");
    }
}
