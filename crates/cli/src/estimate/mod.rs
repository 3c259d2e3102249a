//! `tidegate estimate`: what accuracy a classifier's own probabilities promise, before labels are there.

mod answers;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use tidegate_core::{Error, Result};
use tidegate_monitor::estimate::{
    cbpe::Cbpe,
    columns::{Estimate, Estimates},
};

use crate::{
    aligned::{aligned, significant},
    output::{Format, answer},
};
use answers::Columns;

/// Of the draws that decide whether to calibrate.
const SEED: u64 = 1;
/// Standard errors on either side.
const BAND: f64 = 3.0;
const NAMES: [&str; 7] = ["accuracy", "f1", "precision", "recall", "specificity", "roc_auc", "ap"];

/// How accurate a classifier is on rows without labels (confidence-based performance estimation).
#[derive(Debug, Args)]
#[command(
    after_help = "Example: tidegate estimate --proba p --pred yhat --reference labelled.csv --target y now.csv\n\n\
    With a labelled reference the probabilities are calibrated where that helps; without one they are taken\n\
    as calibrated. Several classes: --proba a,b,c, each column named as its class, or --proba cat=p1,dog=p2.\n\
    Where FILE has the target column too, realised metrics stand beside the estimates."
)]
pub struct EstimateCommand {
    /// CSV or Parquet: the rows to estimate for.
    file: PathBuf,
    /// The column with the positive class's probability; with several classes a column for each.
    #[arg(long, value_delimiter = ',', required = true, value_name = "COLUMN")]
    proba: Vec<String>,
    /// The column with the predicted class; the most probable one (0.5 or more) if left out.
    #[arg(long, value_name = "COLUMN")]
    pred: Option<String>,
    /// CSV or Parquet: rows with the same columns and the truth.
    #[arg(long, value_name = "FILE", requires = "target")]
    reference: Option<PathBuf>,
    /// The column with the truth.
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// The positive class of two; 1 (or true) if left out.
    #[arg(long, value_name = "CLASS")]
    positive: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl EstimateCommand {
    pub fn run(self) -> Result<()> {
        let columns =
            Columns::new(&self.proba, self.pred.clone(), self.target.clone(), self.positive.clone())?;
        let reference = self.reference.as_ref().map(|file| columns.read(file, true)).transpose()?;
        let now = columns.read(&self.file, false)?;
        let labelled = reference.and_then(|read| read.labelled);
        let cbpe = match &labelled {
            Some((answers, truth)) => Cbpe::fit(answers, truth, SEED),
            None => Cbpe::uncalibrated(self.proba.len(), SEED),
        };
        if now.answers.is_empty() {
            return Err(Error::invalid(format!("{}: no row has all its values", self.file.display()))
                .hint("a row needs its probabilities and its prediction"));
        }
        let told = Told {
            estimated: cbpe.estimate(&now.answers),
            realised: now.labelled.as_ref().map(|(answers, truth)| cbpe.realised(answers, truth)),
            rows: now.answers.len(),
            left_out: now.left_out,
            calibrated: cbpe.is_calibrated(),
            reference_rows: labelled.map(|(answers, _)| answers.len()),
        };
        answer(self.format, &told.json(), || told.table())
    }
}

struct Told {
    estimated: Estimates,
    realised: Option<Estimates>,
    rows: usize,
    left_out: usize,
    calibrated: bool,
    reference_rows: Option<usize>,
}

fn band(estimate: Estimate) -> Option<(f64, f64)> {
    let (value, error) = (estimate.value?, estimate.standard_error?);
    Some(((value - BAND * error).max(0.0), (value + BAND * error).min(1.0)))
}

impl Told {
    fn json(&self) -> Value {
        let metric = |index: usize| {
            let estimate = self.estimated.all()[index];
            let band = band(estimate);
            let mut metric = json!({
                "value": estimate.value,
                "standard_error": estimate.standard_error,
                "low": band.map(|band| band.0),
                "high": band.map(|band| band.1),
            });
            if let Some(realised) = &self.realised {
                metric["realised"] = json!(realised.all()[index].value);
            }
            metric
        };
        let metrics: Map<_, _> =
            NAMES.iter().enumerate().map(|(i, name)| ((*name).to_owned(), metric(i))).collect();
        json!({
            "n": self.rows,
            "left_out": self.left_out,
            "calibrated": self.calibrated,
            "reference_n": self.reference_rows,
            "metrics": metrics,
        })
    }

    fn table(&self) -> String {
        let shown = |value: Option<f64>| value.map_or("-".into(), significant);
        let rows = NAMES.iter().zip(self.estimated.all()).enumerate().map(|(index, (name, estimate))| {
            let band = band(estimate).map_or("-".into(), |(low, high)| format!("{low:.4} to {high:.4}"));
            let mut row = vec![(*name).to_owned(), shown(estimate.value), band];
            row.extend(self.realised.map(|realised| shown(realised.all()[index].value)));
            row
        });
        let rows: Vec<_> = rows.collect();
        let header = ["", "estimated", "band (3 standard errors)", "realised"];
        let header = &header[..if self.realised.is_some() { 4 } else { 3 }];
        format!("{}\n\n{}", aligned(header, &rows), self.sentence())
    }

    fn sentence(&self) -> String {
        let how = match (self.reference_rows, self.calibrated) {
            (None, _) => {
                "probabilities taken as calibrated: give a labelled --reference to calibrate them".to_owned()
            }
            (Some(rows), true) => format!("probabilities calibrated on {rows} labelled rows"),
            (Some(rows), false) => {
                format!("calibrating on {rows} labelled rows did not help, probabilities as they are")
            }
        };
        let left_out = match self.left_out {
            0 => String::new(),
            rows => format!("; {rows} left out, without all their values"),
        };
        format!("{} rows{left_out}; {how}", self.rows)
    }
}
