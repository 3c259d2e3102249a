//! Sample models and their data, read for the tests.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses its own part; a fixture that is not there ends the test"
)]

pub mod graph;

use std::{ops::ControlFlow, path::PathBuf, process::Command};

use tidegate_core::{
    run::Progress,
    schema::{Schema, Truth},
};
use tidegate_onnx::proto::{ModelProto, NodeProto};
use tidegate_runtime::Launcher;
use tidegate_train::{Dataset, Texts};

pub fn sample(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models").join(path)
}

pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn model(path: PathBuf) -> ModelProto {
    tidegate_onnx::read(&path).unwrap()
}

/// A CSV file whose last column is the truth.
pub fn rows(path: PathBuf) -> Dataset {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut data = Dataset::default();
    let header = reader.headers().unwrap().clone();
    data.features = header.iter().take(header.len() - 1).map(str::to_owned).collect();
    for record in reader.records().map(Result::unwrap) {
        let (truth, values) =
            record.iter().next_back().zip(Some(record.iter().take(header.len() - 1))).unwrap();
        data.x.extend(values.map(|value| value.parse().unwrap_or(f32::NAN)));
        data.truth.push(truth.parse().map_or_else(|_| Truth::Class(truth.into()), Truth::Number));
        data.weight.push(1.0);
    }
    data
}

/// All rows of a sample, in the order of reference.csv and then holdout.csv.
pub fn all_rows(name: &str) -> Dataset {
    let [mut all, more] = ["reference", "holdout"].map(|part| rows(sample(&format!("{name}/{part}.csv"))));
    all.x.extend(more.x);
    all.truth.extend(more.truth);
    all.weight.extend(more.weight);
    all
}

/// A sample's rows as scikit-learn's stratified 75/25 split with random_state 0 divides them: the training part
/// and the test part of the reference values.
pub fn divided(name: &str) -> [Dataset; 2] {
    let inside = std::fs::read_to_string(data(&format!("{name}-split.txt"))).unwrap();
    let all = all_rows(name);
    [b'1', b'0'].map(|flag| {
        let places: Vec<usize> = (0..all.rows()).filter(|row| inside.as_bytes()[*row] == flag).collect();
        pick(&all, &places)
    })
}

/// The rows at these places, in this order.
pub fn pick(data: &Dataset, places: &[usize]) -> Dataset {
    let columns = data.features.len();
    Dataset {
        features: data.features.clone(),
        x: places.iter().flat_map(|row| &data.x[row * columns..][..columns]).copied().collect(),
        truth: places.iter().map(|row| data.truth[*row].clone()).collect(),
        weight: places.iter().map(|row| data.weight[*row]).collect(),
        texts: data.texts.iter().map(|column| picked(column, places)).collect(),
        old: 0,
    }
}

fn picked(column: &Texts, places: &[usize]) -> Texts {
    Texts {
        name: column.name.clone(),
        values: places.iter().map(|row| column.values[*row].clone()).collect(),
    }
}

/// Numbers of a CSV file without a header, row after row.
pub fn numbers(path: PathBuf) -> Vec<f64> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split([',', '\n']).filter(|cell| !cell.is_empty()).map(|cell| cell.parse().unwrap()).collect()
}

/// A schema that leaves the columns in their order.
pub fn schema() -> Schema {
    Schema::default()
}

pub fn silent(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub fn node<'a>(model: &'a ModelProto, operator: &str) -> &'a NodeProto {
    let mut nodes = model.graph.as_ref().unwrap().node.iter();
    nodes.find(|node| node.op_type.as_deref() == Some(operator)).unwrap()
}

pub fn floats(node: &NodeProto, name: &str) -> Vec<f32> {
    node.attribute.iter().find(|attribute| attribute.name() == name).unwrap().floats.clone()
}

pub fn ints(node: &NodeProto, name: &str) -> Vec<i64> {
    node.attribute.iter().find(|attribute| attribute.name() == name).unwrap().ints.clone()
}

/// Where Python's onnx is at hand, its checker must pass.
pub fn checked(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.onnx");
    std::fs::write(&file, bytes).unwrap();
    let python = std::env::var_os("TIDEGATE_PYTHON").unwrap_or_else(|| "python3".into());
    let has_onnx =
        Command::new(&python).args(["-c", "import onnx"]).output().is_ok_and(|run| run.status.success());
    if has_onnx {
        let checked = Command::new(&python)
            .args(["-c", "import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

/// A launcher for what needs no worker.
pub fn nobody() -> Launcher {
    let nowhere = PathBuf::from("/nowhere");
    Launcher { program: nowhere.clone(), args: Vec::new(), library: nowhere.clone(), cache: nowhere }
}
