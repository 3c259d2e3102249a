//! Champion and challenger on the same rows: answers, run times, the gate, and what the challenger is measured
//! against from then on. Must not know what started the run.

use tidegate_core::{
    Error, Result,
    model::{Model, Version},
    run::{Comparison, Plan},
    schema::{Answered, Schema},
    signature::{Dim, Signature},
};
use tidegate_monitor::gate::{Paired, compare};

use crate::{
    Engine,
    material::{Labelled, Material},
    route::Served,
    rows,
    stage::blocking,
};

pub(crate) const ASK_ROWS: usize = 512;
/// Single-row runs that the latency of champion and challenger is taken from, in turns.
const LATENCY_RUNS: usize = 60;

impl Engine {
    pub(super) async fn compare(
        &self,
        model: &Model,
        champion: &Version,
        challenger: &Served,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
    ) -> Result<Comparison> {
        let route = self.route_of(model.id)?;
        let champion = self.served(&route, Some(champion.number)).await?;
        let new = (
            self.ask_all(&champion, schema, &material.held_new).await?,
            self.ask_all(challenger, schema, &material.held_new).await?,
        );
        let old = (
            self.ask_all(&champion, schema, &material.held_old).await?,
            self.ask_all(challenger, schema, &material.held_old).await?,
        );
        let latency = self.latencies(&champion, challenger, schema, material).await?;
        let (gates, schema, seed) = (plan.gates.clone(), schema.clone(), plan.seed);
        let (held_new, held_old) = (material.held_new.truths.clone(), material.held_old.truths.clone());
        blocking(move || {
            let paired = Paired { truth: &held_new, champion: &new.0, challenger: &new.1 };
            let old_rows = Paired { truth: &held_old, champion: &old.0, challenger: &old.1 };
            let old_rows = (!held_old.is_empty()).then_some(old_rows);
            Ok(compare(&gates, &schema, paired, old_rows, latency, seed))
        })
        .await
    }

    async fn ask_all(&self, served: &Served, schema: &Schema, held: &Labelled) -> Result<Vec<Answered>> {
        let mut answers = Vec::with_capacity(held.len());
        for chunk in held.rows.chunks(rows_at_once(served)) {
            if self.stop.is_cancelled() {
                return Err(Error::unavailable("shutting down"));
            }
            answers.extend(self.ask(served, schema, chunk).await?.1);
        }
        Ok(answers)
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
