//! Shared memory for large tensors: a file in a memory file system, written once, mapped by the reader.
//! Must not know tensors.
//!
//! Files lie in the worker's scratch folder, which its parent removes; the parent also removes each file as soon
//! as it was read, so that memory is held no longer than needed.
#![allow(
    unsafe_code,
    reason = "mapping a file is unsafe; both ends are this program, which never truncates one"
)]

use std::{
    fs::File,
    io::{Result, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;

/// Writes the blocks one behind the other.
pub fn write<'a>(path: &Path, blocks: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let mut file = File::create_new(path)?;
    blocks.into_iter().try_for_each(|block| file.write_all(block))
}

/// The whole file, mapped for as long as a slice of it lives.
#[cfg(not(windows))]
pub fn map(path: &Path) -> Result<Bytes> {
    let file = File::open(path)?;
    // SAFETY: the file is complete, and neither end changes or truncates it from here on.
    let mapped = unsafe { memmap2::Mmap::map(&file) }?;
    Ok(Bytes::from_owner(mapped))
}

/// Windows does not remove a file that is mapped: there it is read.
#[cfg(windows)]
pub fn map(path: &Path) -> Result<Bytes> {
    std::fs::read(path).map(Bytes::from)
}

/// Removes the file when dropped.
#[derive(Debug)]
pub struct Removed(pub PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(file = %self.0.display(), %error, "a shared segment stays until its worker ends");
        }
    }
}

/// A new empty folder for a worker's segments, in memory where the system has a place for that. Folders whose
/// owner was killed before it could remove them are removed here.
pub fn scratch() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let root =
        if cfg!(target_os = "linux") && memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    sweep(&root, PREFIX);
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(root)
}

const PREFIX: &str = "tidegate-worker-";

/// Removes folders called `<prefix><pid>-...` whose process is gone. Only Linux can tell cheaply whether it is.
pub fn sweep(root: &Path, prefix: &str) {
    if !cfg!(target_os = "linux") {
        return;
    }
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner =
            name.to_str().and_then(|name| name.strip_prefix(prefix)?.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_outlives_its_file() {
        let folder = scratch().unwrap();
        let path = folder.path().join("a");
        write(&path, [b"tide".as_slice(), b"gate"].into_iter()).unwrap();
        let removed = Removed(path.clone());
        let bytes = map(&path).unwrap();
        drop(removed);
        assert!(!path.exists());
        assert_eq!(&bytes[..], b"tidegate");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn folders_of_dead_programs_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let [dead, alive] =
            [u32::MAX, std::process::id()].map(|pid| root.path().join(format!("{PREFIX}{pid}-x")));
        for folder in [&dead, &alive] {
            std::fs::create_dir(folder).unwrap();
        }
        sweep(root.path(), PREFIX);
        assert!(!dead.exists() && alive.exists());
    }
}
