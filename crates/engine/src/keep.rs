//! Settings of the program, roll-up of buckets, and retention: what is kept, how long, how coarse.

use std::collections::BTreeMap;

use tidegate_core::{
    Error, Result, Time, VersionId,
    time::{DAY_MS, HOUR_MS},
};
use tidegate_store::Level;

use crate::{Engine, bucket::Bucket, lock, view::Settings};

const SETTINGS: &str = "settings";

impl Engine {
    pub fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub async fn put_settings(&self, settings: Settings) -> Result<Settings> {
        let kept = |field: &str, days: u32| match days {
            1..=3_650 => Ok(()),
            _ => Err(Error::invalid(format!("`{field}` must be 1 to 3650 days"))),
        };
        kept("keep_predictions_days", settings.keep_predictions_days)?;
        kept("keep_minutes_days", settings.keep_minutes_days)?;
        kept("keep_hours_days", settings.keep_hours_days)?;
        let json = serde_json::to_string(&settings)
            .map_err(|error| Error::internal("the settings could not be encoded").because(error))?;
        self.store.put_setting(SETTINGS, &json).await?;
        let before = std::mem::replace(&mut *lock(&self.settings), settings.clone());
        if before.watch_folder != settings.watch_folder {
            self.watch_settings_folder().await?;
        }
        Ok(settings)
    }

    pub(crate) async fn load_settings(store: &tidegate_store::Store) -> Result<Settings> {
        match store.setting(SETTINGS).await? {
            None => Ok(Settings::default()),
            Some(json) => serde_json::from_str(&json)
                .map_err(|error| Error::internal("the stored settings are damaged").because(error)),
        }
    }

    /// Makes hours from minutes and days from hours, for what may have changed since the last time.
    pub(crate) async fn roll_up(&self) -> Result<()> {
        let now = self.clock.now();
        let versions: Vec<VersionId> = lock(&self.watched).keys().copied().collect();
        for version in versions {
            let hour = now.floor(HOUR_MS).plus(-HOUR_MS);
            self.merge_level(version, Level::Minute, Level::Hour, HOUR_MS, hour, now).await?;
            let day = now.floor(DAY_MS).plus(-DAY_MS);
            self.merge_level(version, Level::Hour, Level::Day, DAY_MS, day, now).await?;
        }
        Ok(())
    }

    async fn merge_level(
        &self,
        version: VersionId,
        from: Level,
        to: Level,
        width_ms: i64,
        since: Time,
        now: Time,
    ) -> Result<()> {
        let mut merged: BTreeMap<Time, Bucket> = BTreeMap::new();
        for row in self.store.buckets(&[version], from, since, now.plus(1)).await? {
            let bucket = Bucket::decode(&row.body)?;
            match merged.entry(row.time.floor(width_ms)) {
                std::collections::btree_map::Entry::Vacant(empty) => drop(empty.insert(bucket)),
                std::collections::btree_map::Entry::Occupied(mut whole) => whole.get_mut().merge(&bucket),
            }
        }
        let encode = |(time, bucket): (Time, Bucket)| Ok((version, to, time, bucket.encode()?));
        let rows = merged.into_iter().map(encode).collect::<Result<Vec<_>>>()?;
        self.store.put_buckets(&rows).await
    }

    /// Lets go of what is older than the settings keep.
    pub(crate) async fn retain(&self) -> Result<()> {
        let (now, settings) = (self.clock.now(), self.settings());
        let before = |days: u32| now.plus(-i64::from(days) * DAY_MS);
        self.store.expire_predictions(before(settings.keep_predictions_days)).await?;
        self.store.drop_buckets(Level::Minute, before(settings.keep_minutes_days)).await?;
        self.store.drop_buckets(Level::Hour, before(settings.keep_hours_days)).await?;
        self.store.drop_system(before(settings.keep_minutes_days)).await.map(drop)
    }
}
