//! What goes for good by hand: purged models with their files.

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, Time,
    event::{Audit, EventKind},
};

use crate::{Store, audit, error::db, files, open::begin};

/// Blocks, and rows of other tables, that go in one transaction, so that recording never waits long.
const BLOCKS: u32 = 256;
const ROWS: u32 = 4_096;

impl Store {
    /// Removes a model from the bin for good: its rows, and the files no other model uses. The audit keeps one
    /// row that says so.
    pub async fn purge_model(&self, id: ModelId, who: &str, why: &str, now: Time) -> Result<()> {
        let model = self.model_by_id(id).await?;
        if model.deleted.is_none() {
            return Err(Error::conflict(format!("`{}` is not in the bin", model.name))
                .hint("delete it first; that can still be undone"));
        }
        while self.purge_blocks(id).await? + self.purge_labels(id).await? + self.purge_buckets(id).await? > 0
        {
        }
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
            BLOCKS
        )
        .execute(&mut *self.writer().await?)
        .await
        .map(|done| done.rows_affected())
        .map_err(db)
    }

    async fn purge_labels(&self, model: ModelId) -> Result<u64> {
        sqlx::query!(
            "delete from label where (prediction, row) in (
                select prediction, row from label
                where version in (select id from version where model = ?) limit ?)",
            model.0,
            ROWS
        )
        .execute(&mut *self.writer().await?)
        .await
        .map(|done| done.rows_affected())
        .map_err(db)
    }

    async fn purge_buckets(&self, model: ModelId) -> Result<u64> {
        sqlx::query!(
            "delete from bucket where rowid in (
                select rowid from bucket where version in (select id from version where model = ?) limit ?)",
            model.0,
            ROWS
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
        for name in &orphans.datasets {
            files::remove_file_logged(&self.dir().join("datasets").join(name));
        }
    }
}

/// Files that only one model uses.
struct Orphans {
    artifacts: Vec<String>,
    /// Names of files.
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
            "select sha256 || '.' || format from dataset where model = ?1
             except select sha256 || '.' || format from dataset where path is null and model is not ?1",
            model.0
        )
        .fetch_all(connection)
        .await
        .map_err(db)?;
        Ok(Self { artifacts, datasets })
    }
}
