use super::*;
use std::sync::Arc;
use tidegate_core::{
    Clock,
    time::{DAY_MS, ManualClock},
};

use crate::fixture;

const NOON: Time = Time(20_000 * DAY_MS + DAY_MS / 2);

#[tokio::test]
async fn every_kind_is_told_with_how_long_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOON))).await;
    let version = fixture::insert_version(&engine.store, fixture::schema(), NOON).await;
    let rows = [0, 1].map(|minute| (version, Level::Minute, NOON.plus(minute * MINUTE_MS), vec![7; 5_000]));
    engine.store.put_buckets(&rows).await.unwrap();
    engine.store.put_buckets(&[(version, Level::Day, NOON, vec![7; 5_000])]).await.unwrap();
    let told = engine.storage().await.unwrap();
    let kind = |title: &str| told.kinds.iter().find(|kind| kind.title == title).unwrap();
    let minutes = kind("counters of minutes");
    assert_eq!((minutes.rows, minutes.keep_days), (Some(2), Some(7)));
    let days = kind("counters of days");
    assert_eq!((days.rows, days.keep_days), (Some(1), None));
    assert!(minutes.bytes > 10_000 && minutes.bytes.abs_diff(2 * days.bytes) < 3, "{told:?}");
    assert_eq!(kind("predictions").keep_days, Some(30));
    assert!(told.gives_back && told.database_bytes > 0);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn requests_that_were_not_recorded_are_told_and_not_again_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let engine = fixture::engine(&dir, clock.clone()).await;
    fixture::insert_version(&engine.store, fixture::schema(), NOON).await;
    let model = engine.store.model("m").await.unwrap();
    let watched = engine.watched_version(&model, None).await.unwrap();
    let told = async || {
        engine.tell_of_drops().await.unwrap();
        let audit = engine.store.audit(Some(model.id), 99).await.unwrap();
        audit
            .into_iter()
            .filter(|line| line.kind == EventKind::RecordsDropped)
            .map(|line| line.what)
            .collect::<Vec<_>>()
    };
    assert_eq!(told().await.len(), 0);
    lock(&watched.aggregate).add_dropped(NOON, 1_234);
    let [what] = &told().await[..] else { panic!("one line") };
    assert!(what.starts_with("1,234 requests of m were answered but not recorded"), "{what}");
    clock.advance(MINUTE_MS);
    lock(&watched.aggregate).add_dropped(clock.now(), 1);
    assert_eq!(told().await.len(), 1);
    clock.advance(TELL_AGAIN_MS);
    lock(&watched.aggregate).add_dropped(clock.now(), 1);
    assert_eq!(told().await.len(), 2);
    assert_eq!(engine.pulse(&model, &watched, clock.now()).dropped, 1_236);
    engine.shutdown().await.unwrap();
}
