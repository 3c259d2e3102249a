//! What a start finds of canaries: they go on, or are told as what became of them.
//!
//! The aliases are the truth: a version that is champion was promoted, whatever the canary's row says. A step that was
//! under way begins anew, as what was counted in it is gone.

use std::sync::Arc;

use tidegate_core::{
    Error, Result,
    canary::{Canary, CanaryState, CanaryStep},
    event::EventKind,
    model::{Aliases, Model},
};

use super::{Party, Split, trail};
use crate::{Engine, record::log_failure};

impl Engine {
    /// Once the models are loaded, before the first request.
    pub(crate) async fn resume_canaries(&self) -> Result<()> {
        for model in self.store.models(true).await? {
            let Some(newest) = self.store.canaries(model.id, 1).await?.into_iter().next() else { continue };
            if newest.state.is_over() {
                log_failure("mark a run", self.mark_run(&newest).await);
            } else {
                // One that can't be mended must not keep the folder from opening.
                log_failure("resume a canary", self.resume_canary(&model, newest).await);
            }
        }
        Ok(())
    }

    async fn resume_canary(&self, model: &Model, canary: Canary) -> Result<()> {
        let now = self.clock.now();
        let found = Canary { ended: Some(now), ..canary.clone() };
        let Some(mut canary) = resumed(model.aliases, model.deleted.is_some(), canary, now) else {
            let state = ended_as(model.aliases, &found);
            let reason = "it ended while the program did not run".to_owned();
            return self.put_away(model, Canary { state, reason, ..found }).await;
        };
        match self.load_both(&canary).await {
            Ok((champion, challenger)) => {
                self.store.update_canary(&canary, None).await?;
                self.mark_run(&canary).await?;
                let split = Split::new(canary, champion, challenger);
                self.route_of(model.id)?.set_split(Some(Arc::new(split)));
                Ok(())
            }
            Err(error) => {
                let reason = format!("it could not be loaded: {}", error.message);
                (canary.state, canary.ended, canary.reason) = (CanaryState::SteppedBack, Some(now), reason);
                self.put_away(model, canary).await
            }
        }
    }

    async fn load_both(&self, canary: &Canary) -> Result<(Party, Party)> {
        let route = self.route_of(canary.model)?;
        let (champion, challenger) =
            (self.store.version(canary.champion).await?, self.store.version(canary.challenger).await?);
        self.served(&route, Some(challenger.number)).await?;
        // What a watched version did is known without its predecessor.
        let loaded = self.served(&route, Some(champion.number)).await.map(drop);
        if canary.state == CanaryState::Running {
            loaded.map_err(|error| Error::unavailable(format!("the champion: {}", error.message)))?;
        }
        Ok((
            Party { id: champion.id, number: champion.number },
            Party { id: challenger.id, number: challenger.number },
        ))
    }

    async fn put_away(&self, model: &Model, canary: Canary) -> Result<()> {
        let number = self.store.version(canary.challenger).await?.number;
        let kind = match canary.state {
            CanaryState::SteppedBack => EventKind::SteppedBack,
            _ => EventKind::CanaryEnded,
        };
        let what = format!("{}: the canary of version {number} is over", model.name);
        let trail = trail(model, kind, ("Tidegate", &what, &canary.reason), self.clock.now());
        self.store.update_canary(&canary, Some(&trail)).await?;
        self.mark_run(&canary).await
    }
}

fn ended_as(aliases: Aliases, canary: &Canary) -> CanaryState {
    match aliases.champion == Some(canary.challenger) {
        true => CanaryState::Promoted,
        false => CanaryState::Aborted,
    }
}

/// As it goes on; `None` where it is over.
fn resumed(aliases: Aliases, deleted: bool, mut canary: Canary, now: tidegate_core::Time) -> Option<Canary> {
    if deleted {
        return None;
    }
    let (is_champion, was_champion) =
        (aliases.champion == Some(canary.challenger), aliases.champion == Some(canary.champion));
    match canary.state {
        CanaryState::Running if was_champion => {
            let step = canary.steps.last_mut()?;
            *step = CanaryStep::new(step.share, now);
        }
        // It was promoted and had no time to say so.
        CanaryState::Running if is_champion && canary.settings.watch_s > 0 => {
            canary.state = CanaryState::Watching;
            canary.steps.last_mut()?.ended.get_or_insert(now);
            canary.watch = Some(CanaryStep::new(1.0, now));
        }
        CanaryState::Watching if is_champion => {}
        _ => return None,
    }
    Some(canary)
}

#[cfg(test)]
#[path = "recover_tests.rs"]
pub(super) mod tests;
