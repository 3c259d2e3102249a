//! What estimates a version's accuracy while labels are missing: how it is fitted, kept and asked.
//!
//! Owns the estimator's place beside the baseline. Must not know the mathematics (see `tidegate_monitor::estimate`)
//! nor where its sums are counted.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Error, Result, Time, VersionId,
    schema::{Answered, Schema, Truth},
};
use tidegate_monitor::estimate::{Expectation, Fitted, Inputs};

use crate::{Engine, lock, rows::Column, stage::blocking, view::BaselineFrom};

/// A fitted estimator and since when it is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimator {
    pub since: Time,
    pub fitted: Fitted,
}

/// Draws folds and samples; the same reference teaches the same.
const SEED: u64 = 0x7469_6465;

pub(crate) fn inputs(columns: &[Column]) -> Vec<Inputs<'_>> {
    columns
        .iter()
        .map(|column| match column {
            Column::Numbers(values) | Column::Tensors { means: values, .. } => Inputs::Numbers(values),
            Column::Texts(values) => Inputs::Texts(values),
        })
        .collect()
}

impl Estimator {
    /// From reference rows: their columns, what the version answered on them, and their truth where it is known.
    pub fn fit(
        schema: &Schema,
        columns: &[Column],
        answers: &[Answered],
        truths: &[Option<Truth>],
        now: Time,
    ) -> Option<Self> {
        let fitted = Fitted::fit(schema, &inputs(columns), answers, truths, SEED)?;
        Some(Self { since: now, fitted })
    }

    pub fn expect(&self, columns: &[Column], answers: &[Answered]) -> Vec<Option<Expectation>> {
        self.fitted.expect(&inputs(columns), answers)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|error| Error::internal("an estimator could not be encoded").because(error))
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes)
            .map_err(|error| Error::internal("a stored estimator is damaged").because(error))
    }
}

impl Engine {
    /// Fits away from the threads that answer.
    pub(crate) async fn fit_estimator(
        &self,
        schema: &Schema,
        columns: Vec<Column>,
        answers: Vec<Answered>,
        truths: Vec<Option<Truth>>,
    ) -> Result<Option<Estimator>> {
        let (schema, now) = (schema.clone(), self.clock.now());
        blocking(move || Ok(Estimator::fit(&schema, &columns, &answers, &truths, now))).await
    }

    /// `None` leaves the version without one.
    pub(crate) async fn put_estimator(
        &self,
        version: VersionId,
        estimator: Option<&Estimator>,
    ) -> Result<()> {
        let body = estimator.map(Estimator::encode).transpose()?;
        self.store.put_estimator(version, body.as_deref()).await
    }

    /// Champions that were measured against a labelled reference before anything was fitted on it (imported over an
    /// older version, say) are asked its rows once.
    pub(crate) async fn fit_missing_estimators(&self) -> Result<()> {
        for route in self.routes() {
            let Ok(champion) = route.champion() else { continue };
            let schema = {
                let mut aggregate = lock(&champion.watched.aggregate);
                let referenced = aggregate.baseline().is_some_and(|b| b.from == BaselineFrom::Reference);
                if aggregate.estimator().is_some() || !referenced || !aggregate.try_estimator() {
                    continue;
                }
                aggregate.schema().clone()
            };
            let Some(table) = self.reference_table(route.id).await? else { continue };
            let (columns, answers) = self.ask_table(&champion, &schema, &table).await?;
            let truths = (0..table.rows.len()).map(|row| table.truth(&schema, row)).collect();
            let Some(estimator) = self.fit_estimator(&schema, columns, answers, truths).await? else {
                continue;
            };
            self.put_estimator(champion.version.id, Some(&estimator)).await?;
            lock(&champion.watched.aggregate).set_estimator(Some(estimator));
        }
        Ok(())
    }

    /// A damaged one is as good as none: it is fitted again with the next reference.
    pub(crate) async fn stored_estimator(&self, version: VersionId) -> Result<Option<Estimator>> {
        let Some(bytes) = self.store.estimator(version).await? else { return Ok(None) };
        let read = Estimator::decode(&bytes);
        if let Err(error) = &read {
            tracing::warn!(%error, version = version.0, "accuracy is not estimated");
        }
        Ok(read.ok())
    }
}
