//! The rows an explanation is made of: recorded ones of a window, and those drift is measured against.

use std::sync::Arc;

use tidegate_core::{
    Error, ModelId, Result, Time,
    model::ModelSettings,
    prediction::Prediction,
    schema::{Schema, Truth},
};
use tidegate_monitor::{importance::permutation, transport::Values};

use super::trials::{Material, column};
use crate::{
    Engine,
    baseline::Baseline,
    bucket::Bucket,
    lock,
    route::Served,
    rows::{self, Row},
    signals::Signals,
    stage::blocking,
    view::BaselineFrom,
};

/// Rows asked at most.
const ROWS: usize = 500;
/// Fewer say little.
const LEAST_ROWS: usize = 50;
/// Requests read at most, the newest.
const REQUESTS: usize = 5_000;
/// Values that stand in for a reference of which only the bins are known.
const STAND_INS: usize = 1_000;

/// A row of a recorded request, with what turned out to be true of it.
type Recorded = (Row, Option<Truth>);

impl Engine {
    pub(super) async fn explain_material(
        &self,
        model: (ModelId, &ModelSettings),
        served: &Served,
        (from, to): (Time, Time),
    ) -> Result<Material> {
        let (schema, baseline, window) = {
            let aggregate = lock(&served.watched.aggregate);
            (aggregate.schema().clone(), aggregate.baseline().cloned(), aggregate.window(from, to))
        };
        let seed = served.version.id.0.unsigned_abs();
        let (live, truths) = self.recorded_rows(served, &schema, (from, to), seed).await?.into_iter().unzip();
        let reference = match &baseline {
            Some(baseline) => self.usual_rows(model.0, served, &schema, baseline, seed).await?,
            None => Vec::new(),
        };
        Ok(Material {
            usual: usual(&schema, &reference, baseline.as_deref()),
            drifted: drifted(&window, baseline.as_ref(), model.1),
            schema: Schema::clone(&schema),
            live,
            truths,
            reference,
            seed,
        })
    }

    async fn recorded_rows(
        &self,
        served: &Served,
        schema: &Arc<Schema>,
        (from, to): (Time, Time),
        seed: u64,
    ) -> Result<Vec<Recorded>> {
        self.recorder.flush().await?;
        let recorded = self.store.predictions(&[served.version.id], from, to, REQUESTS).await?;
        let whole: Vec<_> = recorded.into_iter().filter(is_whole).collect();
        let rows: Vec<(usize, u32)> = (whole.iter().enumerate())
            .flat_map(|(request, prediction)| (0..prediction.rows).map(move |row| (request, row)))
            .collect();
        if rows.len() < LEAST_ROWS {
            return Err(Error::unavailable(format!(
                "the window has {} recorded rows of the {LEAST_ROWS} an explanation needs",
                rows.len()
            ))
            .hint("record predictions, and wait until there are more"));
        }
        let sample: Vec<_> =
            permutation(rows.len(), seed).into_iter().take(ROWS).map(|at| rows[at]).collect();
        let ids: Vec<_> = {
            let mut requests: Vec<usize> = sample.iter().map(|(request, _)| *request).collect();
            requests.sort_unstable();
            requests.dedup();
            requests.into_iter().map(|request| whole[request].id).collect()
        };
        let labels = self.store.labels_for(&ids).await?;
        let truths: std::collections::HashMap<_, _> =
            labels.into_iter().map(|label| (label.row, label.truth)).collect();
        let row = |(request, row): (usize, u32)| {
            let prediction = &whole[request];
            let mut named = rows::named(schema, &prediction.inputs, prediction.rows);
            let id = tidegate_core::RowId { prediction: prediction.id, row };
            (std::mem::take(&mut named[row as usize]), truths.get(&id).cloned())
        };
        Ok(sample.into_iter().map(row).collect())
    }

    /// The rows the baseline was made of, where they are still there.
    async fn usual_rows(
        &self,
        model: ModelId,
        served: &Served,
        schema: &Arc<Schema>,
        baseline: &Baseline,
        seed: u64,
    ) -> Result<Vec<Row>> {
        if baseline.from == BaselineFrom::FirstPredictions {
            let made = Time(baseline.id as i64).plus(1);
            let rows =
                self.store.predictions(&[served.version.id], Time(0), made, baseline.rows as usize).await?;
            let whole = rows.iter().filter(|prediction| is_whole(prediction));
            let all: Vec<Row> = whole.flat_map(|one| rows::named(schema, &one.inputs, one.rows)).collect();
            return Ok(if all.len() < LEAST_ROWS { Vec::new() } else { sample(all, seed) });
        }
        let Some(table) = self.reference_table(model).await? else { return Ok(Vec::new()) };
        // After a retraining the baseline is made of newer rows than the data set's.
        if table.rows.len() as u64 != baseline.rows || table.rows.len() < LEAST_ROWS {
            return Ok(Vec::new());
        }
        let schema = schema.clone();
        blocking(move || {
            let order = permutation(table.rows.len(), seed);
            order.into_iter().take(ROWS).map(|index| table.row(&schema, index)).collect()
        })
        .await
    }
}

fn is_whole(prediction: &Prediction) -> bool {
    prediction.error.is_none() && !prediction.inputs.is_empty()
}

fn sample(rows: Vec<Row>, seed: u64) -> Vec<Row> {
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let order = permutation(rows.len(), seed).into_iter().take(ROWS);
    order.filter_map(|index| rows[index].take()).collect()
}

/// Values from when all was well: of the rows, else about as the baseline's bins have them.
fn usual(schema: &Schema, reference: &[Row], baseline: Option<&Baseline>) -> Vec<Option<Values>> {
    let of = |(index, feature): (usize, &tidegate_core::schema::Feature)| {
        if feature.kind == tidegate_core::schema::FeatureKind::Tensor {
            return None;
        }
        let bins = || Some(Values::like(baseline?.features.get(index)?, STAND_INS));
        column(reference, &feature.name, feature.kind).or_else(bins)
    };
    schema.features.iter().enumerate().map(of).collect()
}

fn drifted(
    window: &Bucket,
    baseline: Option<&Arc<Baseline>>,
    settings: &ModelSettings,
) -> Vec<tidegate_monitor::drift::Drift> {
    Signals::of(window, baseline.map(Arc::as_ref), settings).drifted().cloned().collect()
}
