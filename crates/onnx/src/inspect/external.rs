//! External data: where tensors say their data lies, and whether that is a place to read from.
//!
//! What is refused here are the known attacks: leaving the folder (CVE-2024-27318, CVE-2025-51480), links out of
//! it (CVE-2026-27489), unexpected keys (CVE-2026-34445), devices, and addresses in memory.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::outline::Outline;

const KNOWN_KEYS: [&str; 4] = ["location", "offset", "length", "checksum"];

/// The external data of one tensor.
#[derive(Debug)]
pub(super) struct External {
    tensor: String,
    pub location: Option<String>,
    offset: Option<String>,
    length: Option<String>,
    /// What is wrong with its keys.
    keys: Result<(), String>,
    /// Bytes that the declared shape takes.
    expected: Option<u64>,
}

impl External {
    pub fn new(tensor: &str, entries: &[(String, String)], expected: Option<u64>) -> Self {
        let value = |name| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Self {
            tensor: tensor.to_owned(),
            location: value("location"),
            offset: value("offset"),
            length: value("length"),
            keys: check_keys(entries),
            expected,
        }
    }

    /// The bytes of the file that are read, given its size.
    fn check_range(&self, size: u64) -> Result<(), String> {
        let offset = number("offset", self.offset.as_deref())?.unwrap_or(0);
        let expected = self.expected.ok_or("has external data for a type that cannot have it")?;
        let length = number("length", self.length.as_deref())?.unwrap_or(expected);
        if length != expected {
            return Err(format!("takes {expected} bytes by its shape but {length} by its external data"));
        }
        match offset.checked_add(length) {
            Some(end) if end <= size => Ok(()),
            _ => Err(format!(
                "reads {length} bytes at {offset}, past the end of its data file of {size} bytes"
            )),
        }
    }
}

fn check_keys(entries: &[(String, String)]) -> Result<(), String> {
    for (index, (key, _)) in entries.iter().enumerate() {
        if !KNOWN_KEYS.contains(&key.as_str()) {
            return Err(format!("has the unexpected key `{}` in its external data", key.escape_debug()));
        }
        if entries[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(format!("has the key `{key}` twice in its external data"));
        }
    }
    Ok(())
}

fn number(key: &str, text: Option<&str>) -> Result<Option<u64>, String> {
    let parse = |text: &str| text.parse().map_err(|_| format!("has the bad {key} `{}`", text.escape_debug()));
    text.map(parse).transpose()
}

/// Checks the external data of all tensors against the folder the model lies in.
pub(super) fn scan(folder: &Path, outline: &mut Outline) {
    let mut sizes = HashMap::new();
    for data in &outline.external {
        let checked = check(folder, data, &mut sizes);
        if let Err(reason) = checked {
            outline.findings.refuse(&data.tensor, reason);
        }
    }
}

fn check(
    folder: &Path,
    data: &External,
    sizes: &mut HashMap<String, Result<u64, String>>,
) -> Result<(), String> {
    data.keys.clone()?;
    let location = data.location.as_deref().ok_or("has external data without a location")?;
    let size = sizes.entry(location.to_owned()).or_insert_with(|| file_size(folder, location));
    data.check_range(size.clone()?)
}

/// The size of a data file that may be read; links are followed, but not out of the folder.
fn file_size(folder: &Path, location: &str) -> Result<u64, String> {
    let shown = location.escape_debug();
    if location.contains("_ORT_MEM_ADDR_") {
        return Err("points its external data at an address in memory".into());
    }
    if location.is_empty() || location.contains('\0') || leaves_folder(location) {
        return Err(format!("has its external data outside the model's folder: `{shown}`"));
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let missing =
        |_| format!("has its external data in `{shown}`, which is missing: put it beside the model");
    let root: PathBuf = folder.canonicalize().map_err(missing)?;
    let file = folder.join(location).canonicalize().map_err(missing)?;
    if !file.starts_with(&root) {
        return Err(format!("has its external data behind a link out of the model's folder: `{shown}`"));
    }
    let metadata = file.metadata().map_err(missing)?;
    if !metadata.is_file() {
        return Err(format!("has its external data in `{shown}`, which is not a regular file"));
    }
    Ok(metadata.len())
}

/// By the rules of every system, whichever this one is.
fn leaves_folder(location: &str) -> bool {
    let absolute = location.starts_with(['/', '\\']) || location.as_bytes().get(1) == Some(&b':');
    absolute || location.split(['/', '\\']).any(|part| part == "..")
}
