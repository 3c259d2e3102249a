//! Retraining as it is asked for: what it would use, start, cancel, promote what came out.
//!
//! Owns which run of a model is under way. A run never touches the champion until it is promoted; a cancelled or
//! failed one leaves nothing that is served. Must not know how a trainer works.

mod active;
mod again;
mod ask;
mod compare;
mod folds;
mod outside;
mod queue;
mod recover;
mod resume;
mod run;
mod search;
mod traffic;

use std::sync::Arc;

use tidegate_core::{
    Code, Error, ModelId, Result, RunId, VersionId,
    event::EventKind,
    model::{Model, Version},
    run::{Run, RunState, Trigger},
    schema::Schema,
};
use tidegate_train::{Probe, Trainer};

pub(crate) use active::Active;
pub(crate) use compare::{ASK_ROWS, fixed_batch, fixed_batch_of, rows_at_once};
pub(crate) use queue::{Queue, Ticket};

use crate::{
    Engine, lock,
    material::Material,
    record::log_failure,
    stage::blocking,
    triggers,
    view::{DryRun, PromoteRequest, QueueView, QueuedRun, ReasonRequest, RetrainRequest, RunPulse},
};

const LISTED: u32 = 100;

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
        let mut obstacles = Vec::new();
        let material = match self.material(&model, &schema, &request.plan, self.clock.now()).await {
            Ok(material) => material,
            Err(error) if error.code == Code::Conflict => {
                let hint = error.hint.iter().map(|hint| format!(": {hint}"));
                obstacles.push(format!("{}{}", error.message, hint.collect::<String>()));
                Material::default()
            }
            Err(error) => return Err(error),
        };
        let native = request.plan.runner.is_builtin();
        if let Err(error) = self.check_runner(&request.plan.runner) {
            obstacles.push(error.to_string());
        }
        if !native {
            // It decides for itself what it takes.
        } else if probe.trainer.is_none() {
            obstacles.push(probe.summary.clone());
        } else if !probe.modes.contains(&request.plan.mode) {
            obstacles.push(format!("this model can't be retrained in mode {:?}", request.plan.mode));
        }
        if !native && request.plan.search.is_some() {
            obstacles
                .push("a search tunes the built-in trainers: leave `search` out for another runner".into());
        }
        let network = native && probe.trainer == Some(Trainer::NeuralNetwork);
        obstacles.extend(request.plan.network.problem().filter(|_| network).map(str::to_owned));
        let trees = native && matches!(probe.trainer, Some(Trainer::BoostedTrees | Trainer::RandomForest));
        obstacles.extend(request.plan.trees.problem().filter(|_| trees));
        obstacles.extend(request.plan.gates.problem());
        let train_rows = material.train_old.len() + material.train_new.len();
        obstacles.extend(search::obstacles(&request.plan, train_rows));
        if train_rows == 0 && obstacles.is_empty() {
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
            data: material.used,
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
        let who = request.who.clone().unwrap_or_else(|| "you".into());
        self.retrain_as(name, request, trigger.unwrap_or(Trigger::Hand { who }), None).await
    }

    async fn retrain_as(
        &self,
        name: &str,
        mut request: RetrainRequest,
        trigger: Trigger,
        retry_of: Option<RunId>,
    ) -> Result<Run> {
        let resumed = self.study_of(&self.store.model(name).await?, request.resume).await?;
        let study = resumed.map(|(plan, study)| {
            request.plan = plan;
            study
        });
        let dry = self.dry_run(name, &request).await?;
        if let Some(obstacle) = dry.obstacles.into_iter().next() {
            return Err(Error::conflict(obstacle));
        }
        let (model, champion) = self.champion_of(name).await?;
        let run = Run {
            id: RunId(0),
            model: model.id,
            parent: champion.id,
            trigger,
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
            data: None,
            study,
            job: None,
            lineage: None,
            retry_of,
        };
        self.begin(model, champion, run).await
    }

    /// Stores a new run and lets it wait for its turn.
    async fn begin(&self, model: Model, champion: Version, mut run: Run) -> Result<Run> {
        let name = &model.name;
        let active = {
            let mut actives = lock(&self.actives);
            if actives.contains_key(&model.id) {
                return Err(Error::conflict("a retraining of this model is under way"));
            }
            let active = Arc::new(Active::new(run.clone()));
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
        let again =
            run.retry_of.map_or_else(String::new, |of| format!(" again, after {of} was interrupted,"));
        let what = format!("{name}: retraining {} started{again} {}", run.id, cause(&run.trigger));
        log_failure("audit a run", self.audit_event(EventKind::RetrainStarted, &model, &what).await);
        self.happened(EventKind::RetrainStarted, Some(name), what, false);
        self.line_up(model, champion, active);
        Ok(run)
    }

    /// To the end of the line; the rest goes on in the background.
    fn line_up(&self, model: Model, champion: Version, active: Arc<Active>) {
        self.training.join(Ticket::Run(active.snapshot().id));
        let engine = self.clone();
        self.tasks.spawn(async move { engine.carry_out(model, champion, active).await });
    }

    /// Every run that is under way or waits, of all models: those that train first, then in the order of the line.
    pub fn queue(&self) -> QueueView {
        let actives: Vec<_> = lock(&self.actives).values().cloned().collect();
        // One that is over is only being put away.
        let under_way = actives.iter().map(|active| active.snapshot()).filter(|run| !run.state.is_over());
        let mut runs: Vec<_> = under_way.map(|run| self.queued(run)).collect();
        runs.sort_by_key(|run| (run.position, run.run.id));
        QueueView { at_once: self.settings().trainings, runs, trainings: self.queued_trainings() }
    }

    fn queued(&self, run: Run) -> QueuedRun {
        let model = self.route_of(run.model).map_or_else(|_| String::new(), |route| route.model().name);
        QueuedRun {
            model,
            position: self.training.position(Ticket::Run(run.id)),
            created: run.created,
            why: cause(&run.trigger),
            run: pulse(&run, self.training.position(Ticket::Run(run.id))),
        }
    }

    pub async fn runs(&self, name: &str) -> Result<Vec<Run>> {
        let model = self.store.model(name).await?;
        let runs = self.store.runs(Some(model.id), LISTED).await?;
        Ok(runs.into_iter().map(|run| self.newest(run)).collect())
    }

    pub async fn run(&self, id: RunId) -> Result<Run> {
        // In this order: a run's row is written before it is no longer active.
        let under_way = lock(&self.actives).values().map(|active| active.snapshot()).find(|run| run.id == id);
        match under_way {
            Some(run) => Ok(run),
            None => self.store.run(id).await,
        }
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
        active.cancel();
        Ok(active.snapshot())
    }

    /// A person promotes what a run made; against a gate, or over another champion than it was compared with, only
    /// with a reason.
    pub async fn promote_run(&self, id: RunId, request: ReasonRequest) -> Result<Run> {
        let run = self.run(id).await?;
        let (RunState::Held | RunState::SteppedBack, Some(challenger)) = (run.state, run.challenger) else {
            return Err(Error::conflict(format!("run {id} has nothing waiting to be promoted")));
        };
        let version = self.store.version(challenger).await?;
        let route = self.route_of(run.model)?;
        let _turn = route.turn().await?;
        if request.reason.trim().is_empty() {
            let champion = self.store.model_by_id(run.model).await?.aliases.champion;
            refuse_without_reason(&run, champion)?;
        }
        let promote =
            PromoteRequest { version: Some(version.number), reason: request.reason, who: request.who };
        self.promote_at_once(&route, &promote).await?;
        self.run(id).await
    }

    /// However it was promoted: the run that made it waits no longer.
    pub(crate) async fn close_run_of(&self, model: &Model, promoted: VersionId) -> Result<()> {
        let runs = self.store.runs(Some(model.id), LISTED).await?;
        let waits = |state| matches!(state, RunState::Held | RunState::Canary | RunState::SteppedBack);
        let made = |run: &Run| run.challenger == Some(promoted) && waits(run.state);
        match runs.into_iter().find(made) {
            Some(run) => self.store.update_run(&Run { state: RunState::Promoted, error: None, ..run }).await,
            None => Ok(()),
        }
    }

    pub(crate) fn cancel_active(&self, model: ModelId) {
        self.active(model).iter().for_each(|active| active.cancel());
    }

    pub(crate) fn active(&self, model: ModelId) -> Option<Arc<Active>> {
        lock(&self.actives).get(&model).cloned()
    }

    pub(crate) fn run_pulse(&self, model: ModelId) -> Option<RunPulse> {
        let active = self.active(model)?;
        let run = active.snapshot();
        Some(pulse(&run, self.training.position(Ticket::Run(run.id))))
    }

    pub(crate) async fn champion_of(&self, name: &str) -> Result<(Model, Version)> {
        let model = self.store.model(name).await?;
        let champion = self.champion_version(&model).await?;
        let champion = champion.ok_or_else(|| Error::conflict(format!("model `{name}` has no champion")))?;
        Ok((model, champion))
    }

    /// The schema in force, as a reference data set may have named it.
    pub(crate) async fn schema_of(&self, model: &Model, version: &Version) -> Result<Arc<Schema>> {
        let watched = self.watched(model, version).await?;
        let schema = lock(&watched.aggregate).schema().clone();
        Ok(schema)
    }
}

fn pulse(run: &Run, position: Option<u32>) -> RunPulse {
    let here = run.progress.last().map_or((0, 0), |progress| (progress.step, progress.total));
    let (step, total) = run.job.as_ref().map_or(here, |job| (job.step, job.total));
    RunPulse { id: run.id.0, state: run.state, step, total, position }
}

pub(crate) fn refuse_without_reason(run: &Run, champion: Option<VersionId>) -> Result<()> {
    let empty = |hint: &str| Err(Error::invalid("`reason` is empty").hint(hint));
    if run.state == RunState::SteppedBack {
        return empty("it stepped back on live requests: say why it is promoted all the same");
    }
    if !run.comparison.as_ref().is_some_and(|comparison| comparison.passed) {
        return empty("a gate held this challenger: say why it is promoted all the same");
    }
    if champion != Some(run.parent) {
        return empty(
            "the champion has changed since the comparison: say why this one is promoted all the same",
        );
    }
    Ok(())
}

fn cause(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Hand { who } => format!("by {who}"),
        Trigger::Conditions { conditions, .. } => format!("because {}", triggers::reasons(conditions)),
        Trigger::Drift { subject } => format!("because {subject}"),
        Trigger::Schedule { cron } => format!("by schedule {cron}"),
    }
}
