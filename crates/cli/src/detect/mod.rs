//! `tidegate detect`: a concept-drift detector over a column, value by value.

mod parameters;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tidegate_core::{Error, Result};

use crate::output::{Format, answer};
use parameters::{Name, Parameters, detector};

/// Where a stream of values changed.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: tidegate detect --detector adwin --column error errors.csv --delta 0.01\n\n\
    Indices count rows from 0. DDM, EDDM and HDDM take errors: 1 for a wrong answer, 0 for a right one."
)]
pub struct Detect {
    /// CSV or Parquet.
    file: PathBuf,
    #[arg(long, value_enum, default_value_t = Name::Adwin)]
    detector: Name,
    /// The column with the values; the only one if left out.
    #[arg(long)]
    column: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    parameters: Parameters,
}

impl Detect {
    pub fn run(self) -> Result<()> {
        let mut detector = detector(self.detector, &self.parameters)?;
        let (column, values) = self.values()?;
        let (mut drift, mut warnings) = (vec![], vec![]);
        for (index, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let signal = detector.update(*value);
            drift.extend(signal.drift.then_some(index));
            warnings.extend(signal.warning.then_some(index));
        }
        let missing = values.iter().filter(|value| !value.is_finite()).count();
        answer(self.format, &json!({ "drift": drift, "warnings": warnings }), || {
            told(&column, values.len(), missing, &drift, &warnings)
        })
    }

    fn values(&self) -> Result<(String, Vec<f64>)> {
        let names = self.column.as_ref().map(std::slice::from_ref);
        let table = tidegate_table::read_columns(&self.file, names)?;
        let file = self.file.display();
        let [column] = table.columns.as_slice() else {
            let known: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(Error::invalid(format!("{file} has {} columns", known.len()))
                .hint(format!("name one with --column: {}", known.join(", "))));
        };
        let numbers = column.numbers().ok_or_else(|| {
            Error::invalid(format!("{file}: column `{}` holds text", column.name))
                .hint("a detector takes numbers; for errors 1 and 0")
        })?;
        Ok((column.name.clone(), numbers.into_owned()))
    }
}

fn told(column: &str, rows: usize, missing: usize, drift: &[usize], warnings: &[usize]) -> String {
    let list = |indices: &[usize]| match indices {
        [] => "none".to_owned(),
        _ => indices.iter().map(usize::to_string).collect::<Vec<_>>().join(" "),
    };
    let left_out = if missing > 0 { format!(", {missing} without a value left out") } else { String::new() };
    let times = if drift.len() == 1 { "once" } else { "times" };
    let verdict = match drift.len() {
        0 => "no change".to_owned(),
        1 => format!("changed {times}"),
        n => format!("changed {n} {times}"),
    };
    format!(
        "{column}: {verdict} in {rows} rows{left_out}\ndrift at row  {}\nwarnings      {}",
        list(drift),
        list(warnings)
    )
}
