//! Trees as ONNX Runtime runs them: what the trainer learnt, the file it wrote and ONNX Runtime say the same.

#![allow(clippy::unwrap_used, reason = "a test may end where it cannot go on")]

mod common;

use std::{convert::Infallible, ops::ControlFlow, path::PathBuf};

use common::{checked, data, model, pick, rows, sample, schema, silent};
use tidegate_core::{
    Tensor, Value,
    run::{Mode, Plan, Trees},
    tensor::Named,
};
use tidegate_runtime::{Launcher, Limits, Workbench, library};
use tidegate_train::{Dataset, train};
use tidegate_trees::{Feature, Forestry, Loss, Matrix, Problem, Settings, continue_fit, forest};

fn launcher(cache: &tempfile::TempDir) -> Launcher {
    Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_tidegate-train-worker-test")),
        args: vec!["worker".into()],
        library: library::find().unwrap(),
        cache: cache.path().to_owned(),
    }
}

/// What a fitted file says of the rows: labels where it has any, and a score of each class, or numbers.
struct Said {
    labels: Option<Vec<String>>,
    scores: Vec<f64>,
}

fn said(cache: &tempfile::TempDir, bytes: &[u8], rows: &Matrix) -> Said {
    let mut bench = Workbench::open(&launcher(cache), bytes, &Limits::default()).unwrap();
    let read = tidegate_onnx::decode(bytes).unwrap();
    let input = read.graph.unwrap().input[0].name.clone().unwrap();
    let x = Tensor::from_f32(vec![rows.rows(), rows.columns], &rows.data).unwrap();
    let answers = bench.run(vec![Named::new(input, Value::Tensor(x))]).unwrap();
    let scores = |value: &Value| match value {
        Value::Tensor(tensor) => tensor.to_f64().unwrap(),
        Value::Map(map) => map.values.to_f64().unwrap(),
        _ => panic!("neither scores nor a map of them"),
    };
    let last = &answers.last().unwrap().value;
    let scores = match last {
        Value::Sequence(maps) => maps.iter().flat_map(scores).collect(),
        tensor => scores(tensor),
    };
    let label = (answers.len() > 1).then(|| {
        let tensor = answers[0].value.as_tensor().unwrap();
        tensor
            .strings()
            .map(<[String]>::to_vec)
            .unwrap_or_else(|| tensor.to_i64().unwrap().iter().map(i64::to_string).collect())
    });
    Said { labels: label, scores }
}

fn with_holes(mut data: Dataset) -> Dataset {
    let columns = data.features.len();
    for (place, value) in data.x.iter_mut().enumerate() {
        if (31 * (place / columns) + 17 * (place % columns)).is_multiple_of(10) {
            *value = f32::NAN;
        }
    }
    data
}

fn matrix(data: &Dataset) -> Matrix {
    Matrix { columns: data.features.len(), data: data.x.clone() }
}

fn classes(data: &Dataset, labels: &[&str]) -> Vec<f64> {
    let class = |label: String| labels.iter().position(|known| *known == label).unwrap() as f64;
    data.truth.iter().map(|truth| class(truth.class())).collect()
}

fn numbers(data: &Dataset) -> Vec<f64> {
    data.truth.iter().map(|truth| truth.number().unwrap()).collect()
}

/// Rows that all are learnt from (fewer than are split) but weigh as much as more.
fn few(data: &Dataset) -> Dataset {
    let mut few = pick(data, &(0..99).collect::<Vec<_>>());
    few.weight.fill(5.0);
    few
}

fn same(said: &Said, ours: &[f64], labels: &[&str], file: &str) {
    assert_eq!(said.scores.len(), ours.len(), "{file}");
    for (theirs, ours) in said.scores.iter().zip(ours) {
        assert!((theirs - ours).abs() < 1e-6 * ours.abs().max(1.0), "{file}: {theirs} {ours}");
    }
    let Some(found) = &said.labels else { return };
    for (row, label) in ours.chunks_exact(labels.len()).zip(found) {
        let best = row.iter().copied().fold(f64::MIN, f64::max);
        // Of equal shares the first counts; those that differ by rounding are no matter.
        let first = row.iter().position(|share| best - share < 1e-6).unwrap();
        let told = labels.iter().position(|known| known == label).unwrap();
        assert!(told == first || best - row[told] < 1e-6, "{file}: {label} of {row:?}");
    }
}

const TWO: [&str; 2] = ["benign", "malignant"];
const TEN: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

#[test]
fn forests_are_written_as_onnx_runtime_reads_them() {
    let cache = tempfile::tempdir().unwrap();
    let plan = Plan { rounds: 30, seed: 5, ..Plan::default() };
    for (file, name, labels) in [
        ("forest-missing.onnx", "breast-cancer", &TWO[..]),
        ("extra-digits.onnx", "digits-cnn", &TEN),
        ("forest-diabetes.onnx", "diabetes", &[]),
        ("forest-average.onnx", "diabetes", &[]),
    ] {
        let learnt = with_holes(rows(sample(&format!("{name}/reference.csv"))));
        let held = with_holes(rows(sample(&format!("{name}/holdout.csv"))));
        let trained =
            train(&model(data(file)), &schema(), &learnt, &plan, &launcher(&cache), &mut silent).unwrap();
        let (loss, outputs, forestry) = match labels.len() {
            0 => (Loss::Squared, 1, Forestry::NUMBERS),
            classes => (Loss::Softmax, classes, Forestry::CLASSES),
        };
        let truth = if labels.is_empty() { numbers(&learnt) } else { classes(&learnt, labels) };
        let matrix_learnt = matrix(&learnt);
        let problem = Problem {
            rows: &matrix_learnt,
            truth: &truth,
            weight: &learnt.weight,
            held_out: &[],
            features: &[],
            loss,
            outputs,
        };
        let forestry = Forestry { trees: 30, ..forestry };
        let ControlFlow::Continue(ours) =
            forest::<Infallible>(&problem, forestry, 5, &mut |_| ControlFlow::Continue(()));
        same(&said(&cache, &trained.bytes, &matrix(&held)), &ours.answers(&matrix(&held)), labels, file);
        checked(&trained.bytes);
    }
}

#[test]
fn boosted_trees_are_written_as_onnx_runtime_reads_them() {
    let cache = tempfile::tempdir().unwrap();
    let shops = rows(data("categories.csv"));
    let category = || Trees { categories: vec!["shop".into()], ..Trees::default() };
    for (file, learnt, labels, loss, trees, features) in [
        (
            "xgboost-missing.onnx",
            few(&rows(sample("breast-cancer/reference.csv"))),
            &TWO[..],
            Loss::Logistic,
            Trees::default(),
            vec![],
        ),
        (
            "lightgbm-digits.onnx",
            few(&rows(sample("digits-cnn/reference.csv"))),
            &TEN,
            Loss::Softmax,
            Trees::default(),
            vec![],
        ),
        (
            "lightgbm-categories.onnx",
            few(&shops),
            &[],
            Loss::Squared,
            category(),
            vec![Feature::Category, Feature::Number],
        ),
        (
            "lightgbm-categories.onnx",
            few(&shops),
            &[],
            Loss::Quantile(0.8),
            Trees { quantile: Some(0.8), ..category() },
            vec![Feature::Category, Feature::Number],
        ),
    ] {
        let learnt = with_holes(learnt);
        let plan = Plan { rounds: 25, trees, ..Plan::default() };
        let mut asked = learnt.clone();
        if file.starts_with("xgboost") {
            // The file knows its classes by number.
            asked.truth =
                classes(&learnt, labels).into_iter().map(tidegate_core::schema::Truth::Number).collect();
        }
        let trained =
            train(&model(data(file)), &schema(), &asked, &plan, &launcher(&cache), &mut silent).unwrap();
        let truth = if labels.is_empty() { numbers(&learnt) } else { classes(&learnt, labels) };
        let outputs = if labels.len() > 2 { labels.len() } else { 1 };
        let rows = matrix(&learnt);
        let problem = Problem {
            rows: &rows,
            truth: &truth,
            weight: &learnt.weight,
            held_out: &[],
            features: &features,
            loss,
            outputs,
        };
        let base = problem.base();
        let settings = Settings { rounds: 25, ..Settings::DEFAULT };
        let scores = base.repeat(truth.len());
        let ControlFlow::Continue(ours) =
            continue_fit::<Infallible>(&problem, settings, base, scores, &mut |_| ControlFlow::Continue(()));
        assert!(!ours.trees.is_empty());
        let mut ours = ours.probabilities(&rows);
        if labels.len() == 2 {
            ours = ours.into_iter().flat_map(|share| [1.0 - share, share]).collect();
        }
        let names = if file.starts_with("xgboost") { &["0", "1"][..] } else { labels };
        same(&said(&cache, &trained.bytes, &rows), &ours, names, file);
        checked(&trained.bytes);
    }
}

#[test]
fn a_file_continued_by_fifty_trees_still_says_the_old_things_with_the_first() {
    let cache = tempfile::tempdir().unwrap();
    let learnt = with_holes(rows(sample("breast-cancer/reference.csv")));
    let full = Plan { rounds: 100, ..Plan::default() };
    let old = train(
        &model(data("lightgbm-binary.onnx")),
        &schema(),
        &learnt,
        &full,
        &launcher(&cache),
        &mut silent,
    );
    let old = tidegate_onnx::decode(&old.unwrap().bytes).unwrap();
    let more = Plan { mode: Mode::Continue, rounds: 50, ..Plan::default() };
    let new = train(&old, &schema(), &learnt, &more, &launcher(&cache), &mut silent).unwrap();
    checked(&new.bytes);
    let mut cut = tidegate_onnx::decode(&new.bytes).unwrap();
    let trees =
        cut.graph.as_mut().unwrap().node.iter_mut().find(|node| node.op_type() == "TreeEnsembleClassifier");
    let ids: Vec<i64> = common::ints(trees.as_deref().unwrap(), "nodes_treeids");
    assert_eq!(ids.last(), Some(&149));
    let nodes = ids.iter().filter(|id| **id < 100).count();
    let leaves =
        common::ints(trees.as_deref().unwrap(), "class_treeids").iter().filter(|id| **id < 100).count();
    for attribute in &mut trees.unwrap().attribute {
        let keep = match attribute.name() {
            name if name.starts_with("nodes_") => nodes,
            name if name.starts_with("class_") => leaves,
            _ => continue,
        };
        attribute.ints.truncate(keep);
        attribute.floats.truncate(keep);
        attribute.strings.truncate(keep);
    }
    assert!(cut == old, "the first hundred trees are unchanged");
}
