//! `tidegate profile`: what is in a data file, column by column.

mod column;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use tidegate_core::Result;
use tidegate_table::Table;

use crate::{
    aligned::aligned,
    output::{Format, answer},
};
use column::Profile;

/// Types, quality and distribution of the columns of a file.
#[derive(Debug, Args)]
#[command(after_help = "Example: tidegate profile customers.csv --format json")]
pub struct ProfileCommand {
    /// CSV or Parquet.
    file: PathBuf,
    /// Only these.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    columns: Option<Vec<String>>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl ProfileCommand {
    pub fn run(self) -> Result<()> {
        let table = tidegate_table::read_columns(&self.file, self.columns.as_deref())?;
        let columns: Vec<Profile> = table.columns.iter().map(Profile::of).collect();
        let duplicates = table.duplicates();
        answer(self.format, &json(&table, &columns, duplicates), || told(&table, &columns, duplicates))
    }
}

fn json(table: &Table, columns: &[Profile], duplicates: usize) -> Value {
    let left_out = table.left.iter().map(|left| json!({ "name": left.name, "why": left.why }));
    json!({
        "rows": table.rows,
        "duplicate_rows": duplicates,
        "columns": columns.iter().map(Profile::json).collect::<Vec<_>>(),
        "left_out": left_out.collect::<Vec<_>>(),
    })
}

fn told(table: &Table, columns: &[Profile], duplicates: usize) -> String {
    let header = ["column", "type", "missing", "distinct", "min", "median", "max", "distribution", "notes"];
    let rows: Vec<Vec<String>> = columns.iter().map(Profile::row).collect();
    let mut lines = vec![
        format!("{} rows, {} columns, {duplicates} duplicate rows", table.rows, table.columns.len()),
        String::new(),
        aligned(&header, &rows),
    ];
    lines.extend(table.left.iter().map(|left| format!("{} is left out: it {}", left.name, left.why)));
    lines.join("\n")
}
