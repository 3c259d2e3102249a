//! In which form a command answers, and where the answer goes.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;
use tidegate_core::{Error, Result};

use crate::print;

/// For a person or for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object with every digit.
    Json,
    /// Aligned columns.
    Table,
}

/// Prints JSON on one line, or the table.
pub fn answer(format: Format, json: &Value, table: impl FnOnce() -> String) -> Result<()> {
    match format {
        Format::Json => print(&json.to_string()),
        Format::Table => print(&table()),
    }
}

/// Prints, or writes to the file.
pub fn put(text: &str, out: Option<&PathBuf>) -> Result<()> {
    match out {
        None => print(text.trim_end()),
        Some(path) => write(path, text),
    }
}

pub fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|cause| {
        Error::invalid(format!("{} can't be written: {cause}", path.display()))
            .hint("name another file with --out")
            .because(cause)
    })
}
