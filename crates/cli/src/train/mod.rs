//! `tidegate train`: a first model from a data file alone, with its score card.

mod told;

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    time::Instant,
};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate_core::{Error, Result, schema};
use tidegate_runtime::Launcher;
use tidegate_train::scratch::{Made, Request, make};

use crate::output::{Format, answer, write};

/// Makes a first model from a data file alone.
#[derive(Debug, Args)]
#[command(after_help = "Example: tidegate train --data customers.csv --target churned --out churn.onnx\n\n\
    The score card goes beside the model: churn.card.json. The same file, options and seed give the same model.")]
pub struct Train {
    /// CSV or Parquet.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The column to predict.
    #[arg(long, value_name = "COLUMN")]
    target: String,
    #[arg(long, value_enum, default_value_t = Method::Auto)]
    method: Method,
    /// Texts, truth values and whole numbers of few values make classes if left out.
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// A column with times: the newest rows are held out.
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Columns that nothing is to be learnt from.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN")]
    exclude: Vec<String>,
    /// Share of the rows held out to judge by.
    #[arg(long, value_name = "SHARE", default_value_t = 0.25)]
    holdout: f64,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The model file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// The best by cross-validation.
    Auto,
    /// Ridge, logistic or softmax regression.
    Linear,
    /// Gradient-boosted trees.
    Gbdt,
    /// A random forest.
    Forest,
    /// A neural network of one or two hidden layers.
    Mlp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    Classification,
    Regression,
}

impl Train {
    pub async fn run(self) -> Result<()> {
        let (format, out) = (self.format, self.out.clone());
        // What a worker computes is waited for on a thread of its own.
        let made = tokio::task::spawn_blocking(move || self.train()).await;
        let card = made.map_err(|cause| Error::internal("the training ended early").because(cause))??;
        answer(format, &card, || told::card(&card, &out))
    }

    /// Writes the model and its card; returns the card.
    fn train(self) -> Result<Value> {
        let begun = Instant::now();
        self.refuse_useless_outputs()?;
        let table = tidegate_table::read(&self.data)?;
        let request = self.request()?;
        let cache = tempfile::tempdir()
            .map_err(|cause| Error::internal("there is no room for a worker's files").because(cause))?;
        let launcher = Launcher::this_program(cache.path())?;
        let Made { bytes, card } = make(&table, &request, &launcher, &mut told::progress())?;
        std::fs::write(&self.out, &bytes).map_err(|cause| unwritable(&self.out, cause))?;
        let mut card = serde_json::to_value(card)
            .map_err(|cause| Error::internal("the score card can't be written").because(cause))?;
        card["model"] = json!(self.out);
        card["model_sha256"] = json!(hexadecimal(&Sha256::digest(&bytes)));
        card["data"] = json!(self.data);
        card["seconds"] = json!((begun.elapsed().as_secs_f64() * 1e3).round() / 1e3);
        write(&card_file(&self.out), &format!("{card:#}\n"))?;
        Ok(card)
    }

    fn request(&self) -> Result<Request> {
        use tidegate_train::scratch;
        Ok(Request {
            task: self.task.map(|task| match task {
                Task::Classification => schema::Task::Classification,
                Task::Regression => schema::Task::Regression,
            }),
            method: match self.method {
                Method::Auto => scratch::Method::Auto,
                Method::Linear => scratch::Method::Linear,
                Method::Gbdt => scratch::Method::Gbdt,
                Method::Forest => scratch::Method::Forest,
                Method::Mlp => scratch::Method::Mlp,
            },
            time: self.time.clone(),
            exclude: self.exclude.clone(),
            holdout: self.holdout,
            seed: self.seed,
            data_sha256: sha256(&self.data)?,
            ..Request::new(&self.target)
        })
    }

    /// Minutes of training are not to end in a file that can't be written, or in the place of the data.
    fn refuse_useless_outputs(&self) -> Result<()> {
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(Error::invalid(format!("the folder of {} is not there", self.out.display()))
                .hint("make it, or name another file with --out"));
        }
        let same =
            |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        let overwrites = [self.out.clone(), card_file(&self.out)].iter().any(|file| same(file, &self.data));
        if overwrites || self.out.is_dir() {
            return Err(Error::invalid(format!("{} can't become the model", self.out.display()))
                .hint("name a file of its own with --out, as model.onnx"));
        }
        Ok(())
    }
}

/// `model.card.json` beside `model.onnx`.
fn card_file(model: &Path) -> PathBuf {
    model.with_extension("card.json")
}

fn unwritable(file: &Path, cause: std::io::Error) -> Error {
    Error::invalid(format!("{} can't be written: {cause}", file.display()))
        .hint("name another file with --out")
        .because(cause)
}

fn sha256(file: &Path) -> Result<String> {
    let unreadable = |cause: std::io::Error| {
        Error::invalid(format!("{} can't be read: {cause}", file.display())).because(cause)
    };
    let mut reader = BufReader::with_capacity(1 << 16, File::open(file).map_err(unreadable)?);
    let mut hash = Sha256::new();
    loop {
        let bytes = reader.fill_buf().map_err(unreadable)?;
        if bytes.is_empty() {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(bytes);
        let read = bytes.len();
        reader.consume(read);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
