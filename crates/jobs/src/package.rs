//! A job's folder, and code that comes with it, as one zip file.

use std::{fs, io, path::Path};

use tidegate_core::{Error, Result};

use crate::{
    folder::{Job, OUTPUT},
    zip::Zip,
};

/// What Ray's head takes at most is half a GiB; bytes.
const LARGEST: u64 = 500 << 20;
/// Folders of code that nobody means to upload.
const LEFT_OUT: [&str; 4] = [".git", "__pycache__", ".venv", "node_modules"];

/// # Errors
/// `Invalid` when it is too large, or when code has a name that the job's own files have.
pub fn pack(job: &Job, code: Option<&Path>) -> Result<Vec<u8>> {
    let failed = |error: io::Error| {
        Error::unavailable(format!("the job's folder can't be packed: {error}")).because(error)
    };
    let mut files = Vec::new();
    collect(&job.folder, &job.folder, &mut files)?;
    files.retain(|(name, _)| !name.starts_with(OUTPUT));
    if let Some(code) = code {
        let mut own = Vec::new();
        collect(code, code, &mut own)?;
        if let Some((name, _)) = own.iter().find(|(name, _)| files.iter().any(|(known, _)| known == name)) {
            return Err(Error::invalid(format!("`runner.code`: `{name}` is a file of the job itself"))
                .hint("name that file differently"));
        }
        files.extend(own);
    }
    files.sort();
    let bytes: u64 = files.iter().filter_map(|(_, path)| Some(path.metadata().ok()?.len())).sum();
    if bytes > LARGEST {
        return Err(Error::invalid(format!(
            "the job holds {} MiB, a Ray package may hold {}",
            bytes >> 20,
            LARGEST >> 20
        ))
        .hint("take fewer rows (`window_h`), or keep large files out of `runner.code`"));
    }
    let mut zip = Zip::default();
    for (name, path) in files {
        let content = fs::read(&path).map_err(|error| unread(&path, error))?;
        zip.add(&name, &content).map_err(failed)?;
    }
    zip.finish().map_err(failed)
}

/// Every file below a folder, by its name from there.
fn collect(root: &Path, folder: &Path, into: &mut Vec<(String, std::path::PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| unread(folder, error))? {
        let path = entry.map_err(|error| unread(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if LEFT_OUT.contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, into)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            into.push((name.replace('\\', "/"), path));
        }
    }
    Ok(())
}

fn unread(path: &Path, error: io::Error) -> Error {
    Error::invalid(format!("{} can't be read: {error}", path.display())).because(error)
}
