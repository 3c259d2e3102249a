//! Opening and closing a data folder: its lock, its connections, its migrations, and what a crash left behind.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    Connection, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::Migrator,
    pool::PoolConnection,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use tidegate_core::{Error, Result, Time};

use crate::{
    error::{db, file},
    files,
    journal::Journal,
    owner::Lock,
    space,
};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

pub(crate) const DATABASE: &str = "tidegate.db";
const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The journal is cut back to this after a burst, bytes.
const JOURNAL_LIMIT: &str = "67108864";
/// Pages in the journal at which a writer copies it by itself: only when nobody else has for long.
const JOURNAL_PAGES: &str = "16384";

/// A data folder this process owns. Cheap to clone; one connection writes, several read beside it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    /// Copies the journal into the database; neither reads nor writes.
    keeper: SqlitePool,
    journal: Journal,
    // After the pools: whoever comes next finds the connections closed.
    lock: Mutex<Option<Lock>>,
}

impl Store {
    /// Opens the data folder, creating it if need be: takes its lock, brings the database up to date, sweeps
    /// what a crash left half-made and marks the runs it interrupted as ended `now`.
    ///
    /// # Errors
    /// Conflict when another process owns the folder (see [`crate::owner()`]), unsupported when its database is
    /// newer than this program, and what keeps the folder from being written.
    pub async fn open(dir: &Path, now: Time) -> Result<Self> {
        let dir = std::path::absolute(dir).map_err(file(dir))?;
        for folder in [&dir, &dir.join("artifacts"), &dir.join("datasets"), &dir.join("staging")] {
            fs::create_dir_all(folder).map_err(file(folder))?;
        }
        let lock = Lock::acquire(&dir)?;
        let database = dir.join(DATABASE);
        let writer = pool(writing(&database), 1).await?;
        migrate(&writer, &dir).await?;
        space::make_incremental(&mut *writer.acquire().await.map_err(db)?).await?;
        let readers = pool(reading(&database).pragma("query_only", "on"), READERS).await?;
        let keeper = pool(reading(&database), 1).await?;
        let (journal, lock) = (Journal::default(), Mutex::new(Some(lock)));
        let inner = Inner { dir, writer, readers, keeper, journal, lock };
        let store = Self { inner: Arc::new(inner) };
        store.sweep().await?;
        store.interrupt_runs(now).await?;
        Ok(store)
    }

    /// The data folder, as an absolute path.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Writes down where this process serves, for others who find the folder taken.
    pub fn announce(&self, http: &str) -> Result<()> {
        match &*self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(lock) => lock.announce(Some(http)),
            None => Err(Error::conflict("the data folder is closed")),
        }
    }

    /// Moves the journal into the database file, so that a copy of that file is whole.
    pub async fn checkpoint(&self) -> Result<()> {
        let mut writer = self.registry().await?;
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut *writer).await.map_err(db)?;
        Ok(())
    }

    /// Finishes what is under way, closes the database and gives up the folder; every other clone fails from
    /// here on.
    pub async fn close(&self) -> Result<()> {
        // A reader at work would keep the journal from being emptied.
        self.inner.readers.close().await;
        self.inner.keeper.close().await;
        let checkpoint = self.checkpoint().await;
        self.inner.writer.close().await;
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        checkpoint
    }

    /// Bytes of the data folder: database, journal, artifacts and data sets.
    pub async fn size_bytes(&self) -> Result<u64> {
        let dir = self.inner.dir.clone();
        blocking(move || files::tree_bytes(&dir).map_err(file(&dir))).await
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn keeper(&self) -> &SqlitePool {
        &self.inner.keeper
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// The writer, for observations: after a power cut the last moments may be missing, never torn.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Sqlite>> {
        self.ready("pragma synchronous = normal").await
    }

    /// The same writer, for the registry: what is committed outlives a power cut.
    pub(crate) async fn registry(&self) -> Result<PoolConnection<Sqlite>> {
        self.ready("pragma synchronous = full").await
    }

    /// The writer outside of any transaction. SQLite ends one by itself when the disk is full; sqlx goes on counting
    /// it as open, and such a connection would refuse every further one.
    async fn ready(&self, pragma: &'static str) -> Result<PoolConnection<Sqlite>> {
        loop {
            let mut writer = self.inner.writer.acquire().await.map_err(db)?;
            // Dropped transactions are rolled back in turn: before this is answered.
            sqlx::query(pragma).execute(&mut *writer).await.map_err(db)?;
            if !writer.is_in_transaction() {
                return Ok(writer);
            }
            tracing::info!("the connection to the database is replaced after a failed transaction");
            writer.close().await.map_err(db)?;
        }
    }

    async fn sweep(&self) -> Result<()> {
        let artifacts = sqlx::query_scalar!("select distinct sha256 from version")
            .fetch_all(self.readers())
            .await
            .map_err(db)?;
        let datasets =
            sqlx::query_scalar!("select distinct sha256 || '.' || format from dataset where path is null")
                .fetch_all(self.readers())
                .await
                .map_err(db)?;
        sweep(&self.dir().join("staging"), &HashSet::new())?;
        sweep(&self.dir().join("artifacts"), &artifacts.into_iter().collect())?;
        sweep(&self.dir().join("datasets"), &datasets.into_iter().collect())
    }
}

/// Removes what no row speaks of: a crash came between the file and its row.
fn sweep(dir: &Path, known: &HashSet<String>) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(file(dir))? {
        let entry = entry.map_err(file(dir))?;
        if known.contains(entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        tracing::info!(path = %entry.path().display(), "swept a leftover");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files::remove_dir_logged(&entry.path()),
            _ => files::remove_file_logged(&entry.path()),
        }
    }
    Ok(())
}

fn writing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("journal_size_limit", JOURNAL_LIMIT)
        .pragma("wal_autocheckpoint", JOURNAL_PAGES)
}

/// Sets nothing that lives in the file: setting `auto_vacuum`, for one, takes the writer's lock.
fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT)
}

async fn pool(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(db)
}

async fn migrate(writer: &SqlitePool, dir: &Path) -> Result<()> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let found = applied(writer).await?;
    if found > known {
        let dir = dir.display();
        return Err(Error::unsupported(format!(
            "the database in `{dir}` has version {found}, this program knows versions up to {known}"
        ))
        .hint("update tidegate, or choose another data folder"));
    }
    MIGRATIONS.run(writer).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => db(error),
        other => Error::internal("the database could not be brought up to date").because(other),
    })
}

/// The newest migration the database has seen; 0 for an empty one.
async fn applied(writer: &SqlitePool) -> Result<i64> {
    let known = sqlx::query_scalar!("select count(*) from sqlite_master where name = '_sqlx_migrations'")
        .fetch_one(writer)
        .await
        .map_err(db)?;
    if known == 0 {
        return Ok(0);
    }
    let version = sqlx::query_scalar!("select max(version) from _sqlx_migrations")
        .fetch_one(writer)
        .await
        .map_err(db)?;
    Ok(version.unwrap_or(0))
}

/// Begins a transaction that writes. It takes the lock at once and waits for it; one that began by reading would
/// be refused without a wait if anything (a backup, a checkpoint) wrote in between.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>> {
    connection.begin_with("begin immediate").await.map_err(db)
}

/// Runs what would block the async threads: files, compression.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::internal("a task of the store ended early").because(error)),
    }
}
