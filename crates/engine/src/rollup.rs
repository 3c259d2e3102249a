//! Minutes become hours and hours days, whenever they change; and what is too old for its level goes.
//!
//! Owns which hours must be made again. The oldest of them is written down before its minutes are, so that a
//! crash loses none. Levels are dropped by whole days: an hour has all of its minutes or none, so making it
//! again never loses any. Must not know what a bucket counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use tidegate_core::{
    Error, Result, Time, VersionId,
    time::{DAY_MS, HOUR_MS},
};
use tidegate_store::{Level, Store};

use crate::{Engine, bucket::Bucket, lock, view::Settings};

/// Every hour before this one is as its minutes are.
const ROLLED_UP: &str = "rolled_up_until";

/// Hours whose minutes changed since they were made. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stale(Arc<Mutex<BTreeMap<(VersionId, Time), u64>>>);

impl Stale {
    pub fn add(&self, version: VersionId, at: Time) {
        *lock(&self.0).entry((version, at.floor(HOUR_MS))).or_default() += 1;
    }

    fn all(&self) -> Vec<((VersionId, Time), u64)> {
        lock(&self.0).iter().map(|(hour, changes)| (*hour, *changes)).collect()
    }

    /// Unless the hour changed again meanwhile.
    fn remove(&self, hour: (VersionId, Time), changes: u64) {
        let mut hours = lock(&self.0);
        if hours.get(&hour) == Some(&changes) {
            hours.remove(&hour);
        }
    }

    fn oldest(&self) -> Option<Time> {
        lock(&self.0).keys().map(|(_, hour)| *hour).min()
    }
}

/// Writes down from where on hours may be stale; only ever called by the one task that saves minutes.
#[derive(Debug, Default)]
pub struct Marker(Option<Time>);

impl Marker {
    pub async fn keep_up(&mut self, store: &Store, stale: &Stale, now: Time) -> Result<()> {
        let hour = now.floor(HOUR_MS);
        let until = stale.oldest().map_or(hour, |oldest| oldest.min(hour));
        if self.0 != Some(until) {
            store.put_setting(ROLLED_UP, &until.0.to_string()).await?;
            self.0 = Some(until);
        }
        Ok(())
    }
}

/// The oldest minute, hour, or day that is kept, for a level kept so many days.
fn kept_from(now: Time, days: u32) -> Time {
    now.plus(-i64::from(days) * DAY_MS).floor(DAY_MS)
}

/// How far back there are minutes, and hours.
pub fn kept(settings: &Settings, now: Time) -> (Time, Time) {
    (kept_from(now, settings.keep_minutes_days), kept_from(now, settings.keep_hours_days))
}

/// Makes one hour again from its minutes, where these are still kept.
async fn make_hour(store: &Store, version: VersionId, hour: Time) -> Result<()> {
    make(store, version, (Level::Minute, Level::Hour), hour, HOUR_MS).await
}

async fn make_day(store: &Store, version: VersionId, day: Time) -> Result<()> {
    make(store, version, (Level::Hour, Level::Day), day, DAY_MS).await
}

async fn make(
    store: &Store,
    version: VersionId,
    (from, to): (Level, Level),
    start: Time,
    width_ms: i64,
) -> Result<()> {
    let rows = store.buckets(&[version], from, start, start.plus(width_ms)).await?;
    let mut whole: Option<Bucket> = None;
    for row in rows {
        let part = Bucket::decode(&row.body)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole.roll(&part),
        }
    }
    match whole {
        Some(whole) => store.put_buckets(&[(version, to, start, whole.encode()?)]).await,
        None => Ok(()),
    }
}

/// Makes every stale hour again, and the days they lie in. One that can't be made is tried again with the next
/// call, and keeps none of the others from being made.
pub async fn roll_up(store: &Store, stale: &Stale, settings: &Settings, now: Time) -> Result<()> {
    let (minutes_from, hours_from) = kept(settings, now);
    let (mut made, mut days, mut failed) = (Vec::new(), BTreeSet::new(), None);
    for ((version, hour), changes) in stale.all() {
        if hour >= minutes_from
            && let Err(error) = make_hour(store, version, hour).await
        {
            failed = Some(error);
            continue;
        }
        days.insert((version, hour.floor(DAY_MS)));
        made.push(((version, hour), changes));
    }
    for (version, day) in days.into_iter().filter(|(_, day)| *day >= hours_from) {
        if let Err(error) = make_day(store, version, day).await {
            made.retain(|((of, hour), _)| (*of, hour.floor(DAY_MS)) != (version, day));
            failed = Some(error);
        }
    }
    made.into_iter().for_each(|(hour, changes)| stale.remove(hour, changes));
    failed.map_or(Ok(()), Err)
}

/// At a start, before minutes are saved again: hours whose minutes were saved but that were perhaps not made
/// before the program ended.
pub async fn find_stale(store: &Store, now: Time) -> Result<Stale> {
    let stale = Stale::default();
    let since = match store.setting(ROLLED_UP).await? {
        None => Time(0),
        Some(text) => text.parse().map(Time).map_err(|error| {
            Error::internal(format!("the stored setting `{ROLLED_UP}` is damaged")).because(error)
        })?,
    };
    for model in store.models(true).await? {
        for version in store.versions(model.id).await? {
            for row in store.buckets(&[version.id], Level::Minute, since, now.plus(1)).await? {
                stale.add(version.id, row.time);
            }
        }
    }
    Ok(stale)
}

impl Engine {
    pub(crate) async fn roll_up(&self) -> Result<()> {
        roll_up(&self.store, &self.stale, &self.settings(), self.clock.now()).await
    }

    /// Lets go of what is older than the settings keep.
    pub(crate) async fn retain(&self) -> Result<()> {
        let (now, settings) = (self.clock.now(), self.settings());
        let (minutes_from, hours_from) = kept(&settings, now);
        let predictions_from = now.plus(-i64::from(settings.keep_predictions_days) * DAY_MS);
        self.store.expire_predictions(predictions_from).await?;
        self.store.drop_buckets(Level::Minute, minutes_from).await?;
        self.store.drop_buckets(Level::Hour, hours_from).await?;
        self.store.drop_system(minutes_from).await.map(drop)
    }
}

#[cfg(test)]
#[path = "rollup_tests.rs"]
mod tests;
