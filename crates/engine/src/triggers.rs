//! What starts a retraining without a hand: conditions, and what keeps them from it.
//!
//! Owns the looking, once a second. Must not know how a retraining works.

mod backtest;
mod check;
mod conditions;
mod file;
mod limits;
mod look;
mod memory;
mod schedule;

use std::path::Path;

use tidegate_core::{
    Result,
    event::EventKind,
    id::DatasetId,
    model::Model,
    run::{Mode, Plan, Run, Trigger},
    trigger::{TriggerCondition, TriggerKind},
};

pub(crate) use check::check;
pub(crate) use conditions::reasons;
pub(crate) use memory::Pulled;

use self::{look::Standing, memory::Kept};
use crate::{Engine, lock, view::RetrainRequest};

impl Engine {
    /// Looks at every model's triggers once; one that can't be read keeps no other from being pulled.
    pub(crate) async fn pull_triggers(&self) -> Result<()> {
        for route in self.routes() {
            let model = route.model();
            for pulled in [self.reconsider(&model).await, self.pull(&model).await] {
                if let Err(error) = pulled {
                    tracing::error!(%error, cause = ?error.cause, model = model.name, "could not pull triggers");
                }
            }
        }
        Ok(())
    }

    async fn pull(&self, model: &Model) -> Result<()> {
        let triggers = &model.settings.triggers;
        let kept = self.kept(model.id, triggers).await?;
        if !triggers.any() || self.active(model.id).is_some() {
            return Ok(());
        }
        let standing = self.standing(model).await?;
        if !standing.blocks.is_empty() {
            return Ok(());
        }
        let conditions = self.conditions(model, &standing, &kept).await?;
        if conditions::hold(triggers.combine, &conditions) {
            return self.fire(model, standing, conditions).await;
        }
        if conditions::missed(triggers.combine, &conditions) {
            self.keep(model.id, Kept { scheduled: standing.now, ..kept }).await?;
        }
        Ok(())
    }

    /// By the plan of the last run of this model, else the defaults.
    async fn fire(&self, model: &Model, standing: Standing, conditions: Vec<TriggerCondition>) -> Result<()> {
        let first = || Plan { mode: Mode::Full, runner: model.settings.runner.clone(), ..Plan::default() };
        let plan = standing.last.map_or_else(first, |run| run.plan);
        let started = self.start(model, plan, conditions).await;
        // Looking for rows costs much: what could not start is not tried again every second.
        let refused = started.as_ref().err().map(|error| (self.clock.now(), error.message.clone()));
        if let Some((_, why)) = &refused {
            self.tell_of_refusal(model, why);
        }
        let sha256 = {
            let mut pulled = lock(&self.pulled);
            let pulled = pulled.entry(model.id).or_default();
            pulled.refused = refused;
            pulled.held.clear();
            pulled.file.sha256().map(str::to_owned)
        };
        let (run, dataset) = started?;
        let kept = self.kept(model.id, &model.settings.triggers).await?;
        let sha256 = sha256.or(kept.sha256.clone());
        let dataset = dataset.or(kept.dataset);
        self.keep(model.id, Kept { scheduled: run.created.max(kept.scheduled), sha256, dataset, ..kept })
            .await
    }

    /// The run, and the data set that the watched file became for it.
    async fn start(
        &self,
        model: &Model,
        mut plan: Plan,
        conditions: Vec<TriggerCondition>,
    ) -> Result<(Run, Option<DatasetId>)> {
        let changed = conditions.iter().any(|one| one.kind == TriggerKind::File && one.holds);
        let dataset = if changed { self.register_watched(model).await? } else { None };
        if let Some(new) = dataset {
            let before = self.kept(model.id, &model.settings.triggers).await?.dataset;
            plan.data.datasets.retain(|one| Some(*one) != before && *one != new);
            plan.data.datasets.push(new);
        }
        let trigger = Trigger::Conditions { combine: model.settings.triggers.combine, conditions };
        let request = RetrainRequest { plan, ..RetrainRequest::default() };
        Ok((self.retrain(&model.name, request, Some(trigger)).await?, dataset))
    }

    /// A copy: the file will change again, the run's rows must not.
    async fn register_watched(&self, model: &Model) -> Result<Option<DatasetId>> {
        let triggers = &model.settings.triggers;
        let Some(path) = triggers.file.as_ref().map(Path::new).filter(|_| triggers.learn_file) else {
            return Ok(None);
        };
        match is_table(path) {
            true => Ok(Some(self.register_copy(path, None).await?.summary.id)),
            false => Ok(None),
        }
    }

    /// Once for each reason: it is tried again after every cool-down.
    fn tell_of_refusal(&self, model: &Model, why: &str) {
        let told = lock(&self.pulled).get(&model.id).and_then(|pulled| pulled.refused.clone());
        if told.is_none_or(|(_, before)| before != why) {
            let message = format!("{}: no retraining could start by itself: {why}", model.name);
            self.happened(EventKind::RetrainEnded, Some(&model.name), message, true);
        }
    }
}

/// By its name: other files are marks that something is ready.
fn is_table(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    [".csv", ".csv.gz", ".parquet", ".pq"].iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
#[path = "triggers/pull_tests.rs"]
mod tests;
