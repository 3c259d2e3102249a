//! Which windows a rule looks at, and what it makes of them.
//!
//! Pure: live evaluation and backtests give it windows of the same buckets and get the same verdicts. Must not
//! know where windows come from.

use std::sync::Arc;

use tidegate_core::{
    Time,
    alert::{Condition, Direction, Member, Rule, Signal, Usual, WindowValue},
    model::ModelSettings,
    time::{HOUR_MS, MINUTE_MS, SECOND_MS},
};
use tidegate_monitor::{
    alert::{Limit, Verdict, burn_rate, change, deviation, expected, towards},
    metric::{MetricName, Z95},
};

use crate::{
    signals::{Ask, Definition, Reading, Signals, definition},
    view::SignalUnit,
};

/// Silence says something where at least this many requests were to be expected: by chance alone (Poisson) there
/// is none in fewer than one of a hundred such stretches.
const EXPECTED_AT_LEAST: f64 = 5.0;
/// What is to be expected follows from this many times as long before, and from an hour at least.
const SILENCE_LOOKS_BACK: i64 = 10;
/// A deviation of shares is taken to be half a point at least: one failure is no anomaly.
const LEAST_SHARE_DEVIATION: f64 = 0.005;
/// Standard normal quantile of 0.995.
const Z99: f64 = 2.575_829_303_548_901;

/// A window that ends `until_ms` before now and began `since_ms` before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub since_ms: i64,
    pub until_ms: i64,
}

impl Span {
    pub fn width_ms(self) -> i64 {
        self.since_ms - self.until_ms
    }
}

/// What one window shows.
#[derive(Debug, Clone)]
pub struct Window {
    pub from: Time,
    pub to: Time,
    pub signals: Arc<Signals>,
}

/// What a rule says about a moment.
#[derive(Debug, Clone)]
pub struct Judged {
    pub value: f64,
    /// What is compared with the threshold.
    pub compared: f64,
    pub verdict: Verdict,
    pub clears_at: f64,
    pub windows: Vec<WindowValue>,
    pub usual: Option<Usual>,
    pub members: Vec<Member>,
    /// Requests that were to be expected, of a rule on silence.
    pub expected: Option<f64>,
}

/// Milliseconds of the window a rule judges.
pub fn window_ms(rule: &Rule, settings: &ModelSettings) -> i64 {
    let asked = rule.window_s.map(i64::from);
    match rule.condition {
        // Learnt from hours, so judged by them.
        Condition::Anomaly { .. } => {
            let asked = asked.unwrap_or(3_600) * SECOND_MS;
            ((asked + HOUR_MS - 1) / HOUR_MS).max(1) * HOUR_MS
        }
        Condition::NoTraffic => (rule.threshold * MINUTE_MS as f64) as i64,
        _ => asked.unwrap_or(settings.window_s.into()) * SECOND_MS,
    }
}

/// The windows a rule looks at, its own first.
pub fn spans(rule: &Rule, settings: &ModelSettings) -> Vec<Span> {
    let (width, delay) = (window_ms(rule, settings), i64::from(rule.delay_s) * SECOND_MS);
    let own = Span { since_ms: width + delay, until_ms: delay };
    let before = |width: i64| Span { since_ms: own.since_ms + width, until_ms: own.since_ms };
    match rule.condition {
        Condition::Threshold | Condition::Anomaly { .. } => vec![own],
        Condition::Change { .. } => vec![own, before(width)],
        Condition::BurnRate { short_s, .. } => {
            vec![own, Span { since_ms: i64::from(short_s) * SECOND_MS + delay, until_ms: delay }]
        }
        Condition::NoTraffic => vec![own, before((SILENCE_LOOKS_BACK * width).max(HOUR_MS))],
    }
}

/// How far back a rule looks.
pub fn reach_ms(rule: &Rule, settings: &ModelSettings) -> i64 {
    spans(rule, settings).iter().map(|span| span.since_ms).max().unwrap_or(0)
}

/// The unit of what is compared.
pub fn compared_unit(rule: &Rule) -> SignalUnit {
    match rule.condition {
        Condition::Threshold | Condition::Change { relative: false } => definition(rule.signal).unit,
        Condition::Change { relative: true } => SignalUnit::Share,
        Condition::BurnRate { .. } => SignalUnit::Times,
        Condition::Anomaly { .. } => SignalUnit::Sigmas,
        Condition::NoTraffic => SignalUnit::Minutes,
    }
}

/// The least deviation that counts for a signal.
pub fn deviation_floor(rule: &Rule) -> f64 {
    if definition(rule.signal).unit == SignalUnit::Share { LEAST_SHARE_DEVIATION } else { 0.0 }
}

pub fn limit(rule: &Rule) -> Limit {
    let direction = match rule.condition {
        Condition::Threshold => rule.direction,
        _ => Direction::Above,
    };
    let share = compared_unit(rule) == SignalUnit::Share;
    Limit { direction, threshold: rule.threshold, share }
}

/// The signal's value over a window.
pub fn read(rule: &Rule, window: &Window, settings: &ModelSettings) -> Option<Reading> {
    let ask = Ask {
        subject: rule.subject.as_deref(),
        min_rows: settings.min_rows.into(),
        window_ms: window.to.since(window.from),
    };
    (definition(rule.signal).read)(&window.signals, &ask).filter(|reading| reading.value.is_finite())
}

/// What a rule makes of its windows (see [`spans`]); `None` where they hold too little.
pub fn judge(
    rule: &Rule,
    windows: &[Window],
    usual: Option<Usual>,
    settings: &ModelSettings,
) -> Option<Judged> {
    if rule.condition == Condition::NoTraffic {
        return silence(rule, windows);
    }
    let readings: Vec<(Time, Time, Reading)> = windows
        .iter()
        .map(|window| Some((window.from, window.to, read(rule, window, settings)?)))
        .collect::<Option<_>>()?;
    let value = |index: usize| readings.get(index).map(|(.., reading)| *reading);
    let own = value(0)?;
    let compared = match rule.condition {
        Condition::Threshold | Condition::NoTraffic => own.value,
        Condition::Change { relative } => {
            towards(rule.direction, change(own.value, value(1)?.value, relative)?)
        }
        Condition::BurnRate { objective, min_events, .. } => {
            let burn = |reading: Reading| burn_rate(bad(definition(rule.signal), reading.value), objective);
            // Both windows exceed a factor if the lesser does.
            if own.n >= min_events { burn(own)?.min(burn(value(1)?)?) } else { return None }
        }
        Condition::Anomaly { .. } => towards(rule.direction, deviation(own.value, &usual?)?),
    };
    let limit = limit(rule);
    Some(Judged {
        value: own.value,
        compared,
        verdict: match limit.verdict(compared)? {
            Verdict::Over if may_be_chance(rule, &windows[0].signals) => Verdict::Between,
            verdict => verdict,
        },
        clears_at: limit.clears_at(),
        windows: readings.iter().map(|(from, to, reading)| shown(*from, *to, *reading)).collect(),
        usual,
        members: windows[0].signals.members(rule.signal, rule.subject.as_deref(), rule.threshold),
        expected: None,
    })
}

/// Whether a metric whose true value keeps the limit could look like this: its 99% interval reaches to the limit. A
/// window of few labels is below any limit every other hour.
fn may_be_chance(rule: &Rule, signals: &Signals) -> bool {
    let name = match rule.signal {
        Signal::Accuracy => MetricName::Accuracy.as_str(),
        Signal::MeanAbsoluteError => MetricName::Mae.as_str(),
        Signal::Metric => rule.subject.as_deref().unwrap_or_default(),
        _ => return false,
    };
    let Some(metric) = signals.metrics.iter().find(|metric| metric.name.as_str() == name) else {
        return false;
    };
    let wide = |end: f64| metric.value + (end - metric.value) * Z99 / Z95;
    rule.condition == Condition::Threshold
        && match rule.direction {
            Direction::Below => metric.high.is_some_and(|high| wide(high) >= rule.threshold),
            Direction::Above => metric.low.is_some_and(|low| wide(low) <= rule.threshold),
            Direction::Either => false,
        }
}

/// The share that counts against an objective.
pub fn bad(definition: Definition, value: f64) -> f64 {
    if definition.worse == Direction::Below { 1.0 - value } else { value }
}

fn silence(rule: &Rule, windows: &[Window]) -> Option<Judged> {
    let [own, before] = windows else { return None };
    let (width, before_width) = (own.to.since(own.from), before.to.since(before.from));
    let wanted = expected(before.signals.requests, before_width, width);
    let silent = own.signals.requests == 0;
    if silent && wanted < EXPECTED_AT_LEAST {
        return None;
    }
    let rate = |window: &Window| {
        let (ms, n) = (window.to.since(window.from).max(1), window.signals.requests);
        shown(window.from, window.to, Reading { value: n as f64 * 1e3 / ms as f64, n })
    };
    Some(Judged {
        value: rate(own).value,
        compared: if silent { width as f64 / MINUTE_MS as f64 } else { 0.0 },
        verdict: if silent { Verdict::Over } else { Verdict::Recovered },
        clears_at: limit(rule).clears_at(),
        windows: vec![rate(own), rate(before)],
        usual: None,
        members: Vec::new(),
        expected: Some(wanted),
    })
}

fn shown(from: Time, to: Time, reading: Reading) -> WindowValue {
    WindowValue { from, to, value: reading.value, n: reading.n }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
