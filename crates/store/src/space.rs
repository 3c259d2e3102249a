//! Where the bytes of the data folder are, and how freed ones go back to the disk.
//!
//! A database made by this program keeps track of its free pages and gives them back a few at a time
//! (`auto_vacuum = incremental`). One that does not must be rewritten once: see [`Store::compact`].

use sqlx::SqliteConnection;
use tidegate_core::{Error, Result};

use crate::{
    Level, Store,
    error::{db, file},
    files,
    open::{DATABASE, blocking},
};

/// Pages that are moved at a time: a megabyte of them, so that who wants to write waits some milliseconds.
const STEP: i64 = 256;
/// Free pages that are left: what comes next goes there, and the file does not shrink and grow all day.
const LEFT: i64 = 1_024;
/// A database as small as this is rewritten when it is opened; that takes about a second.
const SMALL: i64 = 64 << 20;
/// `pragma auto_vacuum` of a database that gives pages back when asked.
const INCREMENTAL: i64 = 2;

/// Sizes in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    /// The database file, free pages included.
    pub database: u64,
    /// Pages in it that hold nothing.
    pub free: u64,
    /// The journal beside it.
    pub journal: u64,
    pub artifacts: u64,
    pub datasets: u64,
    /// Whether free pages can be given back without rewriting the file.
    pub incremental: bool,
    /// Largest first.
    pub tables: Vec<TableSpace>,
    /// Rows and bytes of bodies in each level of buckets, finest first.
    pub levels: Vec<(Level, u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpace {
    pub name: String,
    /// With its indices.
    pub bytes: u64,
}

impl Store {
    /// Reads every page of the database to tell how much each table takes: seconds for a large one, beside
    /// whoever writes.
    pub async fn space(&self) -> Result<Space> {
        let mut reader = self.readers().acquire().await.map_err(db)?;
        let page = pragma(&mut reader, "pragma page_size").await?;
        let tables: Vec<(String, i64)> = sqlx::query_as(
            "select tbl_name, sum(pgsize) from dbstat join sqlite_master using (name)
             where aggregate = true group by tbl_name order by 2 desc, 1",
        )
        .fetch_all(&mut *reader)
        .await
        .map_err(db)?;
        let free = pragma(&mut reader, "pragma freelist_count").await? * page;
        let incremental = pragma(&mut reader, "pragma auto_vacuum").await? == INCREMENTAL;
        drop(reader);
        let mut levels = Vec::new();
        for level in Level::ALL {
            let (rows, bytes) = self.bucket_sizes(level).await?;
            levels.push((level, rows, bytes));
        }
        let (dir, folders) =
            (self.dir().to_owned(), ["artifacts", "datasets"].map(|name| self.dir().join(name)));
        let [database, journal, artifacts, datasets] = blocking(move || {
            let size = |name: &str| std::fs::metadata(dir.join(name)).map_or(0, |metadata| metadata.len());
            let [artifacts, datasets] =
                folders.each_ref().map(|path| files::tree_bytes(path).map_err(file(path)));
            Ok([size(DATABASE), size(&format!("{DATABASE}-wal")), artifacts?, datasets?])
        })
        .await?;
        Ok(Space {
            database,
            free: free.unsigned_abs(),
            journal,
            artifacts,
            datasets,
            incremental,
            tables: tables
                .into_iter()
                .map(|(name, bytes)| TableSpace { name, bytes: bytes.unsigned_abs() })
                .collect(),
            levels,
        })
    }

    /// Gives freed pages back to the disk, some at a time: others write in between. A few are left for what
    /// comes next.
    pub async fn shrink(&self) -> Result<()> {
        let mut before = i64::MAX;
        loop {
            let mut writer = self.writer().await?;
            let free = pragma(&mut writer, "pragma freelist_count").await?;
            // Where nothing more can be given back, as in a database that does not keep track, it stands still.
            if free <= LEFT || free >= before {
                return Ok(());
            }
            before = free;
            let step = STEP.min(free - LEFT);
            sqlx::query(sqlx::AssertSqlSafe(format!("pragma incremental_vacuum({step})")))
                .execute(&mut *writer)
                .await
                .map_err(db)?;
        }
    }

    /// Writes the database anew without its free pages, in the form that gives pages back by itself from then
    /// on. Nothing else can be written until it is done, and it needs as much free disk as the database has.
    pub async fn compact(&self) -> Result<()> {
        compact(&mut *self.registry().await?).await?;
        self.checkpoint().await
    }
}

/// A small database from before pages were given back is brought into that form; a large one waits until
/// somebody asks for it.
pub(crate) async fn make_incremental(writer: &mut SqliteConnection) -> Result<()> {
    if pragma(writer, "pragma auto_vacuum").await? == INCREMENTAL {
        return Ok(());
    }
    let bytes = pragma(writer, "pragma page_count").await? * pragma(writer, "pragma page_size").await?;
    if bytes > SMALL {
        tracing::warn!(bytes, "the database does not give freed space back until it is compacted");
        return Ok(());
    }
    compact(writer).await
}

async fn compact(writer: &mut SqliteConnection) -> Result<()> {
    let result = async {
        sqlx::query("pragma auto_vacuum = incremental").execute(&mut *writer).await?;
        sqlx::query("vacuum").execute(&mut *writer).await
    };
    result.await.map(drop).map_err(|error| {
        let told = db(error);
        Error {
            hint: told.hint.or_else(|| Some("it needs as much free disk as the database has".into())),
            ..told
        }
    })
}

async fn pragma(connection: &mut SqliteConnection, pragma: &'static str) -> Result<i64> {
    sqlx::query_scalar(pragma).fetch_one(connection).await.map_err(db)
}
