//! The data folder as its owner looks at it.

use serde::Serialize;
use tidegate_core::Time;
use utoipa::ToSchema;

/// What takes how much of the data folder, bytes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StorageView {
    /// When this was looked at: it takes a while in a large folder, so it is kept for half a minute.
    pub measured: Time,
    /// The database file with its free pages.
    pub database_bytes: u64,
    /// In the database, given back or used again.
    pub free_bytes: u64,
    /// What was committed and is still to be copied into the database.
    pub journal_bytes: u64,
    /// Model files.
    pub artifact_bytes: u64,
    /// Reference data sets.
    pub dataset_bytes: u64,
    /// Whether freed space goes back to the disk by itself; if not, compacting once makes it so.
    pub gives_back: bool,
    /// Recorded predictions lost since the start, because too many waited or the disk refused them.
    pub dropped_records: u64,
    /// Largest first.
    pub kinds: Vec<StoredKind>,
}

/// One kind of thing in the database.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StoredKind {
    /// "predictions".
    pub title: String,
    pub table: String,
    /// With its indices.
    pub bytes: u64,
    /// Where they are counted.
    pub rows: Option<u64>,
    /// How long it is kept; for ever if `null`.
    pub keep_days: Option<u32>,
}
