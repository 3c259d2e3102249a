//! Alert rules at work: each evaluated over its own windows of the champion's buckets, with hysteresis.
//!
//! Owns when an alert is opened, changed and closed. Must not know how it is delivered.

use std::collections::{BTreeSet, HashMap};

use tidegate_core::{
    ModelId, Result, Time,
    alert::{Alert, Rule, Why},
    channel::NoticeStatus,
    event::EventKind,
    id::AlertId,
    model::Model,
    time::{HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::alert::{Hold, Seasonal, Transition, Verdict, step};
use tidegate_store::AlertFilter;

use super::{
    judge::{Judged, judge},
    look::{Look, in_memory, usual_now},
    rules,
    words::{self, says, sentence},
};
use crate::{Engine, lock, record::log_failure, route::Watched};

/// How each rule of each model stands between two evaluations, by the rule's id.
pub(crate) type Standings = HashMap<(ModelId, String), Standing>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub hold: Hold,
    pub open: Option<AlertId>,
    /// What it saw last; none where there was too little.
    pub judged: Option<Judged>,
    /// It was not told, or told and put off since: it is told at that time if it still stands.
    pub quiet_until: Option<Time>,
    /// When it was last evaluated.
    at: Option<Time>,
    /// What was usual, as known in that hour.
    history: Option<(Time, Rule, Seasonal)>,
}

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

    pub(super) async fn evaluate_model(&self, model: &Model, watched: &Watched) -> Result<()> {
        let now = self.clock.now();
        let rules = self.rules(model).await?;
        let snoozes = self.store.snoozes(model.id, now).await?;
        let mut look = Look::new(self, model, watched, now);
        // Disabled ones too: they clear what they had fired. One that fails keeps no other from being evaluated.
        let mut failed = None;
        for rule in &rules {
            let quiet_until = snoozes.get(&rule.id).max(snoozes.get("")).copied();
            if let Err(error) = self.evaluate(&mut look, rule, quiet_until).await {
                failed = Some(error);
            }
        }
        self.close_unruled(model, &rules, now).await?;
        failed.map_or(Ok(()), Err)
    }

    /// The standing changes once the alert has: what could not be stored is tried again with the next evaluation.
    async fn evaluate(&self, look: &mut Look<'_>, rule: &Rule, quiet_until: Option<Time>) -> Result<()> {
        let key = (look.model.id, rule.id.clone());
        let mut standing = lock(&self.standings).get(&key).cloned().unwrap_or_default();
        let memory = in_memory(rule, look.model);
        let now = if memory { look.now } else { look.now.floor(MINUTE_MS) };
        if !memory && rule.enabled && standing.at == Some(now) {
            return Ok(());
        }
        let judged = if rule.enabled { self.judge(look, rule, &mut standing).await? } else { None };
        let verdict = judged.as_ref().map(|judged| judged.verdict);
        let transition = step(rule, &mut standing.hold, verdict, now);
        match (transition, &judged, standing.open) {
            (Some(Transition::Fire), Some(judged), _) => {
                let alert = new_alert(look.model, rule, judged, look.now, quiet_until);
                let id = self.store.insert_alert(&alert).await?;
                standing.open = Some(id);
                standing.quiet_until = quiet_until;
                self.alert_fired(look.model, &Alert { id, ..alert }).await;
            }
            (Some(Transition::Clear), _, Some(id)) => {
                self.close_alert(look.model, id, look.now).await?;
                standing.open = None;
            }
            (None, Some(judged), Some(id)) => {
                self.keep_open(look, rule, (&mut standing, id), judged).await?;
            }
            _ => {}
        }
        standing.at = Some(now);
        standing.judged = judged;
        lock(&self.standings).insert(key, standing);
        Ok(())
    }

    async fn judge(
        &self,
        look: &mut Look<'_>,
        rule: &Rule,
        standing: &mut Standing,
    ) -> Result<Option<Judged>> {
        let hour = look.now.floor(HOUR_MS);
        if !standing.history.as_ref().is_some_and(|(at, of, _)| *at == hour && of == rule) {
            standing.history = look.history(rule).await?.map(|learnt| (hour, rule.clone(), learnt));
        }
        let windows = look.windows(rule).await?;
        let learnt = standing.history.as_mut().map(|(.., learnt)| learnt);
        let usual = usual_now(learnt, rule, look);
        Ok(judge(rule, &windows, usual, &look.model.settings))
    }

    /// An alert about many says so as they become more or fewer, and is told when it was put off until now.
    async fn keep_open(
        &self,
        look: &Look<'_>,
        rule: &Rule,
        (standing, id): (&mut Standing, AlertId),
        judged: &Judged,
    ) -> Result<()> {
        let names =
            |judged: &Judged| judged.members.iter().map(|one| one.name.clone()).collect::<BTreeSet<_>>();
        let before = standing.judged.as_ref().map(names);
        let changed = judged.verdict == Verdict::Over && before.is_some_and(|before| before != names(judged));
        let due = standing.quiet_until.is_some_and(|until| until <= look.now);
        if !changed && !due {
            return Ok(());
        }
        let mut alert = self.store.alert(id).await?;
        if changed {
            let fresh = new_alert(look.model, rule, judged, alert.since, alert.snoozed_until);
            let Alert { value, message, why, subject, .. } = fresh;
            alert = Alert { value, message, why, subject, ..alert };
            self.store.update_alert(&alert).await?;
        }
        if due {
            standing.quiet_until = None;
            if !alert.acknowledged {
                self.tell(look.model, &alert, NoticeStatus::Firing).await;
            }
        }
        Ok(())
    }

    /// Alerts whose rule was taken away.
    async fn close_unruled(&self, model: &Model, rules: &[Rule], now: Time) -> Result<()> {
        let ruled = |id: &str| rules.iter().any(|rule| rule.id == id);
        let unruled: Vec<_> = {
            let standings = lock(&self.standings);
            let others = standings.iter().filter(|((of, id), _)| *of == model.id && !ruled(id));
            others.map(|(key, standing)| (key.clone(), standing.open)).collect()
        };
        for (key, open) in unruled {
            if let Some(id) = open {
                self.close_alert(model, id, now).await?;
            }
            lock(&self.standings).remove(&key);
        }
        Ok(())
    }

    async fn close_alert(&self, model: &Model, id: AlertId, now: Time) -> Result<()> {
        let mut alert = self.store.alert(id).await?;
        alert.until = Some(now);
        self.store.update_alert(&alert).await?;
        let what = words::what(alert.signal, alert.subject.as_deref());
        let message = format!("{}: {what} is back to normal", model.name);
        log_failure("audit an alert", self.audit_event(EventKind::AlertCleared, model, &message).await);
        self.tell(model, &alert, NoticeStatus::Resolved).await;
        Ok(())
    }

    async fn alert_fired(&self, model: &Model, alert: &Alert) {
        log_failure("audit an alert", self.audit_event(EventKind::AlertFired, model, &alert.message).await);
        self.tell(model, alert, NoticeStatus::Firing).await;
    }

    /// On the page, on the desktop and through channels; while it is put off, on the page only.
    async fn tell(&self, model: &Model, alert: &Alert, status: NoticeStatus) {
        let awake = alert.snoozed_until.is_none_or(|until| until <= self.clock.now());
        let (kind, message) = match status {
            NoticeStatus::Resolved => {
                let what = words::what(alert.signal, alert.subject.as_deref());
                (EventKind::AlertCleared, format!("{}: {what} is back to normal", model.name))
            }
            _ => (EventKind::AlertFired, format!("{}: {}", model.name, alert.message)),
        };
        self.happened(kind, Some(&model.name), message, awake && kind == EventKind::AlertFired);
        if awake {
            log_failure("queue a message", self.enqueue(model, alert, status).await);
        }
    }

    /// Alerts still open from before a restart, or from before their model was deleted, go on as they were.
    pub(crate) async fn adopt_alerts(&self, model: Option<ModelId>) -> Result<()> {
        let open = self.store.alerts(AlertFilter { open_only: true, model, limit: u32::MAX }).await?;
        let mut standings = lock(&self.standings);
        for alert in open {
            // Alerts from before rules had ids are those of the one rule their signal had.
            let rule = if alert.rule.is_empty() { rules::word(alert.signal) } else { alert.rule };
            let standing = Standing {
                hold: Hold { firing: true, ..Hold::default() },
                open: Some(alert.id),
                quiet_until: alert.snoozed_until,
                ..Standing::default()
            };
            standings.insert((alert.model, rule), standing);
        }
        Ok(())
    }
}

fn new_alert(model: &Model, rule: &Rule, judged: &Judged, since: Time, snoozed_until: Option<Time>) -> Alert {
    let only = match judged.members.as_slice() {
        [one] => Some(one.name.clone()),
        _ => None,
    };
    let rule_name = if rule.name.is_empty() { says(rule, &model.settings) } else { rule.name.clone() };
    Alert {
        id: AlertId(0),
        model: model.id,
        rule: rule.id.clone(),
        signal: rule.signal,
        subject: rule.subject.clone().or(only),
        severity: rule.severity,
        since,
        until: None,
        value: judged.value,
        threshold: rule.threshold,
        message: sentence(rule, judged, &model.settings),
        why: Some(Why {
            rule: rule.clone(),
            rule_name,
            compared: judged.compared,
            clears_at: judged.clears_at,
            windows: judged.windows.clone(),
            usual: judged.usual,
            members: judged.members.clone(),
        }),
        snoozed_until,
        acknowledged: false,
    }
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;
