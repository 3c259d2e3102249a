//! What counters leave undecided, and what goes by another definition than ours, decided by the rows.
//!
//! Owns for how long such an answer is good. Must not know who asks.

use std::{collections::HashMap, sync::Arc};

use tidegate_core::{
    Error, ModelId, Result, Time,
    drift::{DriftSettings, PREDICTION},
    model::{Model, Version},
    time::MINUTE_MS,
};
use tidegate_monitor::report::compare::{Definition, Options};

use super::{
    drift::{Sides, paired},
    terms::compare_each,
};
use crate::{
    Engine, lock,
    record::log_failure,
    signals::{Recomputed, Signals},
    stage::blocking,
};

/// Rules are evaluated every second; the rows behind a window of minutes hardly change in that time.
const GOOD_MS: i64 = MINUTE_MS;

/// What the rows of a model's newest window of so many milliseconds said, and when it ended.
pub(crate) type KnownRows = HashMap<(ModelId, i64), (Time, Arc<Recomputed>)>;

impl Engine {
    /// Decides by the recorded rows of the window what they are to decide. Where those can't be read, or are too few,
    /// what the counters said stands.
    pub(crate) async fn decide(&self, model: &Model, signals: &mut Signals, from: Time, to: Time) {
        let settings = &model.settings.drift;
        if !signals.need_rows(settings) {
            return;
        }
        let prediction = signals.prediction_needs_rows(settings);
        match self.rows_say(model, prediction, from, to).await {
            Ok(rows) => signals.decide(&rows, settings),
            Err(error) => tracing::debug!(model = model.name, %error, "drift was not recomputed from rows"),
        }
    }

    /// Decides by what was lately found, without looking again.
    pub(crate) fn decide_as_known(&self, model: &Model, signals: &mut Signals, from: Time, to: Time) {
        if let Some(rows) = self.known_rows(model, from, to) {
            signals.decide(&rows, &model.settings.drift);
        }
    }

    /// Settings or reference have changed.
    pub(crate) fn forget_rows(&self, model: ModelId) {
        lock(&self.known_rows).retain(|(of, _), _| *of != model);
    }

    fn known_rows(&self, model: &Model, from: Time, to: Time) -> Option<Arc<Recomputed>> {
        let known = lock(&self.known_rows);
        let (at, rows) = known.get(&(model.id, to.since(from)))?;
        (0..GOOD_MS).contains(&to.since(*at)).then(|| rows.clone())
    }

    async fn rows_say(
        &self,
        model: &Model,
        prediction: bool,
        from: Time,
        to: Time,
    ) -> Result<Arc<Recomputed>> {
        if let Some(known) = self.known_rows(model, from, to) {
            return Ok(known);
        }
        let champion = self
            .champion_version(model)
            .await?
            .ok_or_else(|| Error::unavailable(format!("model `{}` has no champion", model.name)))?;
        let reference = self.comparable(model).await?;
        let answers = self.known_answers(&champion, &reference);
        if prediction && answers.is_none() {
            self.ask_in_background(model, &champion);
        }
        let answers = answers.unwrap_or_default();
        let sides = self.sides(model, &champion.schema, &reference, &answers, (from, to)).await?;
        let (settings, min_rows) = (model.settings.drift.clone(), model.settings.min_rows.into());
        let rows = Arc::new(blocking(move || Ok(recompute(&sides, &settings, min_rows))).await?);
        lock(&self.known_rows).insert((model.id, to.since(from)), (to, rows.clone()));
        Ok(rows)
    }

    /// A slow model takes its time for all rows of a reference, and rules are waiting to be evaluated.
    fn ask_in_background(&self, model: &Model, champion: &Version) {
        if !lock(&self.asking_reference).insert(model.id) {
            return;
        }
        let (engine, model, champion) = (self.clone(), model.clone(), champion.clone());
        self.tasks.spawn(async move {
            let asked = async {
                let reference = engine.comparable(&model).await?;
                engine.reference_answers(&model, &champion, &reference).await;
                engine.forget_rows(model.id);
                Ok(())
            };
            tokio::select! {
                done = asked => log_failure("ask the champion about the reference", done),
                () = engine.stop.cancelled() => {}
            }
            lock(&engine.asking_reference).remove(&model.id);
        });
    }
}

fn recompute(sides: &Sides, settings: &DriftSettings, min_rows: u64) -> Recomputed {
    let columns = paired(&sides.reference, &sides.current);
    let (inputs, answers) = columns.split_at(sides.reference.inputs());
    let options = Options { min_rows, ..Options::default() };
    // Answers follow from the inputs: their p-values are not adjusted together.
    let prediction: Vec<_> = answers.iter().filter(|column| column.name == PREDICTION).copied().collect();
    let compare = |columns| compare_each(columns, settings, Definition::Scipy, options).columns;
    Recomputed { inputs: compare(inputs), prediction: compare(&prediction).pop() }
}
