//! Aggregates by minute, hour and day, and baselines: bytes whose meaning is somebody else's.

use tidegate_core::{Result, Time, VersionId};

use crate::{Store, error::db, open::begin};

/// The width of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Minute,
    Hour,
    Day,
}

impl Level {
    fn number(self) -> i64 {
        match self {
            Level::Minute => 0,
            Level::Hour => 1,
            Level::Day => 2,
        }
    }
}

/// What was aggregated for one version from `time` on, over the width of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub version: VersionId,
    pub time: Time,
    pub body: Vec<u8>,
}

impl Store {
    /// Writes all buckets in one transaction; one that exists is replaced, those of a version that is gone are
    /// left out.
    pub async fn put_buckets(&self, buckets: &[(VersionId, Level, Time, Vec<u8>)]) -> Result<()> {
        let mut writer = self.writer().await?;
        let mut transaction = begin(&mut writer).await?;
        for (version, level, time, body) in buckets {
            let level = level.number();
            sqlx::query!(
                "insert into bucket (version, level, time_ms, body)
                 select ?1, ?2, ?3, ?4 where exists (select 1 from version where id = ?1)
                 on conflict (version, level, time_ms) do update set body = excluded.body",
                version.0,
                level,
                time.0,
                body
            )
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        }
        transaction.commit().await.map_err(db)
    }

    /// Buckets of `from <= time < to`, version by version in the order asked for, oldest first within each.
    pub async fn buckets(
        &self,
        versions: &[VersionId],
        level: Level,
        from: Time,
        to: Time,
    ) -> Result<Vec<Bucket>> {
        let level = level.number();
        let mut reader = self.readers().acquire().await.map_err(db)?;
        let mut buckets = Vec::new();
        for version in versions {
            let rows = sqlx::query!(
                "select time_ms, body from bucket
                 where version = ? and level = ? and time_ms >= ? and time_ms < ? order by time_ms",
                version.0,
                level,
                from.0,
                to.0
            )
            .fetch_all(&mut *reader)
            .await
            .map_err(db)?;
            buckets.extend(rows.into_iter().map(|row| Bucket {
                version: *version,
                time: Time(row.time_ms),
                body: row.body,
            }));
        }
        Ok(buckets)
    }

    /// Forgets the buckets of a level that start before `before`; returns how many.
    pub async fn drop_buckets(&self, level: Level, before: Time) -> Result<u64> {
        let level = level.number();
        sqlx::query!("delete from bucket where level = ? and time_ms < ?", level, before.0)
            .execute(&mut *self.writer().await?)
            .await
            .map(|done| done.rows_affected())
            .map_err(db)
    }

    /// Keeps what a version is compared with; the one before is replaced.
    pub async fn put_baseline(&self, version: VersionId, body: &[u8]) -> Result<()> {
        sqlx::query!(
            "insert into baseline (version, body) values (?, ?)
             on conflict (version) do update set body = excluded.body",
            version.0,
            body
        )
        .execute(&mut *self.registry().await?)
        .await
        .map_err(db)?;
        Ok(())
    }

    pub async fn baseline(&self, version: VersionId) -> Result<Option<Vec<u8>>> {
        sqlx::query_scalar!("select body from baseline where version = ?", version.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)
    }
}
