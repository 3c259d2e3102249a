//! The windows of live evaluation: newest ones from memory, longer ones from the disk, each read once.
//!
//! Owns where a window comes from. Must not know what a rule makes of it.

use std::{collections::HashMap, sync::Arc};

use tidegate_core::{
    Result, Time,
    alert::{Condition, Rule, Usual},
    model::Model,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::alert::Seasonal;

use super::{
    history,
    judge::{Span, Window, reach_ms, spans, window_ms},
};
use crate::{
    Engine, Range,
    health::{live_signals, risen},
    lock,
    route::Watched,
    signals::Signals,
};

/// Windows that reach no further back come from memory, two seconds exact.
const MEMORY_MS: i64 = HOUR_MS;
/// Those that reach no further back than this are made of minutes, longer ones of hours.
const MINUTES_MS: i64 = 6 * HOUR_MS;

/// Whether a rule's windows all come from memory; the others are evaluated once a minute.
pub fn in_memory(rule: &Rule, model: &Model) -> bool {
    reach_ms(rule, &model.settings) <= MEMORY_MS
        && !matches!(rule.condition, Condition::Anomaly { .. } | Condition::NoTraffic)
}

/// One look at a version, at one moment.
pub struct Look<'a> {
    engine: &'a Engine,
    pub model: &'a Model,
    watched: &'a Watched,
    pub now: Time,
    known: HashMap<(Time, Time), Arc<Signals>>,
}

impl<'a> Look<'a> {
    pub fn new(engine: &'a Engine, model: &'a Model, watched: &'a Watched, now: Time) -> Self {
        Self { engine, model, watched, now, known: HashMap::new() }
    }

    /// The windows a rule asks for, its own first.
    pub async fn windows(&mut self, rule: &Rule) -> Result<Vec<Window>> {
        let memory = in_memory(rule, self.model);
        let mut windows = Vec::new();
        for span in spans(rule, &self.model.settings) {
            let (from, to) = if memory { self.exact(span) } else { self.whole(span) };
            let signals = match self.known.get(&(from, to)) {
                Some(signals) => signals.clone(),
                None => {
                    let step_ms = if memory { 0 } else { unit_ms(span) };
                    let signals = Arc::new(self.signals(from, to, step_ms).await?);
                    self.known.insert((from, to), signals.clone());
                    signals
                }
            };
            windows.push(Window { from, to, signals });
        }
        Ok(windows)
    }

    fn exact(&self, span: Span) -> (Time, Time) {
        let to = if span.until_ms == 0 { self.now.plus(1) } else { self.now.plus(-span.until_ms) };
        (self.now.plus(-span.since_ms), to)
    }

    /// Whole minutes, or whole hours at the beginning of a long one.
    fn whole(&self, span: Span) -> (Time, Time) {
        let now = self.now.floor(MINUTE_MS);
        (now.plus(-span.since_ms).floor(unit_ms(span)), now.plus(-span.until_ms).floor(MINUTE_MS))
    }

    /// From the disk in steps of `step_ms`, or from memory if that is 0.
    async fn signals(&self, from: Time, to: Time, step_ms: i64) -> Result<Signals> {
        let settings = &self.model.settings;
        if step_ms == 0 {
            let mut signals = live_signals(&self.watched.aggregate, from, to, settings);
            self.engine.decide(self.model, &mut signals, from, to).await;
            return Ok(signals);
        }
        let steps = self.engine.version_steps(self.watched, Range { from, to, step_ms }).await?;
        let mut signals = Signals::of(&steps.whole(), steps.baseline.as_deref(), settings);
        signals.risen = risen(&lock(&self.watched.aggregate));
        Ok(signals)
    }

    /// What was usual in the past, by whole hours, as known at the beginning of this one.
    pub async fn history(&self, rule: &Rule) -> Result<Option<Seasonal>> {
        let Condition::Anomaly { history_days, .. } = rule.condition else { return Ok(None) };
        let to = self.now.floor(HOUR_MS);
        let width = window_ms(rule, &self.model.settings);
        let from = to.plus(-i64::from(history_days) * DAY_MS - width);
        let range = Range { from, to, step_ms: HOUR_MS };
        let steps = self.engine.version_steps(self.watched, range).await?;
        let mut learnt = history::seasonal(rule);
        for past in history::past(rule, &steps, &self.model.settings) {
            if past.end <= to.plus(-width) {
                history::learn(&mut learnt, past, width);
            }
        }
        Ok(Some(learnt))
    }
}

/// What is usual now, by what was learnt.
pub fn usual_now(learnt: Option<&mut Seasonal>, rule: &Rule, look: &Look) -> Option<Usual> {
    let width = window_ms(rule, &look.model.settings);
    learnt?.usual(history::middle(look.now.floor(MINUTE_MS), width))
}

fn unit_ms(span: Span) -> i64 {
    if span.since_ms > MINUTES_MS { HOUR_MS } else { MINUTE_MS }
}
