//! The recorded cases of scipy, Evidently, NannyML and River, as files for the command line.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{run, text};

#[path = "../../../monitor/tests/golden/stream.rs"]
mod stream;

pub use stream::{counts, number, parsed, uniforms};

pub const DRIFT: &str = include_str!("../../../monitor/tests/golden/drift.json");
pub const DETECTORS: &str = include_str!("../../../monitor/tests/golden/detectors.json");

/// A folder for the files of one test.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Columns of one length, each written with every digit.
    pub fn csv(&self, name: &str, columns: &[(&str, Vec<String>)]) -> PathBuf {
        let mut csv = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",") + "\n";
        for row in 0..columns[0].1.len() {
            let cells: Vec<&str> = columns.iter().map(|(_, values)| values[row].as_str()).collect();
            writeln!(csv, "{}", cells.join(",")).unwrap();
        }
        self.put(name, csv)
    }
}

pub fn written(values: &[f64]) -> Vec<String> {
    values.iter().map(f64::to_string).collect()
}

/// What a command that succeeds prints as JSON.
#[track_caller]
pub fn printed(arguments: &[&str]) -> Value {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command that fails says.
#[track_caller]
pub fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
    text(&output.stderr)
}
