//! A challenger that was held, judged again by the rows that were labelled since.
//!
//! Owns when that is worth it by itself: once as many rows are labelled as the gates asked for. Whatever stops it
//! leaves the run as it was. Must not know the gates.

use std::sync::Arc;

use tidegate_core::{
    Error, Result, RunId,
    event::EventKind,
    model::{Model, Version},
    run::{Run, RunState},
};

use super::{Active, Ticket, compare::Contest};
use crate::{Engine, lock, record::log_failure};

impl Engine {
    /// Champion and challenger compared once more, in the background.
    ///
    /// # Errors
    /// A conflict where the run isn't held, its champion has changed, or no label has come since.
    pub async fn compare_again(&self, id: RunId) -> Result<Run> {
        let run = self.run(id).await?;
        let model = self.store.model_by_id(run.model).await?;
        let challenger = run.challenger.filter(|_| run.state == RunState::Held);
        let Some(challenger) = challenger else {
            return Err(Error::conflict(format!("run {id} has nothing that waits for a decision")));
        };
        if model.aliases.champion != Some(run.parent) {
            return Err(Error::conflict("the champion has changed since the comparison")
                .hint("retrain: a new run starts from the champion of now"));
        }
        if self.new_labels_of(&run).await? == 0 {
            return Err(Error::conflict("no row was labelled since the comparison")
                .hint("label some of the rows that would decide"));
        }
        let champion = self.store.version(run.parent).await?;
        let challenger = self.store.version(challenger).await?;
        let active = {
            let mut actives = lock(&self.actives);
            if actives.contains_key(&model.id) {
                return Err(Error::conflict("a retraining of this model is under way"));
            }
            // It ended when it was compared last, until it is compared again: whatever comes of this, the labels
            // since then still count.
            let waits = Run { state: RunState::Queued, ..run.clone() };
            let active = Arc::new(Active::new(waits));
            actives.insert(model.id, active.clone());
            active
        };
        self.training.join(Ticket::Run(id));
        let (engine, shown) = (self.clone(), active.snapshot());
        self.tasks
            .spawn(async move { engine.carry_out_again(model, (champion, challenger), run, active).await });
        Ok(shown)
    }

    /// Labels that came since a run was compared.
    async fn new_labels_of(&self, run: &Run) -> Result<u64> {
        self.store.labelled_since(run.model, run.ended.unwrap_or(run.created)).await
    }

    /// The newest run, if it waits for labels and they are there.
    pub(crate) async fn reconsider(&self, model: &Model) -> Result<()> {
        if model.aliases.challenger.is_none() || self.active(model.id).is_some() {
            return Ok(());
        }
        let Some(run) = self.store.runs(Some(model.id), 1).await?.into_iter().next() else { return Ok(()) };
        let asked = run.comparison.as_ref().and_then(|comparison| comparison.more_rows);
        let waits = run.state == RunState::Held && run.challenger == model.aliases.challenger;
        let Some(asked) = asked.filter(|_| waits && model.aliases.champion == Some(run.parent)) else {
            return Ok(());
        };
        let labels = self.new_labels_of(&run).await?;
        // What was stopped is tried again by itself only when more labels came.
        let tried = lock(&self.pulled).entry(model.id).or_default().compared.replace((run.id, labels));
        if labels < u64::from(asked) || tried == Some((run.id, labels)) {
            return Ok(());
        }
        self.compare_again(run.id).await.map(drop)
    }

    async fn carry_out_again(
        &self,
        model: Model,
        contestants: (Version, Version),
        before: Run,
        active: Arc<Active>,
    ) {
        let outcome = self.steps_again(&model, contestants, &before, &active).await;
        let now = self.clock.now();
        let champion = self.store.model_by_id(model.id).await.ok().and_then(|model| model.aliases.champion);
        let run = active.change(|run| match outcome {
            // By hand, meanwhile.
            _ if champion == before.challenger => {
                *run = Run { state: RunState::Promoted, log: std::mem::take(&mut run.log), ..before };
            }
            Ok(state) => (run.state, run.ended) = (state, Some(now)),
            Err(error) => {
                let log = std::mem::take(&mut run.log);
                *run = Run { log, ..before };
                run.log.push(format!("compare again: stopped, all is as before: {error}"));
            }
        });
        log_failure("save a run", self.store.update_run(&run).await);
        lock(&self.actives).remove(&model.id);
        let what = format!("{}: retraining {} {}", model.name, run.id, super::run::ending(&run));
        log_failure("audit a run", self.audit_event(EventKind::RetrainEnded, &model, &what).await);
        self.happened(EventKind::RetrainEnded, Some(&model.name), what, true);
    }

    async fn steps_again(
        &self,
        model: &Model,
        (champion, challenger): (Version, Version),
        before: &Run,
        active: &Arc<Active>,
    ) -> Result<RunState> {
        let turn = self.training.turn(Ticket::Run(before.id), &active.cancelled).await;
        self.refuse_if_ending(active)?;
        let _turn = turn.ok_or_else(|| Error::unavailable("shutting down"))?;
        active.change(|run| run.state = RunState::Comparing);
        let begun = before.started.unwrap_or(before.created);
        let schema = self.schema_of(model, &champion).await?;
        let material = self.material_since(model, &schema, &before.plan, begun, self.clock.now()).await?;
        active.change(|run| run.data = Some(material.used.clone()));
        self.say(active, format!("compare again: {} rows held out", material.held_new.len())).await?;
        let served = self.served(&self.route_of(model.id)?, Some(challenger.number)).await?;
        let contest = Contest {
            champion: &champion,
            challenger: &served,
            schema: &schema,
            material: &material,
            plan: &before.plan,
        };
        self.judge_challenger(model, &contest, active).await
    }
}
