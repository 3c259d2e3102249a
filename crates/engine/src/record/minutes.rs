//! Counters on their way to the disk and back: minute buckets, and coarser ones where minutes are gone.

use std::sync::atomic::Ordering;

use tidegate_core::{Result, Time, VersionId, time::MINUTE_MS};
use tidegate_store::{Level, Store};

use super::Writer;
use crate::{bucket::Bucket, lock};

impl Writer {
    pub(super) async fn save_buckets(&mut self) {
        let all: Vec<_> = lock(&self.watched).values().cloned().collect();
        let now = self.clock.now();
        let (mut rows, mut saved) = (Vec::new(), Vec::new());
        for watched in &all {
            let dropped = watched.dropped.swap(0, Ordering::Relaxed);
            if dropped > 0 {
                lock(&watched.aggregate).add_dropped(now, dropped);
            }
            for (minute, bucket) in lock(&watched.aggregate).take_dirty() {
                match bucket.encode() {
                    Ok(body) => {
                        self.stale.add(watched.version, minute);
                        rows.push((watched.version, Level::Minute, minute, body));
                        saved.push((watched, minute));
                    }
                    Err(error) => tracing::error!(%error, "encode a bucket"),
                }
            }
        }
        match self.put_minutes(&rows, now).await {
            Ok(()) => all.iter().for_each(|watched| lock(&watched.aggregate).forget(now)),
            Err(error) => {
                // They stay in memory and are tried again.
                saved.into_iter().for_each(|(watched, minute)| lock(&watched.aggregate).mark_dirty(minute));
                tracing::error!(%error, cause = ?error.cause, "could not save minute buckets");
            }
        }
    }

    async fn put_minutes(&mut self, rows: &[(VersionId, Level, Time, Vec<u8>)], now: Time) -> Result<()> {
        self.marker.keep_up(&self.store, &self.stale, now).await?;
        if rows.is_empty() {
            return Ok(());
        }
        self.store.put_buckets(rows).await
    }
}

/// The minute a time lies in, from the disk.
pub(super) async fn stored_minute(
    store: &Store,
    version: VersionId,
    at: Time,
) -> Result<Option<(Time, Bucket)>> {
    let minute = at.floor(MINUTE_MS);
    Ok(stored_bucket(store, version, Level::Minute, minute).await?.map(|bucket| (minute, bucket)))
}

pub(super) async fn stored_bucket(
    store: &Store,
    version: VersionId,
    level: Level,
    start: Time,
) -> Result<Option<Bucket>> {
    let rows = store.buckets(&[version], level, start, start.plus(1)).await?;
    rows.first().map(|row| Bucket::decode(&row.body)).transpose()
}
