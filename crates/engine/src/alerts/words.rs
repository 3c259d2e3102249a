//! What rules and alerts say, in words.
//!
//! Owns every sentence about a rule. Must not know when one is said.

use serde::{Deserialize, de::value::Error as Unknown};
use tidegate_core::{
    alert::{Condition, Direction, Member, Rule, Season, Signal},
    model::ModelSettings,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::metric::MetricName;

use super::judge::{Judged, bad, compared_unit, window_ms};
use crate::{
    signals::definition,
    tiles::{duration, grouped, significant},
    view::{Counted, SignalUnit},
};

/// Members named in a sentence; the others are counted.
const NAMED: usize = 3;

/// A value with its unit: "91.2%", "84.0 ms".
pub fn amount(unit: SignalUnit, value: f64) -> String {
    match unit {
        SignalUnit::Share if value != 0.0 && value.abs() < 0.01 => format!("{:.2}%", value * 100.0),
        SignalUnit::Share => format!("{:.1}%", value * 100.0),
        SignalUnit::Milliseconds => format!("{} ms", plain(value)),
        SignalUnit::Seconds => stretch((value * 1e3) as i64),
        SignalUnit::PerSecond => format!("{} a second", plain(value)),
        SignalUnit::Minutes => stretch((value * 6e4) as i64),
        SignalUnit::Times => format!("{} times", plain(value)),
        SignalUnit::Sigmas => format!("{} sigma", plain(value)),
        SignalUnit::Plain => plain(value),
    }
}

/// Three digits, without zeros that say nothing.
fn plain(value: f64) -> String {
    let digits = significant(value.abs());
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    format!("{}{digits}", if value < 0.0 { "-" } else { "" })
}

/// A length of time, whole where it is: "3 days", "1 h", "15 min".
pub fn stretch(ms: i64) -> String {
    match ms {
        DAY_MS => "1 day".into(),
        _ if ms > 0 && ms % DAY_MS == 0 => format!("{} days", ms / DAY_MS),
        _ if ms > 0 && ms % HOUR_MS == 0 => format!("{} h", ms / HOUR_MS),
        _ if ms > 0 && ms % MINUTE_MS == 0 => format!("{} min", ms / MINUTE_MS),
        _ if ms > 3 * DAY_MS => format!("{:.0} days", ms as f64 / DAY_MS as f64),
        _ => duration(ms),
    }
}

/// What a metric is called, by its name in JSON.
pub fn metric(name: &str) -> Option<MetricName> {
    use serde::de::IntoDeserializer;
    MetricName::deserialize(IntoDeserializer::<Unknown>::into_deserializer(name)).ok()
}

/// "accuracy", "drift of income (PSI)": what a rule watches.
pub fn what(signal: Signal, subject: Option<&str>) -> String {
    match (signal, subject) {
        (Signal::InputDrift, Some(input)) => format!("drift of {input} (PSI)"),
        (Signal::MissingShare, Some(input)) => format!("share of missing values of {input}"),
        (Signal::Metric, Some(name)) => {
            metric(name).map_or_else(|| name.into(), |metric| metric.title().into())
        }
        _ => definition(signal).title.into(),
    }
}

/// "accuracy below 91.8% over 15 min".
pub fn says(rule: &Rule, settings: &ModelSettings) -> String {
    let what = what(rule.signal, rule.subject.as_deref());
    let over = stretch(window_ms(rule, settings));
    let limit = amount(compared_unit(rule), rule.threshold);
    let delayed = match rule.delay_s {
        0 => String::new(),
        seconds => format!(", {} ago", stretch(i64::from(seconds) * 1000)),
    };
    let said = match rule.condition {
        Condition::Threshold => format!("{what} {} {limit} over {over}", side(rule.direction)),
        Condition::Change { relative } => {
            let limit = if relative { limit } else { points(rule, rule.threshold) };
            format!("{what} {} by more than {limit} within {over}", moves(rule.direction))
        }
        Condition::BurnRate { objective, short_s, .. } => format!(
            "{what} uses up what {} allows {limit} too fast, over {over} and {}",
            objective_words(objective),
            stretch(i64::from(short_s) * 1000)
        ),
        Condition::Anomaly { season, .. } => {
            let usual = season_words(season);
            format!("{what} more than {limit} {} what is usual{usual} over {over}", off(rule.direction))
        }
        Condition::NoTraffic => format!("no request for {over}"),
    };
    said + &delayed
}

/// What, how much, against which limit.
pub fn sentence(rule: &Rule, judged: &Judged, settings: &ModelSettings) -> String {
    let over = stretch(window_ms(rule, settings));
    let unit = definition(rule.signal).unit;
    let what = what(rule.signal, rule.subject.as_deref());
    let value = amount(unit, judged.value);
    let limit = amount(compared_unit(rule), rule.threshold);
    match rule.condition {
        Condition::Threshold => threshold(rule, judged, &what, &limit),
        Condition::Change { relative } => {
            let before = judged.windows.get(1).map_or(f64::NAN, |window| window.value);
            let figure = |by: f64| if relative { amount(SignalUnit::Share, by) } else { points(rule, by) };
            let moved = if judged.value >= before { "rose" } else { "fell" };
            let by = figure(judged.compared.abs());
            let before = amount(unit, before);
            format!(
                "{what} {moved} by {by}, from {before} to {value} within {over} (limit {})",
                figure(rule.threshold)
            )
        }
        Condition::BurnRate { objective, short_s, .. } => {
            let burn = |index: usize| {
                let value = judged.windows.get(index).map_or(f64::NAN, |window| window.value);
                amount(SignalUnit::Plain, bad(definition(rule.signal), value) / (1.0 - objective))
            };
            let short = stretch(i64::from(short_s) * 1000);
            format!(
                "{what} is {value} over {over}: {} times what {} allows, and {} times over {short} (limit {})",
                burn(0),
                objective_words(objective),
                burn(1),
                amount(SignalUnit::Plain, rule.threshold)
            )
        }
        Condition::Anomaly { season, .. } => {
            let usual = judged.usual.map_or(f64::NAN, |usual| usual.mean);
            let way = if judged.value >= usual { "above" } else { "below" };
            format!(
                "{what} is {value} over {over}, {} {way} the {} usual{} (limit {limit})",
                amount(SignalUnit::Sigmas, judged.compared.abs()),
                amount(unit, usual),
                season_words(season)
            )
        }
        Condition::NoTraffic => format!(
            "no request for {over}, where about {} were to be expected",
            grouped(judged.expected.unwrap_or(0.0).round() as u64)
        ),
    }
}

fn threshold(rule: &Rule, judged: &Judged, what: &str, limit: &str) -> String {
    match (rule.signal, judged.members.as_slice()) {
        (Signal::InputDrift | Signal::PredictionDrift, [one]) => {
            let name = if rule.signal == Signal::PredictionDrift { "the predictions" } else { &one.name };
            format!("{name} drifted (PSI {:.2}, limit {:.2}): {}", one.value, rule.threshold, one.detail)
        }
        (Signal::InputDrift, many @ [_, ..]) => {
            format!("{} inputs drifted (limit {:.2}): {}", many.len(), rule.threshold, named(many, "PSI "))
        }
        (Signal::MultivariateDrift, [one]) => {
            format!(
                "{}: {} of a row's error (limit {limit})",
                one.detail,
                amount(SignalUnit::Sigmas, one.value)
            )
        }
        (Signal::ConceptDrift, [one]) => format!("{} (limit {limit})", one.detail),
        (Signal::MissingShare, [one]) => {
            let share = amount(SignalUnit::Share, one.value);
            format!("{} is missing in {share} {}, above {limit}", one.name, one.detail)
        }
        (Signal::MissingShare, many @ [_, ..]) => {
            format!("{} inputs lack values in more than {limit} of rows: {}", many.len(), named(many, ""))
        }
        (Signal::QualityViolation, [one]) => one.detail.clone(),
        (Signal::QualityViolation, many @ [first, ..]) => {
            format!("{} quality checks failed: {} and {} more", many.len(), first.detail, many.len() - 1)
        }
        _ => {
            let n = judged.windows.first().map_or(0, |window| window.n);
            let counted = counted(definition(rule.signal).counted);
            let value = amount(definition(rule.signal).unit, judged.value);
            let n = grouped(n);
            format!("{what} is {value} on {n} {counted}, {} {limit}", side(rule.direction))
        }
    }
}

/// "income (PSI 0.61), age (0.40) and 2 more".
fn named(members: &[Member], unit: &str) -> String {
    let value = |member: &Member| match unit {
        "" => amount(SignalUnit::Share, member.value),
        _ => format!("{unit}{:.2}", member.value),
    };
    let first: Vec<_> =
        members.iter().take(NAMED).map(|member| format!("{} ({})", member.name, value(member))).collect();
    match members.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Differences of shares are points.
fn points(rule: &Rule, value: f64) -> String {
    match definition(rule.signal).unit {
        SignalUnit::Share => format!("{:.1} points", value * 100.0),
        unit => amount(unit, value),
    }
}

fn objective_words(objective: f64) -> String {
    format!("an objective of {}%", (objective * 1e5).round() / 1e3)
}

fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Above | Direction::Either => "above",
        Direction::Below => "below",
    }
}

fn moves(direction: Direction) -> &'static str {
    match direction {
        Direction::Above => "rises",
        Direction::Below => "falls",
        Direction::Either => "moves",
    }
}

fn off(direction: Direction) -> &'static str {
    match direction {
        Direction::Above => "above",
        Direction::Below => "below",
        Direction::Either => "off",
    }
}

fn season_words(season: Season) -> &'static str {
    match season {
        Season::None => "",
        Season::HourOfDay => " at that hour of the day",
        Season::DayOfWeek => " on that weekday",
        Season::HourOfWeek => " at that hour of the week",
    }
}

fn counted(counted: Counted) -> &'static str {
    match counted {
        Counted::Requests => "requests",
        Counted::Rows => "rows",
        Counted::Labels => "labelled rows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_as_sentences() {
        let settings = ModelSettings::default();
        let says = |rule: &Rule| says(rule, &settings);
        let accuracy = Rule::new(Signal::Accuracy, Direction::Below, 0.918);
        assert_eq!(says(&accuracy), "accuracy below 91.8% over 15 min");
        let late = Rule { delay_s: 86_400, ..accuracy.clone() };
        assert_eq!(says(&late), "accuracy below 91.8% over 15 min, 1 day ago");
        let change = Rule { condition: Condition::Change { relative: false }, threshold: 0.05, ..accuracy };
        assert_eq!(says(&change), "accuracy falls by more than 5.0 points within 15 min");
        let burn = Rule {
            condition: Condition::BurnRate { objective: 0.999, short_s: 300, min_events: 100 },
            window_s: Some(3_600),
            ..Rule::new(Signal::ErrorShare, Direction::Above, 14.4)
        };
        assert_eq!(
            says(&burn),
            "share of failed requests uses up what an objective of 99.9% allows 14.4 times too fast, \
             over 1 h and 5 min"
        );
        let quiet =
            Rule { condition: Condition::NoTraffic, ..Rule::new(Signal::Throughput, Direction::Below, 10.0) };
        assert_eq!(says(&quiet), "no request for 10 min");
        let odd = Rule {
            condition: Condition::Anomaly { season: Season::HourOfDay, history_days: 28 },
            ..Rule::new(Signal::Throughput, Direction::Either, 3.0)
        };
        assert_eq!(
            says(&odd),
            "requests a second more than 3 sigma off what is usual at that hour of the day over 1 h"
        );
        let f1 = Rule { subject: Some("f1".into()), ..Rule::new(Signal::Metric, Direction::Below, 0.8) };
        assert_eq!(says(&f1), "F1 below 0.8 over 15 min");
    }
}
