//! What a canary becomes: the next step, champion, watched, stepped back, aborted.
//!
//! Every function has the route's turn from its caller, unless it says otherwise.

use std::sync::Arc;

use tidegate_core::{
    Result,
    canary::{Canary, CanaryState, CanaryStep},
    event::EventKind,
    model::{Aliases, Model, Version},
    run::RunState,
};

use super::{LISTED, Party, Split, percent, trail};
use crate::{Engine, clock, lock, record::log_failure, route::Route, view::PromoteRequest};

impl Engine {
    /// The next step; after the last one it is champion; after the watch it is over.
    pub(super) async fn next_in_turn(
        &self,
        route: &Arc<Route>,
        split: &Arc<Split>,
        who: &str,
        why: &str,
    ) -> Result<()> {
        let mut canary = split.snapshot();
        if canary.state == CanaryState::Watching {
            let reason = if why.is_empty() { "it did no worse while it was watched" } else { why };
            return self.finish(route, split, (CanaryState::Promoted, reason), who).await;
        }
        let model = self.store.model_by_id(route.id).await?;
        let now = self.clock.now();
        close_step(&mut canary, now);
        let Some(share) = canary.settings.shares.get(canary.steps.len()).copied() else {
            return self.crown_in_turn(route, split, canary, (who, why)).await;
        };
        canary.steps.push(CanaryStep::new(share, now));
        let number = split.challenger.number;
        let what = format!("{}: version {number} answers {} of the requests", model.name, percent(share));
        let trail = trail(&model, EventKind::CanaryAdvanced, (who, &what, why), now);
        self.store.update_canary(&canary, Some(&trail)).await?;
        split.follow(canary);
        split.release();
        self.happened(EventKind::CanaryAdvanced, Some(&model.name), what, false);
        Ok(())
    }

    /// The aliases move as in any promotion.
    async fn crown_in_turn(
        &self,
        route: &Arc<Route>,
        split: &Arc<Split>,
        mut canary: Canary,
        (who, why): (&str, &str),
    ) -> Result<()> {
        let passed = format!("passed the {} steps of its canary", canary.steps.len());
        let request = PromoteRequest {
            version: Some(split.challenger.number),
            reason: if why.is_empty() { passed.clone() } else { why.into() },
            who: Some(who.into()),
        };
        self.promote_in_turn(route, &request).await?;
        let now = self.clock.now();
        if canary.settings.watch_s == 0 {
            return self.finish(route, split, (CanaryState::Promoted, &passed), who).await;
        }
        canary.state = CanaryState::Watching;
        canary.watch = Some(CanaryStep::new(1.0, now));
        self.store.update_canary(&canary, None).await?;
        split.follow(canary);
        split.release();
        Ok(())
    }

    /// Looks after a version that was promoted at once, if the model's settings say so.
    pub(crate) async fn watch_promotion(&self, route: &Arc<Route>, before: &Model, who: &str) -> Result<()> {
        let model = self.store.model_by_id(route.id).await?;
        self.end_watch(route, "another version was promoted").await?;
        let (Some(previous), Some(promoted)) = (before.aliases.champion, model.aliases.champion) else {
            return Ok(());
        };
        if model.settings.canary.watch_s == 0 || previous == promoted {
            return Ok(());
        }
        let (champion, challenger) =
            (self.store.version(previous).await?, self.store.version(promoted).await?);
        let now = self.clock.now();
        let canary = Canary {
            id: tidegate_core::id::CanaryId(0),
            model: model.id,
            challenger: promoted,
            champion: previous,
            run: None,
            settings: model.settings.canary.clone(),
            seed: clock::random() >> 11,
            who: who.into(),
            why: String::new(),
            state: CanaryState::Watching,
            created: now,
            ended: None,
            steps: Vec::new(),
            watch: Some(CanaryStep::new(1.0, now)),
            reason: String::new(),
        };
        let number = challenger.number;
        let what = format!("{}: version {number} is watched after its promotion", model.name);
        let trail = trail(&model, EventKind::CanaryStarted, ("Tidegate", &what, ""), now);
        let canary = Canary { id: self.store.insert_canary(&canary, &trail).await?, ..canary };
        // What answers instead, should it do worse.
        log_failure("keep the champion of before", self.served_in_turn(route, champion.number).await);
        let party = |version: &Version| Party { id: version.id, number: version.number };
        route.set_split(Some(Arc::new(Split::new(canary, party(&champion), party(&challenger)))));
        Ok(())
    }

    /// Ends a watch, if there is one: nothing else happens.
    pub(crate) async fn end_watch(&self, route: &Arc<Route>, reason: &str) -> Result<()> {
        let Some(split) = route.split() else { return Ok(()) };
        let canary = split.snapshot();
        if canary.state != CanaryState::Watching {
            return Ok(());
        }
        let champion = self.store.model_by_id(route.id).await?.aliases.champion;
        let state = match champion == Some(canary.challenger) {
            true => CanaryState::Promoted,
            false => CanaryState::Aborted,
        };
        self.finish(route, &split, (state, reason), "Tidegate").await
    }

    /// A model in the bin answers nothing.
    pub(crate) async fn end_canary_of_deleted(&self, route: &Arc<Route>) -> Result<()> {
        match route.split() {
            Some(split) => self.abort_in_turn(route, &split, "Tidegate", "the model was deleted").await,
            None => Ok(()),
        }
    }

    pub(super) async fn abort_in_turn(
        &self,
        route: &Arc<Route>,
        split: &Arc<Split>,
        who: &str,
        why: &str,
    ) -> Result<()> {
        let reason = if why.is_empty() { format!("aborted by {who}") } else { why.to_owned() };
        self.finish(route, split, (CanaryState::Aborted, &reason), who).await
    }

    /// The champion of before answers everything: at once, and before anything is written. Waits for the route's turn
    /// by itself.
    pub(crate) async fn step_back(&self, route: &Arc<Route>, split: &Arc<Split>, reason: &str) -> Result<()> {
        split.stop();
        let _turn = route.turn().await?;
        let canary = split.snapshot();
        if canary.state.is_over() {
            return Ok(());
        }
        let model = self.store.model_by_id(route.id).await?;
        if canary.state == CanaryState::Watching && model.aliases.champion == Some(canary.challenger) {
            let aliases = Aliases {
                champion: Some(canary.champion),
                previous: Some(canary.challenger),
                challenger: model.aliases.challenger.filter(|challenger| *challenger != canary.champion),
            };
            self.move_aliases(route, &model, aliases, EventKind::RolledBack, "Tidegate", reason).await?;
        }
        self.finish(route, split, (CanaryState::SteppedBack, reason), "Tidegate").await
    }

    /// Writes how it ended, lets the champion answer alone and gives the other worker back.
    pub(super) async fn finish(
        &self,
        route: &Arc<Route>,
        split: &Arc<Split>,
        (state, reason): (CanaryState, &str),
        who: &str,
    ) -> Result<()> {
        let model = self.store.model_by_id(route.id).await?;
        let now = self.clock.now();
        let mut canary = split.snapshot();
        close_step(&mut canary, now);
        (canary.state, canary.ended, canary.reason) = (state, Some(now), reason.into());
        let (name, number) = (&model.name, split.challenger.number);
        let (kind, what, notify) = match state {
            CanaryState::SteppedBack => (
                EventKind::SteppedBack,
                format!(
                    "{name}: version {} answers everything again: version {number} stepped back",
                    split.champion.number
                ),
                true,
            ),
            CanaryState::Aborted => {
                (EventKind::CanaryEnded, format!("{name}: the canary of version {number} was ended"), false)
            }
            _ => (EventKind::CanaryEnded, format!("{name}: the canary of version {number} is over"), false),
        };
        let trail = trail(&model, kind, (who, &what, reason), now);
        self.store.update_canary(&canary, Some(&trail)).await?;
        *lock(split.canary()) = canary.clone();
        route.set_split(None);
        self.mark_run(&canary).await?;
        if model.deleted.is_none() {
            log_failure("let go of a worker", self.settle_in_turn(route).await);
        }
        let told = if notify { format!("{what} ({reason})") } else { what };
        self.happened(kind, Some(name), told, notify);
        Ok(())
    }

    /// The run that made the version tells what became of it.
    pub(super) async fn mark_run(&self, canary: &Canary) -> Result<()> {
        let Some(id) = canary.run else { return Ok(()) };
        let mut run = self.store.run(id).await?;
        let open = matches!(run.state, RunState::Held | RunState::Canary | RunState::SteppedBack);
        let state = match canary.state {
            _ if !open => return Ok(()),
            CanaryState::Running => RunState::Canary,
            CanaryState::Watching | CanaryState::Promoted => RunState::Promoted,
            CanaryState::SteppedBack => RunState::SteppedBack,
            CanaryState::Aborted => RunState::Held,
        };
        run.state = state;
        run.error = (state == RunState::SteppedBack).then(|| canary.reason.clone());
        if canary.state.is_over() {
            run.log.push(format!("canary: {}", canary.reason));
        }
        self.store.update_run(&run).await
    }

    /// After its row was written whole: its canary may be further by now.
    pub(crate) async fn catch_up_run(&self, run: tidegate_core::RunId) -> Result<()> {
        let model = self.store.run(run).await?.model;
        let canaries = self.store.canaries(model, LISTED).await?;
        match canaries.iter().find(|canary| canary.run == Some(run)) {
            Some(canary) => self.mark_run(canary).await,
            None => Ok(()),
        }
    }
}

fn close_step(canary: &mut Canary, now: tidegate_core::Time) {
    if let Some(step) = canary.current_mut() {
        step.ended.get_or_insert(now);
    }
}
