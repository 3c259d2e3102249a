//! Champion and challenger on the same rows: answers, run times, the gate, and what the challenger is measured
//! against from then on. Must not know what started the run.

use std::sync::Arc;

use tidegate_core::{
    Result,
    model::{Model, Version},
    run::{Comparison, Plan},
    schema::{Answered, Schema, Truth},
    signature::{Dim, Signature},
};
use tidegate_monitor::{
    column::Reference,
    gate::{Evidence, Outputs, Paired, compare},
    slices::Column as Cut,
};

use super::Active;
use crate::{
    Engine, lock,
    material::{Labelled, Material},
    route::Served,
    rows::{self, Column, Row},
    slices::cut,
    stage::blocking,
};

pub(crate) const ASK_ROWS: usize = 512;
/// Single-row runs that the latency of champion and challenger is taken from, in turns.
const LATENCY_RUNS: usize = 60;

/// Whom a run compares, and by what.
pub(super) struct Contest<'a> {
    pub champion: &'a Version,
    pub challenger: &'a Served,
    pub schema: &'a Arc<Schema>,
    pub material: &'a Material,
    pub plan: &'a Plan,
}

/// Rows that both answered, their inputs column by column.
#[derive(Default)]
struct Answers {
    columns: Vec<Column>,
    champion: Vec<Answered>,
    challenger: Vec<Answered>,
}

impl Answers {
    fn to<'a>(&'a self, truth: &'a [Truth]) -> Paired<'a> {
        Paired { truth, champion: &self.champion, challenger: &self.challenger }
    }
}

impl Engine {
    pub(super) async fn compare(
        &self,
        model: &Model,
        contest: &Contest<'_>,
        active: &Arc<Active>,
    ) -> Result<Comparison> {
        let Contest { challenger, schema, material, plan, .. } = *contest;
        let route = self.route_of(model.id)?;
        let champion = self.served(&route, Some(contest.champion.number)).await?;
        let (truths, new, folds) = match self.cross_fitted(contest, active).await? {
            Some(crossed) => {
                let (columns, answered) = self.ask_all(&champion, schema, &crossed.rows.rows, active).await?;
                let answers = Answers { columns, champion: answered, challenger: crossed.answers };
                (crossed.rows.truths, answers, crossed.folds)
            }
            None => {
                let held = &material.held_new;
                (held.truths.clone(), self.both(&champion, challenger, schema, held, active).await?, 0)
            }
        };
        let old = self.both(&champion, challenger, schema, &material.held_old, active).await?;
        let latency_us = self.latencies(&champion, challenger, schema, material).await?;
        let recent =
            self.recent(&champion, challenger, schema, plan.gates.outputs.rows as usize, active).await?;
        let bytes = (champion.version.bytes, challenger.version.bytes);
        let (gates, schema, seed) = (plan.gates.clone(), schema.clone(), plan.seed);
        let (held_old, references) =
            (material.held_old.truths.clone(), references(&champion, &schema, &new.columns));
        blocking(move || {
            let cuts: Vec<Cut<'_>> = references
                .iter()
                .zip(&new.columns)
                .map(|(reference, column)| cut(reference, column, truths.len()))
                .collect();
            let evidence = Evidence {
                new: new.to(&truths),
                columns: &cuts,
                old: (!held_old.is_empty()).then(|| old.to(&held_old)),
                outputs: recent
                    .as_ref()
                    .map(|(before, after)| Outputs { champion: before, challenger: after }),
                folds,
                latency_us,
                bytes,
                seed,
            };
            Ok(compare(&gates, &schema, evidence))
        })
        .await
    }

    async fn both(
        &self,
        champion: &Served,
        challenger: &Served,
        schema: &Schema,
        held: &Labelled,
        active: &Active,
    ) -> Result<Answers> {
        let (columns, before) = self.ask_all(champion, schema, &held.rows, active).await?;
        let (_, after) = self.ask_all(challenger, schema, &held.rows, active).await?;
        Ok(Answers { columns, champion: before, challenger: after })
    }

    pub(super) async fn ask_all(
        &self,
        served: &Served,
        schema: &Schema,
        asked: &[Row],
        active: &Active,
    ) -> Result<(Vec<Column>, Vec<Answered>)> {
        let (mut columns, mut answers) = (Vec::new(), Vec::with_capacity(asked.len()));
        for chunk in asked.chunks(rows_at_once(served)) {
            self.refuse_if_ending(active)?;
            let (inputs, answered) = self.ask(served, schema, chunk).await?;
            rows::append(&mut columns, rows::columns(schema, &inputs, chunk.len() as u32));
            answers.extend(answered);
        }
        Ok((columns, answers))
    }

    /// Median run time of both on one row, in turns so that a busy machine is unfair to neither.
    async fn latencies(
        &self,
        champion: &Served,
        challenger: &Served,
        schema: &Schema,
        material: &Material,
    ) -> Result<(f64, f64)> {
        let row = material
            .held_new
            .rows
            .first()
            .or(material.train_old.rows.first())
            .or(material.train_new.rows.first());
        let Some(row) = row else { return Ok((0.0, 0.0)) };
        let mut times = (Vec::new(), Vec::new());
        for _ in 0..LATENCY_RUNS {
            for (served, times) in [(champion, &mut times.0), (challenger, &mut times.1)] {
                let inputs =
                    rows::tensors(schema, &served.version.inspection.signature, std::slice::from_ref(row))?;
                let request = tidegate_runtime::Request { inputs, outputs: None, timeout: None };
                times.push(served.deployment.run(request).await?.run_us);
            }
        }
        Ok((median(times.0), median(times.1)))
    }

    /// Once promoted, drift is measured against the newest rows the challenger was judged on: a mixture of old
    /// and new rows would call the present drifted from the first minute. With too few, against all it learnt from.
    pub(super) async fn put_accepted_baseline(
        &self,
        model: &Model,
        challenger: &Served,
        schema: &Schema,
        material: &Material,
    ) -> Result<()> {
        let enough = material.held_new.len() >= model.settings.min_rows as usize;
        let learnt = if enough { material.held_new.clone() } else { material.learnt() };
        let mut columns = Vec::new();
        let mut answers = Vec::new();
        for chunk in learnt.rows.chunks(rows_at_once(challenger)) {
            let (inputs, answered) = self.ask(challenger, schema, chunk).await?;
            let part = rows::columns_with(schema, &inputs, chunk.len() as u32, rows::Elements::Watched);
            rows::append(&mut columns, part);
            answers.extend(answered);
        }
        let truths: Vec<_> = learnt.truths.into_iter().map(Some).collect();
        let (baseline, estimator) = self.normal(schema, columns, answers, truths).await?;
        self.put_normal(challenger, schema.clone(), baseline, estimator).await
    }
}

/// The bins of the champion's baseline, or of the rows themselves where that is missing or of other features.
fn references(champion: &Served, schema: &Schema, columns: &[Column]) -> Vec<Reference> {
    let baseline = lock(&champion.watched.aggregate).baseline().cloned();
    let known = baseline.filter(|baseline| baseline.features.len() == schema.features.len());
    match known {
        Some(baseline) => baseline.features.clone(),
        None => {
            let pairs = schema.features.iter().zip(columns);
            pairs.map(|(feature, column)| crate::baseline::reference(feature, column)).collect()
        }
    }
}

/// Rows that fit one request: a model with a fixed batch dimension takes no more.
pub(crate) fn rows_at_once(served: &Served) -> usize {
    fixed_batch(served).unwrap_or(ASK_ROWS).max(1)
}

/// The rows that every request must have, where the model says so.
pub(crate) fn fixed_batch(served: &Served) -> Option<usize> {
    fixed_batch_of(&served.version.inspection.signature)
}

pub(crate) fn fixed_batch_of(signature: &Signature) -> Option<usize> {
    signature.inputs.iter().find_map(|port| match port.kind.as_tensor() {
        Some((_, Some([Dim::Fixed(batch), ..]))) => usize::try_from(*batch).ok(),
        _ => None,
    })
}

fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    values.get(values.len() / 2).map_or(0.0, |middle| *middle as f64)
}
