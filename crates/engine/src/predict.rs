//! One prediction: route, check against the signature, run in a worker, hand to the recorder.
//!
//! Every dialect comes through [`Engine::infer`]; named rows come through [`Engine::predict`].

use std::{sync::Arc, time::Instant};

use tidegate_core::{
    Code, Error, PredictionId, Result, RowId,
    model::Recording,
    prediction::{Prediction, Timing},
    schema::{Schema, Task},
    tensor::Named,
};

use crate::{
    Engine, clock, lock,
    route::{Route, Served},
    rows,
    view::{PredictAnswer, PredictRequest, RowAnswer},
};

/// An inference request, whatever dialect it came in.
#[derive(Debug, Default)]
pub struct Infer {
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
}

impl Engine {
    /// Runs a model on tensors. Failures of the model are counted as failed requests; mistakes in the request
    /// are the caller's and are counted too, without their inputs.
    pub async fn infer(&self, model: &str, request: Infer) -> Result<Inferred> {
        let started = Instant::now();
        let route = self.route(model)?;
        let served = self.served(&route, request.version).await?;
        self.run_on(&route, &served, request, started).await
    }

    async fn run_on(
        &self,
        route: &Route,
        served: &Served,
        request: Infer,
        started: Instant,
    ) -> Result<Inferred> {
        let now = self.clock.now();
        let id = clock::prediction_id(now);
        let inputs = request.inputs;
        let checked = tidegate_runtime::check(&served.version.inspection.signature, &inputs);
        let answer = match checked {
            Ok(()) => {
                let run = tidegate_runtime::Request {
                    inputs: inputs.clone(),
                    outputs: request.outputs,
                    timeout: None,
                };
                served.deployment.run(run).await
            }
            Err(error) => Err(error),
        };
        let (queue_us, run_us) = answer.as_ref().map_or((0, 0), |a| (micros(a.queue_us), micros(a.run_us)));
        let total_us = micros(started.elapsed().as_micros() as u64);
        let timing = Timing { queue_us, run_us, total_us };
        let answer = answer.map(|answer| answer.outputs);
        let (outputs, error) = match &answer {
            Ok(outputs) => (outputs.clone(), None),
            Err(error) => (Vec::new(), Some(error.code)),
        };
        let rows = rows::row_count(&served.version.schema, &inputs);
        // What does not fit the model is not worth keeping, and may be anything.
        let inputs = if error == Some(Code::Invalid) { Vec::new() } else { inputs };
        let prediction = Prediction {
            id,
            client_id: request.client_id,
            time: now,
            version: served.version.id,
            rows,
            timing,
            error,
            inputs,
            outputs,
        };
        self.recorder.observe(prediction, served.watched.clone(), keeps(route.recording(), id));
        Ok(Inferred { id, version: served.version.number, outputs: answer?, timing })
    }

    /// Runs a model on named rows and answers in words: label, probabilities, value.
    pub async fn predict(&self, model: &str, request: PredictRequest) -> Result<PredictAnswer> {
        let started = Instant::now();
        let route = self.route(model)?;
        let served = self.served(&route, request.version).await?;
        let version = &served.version;
        let schema = schema_in_force(&served);
        let inputs = rows::tensors(&schema, &version.inspection.signature, &request.rows)?;
        let infer = Infer { version: request.version, inputs, outputs: None, client_id: request.id };
        let inferred = self.run_on(&route, &served, infer, started).await?;
        let count = request.rows.len() as u32;
        let answers = rows::answers(&schema, &inferred.outputs, count)
            .into_iter()
            .enumerate()
            .map(|(row, answered)| {
                let id = RowId { prediction: inferred.id, row: row as u32 }.to_string();
                let named = |p: Vec<f64>| schema.labels.iter().cloned().zip(p).collect();
                RowAnswer {
                    id,
                    label: answered.label,
                    probabilities: answered.probabilities.map(named),
                    value: answered.value,
                    outputs: Default::default(),
                }
            })
            .collect();
        let mut answer = PredictAnswer {
            model: model.into(),
            version: inferred.version,
            answers,
            timing: inferred.timing,
        };
        if schema.task == Task::Other
            && let Some(first) = answer.answers.first_mut()
        {
            first.outputs =
                inferred.outputs.iter().map(|o| (o.name.clone(), rows::cells(&o.value))).collect();
        }
        Ok(answer)
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
