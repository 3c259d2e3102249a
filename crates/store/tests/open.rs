//! Folders that can not be opened, and rows that can not be read: each says what, where and what to do.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use std::{fs, path::Path};

use common::{NOW, import, prediction, store};
use sqlx::{Connection, SqliteConnection};
use tidegate_core::{Code, Error, Time};
use tidegate_store::{Owner, Store, owner};

/// Changes the closed database behind the store's back.
async fn tamper(dir: &Path, sql: &'static str) {
    let url = format!("sqlite:{}", dir.join("tidegate.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
#[should_panic(expected = "the audit is append-only")]
async fn the_audit_can_not_be_rewritten() {
    let (dir, store) = store().await;
    import(&store, "churn", 1).await;
    store.close().await.unwrap();
    tamper(dir.path(), "update audit set who = 'nobody'").await;
}

#[tokio::test]
async fn a_damaged_run_does_not_keep_the_folder_from_opening() {
    let (dir, store) = store().await;
    import(&store, "churn", 1).await;
    store.close().await.unwrap();
    tamper(dir.path(), "insert into run (model, state, created_ms, run_json) values (1, 'training', 0, '{')")
        .await;
    let store = Store::open(dir.path(), NOW).await.unwrap();
    let error = store.runs(None, 9).await.unwrap_err();
    assert!(error.message.ends_with("table `run`, column `run_json`, row 1"), "{error}");
}

async fn refused(dir: &Path) -> Error {
    Store::open(dir, NOW).await.expect_err("it must not open")
}

#[tokio::test]
async fn a_second_owner_is_told_who_holds_the_folder() {
    let (dir, store) = store().await;
    let pid = std::process::id();
    assert_eq!(owner(dir.path()).unwrap(), Some(Owner { pid, http: None }));
    store.announce("127.0.0.1:8080").unwrap();
    assert_eq!(owner(dir.path()).unwrap(), Some(Owner { pid, http: Some("127.0.0.1:8080".into()) }));
    let error = refused(dir.path()).await;
    assert_eq!(error.code, Code::Conflict);
    assert!(error.message.contains(&format!("process {pid}, which serves at 127.0.0.1:8080")), "{error}");

    store.close().await.unwrap();
    assert_eq!(owner(dir.path()).unwrap(), None);
    assert!(!dir.path().join("owner.json").exists());
    assert_eq!(store.announce("127.0.0.1:8080").unwrap_err().code, Code::Conflict);
    let next = Store::open(dir.path(), NOW).await.unwrap();
    drop(next);
    assert_eq!(owner(dir.path()).unwrap(), None);
    assert_eq!(owner(&dir.path().join("nowhere")).unwrap(), None);
}

#[tokio::test]
async fn a_closed_store_answers_with_an_error() {
    let (_dir, store) = store().await;
    let clone = store.clone();
    store.close().await.unwrap();
    let error = clone.models(true).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (Code::Unavailable, "the data folder is closed"));
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let (dir, store) = store().await;
    import(&store, "churn", 1).await;
    store.close().await.unwrap();
    tamper(
        dir.path(),
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (4711, 'from the future', 1, x'00', 0)",
    )
    .await;
    let error = refused(dir.path()).await;
    assert_eq!(error.code, Code::Unsupported);
    let migrations = std::fs::read_dir("../../migrations").unwrap();
    let number = |name: std::ffi::OsString| name.to_str().unwrap()[..4].parse::<u32>().unwrap();
    let newest = migrations.map(|entry| number(entry.unwrap().file_name())).max().unwrap();
    let message = format!("has version 4711, this program knows versions up to {newest}");
    assert!(error.message.contains(&message), "{error}");
    assert!(error.hint.unwrap().contains("update"));
    tamper(dir.path(), "delete from _sqlx_migrations where version = 4711").await;
    assert!(Store::open(dir.path(), NOW).await.unwrap().model("churn").await.is_ok());
}

/// A folder as it was before data sets stood on their own: `dataset` is made anew under rows that name it.
#[tokio::test]
async fn an_older_folder_opens_with_its_data_sets() {
    let (dir, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for entry in std::fs::read_dir("../../migrations").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name[..4].parse::<u32>().unwrap() < 10 {
            fs::copy(&path, old.path().join(name)).unwrap();
        }
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(dir.path().join("tidegate.db"))
        .create_if_missing(true)
        .foreign_keys(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::migrate::Migrator::new(old.path()).await.unwrap().run(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    tamper(
        dir.path(),
        "insert into model values (3, 'churn', 1, null, '[]', '', '{}', null, null, null);
         insert into dataset values (7, 3, 'first', 'reference', 'aa', 10, 2, '[\"age\"]', 5, 0),
                                    (9, 3, 'second', 'reference', 'bb', 20, 4, '[\"age\",\"y\"]', 6, 1);",
    )
    .await;
    let store = Store::open(dir.path(), NOW).await.unwrap();
    let model = store.model("churn").await.unwrap();
    let sets = store.datasets(model.id).await.unwrap();
    let told: Vec<_> =
        sets.iter().map(|set| (set.id.0, &set.name[..], set.rows, set.columns.len())).collect();
    assert!(told.contains(&(9, "second", 4, 2)) && told.contains(&(7, "first", 2, 1)), "{told:?}");
    let current: Vec<_> = sets.iter().filter(|set| set.current).map(|set| set.id.0).collect();
    assert_eq!((current, store.all_datasets().await.unwrap().len()), (vec![9], 2));
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    fs::write(&path, "x").unwrap();
    for path in [path.clone(), path.join("below")] {
        let error = refused(&path).await;
        assert_eq!(error.code, Code::Invalid, "{error}");
        assert!(error.message.contains("is not a folder"), "{error}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_read_only_folder_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Permissions do not bind root, but the kernel's own folders do.
    let bound = fs::write(dir.path().join("probe"), "").is_err();
    let error = refused(if bound { dir.path() } else { Path::new("/sys/kernel") }).await;
    assert_eq!(error.code, Code::Unavailable, "{error}");
    assert!(error.message.contains("can not be written"), "{error}");
    assert!(error.hint.unwrap().contains("make the data folder writable"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let (dir, store) = store().await;
    store.close().await.unwrap();
    fs::write(dir.path().join("tidegate.db"), [0x5a; 9000]).unwrap();
    let error = refused(dir.path()).await;
    assert_eq!(error.message, "the database file is damaged");
    assert!(error.hint.unwrap().contains("backup"));
    assert_eq!(owner(dir.path()).unwrap(), None, "a folder that did not open is not held");
}

#[tokio::test]
async fn a_corrupt_row_names_table_column_and_row() {
    let (dir, store) = store().await;
    let inserted = import(&store, "churn", 1).await;
    let id = inserted.version.id;
    let one = prediction(id, 1);
    store.record(vec![one.clone()]).await.unwrap();
    store.close().await.unwrap();
    tamper(
        dir.path(),
        "update version set schema_json = '{\"task\":7}';
         drop trigger audit_is_not_changed;
         update audit set kind = 'invented';
         update model set settings_json = 'nonsense';
         update prediction_block set body = x'0177';",
    )
    .await;
    let store = Store::open(dir.path(), NOW).await.unwrap();
    let place = |error: Error| {
        assert_eq!(error.code, Code::Internal);
        assert!(error.cause.is_some() && error.hint.is_some());
        error.message.strip_prefix("the database is damaged: ").unwrap().to_owned()
    };
    let version = store.version(id).await.unwrap_err();
    assert_eq!(place(version), format!("table `version`, column `schema_json`, row {id}"));
    let audit = store.audit(None, 9).await.unwrap_err();
    assert_eq!(place(audit), "table `audit`, column `kind`, row 1");
    let model = store.model("churn").await.unwrap_err();
    assert_eq!(place(model), format!("table `model`, column `settings_json`, row {}", inserted.model.id));
    let block = store.predictions(&[id], Time(0), Time(i64::MAX), 9).await.unwrap_err();
    assert_eq!(place(block), "table `prediction_block`, column `body`, row 1");
}
