//! `tidegate drift`: two data files, column by column.

mod columns;
mod page;
mod told;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tidegate_core::{Error, Result};
use tidegate_monitor::report::compare::{Compared, Definition, Options};

use crate::output::put;
use columns::{Found, Skipped, Together};

/// What a data set that drifted exits with, so that pipelines can tell it from a failure.
const DRIFTED: u8 = 3;

/// Which columns of a file have drifted against a reference.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: tidegate drift --reference train.parquet --current today.csv --format html --out drift.html\n\n\
    Exit status: 0 when the data set has not drifted, 3 when it has, 1 on errors. The data set has drifted when at\n\
    least half of its columns have."
)]
pub struct Drift {
    /// CSV or Parquet: what is known to be good.
    #[arg(long, value_name = "FILE")]
    reference: PathBuf,
    /// CSV or Parquet: what to judge.
    #[arg(long, value_name = "FILE")]
    current: PathBuf,
    /// Whose choice of tests, binning and thresholds.
    #[arg(long = "as", value_enum, default_value_t = Whose::Evidently)]
    whose: Whose,
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// Every test's value for each column, not only the one that decides.
    #[arg(long)]
    all_tests: bool,
    /// Also the columns together: reconstruction from principal components, as NannyML, and whether trees tell the
    /// files apart. The exit status stays that of the columns.
    #[arg(long)]
    multivariate: bool,
    /// Only these.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    columns: Option<Vec<String>>,
    /// Whole numbers and truth values that are names: codes, postcodes.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    categorical: Vec<String>,
    /// Fewer values than this on either side are not enough to judge a column.
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_rows: u64,
    /// Write here instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whose {
    /// Evidently 0.7: by type, rows and distinct values.
    Evidently,
    /// NannyML 0.13: Jensen-Shannon against the scatter of the reference's chunks.
    Nannyml,
    /// scipy: Kolmogorov-Smirnov and chi-square, adjusted for the number of columns.
    Scipy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One JSON object with every digit.
    Json,
    /// Aligned columns.
    Table,
    /// One self-contained page.
    Html,
}

/// What a comparison is told from.
struct Told {
    reference: PathBuf,
    current: PathBuf,
    rows: (usize, usize),
    compared: Compared,
    together: Option<Together>,
    skipped: Vec<Skipped>,
}

impl Drift {
    pub fn run(self) -> Result<ExitCode> {
        let reference = tidegate_table::read_columns(&self.reference, self.columns.as_deref())?;
        let current = tidegate_table::read_columns(&self.current, self.columns.as_deref())?;
        let definition = match self.whose {
            Whose::Evidently => Definition::Evidently,
            Whose::Nannyml => Definition::NannyMl,
            Whose::Scipy => Definition::Scipy,
        };
        let options = Options { definition, min_rows: self.min_rows.max(1), all_tests: self.all_tests };
        for name in &self.categorical {
            current.need(name, &self.current)?;
        }
        let rows = (reference.rows, current.rows);
        let Found { compared, together, skipped } =
            columns::compare(reference, current, &self.categorical, self.multivariate, options);
        if compared.columns.is_empty() {
            return Err(Error::invalid("there is nothing to compare").hint(told::skipped(&skipped)));
        }
        let told =
            Told { reference: self.reference, current: self.current, rows, compared, together, skipped };
        let text = match self.format {
            Form::Json => told.json()?.to_string(),
            Form::Table => told.table(),
            Form::Html => told.page()?,
        };
        put(&text, self.out.as_ref())?;
        Ok(if told.compared.drifted { ExitCode::from(DRIFTED) } else { ExitCode::SUCCESS })
    }
}

impl Told {
    fn json(&self) -> Result<Value> {
        let mut json = as_json(&self.compared)?;
        if let Some(together) = &self.together {
            json["multivariate"] = as_json(together)?;
        }
        json["rows"] = json!({ "reference": self.rows.0, "current": self.rows.1 });
        let skipped = self.skipped.iter().map(|column| json!({ "name": column.name, "why": column.why }));
        json["skipped"] = skipped.collect();
        Ok(json)
    }
}

fn as_json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value)
        .map_err(|cause| Error::internal("the comparison can't be written as JSON").because(cause))
}
