//! What goes for good: purged models with their files, and observations past their retention.

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, Time,
    event::{Audit, EventKind},
};

use crate::{Store, audit, error::db, files, open::begin};

/// Blocks that go in one transaction, so that recording never waits long.
const BATCH: u32 = 256;

/// What [`Store::expire_predictions`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    pub requests: u64,
    pub labels: u64,
}

impl Store {
    /// Removes a model from the bin for good: its rows, and the files no other model uses. The audit keeps one
    /// row that says so.
    pub async fn purge_model(&self, id: ModelId, who: &str, why: &str, now: Time) -> Result<()> {
        let model = self.model_by_id(id).await?;
        if model.deleted.is_none() {
            return Err(Error::conflict(format!("`{}` is not in the bin", model.name))
                .hint("delete it first; that can still be undone"));
        }
        while self.purge_blocks(id).await? > 0 {}
        // The connection is kept until the files are gone: nobody can begin to use them again in between.
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let files = Orphans::of(&mut transaction, id).await?;
        sqlx::query!("delete from model where id = ?", id.0).execute(&mut *transaction).await.map_err(db)?;
        let audit = Audit {
            time: now,
            model: Some(id),
            kind: EventKind::Purged,
            who: who.into(),
            what: format!("purged `{}` with its versions, predictions and files", model.name),
            why: why.into(),
        };
        audit::write(&mut transaction, &audit).await?;
        transaction.commit().await.map_err(db)?;
        self.remove(&files);
        drop(writer);
        self.shrink().await
    }

    async fn purge_blocks(&self, model: ModelId) -> Result<u64> {
        sqlx::query!(
            "delete from prediction_block where id in (
                select id from prediction_block
                where version in (select id from version where model = ?) limit ?)",
            model.0,
            BATCH
        )
        .execute(&mut *self.writer().await?)
        .await
        .map(|done| done.rows_affected())
        .map_err(db)
    }

    fn remove(&self, orphans: &Orphans) {
        for sha256 in &orphans.artifacts {
            files::remove_dir_logged(&self.artifact_dir(sha256));
        }
        for sha256 in &orphans.datasets {
            files::remove_file_logged(&self.dataset_file(sha256));
        }
    }

    /// Removes predictions older than `before` (to the block, at most a minute's worth is kept longer), their
    /// labels, and labels as old that never found a prediction.
    pub async fn expire_predictions(&self, before: Time) -> Result<Expired> {
        let mut expired = Expired::default();
        loop {
            let rows = sqlx::query_scalar!(
                "delete from prediction_block where id in (
                    select id from prediction_block where to_ms < ? limit ?)
                 returning requests",
                before.0,
                BATCH
            )
            .fetch_all(&mut *self.writer().await?)
            .await
            .map_err(db)?;
            expired.requests += rows.iter().map(|requests| requests.unsigned_abs()).sum::<u64>();
            if rows.len() < BATCH as usize {
                break;
            }
        }
        let mut writer = self.writer().await?;
        expired.labels = expire_labels(&mut writer, before).await?;
        drop(writer);
        self.shrink().await?;
        Ok(expired)
    }

    /// Gives freed pages back to the disk, a few at a time: others write in between.
    async fn shrink(&self) -> Result<()> {
        loop {
            let mut writer = self.writer().await?;
            sqlx::query("pragma incremental_vacuum(2048)").execute(&mut *writer).await.map_err(db)?;
            let free: i64 =
                sqlx::query_scalar("pragma freelist_count").fetch_one(&mut *writer).await.map_err(db)?;
            if free == 0 {
                return Ok(());
            }
        }
    }
}

async fn expire_labels(connection: &mut SqliteConnection, before: Time) -> Result<u64> {
    let mut transaction = begin(connection).await?;
    let labels = sqlx::query!(
        "delete from label
         where (version is not null and predicted_ms < ?1) or (version is null and time_ms < ?1)",
        before.0
    )
    .execute(&mut *transaction)
    .await
    .map_err(db)?;
    let waiting = sqlx::query!("delete from client_label where time_ms < ?", before.0)
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
    transaction.commit().await.map_err(db)?;
    Ok(labels.rows_affected() + waiting.rows_affected())
}

/// Files that only one model uses.
struct Orphans {
    artifacts: Vec<String>,
    datasets: Vec<String>,
}

impl Orphans {
    async fn of(connection: &mut SqliteConnection, model: ModelId) -> Result<Self> {
        let artifacts = sqlx::query_scalar!(
            "select sha256 from version where model = ?1
             except select sha256 from version where model <> ?1",
            model.0
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(db)?;
        let datasets = sqlx::query_scalar!(
            "select sha256 from dataset where model = ?1
             except select sha256 from dataset where model <> ?1",
            model.0
        )
        .fetch_all(connection)
        .await
        .map_err(db)?;
        Ok(Self { artifacts, datasets })
    }
}
