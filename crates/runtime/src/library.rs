//! Where the ONNX Runtime library is. Must not load it.

use std::path::{Path, PathBuf};

use tidegate_core::{Error, Result};

/// The version the program is built and tested with.
pub const VERSION: &str = "1.31.1";

/// The file name of the library on this system.
pub const FILE: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.1.31.1.dylib"
} else {
    "libonnxruntime.so.1.31.1"
};

/// The file named by `TIDEGATE_ONNXRUNTIME`; else the one in the bundle of the running program; else the one that
/// `scripts/fetch-onnxruntime.py` put into the source tree.
pub fn find() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_ONNXRUNTIME") {
        return named_by_user(PathBuf::from(named));
    }
    let program = std::env::current_exe()
        .map_err(|cause| Error::internal("the path of the running program is unknown").because(cause))?;
    candidates(&program).into_iter().find(|path| path.is_file()).ok_or_else(|| {
        Error::unavailable(format!("the ONNX Runtime {VERSION} library ({FILE}) was not found"))
            .hint("run scripts/fetch-onnxruntime.py, or name the file in TIDEGATE_ONNXRUNTIME")
    })
}

fn named_by_user(path: PathBuf) -> Result<PathBuf> {
    match path.is_file() {
        true => Ok(path),
        false => Err(Error::unavailable(format!("TIDEGATE_ONNXRUNTIME names no file: {}", path.display()))
            .hint("name the ONNX Runtime library itself, not its folder")),
    }
}

/// Every place to look at, best first.
fn candidates(program: &Path) -> Vec<PathBuf> {
    let beside = program.ancestors().skip(1).take(1).flat_map(|folder| {
        ["", "lib", "resources", "../Frameworks", "../Resources", "../lib/tidegate", "../lib/Tidegate"]
            .map(|place| folder.join(place).join(FILE))
    });
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fetched = program.ancestors().skip(1).chain(source.ancestors());
    beside.chain(fetched.map(|folder| folder.join(".cache/onnxruntime").join(VERSION).join(FILE))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_comes_before_the_source_tree() {
        let found = candidates(Path::new("/opt/tidegate/bin/tidegate"));
        let at = |path: &str| found.iter().position(|candidate| *candidate == Path::new(path).join(FILE));
        let bundled = at("/opt/tidegate/bin/lib").unwrap();
        let fetched = at("/opt/tidegate/.cache/onnxruntime/1.31.1").unwrap();
        assert!(bundled < fetched);
        assert!(FILE.contains(VERSION) || cfg!(windows));
    }

    #[test]
    fn a_folder_is_not_taken_for_the_library() {
        let error = named_by_user(std::env::temp_dir()).unwrap_err();
        assert!(error.message.contains("TIDEGATE_ONNXRUNTIME"), "{error}");
    }
}
