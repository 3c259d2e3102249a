//! Alert rules at work: evaluated over the signals of each champion's window, with hysteresis.
//!
//! Owns when an alert is opened and closed and the sentence it carries. Must not know how it is delivered.

use std::{collections::HashMap, sync::Arc};

use tidegate_core::{
    Error, ModelId, Result, Time,
    alert::{Alert, Direction, Rule, Severity, Signal},
    event::EventKind,
    id::AlertId,
    model::Model,
    schema::Task,
};
use tidegate_monitor::{
    alert::{Hold, Transition, step},
    drift::{Drift, PSI_THRESHOLD},
};
use tidegate_store::AlertFilter;

use crate::{
    Engine,
    baseline::Baseline,
    health, lock,
    record::log_failure,
    route::Watched,
    signals::Signals,
    view::{AlertPatch, AlertView},
};

const LISTED: u32 = 500;

/// How each rule of each model stands between two evaluations.
pub(crate) type Holds = HashMap<(ModelId, Signal), (Hold, Option<AlertId>)>;

impl Engine {
    /// Evaluates every rule of every model once; a model that can't be judged keeps no other from it.
    pub(crate) async fn evaluate_alerts(&self) -> Result<()> {
        for route in self.routes() {
            let Ok(champion) = route.champion() else { continue };
            let model = route.model();
            if let Err(error) = self.evaluate_model(&model, &champion.watched).await {
                tracing::error!(%error, cause = ?error.cause, model = model.name, "could not evaluate alerts");
            }
        }
        Ok(())
    }

    async fn evaluate_model(&self, model: &Model, watched: &Watched) -> Result<()> {
        let now = self.clock.now();
        let signals = health::signals(watched, &model.settings, now);
        let rules = self.rules(model).await?;
        // Disabled ones too: they clear what they had fired.
        for rule in &rules {
            self.evaluate(model, rule, &signals, now).await?;
        }
        self.close_unruled(model, &rules, now).await
    }

    /// The hold changes once the alert has: what could not be stored is tried again with the next evaluation.
    async fn evaluate(&self, model: &Model, rule: &Rule, signals: &Signals, now: Time) -> Result<()> {
        let value = signals.value(rule.signal, model.settings.min_rows.into());
        let key = (model.id, rule.signal);
        let (mut hold, mut open) = lock(&self.holds).get(&key).cloned().unwrap_or_default();
        match (step(rule, &mut hold, value, now), value, open) {
            (Some(Transition::Fire), Some(value), _) => {
                let alert = new_alert(model, rule, signals, value, now);
                let id = self.store.insert_alert(&alert).await?;
                open = Some(id);
                self.alert_fired(model, &Alert { id, ..alert }).await;
            }
            (Some(Transition::Clear), _, Some(id)) => {
                self.close_alert(model, id, now).await?;
                open = None;
            }
            _ => {}
        }
        lock(&self.holds).insert(key, (hold, open));
        Ok(())
    }

    /// Alerts whose rule was taken away.
    async fn close_unruled(&self, model: &Model, rules: &[Rule], now: Time) -> Result<()> {
        let ruled = |signal| rules.iter().any(|rule| rule.signal == signal);
        let unruled: Vec<_> = {
            let holds = lock(&self.holds);
            let others = holds.iter().filter(|((of, signal), _)| *of == model.id && !ruled(*signal));
            others.map(|(key, (_, open))| (*key, *open)).collect()
        };
        for (key, open) in unruled {
            if let Some(id) = open {
                self.close_alert(model, id, now).await?;
            }
            lock(&self.holds).remove(&key);
        }
        Ok(())
    }

    async fn close_alert(&self, model: &Model, id: AlertId, now: Time) -> Result<()> {
        let mut alert = self.store.alert(id).await?;
        alert.until = Some(now);
        self.store.update_alert(&alert).await?;
        let message =
            format!("{}: {} is back to normal", model.name, what(alert.signal, alert.subject.as_deref()));
        log_failure("audit an alert", self.audit_event(EventKind::AlertCleared, model, &message).await);
        self.happened(EventKind::AlertCleared, Some(&model.name), message, false);
        Ok(())
    }

    async fn alert_fired(&self, model: &Model, alert: &Alert) {
        log_failure("audit an alert", self.audit_event(EventKind::AlertFired, model, &alert.message).await);
        let message = format!("{}: {}", model.name, alert.message);
        self.happened(EventKind::AlertFired, Some(&model.name), message, true);
    }

    /// Alerts still open from before a restart, or from before their model was deleted, go on as they were.
    pub(crate) async fn adopt_alerts(&self, model: Option<ModelId>) -> Result<()> {
        let open = self.store.alerts(AlertFilter { open_only: true, model, limit: u32::MAX }).await?;
        let mut holds = lock(&self.holds);
        for alert in open {
            let hold = Hold { firing: true, ..Hold::default() };
            holds.insert((alert.model, alert.signal), (hold, Some(alert.id)));
        }
        Ok(())
    }

    /// The rules of a model: its own, else the defaults for its task and baseline.
    pub(crate) async fn rules(&self, model: &Model) -> Result<Vec<Rule>> {
        if let Some(rules) = self.store.rules(model.id).await? {
            return Ok(rules);
        }
        let Ok(champion) = self.route(&model.name).and_then(|route| route.champion()) else {
            return Ok(default_rules(Task::Other, None));
        };
        let aggregate = lock(&champion.watched.aggregate);
        Ok(default_rules(aggregate.schema().task, aggregate.baseline().map(Arc::as_ref)))
    }

    pub async fn alerts(&self, open_only: bool) -> Result<Vec<AlertView>> {
        let models = self.store.models(true).await?;
        let filter = AlertFilter { open_only, model: None, limit: LISTED };
        let alerts = self.store.alerts(filter).await?;
        Ok(alerts.into_iter().filter_map(|alert| alert_view(&models, alert)).collect())
    }

    pub async fn change_alert(&self, id: AlertId, patch: AlertPatch) -> Result<AlertView> {
        let mut alert = self.store.alert(id).await?;
        if let Some(acknowledged) = patch.acknowledged {
            alert.acknowledged = acknowledged;
        }
        if let Some(minutes) = patch.snooze_min {
            let until = self.clock.now().plus(i64::from(minutes) * 60_000);
            alert.snoozed_until = (minutes > 0).then_some(until);
        }
        self.store.update_alert(&alert).await?;
        let models = self.store.models(true).await?;
        alert_view(&models, alert).ok_or_else(|| Error::not_found("the alert's model was purged"))
    }

    /// What is wrong with any model now.
    pub(crate) async fn all_open_alerts(&self) -> Result<Vec<Alert>> {
        self.store.alerts(AlertFilter { open_only: true, model: None, limit: LISTED }).await
    }

    /// What is wrong with a model now.
    pub(crate) async fn open_alerts(&self, model: ModelId) -> Result<Vec<Alert>> {
        self.store.alerts(AlertFilter { open_only: true, model: Some(model), limit: LISTED }).await
    }
}

fn alert_view(models: &[Model], alert: Alert) -> Option<AlertView> {
    let model = models.iter().find(|model| model.id == alert.model)?;
    Some(AlertView { model_name: model.name.clone(), alert })
}

fn new_alert(model: &Model, rule: &Rule, signals: &Signals, value: f64, now: Time) -> Alert {
    let subject = signals.subject(rule.signal);
    Alert {
        id: AlertId(0),
        model: model.id,
        signal: rule.signal,
        subject: subject.map(|drift| drift.name.clone()),
        severity: rule.severity,
        since: now,
        until: None,
        value,
        threshold: rule.threshold,
        message: sentence(rule, subject, signals, value),
        snoozed_until: None,
        acknowledged: false,
    }
}

/// What, how much, against which limit.
fn sentence(rule: &Rule, subject: Option<&Drift>, signals: &Signals, value: f64) -> String {
    let limit = rule.threshold;
    match rule.signal {
        Signal::InputDrift | Signal::PredictionDrift => {
            let name = what(rule.signal, subject.map(|drift| drift.name.as_str()));
            let how = subject.map_or("", |drift| drift.sentence.as_str());
            format!("{name} drifted (PSI {value:.2}, limit {limit:.2}): {how}")
        }
        Signal::Accuracy => {
            let n = signals.labelled;
            format!("accuracy is {:.1}% on {n} labelled rows, below {:.1}%", value * 100.0, limit * 100.0)
        }
        Signal::MeanAbsoluteError => {
            format!(
                "mean absolute error is {value:.3} on {} labelled rows, above {limit:.3}",
                signals.labelled
            )
        }
        Signal::ErrorShare => format!(
            "{:.1}% of requests failed ({} of {}), above {:.1}%",
            value * 100.0,
            signals.failed,
            signals.requests,
            limit * 100.0
        ),
        Signal::LatencyP99 => format!("99% of answers took up to {value:.1} ms, above {limit:.1} ms"),
    }
}

fn what(signal: Signal, subject: Option<&str>) -> String {
    match (signal, subject) {
        (Signal::InputDrift, Some(subject)) => subject.into(),
        (Signal::InputDrift, None) => "the inputs".into(),
        (Signal::PredictionDrift, _) => "the predictions".into(),
        (Signal::Accuracy, _) => "accuracy".into(),
        (Signal::MeanAbsoluteError, _) => "mean absolute error".into(),
        (Signal::ErrorShare, _) => "the share of failed requests".into(),
        (Signal::LatencyP99, _) => "latency".into(),
    }
}

/// Five points below the accuracy on the reference rows (or a quarter above its error) is worth a look.
fn default_rules(task: Task, baseline: Option<&Baseline>) -> Vec<Rule> {
    let rule = |signal, direction, threshold, severity, enabled| Rule {
        signal,
        direction,
        threshold,
        hold: 3,
        cool_down_s: 60,
        severity,
        enabled,
    };
    use {Direction::*, Severity::*, Signal::*};
    let mut rules = vec![
        rule(InputDrift, Above, PSI_THRESHOLD, Watch, true),
        rule(PredictionDrift, Above, PSI_THRESHOLD, Watch, true),
        rule(ErrorShare, Above, 0.05, Act, true),
        rule(LatencyP99, Above, 1_000.0, Watch, true),
    ];
    let quality = baseline.and_then(|baseline| baseline.quality);
    match task {
        Task::Classification => {
            let limit = quality.map_or(0.8, |accuracy| ((accuracy - 0.05) * 1e3).round() / 1e3);
            rules.push(rule(Accuracy, Below, limit, Act, quality.is_some()));
        }
        Task::Regression => {
            let limit = quality.map_or(1.0, |error| error * 1.25);
            rules.push(rule(MeanAbsoluteError, Above, limit, Act, quality.is_some()));
        }
        Task::Other => {}
    }
    rules
}

pub(crate) fn check_rules(rules: &[Rule]) -> Result<()> {
    for (index, rule) in rules.iter().enumerate() {
        if !rule.threshold.is_finite() {
            return Err(Error::invalid(format!("`rules[{index}].threshold` must be a number")));
        }
        if rule.hold == 0 {
            return Err(Error::invalid(format!("`rules[{index}].hold` must be at least 1")));
        }
        if rules[..index].iter().any(|other| other.signal == rule.signal) {
            return Err(
                Error::invalid(format!("`rules[{index}]` repeats a signal")).hint("one rule a signal")
            );
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "alerts_tests.rs"]
mod tests;
