//! The steps of one run: data, training, challenger, comparison, gate.
//!
//! Owns their order and what is left when one fails: nothing but the run's row, and a version that no alias
//! names if it came that far.

use std::{ops::ControlFlow, sync::Arc};

use sha2::{Digest, Sha256};
use tidegate_core::{
    Error, Result,
    event::EventKind,
    model::{Aliases, Model, Source, Version},
    run::{Lineage, Plan, Run, RunState, Trigger},
    schema::Schema,
};
use tidegate_store::Make;

use super::{Active, Ticket, compare::Contest, folds::data_hash, search::Lesson};
use crate::{
    Engine,
    admit::Admission,
    canary::Start,
    lock,
    material::Material,
    record::log_failure,
    route::Served,
    stage::{blocking, hex},
    view::PromoteRequest,
};

impl Engine {
    pub(super) async fn carry_out(&self, model: Model, champion: Version, active: Arc<Active>) {
        let outcome = self.steps_of(&model, &champion, &active).await;
        if self.stop.is_cancelled() && active.snapshot().state == RunState::Queued {
            // Its row says that it waits, and it goes on waiting at the next start.
            lock(&self.actives).remove(&model.id);
            return;
        }
        if outcome.is_err() {
            self.withdraw(&active.snapshot()).await;
        }
        let now = self.clock.now();
        let run = active.change(|run| {
            run.ended = Some(now);
            match outcome {
                Ok(state) => run.state = state,
                Err(_) if self.stop.is_cancelled() => run.state = RunState::Interrupted,
                Err(_) if active.is_cancelled() => run.state = RunState::Cancelled,
                Err(error) => {
                    run.state = RunState::Failed;
                    run.error = Some(error.to_string());
                }
            }
        });
        log_failure("save a run", self.store.update_run(&run).await);
        if run.state == RunState::Canary {
            log_failure("mark a run", self.catch_up_run(run.id).await);
        }
        lock(&self.actives).remove(&model.id);
        let name = self.route_of(model.id).map_or(model.name.clone(), |route| route.model().name);
        let what = format!("{name}: retraining {} {}", run.id, ending(&run));
        log_failure("audit a run", self.audit_event(EventKind::RetrainEnded, &model, &what).await);
        self.happened(EventKind::RetrainEnded, Some(&name), what, true);
    }

    /// A challenger that was not compared to the end waits for nobody's decision.
    async fn withdraw(&self, run: &Run) {
        let Some(challenger) = run.challenger else { return };
        let withdrawn = async {
            let route = self.route_of(run.model)?;
            let _turn = route.turn().await?;
            let model = self.store.model_by_id(run.model).await?;
            if model.aliases.challenger != Some(challenger) {
                return Ok(());
            }
            let aliases = Aliases { challenger: None, ..model.aliases };
            let what = format!("took the challenger of retraining {} back", run.id);
            let (kind, now) = (EventKind::Edited, self.clock.now());
            self.store.set_aliases(model.id, aliases, kind, "Tidegate", &what, "it did not end", now).await?;
            self.settle_in_turn(&route).await
        };
        log_failure("take a challenger back", withdrawn.await);
    }

    /// Data, training, comparison, gate.
    async fn steps_of(&self, model: &Model, champion: &Version, active: &Arc<Active>) -> Result<RunState> {
        let turn = self.training.turn(Ticket::Run(active.snapshot().id), &active.cancelled).await;
        self.refuse_if_ending(active)?;
        let _turn = turn.ok_or_else(|| Error::unavailable("shutting down"))?;
        let now = self.clock.now();
        let plan = active.change(|run| (run.state, run.started) = (RunState::Preparing, Some(now))).plan;
        let schema = self.schema_of(model, champion).await?;
        let material = self.material(model, &schema, &plan, now).await?;
        active.change(|run| run.data = Some(material.used.clone()));
        self.say(active, told(&material)).await?;
        for warning in &material.used.warnings {
            self.say(active, format!("doubt: {warning}")).await?;
        }
        let (gathered, of, by) = (material.clone(), schema.clone(), plan.clone());
        let signature = champion.inspection.signature.clone();
        let (data_sha256, rows) =
            blocking(move || Ok(data_hash(&gathered.dataset(&of, &signature, by.new_weight)))).await?;
        let (parent_sha256, program) = (champion.sha256.clone(), env!("CARGO_PKG_VERSION").to_owned());
        active.change(|run| run.lineage = Some(Lineage { parent_sha256, data_sha256, rows, program }));
        let bytes = self.fit(model, champion, &schema, &material, &plan, active).await?;
        self.refuse_if_ending(active)?;
        active.change(|run| run.state = RunState::Comparing);
        let challenger = self.admit_challenger(model, champion, &schema, bytes, active).await?;
        let contest =
            Contest { champion, challenger: &challenger, schema: &schema, material: &material, plan: &plan };
        self.judge_challenger(model, &contest, active).await
    }

    /// Comparison and gate, and the promotion where no person is asked.
    pub(super) async fn judge_challenger(
        &self,
        model: &Model,
        contest: &Contest<'_>,
        active: &Arc<Active>,
    ) -> Result<RunState> {
        let Contest { champion, challenger, schema, material, plan } = *contest;
        let comparison = self.compare(model, contest, active).await?;
        self.put_accepted_baseline(model, challenger, schema, material).await?;
        let passed = comparison.passed;
        active.change(|run| run.comparison = Some(comparison));
        self.say(active, format!("gate: {}", if passed { "passed" } else { "held" })).await?;
        self.refuse_if_ending(active)?;
        let automatic = match active.snapshot().trigger {
            Trigger::Hand { .. } => !plan.gates.approval,
            _ => model.settings.triggers.promote,
        };
        if !(passed && automatic) {
            return Ok(RunState::Held);
        }
        self.promote_automatically(champion, &challenger.version, active).await
    }

    pub(super) fn refuse_if_ending(&self, active: &Active) -> Result<()> {
        match self.stop.is_cancelled() {
            true => Err(Error::unavailable("shutting down")),
            false => active.refuse_if_cancelled(),
        }
    }

    /// Only over the champion that it was compared with.
    async fn promote_automatically(
        &self,
        champion: &Version,
        challenger: &Version,
        active: &Active,
    ) -> Result<RunState> {
        let run = active.snapshot();
        let route = self.route_of(run.model)?;
        let _turn = route.turn().await?;
        let aliases = self.store.model_by_id(run.model).await?.aliases;
        if aliases.champion != Some(champion.id) {
            self.say(active, "not promoted: the champion has changed since the comparison".into()).await?;
            return Ok(RunState::Held);
        }
        if let Err(busy) = self.refuse_during_canary(&route) {
            self.say(active, format!("not promoted: {}", busy.message)).await?;
            return Ok(RunState::Held);
        }
        let settings = self.store.model_by_id(run.model).await?.settings.canary;
        if settings.automatic {
            let start = Start {
                version: challenger.clone(),
                settings,
                run: Some(run.id),
                who: "Tidegate".into(),
                why: format!("retraining {} passed its gates", run.id),
            };
            return match self.start_in_turn(&route, start).await {
                Ok(_) => Ok(RunState::Canary),
                Err(error) => {
                    self.say(active, format!("no canary was started: {error}")).await?;
                    Ok(RunState::Held)
                }
            };
        }
        let request = PromoteRequest {
            version: Some(challenger.number),
            reason: format!("retraining {} passed its gates", run.id),
            who: Some("Tidegate".into()),
        };
        self.promote_at_once(&route, &request).await?;
        Ok(RunState::Promoted)
    }

    pub(super) async fn say(&self, active: &Active, line: String) -> Result<()> {
        let run = active.change(|run| run.log.push(line));
        self.store.update_run(&run).await
    }

    async fn fit(
        &self,
        model: &Model,
        champion: &Version,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
        active: &Arc<Active>,
    ) -> Result<Vec<u8>> {
        let run = active.change(|run| run.state = RunState::Training);
        self.store.update_run(&run).await?;
        if !plan.runner.is_builtin() {
            return self.fit_outside(model, champion, schema, material, plan, active).await;
        }
        let path = self.store.artifact(&champion.sha256);
        let signature = &champion.inspection.signature;
        let data = Arc::new(material.dataset(schema, signature, plan.new_weight));
        let plan = self.searched(Lesson { champion, schema, data: &data, plan }, active).await?;
        let schema = schema.clone();
        let (shared, stop, launcher) = (active.clone(), self.stop.clone(), self.launcher.clone());
        let trained = blocking(move || {
            let model = tidegate_onnx::read(&path)?;
            tidegate_train::train(&model, &schema, &data, &plan, &launcher, &mut |progress| {
                if stop.is_cancelled() { ControlFlow::Break(()) } else { shared.progressed(progress) }
            })
        })
        .await?;
        self.say(active, format!("training: {}", trained.summary)).await?;
        for note in trained.notes {
            active.change(|run| {
                run.data.iter_mut().for_each(|data| data.warnings.push(note.clone()));
            });
            self.say(active, format!("doubt: {note}")).await?;
        }
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
        if let Some(served) = self.made_before(model, champion, &bytes, active).await? {
            return Ok(served);
        }
        let admission = Admission {
            source: Source::Training { run: active.snapshot().id, parent: champion.id },
            make: Make::Challenger,
            schema: Some(schema.clone()),
            who: "Tidegate".into(),
        };
        let deployed = self.admit_trained(model.id, bytes, admission).await?;
        let route = self.route_of(model.id)?;
        let served = self.served(&route, Some(deployed.version)).await?;
        let run = active.change(|run| run.challenger = Some(served.version.id));
        self.store.update_run(&run).await?;
        Ok(served)
    }

    /// The same inputs give the same bytes: the version that has them is the challenger again.
    async fn made_before(
        &self,
        model: &Model,
        champion: &Version,
        bytes: &[u8],
        active: &Active,
    ) -> Result<Option<Arc<Served>>> {
        let sha256 = hex(&Sha256::digest(bytes));
        if sha256 == champion.sha256 {
            return Err(Error::conflict("the training made the champion again, byte for byte")
                .hint("there is nothing new to learn: send labels, or change the plan or its seed"));
        }
        let versions = self.store.versions(model.id).await?;
        let Some(same) = versions.into_iter().find(|version| version.sha256 == sha256) else {
            return Ok(None);
        };
        self.say(active, format!("challenger: version {} again, byte for byte", same.number)).await?;
        let run = active.change(|run| run.challenger = Some(same.id));
        self.store.update_run(&run).await?;
        let route = self.route_of(model.id)?;
        {
            let _turn = route.turn().await?;
            let aliases = self.store.model_by_id(model.id).await?.aliases;
            let aliases = Aliases { challenger: Some(same.id), ..aliases };
            let what = format!("made version {} the challenger", same.number);
            let why = format!("retraining {} made it again", run.id);
            let (kind, now) = (EventKind::Edited, self.clock.now());
            self.store.set_aliases(model.id, aliases, kind, "Tidegate", &what, &why, now).await?;
            self.settle_in_turn(&route).await?;
        }
        Ok(Some(self.served(&route, Some(same.number)).await?))
    }
}

fn told(material: &Material) -> String {
    format!(
        "data: {} reference rows and {} labelled predictions to learn from; {} newest and {} reference rows held out",
        material.train_old.len(),
        material.train_new.len(),
        material.held_new.len(),
        material.held_old.len()
    )
}

pub(super) fn ending(run: &Run) -> String {
    match (run.state, &run.error) {
        (RunState::Promoted, _) => "was promoted".into(),
        (RunState::Canary, _) => "passed its gates and answers a share of the requests".into(),
        (RunState::Held, _) => match run.comparison.as_ref().is_some_and(|comparison| comparison.passed) {
            true => "passed its gates and waits for you".into(),
            false => "was held by a gate".into(),
        },
        (RunState::Cancelled, _) => "was cancelled".into(),
        (_, Some(error)) => format!("failed: {error}"),
        (state, None) => format!("ended as {state:?}"),
    }
}
