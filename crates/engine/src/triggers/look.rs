//! One look at a model's triggers: every condition measured, and what stands in the way.
//!
//! Must not know what follows from it.

use jiff::tz::TimeZone;
use tidegate_core::{
    Result, Time,
    model::Model,
    run::{Run, RunState},
    time::{HOUR_MS, MINUTE_MS, SECOND_MS},
    trigger::{PerformanceTrigger, TriggerCondition},
};
use tidegate_monitor::{
    accuracy::Tally,
    metric::{Metric, MetricName},
};

use super::{
    conditions::{self, Measured},
    limits::{Spent, limits, of_today},
    memory::{Costly, Kept},
    schedule::{day_began, next, parse_cron, parse_zone},
};
use crate::{
    Engine, Range,
    alerts::stretch,
    bucket::Bucket,
    estimate::Estimator,
    lock,
    signals::definition,
    view::{TriggerBlock, TriggerBlockKind, TriggersView},
};

/// What costs too much for every second is measured so often.
const COSTLY_MS: i64 = 10 * SECOND_MS;

/// What is known of a model's runs before its conditions are looked at.
pub(super) struct Standing {
    pub now: Time,
    pub zone: TimeZone,
    pub last: Option<Run>,
    pub blocks: Vec<TriggerBlock>,
    today: (u32, i64),
}

impl Engine {
    /// Whether a retraining of this model would start by itself now, and why or why not.
    pub async fn triggers(&self, name: &str) -> Result<TriggersView> {
        let model = self.store.model(name).await?;
        let triggers = &model.settings.triggers;
        let standing = self.standing(&model).await?;
        let kept = self.kept(model.id, triggers).await?;
        let conditions = self.conditions(&model, &standing, &kept).await?;
        let held = conditions::hold(triggers.combine, &conditions);
        let cron = triggers.schedule.as_deref().map(parse_cron).transpose()?;
        let Standing { now, zone, blocks, today, .. } = standing;
        Ok(TriggersView {
            now,
            would_fire: held && blocks.is_empty(),
            says: says(&conditions, held, &blocks),
            combine: triggers.combine,
            next_schedule: cron.and_then(|cron| next(&cron, &zone, now)),
            conditions,
            blocks,
            runs_today: today.0,
            minutes_today: u32::try_from(today.1 / MINUTE_MS).unwrap_or(u32::MAX),
        })
    }

    pub(super) async fn standing(&self, model: &Model) -> Result<Standing> {
        let (now, triggers) = (self.clock.now(), &model.settings.triggers);
        let zone = parse_zone(&triggers.time_zone)?;
        let last = self.store.runs(Some(model.id), 1).await?.into_iter().next();
        let mut spent: Vec<_> = last.iter().map(|run| Spent::of(run, now)).collect();
        let began = day_began(&zone, now);
        // The newest run says whether there is another one to count.
        if last.as_ref().is_some_and(|run| run.created >= began) {
            let today = self.store.runs_since(model.id, began).await?;
            spent = today.iter().map(|run| Spent::of(run, now)).collect();
        }
        let mut blocks: Vec<_> = self.in_the_way(model, last.as_ref(), now).into_iter().collect();
        // What is under way or waits is told, and not that it has not cooled down yet.
        if blocks.iter().all(|block| block.kind != TriggerBlockKind::Running) {
            blocks.extend(limits(triggers, &zone, &spent, now));
        }
        let today = of_today(&zone, &spent, now);
        Ok(Standing { now, zone, last, blocks, today })
    }

    fn in_the_way(&self, model: &Model, last: Option<&Run>, now: Time) -> Option<TriggerBlock> {
        let block = |kind, until, says| Some(TriggerBlock { kind, until, says });
        if self.active(model.id).is_some() {
            let says = "a retraining of this model is under way".into();
            return block(TriggerBlockKind::Running, None, says);
        }
        if let Some(run) = last.filter(|run| awaits_decision(model, run)) {
            let says = match run.state {
                RunState::Canary => format!("the challenger of run {} is a canary", run.id),
                _ => format!("run {} passed its gates and waits for a decision", run.id),
            };
            return block(TriggerBlockKind::AwaitsDecision, None, says);
        }
        let (at, why) = lock(&self.pulled).get(&model.id)?.refused.clone()?;
        let pause = i64::from(model.settings.triggers.cool_down_min) * MINUTE_MS;
        let until = at.plus(pause.max(MINUTE_MS));
        let left = (until.since(now) + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
        let says = || format!("it could not start: {why}; tried again in {}", stretch(left));
        (now < until).then(|| block(TriggerBlockKind::Refused, Some(until), says()))?
    }

    /// Every condition that is set, as it stands.
    pub(super) async fn conditions(
        &self,
        model: &Model,
        standing: &Standing,
        kept: &Kept,
    ) -> Result<Vec<TriggerCondition>> {
        let (triggers, now) = (&model.settings.triggers, standing.now);
        let began = standing.last.as_ref().map_or(model.created, |run| run.created);
        let mut found = Vec::new();
        if triggers.on_drift {
            found.push(self.drift(model, standing.last.as_ref()).await?);
        }
        if let Some(cron) = &triggers.schedule {
            let parsed = parse_cron(cron)?;
            // A run that was started since serves as well.
            let after = standing.last.as_ref().map_or(kept.scheduled, |run| run.created.max(kept.scheduled));
            let due = next(&parsed, &standing.zone, after).filter(|due| *due <= now);
            let coming = next(&parsed, &standing.zone, now);
            found.push(conditions::schedule(cron, due, coming, &standing.zone));
        }
        if triggers.performance.is_some() || triggers.new_labels.is_some() {
            let costly = self.costly(model, began).await?;
            if let (Some(trigger), Some(measured)) = (&triggers.performance, &costly.performance) {
                found.push(conditions::performance(trigger, measured));
            }
            found.extend(triggers.new_labels.map(|n| conditions::new_labels(costly.new_labels, n, began)));
        }
        if let Some(path) = &triggers.file {
            found.push(self.file(model, path, kept, now).await);
        }
        self.put_since(model, &mut found, now);
        Ok(found)
    }

    async fn drift(&self, model: &Model, last: Option<&Run>) -> Result<TriggerCondition> {
        let needed = model.settings.triggers.drift_labels;
        let alerts = self.open_alerts(model.id).await?;
        let Some(alert) = alerts.iter().find(|alert| definition(alert.signal).of_answers) else {
            return Ok(conditions::drift(None, 0, needed));
        };
        // The same alert starts another run only with as many labels that the last one has not seen.
        let since = last.map_or(alert.since, |run| run.created.max(alert.since));
        let labelled = self.labelled_since(model, since).await?;
        Ok(conditions::drift(Some((&alert.message, alert.since)), labelled, needed))
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

    async fn costly(&self, model: &Model, began: Time) -> Result<Costly> {
        let (triggers, now) = (&model.settings.triggers, self.clock.now());
        let of = (triggers.performance.clone(), began);
        let known = lock(&self.pulled).get(&model.id).and_then(|pulled| pulled.costly.clone());
        if let Some(known) = known.filter(|known| known.of == of && now.since(known.at) < COSTLY_MS) {
            return Ok(known);
        }
        let performance = match &triggers.performance {
            Some(trigger) => Some(self.measured_performance(model, trigger).await?),
            None => None,
        };
        let new_labels = match triggers.new_labels {
            Some(_) => self.store.labelled_since(model.id, began).await?,
            None => 0,
        };
        let costly = Costly { at: now, of, performance, new_labels };
        lock(&self.pulled).entry(model.id).or_default().costly = Some(costly.clone());
        Ok(costly)
    }

    /// Of the champion.
    async fn measured_performance(&self, model: &Model, trigger: &PerformanceTrigger) -> Result<Measured> {
        let now = self.clock.now();
        let watched = self.watched_version(model, None).await?;
        let (estimator, baseline, task) = {
            let aggregate = lock(&watched.aggregate);
            let baseline = aggregate.baseline().and_then(|baseline| baseline.quality);
            (aggregate.estimator().cloned(), baseline, aggregate.schema().task)
        };
        let from = now.plus(-i64::from(trigger.window_h) * HOUR_MS).floor(HOUR_MS);
        let range = Range { from, to: now.plus(1), step_ms: HOUR_MS };
        let whole = self.version_steps(&watched, range).await?.whole();
        let metric = metric_of(&whole, trigger, estimator.as_deref());
        Ok(Measured { task, metric, baseline })
    }

    async fn file(&self, model: &Model, path: &str, kept: &Kept, now: Time) -> TriggerCondition {
        let mut watch = lock(&self.pulled).entry(model.id).or_default().file.clone();
        let state = watch.look(path, kept.sha256.as_deref(), now).await;
        if kept.sha256.is_none()
            && let Some(sha256) = watch.sha256()
        {
            // Seen for the first time: changes count from here on.
            let kept = Kept { sha256: Some(sha256.to_owned()), ..kept.clone() };
            crate::record::log_failure("keep what a file was", self.keep(model.id, kept).await);
        }
        lock(&self.pulled).entry(model.id).or_default().file = watch;
        conditions::file(path, &state)
    }

    /// Since when a condition holds, as far as it was looked at.
    fn put_since(&self, model: &Model, found: &mut [TriggerCondition], now: Time) {
        let mut pulled = lock(&self.pulled);
        let held = &mut pulled.entry(model.id).or_default().held;
        held.retain(|kind, _| found.iter().any(|condition| condition.kind == *kind && condition.holds));
        let unsaid = found.iter_mut().filter(|condition| condition.holds && condition.since.is_none());
        for condition in unsaid {
            condition.since = Some(*held.entry(condition.kind).or_insert(now));
        }
    }
}

/// What performance is judged by, in one stretch.
pub(super) fn metric_of(
    stretch: &Bucket,
    trigger: &PerformanceTrigger,
    estimator: Option<&Estimator>,
) -> Option<Metric> {
    let metrics = match trigger.estimated {
        true => estimator?.fitted.metrics(stretch.performance.expected.as_ref()?),
        false => stretch.tally.as_ref().map(Tally::metrics)?,
    };
    let judged = |metric: &Metric| matches!(metric.name, MetricName::Accuracy | MetricName::Mae);
    metrics.into_iter().find(judged)
}

/// A challenger that passed its gates waits for a person: another one would take its place unseen.
fn awaits_decision(model: &Model, run: &Run) -> bool {
    let passed = run.comparison.as_ref().is_some_and(|comparison| comparison.passed);
    let waits = run.state == RunState::Held && passed && run.challenger == model.aliases.challenger;
    waits || run.state == RunState::Canary
}

fn says(conditions: &[TriggerCondition], held: bool, blocks: &[TriggerBlock]) -> String {
    match (conditions.is_empty(), held, blocks.first()) {
        (true, ..) => "nothing starts a retraining by itself".into(),
        (_, true, None) => format!("would start now: {}", conditions::reasons(conditions)),
        (_, true, Some(block)) => {
            format!("would start, but: {} ({})", block.says, conditions::reasons(conditions))
        }
        (_, false, _) => {
            let open = conditions.iter().filter(|condition| !condition.holds);
            let open: Vec<_> = open.map(|condition| condition.says.as_str()).collect();
            format!("would not start: {}", open.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::run::Comparison;

    #[test]
    fn a_challenger_that_passed_is_not_replaced_unseen() {
        let mut model: Model = serde_json::from_value(serde_json::json!({
            "id": 1, "name": "m", "created": 0, "deleted": null, "tags": [], "card": "",
            "settings": {}, "aliases": { "champion": 1, "challenger": 2, "previous": null },
        }))
        .unwrap();
        let mut run: Run = serde_json::from_value(serde_json::json!({
            "id": 1, "model": 1, "parent": 1, "trigger": { "by": "hand", "who": "you" }, "plan": {},
            "state": "held", "created": 0, "started": null, "ended": null, "progress": [], "log": [],
            "challenger": 2, "error": null,
            "comparison": { "rows_new": 1, "rows_old": 1, "lines": [], "passed": true },
        }))
        .unwrap();
        assert!(awaits_decision(&model, &run));
        let comparison = run.comparison.take().unwrap();
        run.comparison = Some(Comparison { passed: false, ..comparison });
        assert!(!awaits_decision(&model, &run), "a gate held it: more labels may do better");
        run.comparison.as_mut().unwrap().passed = true;
        model.aliases.challenger = None;
        assert!(!awaits_decision(&model, &run));
    }
}
