//! How failures of SQLite and of the file system are told: what happened, where, and what to do.

use std::{io, path::Path};

use tidegate_core::{Code, Error};

/// SQLite's primary result codes that a user can do something about.
const READ_ONLY: i32 = 8;
const IO: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;

/// An error of the database, by its result code.
pub(crate) fn db(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::PoolClosed => return Error::unavailable("the data folder is closed"),
        sqlx::Error::PoolTimedOut => {
            return Error::busy("the database has been busy for too long").hint("try again in a moment");
        }
        sqlx::Error::Database(database) if database.is_foreign_key_violation() => {
            return Error::not_found("the model or version this belongs to does not exist").because(error);
        }
        _ => {}
    }
    match primary_code(&error) {
        Some(FULL) => disk_full("the database").because(error),
        Some(READ_ONLY | CANNOT_OPEN) => not_writable("the database").because(error),
        Some(CORRUPT | NOT_A_DATABASE) => Error::internal("the database file is damaged")
            .hint("restore the data folder from a backup, or start with an empty one")
            .because(error),
        Some(IO) => Error::new(Code::Unavailable, "the disk failed while the database was read or written")
            .hint("check the disk and the free space of the data folder")
            .because(error),
        _ => Error::internal("the database refused an operation").because(error),
    }
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    // The low byte; the rest is SQLite's extended code.
    Some(code & 0xff)
}

/// An error of the file system about `path`.
pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            disk_full(&format!("`{path}`")).because(error)
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            not_writable(&format!("`{path}`")).because(error)
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            Error::invalid(format!("`{path}` is not a folder"))
                .hint("name a folder for the data, or one that does not exist yet")
                .because(error)
        }
        _ => Error::internal(format!("`{path}` can not be read or written: {error}")).because(error),
    }
}

fn disk_full(what: &str) -> Error {
    Error::new(Code::Unavailable, format!("the disk is full: {what} can not grow"))
        .hint("free some space on the disk of the data folder")
}

fn not_writable(what: &str) -> Error {
    Error::new(Code::Unavailable, format!("{what} can not be written"))
        .hint("make the data folder writable for this user, or choose another one")
}

/// A row that does not read as what it should be.
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::internal(format!("the database is damaged: table `{table}`, column `{column}`, row {row}"))
        .hint("restore the data folder from a backup, or delete what this row belongs to")
        .because(cause)
}

#[cfg(test)]
mod tests {
    use sqlx::Executor;
    use tidegate_core::{
        ModelId, PredictionId, RowId, Time, event::Audit, event::EventKind, prediction::Label, schema::Truth,
    };

    use super::*;
    use crate::Store;

    #[tokio::test]
    async fn a_full_disk_is_told_and_overcome() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Time(0)).await.unwrap();
        // SQLite answers a full disk and a full quota of pages with the same code.
        let limit = |pages: u32| {
            let store = store.clone();
            async move {
                let mut writer = store.writer().await.unwrap();
                let pragma = sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
                writer.execute(sqlx::raw_sql(pragma)).await.unwrap();
            }
        };
        let note = Audit {
            time: Time(0),
            model: Some(ModelId(1)),
            kind: EventKind::WorkerCrashed,
            who: "tidegate".into(),
            what: "x".repeat(100_000),
            why: String::new(),
        };
        limit(1).await; // taken as: no more than now
        let error = store.note(&note).await.unwrap_err();
        assert_eq!(error.code, Code::Unavailable);
        assert!(error.message.starts_with("the disk is full"), "{error}");
        assert!(error.hint.is_some() && error.cause.is_some());
        // In a transaction, too: SQLite ends it without being told.
        let error = store.put_labels(vec![label()]).await.unwrap_err();
        assert!(error.message.starts_with("the disk is full"), "{error}");
        limit(1 << 30).await;
        assert_eq!(store.put_labels(vec![label()]).await.unwrap().waiting, 1);
        store.note(&note).await.unwrap();
        assert_eq!(store.audit(None, 9).await.unwrap(), [note]);
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_stops_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Time(0)).await.unwrap();
        let mut writer = store.writer().await.unwrap();
        let mut transaction = crate::open::begin(&mut writer).await.unwrap();
        // As SQLite does by itself when a disk is full.
        transaction.execute("rollback").await.unwrap();
        drop(transaction);
        drop(writer);
        store.put_labels(vec![Label { truth: Truth::Number(1.0), ..label() }]).await.unwrap();
    }

    fn label() -> Label {
        let prediction = PredictionId::new(Time(0), [7; 10]);
        Label { row: RowId { prediction, row: 0 }, truth: Truth::Class("y".repeat(100_000)), time: Time(0) }
    }
}
