//! Recorded predictions joined with their labels, as a data set: by window and filter, with its lineage.

use tidegate_core::{
    Error, Result, Time,
    data::{DataFormat, DataLineage, DataMarks},
    schema::Schema,
};
use tidegate_monitor::expression::{Expression, code};
use tidegate_store::Place;
use tidegate_table::{Column, Data, Table, write_csv, write_parquet, written_time};

use super::{checked_name, columns, look};
use crate::{
    Engine,
    answers::answers,
    material::Labelled,
    rows,
    stage::blocking,
    view::{Cell, DatasetDetail, JoinRequest},
};

/// Rows of a data set joined at most, the newest.
const MOST_ROWS: u32 = 200_000;
/// Columns that are added, unless a feature is called so.
pub(crate) const TIME: &str = "prediction_time";
pub(crate) const LABEL: &str = "label";

impl Engine {
    /// Labelled predictions of all versions of a model in a stretch of time, those that fulfil the filter, as a
    /// registered data set: the features, the label, and the time of the prediction.
    pub async fn join_data_set(&self, model: &str, request: JoinRequest) -> Result<DatasetDetail> {
        let (found, champion) = self.champion_of(model).await?;
        let schema = Schema::clone(self.schema_of(&found, &champion).await?.as_ref());
        let (from, to) = (Time(request.from), Time(request.to));
        if from.0 >= to.0 {
            return Err(Error::invalid("`from` is not before `to`").hint("give milliseconds since the epoch"));
        }
        let filter = request.filter.trim().to_owned();
        let expression = match filter.is_empty() {
            true => None,
            false => Some(
                Expression::parse(&filter, &schema)
                    .map_err(|error| Error { message: format!("`filter`, {}", error.message), ..error })?,
            ),
        };
        let versions: Vec<_> = self.store.versions(found.id).await?.iter().map(|one| one.id).collect();
        let labelled = self.store.labelled(&versions, from, to, MOST_ROWS).await?;
        let lineage = lineage(model, from, to, &filter);
        let name = match &request.name {
            Some(name) => checked_name(name)?,
            None => format!("{model} {}", day(from)),
        };
        let (staging, format) = (self.store.stage()?, request.format);
        let path = staging.path().join("data");
        let file = path.clone();
        blocking(move || {
            let (rows, times) = joined(&schema, labelled, expression.as_ref());
            if rows.len() == 0 {
                return Err(Error::invalid("no labelled prediction of that time fulfils the filter")
                    .hint("widen the window, or send labels first"));
            }
            let table = table(&schema, &rows, times);
            match format {
                DataFormat::Parquet => write_parquet(&table, &file),
                DataFormat::Csv => write_csv(&table, &file),
            }
        })
        .await?;
        let looked = look(path).await?;
        if let Some(known) = self.registered_bytes(&looked.sha256).await? {
            return self.data_set(known.id).await;
        }
        let marks = DataMarks { lineage: Some(lineage), ..DataMarks::default() };
        let who = request.who.unwrap_or_else(|| "you".into());
        self.insert_looked(looked, name, Place::Staged(staging, "data".into()), marks, &who).await
    }
}

/// Oldest first, with the time of each.
fn joined(
    schema: &Schema,
    found: Vec<tidegate_store::Labelled>,
    filter: Option<&Expression>,
) -> (Labelled, Vec<f64>) {
    let (mut all, mut times) = (Labelled::default(), Vec::new());
    for request in found.chunk_by(|a, b| std::sync::Arc::ptr_eq(&a.prediction, &b.prediction)).rev() {
        let prediction = &request[0].prediction;
        let mut named = rows::named(schema, &prediction.inputs, prediction.rows);
        let answered = answers(schema, &prediction.outputs, prediction.rows);
        for one in request.iter().rev() {
            let place = one.row as usize;
            let (Some(row), Some(answer)) = (named.get_mut(place), answered.get(place)) else { continue };
            let fulfils = |filter: &Expression| {
                let values: Vec<f64> = filter.features().iter().map(|name| value(row.get(name))).collect();
                filter.value(&one.truth, answer, &values).is_some_and(|value| value != 0.0)
            };
            if filter.is_none_or(fulfils) {
                all.push(std::mem::take(row), one.truth.clone());
                times.push(prediction.time.0 as f64);
            }
        }
    }
    (all, times)
}

fn value(cell: Option<&Cell>) -> f64 {
    match cell {
        Some(Cell::Number(number)) => *number,
        Some(Cell::Bool(truth)) => f64::from(u8::from(*truth)),
        Some(Cell::Text(text)) => code(text),
        _ => f64::NAN,
    }
}

fn table(schema: &Schema, rows: &Labelled, times: Vec<f64>) -> Table {
    let mut columns = columns::features(schema, rows);
    columns.push(columns::truths(schema.target.as_deref().unwrap_or(LABEL), rows));
    // A tensor takes all columns but the target, so none may be beside it.
    let tensors =
        schema.features.iter().any(|feature| feature.kind == tidegate_core::schema::FeatureKind::Tensor);
    if !tensors && columns.iter().all(|column| column.name != TIME) {
        columns.push(Column { name: TIME.into(), data: Data::Time(times) });
    }
    Table { rows: rows.len(), columns, left: Vec::new() }
}

fn lineage(model: &str, from: Time, to: Time, filter: &str) -> DataLineage {
    let filtered = if filter.is_empty() { String::new() } else { format!(", {filter}") };
    DataLineage {
        summary: format!("predictions of {model}, {} to {}{filtered}", day(from), day(to)),
        model: model.into(),
        from,
        to,
        filter: filter.into(),
        seed: None,
    }
}

/// To the minute.
fn day(time: Time) -> String {
    let text = written_time(time.0 as f64);
    text.get(..16).map_or_else(|| text.clone(), |minute| minute.replace('T', " "))
}

/// What a row of a data set is known to be true of, where its model names no target: the label that was joined.
pub(crate) fn with_target(schema: &Schema, header: &[String]) -> Schema {
    let mut schema = schema.clone();
    let joined = schema.target.is_none() && header.iter().any(|column| column == LABEL);
    if joined && schema.features.iter().all(|feature| feature.name != LABEL) {
        schema.target = Some(LABEL.into());
    }
    schema
}
