//! A data file that is looked at once a second: whether it changed since the last run and stands still.
//!
//! By its size and time of change, and then its hash: that costs less than a watch in the kernel, works on network
//! drives, and outlives editors that replace files. Must not know what a change leads to.

use std::{path::Path, time::SystemTime};

use tidegate_core::{Error, Result, Time, time::SECOND_MS};

use crate::stage::{self, blocking};

/// A file is left alone until it has not changed for this long.
const SETTLE_MS: i64 = 2 * SECOND_MS;

#[derive(Debug, Clone, PartialEq)]
pub enum FileState {
    Missing,
    Unreadable(String),
    Settling,
    Unchanged,
    Changed { sha256: String, since: Time },
}

/// What is remembered of a file between two looks.
#[derive(Debug, Clone, Default)]
pub struct FileWatch {
    path: String,
    stat: Option<(u64, SystemTime)>,
    still_since: Time,
    /// Of the content with this `stat`.
    sha256: Option<String>,
}

impl FileWatch {
    /// Looks at the file. `known` is the hash that the last run has seen.
    pub async fn look(&mut self, path: &str, known: Option<&str>, now: Time) -> FileState {
        if self.path != path {
            *self = Self { path: path.into(), ..Self::default() };
        }
        let stat = match tokio::fs::metadata(path).await {
            Ok(found) if found.is_file() => (found.len(), found.modified().unwrap_or(SystemTime::UNIX_EPOCH)),
            Ok(_) => return FileState::Unreadable("it is not a file".into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return FileState::Missing,
            Err(error) => return FileState::Unreadable(error.to_string()),
        };
        if self.stat != Some(stat) {
            (self.stat, self.still_since, self.sha256) = (Some(stat), now, None);
        }
        if self.sha256.is_none() {
            if now.since(self.still_since) < SETTLE_MS {
                return FileState::Settling;
            }
            match hash(path).await {
                Ok(sha256) => self.sha256 = Some(sha256),
                Err(error) => return FileState::Unreadable(error.message),
            }
        }
        match (&self.sha256, known) {
            (Some(sha256), Some(known)) if sha256 != known => {
                FileState::Changed { sha256: sha256.clone(), since: self.still_since }
            }
            _ => FileState::Unchanged,
        }
    }

    /// Of what stands still.
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}

async fn hash(path: &str) -> Result<String> {
    let path = Path::new(path).to_owned();
    let hashed = blocking(move || stage::hash(&path).map_err(|error| Error::invalid(error.to_string())));
    Ok(hashed.await?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_counts_once_the_file_stands_still_and_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new.csv");
        let path = file.to_str().unwrap();
        let mut watch = FileWatch::default();
        assert_eq!(watch.look(path, None, Time(0)).await, FileState::Missing);
        std::fs::write(&file, "a,b\n1,2\n").unwrap();
        assert_eq!(watch.look(path, None, Time(1_000)).await, FileState::Settling);
        assert_eq!(
            watch.look(path, None, Time(3_000)).await,
            FileState::Unchanged,
            "nothing to compare with"
        );
        let known = watch.sha256().unwrap().to_owned();
        std::fs::write(&file, "a,b\n1,2\n3,4\n").unwrap();
        assert_eq!(watch.look(path, Some(&known), Time(4_000)).await, FileState::Settling);
        let changed = watch.look(path, Some(&known), Time(6_000)).await;
        assert!(matches!(changed, FileState::Changed { since: Time(4_000), .. }), "{changed:?}");
        std::fs::write(&file, "a,b\n1,2\n").unwrap();
        watch.look(path, Some(&known), Time(7_000)).await;
        assert_eq!(
            watch.look(path, Some(&known), Time(9_000)).await,
            FileState::Unchanged,
            "it is as it was"
        );
        let folder = dir.path().to_str().unwrap();
        assert!(matches!(watch.look(folder, None, Time(9_000)).await, FileState::Unreadable(_)));
    }
}
