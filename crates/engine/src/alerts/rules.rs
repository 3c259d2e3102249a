//! The rules of a model: those it starts with, those that may be set, and what can be chosen from.
//!
//! Must not know how a rule is evaluated.

use std::collections::BTreeSet;

use tidegate_core::{
    Error, Result,
    alert::{Condition, Direction, Rule, Severity, Signal},
    schema::Task,
};
use tidegate_monitor::metric::MetricName;

use super::words::metric;
use crate::{
    baseline::Baseline,
    signals::definition,
    view::{BurnRatePreset, MetricChoice, RuleChoices, SignalUnit, SignalView, SubjectOf},
};

const MOST_RULES: usize = 100;
const LONGEST_NAME: usize = 120;
const DAY_S: u32 = 86_400;
/// Windows reach no further back than this.
const LONGEST_S: u32 = 31 * DAY_S;
/// Tries of this many evaluations in a row at most.
const LONGEST_HOLD: u32 = 100_000;

/// SRE workbook, chapter 5, table 5-8: two for pages, one for tickets.
pub const BURN_RATES: [BurnRatePreset; 3] = [
    BurnRatePreset { long_s: 3_600, short_s: 300, factor: 14.4, severity: Severity::Act, budget: 0.02 },
    BurnRatePreset { long_s: 6 * 3_600, short_s: 1_800, factor: 6.0, severity: Severity::Act, budget: 0.05 },
    BurnRatePreset {
        long_s: 3 * DAY_S,
        short_s: 6 * 3_600,
        factor: 1.0,
        severity: Severity::Watch,
        budget: 0.1,
    },
];

/// What rules can be made of.
pub fn choices() -> RuleChoices {
    let signals = Signal::ALL.iter().map(|&signal| {
        let known = definition(signal);
        SignalView {
            signal,
            title: known.title.into(),
            unit: known.unit,
            counted: known.counted,
            worse: known.worse,
            first: known.first,
            subject: known.subject,
        }
    });
    let metrics = MetricName::ALL.map(|name| MetricChoice {
        name: name.as_str().into(),
        title: name.title().into(),
        higher_is_better: name.higher_is_better(),
    });
    RuleChoices { signals: signals.collect(), metrics: metrics.into(), burn_rates: BURN_RATES.into() }
}

/// Five points below the accuracy on the reference rows (or a quarter above its error) is worth a look.
pub fn default_rules(task: Task, baseline: Option<&Baseline>) -> Vec<Rule> {
    use {Direction::*, Severity::*, Signal::*};
    let rule =
        |signal, direction, threshold, severity| Rule { severity, ..Rule::new(signal, direction, threshold) };
    let first = |signal: Signal| definition(signal).first;
    let mut rules = vec![
        rule(InputDrift, Above, first(InputDrift), Watch),
        rule(PredictionDrift, Above, first(PredictionDrift), Watch),
        rule(MultivariateDrift, Above, first(MultivariateDrift), Watch),
        rule(ErrorShare, Above, 0.05, Act),
        rule(LatencyP99, Above, 1_000.0, Watch),
        rule(QualityViolation, Above, first(QualityViolation), Act),
    ];
    if task != Task::Other {
        rules.push(rule(
            ConceptDrift,
            Above,
            if task == Task::Regression { 0.1 } else { first(ConceptDrift) },
            Act,
        ));
    }
    let quality = baseline.and_then(|baseline| baseline.quality);
    let enabled = quality.is_some();
    match task {
        Task::Classification => {
            let limit = quality.map_or(0.8, |accuracy| ((accuracy - 0.05) * 1e3).round() / 1e3);
            rules.push(Rule { enabled, ..rule(Accuracy, Below, limit, Act) });
        }
        Task::Regression => {
            let limit = quality.map_or(1.0, |error| error * 1.25);
            rules.push(Rule { enabled, ..rule(MeanAbsoluteError, Above, limit, Act) });
        }
        Task::Other => {}
    }
    identified(rules)
}

/// Gives an id to each rule that has none, made from its signal: rules stored before there were ids, and new ones.
pub fn identified(mut rules: Vec<Rule>) -> Vec<Rule> {
    let mut taken: BTreeSet<String> = rules.iter().map(|rule| rule.id.clone()).collect();
    for rule in rules.iter_mut().filter(|rule| rule.id.is_empty()) {
        let word = word(rule.signal);
        let free = (1..).map(|n| if n == 1 { word.clone() } else { format!("{word}-{n}") });
        rule.id = free.into_iter().find(|id| !taken.contains(id)).unwrap_or_default();
        taken.insert(rule.id.clone());
    }
    rules
}

/// A signal's name in JSON.
pub fn word(signal: Signal) -> String {
    let mut word = String::new();
    for letter in format!("{signal:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

/// Refuses rules that mean nothing, naming the field. `inputs` are the model's, where they are known.
pub fn check_rules(rules: &[Rule], inputs: Option<&[String]>) -> Result<()> {
    if rules.len() > MOST_RULES {
        return Err(Error::invalid(format!("`rules` has more than {MOST_RULES}")));
    }
    for (index, rule) in rules.iter().enumerate() {
        check(&format!("rules[{index}]"), rule, inputs)?;
        if !rule.id.is_empty() && rules[..index].iter().any(|other| other.id == rule.id) {
            return Err(Error::invalid(format!("`rules[{index}].id` is that of another rule"))
                .hint("leave the id of a new rule empty"));
        }
    }
    Ok(())
}

/// Refuses one rule that means nothing; `at` names it.
pub fn check(at: &str, rule: &Rule, inputs: Option<&[String]>) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`{at}.{field}` {fix}")));
    if !rule.threshold.is_finite() {
        return wrong("threshold", "must be a number");
    }
    if !(1..=LONGEST_HOLD).contains(&rule.hold) {
        return wrong("hold", &format!("must be 1 to {LONGEST_HOLD}"));
    }
    if rule.name.chars().count() > LONGEST_NAME || rule.id.len() > LONGEST_NAME {
        return wrong("name", &format!("must have at most {LONGEST_NAME} letters"));
    }
    if rule.window_s.is_some_and(|seconds| !(5..=LONGEST_S).contains(&seconds)) {
        return wrong("window_s", "must be 5 seconds to 31 days");
    }
    if rule.delay_s > LONGEST_S {
        return wrong("delay_s", "must be at most 31 days");
    }
    check_subject(at, rule, inputs)?;
    check_condition(at, rule)
}

fn check_subject(at: &str, rule: &Rule, inputs: Option<&[String]>) -> Result<()> {
    let wrong = |fix: String, hint: &str| {
        let error = Error::invalid(format!("`{at}.subject` {fix}"));
        Err(if hint.is_empty() { error } else { error.hint(hint) })
    };
    match (definition(rule.signal).subject, rule.subject.as_deref()) {
        (SubjectOf::None, Some(_)) => wrong("must be left out: the signal has none".into(), ""),
        (SubjectOf::Metric, None) => wrong("must name a metric".into(), "`f1` or `rmse`, for example"),
        (SubjectOf::Metric, Some(name)) if metric(name).is_none() => {
            let known = MetricName::ALL.map(MetricName::as_str).join(", ");
            wrong(format!("`{name}` is no metric"), &format!("one of {known}"))
        }
        (SubjectOf::AnyInput, Some(name))
            if inputs.is_some_and(|inputs| !inputs.iter().any(|input| input == name)) =>
        {
            wrong(format!("`{name}` is no input of the model"), "leave it out to watch all inputs")
        }
        _ => Ok(()),
    }
}

fn check_condition(at: &str, rule: &Rule) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`{at}.{field}` {fix}")));
    let positive = rule.threshold > 0.0;
    match rule.condition {
        Condition::Threshold if rule.direction == Direction::Either => {
            wrong("direction", "must be `above` or `below` for a threshold")
        }
        Condition::Threshold => Ok(()),
        _ if !positive => wrong("threshold", "must be above 0"),
        Condition::Change { .. } => Ok(()),
        Condition::BurnRate { objective, short_s, .. } => {
            if definition(rule.signal).unit != SignalUnit::Share {
                return wrong("signal", "must be a share for a burn rate, such as `error_share`");
            }
            if !(objective > 0.0 && objective < 1.0) {
                return wrong("condition.objective", "must be above 0 and below 1: 0.999 is 99.9%");
            }
            match rule.window_s {
                Some(long_s) if (5..long_s).contains(&short_s) => Ok(()),
                Some(_) => wrong("condition.short_s", "must be shorter than `window_s`"),
                None => wrong("window_s", "must be given for a burn rate: its long window"),
            }
        }
        Condition::Anomaly { history_days, .. } => {
            if !(2..=366).contains(&history_days) {
                return wrong("condition.history_days", "must be 2 to 366");
            }
            match rule.window_s {
                Some(seconds) if seconds % 3_600 != 0 || seconds > DAY_S => {
                    wrong("window_s", "must be whole hours up to a day: what is usual is learnt from hours")
                }
                _ => Ok(()),
            }
        }
        Condition::NoTraffic => {
            if rule.signal != Signal::Throughput {
                return wrong("signal", "must be `throughput` for no traffic");
            }
            if !(1.0..=2_880.0).contains(&rule.threshold) {
                return wrong("threshold", "must be 1 to 2880 minutes");
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::alert::Season;

    fn message(rules: &[Rule]) -> String {
        check_rules(rules, Some(&["age".to_owned()])).unwrap_err().message
    }

    #[test]
    fn rules_say_what_is_wrong_with_them() {
        let good = default_rules(Task::Classification, None);
        assert!(check_rules(&good, None).is_ok());
        let first = good[0].clone();
        assert_eq!(message(&[first.clone(), first.clone()]), "`rules[1].id` is that of another rule");
        let nan = Rule { threshold: f64::NAN, ..first.clone() };
        assert_eq!(message(&[nan]), "`rules[0].threshold` must be a number");
        assert_eq!(message(&[Rule { hold: 0, ..first.clone() }]), "`rules[0].hold` must be 1 to 100000");
        let weight = Rule { subject: Some("weight".into()), ..first.clone() };
        assert_eq!(message(&[weight]), "`rules[0].subject` `weight` is no input of the model");
        let metric = Rule { subject: Some("f2".into()), ..Rule::new(Signal::Metric, Direction::Below, 0.5) };
        assert_eq!(message(&[metric]), "`rules[0].subject` `f2` is no metric");
        let either = Rule { direction: Direction::Either, ..first };
        assert!(message(&[either]).contains("direction"));
    }

    #[test]
    fn conditions_say_what_is_wrong_with_them() {
        let burn = |long_s, short_s, objective| Rule {
            window_s: long_s,
            condition: Condition::BurnRate { objective, short_s, min_events: 0 },
            ..Rule::new(Signal::ErrorShare, Direction::Above, 6.0)
        };
        assert!(check_rules(&[burn(Some(3_600), 300, 0.99)], None).is_ok());
        assert!(message(&[burn(None, 300, 0.99)]).contains("window_s"));
        assert!(message(&[burn(Some(300), 300, 0.99)]).contains("short_s"));
        assert!(message(&[burn(Some(3_600), 300, 1.0)]).contains("objective"));
        let latency = Rule { signal: Signal::LatencyP99, ..burn(Some(3_600), 300, 0.99) };
        assert!(message(&[latency]).contains("signal"));
        let odd = |window_s, threshold| Rule {
            window_s,
            condition: Condition::Anomaly { season: Season::HourOfDay, history_days: 28 },
            ..Rule::new(Signal::Throughput, Direction::Either, threshold)
        };
        assert!(check_rules(&[odd(None, 3.0)], None).is_ok());
        assert!(message(&[odd(Some(900), 3.0)]).contains("window_s"));
        assert!(message(&[odd(None, 0.0)]).contains("threshold"));
    }

    #[test]
    fn rules_without_an_id_get_one_that_stays() {
        let drift = Rule::new(Signal::InputDrift, Direction::Above, 0.2);
        let named = Rule { id: "input_drift-2".into(), ..drift.clone() };
        let ids: Vec<_> =
            identified(vec![drift.clone(), named, drift]).into_iter().map(|rule| rule.id).collect();
        assert_eq!(ids, ["input_drift", "input_drift-2", "input_drift-3"]);
        assert_eq!(word(Signal::LatencyP99), "latency_p99");
    }
}
