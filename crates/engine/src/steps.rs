//! Buckets over a range of time, merged to the points of a chart.
//!
//! Owns which level of buckets answers for which part of a range, so that whatever its length about a thousand are
//! read. Must not know what is drawn.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tidegate_core::{
    Error, Result, Time, VersionId,
    model::{Model, Version},
    time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
};
use tidegate_store::Level;

use crate::{
    Engine,
    aggregate::{Aggregate, FINE_KEPT_MS, FINE_MS, FOLDED_KEPT_MS, FOLDED_MS},
    baseline::Baseline,
    bucket::Bucket,
    lock,
    route::Watched,
    season::KEPT_MS,
};

/// Charts show at most this many points.
const POINTS: i64 = 240;
/// Widths of a point. Each is a whole number of some level, and of few enough that [`POINTS`] of them are no more
/// than about a thousand buckets.
const WIDTHS_MS: [i64; 23] = [
    2 * SECOND_MS,
    4 * SECOND_MS,
    10 * SECOND_MS,
    20 * SECOND_MS,
    MINUTE_MS,
    2 * MINUTE_MS,
    4 * MINUTE_MS,
    10 * MINUTE_MS,
    20 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    4 * DAY_MS,
    10 * DAY_MS,
    20 * DAY_MS,
    40 * DAY_MS,
    100 * DAY_MS,
    200 * DAY_MS,
];
/// How far back fine buckets reach, with a minute's grace for a page whose clock is behind.
const FOLDED_REACH_MS: i64 = FOLDED_KEPT_MS + MINUTE_MS;
/// Minutes are rolled up once a minute. What is newer than this is read from the minutes if the roll-up has not come
/// to it yet; a change of what is older shows with the next roll-up.
const SETTLING_MS: i64 = 2 * HOUR_MS;

/// A range of time and the width of a point in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: Time,
    pub to: Time,
    pub step_ms: i64,
}

impl Range {
    /// Both ends, else the last seconds before `now` (an hour if nothing is said).
    pub fn new(from: Option<Time>, to: Option<Time>, last_s: Option<u32>, now: Time) -> Result<Self> {
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (None, None) => (now.plus(-i64::from(last_s.unwrap_or(3_600)) * 1000), now),
            _ => return Err(Error::invalid("`from` and `to` go together").hint("give both, or `last_s`")),
        };
        let length = to.since(from);
        if !(1_000..=3_660 * DAY_MS).contains(&length) {
            return Err(Error::invalid(
                "the range must be between a second and ten years long, from before to",
            ));
        }
        let width = WIDTHS_MS.into_iter().find(|width| length <= width * POINTS);
        Ok(Self { from, to, step_ms: width.unwrap_or(200 * DAY_MS) })
    }

    /// Whether its steps are made of the fine buckets in memory.
    fn is_fine(self) -> bool {
        self.step_ms % MINUTE_MS != 0
    }

    /// The same range in steps that are a whole number of `unit_ms`.
    fn in_units_of(self, unit_ms: i64) -> Self {
        let fits = |width: &i64| *width >= self.step_ms && width % unit_ms == 0;
        Self { step_ms: WIDTHS_MS.into_iter().find(fits).unwrap_or(unit_ms), ..self }
    }
}

/// Buckets of a range, merged to its steps; steps without traffic are absent.
#[derive(Debug)]
pub struct Steps {
    pub range: Range,
    pub empty: Bucket,
    pub baseline: Option<Arc<Baseline>>,
    pub buckets: BTreeMap<Time, Bucket>,
}

impl Steps {
    fn of(range: Range, aggregate: &Aggregate) -> Self {
        let baseline = aggregate.baseline().cloned();
        Self { range, empty: aggregate.empty(), baseline, buckets: BTreeMap::new() }
    }

    pub fn whole(&self) -> Bucket {
        let mut whole = self.empty.clone();
        self.buckets.values().for_each(|bucket| whole.merge(bucket));
        whole
    }

    fn add(&mut self, time: Time, bucket: &Bucket) {
        let step = time.floor(self.range.step_ms);
        self.buckets.entry(step).or_insert_with(|| self.empty.clone()).merge(bucket);
    }

    /// Every step from `from` to `to`, with its bucket if it has one.
    pub fn each(&self) -> impl Iterator<Item = (Time, Option<&Bucket>)> {
        let (first, step) = (self.range.from.floor(self.range.step_ms), self.range.step_ms);
        let count = self.range.to.since(first).div_euclid(step) + 1;
        (0..count).map(move |index| {
            let time = first.plus(index * step);
            (time, self.buckets.get(&time))
        })
    }
}

/// What a range holds, read once.
#[derive(Debug)]
pub struct History {
    /// Of all versions asked for. Counts of inputs are the champion's (or the one version's), as others may have
    /// other baselines.
    pub merged: Steps,
    /// Of each version that answered, oldest first.
    pub by_version: Vec<Steps>,
    /// Buckets that were read for it, from the disk and from memory.
    pub read: usize,
}

/// A level and the part of a range it answers for.
type Part = (Level, Time, Time);
/// A bucket that was read.
type Found = (VersionId, Time, Bucket);

impl Engine {
    /// The counters that answer for `version` of a model (the champion's if `None`).
    pub(crate) async fn watched_version(&self, model: &Model, version: Option<u32>) -> Result<Arc<Watched>> {
        let versions = self.store.versions(model.id).await?;
        self.watched(model, main(model, &versions, version)?).await
    }

    /// Buckets of a model over a range, all versions merged where none is named.
    pub(crate) async fn steps(&self, model: &Model, version: Option<u32>, range: Range) -> Result<Steps> {
        Ok(self.history(model, version, range).await?.merged)
    }

    /// Buckets of a model over a range, of the version named or of all.
    pub(crate) async fn history(&self, model: &Model, version: Option<u32>, range: Range) -> Result<History> {
        let versions = self.store.versions(model.id).await?;
        let main = main(model, &versions, version)?;
        let asked: Vec<&Version> = match version {
            Some(_) => vec![main],
            None => versions.iter().collect(),
        };
        let (by_version, read) = match range.is_fine() {
            true => self.remembered(&asked, range),
            false => self.stored(model, &asked, range).await?,
        };
        let mut merged = Steps::of(range, &lock(&self.watched(model, main).await?.aggregate));
        let buckets = by_version.iter().flat_map(|steps| &steps.buckets);
        buckets.for_each(|(time, bucket)| merged.add(*time, bucket));
        Ok(History { merged, by_version, read })
    }

    /// Stored buckets of one version over a range, in steps of whole minutes.
    pub(crate) async fn version_steps(&self, watched: &Watched, range: Range) -> Result<Steps> {
        let mut steps = Steps::of(range, &lock(&watched.aggregate));
        let found = self.found(&[watched.version], range).await?;
        found.iter().for_each(|(_, time, bucket)| steps.add(*time, bucket));
        Ok(steps)
    }

    fn remembered(&self, asked: &[&Version], range: Range) -> (Vec<Steps>, usize) {
        let (mut by_version, mut read) = (Vec::new(), 0);
        for watched in self.known(&ids(asked)) {
            let aggregate = lock(&watched.aggregate);
            let mut steps = Steps::of(range, &aggregate);
            for (time, bucket) in aggregate.fine(range.from, range.to) {
                steps.add(time, bucket);
                read += 1;
            }
            by_version.extend((!steps.buckets.is_empty()).then_some(steps));
        }
        (by_version, read)
    }

    async fn stored(&self, model: &Model, asked: &[&Version], range: Range) -> Result<(Vec<Steps>, usize)> {
        let found = self.found(&ids(asked), range).await?;
        let answered: BTreeSet<VersionId> = found.iter().map(|(version, ..)| *version).collect();
        let mut by_version = Vec::new();
        for version in asked.iter().filter(|version| answered.contains(&version.id)) {
            let mut steps = Steps::of(range, &lock(&self.watched(model, version).await?.aggregate));
            let own = found.iter().filter(|(of, ..)| *of == version.id);
            own.for_each(|(_, time, bucket)| steps.add(*time, bucket));
            by_version.push(steps);
        }
        Ok((by_version, found.len()))
    }

    /// Stored buckets of a range, but for the minutes that memory knows better.
    async fn found(&self, asked: &[VersionId], range: Range) -> Result<Vec<Found>> {
        let known = self.known(asked);
        let mut found = Vec::new();
        for (level, from, to) in self.parts(range) {
            let rows = self.store.buckets(asked, level, from, to).await?;
            let newest = if level == Level::Minute { known.as_slice() } else { &[] };
            for row in rows {
                let of = |watched: &&Arc<Watched>| watched.version == row.version;
                if !newest.iter().find(of).is_some_and(|w| lock(&w.aggregate).holds_minute(row.time)) {
                    found.push((row.version, row.time, Bucket::decode(&row.body)?));
                }
            }
            for watched in newest {
                let aggregate = lock(&watched.aggregate);
                let minutes = aggregate.minutes(from, to);
                found.extend(minutes.map(|(time, bucket)| (watched.version, time, bucket.clone())));
            }
        }
        Ok(found)
    }

    fn known(&self, versions: &[VersionId]) -> Vec<Arc<Watched>> {
        let watched = lock(&self.watched);
        versions.iter().filter_map(|version| watched.get(version).cloned()).collect()
    }

    /// The range in steps no finer than what is kept of its beginning, so that no chart shows the minutes of an
    /// hour in one of its steps.
    pub(crate) fn drawable(&self, range: Range, watched: &Watched) -> Range {
        let (age_ms, from) = (self.clock.now().since(range.from), range.from);
        let before_start = from < self.started && lock(&watched.aggregate).reaches_before(self.started);
        let unit_ms = match age_ms {
            ..=FINE_KEPT_MS if !before_start => FINE_MS,
            ..=FOLDED_REACH_MS if !before_start => FOLDED_MS,
            _ => {
                let whole = |level: &Level| self.whole.from(*level) <= from;
                Level::ALL.into_iter().find(whole).unwrap_or(Level::Day).width_ms()
            }
        };
        range.in_units_of(unit_ms)
    }

    /// The coarsest level that the range's steps are whole numbers of, the finer ones for what is still to be made
    /// of them, and coarser ones for what is gone. Each begins where the one before ends.
    fn parts(&self, range: Range) -> Vec<Part> {
        let now = self.clock.now();
        let made = self.stale.first_since(now.plus(-SETTLING_MS)).unwrap_or(now);
        let readable: Vec<Level> =
            Level::ALL.into_iter().rev().filter(|level| self.whole.from(*level) < Time(i64::MAX)).collect();
        let own = readable.iter().copied().find(|level| range.step_ms % level.width_ms() == 0);
        let own = own.unwrap_or(Level::Minute);
        let (mut parts, mut until) = (Vec::new(), range.from);
        for (position, level) in readable.iter().copied().enumerate() {
            let end = match level {
                _ if level > own => {
                    readable.get(position + 1).map_or(range.to, |finer| self.whole.from(*finer))
                }
                Level::Minute => range.to,
                _ => made.floor(level.width_ms()),
            };
            let end = end.min(range.to);
            if until < end {
                parts.push((level, until.floor(level.width_ms()), end));
                until = end;
            }
        }
        parts
    }

    /// The newest minutes of a version from the disk, for the counters of a fresh start.
    pub(crate) async fn stored_minutes(&self, version: VersionId) -> Result<Vec<(Time, Bucket)>> {
        let now = self.clock.now();
        let rows = self.store.buckets(&[version], Level::Minute, now.plus(-HOUR_MS), now.plus(1)).await?;
        rows.into_iter().map(|row| Ok((row.time, Bucket::decode(&row.body)?))).collect()
    }

    /// The hours of the last days that are over.
    pub(crate) async fn stored_hours(&self, version: VersionId) -> Result<Vec<(Time, Bucket)>> {
        let hour = self.clock.now().floor(HOUR_MS);
        let rows = self.store.buckets(&[version], Level::Hour, hour.plus(-KEPT_MS), hour).await?;
        rows.into_iter().map(|row| Ok((row.time, Bucket::decode(&row.body)?))).collect()
    }
}

fn ids(versions: &[&Version]) -> Vec<VersionId> {
    versions.iter().map(|version| version.id).collect()
}

/// The version that speaks for a model: the one named, else the champion.
fn main<'a>(model: &Model, versions: &'a [Version], number: Option<u32>) -> Result<&'a Version> {
    let found = versions.iter().find(|candidate| match number {
        Some(number) => candidate.number == number,
        None => Some(candidate.id) == model.aliases.champion,
    });
    found.ok_or_else(|| match number {
        Some(number) => Error::not_found(format!("model `{}` has no version {number}", model.name)),
        None => Error::unavailable(format!("model `{}` has no champion", model.name)),
    })
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
