//! The rows the demo asks about, and what becomes of them half-way: a new scanner reads every size a quarter
//! too large. The diagnoses stay as they are.

use std::path::Path;

use serde_json::{Map, Value, json};
use tidegate_core::{Error, Result};
use tidegate_engine::Table;

const TARGET: &str = "diagnosis";
const SIZES: [&str; 3] = ["radius", "perimeter", "area"];
const FACTOR: f64 = 1.25;
/// Steps through the rows in an order that is neither theirs nor repeats before all were seen.
const STRIDE: usize = 211;

pub struct Traffic {
    rows: Vec<(Map<String, Value>, String)>,
    asked: usize,
}

impl Traffic {
    /// All rows of a sample, those it was trained on and those it was not.
    pub fn read(sample: &Path) -> Result<Self> {
        let mut rows = Vec::new();
        for file in ["reference.csv", "holdout.csv"] {
            let path = sample.join(file);
            let csv = std::fs::read(&path).map_err(|error| {
                Error::not_found(format!("{} can't be read", path.display())).because(error)
            })?;
            rows.extend(read_rows(&Table::read(&csv)?)?);
        }
        Ok(Self { rows, asked: 0 })
    }

    /// The next row as the scanner reads it, and its true diagnosis.
    pub fn next(&mut self, drifted: bool) -> (Value, String) {
        let (row, truth) = &self.rows[self.asked * STRIDE % self.rows.len()];
        self.asked += 1;
        let read = |(name, value): (&String, &Value)| {
            let scaled = drifted && SIZES.iter().any(|size| name.contains(size));
            let value = value.as_f64().unwrap_or(f64::NAN) * if scaled { FACTOR } else { 1.0 };
            (name.clone(), json!(value))
        };
        (Value::Object(row.iter().map(read).collect()), truth.clone())
    }
}

fn read_rows(table: &Table) -> Result<Vec<(Map<String, Value>, String)>> {
    let target = table.column(TARGET);
    let target =
        target.ok_or_else(|| Error::invalid(format!("the sample's data has no column `{TARGET}`")))?;
    let named = |row: &Vec<String>| {
        let cells = table.header.iter().zip(row).filter(|(name, _)| *name != TARGET);
        cells.map(|(name, text)| (name.clone(), json!(text.parse::<f64>().ok()))).collect()
    };
    Ok(table.rows.iter().map(|row| (named(row), row[target].clone())).collect())
}
