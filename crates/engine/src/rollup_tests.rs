use super::*;
use tidegate_core::{
    prediction::Timing,
    schema::{Answered, Schema, Truth},
    time::{HOUR_MS, MINUTE_MS, ManualClock},
};

use crate::{
    baseline::Baseline,
    fixture::{self, Folder},
    rows::Column,
    steps::Range,
    view::BaselineFrom,
};

/// Noon of some day.
const NOW: Time = Time(20_000 * DAY_MS + 12 * HOUR_MS);
/// A minute and the requests in it.
type Counted = (Time, u64);

impl Folder {
    async fn put_minute(&self, at: Time, requests: u64) {
        let mut bucket = Bucket::new(&Schema::default(), None);
        let timing = Timing { queue_us: 0, run_us: 1, total_us: 2 };
        (0..requests).for_each(|_| bucket.add_request(&timing, 1, None));
        let row = (self.version, Level::Minute, at.floor(MINUTE_MS), bucket.encode().unwrap());
        self.store.put_buckets(&[row]).await.unwrap();
    }

    async fn all(&self, level: Level) -> Vec<(Time, Bucket)> {
        let rows = self.store.buckets(&[self.version], level, Time(0), NOW.plus(DAY_MS)).await.unwrap();
        rows.iter().map(|row| (row.time, Bucket::decode(&row.body).unwrap())).collect()
    }

    async fn requests(&self, level: Level) -> Vec<Counted> {
        self.all(level).await.iter().map(|(time, bucket)| (*time, bucket.requests)).collect()
    }

    async fn whole(&self, settings: &Settings) -> Whole {
        let whole = Whole::default();
        whole.settle(&self.store, settings, NOW).await.unwrap();
        whole
    }

    async fn roll(&self, stale: &Stale) {
        let settings = Settings::default();
        let whole = self.whole(&settings).await;
        roll_up(&self.store, stale, &whole, &settings, NOW).await.unwrap();
    }
}

#[tokio::test]
async fn hours_and_days_are_exactly_their_minutes_however_often_they_are_made() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let stale = Stale::default();
    let yesterday = NOW.floor(DAY_MS).plus(-HOUR_MS);
    for (at, requests) in [(yesterday, 3), (NOW, 5), (NOW.plus(59 * MINUTE_MS), 7), (NOW.plus(-HOUR_MS), 11)]
    {
        folder.put_minute(at, requests).await;
        stale.add(folder.version, at);
    }
    for _ in 0..2 {
        folder.roll(&stale).await;
        let tens = [(yesterday, 3), (NOW.plus(-HOUR_MS), 11), (NOW, 5), (NOW.plus(50 * MINUTE_MS), 7)];
        assert_eq!(folder.requests(Level::TenMinutes).await, tens);
        let hours = [(yesterday, 3), (NOW.plus(-HOUR_MS), 11), (NOW, 12)];
        assert_eq!(folder.requests(Level::Hour).await, hours);
        let days = [(yesterday.floor(DAY_MS), 3), (NOW.floor(DAY_MS), 23)];
        assert_eq!(folder.requests(Level::Day).await, days);
        stale.add(folder.version, yesterday);
        stale.add(folder.version, NOW);
    }
}

#[tokio::test]
async fn a_minute_that_changes_late_changes_its_hour_and_day() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let stale = Stale::default();
    let old = NOW.plus(-3 * DAY_MS);
    folder.put_minute(old, 1).await;
    stale.add(folder.version, old);
    folder.roll(&stale).await;
    folder.put_minute(old, 4).await;
    folder.roll(&stale).await;
    assert_eq!(folder.requests(Level::Hour).await, [(old, 1)]);
    stale.add(folder.version, old);
    folder.roll(&stale).await;
    assert_eq!(folder.requests(Level::Hour).await, [(old, 4)]);
    assert_eq!(folder.requests(Level::Day).await, [(old.floor(DAY_MS), 4)]);
}

#[tokio::test]
async fn an_hour_whose_minutes_are_gone_is_never_made_from_what_is_left() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let stale = Stale::default();
    let old = NOW.plus(-2 * DAY_MS);
    folder.put_minute(old, 9).await;
    stale.add(folder.version, old);
    folder.roll(&stale).await;
    folder.put_minute(old, 1).await;
    stale.add(folder.version, old);
    let settings = Settings { keep_minutes_days: 1, ..Settings::default() };
    let whole = folder.whole(&settings).await;
    roll_up(&folder.store, &stale, &whole, &settings, NOW).await.unwrap();
    assert_eq!(folder.requests(Level::Hour).await, [(old, 9)]);
}

#[tokio::test]
async fn a_start_finds_the_stretches_that_the_end_left_undone() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let settings = Settings::default();
    let (old, older) = (NOW.plus(-5 * HOUR_MS), NOW.plus(-9 * HOUR_MS));
    let (stale, _) = begin(&folder.store, &settings, NOW).await.unwrap();
    folder.put_minute(older, 2).await;
    folder.put_minute(old, 3).await;
    stale.add(folder.version, old);
    let mut marker = Marker::default();
    marker.keep_up(&folder.store, &stale, NOW).await.unwrap();

    let (found, whole) = begin(&folder.store, &settings, NOW).await.unwrap();
    roll_up(&folder.store, &found, &whole, &settings, NOW).await.unwrap();
    assert_eq!(folder.requests(Level::Hour).await, [(old, 3)]);
    marker.keep_up(&folder.store, &found, NOW).await.unwrap();
    assert!(begin(&folder.store, &settings, NOW).await.unwrap().0.all().is_empty());
}

#[test]
fn a_stretch_that_changes_while_it_is_made_stays_stale() {
    let stale = Stale::default();
    stale.add(VersionId(1), NOW);
    let [(stretch, changes)] = stale.all()[..] else { panic!("one stretch") };
    stale.add(VersionId(1), NOW.plus(1));
    stale.remove(stretch, changes);
    assert_eq!(stale.all(), [(stretch, changes + 1)]);
}

#[test]
fn levels_are_dropped_by_whole_days_and_none_before_a_finer_one() {
    let days = |settings: &Settings, level| {
        NOW.floor(DAY_MS).since(kept_from(settings, level, NOW.plus(17))) / DAY_MS
    };
    let settings = Settings::default();
    assert_eq!([Level::Minute, Level::TenMinutes, Level::Hour].map(|l| days(&settings, l)), [7, 30, 90]);
    assert_eq!(kept_from(&settings, Level::Day, NOW), Time(i64::MIN));
    let settings = Settings { keep_minutes_days: 40, keep_hours_days: 10, ..settings };
    assert_eq!([Level::Minute, Level::TenMinutes, Level::Hour].map(|l| days(&settings, l)), [40, 40, 40]);
}

#[tokio::test]
async fn a_damaged_part_keeps_the_buckets_above_it_as_they_were_and_no_others() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let stale = Stale::default();
    let (bad, good) = (NOW.plus(-HOUR_MS), NOW.plus(-30 * HOUR_MS));
    for at in [bad, good] {
        folder.put_minute(at, 4).await;
        stale.add(folder.version, at);
    }
    folder.roll(&stale).await;
    folder.put_minute(good, 6).await;
    let damaged = (folder.version, Level::Minute, bad, vec![255; 3]);
    folder.store.put_buckets(&[damaged]).await.unwrap();
    [bad, good].into_iter().for_each(|at| stale.add(folder.version, at));
    let settings = Settings::default();
    let whole = folder.whole(&settings).await;
    let error = roll_up(&folder.store, &stale, &whole, &settings, NOW).await.unwrap_err();
    assert_eq!(error.message, "a stored bucket is damaged");
    assert_eq!(folder.requests(Level::Hour).await, [(good, 6), (bad, 4)]);
    assert_eq!(stale.all().len(), 1, "it is tried again");
}

/// Equal but for the last digits of sums, which depend on the order of adding.
fn same(a: &Bucket, b: &Bucket) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
    let sums = |bucket: &Bucket| (bucket.features[0].sum, bucket.features[0].sum_sq);
    let counts = |bucket: &Bucket| {
        let mut bucket = bucket.clone();
        (bucket.features[0].sum, bucket.features[0].sum_sq) = (0.0, 0.0);
        bucket
    };
    counts(a) == counts(b) && near(sums(a).0, sums(b).0) && near(sums(a).1, sums(b).1)
}

#[tokio::test]
async fn every_level_is_what_its_minutes_sum_to() {
    let folder = Folder::new(fixture::schema(), NOW).await;
    let ages: Vec<f64> = (0..100).map(|n| f64::from(n) / 7.0).collect();
    let answered = |yes| Answered {
        label: Some(if yes { "yes" } else { "no" }.into()),
        probabilities: None,
        value: None,
    };
    let (reference, answers) = ([Column::Numbers(ages.clone())], vec![answered(true); 100]);
    let baseline =
        Baseline::new(&fixture::schema(), BaselineFrom::Reference, &reference, &answers, None, NOW);
    let (stale, mut minutes, mut state) = (Stale::default(), Vec::new(), 88_172_645_463_325_252_u64);
    for _ in 0..400 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = NOW.plus(-((state % (5 * DAY_MS as u64)) as i64)).floor(MINUTE_MS);
        let yes = state % 3 == 0;
        let mut bucket = Bucket::new(&fixture::schema(), Some(&baseline));
        let timing = Timing { queue_us: 1, run_us: 2, total_us: (state % 90_000) as u32 };
        bucket.add_request(&timing, 2, None);
        let column = Column::Numbers(vec![ages[(state % 100) as usize], f64::NAN]);
        bucket.add_rows(&baseline, &[column], &[answered(yes), answered(!yes)]);
        bucket.replace_label(&answered(yes).into(), None, &Truth::Class("no".into()), 5);
        bucket.dropped = state % 2;
        minutes.retain(|(known, _)| *known != at);
        minutes.push((at, bucket));
    }
    minutes.sort_by_key(|(at, _)| *at);
    for (at, bucket) in &minutes {
        let row = (folder.version, Level::Minute, *at, bucket.encode().unwrap());
        folder.store.put_buckets(&[row]).await.unwrap();
        stale.add(folder.version, *at);
    }
    folder.roll(&stale).await;
    for level in Level::ALL {
        let mut sums = BTreeMap::<Time, Bucket>::new();
        for (at, bucket) in &minutes {
            let whole = sums.entry(at.floor(level.width_ms()));
            whole.and_modify(|whole| whole.merge(bucket)).or_insert_with(|| bucket.clone());
        }
        let stored = folder.all(level).await;
        assert_eq!(stored.len(), sums.len(), "{level:?}");
        let each = stored.iter().zip(&sums);
        each.for_each(|((at, a), (time, b))| assert!(at == time && same(a, b), "{level:?} at {at:?}"));
    }
}

/// A folder whose program knew minutes, hours and days, and no sections in a bucket.
const BEFORE: &[u8] = include_bytes!("../tests/golden/before-sections.db.lz4");

#[tokio::test]
async fn an_older_folder_opens_with_all_it_holds_and_gets_the_levels_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    let database = lz4_flex::decompress_size_prepended(BEFORE).unwrap();
    std::fs::write(dir.path().join("data/tidegate.db"), database).unwrap();
    // It was recorded between noon and a quarter past one of that day.
    let noon = Time(20_000 * DAY_MS + 12 * HOUR_MS);
    let engine = fixture::engine(&dir, Arc::new(ManualClock::at(noon.plus(3 * HOUR_MS)))).await;
    let model = engine.store.model("m").await.unwrap();
    let watched = engine.watched_version(&model, None).await.unwrap();
    let range = engine.drawable(Range::new(None, None, Some(86_400), noon.plus(DAY_MS)).unwrap(), &watched);
    // The background task may have been first; what is made twice is the same.
    engine.roll_up().await.unwrap();
    for range in [range, Range { step_ms: MINUTE_MS, ..range }, Range { step_ms: DAY_MS, ..range }] {
        let whole = engine.steps(&model, None, range).await.unwrap().whole();
        assert_eq!((whole.requests, whole.rows, whole.labelled), (5, 9, 4), "{range:?}");
        assert_eq!((whole.features[0].n, whole.dropped), (5, 0), "counted since there was a baseline");
    }
    let version = watched.version;
    for (level, buckets) in Level::ALL.into_iter().zip([4, 2, 2, 1, 1, 1]) {
        let rows = engine.store.buckets(&[version], level, Time(0), noon.plus(DAY_MS)).await.unwrap();
        assert_eq!(rows.len(), buckets, "{level:?}");
    }
    let recorded = engine.store.predictions(&[version], Time(0), noon.plus(DAY_MS), 9).await.unwrap();
    assert_eq!(recorded.len(), 5);
    engine.shutdown().await.unwrap();
}
