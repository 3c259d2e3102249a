//! How the step under way stands, once a second, and what follows.
//!
//! Must not know the formulas of the checks, which are `monitor`'s.

use std::sync::Arc;

use tidegate_core::{
    Result, Time,
    alert::{Severity, Signal},
    canary::{Canary, CanaryState},
    model::Model,
    time::{HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::canary::{Side, Trial, Verdict, checks};
use tidegate_runtime::State;

use super::{Split, split::Counts};
use crate::{
    Engine, lock,
    record::log_failure,
    route::{Route, worker_view},
    steps::Range,
};

/// Labels of older predictions don't count.
const LABELS_MS: i64 = 2 * HOUR_MS - MINUTE_MS;
/// Recorded answers of a predecessor that are compared.
const MOST_RECORDED: usize = 2_000;

impl Engine {
    pub(crate) async fn judge_canaries(&self) -> Result<()> {
        for route in self.routes() {
            if let Some(split) = route.split() {
                // One that can't be judged must not keep the others waiting.
                log_failure("judge a canary", self.judge_canary(&route, &split).await);
            }
        }
        Ok(())
    }

    async fn judge_canary(&self, route: &Arc<Route>, split: &Arc<Split>) -> Result<()> {
        let canary = split.snapshot();
        let model = self.store.model_by_id(route.id).await?;
        let expected = match canary.state {
            CanaryState::Running => canary.champion,
            _ => canary.challenger,
        };
        if model.aliases.champion != Some(expected) {
            let _turn = route.turn().await?;
            return match split.snapshot().state.is_over() {
                true => Ok(()),
                false if canary.state == CanaryState::Watching => {
                    self.end_watch(route, "another version became champion").await
                }
                false => {
                    self.abort_in_turn(route, split, "Tidegate", "another version became champion").await
                }
            };
        }
        if let Some(reason) = ailing(route, split) {
            return self.step_back(route, split, &reason).await;
        }
        split.release();
        match self.verdict(&model, split, &canary).await? {
            Verdict::Wait => Ok(()),
            Verdict::Failed(reason) => self.step_back(route, split, &reason).await,
            Verdict::Passed => {
                let _turn = route.turn().await?;
                let now = split.snapshot();
                // A person may have been faster.
                let same = now.steps.len() == canary.steps.len() && now.state == canary.state;
                match same {
                    true => self.next_in_turn(route, split, "Tidegate", "").await,
                    false => Ok(()),
                }
            }
        }
    }

    /// Looks at the step's numbers, and notes them where the page finds them.
    async fn verdict(&self, model: &Model, split: &Arc<Split>, canary: &Canary) -> Result<Verdict> {
        let Some(step) = canary.current() else { return Ok(Verdict::Wait) };
        let (now, counts) = (self.clock.now(), split.counts());
        let (champion, challenger) = self.canary_sides(model, split, canary, &counts).await?;
        let alerts = self.alerts_since(model, step.started).await?;
        let tolerance = &canary.settings.tolerance;
        let found = checks(&champion, &challenger, tolerance, &alerts);
        let trial = Trial {
            began: step.started,
            now,
            lasts_ms: canary.lasts_ms(),
            // Whatever came while it was watched is all there is.
            min_requests: if canary.watch.is_some() { 0 } else { canary.settings.min_requests.into() },
            tolerance,
        };
        let verdict = trial.verdict(&champion, &challenger, &found);
        split.note(|step| {
            step.champion_requests = lock(&counts.champion).requests;
            step.challenger_requests = challenger.requests;
            step.checks = found;
        });
        Ok(verdict)
    }

    /// What both did in this step. Where the champion answers nothing, its recorded figures of before stand for it.
    async fn canary_sides(
        &self,
        model: &Model,
        split: &Split,
        canary: &Canary,
        counts: &Counts,
    ) -> Result<(Side, Side)> {
        let Some(step) = canary.current() else { return Ok(Default::default()) };
        let mut challenger = lock(&counts.challenger).clone();
        challenger.tally = self.labels_since(model, split.challenger.number, canary.created).await?;
        if step.share < 1.0 {
            let mut champion = lock(&counts.champion).clone();
            champion.tally = self.labels_since(model, split.champion.number, canary.created).await?;
            return Ok((champion, challenger));
        }
        let known = counts.before.get();
        let champion = match known {
            Some(before) => before.clone(),
            None => {
                let before = self.recorded_side(model, split, canary, step.started).await?;
                counts.before.get_or_init(|| before).clone()
            }
        };
        Ok((champion, challenger))
    }

    /// The champion of before, in as long a time before `until` as it is judged by.
    async fn recorded_side(
        &self,
        model: &Model,
        split: &Split,
        canary: &Canary,
        until: Time,
    ) -> Result<Side> {
        self.recorder.flush().await?;
        let watched = self.watched_version(model, Some(split.champion.number)).await?;
        let schema = lock(&watched.aggregate).schema().clone();
        let long_ms = canary.lasts_ms().max(i64::from(model.settings.window_s) * 1000);
        let range = Range { from: until.plus(-long_ms), to: until.plus(1), step_ms: MINUTE_MS };
        let bucket = self.version_steps(&watched, range).await?.whole();
        let mut side = Side {
            requests: bucket.requests,
            failed: bucket.failed,
            total: bucket.total,
            tally: bucket.tally,
            ..Side::default()
        };
        let recorded =
            self.answered_rows(&[watched.version], &schema, range.from..range.to, MOST_RECORDED).await?;
        side.add_answers(&recorded.answers);
        Ok(side)
    }

    async fn labels_since(
        &self,
        model: &Model,
        number: u32,
        since: Time,
    ) -> Result<Option<tidegate_monitor::accuracy::Tally>> {
        let watched = self.watched_version(model, Some(number)).await?;
        let now = self.clock.now();
        let window = lock(&watched.aggregate).window(since.max(now.plus(-LABELS_MS)), now.plus(1));
        Ok(window.tally)
    }

    /// What fired since, but for drift of the inputs, which no version has a part in.
    async fn alerts_since(&self, model: &Model, since: Time) -> Result<Vec<String>> {
        let alerts = self.open_alerts(model.id).await?.into_iter().filter(|alert| {
            alert.since >= since
                && alert.severity == Severity::Act
                && !matches!(
                    alert.signal,
                    Signal::InputDrift | Signal::MultivariateDrift | Signal::Throughput
                )
        });
        Ok(alerts.map(|alert| alert.message).collect())
    }

    /// A version whose worker ended has had its chance.
    pub(crate) async fn canary_crashed(&self, route: &Arc<Route>, number: u32, reason: &str) {
        let Some(split) = route.split().filter(|split| split.challenger.number == number) else { return };
        let stepped = self.step_back(route, &split, &format!("its worker ended ({reason})")).await;
        log_failure("step back from a version that crashed", stepped);
    }
}

/// What is wrong with its worker.
fn ailing(route: &Route, split: &Split) -> Option<String> {
    let Some(served) = route.loaded(split.challenger.number) else {
        return Some("it is not loaded".into());
    };
    match served.deployment.status().state {
        State::Ready => None,
        _ => {
            let worker = worker_view(&served.deployment);
            let why = worker.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            Some(format!("its worker is {}{why}", worker.state))
        }
    }
}
