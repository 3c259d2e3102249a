//! Aggregates by minute up to ten days, and baselines: bytes whose meaning is somebody else's.

use tidegate_core::{
    Result, Time, VersionId,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};

use crate::{Store, error::db, open::begin, rows::cell};

/// Buckets that go in one transaction, so that recording never waits long.
const DROPPED_AT_ONCE: u32 = 512;

/// The width of a bucket; each is a whole number of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Minute,
    TenMinutes,
    Hour,
    SixHours,
    Day,
    TenDays,
}

impl Level {
    /// Finest first.
    pub const ALL: [Self; 6] =
        [Self::Minute, Self::TenMinutes, Self::Hour, Self::SixHours, Self::Day, Self::TenDays];

    pub fn width_ms(self) -> i64 {
        match self {
            Self::Minute => MINUTE_MS,
            Self::TenMinutes => 10 * MINUTE_MS,
            Self::Hour => HOUR_MS,
            Self::SixHours => 6 * HOUR_MS,
            Self::Day => DAY_MS,
            Self::TenDays => 10 * DAY_MS,
        }
    }

    /// The level that this one is made of.
    pub fn finer(self) -> Option<Self> {
        Self::ALL.iter().rev().copied().find(|level| *level < self)
    }

    /// As it is stored; the gaps between the first three were filled later.
    fn number(self) -> i64 {
        match self {
            Self::Minute => 0,
            Self::TenMinutes => 3,
            Self::Hour => 1,
            Self::SixHours => 4,
            Self::Day => 2,
            Self::TenDays => 5,
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
        transaction.commit().await.map_err(db)?;
        self.wrote(buckets.iter().map(|(.., body)| body.len()).sum());
        Ok(())
    }

    /// Buckets of `from <= time < to`, version by version, oldest first within each.
    pub async fn buckets(
        &self,
        versions: &[VersionId],
        level: Level,
        from: Time,
        to: Time,
    ) -> Result<Vec<Bucket>> {
        let (level, versions) = (level.number(), list(versions));
        let rows = sqlx::query!(
            "select version, time_ms, body from bucket
             where version in (select value from json_each(?)) and level = ? and time_ms >= ? and time_ms < ?
             order by version, time_ms",
            versions,
            level,
            from.0,
            to.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        let bucket =
            |version, time_ms, body| Bucket { version: VersionId(version), time: Time(time_ms), body };
        Ok(rows.into_iter().map(|row| bucket(row.version, row.time_ms, row.body)).collect())
    }

    /// When the buckets of a level begin, of all versions and of `time >= from`: without their bodies.
    pub async fn bucket_times(&self, level: Level, from: Time) -> Result<Vec<(VersionId, Time)>> {
        let level = level.number();
        let rows = sqlx::query!(
            "select version, time_ms from bucket where level = ? and time_ms >= ?",
            level,
            from.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        Ok(rows.into_iter().map(|row| (VersionId(row.version), Time(row.time_ms))).collect())
    }

    /// How many buckets of a level there are, and the bytes of their bodies.
    pub(crate) async fn bucket_sizes(&self, level: Level) -> Result<(u64, u64)> {
        let number = level.number();
        let row = sqlx::query!(
            "select count(*) as \"rows!: i64\", coalesce(sum(length(body)), 0) as \"bytes!: i64\"
             from bucket where level = ?",
            number
        )
        .fetch_one(self.readers())
        .await
        .map_err(db)?;
        let count = |number| cell("bucket", "body", "any").count(number);
        Ok((count(row.rows)?, count(row.bytes)?))
    }

    /// Forgets the buckets of a level that start before `before`, some at a time, oldest first; returns how many.
    pub async fn drop_buckets(&self, level: Level, before: Time) -> Result<u64> {
        let level = level.number();
        let mut dropped = 0;
        loop {
            let done = sqlx::query!(
                "delete from bucket where rowid in (
                    select rowid from bucket where level = ? and time_ms < ? order by time_ms limit ?)",
                level,
                before.0,
                DROPPED_AT_ONCE
            )
            .execute(&mut *self.writer().await?)
            .await
            .map_err(db)?
            .rows_affected();
            dropped += done;
            if done < DROPPED_AT_ONCE.into() {
                return Ok(dropped);
            }
        }
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

    /// Keeps what estimates a version's accuracy without labels, in place of the one before; `None` leaves none.
    pub async fn put_estimator(&self, version: VersionId, body: Option<&[u8]>) -> Result<()> {
        let mut registry = self.registry().await?;
        let query = match body {
            Some(body) => {
                sqlx::query!(
                    "insert into estimator (version, body) values (?, ?)
                 on conflict (version) do update set body = excluded.body",
                    version.0,
                    body
                )
                .execute(&mut *registry)
                .await
            }
            None => {
                sqlx::query!("delete from estimator where version = ?", version.0)
                    .execute(&mut *registry)
                    .await
            }
        };
        query.map(drop).map_err(db)
    }

    pub async fn estimator(&self, version: VersionId) -> Result<Option<Vec<u8>>> {
        sqlx::query_scalar!("select body from estimator where version = ?", version.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)
    }
}

/// Ids as a list that SQL can join with.
fn list(versions: &[VersionId]) -> String {
    let ids: Vec<String> = versions.iter().map(|version| version.0.to_string()).collect();
    format!("[{}]", ids.join(","))
}
