//! Drift recomputed from rows: the recorded ones of a window against the reference data set.
//!
//! Owns which rows are compared. What live counters can't tell (exact tests, vectors, text, columns together) is told
//! here, at the cost of reading the rows. Must not know how a column is judged (see `tidegate-monitor`).

mod columns;

use tidegate_core::{
    Error, ModelId, Result, Time, VersionId,
    model::Model,
    prediction::Prediction,
    schema::{Answered, Schema},
};
use tidegate_monitor::report::{
    compare::{Definition, Options, compare},
    multivariate,
};

use crate::{Engine, Range, retrain::rows_at_once, stage::blocking, table::Table, view::DriftReport};
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

impl Engine {
    /// Compares what was asked and answered in a range with the reference data set, in the terms of a definition.
    pub async fn drift_report(
        &self,
        name: &str,
        range: Range,
        definition: Definition,
    ) -> Result<DriftReport> {
        let model = self.store.model(name).await?;
        let champion = self.champion_version(&model).await?.ok_or_else(|| {
            Error::unavailable(format!("model `{name}` has no champion")).hint("promote a version first")
        })?;
        let sides = self.sides(&model, &champion.schema, range.from, range.to, true).await?;
        let options = Options { definition, min_rows: model.settings.min_rows.into(), all_tests: true };
        let (from, to, model) = (range.from, range.to, model.name);
        let version = champion.number;
        blocking(move || Ok(report(&sides, options, Window { model, version, from, to }))).await
    }

    /// `answered` asks the champion what it answers to the reference.
    pub(super) async fn sides(
        &self,
        model: &Model,
        schema: &Schema,
        from: Time,
        to: Time,
        answered: bool,
    ) -> Result<Sides> {
        let table = self.reference_table(model.id).await?.ok_or_else(|| {
            Error::invalid(format!("model `{}` has no reference data set to compare with", model.name))
                .hint("set one: POST /api/models/{name}/reference with a CSV of rows as they were when all was well")
        })?;
        let answers = match answered {
            true => self.reference_answers(model, schema, &table).await,
            false => Vec::new(),
        };
        let mut recorded = self.recorded(model.id, schema, from, to).await?;
        let schema = schema.clone();
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
    async fn reference_answers(&self, model: &Model, schema: &Schema, table: &Table) -> Vec<Answered> {
        let Ok(champion) = self.route(&model.name).and_then(|route| route.champion()) else {
            return Vec::new();
        };
        let taken = table.rows.len().min(ANSWERED);
        let places: Vec<usize> = (0..taken).map(|place| place * table.rows.len() / taken).collect();
        let mut answers = Vec::with_capacity(taken);
        for chunk in places.chunks(rows_at_once(&champion)) {
            let rows = chunk.iter().map(|row| table.row(schema, *row)).collect::<Result<Vec<_>>>();
            match rows {
                Ok(rows) => match self.ask(&champion, schema, &rows).await {
                    Ok((_, answered)) => answers.extend(answered),
                    Err(error) => {
                        tracing::warn!(model = model.name, %error, "the reference could not be answered");
                        return Vec::new();
                    }
                },
                Err(_) => return Vec::new(),
            }
        }
        answers
    }
}

/// What a report is about.
struct Window {
    model: String,
    version: u32,
    from: Time,
    to: Time,
}

fn report(sides: &Sides, options: Options, window: Window) -> DriftReport {
    let columns = paired(&sides.reference, &sides.current);
    let table = compare(columns.iter().copied(), options);
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
