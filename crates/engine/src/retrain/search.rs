//! The search of a run: trials one after another, each kept as it ends, until the budget is spent.
//!
//! Owns when a search ends and how it is taken up again. Must not know how values are chosen or judged.

use std::{ops::ControlFlow, sync::Arc};

use tidegate_core::{
    Error, Result, RunId,
    model::{Model, Version},
    run::{Plan, Progress, Search, Study, Trial, TrialState},
    schema::Schema,
    time::MINUTE_MS,
};
use tidegate_train::{
    Dataset, Trainer,
    search::{SEARCH_ROWS, Trials, parameters, plan_with, problem},
};
use tidegate_tune::{best, importance, suggest};

use super::Active;
use crate::{Engine, stage::blocking};

/// What stands in the way of the search that a plan asks for.
pub(super) fn obstacles(plan: &Plan, train_rows: usize) -> Vec<String> {
    let Some(search) = &plan.search else { return Vec::new() };
    let few = (train_rows < SEARCH_ROWS).then(|| {
        format!("a search needs {SEARCH_ROWS} rows to learn from, so that some can judge its trials; there are {train_rows}")
    });
    problem(search).into_iter().chain(few).collect()
}

/// What every trial starts from.
#[derive(Clone, Copy)]
pub(super) struct Lesson<'a> {
    pub champion: &'a Version,
    pub schema: &'a Schema,
    pub data: &'a Arc<Dataset>,
    pub plan: &'a Plan,
}

impl Engine {
    /// The plan by the best trial of its search, which is made first; the plan itself where it asks for none.
    pub(super) async fn searched(&self, lesson: Lesson<'_>, active: &Arc<Active>) -> Result<Plan> {
        let plan = lesson.plan;
        let Some(search) = &plan.search else { return Ok(plan.clone()) };
        let trainer = self.probe_champion(Some(lesson.champion)).await?.trainer;
        let trainer = trainer.ok_or_else(|| Error::unsupported("no trainer fits this model"))?;
        let mut study = active.snapshot().study.unwrap_or_else(|| begun(search, trainer));
        while goes_on(&study) {
            self.refuse_if_ending(active)?;
            let trial = self.trial(lesson, trainer, &study, active).await?;
            add(&mut study, trial, plan.seed);
            let run = active.change(|run| {
                run.progress = vec![progress(&study)];
                run.study = Some(study.clone());
            });
            self.store.update_run(&run).await?;
        }
        let best = study.best.and_then(|best| study.trials.get(best));
        let best = best.ok_or_else(|| nothing_found(&study))?;
        active.change(|run| run.progress.clear());
        self.say(active, format!("search: {}", told(&study, best))).await?;
        settled(plan, active)
    }

    /// The search of a run that is over, to be taken up where it ended.
    pub(super) async fn study_of(
        &self,
        model: &Model,
        resumed: Option<RunId>,
    ) -> Result<Option<(Plan, Study)>> {
        let Some(id) = resumed else { return Ok(None) };
        let run = self.run(id).await?;
        if run.model != model.id {
            return Err(Error::invalid(format!("`resume` names run {id}, which is of another model")));
        }
        if !run.state.is_over() {
            return Err(Error::conflict(format!("run {id} is under way")));
        }
        let study = run.study.ok_or_else(|| {
            Error::conflict(format!("run {id} has no search to take up"))
                .hint("start a new run by the same plan")
        })?;
        Ok(Some((run.plan, study)))
    }

    async fn trial(
        &self,
        lesson: Lesson<'_>,
        trainer: Trainer,
        study: &Study,
        active: &Arc<Active>,
    ) -> Result<Trial> {
        let path = self.store.artifact(&lesson.champion.sha256);
        let values = suggest(&study.search, &study.trials, lesson.plan.seed);
        let (schema, data, plan) = (lesson.schema.clone(), lesson.data.clone(), lesson.plan.clone());
        let study = study.clone();
        let (active, stop, launcher, clock) =
            (active.clone(), self.stop.clone(), self.launcher.clone(), self.clock.clone());
        blocking(move || {
            let began = clock.now();
            let trials = Trials {
                model: &tidegate_onnx::read(&path)?,
                schema: &schema,
                data: &data,
                plan: &plan,
                search: &study.search,
                trainer,
                launcher: &launcher,
            };
            let trial = trials.one(values, &study.trials, &mut |_| {
                let ends = stop.is_cancelled() || active.is_cancelled();
                if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let trial = trial.ok_or_else(|| Error::conflict("cancelled"))?;
            Ok(Trial { took_ms: clock.now().since(began).max(0) as u64, ..trial })
        })
        .await
    }
}

/// The plan by the best trial of its search, as the challenger was trained; the plan itself without one.
pub(super) fn settled(plan: &Plan, active: &Active) -> Result<Plan> {
    let study = active.snapshot().study;
    let best = study.as_ref().and_then(|study| study.trials.get(study.best?));
    match study.as_ref().zip(best) {
        Some((study, best)) => plan_with(plan, &study.search, &best.values),
        None => Ok(plan.clone()),
    }
}

/// Whether its budget leaves another trial.
fn goes_on(study: &Study) -> bool {
    let spent: u64 = study.trials.iter().map(|trial| trial.took_ms).sum();
    let limit = study.search.minutes.map(|minutes| u64::from(minutes) * MINUTE_MS as u64);
    study.trials.len() < study.search.trials as usize && limit.is_none_or(|limit| spent < limit)
}

fn begun(search: &Search, trainer: Trainer) -> Study {
    let mut search = search.clone();
    if search.parameters.is_empty() {
        search.parameters = parameters(trainer);
    }
    Study { search, trials: Vec::new(), best: None, importance: Vec::new() }
}

fn add(study: &mut Study, trial: Trial, seed: u64) {
    study.trials.push(trial);
    study.best = best(&study.trials);
    study.importance = importance(&study.search, &study.trials, seed);
}

/// The lowest loss so far beside that of the newest trial.
fn progress(study: &Study) -> Progress {
    let loss = |trial: &Trial| trial.loss;
    let lowest = study.best.and_then(|best| study.trials.get(best)).and_then(loss);
    let newest = study.trials.last().and_then(loss);
    Progress {
        step: study.trials.len() as u32,
        total: study.search.trials,
        loss: lowest.or(newest).unwrap_or(f64::NAN),
        held_out_loss: newest,
    }
}

fn told(study: &Study, best: &Trial) -> String {
    let stopped = study.trials.iter().filter(|trial| trial.state == TrialState::Stopped).count();
    let values: Vec<String> = study
        .search
        .parameters
        .iter()
        .zip(&best.values)
        .map(|(parameter, value)| format!("{} {}", parameter.name, parameter.domain.told(*value)))
        .collect();
    format!(
        "best of {} trials ({stopped} stopped early): {}, held-out loss {:.4}",
        study.trials.len(),
        values.join(", "),
        best.loss.unwrap_or(f64::NAN)
    )
}

fn nothing_found(study: &Study) -> Error {
    let reason = study.trials.iter().rev().find_map(|trial| trial.error.clone());
    let reason = reason.unwrap_or_else(|| "none ran to its end".into());
    Error::conflict(format!("no trial of the search came to a result: {reason}"))
        .hint("narrow the ranges, give it more trials, or train without a search")
}
