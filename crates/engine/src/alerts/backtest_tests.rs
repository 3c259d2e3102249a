use super::*;
use tidegate_core::{
    Code, RowId, VersionId,
    alert::Season,
    prediction::Timing,
    schema::{Schema, Truth},
    time::ManualClock,
};
use tidegate_store::Level;

use crate::{bucket::Bucket, fixture, view::LabelRequest};

const START: Time = Time(20_000 * DAY_MS);

/// A stored bucket of so many requests, some of which failed.
fn bucket(requests: u64, failed: u64) -> Vec<u8> {
    let mut bucket = Bucket::new(&Schema::default(), None);
    let timing = Timing { queue_us: 0, run_us: 1, total_us: 2_000 };
    (failed..requests).for_each(|_| bucket.add_request(&timing, 1, None));
    (0..failed).for_each(|_| bucket.add_request(&timing, 1, Some(Code::Unavailable)));
    bucket.encode().unwrap()
}

struct Scene {
    engine: Engine,
    clock: Arc<ManualClock>,
    version: VersionId,
    model: Model,
    _dir: tempfile::TempDir,
}

impl Scene {
    async fn at(now: Time) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(now));
        let engine = fixture::engine(&dir, clock.clone()).await;
        let version = fixture::insert_version(&engine.store, fixture::schema(), now).await;
        let model = engine.store.model("m").await.unwrap();
        Self { engine, clock, version, model, _dir: dir }
    }

    async fn put(&self, level: Level, buckets: impl Iterator<Item = (Time, Vec<u8>)>) {
        let rows: Vec<_> = buckets.map(|(at, body)| (self.version, level, at, body)).collect();
        self.engine.store.put_buckets(&rows).await.unwrap();
    }

    async fn backtest(&self, rule: &Rule, last_s: u32) -> Backtest {
        let look =
            BacktestLook { width: 600, height: 200, theme: tidegate_charts::Theme::Dark, utc_offset_min: 0 };
        let request = BacktestRequest {
            rule: rule.clone(),
            from: None,
            to: None,
            last_s: Some(last_s),
            look: Some(look),
        };
        self.engine.backtest("m", request).await.unwrap()
    }

    /// What live evaluation does when it is asked at each of these times: when alerts opened and closed.
    async fn live(&self, rule: &Rule, from: Time, to: Time, pause_ms: i64) -> Vec<(Time, Option<Time>)> {
        let rules = std::slice::from_ref(rule);
        self.engine.store.put_rules(self.model.id, rules, "test", "", from).await.unwrap();
        let watched = self.engine.watched_version(&self.model, None).await.unwrap();
        self.clock.advance(from.since(self.engine.clock.now()));
        while self.engine.clock.now() < to {
            self.clock.advance(pause_ms);
            self.engine.evaluate_model(&self.model, &watched).await.unwrap();
        }
        let filter = tidegate_store::AlertFilter { open_only: false, model: None, limit: 100 };
        let alerts = self.engine.store.alerts(filter).await.unwrap();
        alerts.into_iter().rev().map(|alert| (alert.since, alert.until)).collect()
    }
}

fn times(backtest: &Backtest) -> Vec<(Time, Option<Time>)> {
    backtest.firings.iter().map(|firing| (firing.from, firing.until)).collect()
}

/// Two hours of trouble an hour apart in five hours of minutes.
fn troubled(minute: i64) -> u64 {
    match minute {
        100..130 | 200..205 => 40,
        _ => 0,
    }
}

#[tokio::test]
async fn it_says_what_live_evaluation_did_minute_by_minute() {
    let end = START.plus(5 * HOUR_MS);
    let scene = Scene::at(end).await;
    let minutes = (0..300).map(|minute| (START.plus(minute * MINUTE_MS), bucket(100, troubled(minute))));
    scene.put(Level::Minute, minutes).await;
    let rules = [
        Rule {
            window_s: Some(3_600),
            condition: Condition::BurnRate { objective: 0.9, short_s: 300, min_events: 100 },
            delay_s: 60,
            hold: 2,
            cool_down_s: 0,
            ..Rule::new(Signal::ErrorShare, Direction::Above, 1.5)
        },
        Rule {
            window_s: Some(45 * 60),
            condition: Condition::Change { relative: false },
            hold: 3,
            cool_down_s: 600,
            ..Rule::new(Signal::ErrorShare, Direction::Above, 0.02)
        },
    ];
    for rule in rules {
        let backtest = scene.backtest(&rule, 4 * 3_600).await;
        assert_eq!((backtest.step_ms, backtest.evaluations), (MINUTE_MS, 240));
        assert!(!backtest.firings.is_empty(), "{}", backtest.sentence);
        let fresh = Scene::at(START).await;
        let minutes = (0..300).map(|minute| (START.plus(minute * MINUTE_MS), bucket(100, troubled(minute))));
        fresh.put(Level::Minute, minutes).await;
        let live = fresh.live(&rule, START.plus(HOUR_MS), end, MINUTE_MS).await;
        assert_eq!(times(&backtest), live, "{}", backtest.sentence);
        fresh.engine.shutdown().await.unwrap();
    }
    scene.engine.shutdown().await.unwrap();
}

/// Busy by day and quiet at night for two weeks, then a noon without anybody.
fn seasonal(hour: i64) -> u64 {
    match (hour, hour.rem_euclid(24)) {
        (348..351, _) => 3,
        (_, 8..20) => 100 + (hour * 7_919 % 11) as u64,
        _ => 10 + (hour * 7_919 % 7) as u64,
    }
}

#[tokio::test]
async fn a_seasonal_band_fires_at_an_unusual_noon_and_at_no_night() {
    let end = START.plus(15 * DAY_MS);
    let scene = Scene::at(end).await;
    scene
        .put(Level::Hour, (0..360).map(|hour| (START.plus(hour * HOUR_MS), bucket(seasonal(hour), 0))))
        .await;
    let rule = Rule {
        condition: Condition::Anomaly { season: Season::HourOfDay, history_days: 28 },
        hold: 1,
        cool_down_s: 0,
        ..Rule::new(Signal::Throughput, Direction::Below, 4.0)
    };
    let backtest = scene.backtest(&rule, 10 * 86_400).await;
    assert_eq!(backtest.step_ms, HOUR_MS);
    assert_eq!(times(&backtest), [(START.plus(349 * HOUR_MS), Some(START.plus(352 * HOUR_MS)))]);
    assert_eq!(backtest.sentence, "would have fired once in 10 days, for 3 h in all");
    assert!(backtest.firings[0].message.contains("below the"), "{}", backtest.firings[0].message);
    assert!(backtest.points[200].low.is_some());
    assert!(backtest.chart.unwrap().svg.starts_with("<svg"));
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn it_says_what_it_can_not_know() {
    let scene = Scene::at(START).await;
    let rule = Rule::new(Signal::LatencyP99, Direction::Above, 100.0);
    let backtest = scene.backtest(&rule, 30 * 86_400).await;
    assert_eq!((backtest.judged, backtest.evaluations), (0, 720));
    assert_eq!(backtest.sentence, "too little is known of the last 30 days to judge by");
    assert!(
        backtest.notes.iter().any(|note| note.starts_with("windows are 1 h wide")),
        "{:?}",
        backtest.notes
    );
    let nonsense =
        BacktestRequest { rule: Rule { hold: 0, ..rule }, from: None, to: None, last_s: None, look: None };
    let error = scene.engine.backtest("m", nonsense).await.unwrap_err();
    assert!(error.message.starts_with("`rule.hold`"), "{error}");
    scene.engine.shutdown().await.unwrap();
}

/// Of twenty answers of a minute, so many are wrong: for an hour every second one.
fn wrong(minute: i64) -> u32 {
    match minute {
        120..180 => 10,
        _ => 1,
    }
}

#[tokio::test]
async fn a_rise_of_errors_is_replayed_as_it_was_found() {
    let scene = Scene::at(START).await;
    let rule = Rule { hold: 1, cool_down_s: 0, ..Rule::new(Signal::ConceptDrift, Direction::Above, 0.02) };
    scene
        .engine
        .store
        .put_rules(scene.model.id, std::slice::from_ref(&rule), "test", "", START)
        .await
        .unwrap();
    let watched = scene.engine.watched_version(&scene.model, None).await.unwrap();
    let nothing = scene.backtest(&rule, 4 * 3_600).await;
    assert_eq!((nothing.judged, nothing.firings.len()), (0, 0), "{}", nothing.sentence);
    for minute in 0..300 {
        scene.clock.advance(MINUTE_MS);
        let asked = fixture::prediction(scene.version, scene.engine.clock.now(), &[1.0; 20], "no");
        let prediction = asked.id;
        scene.engine.recorder.observe(asked, watched.clone(), None, true);
        let label = |row| LabelRequest {
            id: RowId { prediction, row }.to_string(),
            label: Truth::Class(if row < wrong(minute) { "yes" } else { "no" }.into()),
        };
        scene.engine.label((0..20).map(label).collect()).await.unwrap();
        scene.engine.evaluate_model(&scene.model, &watched).await.unwrap();
    }
    let filter = tidegate_store::AlertFilter { open_only: false, model: None, limit: 100 };
    let alerts = scene.engine.store.alerts(filter).await.unwrap();
    let live: Vec<_> = alerts.iter().rev().map(|alert| (alert.since, alert.until)).collect();
    assert!(!live.is_empty(), "the rise was not found");
    let backtest = scene.backtest(&rule, 5 * 3_600).await;
    assert_eq!(times(&backtest), live, "{}", backtest.sentence);
    assert_eq!(backtest.firings[0].message, alerts.last().unwrap().message);
    assert!(
        backtest.notes.iter().any(|note| note.contains("of 6,000 recorded labels")),
        "{:?}",
        backtest.notes
    );
    assert_eq!(backtest.step_ms, MINUTE_MS);
    scene.engine.shutdown().await.unwrap();
}
