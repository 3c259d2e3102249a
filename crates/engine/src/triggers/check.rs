//! What may be set of triggers.

use std::path::Path;

use tidegate_core::{
    Error, Result,
    trigger::{PerformanceTrigger, Triggers},
};

use super::schedule::{parse_clock, parse_cron, parse_zone};

const LONGEST_WINDOW_H: u32 = 90 * 24;
const LONGEST_COOL_DOWN_MIN: u32 = 366 * 24 * 60;

/// Names the first field that makes no sense, and what would.
pub fn check(triggers: &Triggers) -> Result<()> {
    if let Some(schedule) = &triggers.schedule {
        parse_cron(schedule)?;
    }
    parse_zone(&triggers.time_zone)?;
    triggers.performance.as_ref().map_or(Ok(()), check_performance)?;
    if triggers.drift_labels == 0 {
        return wrong("drift_labels", "must be at least 1: nothing is learnt from none");
    }
    if triggers.new_labels == Some(0) {
        return wrong("new_labels", "must be at least 1, or `null` for no such condition");
    }
    if triggers.file.as_deref().is_some_and(|file| !Path::new(file).is_absolute()) {
        return wrong("file", "must be a whole path, such as `/data/new.csv`");
    }
    if triggers.cool_down_min > LONGEST_COOL_DOWN_MIN {
        return wrong("cool_down_min", "must be a year at most (527040)");
    }
    if triggers.budget.runs == Some(0) || triggers.budget.minutes == Some(0) {
        return wrong("budget", "must leave room for a run, or be `null` for no limit");
    }
    if let Some(quiet) = &triggers.quiet
        && parse_clock("from", &quiet.from)? == parse_clock("to", &quiet.to)?
    {
        return wrong("quiet", "begins and ends at the same time: `null` is for no quiet hours");
    }
    Ok(())
}

fn check_performance(trigger: &PerformanceTrigger) -> Result<()> {
    let positive = |value: Option<f64>| value.is_none_or(|value| value.is_finite() && value > 0.0);
    if trigger.worse_than.is_none() && trigger.drop.is_none() {
        return wrong("performance", "needs `worse_than`, `drop` or both");
    }
    if !positive(trigger.worse_than) {
        return wrong("performance.worse_than", "must be above 0");
    }
    if !positive(trigger.drop) {
        return wrong("performance.drop", "must be above 0");
    }
    if !(1..=LONGEST_WINDOW_H).contains(&trigger.window_h) {
        return wrong("performance.window_h", "must be 1 to 2160 hours");
    }
    if trigger.min_rows == 0 {
        return wrong("performance.min_rows", "must be at least 1");
    }
    Ok(())
}

fn wrong(field: &str, fix: &str) -> Result<()> {
    Err(Error::invalid(format!("`settings.triggers.{field}` {fix}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::trigger::{DailyBudget, QuietHours};

    fn said(triggers: Triggers) -> String {
        check(&triggers).map_or_else(|error| error.message, |()| String::new())
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(said(Triggers::default()), "");
        let with = |performance| Triggers { performance: Some(performance), ..Triggers::default() };
        let one = PerformanceTrigger { worse_than: Some(0.9), ..PerformanceTrigger::default() };
        assert_eq!(said(with(one.clone())), "");
        assert!(said(with(PerformanceTrigger::default())).contains("`settings.triggers.performance` needs"));
        let nan = PerformanceTrigger { drop: Some(f64::NAN), ..one.clone() };
        assert!(said(with(nan)).contains("performance.drop"));
        assert!(said(with(PerformanceTrigger { window_h: 0, ..one })).contains("performance.window_h"));
        let quiet = |from: &str, to: &str| Triggers {
            quiet: Some(QuietHours { from: from.into(), to: to.into() }),
            ..Triggers::default()
        };
        assert!(said(quiet("25:00", "06:00")).contains("`settings.triggers.quiet.from`"));
        assert!(said(quiet("06:00", "06:00")).contains("`settings.triggers.quiet`"));
        assert_eq!(said(quiet("22:00", "06:00")), "");
        let budget = DailyBudget { runs: Some(0), minutes: None };
        assert!(said(Triggers { budget, ..Triggers::default() }).contains("`settings.triggers.budget`"));
        let file = Some("new.csv".into());
        assert!(said(Triggers { file, ..Triggers::default() }).contains("`settings.triggers.file`"));
    }

    #[test]
    fn what_older_programs_stored_still_reads() {
        let old = r#"{"on_drift":true,"schedule":"0 3 * * 1","cool_down_min":30,"promote":true}"#;
        let triggers: Triggers = serde_json::from_str(old).unwrap();
        let expected = Triggers {
            on_drift: true,
            schedule: Some("0 3 * * 1".into()),
            cool_down_min: 30,
            promote: true,
            ..Triggers::default()
        };
        assert_eq!(triggers, expected);
        assert_eq!((triggers.time_zone.as_str(), triggers.drift_labels), ("UTC", 120), "as it was");
    }
}
