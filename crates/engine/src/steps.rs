//! Buckets over a range of time, merged to the points of a chart.
//!
//! Owns which level of buckets answers for which part of a range. Must not know what is drawn.

use std::{collections::BTreeMap, sync::Arc};

use tidegate_core::{
    Error, Result, Time, VersionId,
    model::Model,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_store::Level;

use crate::{
    Engine, aggregate::FINE_MS, baseline::Baseline, bucket::Bucket, lock, rollup::kept, route::Watched,
};

/// Charts show about this many points.
const POINTS: i64 = 240;
/// How far back fine buckets reach, with a minute's grace for a page whose clock is behind.
const FINE_REACH_MS: i64 = HOUR_MS + MINUTE_MS;

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
        let fine = now.since(from) <= FINE_REACH_MS;
        let unit = if fine {
            FINE_MS
        } else if length <= 3 * DAY_MS {
            MINUTE_MS
        } else {
            HOUR_MS
        };
        let step_ms = (length / POINTS / unit).max(1) * unit;
        Ok(Self { from, to, step_ms })
    }

    /// Whether its steps are made of the fine buckets in memory.
    fn is_fine(self) -> bool {
        self.step_ms % MINUTE_MS != 0
    }

    /// The same range in steps of whole `unit_ms`.
    fn in_units_of(self, unit_ms: i64) -> Self {
        let units = (self.step_ms + unit_ms - 1) / unit_ms;
        Self { step_ms: units * unit_ms, ..self }
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

impl Engine {
    /// The counters that answer for `version` of a model (the champion's if `None`).
    pub(crate) async fn watched_version(&self, model: &Model, version: Option<u32>) -> Result<Arc<Watched>> {
        let versions = self.store.versions(model.id).await?;
        let found = versions.iter().find(|candidate| match version {
            Some(number) => candidate.number == number,
            None => Some(candidate.id) == model.aliases.champion,
        });
        let found = found.ok_or_else(|| match version {
            Some(number) => Error::not_found(format!("model `{}` has no version {number}", model.name)),
            None => Error::unavailable(format!("model `{}` has no champion", model.name)),
        })?;
        self.watched(model, found).await
    }

    /// Buckets of a model over a range. All versions are merged where none is named; counts of inputs are the
    /// champion's, as other versions may have other baselines.
    pub(crate) async fn steps(&self, model: &Model, version: Option<u32>, range: Range) -> Result<Steps> {
        let main = self.watched_version(model, version).await?;
        let (empty, baseline) = {
            let aggregate = lock(&main.aggregate);
            (aggregate.empty(), aggregate.baseline().cloned())
        };
        let mut steps = Steps { range, empty, baseline, buckets: BTreeMap::new() };
        let ids: Vec<VersionId> = match version {
            Some(_) => vec![main.version],
            None => self.store.versions(model.id).await?.iter().map(|version| version.id).collect(),
        };
        if range.is_fine() {
            for watched in self.known(&ids) {
                let aggregate = lock(&watched.aggregate);
                aggregate.fine(range.from, range.to).for_each(|(time, bucket)| steps.add(time, bucket));
            }
        } else {
            self.add_stored(&ids, &mut steps).await?;
        }
        Ok(steps)
    }

    /// Stored buckets of one version over a range, in steps of whole minutes.
    pub(crate) async fn version_steps(&self, watched: &Watched, range: Range) -> Result<Steps> {
        let (empty, baseline) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.empty(), aggregate.baseline().cloned())
        };
        let mut steps = Steps { range, empty, baseline, buckets: BTreeMap::new() };
        self.add_stored(&[watched.version], &mut steps).await?;
        Ok(steps)
    }

    /// Buckets of each version that answered in a range, oldest version first.
    pub(crate) async fn steps_by_version(
        &self,
        model: &Model,
        version: Option<u32>,
        range: Range,
    ) -> Result<Vec<Steps>> {
        let numbers: Vec<u32> = match version {
            Some(number) => vec![number],
            None => self.store.versions(model.id).await?.iter().map(|version| version.number).collect(),
        };
        let mut by_version = Vec::new();
        for number in numbers {
            let steps = self.steps(model, Some(number), range).await?;
            if !steps.buckets.is_empty() {
                by_version.push(steps);
            }
        }
        Ok(by_version)
    }

    fn known(&self, ids: &[VersionId]) -> Vec<Arc<Watched>> {
        let watched = lock(&self.watched);
        ids.iter().filter_map(|id| watched.get(id).cloned()).collect()
    }

    /// The range in steps no finer than what is kept of its beginning, so that no chart shows the minutes of an
    /// hour in one of its steps.
    pub(crate) fn drawable(&self, range: Range, watched: &Watched) -> Range {
        let now = self.clock.now();
        let (minutes_from, hours_from) = kept(&self.settings(), now);
        let before_start = range.from < self.started && lock(&watched.aggregate).reaches_before(self.started);
        let unit_ms = match range.from {
            from if from < hours_from => DAY_MS,
            from if from < minutes_from => HOUR_MS,
            from if before_start || now.since(from) > FINE_REACH_MS => MINUTE_MS,
            _ => FINE_MS,
        };
        range.in_units_of(unit_ms)
    }

    /// Days, hours and minutes, each where the finer ones are gone or not asked for; the newest hours come from
    /// their minutes.
    async fn add_stored(&self, ids: &[VersionId], steps: &mut Steps) -> Result<()> {
        let Range { from, to, step_ms } = steps.range;
        let now = self.clock.now();
        let (minutes_from, hours_from) = kept(&self.settings(), now);
        let made = if step_ms % HOUR_MS == 0 { now.floor(HOUR_MS).plus(-HOUR_MS) } else { minutes_from };
        let (hours, minutes) = (hours_from.max(from), made.max(from));
        self.add_level(ids, Level::Day, (from.floor(DAY_MS), hours.min(to)), steps).await?;
        self.add_level(ids, Level::Hour, (hours.floor(HOUR_MS), minutes.min(to)), steps).await?;
        self.add_minutes(ids, minutes, steps).await
    }

    async fn add_level(
        &self,
        ids: &[VersionId],
        level: Level,
        (from, to): (Time, Time),
        steps: &mut Steps,
    ) -> Result<()> {
        for row in self.store.buckets(ids, level, from, to).await? {
            steps.add(row.time, &Bucket::decode(&row.body)?);
        }
        Ok(())
    }

    /// Stored minutes, except those that memory knows better.
    async fn add_minutes(&self, ids: &[VersionId], from: Time, steps: &mut Steps) -> Result<()> {
        let (from, to) = (from.floor(MINUTE_MS), steps.range.to);
        let known = self.known(ids);
        for row in self.store.buckets(ids, Level::Minute, from, to).await? {
            let in_memory = known.iter().any(|watched| {
                watched.version == row.version && lock(&watched.aggregate).holds_minute(row.time)
            });
            if !in_memory {
                steps.add(row.time, &Bucket::decode(&row.body)?);
            }
        }
        for watched in known {
            let aggregate = lock(&watched.aggregate);
            aggregate.minutes(from, to).for_each(|(time, bucket)| steps.add(time, bucket));
        }
        Ok(())
    }

    /// The newest minutes of a version from the disk, for the counters of a fresh start.
    pub(crate) async fn stored_minutes(&self, version: VersionId) -> Result<Vec<(Time, Bucket)>> {
        let now = self.clock.now();
        let rows = self.store.buckets(&[version], Level::Minute, now.plus(-HOUR_MS), now.plus(1)).await?;
        rows.into_iter().map(|row| Ok((row.time, Bucket::decode(&row.body)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{prediction::Timing, schema::Schema, time::ManualClock};

    use crate::fixture;

    const NOW: Time = Time(20_000 * DAY_MS + 12 * HOUR_MS);

    async fn put(engine: &Engine, version: VersionId, level: Level, at: Time, requests: u64) {
        let mut bucket = Bucket::new(&Schema::default(), None);
        let timing = Timing { queue_us: 0, run_us: 1, total_us: 2 };
        (0..requests).for_each(|_| bucket.add_request(&timing, 1, None));
        let row = (version, level, at, bucket.encode().unwrap());
        engine.store.put_buckets(&[row]).await.unwrap();
    }

    #[tokio::test]
    async fn a_range_takes_each_level_where_the_finer_one_is_gone_and_nothing_twice() {
        let dir = tempfile::tempdir().unwrap();
        let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
        let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        let today = NOW.floor(DAY_MS);
        put(&engine, version, Level::Day, today.plus(-100 * DAY_MS), 1_000).await;
        put(&engine, version, Level::Hour, today.plus(-20 * DAY_MS), 100).await;
        put(&engine, version, Level::Day, today.plus(-20 * DAY_MS), 100).await;
        for (level, at) in [(Level::Minute, NOW.plus(-3 * HOUR_MS)), (Level::Hour, NOW.plus(-3 * HOUR_MS))] {
            put(&engine, version, level, at, 10).await;
        }
        put(&engine, version, Level::Minute, NOW.plus(-5 * MINUTE_MS), 1).await;
        let watched = engine.watched_version(&model, None).await.unwrap();
        for (last_s, step_ms, requests) in [
            (120 * 86_400, DAY_MS, 1_111),
            (30 * 86_400, 3 * HOUR_MS, 111),
            (86_400, 6 * MINUTE_MS, 11),
            (3_600, MINUTE_MS, 1),
        ] {
            let range = Range::new(None, None, Some(last_s), NOW).unwrap();
            let range = engine.drawable(range, &watched);
            let whole = engine.steps(&model, None, range).await.unwrap().whole();
            assert_eq!((range.step_ms, whole.requests), (step_ms, requests), "the last {last_s} s");
        }
        engine.shutdown().await.unwrap();
    }

    #[test]
    fn every_step_of_a_range_is_there_with_its_bucket_or_without() {
        let range = Range { from: Time(61_000), to: Time(240_000), step_ms: MINUTE_MS };
        let empty = Bucket::new(&Schema::default(), None);
        let mut steps = Steps { range, empty: empty.clone(), baseline: None, buckets: BTreeMap::new() };
        steps.add(Time(125_000), &empty);
        let each: Vec<_> = steps.each().map(|(time, bucket)| (time.0, bucket.is_some())).collect();
        assert_eq!(each, [(60_000, false), (120_000, true), (180_000, false), (240_000, false)]);
    }

    #[test]
    fn a_range_picks_its_step_and_level() {
        let now = Time(10 * DAY_MS);
        let last = |seconds| Range::new(None, None, Some(seconds), now).unwrap();
        assert_eq!((last(900).step_ms, last(900).is_fine()), (2_000, true));
        assert_eq!(last(3_600).step_ms, 14_000);
        assert_eq!(last(86_400).step_ms, 6 * MINUTE_MS);
        assert_eq!(last(30 * 86_400).step_ms, 3 * HOUR_MS);
        assert_eq!(last(3_600).in_units_of(MINUTE_MS).step_ms, MINUTE_MS);
        assert!(Range::new(Some(Time(5)), None, None, now).is_err());
        assert!(Range::new(Some(now), Some(Time(0)), None, now).is_err());
    }
}
