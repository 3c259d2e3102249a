//! Files that survive a crash: written whole, made durable, then renamed into place.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::Path,
};

use sha2::{Digest, Sha256};

/// Makes a file's bytes durable.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    // Windows flushes only handles that may write.
    File::options().read(true).write(true).open(path)?.sync_all()
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    // Windows can not open folders as files and keeps their entries by its own journal.
    if cfg!(windows) { Ok(()) } else { File::open(path)?.sync_all() }
}

/// Makes a folder and everything in it durable.
pub(crate) fn sync_tree(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { sync_tree(&entry.path())? } else { sync_file(&entry.path())? }
    }
    sync_dir(dir)
}

/// Bytes of all files in a folder and below.
pub(crate) fn tree_bytes(dir: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // A file may vanish between being listed and being looked at: a journal, a staging folder.
        let Ok(metadata) = entry.metadata() else { continue };
        bytes += if metadata.is_dir() { tree_bytes(&entry.path()).unwrap_or(0) } else { metadata.len() };
    }
    Ok(bytes)
}

/// Lower-case hex of a file's SHA-256, and its length in bytes.
pub(crate) fn sha256(path: &Path) -> io::Result<(String, u64)> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        hasher.update(chunk);
        let read = chunk.len();
        bytes += read as u64;
        reader.consume(read);
    }
    Ok((hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

/// For places that can not fail: leftovers are swept at the next start.
pub(crate) fn remove_file_logged(path: &Path) {
    log_unless_gone(path, fs::remove_file(path));
}

/// Like [`remove_file_logged`], for a folder with all it holds.
pub(crate) fn remove_dir_logged(path: &Path) {
    log_unless_gone(path, fs::remove_dir_all(path));
}

fn log_unless_gone(path: &Path, removed: io::Result<()>) {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "could not be removed");
        }
        _ => {}
    }
}
