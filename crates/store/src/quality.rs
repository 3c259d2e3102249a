//! Quality checks of versions, and the rows that failed them.

use tidegate_core::{ModelId, Result, RowId, Time, VersionId, event::EventKind};

use crate::{
    Store, audit,
    error::db,
    models::edited,
    open::begin,
    rows::{cell, id_bytes},
};

/// A row that failed a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub version: VersionId,
    pub row: RowId,
    pub time: Time,
    pub check: String,
    /// `warn`, `tag` or `reject`.
    pub action: String,
    pub value: String,
    pub message: String,
}

/// Which violations to list.
#[derive(Debug, Clone, Copy)]
pub struct ViolationFilter<'a> {
    pub check: Option<&'a str>,
    pub action: Option<&'a str>,
    /// `from <= time < to`.
    pub from: Time,
    pub to: Time,
    pub limit: u32,
}

/// A change of checks by somebody, for the audit trail.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub model: ModelId,
    pub what: &'a str,
    pub who: &'a str,
    pub why: &'a str,
    pub now: Time,
}

struct Row {
    id: i64,
    version: i64,
    prediction: Vec<u8>,
    row: i64,
    time_ms: i64,
    check_id: String,
    action: String,
    value: String,
    message: String,
}

impl Store {
    pub async fn quality_checks(&self, version: VersionId) -> Result<Option<String>> {
        sqlx::query_scalar!("select checks_json from quality_checks where version = ?", version.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)
    }

    /// Replaces the checks of a version; a change by hand leaves its trace in the same transaction.
    pub async fn put_quality_checks(
        &self,
        version: VersionId,
        checks_json: &str,
        change: Option<Change<'_>>,
    ) -> Result<()> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        sqlx::query!(
            "insert into quality_checks (version, checks_json)
             select ?1, ?2 where exists (select 1 from version where id = ?1)
             on conflict (version) do update set checks_json = excluded.checks_json",
            version.0,
            checks_json
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        if let Some(Change { model, what, who, why, now }) = change {
            let line = edited(model, EventKind::Edited, what.into(), who, why, now);
            audit::write(&mut transaction, &line).await?;
        }
        transaction.commit().await.map_err(db)
    }

    /// Keeps violations; those of a version that is gone are left out.
    pub async fn put_violations(&self, violations: &[Violation]) -> Result<()> {
        if violations.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer().await?;
        let mut transaction = begin(&mut writer).await?;
        for violation in violations {
            let prediction = id_bytes(&violation.row.prediction);
            sqlx::query!(
                "insert into quality_violation
                    (version, prediction, row, time_ms, check_id, action, value, message)
                 select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 where exists (select 1 from version where id = ?1)",
                violation.version.0,
                prediction,
                violation.row.row,
                violation.time.0,
                violation.check,
                violation.action,
                violation.value,
                violation.message
            )
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        }
        transaction.commit().await.map_err(db)
    }

    /// Violations of a version, newest first.
    pub async fn violations(
        &self,
        version: VersionId,
        filter: ViolationFilter<'_>,
    ) -> Result<Vec<Violation>> {
        let rows = sqlx::query_as!(
            Row,
            "select id, version, prediction, row, time_ms, check_id, action, value, message from quality_violation
             where version = ?1 and (?2 is null or check_id = ?2) and (?3 is null or action = ?3)
               and time_ms >= ?4 and time_ms < ?5
             order by id desc limit ?6",
            version.0,
            filter.check,
            filter.action,
            filter.from.0,
            filter.to.0,
            filter.limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        rows.into_iter()
            .map(|row| {
                let at = |column| cell("quality_violation", column, row.id);
                Ok(Violation {
                    version: VersionId(row.version),
                    row: RowId {
                        prediction: at("prediction").prediction(&row.prediction)?,
                        row: at("row").count(row.row)?,
                    },
                    time: Time(row.time_ms),
                    check: row.check_id,
                    action: row.action,
                    value: row.value,
                    message: row.message,
                })
            })
            .collect()
    }

    /// Forgets violations from before a time, and of those not tagged all but the newest `examples` a version.
    pub async fn expire_violations(
        &self,
        before: Time,
        versions: &[VersionId],
        examples: u32,
    ) -> Result<u64> {
        let mut writer = self.writer().await?;
        let mut gone = sqlx::query!("delete from quality_violation where time_ms < ?", before.0)
            .execute(&mut *writer)
            .await
            .map_err(db)?
            .rows_affected();
        for version in versions {
            gone += sqlx::query!(
                "delete from quality_violation where version = ?1 and action != 'tag' and id <= (
                    select id from quality_violation where version = ?1 and action != 'tag'
                    order by id desc limit 1 offset ?2)",
                version.0,
                examples
            )
            .execute(&mut *writer)
            .await
            .map_err(db)?
            .rows_affected();
        }
        Ok(gone)
    }
}
