//! A job's folder: its description, the parent model, the rows, and where its result goes.
//!
//! The description is documented in `docs/external-training.md`; fields are added, never taken away.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate_core::{
    Error, Result, RunId, Time,
    run::Plan,
    runner::{DataFormat, Runner},
    schema::Schema,
};

use crate::data::{self, Rows, Values};

const CONTRACT: u32 = 1;
/// The variable that tells a job its key, and by which its processes are found.
pub const KEY: &str = "TIDEGATE_KEY";
pub const DESCRIPTION: &str = "job.json";
pub const PARENT: &str = "parent.onnx";
pub const OUTPUT: &str = "out";
pub const MODEL: &str = "model.onnx";
pub const METRICS: &str = "metrics.json";

/// What is asked of a trainer.
#[derive(Debug, Clone)]
pub struct Order {
    pub run: RunId,
    pub created: Time,
    pub model: String,
    pub version: u32,
    pub parent: PathBuf,
    pub parent_sha256: String,
    pub schema: Schema,
    pub plan: Plan,
    pub rows: Rows,
    /// Columns of `rows` that are no features: the truth, how often a row counts, and whether it came with a label
    /// since the parent was trained.
    pub target: String,
    pub weight: String,
    pub is_new: String,
}

/// A job whose folder is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// A DNS label; the same order gives the same.
    pub key: String,
    pub folder: PathBuf,
    /// Where the result will lie, as this machine sees it.
    pub output: PathBuf,
    pub environment: Vec<(String, String)>,
}

impl Job {
    pub fn model(&self) -> PathBuf {
        self.output.join(MODEL)
    }
}

#[derive(Serialize)]
struct Description<'a> {
    contract: u32,
    key: &'a str,
    run: RunId,
    model: Value,
    parent: Value,
    data: Value,
    schema: &'a Schema,
    parameters: Value,
    seed: u64,
    output: Value,
}

impl Order {
    /// Writes the folder `home/<key>` anew.
    ///
    /// # Errors
    /// `Unavailable` when it can't be written, with the path.
    pub fn write(&self, home: &Path, runner: &Runner) -> Result<Job> {
        let format = format_of(runner);
        let data = data_file(runner);
        let begun = home.join(format!(".{}-{}", self.run, std::process::id()));
        clear(&begun)?;
        make(&begun)?;
        fs::copy(&self.parent, begun.join(PARENT)).map_err(|error| unwritten(&begun.join(PARENT), error))?;
        data::write(&self.rows, format, &begun.join(data))?;
        let data_sha256 = sha256_of(&begun.join(data))?;
        let parameters = self.parameters()?;
        let key = self.key(&data_sha256, &parameters);
        let folder = home.join(&key);
        let there = there(runner, &key);
        let description = Description {
            contract: CONTRACT,
            key: &key,
            run: self.run,
            model: json!({ "name": self.model, "version": self.version }),
            parent: json!({ "path": PARENT, "sha256": self.parent_sha256 }),
            data: json!({
                "path": data, "format": format.name(), "sha256": data_sha256, "rows": self.rows.count,
                "features": self.features(), "target": self.target, "weight": self.weight, "new": self.is_new,
            }),
            schema: &self.schema,
            parameters,
            seed: self.plan.seed,
            output: json!({ "folder": there, "model": format!("{there}/{MODEL}"), "metrics": format!("{there}/{METRICS}") }),
        };
        let text = serde_json::to_string_pretty(&description)
            .map_err(|error| Error::internal("a job has no description").because(error))?;
        let path = begun.join(DESCRIPTION);
        fs::write(&path, text).map_err(|error| unwritten(&path, error))?;
        make(&begun.join(OUTPUT))?;
        clear(&folder)?;
        fs::rename(&begun, &folder).map_err(|error| unwritten(&folder, error))?;
        let environment = environment(runner, &key, &self.target, self.plan.seed);
        Ok(Job { key, output: folder.join(OUTPUT), folder, environment })
    }

    /// What a trainer may want of the plan: not where it runs, nor how its result is judged.
    fn parameters(&self) -> Result<Value> {
        let mut plan = serde_json::to_value(&self.plan)
            .map_err(|error| Error::internal("a plan can't be written as json").because(error))?;
        if let Some(plan) = plan.as_object_mut() {
            plan.retain(|name, _| !["runner", "gates", "seed"].contains(&&name[..]));
        }
        Ok(plan)
    }

    fn key(&self, data_sha256: &str, parameters: &Value) -> String {
        let Self { run, created, parent_sha256, plan, .. } = self;
        let told = format!("{run} {} {parent_sha256} {data_sha256} {} {parameters}", created.0, plan.seed);
        let hash = hex(&Sha256::digest(told.as_bytes()));
        format!("tidegate-{run}-{}", &hash[..16])
    }

    fn features(&self) -> Vec<&str> {
        let other = [&self.target, &self.weight, &self.is_new];
        let names = self.rows.columns.iter().map(|column| &column.name);
        names.filter(|name| !other.contains(name)).map(String::as_str).collect()
    }
}

/// The description for scripts that read no JSON. Paths are as it has them: from the job's folder.
pub fn environment(runner: &Runner, key: &str, target: &str, seed: u64) -> Vec<(String, String)> {
    [
        ("TIDEGATE_JOB", DESCRIPTION),
        (KEY, key),
        ("TIDEGATE_PARENT", PARENT),
        ("TIDEGATE_DATA", data_file(runner)),
        ("TIDEGATE_TARGET", target),
        ("TIDEGATE_OUTPUT", &there(runner, key)),
        ("TIDEGATE_SEED", &seed.to_string()),
        // Else its progress is heard only when it ends.
        ("PYTHONUNBUFFERED", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn data_file(runner: &Runner) -> &'static str {
    match format_of(runner) {
        DataFormat::Csv => "data.csv",
        DataFormat::Parquet => "data.parquet",
    }
}

impl Rows {
    /// Refuses columns of different lengths, and two of one name.
    pub fn check(&self) -> Result<()> {
        let length = |column: &crate::Column| match &column.values {
            Values::Numbers(values) => values.len(),
            Values::Texts(values) => values.len(),
        };
        if let Some(short) = self.columns.iter().find(|column| length(column) != self.count) {
            return Err(Error::internal(format!("column `{}` is not whole", short.name)));
        }
        let mut names: Vec<_> = self.columns.iter().map(|column| &column.name).collect();
        names.sort();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::invalid(format!("two columns are called `{}`", pair[0]))
                .hint("name the features and the target of the model differently")),
            None => Ok(()),
        }
    }
}

fn format_of(runner: &Runner) -> DataFormat {
    match runner {
        Runner::Builtin => DataFormat::default(),
        Runner::Command(of) => of.data,
        Runner::Ray(of) => of.data,
        Runner::Kubernetes(of) => of.data,
    }
}

/// The output folder as the job sees it.
fn there(runner: &Runner, key: &str) -> String {
    match runner {
        Runner::Builtin | Runner::Command(_) => OUTPUT.into(),
        Runner::Ray(of) => format!("{}/{key}/{OUTPUT}", of.shared.there()),
        Runner::Kubernetes(of) => format!("{}/{key}/{OUTPUT}", of.shared.there()),
    }
}

/// Where folders of jobs are made: in the shared folder, where there is one.
pub fn home<'a>(runner: &'a Runner, local: &'a Path) -> &'a Path {
    match runner {
        Runner::Builtin | Runner::Command(_) => local,
        Runner::Ray(of) => Path::new(&of.shared.folder),
        Runner::Kubernetes(of) => Path::new(&of.shared.folder),
    }
}

fn make(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| unwritten(path, error))
}

fn clear(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritten(path, error)),
        _ => Ok(()),
    }
}

fn sha256_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut file = fs::File::open(path).map_err(|error| unwritten(path, error))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match io::Read::read(&mut file, &mut buffer).map_err(|error| unwritten(path, error))? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hex(&hasher.finalize()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::unavailable(format!("{} can't be written: {error}", path.display()))
        .hint("see that the folder exists, is writable and has room")
        .because(error)
}
