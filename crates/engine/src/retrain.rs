//! Retraining: from trigger to challenger, its comparison with the champion, and the gate.
//!
//! Owns the order of steps and what a run remembers. A run never touches the champion until it is promoted;
//! a cancelled or failed one leaves nothing but its row. Must not know how a trainer works.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tidegate_core::{
    Error, ModelId, Result, RunId,
    event::EventKind,
    model::{Model, Source, Version},
    run::{Comparison, Plan, Progress, Run, RunState, Trigger},
    schema::{Answered, Schema},
    signature::Dim,
};
use tidegate_monitor::gate::{Paired, compare};
use tidegate_store::Make;
use tidegate_train::Probe;

use crate::{
    Engine,
    baseline::Baseline,
    lock,
    material::{Labelled, Material},
    route::Served,
    rows,
    stage::{Admission, blocking},
    view::{BaselineFrom, DryRun, PromoteRequest, ReasonRequest, RetrainRequest, RunPulse},
};

const LISTED: u32 = 100;
/// Points of the loss curve that are kept.
const PROGRESS_KEPT: usize = 1_000;
const ASK_ROWS: usize = 512;
/// Single-row runs that the latency of champion and challenger is taken from, in turns.
const LATENCY_RUNS: usize = 60;

/// A run in progress.
#[derive(Debug)]
pub(crate) struct Active {
    run: Mutex<Run>,
    cancel: AtomicBool,
}

impl Active {
    fn snapshot(&self) -> Run {
        lock(&self.run).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Run)) -> Run {
        let mut run = lock(&self.run);
        change(&mut run);
        run.clone()
    }

    fn refuse_if_cancelled(&self) -> Result<()> {
        match self.cancel.load(Ordering::Relaxed) {
            true => Err(Error::conflict("cancelled")),
            false => Ok(()),
        }
    }

    fn progressed(&self, progress: Progress) -> ControlFlow<()> {
        let mut run = lock(&self.run);
        if run.progress.len() >= PROGRESS_KEPT {
            let mut index = 0;
            run.progress.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        run.progress.push(progress);
        match self.cancel.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

impl Engine {
    /// Whether and how the champion can be retrained.
    pub(crate) async fn probe_champion(&self, champion: Option<&Version>) -> Result<Probe> {
        let Some(champion) = champion else { return Ok(tidegate_train::probe(&Default::default())) };
        if let Some(probe) = lock(&self.probes).get(&champion.id) {
            return Ok(probe.clone());
        }
        let path = self.store.artifact(&champion.sha256);
        let probe = blocking(move || Ok(tidegate_train::probe(&tidegate_onnx::read(&path)?))).await?;
        lock(&self.probes).insert(champion.id, probe.clone());
        Ok(probe)
    }

    /// What a retraining would use, and what stands in its way.
    pub async fn dry_run(&self, name: &str, request: &RetrainRequest) -> Result<DryRun> {
        let (model, champion) = self.champion_of(name).await?;
        let probe = self.probe_champion(Some(&champion)).await?;
        let schema = self.schema_of(&model, &champion).await?;
        let material = self.material(&model, &schema, &request.plan, self.clock.now()).await?;
        let mut obstacles = Vec::new();
        if probe.trainer.is_none() {
            obstacles.push(probe.summary.clone());
        } else if !probe.modes.contains(&request.plan.mode) {
            obstacles.push(format!("this model can't be retrained in mode {:?}", request.plan.mode));
        }
        let train_rows = material.train_old.len() + material.train_new.len();
        if train_rows == 0 {
            obstacles.push(
                "there are no labelled rows: set a reference data set with its target, or send labels".into(),
            );
        }
        if self.active(model.id).is_some() {
            obstacles.push("a retraining of this model is under way".into());
        }
        Ok(DryRun {
            probe,
            labelled: (material.train_new.len() + material.held_new.len()) as u64,
            reference_rows: (material.train_old.len() + material.held_old.len()) as u64,
            train_rows: train_rows as u64,
            held_out_new: material.held_new.len() as u64,
            held_out_old: material.held_old.len() as u64,
            obstacles,
        })
    }

    /// Starts a retraining; it goes on in the background.
    pub async fn retrain(
        &self,
        name: &str,
        request: RetrainRequest,
        trigger: Option<Trigger>,
    ) -> Result<Run> {
        let dry = self.dry_run(name, &request).await?;
        if let Some(obstacle) = dry.obstacles.into_iter().next() {
            return Err(Error::conflict(obstacle));
        }
        let (model, champion) = self.champion_of(name).await?;
        let who = request.who.unwrap_or_else(|| "you".into());
        let mut run = Run {
            id: RunId(0),
            model: model.id,
            parent: champion.id,
            trigger: trigger.unwrap_or(Trigger::Hand { who }),
            plan: request.plan,
            state: RunState::Queued,
            created: self.clock.now(),
            started: None,
            ended: None,
            progress: Vec::new(),
            log: Vec::new(),
            challenger: None,
            comparison: None,
            error: None,
        };
        let active = {
            let mut actives = lock(&self.actives);
            if actives.contains_key(&model.id) {
                return Err(Error::conflict("a retraining of this model is under way"));
            }
            let active = Arc::new(Active { run: Mutex::new(run.clone()), cancel: AtomicBool::new(false) });
            actives.insert(model.id, active.clone());
            active
        };
        match self.store.insert_run(&run).await {
            Ok(id) => run.id = id,
            Err(error) => {
                lock(&self.actives).remove(&model.id);
                return Err(error);
            }
        }
        active.change(|inside| inside.id = run.id);
        let what = format!("{name}: retraining {} started {}", run.id, cause(&run.trigger));
        self.audit_event(EventKind::RetrainStarted, &model, &what).await?;
        self.happened(EventKind::RetrainStarted, Some(name), what, false);
        let engine = self.clone();
        tokio::spawn(async move { engine.carry_out(model, champion, active).await });
        Ok(run)
    }

    async fn carry_out(&self, model: Model, champion: Version, active: Arc<Active>) {
        let outcome = self.steps_of(&model, &champion, &active).await;
        let now = self.clock.now();
        let run = active.change(|run| {
            run.ended = Some(now);
            match outcome {
                Ok(state) => run.state = state,
                Err(_) if active.cancel.load(Ordering::Relaxed) => run.state = RunState::Cancelled,
                Err(error) => {
                    run.state = RunState::Failed;
                    run.error = Some(error.to_string());
                }
            }
        });
        if let Err(error) = self.store.update_run(&run).await {
            tracing::error!(%error, "save a run");
        }
        lock(&self.actives).remove(&model.id);
        let what = format!("{}: retraining {} {}", model.name, run.id, ending(&run));
        if let Err(error) = self.audit_event(EventKind::RetrainEnded, &model, &what).await {
            tracing::error!(%error, "audit a run");
        }
        self.happened(EventKind::RetrainEnded, Some(&model.name), what, true);
    }

    /// Data, training, comparison, gate.
    async fn steps_of(&self, model: &Model, champion: &Version, active: &Active) -> Result<RunState> {
        let _turn = self
            .training
            .acquire()
            .await
            .map_err(|closed| Error::internal("shutting down").because(closed))?;
        active.refuse_if_cancelled()?;
        let now = self.clock.now();
        let plan = active.change(|run| (run.state, run.started) = (RunState::Preparing, Some(now))).plan;
        let schema = self.schema_of(model, champion).await?;
        let material = self.material(model, &schema, &plan, now).await?;
        self.say(active, format!(
            "data: {} reference rows and {} labelled predictions to learn from; {} newest and {} reference rows held out",
            material.train_old.len(), material.train_new.len(), material.held_new.len(), material.held_old.len()
        )).await?;
        let bytes = self.fit(champion, &schema, &material, &plan, active).await?;
        active.refuse_if_cancelled()?;
        active.change(|run| run.state = RunState::Comparing);
        let challenger = self.admit_challenger(model, champion, &schema, bytes, active).await?;
        let comparison = self.compare(model, champion, &challenger, &schema, &material, &plan).await?;
        self.put_accepted_baseline(model, &challenger, &schema, &material).await?;
        let passed = comparison.passed;
        active.change(|run| run.comparison = Some(comparison));
        let run = active.snapshot();
        let automatic = match run.trigger {
            Trigger::Hand { .. } => !plan.gates.approval,
            _ => model.settings.triggers.promote,
        };
        self.say(active, format!("gate: {}", if passed { "passed" } else { "held" })).await?;
        if !(passed && automatic) {
            return Ok(RunState::Held);
        }
        let why = format!("retraining {} passed its gates", run.id);
        let request = PromoteRequest {
            version: Some(challenger.version.number),
            reason: why,
            who: Some("Tidegate".into()),
        };
        drop(challenger);
        self.promote(&model.name, request).await?;
        Ok(RunState::Promoted)
    }

    async fn say(&self, active: &Active, line: String) -> Result<()> {
        let run = active.change(|run| run.log.push(line));
        self.store.update_run(&run).await
    }

    async fn fit(
        &self,
        champion: &Version,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
        active: &Active,
    ) -> Result<Vec<u8>> {
        let run = active.change(|run| run.state = RunState::Training);
        self.store.update_run(&run).await?;
        let path = self.store.artifact(&champion.sha256);
        let (data, schema, plan) = (material.dataset(schema, plan.new_weight), schema.clone(), plan.clone());
        let shared = self.active(run.model).ok_or_else(|| Error::internal("the run is not active"))?;
        let trained = blocking(move || {
            let model = tidegate_onnx::read(&path)?;
            tidegate_train::train(&model, &schema, &data, &plan, &mut |progress| shared.progressed(progress))
        })
        .await?;
        self.say(active, format!("training: {}", trained.summary)).await?;
        Ok(trained.bytes)
    }

    /// The result comes in like any import, as challenger.
    async fn admit_challenger(
        &self,
        model: &Model,
        champion: &Version,
        schema: &Schema,
        bytes: Vec<u8>,
        active: &Active,
    ) -> Result<Arc<Served>> {
        let admission = Admission {
            name: model.name.clone(),
            source: Source::Training { run: active.snapshot().id, parent: champion.id },
            make: Make::Challenger,
            schema: Some(schema.clone()),
            who: "Tidegate".into(),
        };
        let deployed = self.admit_trained(bytes, admission).await?;
        let route = self.route(&model.name)?;
        let served = self.served(&route, Some(deployed.version)).await?;
        active.change(|run| run.challenger = Some(served.version.id));
        Ok(served)
    }

    async fn compare(
        &self,
        model: &Model,
        champion: &Version,
        challenger: &Served,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
    ) -> Result<Comparison> {
        let route = self.route(&model.name)?;
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
    async fn put_accepted_baseline(
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
            rows::append(&mut columns, rows::columns(schema, &inputs, chunk.len() as u32));
            answers.extend(answered);
        }
        let truths: Vec<_> = learnt.truths.into_iter().map(Some).collect();
        let quality = crate::reference::quality(schema, &truths, &answers);
        let baseline =
            Baseline::new(schema, BaselineFrom::Reference, &columns, &answers, quality, self.clock.now());
        self.store.put_baseline(challenger.version.id, &baseline.encode()?).await?;
        lock(&challenger.watched.aggregate).set_baseline(schema.clone(), baseline);
        Ok(())
    }

    pub async fn runs(&self, name: &str) -> Result<Vec<Run>> {
        let model = self.store.model(name).await?;
        let runs = self.store.runs(Some(model.id), LISTED).await?;
        Ok(runs.into_iter().map(|run| self.newest(run)).collect())
    }

    pub async fn run(&self, id: RunId) -> Result<Run> {
        Ok(self.newest(self.store.run(id).await?))
    }

    /// A run in progress is further than its row.
    fn newest(&self, run: Run) -> Run {
        let active = self.active(run.model).map(|active| active.snapshot());
        active.filter(|active| active.id == run.id).unwrap_or(run)
    }

    pub async fn cancel_run(&self, id: RunId) -> Result<Run> {
        let run = self.run(id).await?;
        let active = self.active(run.model).filter(|active| active.snapshot().id == id);
        let active = active.ok_or_else(|| Error::conflict(format!("run {id} is over")))?;
        active.cancel.store(true, Ordering::Relaxed);
        Ok(active.snapshot())
    }

    /// A person promotes what a run made; against a gate only with a reason.
    pub async fn promote_run(&self, id: RunId, request: ReasonRequest) -> Result<Run> {
        let mut run = self.run(id).await?;
        let (RunState::Held, Some(challenger)) = (run.state, run.challenger) else {
            return Err(Error::conflict(format!("run {id} has nothing waiting to be promoted")));
        };
        let passed = run.comparison.as_ref().is_some_and(|comparison| comparison.passed);
        if !passed && request.reason.trim().is_empty() {
            return Err(Error::invalid("`reason` is empty")
                .hint("a gate held this challenger: say why it is promoted all the same"));
        }
        let version = self.store.version(challenger).await?;
        let model = self.store.model_by_id(run.model).await?;
        let promote =
            PromoteRequest { version: Some(version.number), reason: request.reason, who: request.who };
        self.promote(&model.name, promote).await?;
        run.state = RunState::Promoted;
        self.store.update_run(&run).await?;
        Ok(run)
    }

    pub(crate) fn active(&self, model: ModelId) -> Option<Arc<Active>> {
        lock(&self.actives).get(&model).cloned()
    }

    pub(crate) fn run_pulse(&self, model: ModelId) -> Option<RunPulse> {
        let active = self.active(model)?;
        let run = lock(&active.run);
        let (step, total) = run.progress.last().map_or((0, 0), |progress| (progress.step, progress.total));
        Some(RunPulse { id: run.id.0, state: run.state, step, total })
    }

    async fn champion_of(&self, name: &str) -> Result<(Model, Version)> {
        let model = self.store.model(name).await?;
        let champion = self.champion_version(&model).await?;
        let champion = champion.ok_or_else(|| Error::conflict(format!("model `{name}` has no champion")))?;
        Ok((model, champion))
    }

    /// The schema in force, as a reference data set may have named it.
    async fn schema_of(&self, model: &Model, version: &Version) -> Result<Arc<Schema>> {
        let watched = self.watched(model, version).await?;
        let schema = lock(&watched.aggregate).schema().clone();
        Ok(schema)
    }
}

/// Rows that fit one request: a model with a fixed batch dimension takes no more.
pub(crate) fn rows_at_once(served: &Served) -> usize {
    let inputs = &served.version.inspection.signature.inputs;
    let batch = inputs.iter().find_map(|port| match port.kind.as_tensor() {
        Some((_, Some([Dim::Fixed(batch), ..]))) => usize::try_from(*batch).ok(),
        _ => None,
    });
    batch.unwrap_or(ASK_ROWS).max(1)
}

fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    values.get(values.len() / 2).map_or(0.0, |middle| *middle as f64)
}

fn cause(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Hand { who } => format!("by {who}"),
        Trigger::Drift { subject } => format!("because {subject}"),
        Trigger::Schedule { cron } => format!("by schedule {cron}"),
    }
}

fn ending(run: &Run) -> String {
    match (run.state, &run.error) {
        (RunState::Promoted, _) => "was promoted".into(),
        (RunState::Held, _) => match run.comparison.as_ref().is_some_and(|comparison| comparison.passed) {
            true => "passed its gates and waits for you".into(),
            false => "was held by a gate".into(),
        },
        (RunState::Cancelled, _) => "was cancelled".into(),
        (_, Some(error)) => format!("failed: {error}"),
        (state, None) => format!("ended as {state:?}"),
    }
}
