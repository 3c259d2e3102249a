use super::*;
use tidegate_core::{prediction::Timing, schema::Schema, time::MINUTE_MS};

use crate::fixture::Folder;

/// Noon of some day.
const NOW: Time = Time(20_000 * DAY_MS + 12 * HOUR_MS);

impl Folder {
    async fn put_minute(&self, at: Time, requests: u64) {
        let mut bucket = Bucket::new(&Schema::default(), None);
        let timing = Timing { queue_us: 0, run_us: 1, total_us: 2 };
        (0..requests).for_each(|_| bucket.add_request(&timing, 1, None));
        let row = (self.version, Level::Minute, at.floor(MINUTE_MS), bucket.encode().unwrap());
        self.store.put_buckets(&[row]).await.unwrap();
    }

    async fn requests(&self, level: Level) -> Vec<(Time, u64)> {
        let rows = self.store.buckets(&[self.version], level, Time(0), NOW.plus(DAY_MS)).await.unwrap();
        rows.iter().map(|row| (row.time, Bucket::decode(&row.body).unwrap().requests)).collect()
    }

    async fn roll(&self, stale: &Stale) {
        roll_up(&self.store, stale, &Settings::default(), NOW).await.unwrap();
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
    roll_up(&folder.store, &stale, &settings, NOW).await.unwrap();
    assert_eq!(folder.requests(Level::Hour).await, [(old, 9)]);
}

#[tokio::test]
async fn a_start_finds_the_hours_that_the_end_left_undone() {
    let folder = Folder::new(Schema::default(), NOW).await;
    let (old, older) = (NOW.plus(-5 * HOUR_MS), NOW.plus(-9 * HOUR_MS));
    folder.put_minute(older, 2).await;
    folder.put_minute(old, 3).await;
    let stale = Stale::default();
    stale.add(folder.version, old);
    let mut marker = Marker::default();
    marker.keep_up(&folder.store, &stale, NOW).await.unwrap();

    let found = find_stale(&folder.store, NOW).await.unwrap();
    folder.roll(&found).await;
    assert_eq!(folder.requests(Level::Hour).await, [(old, 3)]);
    marker.keep_up(&folder.store, &found, NOW).await.unwrap();
    assert!(find_stale(&folder.store, NOW).await.unwrap().all().is_empty());
}

#[test]
fn an_hour_that_changes_while_it_is_made_stays_stale() {
    let stale = Stale::default();
    stale.add(VersionId(1), NOW);
    let [(hour, changes)] = stale.all()[..] else { panic!("one hour") };
    stale.add(VersionId(1), NOW.plus(1));
    stale.remove(hour, changes);
    assert_eq!(stale.all(), [(hour, changes + 1)]);
}

#[test]
fn levels_are_dropped_by_whole_days() {
    let (minutes, hours) = kept(&Settings::default(), NOW.plus(17));
    assert_eq!((minutes, hours), (NOW.floor(DAY_MS).plus(-7 * DAY_MS), NOW.floor(DAY_MS).plus(-90 * DAY_MS)));
}
