//! A version watched without a worker, a store or a clock: what would be found and told of rows as they come.
//!
//! The counters, signals, rules and detectors are those of live watching; only what surrounds them is left out. For
//! trying failures by the hundred.

use std::sync::Mutex;

use tidegate_core::{
    PredictionId, Time, VersionId,
    alert::Rule,
    model::ModelSettings,
    prediction::{Prediction, Timing},
    schema::{Answered, Schema, Truth},
};
use tidegate_monitor::{
    alert::{Hold, Transition, step},
    transport::Values,
};

use crate::{
    aggregate::{Aggregate, Observation},
    alerts::{Judged, Window, default_rules, judge, sentence, spans},
    baseline::Baseline,
    concept::Errors,
    health::live_signals,
    lock,
    reference::quality,
    rows::Column,
    view::BaselineFrom,
};

pub use tidegate_core::alert::Signal;

/// Rows with their answers, and truths as far as they are known.
#[derive(Debug, Clone)]
pub struct Rows {
    /// In the schema's order.
    pub columns: Vec<Values>,
    pub answers: Vec<Answered>,
    pub truths: Vec<Option<Truth>>,
}

/// An alert that would have been told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub at: Time,
    pub signal: Signal,
    pub message: String,
}

#[derive(Debug)]
pub struct Rehearsal {
    aggregate: Mutex<Aggregate>,
    settings: ModelSettings,
    rules: Vec<(Rule, Hold)>,
}

impl Rehearsal {
    /// Against a reference, with the rules every model of the task begins with. Holds of seconds are shorter than the
    /// pauses between two calls of [`Self::evaluate`], and count as one.
    pub fn new(schema: &Schema, settings: ModelSettings, reference: &Rows, now: Time) -> Self {
        let columns: Vec<_> = reference.columns.iter().map(column).collect();
        let quality = quality(schema, &reference.truths, &reference.answers);
        let from = BaselineFrom::Reference;
        let baseline = Baseline::new(schema, from, &columns, &reference.answers, quality, now);
        let rules = default_rules(schema.task, Some(&baseline));
        let mut aggregate = Aggregate::new(schema.clone(), Some(baseline), 0);
        aggregate.errors = Errors::restore(schema.task, &settings.concept.detectors_for(schema.task), None);
        let rules = rules.into_iter().map(|rule| (Rule { hold: 1, ..rule }, Hold::default())).collect();
        Self { aggregate: Mutex::new(aggregate), settings, rules }
    }

    /// A request that was answered.
    pub fn answer(&self, at: Time, rows: &Rows) {
        let prediction = Prediction {
            id: PredictionId::new(at, [0; 10]),
            client_id: None,
            time: at,
            version: VersionId(1),
            rows: rows.answers.len() as u32,
            timing: Timing::default(),
            error: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let columns = rows.columns.iter().map(column).collect();
        let observation = Observation { columns, answers: rows.answers.clone(), expected: Vec::new() };
        lock(&self.aggregate).add(&prediction, &observation);
    }

    /// The truth of an answer given at `asked` arrives.
    pub fn label(&self, asked: Time, answer: &Answered, truth: &Truth, now: Time) {
        let mut aggregate = lock(&self.aggregate);
        aggregate.take_error(now, answer, truth);
        aggregate.label(asked, &answer.clone().into(), None, truth, now.since(asked));
    }

    /// What is told at this moment.
    pub fn evaluate(&mut self, now: Time) -> Vec<Told> {
        self.pass(now);
        let (aggregate, settings) = (&self.aggregate, &self.settings);
        let mut told = Vec::new();
        let mut known = Vec::<((Time, Time), Window)>::new();
        for (rule, hold) in &mut self.rules {
            let windows = spans(rule, settings).into_iter().map(|span| {
                let between = (now.plus(-span.since_ms), now.plus(1 - span.until_ms));
                if let Some((_, window)) = known.iter().find(|(of, _)| *of == between) {
                    return window.clone();
                }
                let signals = live_signals(aggregate, between.0, between.1, settings).into();
                let window = Window { from: between.0, to: between.1, signals };
                known.push((between, window.clone()));
                window
            });
            let windows: Vec<_> = windows.collect();
            let judged: Option<Judged> =
                if rule.enabled { judge(rule, &windows, None, settings) } else { None };
            let verdict = judged.as_ref().map(|judged| judged.verdict);
            if let (Some(Transition::Fire), Some(judged)) = (step(rule, hold, verdict, now), judged) {
                told.push(Told { at: now, signal: rule.signal, message: sentence(rule, &judged, settings) });
            }
        }
        told
    }

    /// Time goes by without anybody looking.
    pub fn pass(&self, now: Time) {
        let mut aggregate = lock(&self.aggregate);
        aggregate.take_dirty();
        aggregate.forget(now);
    }
}

fn column(values: &Values) -> Column {
    match values {
        Values::Numbers(numbers) => Column::Numbers(numbers.clone()),
        Values::Names(names) => Column::Texts(names.clone()),
    }
}
