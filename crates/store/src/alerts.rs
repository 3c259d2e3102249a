//! Alerts that fired, the rules that fire them, and what is put off.

use std::collections::HashMap;

use tidegate_core::{
    Error, ModelId, Result, Time,
    alert::{Alert, Rule, Severity, Signal},
    event::EventKind,
    id::AlertId,
};

use crate::{
    Store, audit,
    error::db,
    models::edited,
    open::begin,
    rows::{cell, to_json, to_word},
};

/// Which alerts to list.
#[derive(Debug, Clone, Copy)]
pub struct AlertFilter {
    /// Only those that have not cleared.
    pub open_only: bool,
    pub model: Option<ModelId>,
    pub limit: u32,
}

struct Row {
    id: i64,
    model: i64,
    rule: String,
    signal: String,
    subject: Option<String>,
    severity: String,
    since_ms: i64,
    until_ms: Option<i64>,
    value: Option<f64>,
    threshold: Option<f64>,
    message: String,
    why_json: Option<String>,
    snoozed_until_ms: Option<i64>,
    acknowledged: i64,
}

impl TryFrom<Row> for Alert {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: AlertId(row.id),
            model: ModelId(row.model),
            rule: row.rule,
            signal: cell("alert", "signal", row.id).word::<Signal>(row.signal)?,
            subject: row.subject,
            severity: cell("alert", "severity", row.id).word::<Severity>(row.severity)?,
            since: Time(row.since_ms),
            until: row.until_ms.map(Time),
            value: row.value.unwrap_or(f64::NAN),
            threshold: row.threshold.unwrap_or(f64::NAN),
            message: row.message,
            why: row.why_json.map(|json| cell("alert", "why_json", row.id).json(&json)).transpose()?,
            snoozed_until: row.snoozed_until_ms.map(Time),
            acknowledged: row.acknowledged != 0,
        })
    }
}

impl Store {
    /// Adds an alert; its `id` is ignored, the new one is returned.
    pub async fn insert_alert(&self, alert: &Alert) -> Result<AlertId> {
        let (signal, severity) = (to_word(&alert.signal)?, to_word(&alert.severity)?);
        let (until, snoozed) = (alert.until.map(|time| time.0), alert.snoozed_until.map(|time| time.0));
        let why = alert.why.as_ref().map(to_json).transpose()?;
        sqlx::query_scalar!(
            "insert into alert (model, rule, signal, subject, severity, since_ms, until_ms, value, threshold,
                                message, why_json, snoozed_until_ms, acknowledged)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id as \"id!\"",
            alert.model.0,
            alert.rule,
            signal,
            alert.subject,
            severity,
            alert.since.0,
            until,
            alert.value,
            alert.threshold,
            alert.message,
            why,
            snoozed,
            alert.acknowledged
        )
        .fetch_one(&mut *self.writer().await?)
        .await
        .map(AlertId)
        .map_err(db)
    }

    /// Replaces what can change about an alert: its subject, severity, end, value, message with its reasons,
    /// snoozing, acknowledgement.
    pub async fn update_alert(&self, alert: &Alert) -> Result<()> {
        let severity = to_word(&alert.severity)?;
        let (until, snoozed) = (alert.until.map(|time| time.0), alert.snoozed_until.map(|time| time.0));
        let why = alert.why.as_ref().map(to_json).transpose()?;
        let updated = sqlx::query!(
            "update alert set subject = ?, severity = ?, until_ms = ?, value = ?, threshold = ?, message = ?,
                              why_json = ?, snoozed_until_ms = ?, acknowledged = ?
             where id = ?",
            alert.subject,
            severity,
            until,
            alert.value,
            alert.threshold,
            alert.message,
            why,
            snoozed,
            alert.acknowledged,
            alert.id.0
        )
        .execute(&mut *self.writer().await?)
        .await
        .map_err(db)?;
        match updated.rows_affected() {
            0 => Err(Error::not_found(format!("there is no alert with id {}", alert.id))),
            _ => Ok(()),
        }
    }

    pub async fn alert(&self, id: AlertId) -> Result<Alert> {
        sqlx::query_as!(
            Row,
            "select id, model, rule, signal, subject, severity, since_ms, until_ms, value, threshold, message,
                    why_json, snoozed_until_ms, acknowledged
             from alert where id = ?",
            id.0
        )
        .fetch_optional(self.readers())
        .await
        .map_err(db)?
        .ok_or_else(|| Error::not_found(format!("there is no alert with id {id}")))?
        .try_into()
    }

    /// The newest alerts first; those of models in the bin are left out.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<Alert>> {
        let model = filter.model.map(|id| id.0);
        sqlx::query_as!(
            Row,
            "select id, model, rule, signal, subject, severity, since_ms, until_ms, value, threshold, message,
                    why_json, snoozed_until_ms, acknowledged
             from alert
             where (?1 is null or model = ?1) and (until_ms is null or not ?2)
               and model in (select id from model where deleted_ms is null)
             order by id desc limit ?3",
            model,
            filter.open_only,
            filter.limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Alert::try_from)
        .collect()
    }

    /// The rules set for a model; `None` while it goes by the default ones.
    pub async fn rules(&self, model: ModelId) -> Result<Option<Vec<Rule>>> {
        sqlx::query_scalar!("select rules_json from alert_rules where model = ?", model.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)?
            .map(|json| cell("alert_rules", "rules_json", model).json(&json))
            .transpose()
    }

    pub async fn put_rules(
        &self,
        model: ModelId,
        rules: &[Rule],
        who: &str,
        why: &str,
        now: Time,
    ) -> Result<()> {
        let json = to_json(&rules)?;
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        sqlx::query!(
            "insert into alert_rules (model, rules_json) values (?, ?)
             on conflict (model) do update set rules_json = excluded.rules_json",
            model.0,
            json
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        let what = "changed the alert rules".to_owned();
        audit::write(&mut transaction, &edited(model, EventKind::Edited, what, who, why, now)).await?;
        transaction.commit().await.map_err(db)
    }

    /// Until when rules of a model are put off, by their ids; all of them under the empty one.
    pub async fn snoozes(&self, model: ModelId, now: Time) -> Result<HashMap<String, Time>> {
        let rows = sqlx::query!(
            "select rule, until_ms from alert_snooze where model = ? and until_ms > ?",
            model.0,
            now.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        Ok(rows.into_iter().map(|row| (row.rule, Time(row.until_ms))).collect())
    }

    /// Puts off one rule of a model (all of them for an empty id), or ends that.
    pub async fn put_snooze(&self, model: ModelId, rule: &str, until: Option<Time>) -> Result<()> {
        let mut writer = self.registry().await?;
        let done = match until {
            Some(until) => {
                sqlx::query!(
                    "insert into alert_snooze (model, rule, until_ms) values (?, ?, ?)
                     on conflict (model, rule) do update set until_ms = excluded.until_ms",
                    model.0,
                    rule,
                    until.0
                )
                .execute(&mut *writer)
                .await
            }
            None => {
                sqlx::query!("delete from alert_snooze where model = ? and rule = ?", model.0, rule)
                    .execute(&mut *writer)
                    .await
            }
        };
        done.map(drop).map_err(db)
    }
}
