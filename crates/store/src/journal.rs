//! The journal (WAL): what was committed is copied into the database beside whoever writes, not by them.
//!
//! Owns when that is due. A writer that copied by itself would stand still meanwhile, with everybody behind it.

use std::sync::atomic::{AtomicU64, Ordering};

use tidegate_core::Result;

use crate::{Store, error::db};

/// Bytes of bodies that may lie in the journal only.
const DUE: u64 = 8 << 20;

/// Bytes written since the journal was last copied.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    written: AtomicU64,
}

impl Store {
    /// Notes bodies that were committed.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.journal().written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Copies the journal into the database once there is enough in it, while others go on reading and writing;
    /// tells whether it did. What is too new to be copied is left for the next time.
    pub async fn checkpoint_when_due(&self) -> Result<bool> {
        let written = &self.journal().written;
        if written.load(Ordering::Relaxed) < DUE {
            return Ok(false);
        }
        written.store(0, Ordering::Relaxed);
        sqlx::query("pragma wal_checkpoint(passive)").execute(self.keeper()).await.map_err(db)?;
        Ok(true)
    }
}
