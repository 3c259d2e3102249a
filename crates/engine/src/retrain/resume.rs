//! What goes on when the program starts again: runs that waited for their turn wait on, a job that was left behind is
//! ended, and what a trigger started and was in the middle is tried once more.
//!
//! Must not know what became of runs that were in the middle (see [`super::recover`]).

use std::sync::Arc;

use tidegate_core::{
    Result,
    model::Model,
    run::{Run, RunState, Trigger},
};

use super::{
    Active,
    outside::{ENDED, over},
};
use crate::{Engine, lock, record::log_failure, view::RetrainRequest};

impl Engine {
    /// One run of a model at a time: only the newest can have been under way.
    pub(crate) async fn resume_runs(&self) -> Result<()> {
        let mut waiting = Vec::new();
        for route in self.routes() {
            let model = route.model();
            let Some(run) = self.store.runs(Some(model.id), 1).await?.into_iter().next() else { continue };
            match run.state {
                RunState::Queued => waiting.push((model, run)),
                RunState::Interrupted => self.after_a_kill(model, run),
                _ => {}
            }
        }
        waiting.sort_by_key(|(_, run)| run.id);
        for (model, run) in waiting {
            let champion = self.store.version(run.parent).await?;
            let active = Arc::new(Active::new(run));
            lock(&self.actives).insert(model.id, active.clone());
            self.line_up(model, champion, active);
        }
        Ok(())
    }

    /// In the background: clusters answer when they like, and gathering rows takes its time.
    fn after_a_kill(&self, model: Model, run: Run) {
        let engine = self.clone();
        self.tasks.spawn(async move {
            let run = engine.end_left_behind(run).await;
            // Once.
            let by_trigger = matches!(run.trigger, Trigger::Conditions { .. });
            if by_trigger && run.retry_of.is_none() && model.settings.triggers.any() {
                let again = engine.start_again(&model, run).await;
                log_failure("start an interrupted retraining again", again);
            }
        });
    }

    /// The job of a run whose program was killed runs on without anyone who waits for it.
    async fn end_left_behind(&self, mut run: Run) -> Run {
        let Some(job) = run.job.as_mut().filter(|job| !over(&job.state)) else { return run };
        let told = match tidegate_jobs::abandon(&run.plan.runner, &job.key).await {
            Ok(()) => {
                job.state = ENDED.into();
                format!("job: {} was ended, as nobody followed it any more", job.key)
            }
            Err(error) => format!("job: {} may still run at its place: {}", job.key, error.message),
        };
        run.log.push(told);
        log_failure("save a run", self.store.update_run(&run).await);
        run
    }

    async fn start_again(&self, model: &Model, run: Run) -> Result<()> {
        let Run { id, plan, trigger, study, .. } = run;
        // Trials that were finished need not be made again.
        let resume = study.map(|_| id);
        let request = RetrainRequest { plan, resume, who: None };
        self.retrain_as(&model.name, request, trigger, Some(id)).await.map(drop)
    }
}
