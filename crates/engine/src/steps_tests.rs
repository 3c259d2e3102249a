use super::*;
use tidegate_core::{prediction::Timing, schema::Schema, time::ManualClock};

use crate::{fixture, rollup::roll_up};

const NOW: Time = Time(20_000 * DAY_MS + 12 * HOUR_MS);

fn bucket(requests: u64) -> Bucket {
    let mut bucket = Bucket::new(&Schema::default(), None);
    let timing = Timing { queue_us: 0, run_us: 1, total_us: 2 };
    (0..requests).for_each(|_| bucket.add_request(&timing, 1, None));
    bucket
}

async fn put(engine: &Engine, version: VersionId, level: Level, at: Time, requests: u64) {
    let row = (version, level, at, bucket(requests).encode().unwrap());
    engine.store.put_buckets(&[row]).await.unwrap();
}

async fn read(engine: &Engine, model: &Model, last_s: u32) -> (Range, History) {
    let watched = engine.watched_version(model, None).await.unwrap();
    let range = Range::new(None, None, Some(last_s), NOW).unwrap();
    let range = engine.drawable(range, &watched);
    (range, engine.history(model, None, range).await.unwrap())
}

#[tokio::test]
async fn a_range_takes_each_level_where_the_finer_one_is_gone_and_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
    let model = engine.store.model("m").await.unwrap();
    let today = NOW.floor(DAY_MS);
    put(&engine, version, Level::Day, today.plus(-100 * DAY_MS), 1_000).await;
    for level in [Level::Hour, Level::SixHours, Level::Day] {
        put(&engine, version, level, today.plus(-60 * DAY_MS), 100).await;
    }
    for at in [NOW.plus(-3 * HOUR_MS), NOW.plus(-5 * MINUTE_MS)] {
        put(&engine, version, Level::Minute, at, 5).await;
        engine.stale.add(version, at);
    }
    roll_up(&engine.store, &engine.stale, &engine.whole, &engine.settings(), NOW).await.unwrap();
    for (last_s, step_ms, requests) in [
        (120 * 86_400, DAY_MS, 1_110),
        (70 * 86_400, 12 * HOUR_MS, 110),
        (86_400, 10 * MINUTE_MS, 10),
        (4 * 3_600, MINUTE_MS, 10),
        (3_600, MINUTE_MS, 5),
    ] {
        let (range, history) = read(&engine, &model, last_s).await;
        let whole = history.merged.whole();
        assert_eq!((range.step_ms, whole.requests), (step_ms, requests), "the last {last_s} s");
        assert_eq!(history.by_version[0].whole().requests, requests);
    }
    engine.shutdown().await.unwrap();
}

/// Buckets of one request a minute, as far back as each level is kept.
async fn fill(engine: &Engine, version: VersionId) {
    let settings = engine.settings();
    let kept_days = |level| match level {
        Level::Minute => settings.keep_minutes_days,
        Level::TenMinutes => settings.keep_ten_minutes_days,
        Level::Hour | Level::SixHours => settings.keep_hours_days,
        Level::Day | Level::TenDays => 3_660,
    };
    for level in Level::ALL {
        let width = level.width_ms();
        let body = bucket((width / MINUTE_MS) as u64).encode().unwrap();
        let first = NOW.plus(-i64::from(kept_days(level)) * DAY_MS).floor(DAY_MS.max(width));
        let count = NOW.since(first).div_euclid(width) + i64::from(NOW.since(first) % width != 0);
        let rows = (0..count).map(|index| (version, level, first.plus(index * width), body.clone()));
        engine.store.put_buckets(&rows.collect::<Vec<_>>()).await.unwrap();
    }
}

#[tokio::test]
async fn whatever_the_range_about_a_thousand_buckets_make_a_hundred_points_or_more() {
    let dir = tempfile::tempdir().unwrap();
    let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
    let model = engine.store.model("m").await.unwrap();
    fill(&engine, version).await;
    for (last_s, fewest) in [
        (2 * 3_600, 100),
        (4 * 3_600, 100),
        (8 * 3_600, 100),
        (16 * 3_600, 100),
        (17 * 3_600, 100),
        (86_400, 100),
        (3 * 86_400, 100),
        (5 * 86_400, 100),
        (7 * 86_400, 100),
        (30 * 86_400, 100),
        (60 * 86_400, 100),
        (89 * 86_400, 100),
        (91 * 86_400, 90),
        (365 * 86_400, 100),
        (730 * 86_400, 100),
        (3_650 * 86_400, 100),
    ] {
        let (range, history) = read(&engine, &model, last_s).await;
        let points = i64::from(last_s) * 1_000 / range.step_ms;
        assert!((fewest..=240).contains(&points), "{points} points for the last {last_s} s");
        assert!(history.read <= 1_010, "{} buckets for the last {last_s} s", history.read);
        // One request a minute; the first bucket may begin before the range does, the last end after it.
        let (requests, minutes) = (history.merged.whole().requests as i64, i64::from(last_s) / 60);
        let grace = 2 * range.step_ms / MINUTE_MS;
        assert!((minutes..=minutes + grace).contains(&requests), "{requests} requests in {minutes} minutes");
    }
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn only_versions_that_answered_in_the_range_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
    let model = engine.store.model("m").await.unwrap();
    put(&engine, version, Level::Hour, NOW.plus(-10 * DAY_MS), 7).await;
    let (_, history) = read(&engine, &model, 86_400).await;
    assert_eq!((history.by_version.len(), history.read), (0, 0));
    let (_, history) = read(&engine, &model, 20 * 86_400).await;
    assert_eq!((history.by_version.len(), history.merged.whole().requests), (1, 7));
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
fn a_range_picks_its_step() {
    let now = Time(10 * DAY_MS);
    let last = |seconds| Range::new(None, None, Some(seconds), now).unwrap();
    assert_eq!((last(300).step_ms, last(300).is_fine()), (2_000, true));
    assert_eq!(last(900).step_ms, 4_000);
    assert_eq!(last(3_600).step_ms, 20_000);
    assert_eq!(last(86_400).step_ms, 10 * MINUTE_MS);
    assert_eq!(last(30 * 86_400).step_ms, 3 * HOUR_MS);
    assert_eq!(last(3_600).in_units_of(MINUTE_MS).step_ms, MINUTE_MS);
    assert!(Range::new(Some(Time(5)), None, None, now).is_err());
    assert!(Range::new(Some(now), Some(Time(0)), None, now).is_err());
}

#[test]
fn widths_of_points_are_whole_numbers_of_few_buckets() {
    for width in WIDTHS_MS.into_iter().filter(|width| *width >= MINUTE_MS) {
        let level = Level::ALL.into_iter().rev().find(|level| width % level.width_ms() == 0).unwrap();
        let most = POINTS * width / level.width_ms();
        assert!(most <= 1_000 || width > 40 * DAY_MS, "{most} buckets of {level:?} for points of {width} ms");
    }
    const { assert!(FINE_KEPT_MS / FINE_MS + (FOLDED_KEPT_MS - FINE_KEPT_MS) / FOLDED_MS <= 1_000) };
}
