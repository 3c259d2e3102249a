//! The error streams of versions: bytes whose meaning is somebody else's, and the labels they have yet to take.

use sqlx::SqliteConnection;
use tidegate_core::{Result, RowId, Time, VersionId, event::Audit, prediction::Label};

use crate::{
    Store, audit,
    error::db,
    open::begin,
    rows::{cell, id_bytes},
};

impl Store {
    /// Keeps the states of error streams, which have taken every label put so far, and tells the trail what they
    /// found, in one transaction. Streams of a version that is gone are left out.
    pub async fn put_error_streams(&self, streams: &[(VersionId, Vec<u8>)], found: &[Audit]) -> Result<()> {
        let mut writer = self.writer().await?;
        let mut transaction = begin(&mut writer).await?;
        for (version, body) in streams {
            sqlx::query!(
                "insert into error_stream (version, body)
                 select ?1, ?2 where exists (select 1 from version where id = ?1)
                 on conflict (version) do update set body = excluded.body",
                version.0,
                body
            )
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        }
        sqlx::query!("delete from label_inbox").execute(&mut *transaction).await.map_err(db)?;
        for audit in found {
            audit::write(&mut transaction, audit).await?;
        }
        transaction.commit().await.map_err(db)
    }

    pub async fn error_stream(&self, version: VersionId) -> Result<Option<Vec<u8>>> {
        sqlx::query_scalar!("select body from error_stream where version = ?", version.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)
    }

    /// Labels that no kept state has taken yet, in the order they found their prediction.
    pub async fn untaken_labels(&self) -> Result<Vec<Label>> {
        let rows = sqlx::query!(
            "select label.prediction, label.row as \"row!\", truth_json, time_ms from label_inbox
             join label on label.prediction = label_inbox.prediction and label.row = label_inbox.row
             order by label_inbox.id"
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        rows.into_iter()
            .map(|row| {
                let prediction = cell("label", "prediction", row.row).prediction(&row.prediction)?;
                let number = cell("label", "row", prediction).count(row.row)?;
                let truth = cell("label", "truth_json", prediction).json(&row.truth_json)?;
                Ok(Label { row: RowId { prediction, row: number }, truth, time: Time(row.time_ms) })
            })
            .collect()
    }
}

/// Puts a label that found its prediction before the error stream of its version.
pub(crate) async fn hand_over(
    connection: &mut SqliteConnection,
    version: VersionId,
    row: RowId,
) -> Result<()> {
    let prediction = id_bytes(&row.prediction);
    sqlx::query!(
        "insert into label_inbox (version, prediction, row) values (?, ?, ?)",
        version.0,
        prediction,
        row.row
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}
