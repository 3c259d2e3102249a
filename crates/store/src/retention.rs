//! Observations past their retention go, some at a time, so that recording never waits long.
//!
//! Owns what is old. How long each kind is kept is the caller's affair. The audit trail is never shortened.

use sqlx::SqliteConnection;
use tidegate_core::{Result, Time};

use crate::{Store, error::db};

/// Blocks, and rows of other tables, that go in one transaction.
const BLOCKS: u32 = 256;
const ROWS: u32 = 4_096;

impl Store {
    /// Removes predictions older than `before` (to the block, at most a minute's worth is kept longer); returns
    /// how many requests.
    pub async fn expire_predictions(&self, before: Time) -> Result<u64> {
        let mut expired = 0;
        loop {
            let requests = sqlx::query_scalar!(
                "delete from prediction_block where id in (
                    select id from prediction_block where to_ms < ? order by to_ms limit ?)
                 returning requests",
                before.0,
                BLOCKS
            )
            .fetch_all(&mut *self.writer().await?)
            .await
            .map_err(db)?;
            expired += requests.iter().map(|requests| requests.unsigned_abs()).sum::<u64>();
            if requests.len() < BLOCKS as usize {
                return Ok(expired);
            }
        }
    }

    /// Removes labels of predictions made before `before`, and labels as old that never found one; returns how
    /// many.
    pub async fn expire_labels(&self, before: Time) -> Result<u64> {
        let mut expired = 0;
        loop {
            let mut writer = self.writer().await?;
            let done = expire_matched(&mut writer, before).await?
                + expire_waiting(&mut writer, before).await?
                + expire_client_labels(&mut writer, before).await?;
            expired += done;
            if done == 0 {
                return Ok(expired);
            }
        }
    }

    /// Removes alerts that cleared before `before`, and the log of messages as old that are not on their way any
    /// more; returns how many alerts.
    pub async fn expire_alerts(&self, before: Time) -> Result<u64> {
        sqlx::query!("delete from delivery where created_ms < ? and state <> 'waiting'", before.0)
            .execute(&mut *self.writer().await?)
            .await
            .map_err(db)?;
        sqlx::query!("delete from alert where until_ms < ?", before.0)
            .execute(&mut *self.writer().await?)
            .await
            .map(|done| done.rows_affected())
            .map_err(db)
    }

    /// Empties log and loss curve of the runs that were over before `before`; what they compared and decided
    /// stays. Returns how many.
    pub async fn expire_run_logs(&self, before: Time) -> Result<u64> {
        sqlx::query!(
            "update run set run_json = json_replace(
                json_set(run_json, '$.log', json('[]'), '$.progress', json('[]')), '$.job.lines', json('[]'))
             where created_ms < ? and state not in ('queued', 'preparing', 'training', 'comparing')
               and case when json_valid(run_json)
                   then json_array_length(run_json, '$.log') + json_array_length(run_json, '$.progress')
                       + coalesce(json_array_length(run_json, '$.job.lines'), 0) > 0
                   else 0 end",
            before.0
        )
        .execute(&mut *self.writer().await?)
        .await
        .map(|done| done.rows_affected())
        .map_err(db)
    }

    /// Removes samples of the system older than `before`; returns how many.
    pub async fn drop_system(&self, before: Time) -> Result<u64> {
        sqlx::query!("delete from system_sample where time_ms < ?", before.0)
            .execute(&mut *self.writer().await?)
            .await
            .map(|done| done.rows_affected())
            .map_err(db)
    }
}

async fn expire_matched(connection: &mut SqliteConnection, before: Time) -> Result<u64> {
    sqlx::query!(
        "delete from label where (prediction, row) in (
            select prediction, row from label
            where version in (select id from version) and predicted_ms < ? limit ?)",
        before.0,
        ROWS
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(db)
}

async fn expire_waiting(connection: &mut SqliteConnection, before: Time) -> Result<u64> {
    sqlx::query!(
        "delete from label where (prediction, row) in (
            select prediction, row from label where version is null and time_ms < ? limit ?)",
        before.0,
        ROWS
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
    .map_err(db)
}

async fn expire_client_labels(connection: &mut SqliteConnection, before: Time) -> Result<u64> {
    sqlx::query!("delete from client_label where time_ms < ?", before.0)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(db)
}
