//! What is old goes, each kind by its own age, and the space it took goes back to the disk while others write.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use std::path::Path;

use common::{NOW, import, prediction, store};
use sqlx::{Connection, Executor, SqliteConnection};
use tidegate_core::{
    ElementType, RowId, RunId, Tensor, Time, Value, VersionId,
    prediction::{Label, Prediction},
    run::{Job, Plan, Run, RunState, Trigger},
    schema::Truth,
    tensor::Named,
    time::{DAY_MS, MINUTE_MS},
};
use tidegate_store::{Level, Store, SystemSample};

const DATABASE: &str = "tidegate.db";

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(bytes)
    .collect()
}

/// Predictions of a megabyte each that no compression makes smaller.
fn large(version: VersionId, numbers: std::ops::Range<u32>) -> Vec<Prediction> {
    let image = Tensor::from_bytes(ElementType::U8, vec![1 << 20], noise(1 << 20)).unwrap();
    let with = |number| Prediction {
        inputs: vec![Named::new("x", Value::Tensor(image.clone()))],
        ..prediction(version, number)
    };
    numbers.map(with).collect()
}

fn file_bytes(dir: &Path, name: &str) -> u64 {
    std::fs::metadata(dir.join(name)).map_or(0, |metadata| metadata.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_file_shrinks_while_others_write() {
    let (dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    store.record(large(version, 0..32)).await.unwrap();
    store.checkpoint().await.unwrap();
    let full = file_bytes(dir.path(), DATABASE);
    assert!(full > 32 << 20, "{full}");
    let late = NOW.plus(MINUTE_MS);
    assert_eq!(store.expire_predictions(late).await.unwrap(), 32);
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 0..200 {
                store.record(vec![prediction(version, 120_000 + number)]).await.unwrap();
            }
        }
    });
    store.shrink().await.unwrap();
    writing.await.unwrap();
    store.checkpoint().await.unwrap();
    let after = file_bytes(dir.path(), DATABASE);
    assert!(after < full / 4, "{full} bytes, then {after}");
    let found = store.predictions(&[version], Time(0), Time(i64::MAX), usize::MAX).await.unwrap();
    assert_eq!(found.len(), 200, "what was written meanwhile is there");
}

#[tokio::test]
async fn the_journal_is_copied_once_there_is_enough_in_it_and_used_again() {
    let (dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    assert!(!store.checkpoint_when_due().await.unwrap(), "there is hardly anything in it");
    let mut copied = 0;
    for part in 0..8 {
        store.record(large(version, part * 9..(part + 1) * 9)).await.unwrap();
        copied += u32::from(store.checkpoint_when_due().await.unwrap());
    }
    assert_eq!(copied, 8);
    let journal = file_bytes(dir.path(), "tidegate.db-wal");
    assert!(journal < 24 << 20, "72 MB went through a journal of {journal} bytes");
}

#[tokio::test]
async fn a_database_that_keeps_its_free_pages_is_brought_to_give_them_back() {
    let (dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    store.record(vec![prediction(version, 1)]).await.unwrap();
    assert!(store.space().await.unwrap().incremental);
    store.close().await.unwrap();
    change(dir.path(), &["pragma journal_mode = delete", "pragma auto_vacuum = none", "vacuum"]).await;
    let store = Store::open(dir.path(), NOW).await.unwrap();
    assert!(store.space().await.unwrap().incremental);
    assert_eq!(store.predictions(&[version], Time(0), Time(i64::MAX), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn compacting_leaves_no_free_page_and_everything_else() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    store.record(large(version, 0..8)).await.unwrap();
    store.record(vec![prediction(version, 200_000)]).await.unwrap();
    store.expire_predictions(NOW.plus(MINUTE_MS)).await.unwrap();
    assert!(store.space().await.unwrap().free > 7 << 20);
    store.compact().await.unwrap();
    let space = store.space().await.unwrap();
    assert_eq!((space.free, space.incremental), (0, true));
    assert!(space.database < 1 << 20, "{space:?}");
    assert_eq!(store.predictions(&[version], Time(0), Time(i64::MAX), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn space_is_told_for_each_table_and_level() {
    let (_dir, store) = store().await;
    let version = import(&store, "churn", 1).await.version.id;
    store.record(large(version, 0..4)).await.unwrap();
    let rows = [0, 1].map(|minute| (version, Level::Minute, Time(minute * MINUTE_MS), vec![7; 1_000]));
    store.put_buckets(&rows).await.unwrap();
    store.put_buckets(&[(version, Level::SixHours, Time(0), vec![7; 10])]).await.unwrap();
    let space = store.space().await.unwrap();
    let blocks = &space.tables[0];
    assert_eq!(blocks.name, "prediction_block");
    assert!(blocks.bytes > 4 << 20 && blocks.bytes < 5 << 20, "{blocks:?}");
    assert!(space.tables.iter().any(|table| table.name == "bucket" && table.bytes > 2_000));
    let levels: Vec<_> = space.levels.iter().filter(|(_, rows, _)| *rows > 0).collect();
    assert_eq!(levels, [&(Level::Minute, 2, 2_000), &(Level::SixHours, 1, 10)]);
    assert!(space.artifacts > 0 && space.database + space.journal > 4 << 20);
}

fn run(model: tidegate_core::ModelId, parent: VersionId, at: Time, state: RunState) -> Run {
    Run {
        id: RunId(0),
        model,
        parent,
        trigger: Trigger::Hand { who: "ada".into() },
        plan: Plan::default(),
        state,
        created: at,
        started: None,
        ended: None,
        progress: Vec::new(),
        log: vec!["begun".into()],
        challenger: None,
        comparison: None,
        error: None,
        data: None,
        study: None,
        job: Some(Job { lines: vec!["epoch 1".into()], ..Job::default() }),
        lineage: None,
        retry_of: None,
    }
}

/// Changes the database beside the store.
async fn change(dir: &Path, statements: &[&'static str]) {
    let url = format!("sqlite:{}", dir.join(DATABASE).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in statements {
        connection.execute(sqlx::raw_sql(*sql)).await.unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn alerts_that_cleared_long_ago_go_and_open_ones_stay() {
    let (dir, store) = store().await;
    import(&store, "churn", 1).await;
    let alert = "insert into alert (model, signal, severity, since_ms, until_ms, message, acknowledged)
        values (1, 'accuracy', 'act', 0, 5, '', 0), (1, 'accuracy', 'act', 0, 9, '', 0),
               (1, 'accuracy', 'act', 0, null, '', 0)";
    change(dir.path(), &[alert]).await;
    assert_eq!(store.expire_alerts(Time(9)).await.unwrap(), 1);
    assert_eq!(store.expire_alerts(Time(i64::MAX)).await.unwrap(), 1);
}

#[tokio::test]
async fn each_kind_goes_by_its_own_age() {
    let (_dir, store) = store().await;
    let inserted = import(&store, "churn", 1).await;
    let (model, version) = (inserted.model.id, inserted.version.id);
    let one = prediction(version, 0);
    store.record(vec![one.clone()]).await.unwrap();
    let label = Label { row: RowId { prediction: one.id, row: 0 }, truth: Truth::Number(1.0), time: NOW };
    store.put_labels(vec![label]).await.unwrap();
    let late = NOW.plus(DAY_MS);
    assert_eq!(store.expire_predictions(late).await.unwrap(), 1);
    assert_eq!(store.label_counts(None).await.unwrap().matched, 1, "labels have an age of their own");
    assert_eq!(store.expire_labels(NOW).await.unwrap(), 0);
    assert_eq!(store.expire_labels(late).await.unwrap(), 1);

    for level in Level::ALL {
        store.put_buckets(&[(version, level, Time(0), vec![1])]).await.unwrap();
    }
    for level in Level::ALL {
        assert_eq!(store.drop_buckets(level, late).await.unwrap(), 1, "{level:?} and no other");
    }

    let mut ids = Vec::new();
    for (at, state) in [(NOW, RunState::Held), (NOW, RunState::Training), (late, RunState::Held)] {
        ids.push(store.insert_run(&run(model, version, at, state)).await.unwrap());
    }
    assert_eq!(store.expire_run_logs(late).await.unwrap(), 1);
    assert_eq!(store.expire_run_logs(late).await.unwrap(), 0, "it is empty already");
    for (id, lines) in ids.into_iter().zip([0, 1, 1]) {
        let run = store.run(id).await.unwrap();
        assert_eq!((run.log.len(), run.job.unwrap().lines.len()), (lines, lines));
    }
    assert_eq!(store.drop_system(late).await.unwrap(), 0);
    let sample = SystemSample {
        time: NOW,
        process_cpu: 0.0,
        machine_cpu: 0.0,
        process_bytes: 0,
        machine_bytes: 0,
        machine_total: 0,
    };
    store.put_system(&sample).await.unwrap();
    assert_eq!(store.drop_system(late).await.unwrap(), 1);
}
