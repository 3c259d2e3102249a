//! Model files on disk by content hash, and the temporary folders bytes come in through.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use tidegate_core::{Error, Result};

use crate::{Store, error::file, files, open::blocking};

/// The name every model file has in its artifact folder, beside its external data.
const MODEL: &str = "model.onnx";

static STAGED: AtomicU64 = AtomicU64::new(0);

/// A folder for bytes on their way in, on the same file system as their goal. Dropping it removes it, unless
/// [`Store::insert_version`] has moved it into place.
#[derive(Debug)]
pub struct Staging {
    path: PathBuf,
}

impl Staging {
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Where the model file must lie: `model.onnx`; its external data files go beside it.
    pub fn model(&self) -> PathBuf {
        self.path.join(MODEL)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        files::remove_dir_logged(&self.path);
    }
}

impl Store {
    /// An empty folder for incoming files.
    pub fn stage(&self) -> Result<Staging> {
        let number = STAGED.fetch_add(1, Ordering::Relaxed);
        let path = self.dir().join("staging").join(format!("{}-{number}", std::process::id()));
        fs::create_dir(&path).map_err(file(&path))?;
        Ok(Staging { path })
    }

    /// The model file with this hash; its external data files lie beside it.
    pub fn artifact(&self, sha256: &str) -> PathBuf {
        self.artifact_dir(sha256).join(MODEL)
    }

    pub(crate) fn artifact_dir(&self, sha256: &str) -> PathBuf {
        self.dir().join("artifacts").join(sha256)
    }
}

/// Lower-case hex of 32 bytes; anything else could name a folder elsewhere.
pub(crate) fn check_sha256(sha256: &str) -> Result<()> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sha256.len() == 64 && sha256.bytes().all(hex) {
        return Ok(());
    }
    Err(Error::invalid(format!("`{sha256}` is not a sha-256 in lower-case hex")))
}

/// Makes the staged bytes durable, before anything is locked: large files take their time.
pub(crate) async fn settle(staging: Staging) -> Result<Staging> {
    blocking(move || {
        let model = staging.model();
        if !model.is_file() {
            return Err(Error::invalid(format!("the staged folder holds no {MODEL}")));
        }
        files::sync_tree(staging.path()).map_err(file(staging.path()))?;
        Ok(staging)
    })
    .await
}

/// Moves the staged folder to its goal; false when those bytes were there already.
pub(crate) fn place(staging: &Staging, goal: &Path) -> Result<bool> {
    if goal.exists() {
        return Ok(false);
    }
    fs::rename(staging.path(), goal).map_err(file(goal))?;
    goal.parent().map_or(Ok(()), files::sync_dir).map_err(file(goal))?;
    Ok(true)
}
