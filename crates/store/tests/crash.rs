//! `kill -9` while recording and importing: the database opens, what was committed is there, no file lies
//! around without its row. The victim is this test binary, started again.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use common::{NOW, import, new_version, prediction};
use sqlx::{Connection, SqliteConnection};
use tidegate_core::Time;
use tidegate_store::{Make, Store, owner};

const FOLDER: &str = "TIDEGATE_TEST_FOLDER";
const BATCH: u32 = 50;

/// Starts the victim and kills it after it has said `lines` times that something is committed; returns the
/// last thing it said.
fn kill_after(victim: &str, dir: &Path, lines: usize) -> u32 {
    let mut child: Child = Command::new(std::env::current_exe().unwrap())
        .args([victim, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said =
        output.map_while(Result::ok).filter_map(|line| line.strip_prefix("committed ")?.parse().ok());
    let reached = said.nth(lines - 1);
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said by the time it died.
    said.last().or(reached).expect("the victim died before its time")
}

async fn assert_whole(dir: &Path) {
    let url = format!("sqlite:{}", dir.join("tidegate.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let verdict: String =
        sqlx::query_scalar("pragma integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(verdict, "ok");
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "the victim of recorded_predictions_survive_a_kill"]
async fn records_for_ever() {
    let folder = std::env::var(FOLDER).expect("started by the test it is the victim of");
    let store = Store::open(Path::new(&folder), NOW).await.unwrap();
    let version = store.model("churn").await.unwrap().aliases.champion.unwrap();
    let had = store.predictions(&[version], Time(0), Time(i64::MAX), usize::MAX).await.unwrap().len();
    for start in (had as u32..).step_by(BATCH as usize) {
        let batch = (start..start + BATCH).map(|number| prediction(version, number)).collect();
        store.record(batch).await.unwrap();
        println!("committed {}", start + BATCH);
    }
}

#[tokio::test]
async fn recorded_predictions_survive_a_kill() {
    let (dir, store) = common::store().await;
    let version = import(&store, "churn", 1).await.version.id;
    store.close().await.unwrap();
    for lines in [1, 30, 100] {
        let committed = kill_after("records_for_ever", dir.path(), lines);
        assert_eq!(owner(dir.path()).unwrap(), None, "the lock must die with its owner");
        let store = Store::open(dir.path(), NOW).await.unwrap();
        let found = store.predictions(&[version], Time(0), Time(i64::MAX), usize::MAX).await.unwrap();
        let count = found.len() as u32;
        // At most the one batch that was committed but not yet announced.
        assert!(count >= committed && count.is_multiple_of(BATCH), "{count} found, {committed} committed");
        assert_eq!(found[0], prediction(version, count - 1));
        store.close().await.unwrap();
        assert_whole(dir.path()).await;
    }
}

#[tokio::test]
#[ignore = "the victim of imported_versions_survive_a_kill"]
async fn imports_for_ever() {
    let folder = std::env::var(FOLDER).expect("started by the test it is the victim of");
    let store = Store::open(Path::new(&folder), NOW).await.unwrap();
    let had = match store.model("churn").await {
        Ok(model) => store.versions(model.id).await.unwrap().len() as u32,
        Err(_) => 0,
    };
    for seed in had + 1.. {
        let new = new_version(&store, "churn", seed, Make::Champion);
        fs::write(new.staging.path().join("weights.bin"), vec![seed as u8; 300_000]).unwrap();
        store.insert_version(new, "ada", NOW).await.unwrap();
        println!("committed {seed}");
    }
}

#[tokio::test]
async fn imported_versions_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    for lines in [1, 3, 10, 25] {
        let committed = kill_after("imports_for_ever", dir.path(), lines);
        let store = Store::open(dir.path(), NOW).await.unwrap();
        let model = store.model("churn").await.unwrap();
        let versions = store.versions(model.id).await.unwrap();
        assert!(versions.len() as u32 >= committed, "{} found, {committed} committed", versions.len());
        assert_eq!(model.aliases.champion, versions.last().map(|version| version.id));
        for version in &versions {
            let artifact = store.artifact(&version.sha256);
            assert_eq!(fs::read_to_string(&artifact).unwrap(), format!("model {}", version.number));
            assert_eq!(fs::metadata(artifact.with_file_name("weights.bin")).unwrap().len(), 300_000);
        }
        assert_eq!(store.audit(Some(model.id), 1000).await.unwrap().len(), versions.len());
        let known: HashSet<_> = versions.into_iter().map(|version| version.sha256).collect();
        let on_disk = fs::read_dir(dir.path().join("artifacts")).unwrap();
        let on_disk = on_disk.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(known, on_disk, "an artifact without a row, or a row without its artifact");
        assert_eq!(common::entries(&dir.path().join("staging")), 0);
        store.close().await.unwrap();
        assert_whole(dir.path()).await;
    }
}

/// The kill seldom falls between the file and its row, so that moment is made by hand.
#[tokio::test]
async fn files_without_rows_are_swept_at_the_next_start() {
    let (dir, store) = common::store().await;
    import(&store, "churn", 1).await;
    store.close().await.unwrap();
    for orphan in [format!("artifacts/{}", common::sha(2)), "staging/1-0".into()] {
        fs::create_dir(dir.path().join(&orphan)).unwrap();
        fs::write(dir.path().join(orphan).join("model.onnx"), "x").unwrap();
    }
    fs::write(dir.path().join("datasets/0.csv"), "x").unwrap();
    let store = Store::open(dir.path(), NOW).await.unwrap();
    let left = ["artifacts", "staging", "datasets"].map(|folder| common::entries(&dir.path().join(folder)));
    assert_eq!(left, [1, 0, 0]);
    assert!(store.artifact(&common::sha(1)).exists());
}
