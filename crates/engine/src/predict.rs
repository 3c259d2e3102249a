//! One prediction: route, check against the signature, run in a worker, hand to the recorder.
//!
//! Every dialect comes through [`Engine::infer`]; named rows come through [`Engine::predict`].

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use tidegate_core::{
    Code, Error, PredictionId, Result, RowId,
    model::Recording,
    prediction::{Prediction, Timing},
    schema::{Schema, Task},
    signature::Signature,
    tensor::Named,
};
use tidegate_monitor::quality::SchemaPart;

use crate::{
    Engine,
    answers::{answers, cells},
    canary::{Leg, Role, Routed},
    clock, lock,
    quality::{Asked, Findings, misfit_rows},
    retrain::fixed_batch,
    route::{Route, Served, no_version},
    rows::{self, Row},
    view::{PredictAnswer, PredictRequest, QualityWarning, RowAnswer},
};

/// An inference request, whatever dialect it came in.
#[derive(Debug, Clone, Default)]
pub struct Infer {
    /// The champion, or who shares its requests, when `None`.
    pub version: Option<u32>,
    pub inputs: Vec<Named>,
    /// The outputs wanted; all when `None`.
    pub outputs: Option<Vec<String>>,
    /// The id the client gave.
    pub client_id: Option<String>,
}

#[derive(Debug)]
pub struct Inferred {
    pub id: PredictionId,
    pub version: u32,
    pub outputs: Vec<Named>,
    pub timing: Timing,
    /// Rows that failed quality checks and were answered all the same.
    pub warnings: Vec<QualityWarning>,
}

/// A request on its way in.
struct Entry {
    started: Instant,
    /// How its first row is numbered for who asked.
    first_row: u32,
    findings: Option<Findings>,
}

impl Engine {
    /// Runs a model on tensors. Failures of the model are counted as failed requests; mistakes in the request
    /// are the caller's and are counted too, without their inputs.
    pub async fn infer(&self, model: &str, request: Infer) -> Result<Inferred> {
        let started = Instant::now();
        let route = self.route(model)?;
        let routed = self.routed(&route, request.version, request.client_id.as_deref()).await?;
        let findings = routed.served.watched.guard.inspect(&request.inputs);
        self.run_routed(&route, &routed, request, Entry { started, first_row: 0, findings }).await
    }

    async fn routed(&self, route: &Arc<Route>, version: Option<u32>, id: Option<&str>) -> Result<Routed> {
        match version {
            Some(number) => self.served(route, Some(number)).await.map(Routed::only),
            None => route.routed(id),
        }
    }

    /// What a version on trial can't answer, who answered before does: no request fails for it. Both are recorded,
    /// each under its version.
    async fn run_routed(
        &self,
        route: &Route,
        routed: &Routed,
        request: Infer,
        entry: Entry,
    ) -> Result<Inferred> {
        let Some(instead) = &routed.instead else {
            return self.run_on(route, (&routed.served, routed.leg.as_ref()), request, entry).await;
        };
        let (again, started, first_row) = (request.clone(), entry.started, entry.first_row);
        let tried = self.run_on(route, (&routed.served, routed.leg.as_ref()), request, entry).await;
        let Err(error) = tried else { return tried };
        // What fits no model is seldom the worker's fault: the checks count it.
        if let Some(split) = route.split().filter(|_| error.code != Code::Invalid) {
            split.hold();
        }
        let findings = instead.watched.guard.inspect(&again.inputs);
        self.run_on(route, (instead, None), again, Entry { started, first_row, findings }).await
    }

    async fn run_on(
        &self,
        route: &Route,
        (served, leg): (&Served, Option<&Leg>),
        request: Infer,
        entry: Entry,
    ) -> Result<Inferred> {
        let now = self.clock.now();
        let id = clock::prediction_id(now);
        let inputs = request.inputs;
        let Entry { started, first_row, findings } = entry;
        let rows = rows::row_count(&served.version.schema, &inputs);
        let (guard, asked) = (&served.watched.guard, Asked { id, time: now, rows });
        if let Some((findings, refusal)) = findings.as_ref().and_then(|f| Some((f, f.refusal(first_row)?))) {
            guard.note(findings, asked, true);
            self.observe_refused((route, served, leg), request.client_id, (asked, started));
            return Err(refusal);
        }
        let run =
            tidegate_runtime::Request { inputs: inputs.clone(), outputs: request.outputs, timeout: None };
        let answer = served.deployment.run(run).await;
        let (queue_us, run_us) = answer.as_ref().map_or((0, 0), |a| (micros(a.queue_us), micros(a.run_us)));
        let total_us = micros(started.elapsed().as_micros() as u64);
        let timing = Timing { queue_us, run_us, total_us };
        let answer = answer.map(|answer| answer.outputs);
        let (outputs, error) = match &answer {
            Ok(outputs) => (outputs.clone(), None),
            Err(error) => (Vec::new(), Some(error.code)),
        };
        match &answer {
            Ok(_) => findings.iter().for_each(|findings| guard.note(findings, asked, false)),
            Err(error) if error.code == Code::Invalid => {
                guard.note_misfit(guard.misfit(&inputs), &error.message, asked);
            }
            Err(_) => {}
        }
        // What does not fit the model is not worth keeping, and may be anything.
        let inputs = if error == Some(Code::Invalid) { Vec::new() } else { inputs };
        // Of a request that is answered instead, the label that names it is the other answer's.
        let on_trial = error.is_some() && leg.is_some_and(|leg| leg.role == Role::Challenger);
        let prediction = Prediction {
            id,
            client_id: request.client_id.filter(|_| !on_trial),
            time: now,
            version: served.version.id,
            rows,
            timing,
            error,
            inputs,
            outputs,
        };
        let warnings = findings.map(|findings| findings.warnings(first_row)).unwrap_or_default();
        let (recording, durable) = route.recording();
        let (watched, keep) = (served.watched.clone(), keeps(recording, id));
        if durable && keep && prediction.error.is_none() {
            self.recorder.observe_durably(prediction, watched, leg.cloned()).await?;
        } else {
            self.recorder.observe(prediction, watched, leg.cloned(), keep);
        }
        Ok(Inferred { id, version: served.version.number, outputs: answer?, timing, warnings })
    }

    /// Counts a request that never reached the model as failed, without its inputs.
    fn observe_refused(
        &self,
        (route, served, leg): (&Route, &Served, Option<&Leg>),
        client_id: Option<String>,
        (asked, started): (Asked, Instant),
    ) {
        let total_us = micros(started.elapsed().as_micros() as u64);
        let prediction = Prediction {
            id: asked.id,
            client_id,
            time: asked.time,
            version: served.version.id,
            rows: asked.rows,
            timing: Timing { total_us, ..Timing::default() },
            error: Some(Code::Invalid),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let keep = keeps(route.recording().0, asked.id);
        self.recorder.observe(prediction, served.watched.clone(), leg.cloned(), keep);
    }

    /// Input tensors from named rows. Columns that the model does not take are left out where the quality checks
    /// let them pass; what can't be a tensor is refused, and counted.
    fn tensors(
        &self,
        (route, routed): (&Route, &Routed),
        schema: &Schema,
        rows: &[Row],
        started: Instant,
    ) -> Result<(Vec<Named>, Option<Findings>)> {
        let served = &routed.served;
        let (signature, guard) = (&served.version.inspection.signature, &served.watched.guard);
        let mut built = rows::tensors(schema, signature, rows);
        let mut extra = None;
        if built.is_err() && misfit_rows(schema, rows) == SchemaPart::Extra && guard.lets_extra_pass() {
            let known = |name: &String| schema.features.iter().any(|feature| feature.name == *name);
            let mut fitting = rows.to_vec();
            extra = rows.iter().flat_map(BTreeMap::keys).find(|name| !known(name));
            fitting.iter_mut().for_each(|row| row.retain(|name, _| known(name)));
            built = rows::tensors(schema, signature, &fitting);
        }
        match built {
            Ok(inputs) => {
                let findings = guard.inspect(&inputs);
                let findings = match extra {
                    Some(name) => guard.extra(findings, name, rows.len() as u32),
                    None => findings,
                };
                Ok((inputs, findings))
            }
            Err(error) => {
                let time = self.clock.now();
                let asked = Asked { id: clock::prediction_id(time), time, rows: rows.len() as u32 };
                guard.note_misfit(misfit_rows(schema, rows), &error.message, asked);
                self.observe_refused((route, served, routed.leg.as_ref()), None, (asked, started));
                Err(error)
            }
        }
    }

    /// Runs a model on named rows and answers in words: label, probabilities, value. More rows than a model with a
    /// fixed batch takes are run one batch after another, each recorded by itself; `id` then names the first.
    pub async fn predict(&self, model: &str, request: PredictRequest) -> Result<PredictAnswer> {
        rows::refuse_none(&request.rows)?;
        let route = self.route(model)?;
        let routed = self.routed(&route, request.version, request.id.as_deref()).await?;
        let served = &routed.served;
        let schema = schema_in_force(served);
        let mut answer = PredictAnswer {
            model: model.into(),
            version: served.version.number,
            answers: Vec::with_capacity(request.rows.len()),
            warnings: Vec::new(),
            timing: Timing::default(),
        };
        let mut client_id = request.id;
        for rows in batches(&request.rows, fixed_batch(served)) {
            let started = Instant::now();
            let (inputs, findings) = self.tensors((&route, &routed), &schema, rows, started)?;
            let entry = Entry { started, first_row: answer.answers.len() as u32, findings };
            let infer =
                Infer { version: request.version, inputs, outputs: None, client_id: client_id.take() };
            let mut inferred = self.run_routed(&route, &routed, infer, entry).await?;
            answer.version = inferred.version;
            answer.warnings.append(&mut inferred.warnings);
            answer.answers.extend(row_answers(&schema, &inferred, rows.len()));
            answer.timing = sum(answer.timing, inferred.timing);
        }
        Ok(answer)
    }

    /// What a version (the champion if `None`) takes and gives, and how that reads as rows. A loaded version is
    /// answered for without a look at the disk.
    pub async fn signature(&self, model: &str, version: Option<u32>) -> Result<(u32, Signature, Schema)> {
        let route = self.route(model)?;
        let served = match version {
            Some(number) => route.loaded(number),
            None => route.champion().ok(),
        };
        if let Some(served) = served {
            let schema = Schema::clone(&schema_in_force(&served));
            return Ok((served.version.number, served.version.inspection.signature.clone(), schema));
        }
        let champion = route.model().aliases.champion;
        let found = self.store.versions(route.id).await?.into_iter().find(|candidate| match version {
            Some(number) => candidate.number == number,
            None => Some(candidate.id) == champion,
        });
        let found = found.ok_or_else(|| match version {
            Some(number) => no_version(model, number),
            None => Error::unavailable(format!("model `{model}` has no champion")),
        })?;
        Ok((found.number, found.inspection.signature, found.schema))
    }

    /// The numbers of a model's versions, oldest first.
    pub async fn version_numbers(&self, model: &str) -> Result<Vec<u32>> {
        let route = self.route(model)?;
        Ok(self.store.versions(route.id).await?.iter().map(|version| version.number).collect())
    }

    /// Refuses a model that is not ready, so that a dialect's readiness route can answer.
    pub fn ready(&self, model: &str, version: Option<u32>) -> Result<()> {
        let route = self.route(model)?;
        let served = match version {
            None => route.champion()?,
            Some(number) => route
                .loaded(number)
                .ok_or_else(|| Error::unavailable(format!("version {number} of `{model}` is not loaded")))?,
        };
        match served.deployment.status().state {
            tidegate_runtime::State::Ready => Ok(()),
            _ => Err(Error::unavailable(format!("the worker of `{model}` is not ready"))),
        }
    }
}

/// Rows that go together; what fits no fixed batch is left whole, and refused with its reason.
fn batches(rows: &[Row], fixed: Option<usize>) -> std::slice::Chunks<'_, Row> {
    let fits = fixed.filter(|batch| rows.len().is_multiple_of(*batch));
    rows.chunks(fits.unwrap_or(rows.len()).max(1))
}

fn row_answers(schema: &Schema, inferred: &Inferred, count: usize) -> Vec<RowAnswer> {
    let answered = answers(schema, &inferred.outputs, count as u32).into_iter().enumerate();
    let named = |p: Vec<f64>| schema.labels.iter().cloned().zip(p).collect();
    let mut rows: Vec<_> = answered
        .map(|(row, answered)| RowAnswer {
            id: RowId { prediction: inferred.id, row: row as u32 }.to_string(),
            label: answered.label,
            probabilities: answered.probabilities.map(named),
            value: answered.value,
            outputs: Default::default(),
        })
        .collect();
    if schema.task == Task::Other
        && let Some(first) = rows.first_mut()
    {
        first.outputs = inferred.outputs.iter().map(|o| (o.name.clone(), cells(&o.value))).collect();
    }
    rows
}

fn sum(a: Timing, b: Timing) -> Timing {
    Timing {
        queue_us: a.queue_us.saturating_add(b.queue_us),
        run_us: a.run_us.saturating_add(b.run_us),
        total_us: a.total_us.saturating_add(b.total_us),
    }
}

/// A request is stopped long before 71 minutes.
fn micros(us: u64) -> u32 {
    us.try_into().unwrap_or(u32::MAX)
}

/// The schema in force: a reference data set may have named the features after the version was loaded.
fn schema_in_force(served: &Served) -> Arc<Schema> {
    lock(&served.watched.aggregate).schema().clone()
}

fn keeps(recording: Recording, id: PredictionId) -> bool {
    match recording {
        Recording::All => true,
        Recording::Off => false,
        // The id's random tail decides, so that sampling needs no other source of randomness.
        Recording::Sampled { share } => {
            let tail = id.0.as_u128() as u32;
            f64::from(tail) < share * f64::from(u32::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_batches_that_a_fixed_dimension_takes() {
        let rows = vec![Row::new(); 6];
        let sizes = |fixed| batches(&rows, fixed).map(<[Row]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(None), [6]);
        assert_eq!(sizes(Some(1)), [1; 6]);
        assert_eq!(sizes(Some(3)), [3, 3]);
        assert_eq!(sizes(Some(4)), [6]);
        assert_eq!(sizes(Some(0)), [6]);
    }

    #[test]
    fn a_sample_keeps_its_share() {
        for share in [0.1, 0.5, 0.9] {
            let kept =
                |_: &i32| keeps(Recording::Sampled { share }, clock::prediction_id(tidegate_core::Time(0)));
            let count = (0..4_000).filter(kept).count() as f64;
            // Seven standard deviations of the widest of the three.
            assert!((count - 4_000.0 * share).abs() < 220.0, "{count} of 4000 for {share}");
        }
    }
}
