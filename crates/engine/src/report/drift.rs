//! Drift recomputed from rows: the recorded ones of a window against the reference data set.
//!
//! Owns which rows are compared. What live counters can't tell (exact tests, vectors, text, columns together) is told
//! here, at the cost of reading the rows. Must not know how a column is judged (see `tidegate-monitor`).

mod columns;

use std::{collections::HashMap, sync::Arc};

use tidegate_core::{
    Error, ModelId, Result, Time, VersionId,
    drift::DriftSettings,
    id::DatasetId,
    model::{Model, Version},
    prediction::Prediction,
    schema::{Answered, Schema},
};
use tidegate_monitor::report::{
    compare::{Definition, Options},
    multivariate,
};

use super::terms::compare_each;
use crate::{
    Engine, Range, lock, retrain::rows_at_once, route::Served, stage::blocking, table::Table,
    view::DriftReport,
};
use columns::Columns;
pub(super) use columns::paired;

/// Requests of a window read at most, the newest.
const MOST_REQUESTS: usize = 100_000;
/// Rows of the reference that the champion answers, evenly spaced, so that its predictions can be compared too.
const ANSWERED: usize = 2_000;

/// Both sides, gathered.
pub(super) struct Sides {
    pub reference: Columns,
    pub current: Columns,
    /// Older requests of the window were left out.
    truncated: bool,
}

/// The reference data set, to compare with.
pub(super) struct ReferenceRows {
    id: DatasetId,
    table: Arc<Table>,
}

/// What each model's champion answered to which reference: asking again takes its time from requests.
pub(crate) type KnownAnswers = HashMap<ModelId, (VersionId, DatasetId, Arc<Vec<Answered>>)>;

impl Engine {
    /// Compares what was asked and answered in a range with the reference data set: in the terms of one definition, or
    /// each column in those the model's settings name (Evidently's where they are our own).
    pub async fn drift_report(
        &self,
        name: &str,
        range: Range,
        definition: Option<Definition>,
    ) -> Result<DriftReport> {
        let model = self.store.model(name).await?;
        let champion = self.champion_version(&model).await?.ok_or_else(|| {
            Error::unavailable(format!("model `{name}` has no champion")).hint("promote a version first")
        })?;
        let reference = self.comparable(&model).await?;
        let answers = self.reference_answers(&model, &champion, &reference).await;
        let between = (range.from, range.to);
        let sides = self.sides(&model, &champion.schema, &reference, &answers, between).await?;
        let terms = match definition {
            Some(_) => DriftSettings::default(),
            None => model.settings.drift,
        };
        let definition = definition.unwrap_or_default();
        let options = Options { definition, min_rows: model.settings.min_rows.into(), all_tests: true };
        let (from, to, model) = (range.from, range.to, model.name);
        let version = champion.number;
        blocking(move || Ok(report(&sides, &terms, options, Window { model, version, from, to }))).await
    }

    /// The reference data set of a model.
    pub(super) async fn comparable(&self, model: &Model) -> Result<ReferenceRows> {
        let found = self.current_reference(model.id).await?;
        let (id, table) = found.ok_or_else(|| {
            Error::invalid(format!("model `{}` has no reference data set to compare with", model.name))
                .hint("set one: POST /api/models/{name}/reference with a CSV of rows as they were when all was well")
        })?;
        Ok(ReferenceRows { id, table: Arc::new(table) })
    }

    /// Rows of the reference and of a stretch of time, with the champion's answers to the former.
    pub(super) async fn sides(
        &self,
        model: &Model,
        schema: &Schema,
        reference: &ReferenceRows,
        answers: &Arc<Vec<Answered>>,
        (from, to): (Time, Time),
    ) -> Result<Sides> {
        let mut recorded = self.recorded(model.id, schema, from, to).await?;
        let (schema, table, answers) = (schema.clone(), reference.table.clone(), answers.clone());
        blocking(move || {
            let truncated = recorded.len() == MOST_REQUESTS;
            recorded.retain(|prediction| prediction.error.is_none());
            let reference = Columns::of_table(&schema, &table, &answers);
            let current = Columns::of_predictions(&schema, recorded);
            Ok(Sides { reference, current, truncated })
        })
        .await
    }

    /// Requests of the range to every version that takes the same features.
    async fn recorded(
        &self,
        model: ModelId,
        schema: &Schema,
        from: Time,
        to: Time,
    ) -> Result<Vec<Prediction>> {
        let versions = self.store.versions(model).await?;
        let alike = versions.iter().filter(|version| version.schema.features == schema.features);
        let ids: Vec<VersionId> = alike.map(|version| version.id).collect();
        self.store.predictions(&ids, from, to.plus(1), MOST_REQUESTS).await
    }

    /// What the champion answers to rows of the reference; none where it does not run just now, so that inputs are
    /// compared all the same.
    pub(super) async fn reference_answers(
        &self,
        model: &Model,
        champion: &Version,
        reference: &ReferenceRows,
    ) -> Arc<Vec<Answered>> {
        if let Some(known) = self.known_answers(champion, reference) {
            return known;
        }
        let Ok(served) = self.route(&model.name).and_then(|route| route.champion()) else {
            return Arc::default();
        };
        match self.ask_sample(&served, &champion.schema, &reference.table).await {
            Ok(answers) => {
                let answers = Arc::new(answers);
                let known = (served.version.id, reference.id, answers.clone());
                lock(&self.known_answers).insert(model.id, known);
                answers
            }
            Err(error) => {
                tracing::warn!(model = model.name, %error, "the reference could not be answered");
                Arc::default()
            }
        }
    }

    /// Those answers, if they were asked for before.
    pub(super) fn known_answers(
        &self,
        champion: &Version,
        reference: &ReferenceRows,
    ) -> Option<Arc<Vec<Answered>>> {
        let known = lock(&self.known_answers);
        let (version, dataset, answers) = known.get(&champion.model)?;
        (*version == champion.id && *dataset == reference.id).then(|| answers.clone())
    }

    async fn ask_sample(&self, served: &Served, schema: &Schema, table: &Table) -> Result<Vec<Answered>> {
        let taken = table.rows.len().min(ANSWERED);
        let places: Vec<usize> = (0..taken).map(|place| place * table.rows.len() / taken).collect();
        let mut answers = Vec::with_capacity(taken);
        for chunk in places.chunks(rows_at_once(served)) {
            let rows = chunk.iter().map(|row| table.row(schema, *row)).collect::<Result<Vec<_>>>()?;
            answers.extend(self.ask(served, schema, &rows).await?.1);
        }
        Ok(answers)
    }
}

/// What a report is about.
struct Window {
    model: String,
    version: u32,
    from: Time,
    to: Time,
}

fn report(sides: &Sides, terms: &DriftSettings, options: Options, window: Window) -> DriftReport {
    let columns = paired(&sides.reference, &sides.current);
    let table = compare_each(&columns, terms, options.definition, options);
    // Answers follow from the inputs; together with them they would be counted twice.
    let inputs = &columns[..sides.reference.inputs()];
    let Window { model, version, from, to } = window;
    DriftReport {
        model,
        version,
        from,
        to,
        rows_reference: sides.reference.rows() as u64,
        rows_current: sides.current.rows() as u64,
        truncated: sides.truncated,
        table,
        reconstruction: multivariate::reconstruction(inputs),
        domain_classifier: multivariate::domain_classifier(inputs),
    }
}

#[cfg(test)]
mod tests;
