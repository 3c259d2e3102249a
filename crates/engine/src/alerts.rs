//! Alerts: what fired, acknowledged or snoozed, and the rules that make them.
//!
//! Owns what can be asked of and done to alerts. Must not know how a rule is evaluated ([`evaluate`]) or how an
//! alert is delivered.

mod backtest;
mod deliver;
mod evaluate;
mod history;
mod judge;
mod look;
mod replay;
mod rules;
mod words;

use std::sync::Arc;

use tidegate_core::{
    Error, ModelId, Result, Time,
    alert::{Alert, Rule},
    id::AlertId,
    model::Model,
    schema::Task,
    time::MINUTE_MS,
};
use tidegate_monitor::alert::Verdict;
use tidegate_store::AlertFilter;

use crate::{
    Engine, lock,
    signals::definition,
    view::{AlertPatch, AlertView, RuleChoices, RuleState, RuleView, RulesView, SnoozeRequest},
};
pub(crate) use deliver::Sending;
pub(crate) use evaluate::Standings;
pub(crate) use history::Sliding;
pub(crate) use judge::{Judged, Window, judge, spans};
pub(crate) use rules::default_rules;
pub(crate) use words::{amount, sentence, stretch};

const LISTED: u32 = 500;
/// Nothing is put off for longer, minutes.
const LONGEST_SNOOZE: u32 = 366 * 24 * 60;

impl Engine {
    /// The rules of a model: its own, else the defaults for its task and baseline.
    pub(crate) async fn rules(&self, model: &Model) -> Result<Vec<Rule>> {
        if let Some(rules) = self.store.rules(model.id).await? {
            return Ok(rules::identified(rules));
        }
        let Ok(champion) = self.route(&model.name).and_then(|route| route.champion()) else {
            return Ok(rules::default_rules(Task::Other, None));
        };
        let aggregate = lock(&champion.watched.aggregate);
        Ok(rules::default_rules(aggregate.schema().task, aggregate.baseline().map(Arc::as_ref)))
    }

    pub(crate) async fn put_rules(&self, model: &Model, rules: &[Rule], who: &str) -> Result<()> {
        rules::check_rules(rules, self.inputs(model).as_deref())?;
        let rules = rules::identified(rules.to_vec());
        self.store.put_rules(model.id, &rules, who, "", self.clock.now()).await
    }

    /// Names of the champion's inputs, where there is one.
    fn inputs(&self, model: &Model) -> Option<Vec<String>> {
        let champion = self.route(&model.name).and_then(|route| route.champion()).ok()?;
        let schema = lock(&champion.watched.aggregate).schema().clone();
        Some(schema.features.iter().map(|feature| feature.name.clone()).collect())
    }

    /// What rules can be made of.
    pub fn rule_choices(&self) -> RuleChoices {
        rules::choices()
    }

    /// The rules of a model, and how each stands.
    pub async fn rules_of(&self, name: &str) -> Result<RulesView> {
        let model = self.store.model(name).await?;
        let now = self.clock.now();
        let snoozes = self.store.snoozes(model.id, now).await?;
        let rules = self.rules(&model).await?;
        let view = |rule: Rule| {
            let standing = lock(&self.standings).get(&(model.id, rule.id.clone())).cloned();
            let standing = standing.as_ref();
            let judged = standing.and_then(|standing| standing.judged.as_ref());
            let state = match (rule.enabled, standing, judged) {
                (false, ..) => RuleState::Off,
                (_, Some(standing), _) if standing.hold.firing => RuleState::Firing,
                (_, _, None) => RuleState::NoData,
                (_, _, Some(judged)) if judged.verdict == Verdict::Over => RuleState::Pending,
                _ => RuleState::Calm,
            };
            RuleView {
                says: words::says(&rule, &model.settings),
                state,
                compared: judged.map(|judged| judged.compared),
                unit: judge::compared_unit(&rule),
                snoozed_until: snoozes.get(&rule.id).copied(),
                rule,
            }
        };
        Ok(RulesView {
            rules: rules.into_iter().map(view).collect(),
            defaults: self.store.rules(model.id).await?.is_none(),
            snoozed_until: snoozes.get("").copied(),
            window_s: model.settings.window_s,
        })
    }

    /// Puts off what a rule, or every rule of a model, has to say: alerts open, but press nobody.
    pub async fn snooze_rules(&self, name: &str, request: SnoozeRequest) -> Result<RulesView> {
        let model = self.store.model(name).await?;
        let rules = self.rules(&model).await?;
        if let Some(id) = &request.rule
            && !rules.iter().any(|rule| rule.id == *id)
        {
            return Err(Error::not_found(format!("model `{name}` has no rule `{id}`")));
        }
        let until = self.snooze_until(request.minutes)?;
        self.store.put_snooze(model.id, request.rule.as_deref().unwrap_or(""), until).await?;
        for alert in self.open_alerts(model.id).await? {
            if request.rule.as_ref().is_none_or(|id| *id == alert.rule) {
                self.put_off(Alert { snoozed_until: until, ..alert }).await?;
            }
        }
        self.rules_of(name).await
    }

    fn snooze_until(&self, minutes: u32) -> Result<Option<Time>> {
        if minutes > LONGEST_SNOOZE {
            return Err(Error::invalid("a snooze lasts a year at most")
                .hint("switch the rule off if it is never of use"));
        }
        Ok((minutes > 0).then(|| self.clock.now().plus(i64::from(minutes) * MINUTE_MS)))
    }

    /// Stores a changed alert; when its snooze ends while it is open, it is told again.
    async fn put_off(&self, alert: Alert) -> Result<()> {
        self.store.update_alert(&alert).await?;
        let mut standings = lock(&self.standings);
        if let Some(standing) = standings.get_mut(&(alert.model, alert.rule.clone()))
            && standing.open == Some(alert.id)
        {
            standing.quiet_until = alert.snoozed_until;
        }
        Ok(())
    }

    pub async fn alerts(&self, open_only: bool, model: Option<&str>) -> Result<Vec<AlertView>> {
        let model = match model {
            Some(name) => Some(self.store.model(name).await?.id),
            None => None,
        };
        let models = self.store.models(true).await?;
        let alerts = self.store.alerts(AlertFilter { open_only, model, limit: LISTED }).await?;
        Ok(alerts.into_iter().filter_map(|alert| alert_view(&models, alert)).collect())
    }

    pub async fn change_alert(&self, id: AlertId, patch: AlertPatch) -> Result<AlertView> {
        let mut alert = self.store.alert(id).await?;
        if let Some(acknowledged) = patch.acknowledged {
            alert.acknowledged = acknowledged;
        }
        if let Some(minutes) = patch.snooze_min {
            alert.snoozed_until = self.snooze_until(minutes)?;
        }
        self.put_off(alert.clone()).await?;
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
    let retrain = definition(alert.signal).of_answers;
    Some(AlertView { model_name: model.name.clone(), retrain, alert })
}
