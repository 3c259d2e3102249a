//! What a rule would have done over stored history.
//!
//! Owns the steps it is tried in. Verdicts, hold and words are those of live evaluation; where steps are wider than
//! the pause between two live evaluations, a hold that fits into one step is held by one step.

use std::sync::Arc;

use tidegate_charts::{
    Chart, Color, LineChart, Mark, MarkKind, Point, Series, Size, Threshold, Unit, XAxis, YAxis,
};
use tidegate_core::{
    Error, Result, Time,
    alert::{Condition, Direction, Rule, Signal},
    model::{Model, ModelSettings},
    time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
};
use tidegate_monitor::alert::{Hold, Transition, step};

use super::{
    history::{self, Windows},
    judge::{Judged, Window, compared_unit, judge, limit, reach_ms, read, spans, window_ms},
    look::in_memory,
    replay::Replay,
    rules::check,
    words::{amount, sentence, stretch},
};
use crate::{
    Engine, Range,
    rollup::kept,
    signals::{Risen, definition},
    steps::Steps,
    view::{Backtest, BacktestLook, BacktestPoint, BacktestRequest, Firing, SignalUnit},
};

const USUAL_RANGE_S: u32 = 30 * 86_400;
const LONGEST_MS: i64 = 366 * DAY_MS;
/// Evaluations of one backtest, about.
const STEPS: i64 = 1_000;
/// Longer ranges, and rules with longer windows, are tried on hours.
const MINUTES_MS: i64 = 2 * DAY_MS;
const MINUTES_REACH_MS: i64 = 6 * HOUR_MS;

impl Engine {
    /// Tries a rule on the buckets of all versions of a model.
    ///
    /// # Errors
    /// `Invalid` for a rule that means nothing and a range that is none.
    pub async fn backtest(&self, name: &str, request: BacktestRequest) -> Result<Backtest> {
        let model = self.store.model(name).await?;
        let rule = Rule { enabled: true, ..request.rule };
        check("rule", &rule, self.inputs(&model).as_deref())?;
        let range = self.backtest_range(&model, &rule, (request.from, request.to, request.last_s))?;
        let lead = reach_ms(&rule, &model.settings) + range.step_ms;
        let wide = Range { from: range.from.plus(-lead).floor(range.step_ms), ..range };
        let steps = self.steps(&model, None, wide).await?;
        let hours = match rule.condition {
            Condition::Anomaly { history_days, .. } => {
                let past = window_ms(&rule, &model.settings) + i64::from(history_days) * DAY_MS;
                let from = range.from.plus(-past).floor(HOUR_MS);
                Some(self.steps(&model, None, Range { from, to: range.to, step_ms: HOUR_MS }).await?)
            }
            _ => None,
        };
        let replay = match rule.signal {
            Signal::ConceptDrift => Some(self.replay(&model).await?),
            _ => None,
        };
        let mut backtest = Trial { rule: &rule, model: &model, range }.run(&steps, hours.as_ref(), replay);
        if let Some(look) = request.look {
            backtest.chart = Some(chart(&rule, &backtest, look)?);
        }
        Ok(backtest)
    }

    fn backtest_range(
        &self,
        model: &Model,
        rule: &Rule,
        (from, to, last_s): (Option<Time>, Option<Time>, Option<u32>),
    ) -> Result<Range> {
        let now = self.clock.now();
        let asked = Range::new(from, to, Some(last_s.unwrap_or(USUAL_RANGE_S)), now)?;
        let length = asked.to.since(asked.from);
        if !(MINUTE_MS..=LONGEST_MS).contains(&length) {
            return Err(Error::invalid("a backtest is over a minute to a year"));
        }
        let (minutes_from, hours_from) = kept(&self.settings(), now);
        let reach = reach_ms(rule, &model.settings);
        let first = asked.from.plus(-reach);
        let unit = if first < hours_from && asked.from < hours_from {
            DAY_MS
        } else if length > MINUTES_MS || reach > MINUTES_REACH_MS || first < minutes_from {
            HOUR_MS
        } else {
            MINUTE_MS
        };
        let step_ms = ((length + unit * STEPS - 1) / (unit * STEPS)).max(1) * unit;
        Ok(Range { from: asked.from.floor(step_ms), to: asked.to.min(now).floor(step_ms), step_ms })
    }
}

/// One rule tried on one range.
struct Trial<'a> {
    rule: &'a Rule,
    model: &'a Model,
    range: Range,
}

impl Trial<'_> {
    fn settings(&self) -> &ModelSettings {
        &self.model.settings
    }

    fn run(&self, steps: &Steps, hours: Option<&Steps>, mut replay: Option<Replay>) -> Backtest {
        let step_ms = self.range.step_ms;
        let spans = spans(self.rule, self.settings());
        let mut windows: Vec<_> = spans
            .iter()
            .map(|span| (Windows::new(steps, span.width_ms()), rounded(span.until_ms, step_ms)))
            .collect();
        let mut usual = hours.map(|hours| Past::new(self.rule, hours, self.settings()));
        let held = Rule { hold: self.hold(), ..self.rule.clone() };
        let (mut hold, mut firings, mut points) = (Hold::default(), Vec::<Firing>::new(), Vec::new());
        let mut judged_count = 0;
        let mut end = steps.range.from.plus(step_ms);
        while end <= self.range.to {
            windows.iter_mut().for_each(|(windows, ago)| windows.push(end.plus(-*ago)));
            if end > self.range.from {
                let mut own: Vec<_> = windows
                    .iter()
                    .map(|(windows, ago)| windows.window(end.plus(-ago), self.settings()))
                    .collect();
                let known = replay.as_mut().is_none_or(|replay| put_risen(&mut own, replay.at(end)));
                let usual = usual.as_mut().and_then(|past| past.usual(end));
                let judged = known.then(|| judge(self.rule, &own, usual, self.settings())).flatten();
                judged_count += u32::from(judged.is_some());
                let verdict = judged.as_ref().map(|judged| judged.verdict);
                match (step(&held, &mut hold, verdict, end), firings.last_mut()) {
                    (Some(Transition::Fire), _) => {
                        firings.extend(judged.as_ref().map(|it| self.firing(it, end)))
                    }
                    (Some(Transition::Clear), Some(last)) => last.until = Some(end),
                    _ => {}
                }
                let reading = known.then(|| read(self.rule, &own[0], self.settings())).flatten();
                let value = reading.map(|reading| reading.value);
                points.push(self.point(end, value, judged.as_ref(), hold.firing));
            }
            end = end.plus(step_ms);
        }
        self.told(firings, points, judged_count, replay.map(|replay| replay.notes()))
    }

    /// Evaluations in a row, where one is made each step and not each second or minute.
    fn hold(&self) -> u32 {
        let pause = if in_memory(self.rule, self.model) { SECOND_MS } else { MINUTE_MS };
        let held = (i64::from(self.rule.hold) * pause + self.range.step_ms - 1) / self.range.step_ms;
        u32::try_from(held.max(1)).unwrap_or(u32::MAX)
    }

    fn firing(&self, judged: &Judged, at: Time) -> Firing {
        let message = sentence(self.rule, judged, self.settings());
        Firing { from: at, until: None, message, severity: self.rule.severity }
    }

    /// For an anomaly the signal itself within its band, else what is compared.
    fn point(&self, time: Time, value: Option<f64>, judged: Option<&Judged>, firing: bool) -> BacktestPoint {
        match judged.and_then(|judged| judged.usual) {
            Some(usual) => {
                let half = self.rule.threshold * usual.sigma;
                let (low, high) = (Some(usual.mean - half), Some(usual.mean + half));
                BacktestPoint { time, value, low, high, firing }
            }
            None => {
                let anomaly = matches!(self.rule.condition, Condition::Anomaly { .. });
                let value = if anomaly { value } else { judged.map(|judged| judged.compared) };
                BacktestPoint { time, value, low: None, high: None, firing }
            }
        }
    }

    fn told(
        &self,
        firings: Vec<Firing>,
        points: Vec<BacktestPoint>,
        judged: u32,
        replayed: Option<Vec<String>>,
    ) -> Backtest {
        let Range { from, to, step_ms } = self.range;
        let firing_ms = firings.iter().map(|firing| firing.until.unwrap_or(to).since(firing.from)).sum();
        let range = stretch(to.since(from));
        let sentence = match firings.len() {
            _ if judged == 0 => format!("too little is known of the last {range} to judge by"),
            0 => format!("would not have fired in {range}"),
            count => {
                let times = if count == 1 { "once".into() } else { format!("{count} times") };
                format!("would have fired {times} in {range}, for {} in all", stretch(firing_ms))
            }
        };
        let evaluations = points.len() as u32;
        let unit = match self.rule.condition {
            Condition::Anomaly { .. } => definition(self.rule.signal).unit,
            _ => compared_unit(self.rule),
        };
        let notes = self.notes(evaluations, judged, replayed);
        Backtest {
            from,
            to,
            step_ms,
            sentence,
            notes,
            firings,
            firing_ms,
            evaluations,
            judged,
            points,
            unit,
            chart: None,
        }
    }

    fn notes(&self, evaluations: u32, judged: u32, replayed: Option<Vec<String>>) -> Vec<String> {
        let step = self.range.step_ms;
        let mut notes = vec![format!("evaluated every {}", stretch(step))];
        let narrow = spans(self.rule, self.settings()).iter().any(|span| span.width_ms() < step);
        // Errors that are replayed are up or not, whatever the window.
        if narrow && replayed.is_none() {
            notes.push(format!(
                "windows are {} wide, as no finer history is read over this range: shorter peaks are smoothed",
                stretch(step)
            ));
        }
        if judged < evaluations {
            notes.push(format!("{} of {evaluations} windows had too little data", evaluations - judged));
        }
        notes.extend(replayed.into_iter().flatten());
        notes
    }
}

/// Tells the windows whether errors were up; whether that was known.
fn put_risen(windows: &mut [Window], risen: Option<Option<Risen>>) -> bool {
    let Some(risen) = risen else { return false };
    for window in windows {
        Arc::make_mut(&mut window.signals).risen.clone_from(&risen);
    }
    true
}

fn rounded(ms: i64, step_ms: i64) -> i64 {
    (ms + step_ms / 2) / step_ms * step_ms
}

/// What was usual, as it was known at each time.
struct Past {
    values: std::iter::Peekable<std::vec::IntoIter<history::Past>>,
    learnt: tidegate_monitor::alert::Seasonal,
    width_ms: i64,
}

impl Past {
    fn new(rule: &Rule, hours: &Steps, settings: &ModelSettings) -> Self {
        let values = history::past(rule, hours, settings).into_iter().peekable();
        Self { values, learnt: history::seasonal(rule), width_ms: window_ms(rule, settings) }
    }

    fn usual(&mut self, end: Time) -> Option<tidegate_core::alert::Usual> {
        let known = end.floor(HOUR_MS).plus(-self.width_ms);
        while let Some(past) = self.values.next_if(|past| past.end <= known) {
            history::learn(&mut self.learnt, past, self.width_ms);
        }
        self.learnt.usual(history::middle(end, self.width_ms))
    }
}

fn chart(rule: &Rule, backtest: &Backtest, look: BacktestLook) -> Result<Chart> {
    let middle = |time: Time| time.0 as f64;
    let (unit, factor) = drawn(backtest.unit);
    let scaled = |value: Option<f64>| value.map(|value| value * factor);
    let value = |point: &BacktestPoint| Point::new(middle(point.time), scaled(point.value));
    let band = |point: &BacktestPoint| {
        let (low, high) = (scaled(point.low), scaled(point.high));
        let mean = low.zip(high).map(|(low, high)| (low + high) / 2.0);
        Point { low, high, ..Point::new(middle(point.time), mean) }
    };
    let line =
        |name: &str, color, points| Series { name: name.into(), color, points, dashed: false, fill: false };
    let anomaly = matches!(rule.condition, Condition::Anomaly { .. });
    let mut series = Vec::new();
    if anomaly {
        let usual = line("usual", Color::Reference, backtest.points.iter().map(band).collect());
        series.push(Series { dashed: true, ..usual });
    }
    series.push(line(name(rule), Color::C1, backtest.points.iter().map(value).collect()));
    let limit = limit(rule);
    let threshold = Threshold {
        value: rule.threshold * factor,
        above: limit.direction != Direction::Below,
        label: format!(
            "fires {} {}",
            if limit.direction == Direction::Below { "below" } else { "above" },
            amount(compared_unit(rule), rule.threshold)
        ),
    };
    let marks = backtest.firings.iter().map(|firing| Mark {
        time: firing.from,
        kind: MarkKind::Alert,
        text: firing.message.clone(),
    });
    let x = XAxis::Time { from: backtest.from, to: backtest.to, utc_offset_min: look.utc_offset_min };
    // The threshold is in the picture even where no value comes near it.
    let values = || backtest.points.iter().filter_map(|point| point.value);
    let reach = |ends: fn(f64, f64) -> f64, room: f64| {
        (!anomaly && values().next().is_some()).then(|| values().fold(rule.threshold * room, ends) * factor)
    };
    let y = YAxis { unit, low: reach(f64::min, 0.95), high: reach(f64::max, 1.05) };
    let chart =
        LineChart { series, x, y, threshold: (!anomaly).then_some(threshold), marks: marks.collect() };
    tidegate_charts::line(&chart, Size { width: look.width, height: look.height }, look.theme)
}

/// What is drawn.
fn name(rule: &Rule) -> &'static str {
    match rule.condition {
        Condition::Threshold | Condition::Anomaly { .. } => definition(rule.signal).title,
        Condition::Change { .. } => "change",
        Condition::BurnRate { .. } => "burn rate (the lesser of both windows)",
        Condition::NoTraffic => "time without a request",
    }
}

/// The unit of the axis, and what values are multiplied with for it.
fn drawn(unit: SignalUnit) -> (Unit, f64) {
    match unit {
        SignalUnit::Share => (Unit::Percent, 1.0),
        SignalUnit::Milliseconds => (Unit::Milliseconds, 1.0),
        SignalUnit::Seconds => (Unit::Milliseconds, 1e3),
        SignalUnit::Minutes => (Unit::Milliseconds, 6e4),
        SignalUnit::PerSecond => (Unit::PerSecond, 1.0),
        SignalUnit::Times | SignalUnit::Sigmas | SignalUnit::Plain => (Unit::Plain, 1.0),
    }
}

#[cfg(test)]
#[path = "backtest_tests.rs"]
mod tests;
