//! Each condition from its numbers: whether it holds, and the sentence that says so.
//!
//! Pure. Must not know where the numbers come from: live triggers and their backtest are the same words.

use jiff::tz::TimeZone;
use tidegate_core::{
    Time,
    schema::Task,
    time::HOUR_MS,
    trigger::{Combine, PerformanceTrigger, TriggerCondition, TriggerKind as Kind},
};
use tidegate_monitor::metric::Metric;

use super::{file::FileState, schedule::told};
use crate::{
    alerts::{amount, stretch},
    tiles::grouped,
    view::SignalUnit,
};

fn condition(kind: Kind, holds: bool, says: String) -> TriggerCondition {
    TriggerCondition { kind, holds, value: None, threshold: None, since: None, says }
}

/// `alert`: what an open alert says, and since when; with the rows labelled since then.
pub fn drift(alert: Option<(&str, Time)>, labelled: u64, needed: u32) -> TriggerCondition {
    let Some((message, since)) = alert else {
        return condition(Kind::Drift, false, "no alert about the answers is open".into());
    };
    let holds = labelled >= needed.into();
    let says = match holds {
        true => format!("{message}; {} rows were labelled since", grouped(labelled)),
        false => {
            format!("{message}; {} of {} labelled rows since", grouped(labelled), grouped(needed.into()))
        }
    };
    let (value, threshold) = (Some(labelled as f64), Some(f64::from(needed)));
    TriggerCondition { value, threshold, since: Some(since), ..condition(Kind::Drift, holds, says) }
}

/// `due`: the time that came and was not served yet.
pub fn schedule(cron: &str, due: Option<Time>, next: Option<Time>, zone: &TimeZone) -> TriggerCondition {
    let says = match (due, next) {
        (Some(due), _) => format!("schedule `{cron}` was due {}", told(due, zone)),
        (None, Some(next)) => format!("schedule `{cron}` is due {}", told(next, zone)),
        (None, None) => format!("schedule `{cron}` never comes"),
    };
    TriggerCondition { since: due, ..condition(Kind::Schedule, due.is_some(), says) }
}

pub fn new_labels(count: u64, needed: u32, since: Time) -> TriggerCondition {
    let holds = count >= needed.into();
    let says = match holds {
        true => format!("{} rows were labelled since the last run", grouped(count)),
        false => {
            format!("{} of {} rows labelled since the last run", grouped(count), grouped(needed.into()))
        }
    };
    let (value, threshold) = (Some(count as f64), Some(f64::from(needed)));
    TriggerCondition { value, threshold, since: Some(since), ..condition(Kind::NewLabels, holds, says) }
}

/// What performance is judged by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    pub task: Task,
    /// Of the window; none without labels, or without an estimator.
    pub metric: Option<Metric>,
    /// On the reference rows.
    pub baseline: Option<f64>,
}

pub fn performance(trigger: &PerformanceTrigger, measured: &Measured) -> TriggerCondition {
    let regression = measured.task == Task::Regression;
    let plain = if regression { "mean absolute error" } else { "accuracy" };
    let name = if trigger.estimated { format!("estimated {plain}") } else { plain.to_owned() };
    let window = stretch(i64::from(trigger.window_h) * HOUR_MS);
    let no = |says: String| condition(Kind::Performance, false, says);
    if measured.task == Task::Other {
        return no("the model's task is not known: there is no accuracy to judge".into());
    }
    let rows = measured.metric.as_ref().map_or(0, |metric| metric.n);
    let Some(metric) = measured.metric.as_ref().filter(|metric| metric.n >= trigger.min_rows.into()) else {
        let of = if trigger.estimated { "estimated" } else { "labelled" };
        let (rows, least) = (grouped(rows), grouped(trigger.min_rows.into()));
        return no(format!("not enough data for {name}: {rows} of {least} {of} rows in {window}"));
    };
    let unit = if regression { SignalUnit::Plain } else { SignalUnit::Share };
    let Some(limit) = limit(trigger, measured.baseline, regression) else {
        return no(format!(
            "how good {plain} was before is not known: give a reference data set with its target"
        ));
    };
    let holds = if regression { metric.value > limit } else { metric.value < limit };
    let side = if regression { "above" } else { "below" };
    let says = format!(
        "{name} {} over {window} ({} rows), {}{side} {}",
        amount(unit, metric.value),
        grouped(metric.n),
        if holds { "" } else { "not " },
        amount(unit, limit)
    );
    let (value, threshold) = (Some(metric.value), Some(limit));
    TriggerCondition { value, threshold, ..condition(Kind::Performance, holds, says) }
}

/// The limit that is crossed first.
fn limit(trigger: &PerformanceTrigger, baseline: Option<f64>, regression: bool) -> Option<f64> {
    let dropped = trigger.drop.zip(baseline).map(|(drop, baseline)| match regression {
        true => baseline * (1.0 + drop),
        false => baseline - drop,
    });
    let both = [trigger.worse_than, dropped].into_iter().flatten();
    both.reduce(if regression { f64::min } else { f64::max })
}

pub fn file(path: &str, state: &FileState) -> TriggerCondition {
    let says = match state {
        FileState::Missing => format!("{path} is not there"),
        FileState::Unreadable(why) => format!("{path} can't be read: {why}"),
        FileState::Settling => format!("{path} is being written"),
        FileState::Unchanged => format!("{path} has not changed"),
        FileState::Changed { sha256, .. } => format!("{path} has changed (SHA-256 {}…)", &sha256[..12]),
    };
    let since = match state {
        FileState::Changed { since, .. } => Some(*since),
        _ => None,
    };
    TriggerCondition { since, ..condition(Kind::File, since.is_some(), says) }
}

/// Whether the conditions call for a run.
pub fn hold(combine: Combine, conditions: &[TriggerCondition]) -> bool {
    let mut held = conditions.iter().map(|condition| condition.holds);
    match combine {
        Combine::Any => held.any(|holds| holds),
        Combine::All => !conditions.is_empty() && held.all(|holds| holds),
    }
}

/// A schedule that came while another condition did not hold: with all of them asked for, it passes.
pub fn missed(combine: Combine, conditions: &[TriggerCondition]) -> bool {
    let came = |condition: &TriggerCondition| condition.kind == Kind::Schedule && condition.holds;
    combine == Combine::All && conditions.iter().any(came) && !hold(combine, conditions)
}

/// Those that hold, as the reason of a run.
pub fn reasons(conditions: &[TriggerCondition]) -> String {
    let held = conditions.iter().filter(|condition| condition.holds);
    held.map(|condition| condition.says.as_str()).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_monitor::metric::MetricName;

    fn judged(trigger: &PerformanceTrigger, task: Task, value: f64, n: u64) -> TriggerCondition {
        let name = if task == Task::Regression { MetricName::Mae } else { MetricName::Accuracy };
        let baseline = Some(if task == Task::Regression { 40.0 } else { 0.95 });
        performance(trigger, &Measured { task, metric: Some(Metric::new(name, value, n)), baseline })
    }

    #[test]
    fn performance_is_judged_by_the_limit_that_is_crossed_first() {
        let trigger =
            PerformanceTrigger { worse_than: Some(0.8), drop: Some(0.05), ..PerformanceTrigger::default() };
        let bad = judged(&trigger, Task::Classification, 0.872, 412);
        assert!(bad.holds);
        assert_eq!(bad.says, "accuracy 87.2% over 1 day (412 rows), below 90.0%");
        assert!(!judged(&trigger, Task::Classification, 0.9, 412).holds, "the limit itself is good enough");
        let few = judged(&trigger, Task::Classification, 0.1, 12);
        assert!(!few.holds);
        assert_eq!(few.says, "not enough data for accuracy: 12 of 100 labelled rows in 1 day");

        let error = PerformanceTrigger { drop: Some(0.25), estimated: true, ..trigger };
        let error = PerformanceTrigger { worse_than: None, ..error };
        let worse = judged(&error, Task::Regression, 51.0, 500);
        assert!(worse.holds, "an error that grew by a quarter");
        assert_eq!(worse.says, "estimated mean absolute error 51 over 1 day (500 rows), above 50");
        let unknown = Measured { baseline: None, ..Measured::default() };
        let metric = Some(Metric::new(MetricName::Mae, 51.0, 500));
        let unknown = performance(&error, &Measured { task: Task::Regression, metric, ..unknown });
        assert!(!unknown.holds && unknown.says.contains("give a reference data set"));
    }

    #[test]
    fn conditions_are_put_together_by_any_or_all() {
        let due = schedule("0 3 * * *", Some(Time(0)), None, &TimeZone::UTC);
        let few = new_labels(83, 120, Time(0));
        assert_eq!(few.says, "83 of 120 rows labelled since the last run");
        let enough = new_labels(1_200, 120, Time(0));
        let (some, all) = ([due.clone(), few.clone()], [due, enough]);
        assert!(hold(Combine::Any, &some) && !hold(Combine::All, &some) && hold(Combine::All, &all));
        assert!(!hold(Combine::All, &[]) && !hold(Combine::Any, &[]));
        assert!(missed(Combine::All, &some) && !missed(Combine::All, &all) && !missed(Combine::Any, &some));
        assert_eq!(
            reasons(&all),
            "schedule `0 3 * * *` was due 1 Jan 00:00 UTC and 1,200 rows were labelled since the last run"
        );
    }

    #[test]
    fn drift_needs_rows_to_learn_from() {
        assert!(!drift(None, 500, 120).holds);
        let few = drift(Some(("income drifted (PSI 0.31)", Time(5))), 83, 120);
        assert_eq!(few.says, "income drifted (PSI 0.31); 83 of 120 labelled rows since");
        let enough = drift(Some(("income drifted (PSI 0.31)", Time(5))), 120, 120);
        assert_eq!((enough.holds, enough.value, enough.since), (true, Some(120.0), Some(Time(5))));
    }
}
