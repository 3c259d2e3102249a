use super::*;
use tidegate_core::{
    PredictionId, RowId,
    schema::Truth,
    time::{DAY_MS, HOUR_MS, ManualClock},
};
use tidegate_store::Level;

use crate::{
    aggregate::Aggregate,
    bucket::Bucket,
    fixture::{Folder, prediction, schema},
    rollup::{Whole, begin, roll_up},
    view::Settings,
};

/// Noon of some day.
const NOON: Time = Time(20_000 * DAY_MS + 12 * HOUR_MS);

struct Scene {
    folder: Folder,
    clock: Arc<ManualClock>,
    watched: Arc<Watched>,
    recorder: Recorder,
    stale: Stale,
    whole: Whole,
}

impl Scene {
    async fn new() -> Self {
        let folder = Folder::new(schema(), NOON).await;
        let (stale, whole) = begin(&folder.store, &Settings::default(), NOON).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOON));
        let aggregate = Aggregate::new(schema(), None, 0);
        let watched = Arc::new(Watched::new(folder.version, Default::default(), aggregate));
        let all = WatchedVersions::default();
        lock(&all).insert(folder.version, watched.clone());
        let recorder = Recorder::start(folder.store.clone(), clock.clone(), all, stale.clone());
        Self { folder, clock, watched, recorder, stale, whole }
    }

    /// Records a request at the present, and moves on.
    fn ask(&self, ages: &[f32]) -> PredictionId {
        let asked = prediction(self.folder.version, self.clock.now(), ages, "no");
        let id = asked.id;
        self.recorder.observe(asked, self.watched.clone(), None, true);
        self.clock.advance(10);
        id
    }

    async fn label(&self, id: impl ToString, truth: &str) -> LabelsAnswer {
        let label = LabelRequest { id: id.to_string(), label: Truth::Class(truth.into()) };
        self.recorder.label(vec![label]).await.unwrap()
    }

    /// Buckets of stretches in which something was asked; there are others where only labels arrived.
    async fn saved(&self, level: Level) -> Vec<Bucket> {
        self.recorder.flush().await.unwrap();
        let versions = [self.folder.version];
        let rows = self.folder.store.buckets(&versions, level, Time(0), NOON.plus(DAY_MS)).await.unwrap();
        let buckets = rows.iter().map(|row| Bucket::decode(&row.body).unwrap());
        buckets.filter(|bucket| bucket.requests > 0).collect()
    }

    async fn roll_up(&self) {
        let now = self.clock.now();
        roll_up(&self.folder.store, &self.stale, &self.whole, &Settings::default(), now).await.unwrap();
    }
}

fn right(bucket: &Bucket) -> Option<f64> {
    bucket.tally.as_ref().unwrap().metrics().first().map(|accuracy| accuracy.value)
}

#[tokio::test]
async fn labels_count_once_whether_early_late_repeated_or_changed() {
    let scene = Scene::new().await;
    let early = prediction(scene.folder.version, NOON, &[1.0, 2.0, 3.0], "no").id;
    assert_eq!(scene.label(format!("{early}:2"), "no").await.unmatched, 1);
    assert_eq!(scene.ask(&[1.0, 2.0, 3.0]), early);
    let late = scene.ask(&[4.0]);
    assert_eq!(scene.label(late, "no").await.matched, 1);
    assert_eq!(scene.label(late, "no").await.repeated, 1);
    let [minute] = &scene.saved(Level::Minute).await[..] else { panic!("one minute") };
    assert_eq!((minute.requests, minute.rows, minute.labelled, right(minute)), (2, 4, 2, Some(1.0)));
    assert_eq!(scene.label(late, "yes").await.changed, 1);
    let minute = &scene.saved(Level::Minute).await[0];
    assert_eq!((minute.labelled, right(minute)), (2, Some(0.5)));
}

#[tokio::test]
async fn a_label_hours_late_changes_the_stored_minute_and_loses_none_of_it() {
    let scene = Scene::new().await;
    let id = scene.ask(&[1.0]);
    scene.ask(&[1.0, 2.0]);
    scene.saved(Level::Minute).await;
    scene.clock.advance(5 * HOUR_MS);
    scene.saved(Level::Minute).await;
    assert!(!lock(&scene.watched.aggregate).holds_minute(NOON), "it was let go of");
    scene.label(id, "no").await;
    scene.saved(Level::Minute).await;
    scene.roll_up().await;
    for level in [Level::Minute, Level::Hour, Level::Day] {
        let [bucket] = &scene.saved(level).await[..] else { panic!("one {level:?}") };
        assert_eq!((bucket.requests, bucket.rows, bucket.labelled), (2, 3, 1), "{level:?}");
    }
}

#[tokio::test]
async fn a_label_older_than_the_minutes_counts_in_its_hour_and_day() {
    let scene = Scene::new().await;
    let id = scene.ask(&[1.0]);
    scene.saved(Level::Minute).await;
    scene.roll_up().await;
    scene.clock.advance(40 * DAY_MS);
    scene.whole.move_on(&scene.folder.store, &Settings::default(), scene.clock.now()).await.unwrap();
    for level in [Level::Minute, Level::TenMinutes] {
        scene.folder.store.drop_buckets(level, scene.clock.now()).await.unwrap();
    }
    scene.saved(Level::Minute).await;
    assert_eq!(scene.label(id, "no").await.matched, 1);
    scene.roll_up().await;
    assert!(scene.saved(Level::Minute).await.is_empty());
    for level in [Level::Hour, Level::SixHours, Level::Day, Level::TenDays] {
        let bucket = &scene.saved(level).await[0];
        assert_eq!((bucket.requests, bucket.labelled), (1, 1), "{level:?}");
    }
}

#[tokio::test]
async fn what_is_not_kept_is_counted_all_the_same() {
    let scene = Scene::new().await;
    let asked = prediction(scene.folder.version, NOON, &[1.0], "no");
    let id = asked.id;
    scene.recorder.observe(asked, scene.watched.clone(), None, false);
    assert_eq!(scene.saved(Level::Minute).await[0].requests, 1);
    assert_eq!(scene.folder.store.prediction(id).await.unwrap(), None);
}

#[tokio::test]
async fn a_durable_prediction_is_on_the_disk_when_it_is_answered() {
    let scene = Scene::new().await;
    let asked: Vec<_> = (0..50_u8)
        .map(|n| Prediction {
            id: PredictionId::new(NOON, [n; 10]),
            ..prediction(scene.folder.version, NOON, &[1.0], "no")
        })
        .collect();
    let answered =
        asked.iter().map(|asked| scene.recorder.observe_durably(asked.clone(), scene.watched.clone(), None));
    for told in futures_util::future::join_all(answered).await {
        told.unwrap();
    }
    for asked in &asked {
        assert_eq!(scene.folder.store.prediction(asked.id).await.unwrap().as_ref(), Some(asked));
    }
}

#[tokio::test]
async fn a_durable_prediction_that_the_disk_refuses_is_told_and_counted_as_dropped() {
    let scene = Scene::new().await;
    scene.folder.store.close().await.unwrap();
    let asked = prediction(scene.folder.version, NOON, &[1.0], "no");
    let error = scene.recorder.observe_durably(asked, scene.watched.clone(), None).await.unwrap_err();
    assert_eq!(error.code, tidegate_core::Code::Unavailable);
    assert!(error.message.contains("could not be recorded"), "{error}");
    scene.recorder.flush().await.unwrap();
    let aggregate = lock(&scene.watched.aggregate);
    let (_, minute) = aggregate.minutes(NOON, NOON.plus(1)).next().unwrap();
    assert_eq!((minute.requests, minute.dropped, scene.recorder.dropped()), (1, 1, 1));
}

#[tokio::test]
async fn what_finds_no_room_is_counted_where_it_was_dropped() {
    let scene = Scene::new().await;
    // Nothing is taken from the queue before this task waits for something.
    for _ in 0..QUEUE + 7 {
        scene.ask(&[]);
    }
    let saved = scene.saved(Level::Minute).await;
    assert_eq!(scene.recorder.dropped(), 7);
    assert_eq!(saved.iter().map(|minute| minute.dropped).sum::<u64>(), 7);
    assert_eq!(saved.iter().map(|minute| minute.requests).sum::<u64>(), QUEUE as u64);
}

/// A prediction of so many rows, and a label for each.
async fn many(scene: &Scene, rows: u32) -> (PredictionId, Vec<LabelRequest>) {
    let id = scene.ask(&vec![1.0; rows as usize]);
    scene.recorder.flush().await.unwrap();
    let label = |row| LabelRequest {
        id: RowId { prediction: id, row }.to_string(),
        label: Truth::Class("yes".into()),
    };
    (id, (0..rows).map(label).collect())
}

#[tokio::test]
async fn what_is_asked_while_many_labels_are_handled_does_not_wait_for_them() {
    let scene = Scene::new().await;
    let (_, labels) = many(&scene, 5_000).await;
    let asked = prediction(scene.folder.version, scene.clock.now(), &[1.0], "no");
    let labelling = scene.recorder.label(labels);
    let recorded = scene.recorder.observe_durably(asked, scene.watched.clone(), None);
    tokio::pin!(labelling, recorded);
    tokio::select! {
        biased;
        _ = &mut labelling => panic!("it waited for all labels"),
        done = recorded => done.unwrap(),
    }
    assert_eq!(labelling.await.unwrap().matched, 5_000);
}

#[tokio::test]
async fn labels_keep_their_order_whatever_comes_between_them() {
    let scene = Scene::new().await;
    let (id, labels) = many(&scene, 2_000).await;
    let changed = LabelRequest { id: format!("{id}:0"), label: Truth::Class("no".into()) };
    let (first, asked, second, flushed) = tokio::join!(
        scene.recorder.label(labels),
        async { scene.ask(&[2.0]) },
        scene.recorder.label(vec![changed]),
        scene.recorder.flush(),
    );
    flushed.unwrap();
    assert_eq!((first.unwrap().matched, second.unwrap().changed), (2_000, 1));
    let kept = scene.folder.store.labels_for(&[id]).await.unwrap();
    assert_eq!((kept.len(), &kept[0].truth), (2_000, &Truth::Class("no".into())));
    assert!(scene.folder.store.prediction(asked).await.unwrap().is_some());
}

#[tokio::test]
async fn one_label_that_can_not_be_kept_refuses_them_all() {
    let scene = Scene::new().await;
    let (id, mut labels) = many(&scene, 1_000).await;
    labels[999].label = Truth::Number(f64::NAN);
    let error = scene.recorder.label(labels).await.unwrap_err();
    assert!(error.message.contains(&format!("{id}:999")), "{error}");
    assert!(scene.folder.store.labels_for(&[id]).await.unwrap().is_empty());
}
