//! Keeping up: checks follow their baseline, and what was found is counted and stored, once a second.

use std::sync::Arc;

use tidegate_core::{ModelId, Result, Time, VersionId, schema::Schema, signature::Signature};
use tidegate_monitor::{column::Reference, quality::Check};

use super::set::{self, Checks};
use crate::{
    Engine,
    baseline::{Baseline, reference},
    lock,
    record::log_failure,
    retrain::{ASK_ROWS, fixed_batch_of},
    route::Watched,
    rows::{self, Column},
    table::Table,
    view::BaselineFrom,
};

/// Recorded predictions that checks are learnt from at most, the newest.
const TRAFFIC: usize = 20_000;
/// Examples of a version that are kept, where rows are not tagged.
const EXAMPLES_KEPT: u32 = 5_000;

/// Rows to learn from.
pub struct Learning {
    pub columns: Vec<Column>,
    pub rows: u64,
}

impl Engine {
    /// Everything found so far is counted and stored when this returns.
    pub(crate) async fn keep_quality(&self) -> Result<()> {
        let watched: Vec<Arc<Watched>> = lock(&self.watched).values().cloned().collect();
        for watched in watched {
            log_failure("learn quality checks", self.follow_baseline(&watched).await);
            let pending = watched.guard.drain();
            if !pending.windows.is_empty() {
                let mut aggregate = lock(&watched.aggregate);
                pending.windows.iter().for_each(|(time, window)| aggregate.add_quality(*time, window));
            }
            if pending.dropped > 0 {
                let dropped = pending.dropped;
                tracing::warn!(
                    dropped,
                    version = watched.version.0,
                    "tagged rows were not kept: too many a second"
                );
            }
            self.store.put_violations(&pending.kept).await?;
        }
        Ok(())
    }

    /// Whoever looks at a version sees what was found up to now.
    pub(crate) fn count_findings(&self, watched: &Watched) {
        let windows = watched.guard.drain_counts();
        let mut aggregate = lock(&watched.aggregate);
        windows.iter().for_each(|(time, window)| aggregate.add_quality(*time, window));
    }

    /// Checks are learnt with each baseline: what is normal changed.
    async fn follow_baseline(&self, watched: &Watched) -> Result<()> {
        let active = watched.guard.active();
        let (schema, baseline) = {
            let aggregate = lock(&watched.aggregate);
            let Some(baseline) = aggregate.baseline().cloned() else { return Ok(()) };
            if active.set.baseline == baseline.id {
                return Ok(());
            }
            (aggregate.schema().clone(), baseline)
        };
        let learnt = match baseline.checks.is_empty() {
            false => baseline.checks.clone(),
            true => self.learnt_again(watched, &schema, &baseline).await?,
        };
        let names: Vec<&str> = schema.features.iter().map(|feature| feature.name.as_str()).collect();
        let set = Checks {
            checks: active.set.relearnt(learnt.clone(), false, &names),
            learnt,
            baseline: baseline.id,
            from: baseline.from,
            from_traffic: false,
            rows: baseline.rows,
            time: self.clock.now(),
        };
        self.store.put_quality_checks(watched.version, &set.encode()?, None).await?;
        self.put_checks(watched, set, &schema);
        Ok(())
    }

    pub(crate) fn put_checks(&self, watched: &Watched, set: Checks, schema: &Schema) {
        let active = watched.guard.activate(set, schema);
        lock(&watched.aggregate).set_quality(active.plan.clone(), &active.set.checks);
    }

    /// For a baseline that was made before a restart, or by a program that had no checks.
    async fn learnt_again(
        &self,
        watched: &Watched,
        schema: &Schema,
        baseline: &Baseline,
    ) -> Result<Vec<Check>> {
        let model = self.store.version(watched.version).await?.model;
        let rows = match baseline.from {
            BaselineFrom::Reference => self.reference_rows(model, schema, watched.guard.signature()).await?,
            BaselineFrom::FirstPredictions => None,
        };
        let rows = match rows {
            Some(rows) => rows,
            None => self.traffic_rows(watched.version, schema, Time(0)).await?,
        };
        Ok(set::learnt(schema, &rows.columns, &references(schema, &rows.columns)))
    }

    /// The rows of the reference data set, as the model would get them.
    pub(crate) async fn reference_rows(
        &self,
        model: ModelId,
        schema: &Schema,
        signature: &Signature,
    ) -> Result<Option<Learning>> {
        let Some(table) = self.reference_table(model).await? else { return Ok(None) };
        columns_of(&table, schema, signature).map(Some)
    }

    /// The newest recorded rows since a time.
    pub(crate) async fn traffic_rows(
        &self,
        version: VersionId,
        schema: &Schema,
        since: Time,
    ) -> Result<Learning> {
        let until = self.clock.now().plus(1);
        let mut recorded = self.store.predictions(&[version], since, until, TRAFFIC).await?;
        recorded.retain(|prediction| prediction.error.is_none() && !prediction.inputs.is_empty());
        let mut learning = Learning { columns: Vec::new(), rows: 0 };
        // Oldest first, as they came: times are to rise.
        for prediction in recorded.iter().rev() {
            let columns = rows::columns(schema, &prediction.inputs, prediction.rows);
            rows::append(&mut learning.columns, columns);
            learning.rows += u64::from(prediction.rows);
        }
        Ok(learning)
    }

    /// The checks of a version as they were before a restart.
    pub(crate) async fn restore_checks(&self, watched: &Watched) -> Result<()> {
        if let Some(json) = self.store.quality_checks(watched.version).await? {
            let schema = lock(&watched.aggregate).schema().clone();
            self.put_checks(watched, Checks::decode(&json)?, &schema);
        }
        Ok(())
    }

    /// Violations go with the predictions they are about.
    pub(crate) async fn retain_violations(&self, predictions_from: Time) -> Result<()> {
        let versions: Vec<VersionId> = lock(&self.watched).keys().copied().collect();
        self.store.expire_violations(predictions_from, &versions, EXAMPLES_KEPT).await.map(drop)
    }
}

pub fn references(schema: &Schema, columns: &[Column]) -> Vec<Reference> {
    schema.features.iter().zip(columns).map(|(feature, column)| reference(feature, column)).collect()
}

fn columns_of(table: &Table, schema: &Schema, signature: &Signature) -> Result<Learning> {
    let mut columns = Vec::new();
    let indices: Vec<usize> = (0..table.rows.len()).collect();
    let fixed = fixed_batch_of(signature);
    // What fills no fixed batch is left out: the model could not be asked it either.
    let whole = |chunk: &&[usize]| fixed.is_none_or(|batch| chunk.len() == batch);
    for chunk in indices.chunks(fixed.unwrap_or(ASK_ROWS).max(1)).filter(whole) {
        let named = chunk.iter().map(|row| table.row(schema, *row)).collect::<Result<Vec<_>>>()?;
        let inputs = rows::tensors(schema, signature, &named)?;
        rows::append(&mut columns, rows::columns(schema, &inputs, chunk.len() as u32));
    }
    Ok(Learning { columns, rows: table.rows.len() as u64 })
}
