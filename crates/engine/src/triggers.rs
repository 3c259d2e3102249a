//! What starts a retraining without a hand: drift with enough labels to learn from it, and schedules.
//!
//! Must not know how a retraining works.

use std::str::FromStr;

use croner::Cron;
use jiff::{Timestamp, tz::TimeZone};
use tidegate_core::{
    Error, Result, Time,
    model::Model,
    run::{Mode, Plan, Run, RunState, Trigger},
    time::{HOUR_MS, MINUTE_MS},
};

use crate::{Engine, Range, lock, signals::definition, view::RetrainRequest};

/// Labelled rows since the drift began, before a retraining can learn from it.
const LABELLED_NEEDED: u64 = 120;

/// Reads a five-field cron expression.
pub(crate) fn parse_schedule(schedule: &str) -> Result<Cron> {
    Cron::from_str(schedule).map_err(|error| {
        Error::invalid(format!("`settings.triggers.schedule` is not a cron expression: {error}"))
            .hint("five fields: minute hour day month weekday, for example `0 3 * * 1`; times are UTC")
    })
}

/// The first time after `after` that a schedule names.
fn next(cron: &Cron, after: Time) -> Option<Time> {
    let after = Timestamp::from_millisecond(after.0).ok()?.to_zoned(TimeZone::UTC);
    let next = cron.find_next_occurrence(&after, false).ok()?;
    Some(Time(next.timestamp().as_millisecond()))
}

/// What is remembered of a model's triggers between two looks.
#[derive(Debug, Default)]
pub(crate) struct Pulled {
    /// Up to when its schedule was looked at.
    scheduled: Option<Time>,
    /// When a retraining last could not be started.
    refused: Option<Time>,
}

impl Engine {
    /// Looks at every model's triggers once; one that can't be read keeps no other from being pulled.
    pub(crate) async fn pull_triggers(&self) -> Result<()> {
        for route in self.routes() {
            let model = route.model();
            if let Err(error) = self.pull(&model).await {
                tracing::error!(%error, cause = ?error.cause, model = model.name, "could not pull triggers");
            }
        }
        Ok(())
    }

    async fn pull(&self, model: &Model) -> Result<()> {
        let triggers = &model.settings.triggers;
        if triggers.schedule.is_none() {
            // A schedule set later starts then, and not where the last one ended.
            lock(&self.pulled).entry(model.id).or_default().scheduled = None;
        }
        let idle = !triggers.on_drift && triggers.schedule.is_none();
        if idle || self.active(model.id).is_some() {
            return Ok(());
        }
        let last = self.store.runs(Some(model.id), 1).await?.into_iter().next();
        if self.cooling_down(model, last.as_ref()) {
            return Ok(());
        }
        match self.due(model, last.as_ref()).await? {
            Some(trigger) => self.fire(model, trigger, last).await,
            None => Ok(()),
        }
    }

    /// By the plan of the last run of this model, else the defaults.
    async fn fire(&self, model: &Model, trigger: Trigger, last: Option<Run>) -> Result<()> {
        let first = || Plan { mode: Mode::Full, runner: model.settings.runner.clone(), ..Plan::default() };
        let plan = last.map_or_else(first, |run| run.plan);
        let request = RetrainRequest { plan, ..RetrainRequest::default() };
        let started = self.retrain(&model.name, request, Some(trigger)).await;
        // Looking for rows costs much: what could not start is not tried again every second.
        let refused = started.is_err().then(|| self.clock.now());
        lock(&self.pulled).entry(model.id).or_default().refused = refused;
        started.map(drop)
    }

    /// After a run, and after one that could not start, at least a minute later.
    fn cooling_down(&self, model: &Model, last: Option<&Run>) -> bool {
        let now = self.clock.now();
        let pause = i64::from(model.settings.triggers.cool_down_min) * MINUTE_MS;
        let ended = last.map(|run| run.ended.unwrap_or(run.created));
        let refused = lock(&self.pulled).get(&model.id).and_then(|pulled| pulled.refused);
        ended.is_some_and(|at| now.since(at) < pause)
            || refused.is_some_and(|at| now.since(at) < pause.max(MINUTE_MS))
    }

    async fn due(&self, model: &Model, last: Option<&Run>) -> Result<Option<Trigger>> {
        let triggers = &model.settings.triggers;
        if let Some(schedule) = &triggers.schedule {
            let cron = parse_schedule(schedule)?;
            let now = self.clock.now();
            let before = lock(&self.pulled).entry(model.id).or_default().scheduled.replace(now);
            if next(&cron, before.unwrap_or(now)).is_some_and(|next| next <= now) {
                return Ok(Some(Trigger::Schedule { cron: schedule.clone() }));
            }
        }
        if !triggers.on_drift || last.is_some_and(|run| awaits_decision(model, run)) {
            return Ok(None);
        }
        let alerts = self.open_alerts(model.id).await?;
        let Some(alert) = alerts.iter().find(|alert| definition(alert.signal).of_answers) else {
            return Ok(None);
        };
        // The same alert starts another run only with as many labels that the last one has not seen.
        let since = last.map_or(alert.since, |run| run.created.max(alert.since));
        let labelled = self.labelled_since(model, since).await?;
        Ok((labelled >= LABELLED_NEEDED).then(|| Trigger::Drift { subject: alert.message.clone() }))
    }

    /// Labels of predictions made since `since`, by whichever version; to the hour where that is long ago.
    async fn labelled_since(&self, model: &Model, since: Time) -> Result<u64> {
        let now = self.clock.now();
        if now.since(since) <= HOUR_MS {
            let watched = self.watched_version(model, None).await?;
            let labelled = lock(&watched.aggregate).window(since, now.plus(1)).labelled;
            return Ok(labelled);
        }
        let range = Range { from: since, to: now, step_ms: HOUR_MS };
        let steps = self.steps(model, None, range).await?;
        Ok(steps.buckets.values().map(|bucket| bucket.labelled).sum())
    }
}

/// A challenger that passed its gates waits for a person: another one would take its place unseen.
fn awaits_decision(model: &Model, run: &Run) -> bool {
    let passed = run.comparison.as_ref().is_some_and(|comparison| comparison.passed);
    run.state == RunState::Held && passed && run.challenger == model.aliases.challenger
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tidegate_core::{
        alert::{Alert, Severity, Signal},
        id::AlertId,
        model::{ModelSettings, Triggers},
        run::Comparison,
        schema::Truth,
        time::{ManualClock, SECOND_MS},
    };
    use tidegate_store::ModelChange;

    use crate::fixture;

    const NOW: Time = Time(2_000_000_000_000);

    /// An open drift alert and labels enough, for a model whose file nobody can train.
    async fn drifting(engine: &Engine) -> Model {
        let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        let triggers = Triggers { on_drift: true, ..Triggers::default() };
        let settings = ModelSettings { triggers, learn_rows: 0, ..ModelSettings::default() };
        let change = ModelChange { settings: Some(settings), ..ModelChange::default() };
        let model = engine.store.update_model(model.id, change, "test", "", NOW).await.unwrap();
        let alert = Alert {
            id: AlertId(0),
            model: model.id,
            rule: "input_drift".into(),
            signal: Signal::InputDrift,
            subject: None,
            severity: Severity::Watch,
            since: NOW,
            until: None,
            value: 1.0,
            threshold: 0.2,
            message: "drift".into(),
            why: None,
            snoozed_until: None,
            acknowledged: false,
        };
        engine.store.insert_alert(&alert).await.unwrap();
        let watched = engine.watched_version(&model, None).await.unwrap();
        let mut aggregate = lock(&watched.aggregate);
        let asked = fixture::prediction(version, NOW, &[1.0; LABELLED_NEEDED as usize], "no");
        let observation = crate::aggregate::Observation::of(aggregate.schema(), &asked);
        aggregate.add(&asked, &observation);
        for row in &observation.into_rows() {
            aggregate.label(NOW, row, None, &Truth::Class("no".into()), 0);
        }
        model
    }

    #[tokio::test]
    async fn what_can_not_start_waits_before_it_tries_again() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let engine = fixture::engine(&dir, clock.clone()).await;
        let model = drifting(&engine).await;
        clock.advance(SECOND_MS);
        assert!(engine.pull(&model).await.is_err());
        clock.advance(SECOND_MS);
        assert!(engine.pull(&model).await.is_ok(), "it is cooling down");
        clock.advance(HOUR_MS / 2 + HOUR_MS / 2);
        engine.flush().await.unwrap();
        assert!(engine.pull(&model).await.is_err(), "the labels are found on the disk as well");
        engine.shutdown().await.unwrap();
    }

    #[test]
    fn a_challenger_that_passed_is_not_replaced_unseen() {
        let mut model: Model = serde_json::from_value(serde_json::json!({
            "id": 1, "name": "m", "created": 0, "deleted": null, "tags": [], "card": "",
            "settings": {}, "aliases": { "champion": 1, "challenger": 2, "previous": null },
        }))
        .unwrap();
        let comparison = Comparison { passed: true, ..Comparison::default() };
        let mut run: Run = serde_json::from_value(serde_json::json!({
            "id": 1, "model": 1, "parent": 1, "trigger": { "by": "hand", "who": "you" }, "plan": {},
            "state": "held", "created": 0, "started": null, "ended": null, "progress": [], "log": [],
            "challenger": 2, "comparison": comparison, "error": null,
        }))
        .unwrap();
        assert!(awaits_decision(&model, &run));
        run.comparison = Some(Comparison { passed: false, ..comparison });
        assert!(!awaits_decision(&model, &run), "a gate held it: more labels may do better");
        run.comparison.as_mut().unwrap().passed = true;
        model.aliases.challenger = None;
        assert!(!awaits_decision(&model, &run));
    }

    #[test]
    fn a_schedule_names_its_next_time_and_nonsense_is_refused() {
        // 2026-11-22 13:15:50 UTC, a Sunday.
        let now = Time(1_795_353_350_000);
        let at_three = next(&parse_schedule("0 3 * * *").unwrap(), now).unwrap();
        assert_eq!(at_three, Time(1_795_402_800_000));
        assert!(parse_schedule("every day").unwrap_err().message.contains("cron"));
    }
}
