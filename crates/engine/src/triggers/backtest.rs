//! What triggers would have done over stored history, hour by hour.
//!
//! Alerts are those that the backtest of their rules gives. Must not know the words of a condition (see
//! [`super::conditions`]) nor how a rule is judged.

use std::collections::BTreeMap;

use croner::Cron;
use jiff::tz::TimeZone;
use tidegate_core::{
    Error, Result, Time,
    model::Model,
    time::{DAY_MS, HOUR_MS},
    trigger::{PerformanceTrigger, TriggerCondition, Triggers},
};

use super::{
    check,
    conditions::{self, Measured},
    limits::{Spent, limits},
    look::metric_of,
    schedule::{next, parse_cron, parse_zone},
};
use crate::{
    Engine, Range,
    alerts::{Sliding, stretch},
    lock,
    rollup::kept,
    signals::definition,
    view::{
        BacktestRequest, BlockedHours, Firing, TriggerBlockKind, TriggersBacktest, TriggersBacktestRequest,
        TriggersFiring,
    },
};

const USUAL_DAYS: u32 = 30;
const MOST_DAYS: u32 = 365;

/// What the hours of a range showed.
#[derive(Default)]
struct History {
    /// The ends of hours, in their order.
    ends: Vec<Time>,
    /// Alerts about the answers that would have been open.
    alerts: Vec<Firing>,
    /// Labels of the predictions of each hour, by its beginning.
    labelled: BTreeMap<Time, u64>,
    /// Performance as judged at the end of each hour; empty where it is not asked for.
    performance: Vec<TriggerCondition>,
}

impl History {
    fn alert_at(&self, at: Time) -> Option<(&str, Time)> {
        let open = |alert: &&Firing| alert.from <= at && alert.until.is_none_or(|until| until > at);
        let first = self.alerts.iter().filter(open).min_by_key(|alert| alert.from)?;
        Some((&first.message, first.from))
    }

    fn labelled_between(&self, from: Time, to: Time) -> u64 {
        let from = from.floor(HOUR_MS);
        if from >= to { 0 } else { self.labelled.range(from..to).map(|(_, labelled)| labelled).sum() }
    }
}

/// Triggers let go over a history.
struct Replay<'a> {
    triggers: &'a Triggers,
    zone: TimeZone,
    cron: Option<Cron>,
    history: &'a History,
    /// The runs so far, the newest last.
    spent: Vec<Spent>,
    /// How long a run takes.
    run_ms: i64,
    /// Up to when the schedule was served.
    scheduled: Time,
    /// Before that no labels are counted.
    began: Time,
}

impl Replay<'_> {
    fn conditions(&self, hour: usize) -> Vec<TriggerCondition> {
        let (at, history) = (self.history.ends[hour], self.history);
        let last = self.spent.last().map(|run| run.created);
        let mut found = Vec::new();
        if self.triggers.on_drift {
            let alert = history.alert_at(at);
            let since = alert.map_or(at, |(_, since)| last.map_or(since, |last| last.max(since)));
            let labelled = history.labelled_between(since, at);
            found.push(conditions::drift(alert, labelled, self.triggers.drift_labels));
        }
        if let (Some(text), Some(cron)) = (&self.triggers.schedule, &self.cron) {
            let after = last.map_or(self.scheduled, |last| last.max(self.scheduled));
            let due = next(cron, &self.zone, after).filter(|due| *due <= at);
            found.push(conditions::schedule(text, due, next(cron, &self.zone, at), &self.zone));
        }
        found.extend(history.performance.get(hour).cloned());
        if let Some(needed) = self.triggers.new_labels {
            let since = last.unwrap_or(self.began);
            found.push(conditions::new_labels(history.labelled_between(since, at), needed, since));
        }
        found
    }

    fn run(&mut self) -> (Vec<TriggersFiring>, Vec<BlockedHours>) {
        let (mut firings, mut blocked) = (Vec::new(), Vec::<BlockedHours>::new());
        for hour in 0..self.history.ends.len() {
            let at = self.history.ends[hour];
            let conditions = self.conditions(hour);
            let blocks = limits(self.triggers, &self.zone, &self.spent, at);
            let held = conditions::hold(self.triggers.combine, &conditions);
            match blocks.first() {
                Some(block) if held => count(&mut blocked, block.kind),
                Some(_) => {}
                None if held => {
                    let ended = Some(at.plus(self.run_ms));
                    self.spent.push(Spent { created: at, ended, took_ms: self.run_ms, by_hand: false });
                    let conditions = conditions.into_iter().filter(|one| one.holds).collect();
                    firings.push(TriggersFiring { at, conditions });
                }
                None if conditions::missed(self.triggers.combine, &conditions) => self.scheduled = at,
                None => {}
            }
        }
        (firings, blocked)
    }
}

fn count(blocked: &mut Vec<BlockedHours>, by: TriggerBlockKind) {
    match blocked.iter_mut().find(|hours| hours.by == by) {
        Some(hours) => hours.hours += 1,
        None => blocked.push(BlockedHours { by, hours: 1 }),
    }
}

impl Engine {
    /// Tries triggers on the stored hours of a model, as if no run had changed it.
    ///
    /// # Errors
    /// `Invalid` for triggers that mean nothing, and for more days than a year.
    pub async fn backtest_triggers(
        &self,
        name: &str,
        request: TriggersBacktestRequest,
    ) -> Result<TriggersBacktest> {
        let model = self.store.model(name).await?;
        let triggers = request.triggers.unwrap_or_else(|| model.settings.triggers.clone());
        check(&triggers)?;
        let days = request.days.unwrap_or(USUAL_DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::invalid("`days` must be 1 to 365"));
        }
        let now = self.clock.now();
        let whole = kept(&self.settings(), now).1;
        let asked = now.plus(-i64::from(days) * DAY_MS);
        let range = Range { from: asked.max(whole).floor(HOUR_MS), to: now.floor(HOUR_MS), step_ms: HOUR_MS };
        let history = self.trigger_history(&model, &triggers, range).await?;
        let earlier = self.store.runs(Some(model.id), 20).await?;
        let spent: Vec<_> = earlier.iter().rev().map(|run| Spent::of(run, now)).collect();
        let run_ms = spent.iter().map(|run| run.took_ms).max().unwrap_or(0);
        let before = spent.into_iter().filter(|run| run.created < range.from).collect();
        let mut replay = Replay {
            triggers: &triggers,
            zone: parse_zone(&triggers.time_zone)?,
            cron: triggers.schedule.as_deref().map(parse_cron).transpose()?,
            history: &history,
            spent: before,
            run_ms,
            scheduled: range.from,
            began: range.from,
        };
        let (firings, blocked_hours) = replay.run();
        let mut notes = notes(&triggers, run_ms);
        if asked < whole {
            notes
                .push("counters of hours reach no further back: days alone are kept of what is older".into());
        }
        let says = says(firings.len(), &stretch(range.to.since(range.from)));
        Ok(TriggersBacktest { from: range.from, to: range.to, says, firings, blocked_hours, notes })
    }

    async fn trigger_history(&self, model: &Model, triggers: &Triggers, range: Range) -> Result<History> {
        let hours = range.to.since(range.from) / HOUR_MS;
        let mut history = History {
            ends: (1..=hours).map(|hour| range.from.plus(hour * HOUR_MS)).collect(),
            ..History::default()
        };
        if triggers.on_drift || triggers.new_labels.is_some() {
            let steps = self.steps(model, None, range).await?;
            history.labelled = steps.buckets.iter().map(|(at, bucket)| (*at, bucket.labelled)).collect();
        }
        if triggers.on_drift {
            history.alerts = self.alerts_of_answers(model, range).await?;
        }
        if let Some(trigger) = &triggers.performance {
            history.performance = self.performance_of_hours(model, trigger, range).await?;
        }
        Ok(history)
    }

    /// Alerts that would have been open, by the backtest of each rule.
    async fn alerts_of_answers(&self, model: &Model, range: Range) -> Result<Vec<Firing>> {
        let mut alerts = Vec::new();
        let rules = self.rules(model).await?;
        for rule in rules.into_iter().filter(|rule| rule.enabled && definition(rule.signal).of_answers) {
            let (from, to) = (Some(range.from), Some(range.to));
            let request = BacktestRequest { rule, from, to, last_s: None, look: None };
            match self.backtest(&model.name, request).await {
                Ok(backtest) => alerts.extend(backtest.firings),
                // A rule that nothing can be said about fires as little here as live.
                Err(error) => tracing::debug!(%error, "a rule is left out of the backtest of triggers"),
            }
        }
        Ok(alerts)
    }

    /// Of the champion, over a window that ends with each hour.
    async fn performance_of_hours(
        &self,
        model: &Model,
        trigger: &PerformanceTrigger,
        range: Range,
    ) -> Result<Vec<TriggerCondition>> {
        let watched = self.watched_version(model, None).await?;
        let width = trigger.window_h as usize;
        let from = range.from.plus(-i64::from(trigger.window_h) * HOUR_MS);
        let steps = self.version_steps(&watched, Range { from, ..range }).await?;
        let (estimator, baseline, task) = {
            let aggregate = lock(&watched.aggregate);
            let baseline = aggregate.baseline().and_then(|baseline| baseline.quality);
            (aggregate.estimator().cloned(), baseline, aggregate.schema().task)
        };
        let (mut sliding, mut judged) = (Sliding::default(), Vec::new());
        let mut hour = from;
        while hour < range.to {
            sliding.push(steps.buckets.get(&hour).cloned());
            if sliding.len() > width {
                sliding.pop();
            }
            if hour >= range.from {
                let sum = sliding.sum();
                let metric = sum.and_then(|sum| metric_of(&sum, trigger, estimator.as_deref()));
                judged.push(conditions::performance(trigger, &Measured { task, metric, baseline }));
            }
            hour = hour.plus(HOUR_MS);
        }
        Ok(judged)
    }
}

fn says(firings: usize, range: &str) -> String {
    match firings {
        0 => format!("would not have fired in {range}"),
        1 => format!("would have fired once in {range}"),
        times => format!("would have fired {times} times in {range}"),
    }
}

fn notes(triggers: &Triggers, run_ms: i64) -> Vec<String> {
    let took = if run_ms > 0 {
        format!("takes {} as the longest of the last did", stretch(run_ms))
    } else {
        "takes no time".into()
    };
    let mut notes = vec![
        "tried at the end of every hour".into(),
        format!("as if no run had changed the model: each {took}, and is decided at once"),
    ];
    if triggers.on_drift || triggers.new_labels.is_some() {
        notes.push("labels count at the time of their prediction, whenever they came".into());
    }
    if triggers.file.is_some() {
        notes.push("what the file was in the past is not known: it is left out".into());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{
        alert::Severity,
        trigger::{Combine, DailyBudget, QuietHours, TriggerKind},
    };

    /// 2026-11-22 00:00 UTC.
    const MIDNIGHT: Time = Time(1_795_305_600_000);

    fn hour(hour: i64) -> Time {
        MIDNIGHT.plus(hour * HOUR_MS)
    }

    /// Two days with 50 labels an hour, and an alert from six to twenty of the first.
    fn history() -> History {
        let message = "income drifted (PSI 0.31)".into();
        let alert = Firing { from: hour(6), until: Some(hour(20)), message, severity: Severity::Watch };
        History {
            ends: (1..=48).map(hour).collect(),
            alerts: vec![alert],
            labelled: (0..48).map(|at| (hour(at), 50)).collect(),
            performance: Vec::new(),
        }
    }

    fn tried(triggers: &Triggers) -> (Vec<i64>, Vec<BlockedHours>) {
        let history = history();
        let mut replay = Replay {
            triggers,
            zone: parse_zone(&triggers.time_zone).unwrap(),
            cron: triggers.schedule.as_deref().map(parse_cron).transpose().unwrap(),
            history: &history,
            spent: Vec::new(),
            run_ms: 0,
            scheduled: MIDNIGHT,
            began: MIDNIGHT,
        };
        let (firings, blocked) = replay.run();
        (firings.iter().map(|firing| firing.at.since(MIDNIGHT) / HOUR_MS).collect(), blocked)
    }

    #[test]
    fn drift_fires_again_only_with_as_many_new_labels() {
        let triggers = Triggers { on_drift: true, cool_down_min: 0, ..Triggers::default() };
        // Labels of whole hours: three hours for 120 of them.
        assert_eq!(tried(&triggers).0, [9, 12, 15, 18]);
        let (fired, blocked) = tried(&Triggers { cool_down_min: 300, ..triggers });
        assert_eq!(fired, [9, 14, 19]);
        assert_eq!(blocked, [BlockedHours { by: TriggerBlockKind::CoolingDown, hours: 4 }]);
    }

    #[test]
    fn budget_and_quiet_hours_hold_it_back() {
        let triggers = Triggers { new_labels: Some(100), cool_down_min: 0, ..Triggers::default() };
        assert_eq!(tried(&triggers).0.len(), 24);
        let budget = DailyBudget { runs: Some(2), minutes: None };
        assert_eq!(tried(&Triggers { budget, ..triggers.clone() }).0, [2, 4, 24, 26, 48]);
        let quiet = Some(QuietHours { from: "01:00".into(), to: "23:30".into() });
        assert_eq!(tried(&Triggers { quiet, ..triggers }).0, [24, 48]);
    }

    #[test]
    fn with_all_of_them_a_schedule_says_when_the_others_are_looked_at() {
        let triggers = Triggers {
            schedule: Some("0 0,2,12 * * *".into()),
            new_labels: Some(400),
            combine: Combine::All,
            cool_down_min: 0,
            ..Triggers::default()
        };
        let (fired, _) = tried(&triggers);
        assert_eq!(fired, [12, 24, 36, 48], "not at two, when there were 100");
        let history = history();
        assert_eq!(history.labelled_between(hour(3), hour(3)), 0);
        let any = Triggers { combine: Combine::Any, new_labels: None, ..triggers };
        assert_eq!(tried(&any).0, [2, 12, 24, 26, 36, 48]);
        let kinds = |triggers: &Triggers| {
            Replay {
                triggers,
                zone: TimeZone::UTC,
                cron: None,
                history: &history,
                spent: Vec::new(),
                run_ms: 0,
                scheduled: MIDNIGHT,
                began: MIDNIGHT,
            }
            .conditions(7)
        };
        let drift = kinds(&Triggers { on_drift: true, ..Triggers::default() });
        assert_eq!((drift[0].kind, drift[0].since), (TriggerKind::Drift, Some(hour(6))));
    }
}
