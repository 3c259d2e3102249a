//! Optimised models on disk: loaded in a few milliseconds, their weights mapped and shared between processes.
//! Must not know requests.

use std::{
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use ort::{environment::Environment, session::builder::GraphOptimizationLevel};
use sha2::{Digest, Sha256};

use super::{memory, session};
use crate::{segment, wire::Load};

/// The model's file name in its folder of the cache.
pub const MODEL: &str = "model.onnx";

/// Where models are saved until they are whole.
const PARTIAL: &str = "partial-";

/// The folder with the optimised form of the model, made now if it is not there. `None` where the model is not to
/// be cached or cannot be saved; it is then loaded as it is.
pub fn optimised(environment: &Environment, load: &Load) -> Option<PathBuf> {
    let (cache, sha256) = load.cache.as_ref()?;
    let folder = cache.join(key(sha256));
    if folder.join(MODEL).is_file() {
        return Some(folder);
    }
    match make(environment, load, cache, &folder) {
        Ok(()) => Some(folder),
        Err(error) => {
            eprintln!("worker: the optimised model was not kept: {error}");
            None
        }
    }
}

/// Removes a folder whose model did not load.
pub fn discard(folder: &Path, error: &ort::Error) {
    eprintln!("worker: {} does not load and is removed: {error}", folder.display());
    let _ = fs::remove_dir_all(folder);
}

/// Saves beside the final place and renames, so that no other worker ever sees half a model.
fn make(environment: &Environment, load: &Load, cache: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(cache)?;
    segment::sweep(cache, PARTIAL);
    let partial = format!("{PARTIAL}{}-", std::process::id());
    let partial = tempfile::Builder::new().prefix(&partial).tempdir_in(cache)?;
    let saved = session::builder(environment, load).and_then(|builder| {
        let mut builder = builder
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_optimized_model_path(partial.path().join(MODEL))?
            .with_config_entry("session.optimized_model_external_initializers_file_name", "weights.bin")?
            .with_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")?
            // Weights in the order the kernels want them: otherwise each session makes its own copy.
            .with_config_entry("session.save_external_prepacked_constant_initializers", "1")?;
        builder.commit_from_file(&load.model)
    });
    drop(saved.map_err(|error| io::Error::other(error.to_string()))?);
    memory::trim();
    match fs::rename(partial.path(), folder) {
        // Another worker was faster: its folder has the same content.
        Err(_) if folder.join(MODEL).is_file() => Ok(()),
        renamed => renamed,
    }
}

/// How models are saved; a new name when that changes.
const FORM: &str = "CPUExecutionProvider, all optimisations, prepacked";

/// Optimised models fit one library and one kind of processor only.
fn key(sha256: &str) -> String {
    let mut hash = Sha256::new();
    for part in [sha256, ort::info(), std::env::consts::ARCH, &processor(), FORM] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The instruction sets that the library chooses its kernels and layouts by.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let flags = [
        ("sse4.1", is_x86_feature_detected!("sse4.1")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
    ];
    #[cfg(target_arch = "aarch64")]
    let flags = [
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
        ("dotprod", std::arch::is_aarch64_feature_detected!("dotprod")),
        ("i8mm", std::arch::is_aarch64_feature_detected!("i8mm")),
        ("bf16", std::arch::is_aarch64_feature_detected!("bf16")),
        ("sve", std::arch::is_aarch64_feature_detected!("sve")),
    ];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let flags: [(&str, bool); 0] = [];
    flags.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}
