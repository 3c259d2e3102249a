//! What a crash left of runs: each is told as what became of it, and no half of a promotion stays.
//!
//! The aliases of a model move in one transaction, so they are the truth: a run whose challenger is the champion was
//! promoted, whatever its row says; a challenger that was not compared to the end waits for nobody's decision.

use tidegate_core::{
    Result,
    event::EventKind,
    model::{Aliases, Model, Source, Version},
    run::{Run, RunState},
};

use super::LISTED;
use crate::{Engine, record::log_failure};

impl Engine {
    /// Before anything is loaded.
    pub(crate) async fn recover_runs(&self) -> Result<()> {
        for model in self.store.models(true).await? {
            let versions = self.store.versions(model.id).await?;
            for run in self.store.runs(Some(model.id), LISTED).await? {
                // One run that can't be mended must not keep the folder from opening.
                log_failure("mend a run", self.recover(&model, &versions, run).await);
            }
        }
        Ok(())
    }

    async fn recover(&self, model: &Model, versions: &[Version], run: Run) -> Result<()> {
        let Some(recovered) = recovered(model.aliases, versions, &run) else { return Ok(()) };
        let abandoned = recovered.state == RunState::Interrupted
            && recovered.challenger.is_some()
            && recovered.challenger == model.aliases.challenger;
        if abandoned {
            let aliases = Aliases { challenger: None, ..model.aliases };
            let what = format!("took the challenger of retraining {} back", run.id);
            let (kind, why, now) =
                (EventKind::Edited, "the program ended before it was compared", self.clock.now());
            self.store.set_aliases(model.id, aliases, kind, "Tidegate", &what, why, now).await?;
        }
        self.store.update_run(&recovered).await
    }
}

/// The run as it turned out, if its row says something else.
fn recovered(aliases: Aliases, versions: &[Version], run: &Run) -> Option<Run> {
    let ours =
        |version: &&Version| matches!(version.source, Source::Training { run: of, .. } if of == run.id);
    let made = run.challenger.or_else(|| versions.iter().find(ours).map(|version| version.id));
    let state = match run.state {
        RunState::Held | RunState::Canary | RunState::Interrupted
            if made.is_some() && made == aliases.champion =>
        {
            RunState::Promoted
        }
        // Compared to the end: a person decides, as if nothing had happened.
        RunState::Interrupted if run.comparison.is_some() && made.is_some() && made == aliases.challenger => {
            RunState::Held
        }
        other => other,
    };
    let uncompared = state == RunState::Interrupted && made.is_some() && made == aliases.challenger;
    (state != run.state || made != run.challenger || uncompared).then(|| Run {
        state,
        challenger: made,
        ..run.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{
        ModelId, RunId, Time, VersionId,
        run::{Comparison, Plan, Trigger},
    };

    fn run(state: RunState) -> Run {
        Run {
            id: RunId(5),
            model: ModelId(1),
            parent: VersionId(1),
            trigger: Trigger::Hand { who: "you".into() },
            plan: Plan::default(),
            state,
            created: Time(1),
            started: None,
            ended: None,
            progress: Vec::new(),
            log: Vec::new(),
            challenger: None,
            comparison: None,
            error: None,
            study: None,
            data: None,
            job: None,
            lineage: None,
            retry_of: None,
        }
    }

    fn versions() -> Vec<Version> {
        let version = |number: u32, source| Version {
            id: VersionId(number.into()),
            model: ModelId(1),
            number,
            created: Time(1),
            sha256: "ab".repeat(32),
            bytes: 5,
            source,
            inspection: tidegate_core::inspection::Inspection::default(),
            schema: tidegate_core::schema::Schema::default(),
        };
        let first = version(1, Source::Import { file: "m.onnx".into() });
        vec![first, version(2, Source::Training { run: RunId(5), parent: VersionId(1) })]
    }

    fn aliases(champion: i64, challenger: Option<i64>) -> Aliases {
        Aliases { champion: Some(VersionId(champion)), challenger: challenger.map(VersionId), previous: None }
    }

    #[test]
    fn a_run_whose_challenger_answers_was_promoted() {
        for state in [RunState::Interrupted, RunState::Held] {
            let found = recovered(aliases(2, None), &versions(), &run(state)).unwrap();
            assert_eq!((found.state, found.challenger), (RunState::Promoted, Some(VersionId(2))));
        }
        let promoted = Run { challenger: Some(VersionId(2)), ..run(RunState::Promoted) };
        assert_eq!(recovered(aliases(1, None), &versions(), &promoted), None, "a rollback is no crash");
    }

    #[test]
    fn a_challenger_that_was_compared_waits_for_a_person() {
        let compared = Run { comparison: Some(Comparison::default()), ..run(RunState::Interrupted) };
        assert_eq!(recovered(aliases(1, Some(2)), &versions(), &compared).unwrap().state, RunState::Held);
        let uncompared = recovered(aliases(1, Some(2)), &versions(), &run(RunState::Interrupted)).unwrap();
        assert_eq!((uncompared.state, uncompared.challenger), (RunState::Interrupted, Some(VersionId(2))));
        assert_eq!(recovered(aliases(1, None), &versions(), &uncompared), None, "once is enough");
        assert_eq!(recovered(aliases(1, None), &versions()[..1], &run(RunState::Interrupted)), None);
    }
}
