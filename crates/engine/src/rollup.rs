//! Minutes become ten minutes, these hours, and so on up to ten days, whenever they change; and what is too old
//! for its level goes.
//!
//! Owns which stretches must be made again, and from when on each level is whole. The oldest stale stretch is
//! written down before its minutes are, so that a crash loses none. Levels are dropped by whole days: a bucket has
//! all of its parts or none, so making it again never loses any. Must not know what a bucket counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use tidegate_core::{Error, Result, Time, VersionId, time::DAY_MS};
use tidegate_store::{Level, Store};

use crate::{Engine, bucket::Bucket, lock, view::Settings};

/// Every stretch before this one is as its minutes are.
const ROLLED_UP: &str = "rolled_up_until";
/// From when on each level is whole; absent while the program that made the folder knew fewer levels.
const WHOLE_FROM: &str = "levels_whole_from";

/// Ten minutes each whose minutes changed since they were made. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stale(Arc<Mutex<BTreeMap<(VersionId, Time), u64>>>);

impl Stale {
    pub fn add(&self, version: VersionId, at: Time) {
        *lock(&self.0).entry((version, at.floor(Level::TenMinutes.width_ms()))).or_default() += 1;
    }

    fn all(&self) -> Vec<((VersionId, Time), u64)> {
        lock(&self.0).iter().map(|(stretch, changes)| (*stretch, *changes)).collect()
    }

    /// Unless the stretch changed again meanwhile.
    fn remove(&self, stretch: (VersionId, Time), changes: u64) {
        let mut stretches = lock(&self.0);
        if stretches.get(&stretch) == Some(&changes) {
            stretches.remove(&stretch);
        }
    }

    /// The first stale stretch from `since` on.
    pub fn first_since(&self, since: Time) -> Option<Time> {
        lock(&self.0).keys().map(|(_, stretch)| *stretch).filter(|stretch| *stretch >= since).min()
    }

    fn oldest(&self) -> Option<Time> {
        lock(&self.0).keys().map(|(_, stretch)| *stretch).min()
    }
}

/// Writes down from where on stretches may be stale; only ever called by the one task that saves minutes.
#[derive(Debug, Default)]
pub struct Marker(Option<Time>);

impl Marker {
    pub async fn keep_up(&mut self, store: &Store, stale: &Stale, now: Time) -> Result<()> {
        let present = now.floor(Level::TenMinutes.width_ms());
        let until = stale.oldest().map_or(present, |oldest| oldest.min(present));
        if self.0 != Some(until) {
            store.put_setting(ROLLED_UP, &until.0.to_string()).await?;
            self.0 = Some(until);
        }
        Ok(())
    }
}

/// From when on each level holds all there was: before that, it was dropped, or never made. Unknown in the folder of
/// a program that knew fewer levels, until the others are made. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Whole(Arc<Mutex<Option<Froms>>>);

/// By the position of the level in [`Level::ALL`].
type Froms = [Time; Level::ALL.len()];

impl Whole {
    async fn load(store: &Store) -> Result<Self> {
        let stored = store.setting(WHOLE_FROM).await?.map(|text| serde_json::from_str(&text)).transpose();
        let froms = stored.map_err(|error| {
            Error::internal(format!("the stored setting `{WHOLE_FROM}` is damaged")).because(error)
        })?;
        Ok(Self(Arc::new(Mutex::new(froms))))
    }

    /// From when on a level answers for a range: never, while it is still to be made.
    pub fn from(&self, level: Level) -> Time {
        match *lock(&self.0) {
            Some(froms) => froms[position(level)],
            None if matches!(level, Level::TenMinutes | Level::SixHours | Level::TenDays) => Time(i64::MAX),
            None => Time(i64::MIN),
        }
    }

    /// From when on a level holds all parts of the next.
    fn parts_from(&self, level: Level) -> Time {
        lock(&self.0).map_or(Time(i64::MIN), |froms| froms[position(level)])
    }

    fn is_known(&self) -> bool {
        lock(&self.0).is_some()
    }

    /// Once every level is made of the ones that are there.
    async fn settle(&self, store: &Store, settings: &Settings, now: Time) -> Result<()> {
        let mut froms = Level::ALL.map(|level| kept_from(settings, level, now));
        for (made, of) in [(Level::TenMinutes, Level::Minute), (Level::SixHours, Level::Hour)] {
            froms[position(made)] = froms[position(of)];
        }
        self.write(store, froms).await
    }

    /// Past what goes now; longer settings bring nothing back.
    pub async fn move_on(&self, store: &Store, settings: &Settings, now: Time) -> Result<()> {
        let Some(before) = *lock(&self.0) else { return Ok(()) };
        let froms = Level::ALL.map(|level| kept_from(settings, level, now).max(before[position(level)]));
        if froms == before { Ok(()) } else { self.write(store, froms).await }
    }

    async fn write(&self, store: &Store, froms: Froms) -> Result<()> {
        let json = serde_json::to_string(&froms)
            .map_err(|error| Error::internal("the levels could not be encoded").because(error))?;
        store.put_setting(WHOLE_FROM, &json).await?;
        *lock(&self.0) = Some(froms);
        Ok(())
    }
}

fn position(level: Level) -> usize {
    Level::ALL.iter().take_while(|finer| **finer < level).count()
}

/// Since when a level is kept, by whole days, and no shorter than the finer ones that it is made of; days are kept
/// for ever.
fn kept_from(settings: &Settings, level: Level, now: Time) -> Time {
    let minutes = settings.keep_minutes_days;
    let ten_minutes = settings.keep_ten_minutes_days.max(minutes);
    let days = match level {
        Level::Minute => minutes,
        Level::TenMinutes => ten_minutes,
        Level::Hour | Level::SixHours => settings.keep_hours_days.max(ten_minutes),
        Level::Day | Level::TenDays => return Time(i64::MIN),
    };
    days_ago(now, days)
}

/// How far back there are minutes, and hours.
pub fn kept(settings: &Settings, now: Time) -> (Time, Time) {
    (kept_from(settings, Level::Minute, now), kept_from(settings, Level::Hour, now))
}

/// The start of the day so many days ago.
fn days_ago(now: Time, days: u32) -> Time {
    now.plus(-i64::from(days) * DAY_MS).floor(DAY_MS)
}

/// Makes one bucket again from its parts, where there are any.
async fn make(store: &Store, version: VersionId, level: Level, of: Level, start: Time) -> Result<()> {
    let mut whole: Option<Bucket> = None;
    for row in store.buckets(&[version], of, start, start.plus(level.width_ms())).await? {
        let part = Bucket::decode(&row.body)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole.roll(&part),
        }
    }
    match whole {
        Some(whole) => store.put_buckets(&[(version, level, start, whole.encode()?)]).await,
        None => Ok(()),
    }
}

/// Makes every bucket again that a stale stretch lies in, finest level first. One that can't be made is tried again
/// with the next call; it keeps the coarser ones it is part of from being made, and no others.
pub async fn roll_up(
    store: &Store,
    stale: &Stale,
    whole: &Whole,
    settings: &Settings,
    now: Time,
) -> Result<()> {
    let all = stale.all();
    let (mut undone, mut failure) = (BTreeSet::<(VersionId, Time)>::new(), None);
    for level in Level::ALL {
        let Some(of) = level.finer() else { continue };
        let start = |(version, at): &(VersionId, Time)| (*version, at.floor(level.width_ms()));
        let mut failed: BTreeSet<_> = undone.iter().map(start).collect();
        let starts: BTreeSet<_> = all.iter().map(|(stretch, _)| start(stretch)).collect();
        let whole_parts = whole.parts_from(of);
        for (version, at) in starts.into_iter().filter(|(_, at)| *at >= whole_parts) {
            if failed.contains(&(version, at)) {
                continue;
            }
            if let Err(error) = make(store, version, level, of, at).await {
                failed.insert((version, at));
                failure = Some(error);
            }
        }
        undone = all.iter().map(|(stretch, _)| *stretch).filter(|s| failed.contains(&start(s))).collect();
    }
    all.into_iter().filter(|(s, _)| !undone.contains(s)).for_each(|(s, changes)| stale.remove(s, changes));
    match failure {
        Some(error) => Err(error),
        None if whole.is_known() => Ok(()),
        None => whole.settle(store, settings, now).await,
    }
}

/// At a start, before minutes are saved again: stretches whose minutes were saved but that were perhaps not made
/// before the program ended; all there are, in the folder of a program that knew fewer levels.
pub async fn begin(store: &Store, settings: &Settings, now: Time) -> Result<(Stale, Whole)> {
    let (stale, whole) = (Stale::default(), Whole::load(store).await?);
    if whole.is_known() {
        for (version, minute) in store.bucket_times(Level::Minute, rolled_up_until(store).await?).await? {
            stale.add(version, minute);
        }
        return Ok((stale, whole));
    }
    for level in [Level::Minute, Level::Hour, Level::Day] {
        for (version, at) in store.bucket_times(level, Time(i64::MIN)).await? {
            stale.add(version, at);
        }
    }
    if stale.oldest().is_none() {
        whole.settle(store, settings, now).await?;
    }
    Ok((stale, whole))
}

async fn rolled_up_until(store: &Store) -> Result<Time> {
    let Some(text) = store.setting(ROLLED_UP).await? else { return Ok(Time(i64::MIN)) };
    text.parse().map(Time).map_err(|error| {
        Error::internal(format!("the stored setting `{ROLLED_UP}` is damaged")).because(error)
    })
}

impl Engine {
    pub(crate) async fn roll_up(&self) -> Result<()> {
        roll_up(&self.store, &self.stale, &self.whole, &self.settings(), self.clock.now()).await
    }

    /// Lets go of what is older than the settings keep.
    pub(crate) async fn retain(&self) -> Result<()> {
        let (now, settings) = (self.clock.now(), self.settings());
        self.whole.move_on(&self.store, &settings, now).await?;
        for level in Level::ALL.into_iter().filter(|_| self.whole.is_known()) {
            self.store.drop_buckets(level, self.whole.from(level)).await?;
        }
        let from = |days: u32| now.plus(-i64::from(days) * DAY_MS);
        self.fill_reservoirs(from(settings.keep_predictions_days.min(settings.keep_labels_days))).await?;
        self.store.expire_predictions(from(settings.keep_predictions_days)).await?;
        self.retain_violations(from(settings.keep_predictions_days)).await?;
        self.store.expire_labels(from(settings.keep_labels_days)).await?;
        self.store.expire_alerts(from(settings.keep_alerts_days)).await?;
        self.store.expire_run_logs(from(settings.keep_run_logs_days)).await?;
        self.store.drop_system(from(settings.keep_system_days)).await?;
        self.store.shrink().await
    }
}

#[cfg(test)]
#[path = "rollup_tests.rs"]
mod tests;
