//! What starts a retraining without a hand: drift with enough labels to learn from it, and schedules.
//!
//! Must not know how a retraining works.

use std::str::FromStr;

use croner::Cron;
use jiff::{Timestamp, tz::TimeZone};
use tidegate_core::{
    Error, Result, Time,
    alert::{Alert, Signal},
    model::Model,
    run::{Mode, Plan, Trigger},
    time::MINUTE_MS,
};

use crate::{Engine, lock, view::RetrainRequest};

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

impl Engine {
    /// Looks at every model's triggers once.
    pub(crate) async fn pull_triggers(&self) -> Result<()> {
        for route in self.routes() {
            let model = route.model();
            let triggers = &model.settings.triggers;
            if !triggers.on_drift && triggers.schedule.is_none() {
                continue;
            }
            if self.active(model.id).is_some() || self.cooling_down(&model).await? {
                continue;
            }
            if let Some(trigger) = self.due(&model).await? {
                self.fire(&model, trigger).await;
            }
        }
        Ok(())
    }

    async fn fire(&self, model: &Model, trigger: Trigger) {
        let plan = self.automatic_plan(model).await;
        let request = RetrainRequest { plan, who: None };
        if let Err(error) = self.retrain(&model.name, request, Some(trigger)).await {
            tracing::warn!(%error, model = model.name, "a trigger could not start a retraining");
        }
    }

    /// The plan of the last run of this model, else the defaults.
    async fn automatic_plan(&self, model: &Model) -> Plan {
        let last = self.store.runs(Some(model.id), 1).await.unwrap_or_default().into_iter().next();
        last.map_or_else(|| Plan { mode: Mode::Full, ..Plan::default() }, |run| run.plan)
    }

    async fn cooling_down(&self, model: &Model) -> Result<bool> {
        let last = self.store.runs(Some(model.id), 1).await?.into_iter().next();
        let pause = i64::from(model.settings.triggers.cool_down_min) * MINUTE_MS;
        Ok(last.is_some_and(|run| self.clock.now().since(run.ended.unwrap_or(run.created)) < pause))
    }

    async fn due(&self, model: &Model) -> Result<Option<Trigger>> {
        let triggers = &model.settings.triggers;
        if let Some(schedule) = &triggers.schedule {
            let cron = parse_schedule(schedule)?;
            let now = self.clock.now();
            let since = lock(&self.schedules).insert(model.id, now).unwrap_or(now);
            if next(&cron, since).is_some_and(|next| next <= now) {
                return Ok(Some(Trigger::Schedule { cron: schedule.clone() }));
            }
        }
        if !triggers.on_drift {
            return Ok(None);
        }
        let alerts = self.open_alerts(model.id).await?;
        let Some(alert) = alerts.iter().find(|alert| shows_drift(alert)) else { return Ok(None) };
        let labelled = self.labelled_since(model, alert.since).await?;
        Ok((labelled >= LABELLED_NEEDED).then(|| Trigger::Drift { subject: alert.message.clone() }))
    }

    /// Labels of predictions made since `since`.
    async fn labelled_since(&self, model: &Model, since: Time) -> Result<u64> {
        let watched = self.watched_version(model, None).await?;
        let now = self.clock.now();
        let labelled = lock(&watched.aggregate).window(since, now.plus(1)).labelled;
        Ok(labelled)
    }
}

fn shows_drift(alert: &Alert) -> bool {
    matches!(
        alert.signal,
        Signal::InputDrift | Signal::PredictionDrift | Signal::Accuracy | Signal::MeanAbsoluteError
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_names_its_next_time_and_nonsense_is_refused() {
        // 2026-11-22 13:15:50 UTC, a Sunday.
        let now = Time(1_795_353_350_000);
        let at_three = next(&parse_schedule("0 3 * * *").unwrap(), now).unwrap();
        assert_eq!(at_three, Time(1_795_402_800_000));
        assert!(parse_schedule("every day").unwrap_err().message.contains("cron"));
    }
}
