//! Who owns a data folder: a lock the operating system releases by itself, and a note with the owner's address.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tidegate_core::{Error, Result};

use crate::{error::file, files};

const LOCK: &str = "lock";
const NOTE: &str = "owner.json";
/// A look at the owner takes the lock for a moment, so an opener asks more than once.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(25);

/// The process that holds a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub pid: u32,
    /// Where it serves, once it does, e.g. `127.0.0.1:8080`.
    pub http: Option<String>,
}

/// Who holds the data folder now; `None` when nobody does. Blocks for a moment at most.
///
/// # Errors
/// Unavailable when the folder is held by a process that has not yet said who it is.
pub fn owner(dir: &Path) -> Result<Option<Owner>> {
    let path = dir.join(LOCK);
    for _ in 0..ATTEMPTS {
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(file(dir)(error)),
            Err(error) => return Err(file(&path)(error)),
        };
        match lock.try_lock_shared() {
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(file(&path)(error)),
        }
        let note = fs::read(dir.join(NOTE)).ok().and_then(|note| serde_json::from_slice(&note).ok());
        if note.is_some() {
            return Ok(note);
        }
        thread::sleep(PAUSE);
    }
    Err(Error::unavailable(format!(
        "the data folder `{}` is held by a program that is starting",
        dir.display()
    ))
    .hint("try again in a moment"))
}

/// The lock on a data folder; dropping it lets the next owner in.
#[derive(Debug)]
pub(crate) struct Lock {
    // Held, never read: the lock lives as long as the open file.
    _file: File,
    note: PathBuf,
}

impl Lock {
    pub(crate) fn acquire(dir: &Path) -> Result<Self> {
        let path = dir.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(&path)
            .map_err(file(&path))?;
        for _ in 0..ATTEMPTS {
            match lock.try_lock() {
                Ok(()) => {
                    let held = Self { _file: lock, note: dir.join(NOTE) };
                    held.announce(None)?;
                    return Ok(held);
                }
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(file(&path)(error)),
            }
        }
        Err(taken(dir))
    }

    /// Replaces the note in one step, so that a reader never sees half of it.
    pub(crate) fn announce(&self, http: Option<&str>) -> Result<()> {
        let owner = Owner { pid: std::process::id(), http: http.map(str::to_owned) };
        let body =
            serde_json::to_vec(&owner).map_err(|error| Error::internal("no owner note").because(error))?;
        let fresh = self.note.with_extension("json.new");
        let write = || {
            File::create(&fresh)?.write_all(&body)?;
            fs::rename(&fresh, &self.note)
        };
        write().map_err(file(&self.note))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        files::remove_file_logged(&self.note);
    }
}

fn taken(dir: &Path) -> Error {
    let who = match owner(dir) {
        Ok(Some(Owner { pid, http: Some(http) })) => format!("process {pid}, which serves at {http}"),
        Ok(Some(Owner { pid, http: None })) => format!("process {pid}"),
        _ => "another process".to_owned(),
    };
    Error::conflict(format!("the data folder `{}` is in use by {who}", dir.display()))
        .hint("use that one, end it, or choose another data folder")
}
