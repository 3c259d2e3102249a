//! From file to file: what ONNX Runtime answers to a file is in the fixtures (tests/data/make.py).

use std::ops::ControlFlow;

use tidegate_core::schema::Truth;
use tidegate_onnx::proto::ModelProto;
use tidegate_trees::{Grown, Matrix, Tree, sigmoid, softmax};

use super::*;
use crate::{
    Dataset,
    common::{data, divided, floats, ints, model, nobody, node, numbers, pick, rows, sample, schema, silent},
    probe::{Learner, Recognised, Trainer, probe, recognise},
    train,
};

/// Raw scores of a file's trees, and how many a row.
fn scores(model: &ModelProto, data: &Dataset) -> (Vec<f64>, usize) {
    let Ok(Recognised { learner: Learner::Trees(head), .. }) = recognise(model, None) else {
        panic!("no boosted trees")
    };
    let rows = Matrix { columns: data.features.len(), data: data.x.clone() };
    let node = &model.graph.as_ref().unwrap().node[head.node];
    (head.ensemble(node).unwrap().score(&rows), head.outputs())
}

fn probabilities(model: &ModelProto, data: &Dataset) -> Vec<f64> {
    let (mut scores, outputs) = scores(model, data);
    for row in scores.chunks_exact_mut(outputs) {
        match row {
            [one] => *one = sigmoid(*one),
            many => {
                let raw = many.to_vec();
                softmax(&raw, many);
            }
        }
    }
    scores
}

fn agree(found: &[f64], expected: &[f64]) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6)
}

/// Share of rows whose class, of the file's labels in order, is the true one.
fn accuracy(model: &ModelProto, data: &Dataset, labels: &[&str]) -> f64 {
    let (scores, outputs) = scores(model, data);
    let class = |row: &[f64]| match row {
        [one] => usize::from(*one > 0.0),
        many => (0..many.len()).max_by(|a, b| many[*a].total_cmp(&many[*b])).unwrap(),
    };
    let right = scores
        .chunks_exact(outputs)
        .zip(&data.truth)
        .filter(|(row, truth)| labels[class(row)] == truth.class());
    right.count() as f64 / data.rows() as f64
}

fn retrained(old: &ModelProto, data: &Dataset, plan: &Plan) -> ModelProto {
    tidegate_onnx::decode(&train(old, &schema(), data, plan, &nobody(), &mut silent).unwrap().bytes).unwrap()
}

fn with_holes(mut data: Dataset) -> Dataset {
    let columns = data.features.len();
    let holes = (0..data.x.len())
        .filter(|place| (31 * (place / columns) + 17 * (place % columns)).is_multiple_of(10));
    holes.collect::<Vec<_>>().into_iter().for_each(|place| data.x[place] = f32::NAN);
    data
}

const BINARY: [&str; 2] = ["benign", "malignant"];
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

#[test]
fn imported_files_are_scored_as_onnx_runtime_scores_them() {
    let held = rows(sample("breast-cancer/holdout.csv"));
    let found = probabilities(&model(data("lightgbm-binary.onnx")), &with_holes(held));
    assert!(agree(&found, &numbers(data("lightgbm-binary.csv"))), "missing values");

    let digits = pick(&rows(sample("digits-cnn/holdout.csv")), &(0..60).collect::<Vec<_>>());
    let found = probabilities(&model(data("lightgbm-digits.onnx")), &digits);
    assert!(agree(&found, &numbers(data("lightgbm-digits.csv"))), "several classes");

    let held = rows(sample("breast-cancer/holdout.csv"));
    let first = with_holes(pick(&held, &(0..40).collect::<Vec<_>>()));
    let found = probabilities(&model(data("xgboost-missing.onnx")), &first);
    assert!(agree(&found, &numbers(data("xgboost-missing.csv"))), "XGBoost's missing values");

    let (found, _) = scores(&model(data("lightgbm-categories.onnx")), &rows(data("categories.csv")));
    assert!(agree(&found, &numbers(data("lightgbm-categories.csv"))), "LightGBM's categories");
}

#[test]
fn a_value_at_the_threshold_of_branch_lt_goes_right() {
    let held = rows(sample("breast-cancer/holdout.csv"));
    let file = model(data("below-binary.onnx"));
    assert!(agree(&probabilities(&file, &held), &numbers(data("below-binary.csv"))));
    // The fixture is made of such values: read as `<=` it gives other answers.
    let mut wrong = file;
    for node in &mut wrong.graph.as_mut().unwrap().node {
        for attribute in node.attribute.iter_mut().filter(|attribute| attribute.name() == "nodes_modes") {
            attribute
                .strings
                .iter_mut()
                .filter(|mode| *mode == b"BRANCH_LT")
                .for_each(|mode| *mode = b"BRANCH_LEQ".into());
        }
    }
    assert!(!agree(&probabilities(&wrong, &held), &numbers(data("below-binary.csv"))));
}

#[test]
fn continuing_leaves_every_old_tree_unchanged_and_learns() {
    let [learnt, held] = divided("breast-cancer");
    for (file, mode) in
        [("lightgbm-binary.onnx", b"BRANCH_LEQ".as_slice()), ("below-binary.onnx", b"BRANCH_LT")]
    {
        let old = model(data(file));
        let plan = Plan { mode: Mode::Continue, rounds: 50, ..Plan::default() };
        let mut steps: Vec<Progress> = Vec::new();
        let trained = train(&old, &schema(), &learnt, &plan, &nobody(), &mut |progress| {
            steps.push(progress);
            ControlFlow::Continue(())
        })
        .unwrap();
        let new = tidegate_onnx::decode(&trained.bytes).unwrap();
        assert_eq!(probe(&new).details, ["a classifier", "70 trees"]);
        let [before, after] = [&old, &new].map(|model| node(model, "TreeEnsembleClassifier"));
        for (a, b) in before.attribute.iter().zip(&after.attribute) {
            assert!(
                b.floats.starts_with(&a.floats)
                    && b.ints.starts_with(&a.ints)
                    && b.strings.starts_with(&a.strings)
            );
            let grows =
                a.name().starts_with("nodes_") || a.name() == "class_weights" || a.name().ends_with("ids");
            assert!(grows || a == b, "{}", a.name());
            assert!(
                b.strings.iter().all(|text| text == mode || !text.starts_with(b"BRANCH")),
                "one mode a file"
            );
        }
        assert!(steps.len() == 50 && steps[49].loss < steps[0].loss && steps[0].held_out_loss.is_some());
        assert!(accuracy(&new, &held, &BINARY) >= accuracy(&old, &held, &BINARY) - 0.02);
        // The scores the trainer held in the end are those of the file it wrote.
        let (found, _) = scores(&new, &learnt);
        let watch = crate::split::held_out(learnt.rows(), plan.seed);
        let loss = |row: usize| {
            let positive = learnt.truth[row].class() == "malignant";
            (1.0 + (if positive { -found[row] } else { found[row] }).exp()).ln()
        };
        let taken: Vec<usize> = (0..learnt.rows()).filter(|row| !watch[*row]).collect();
        let mean = taken.iter().map(|row| loss(*row)).sum::<f64>() / taken.len() as f64;
        assert!((mean - trained.loss).abs() < 1e-5, "{mean} {}", trained.loss);
    }
}

#[test]
fn a_full_fit_replaces_the_trees_and_reaches_the_reference_accuracies() {
    let [learnt, held] = divided("breast-cancer");
    let plan = Plan { l2: 0.0, ..Plan::default() };
    let new = retrained(&model(data("lightgbm-binary.onnx")), &learnt, &plan);
    assert!(accuracy(&new, &held, &BINARY) >= 0.93, "{}", accuracy(&new, &held, &BINARY));
    assert_eq!(probe(&new).details[1], "100 trees");

    let [learnt, held] = divided("digits-cnn");
    let old = model(data("lightgbm-digits.onnx"));
    let new = retrained(&old, &learnt, &plan);
    assert!(accuracy(&new, &held, &DIGITS) >= 0.96, "{}", accuracy(&new, &held, &DIGITS));
    let rest = |model: &ModelProto| {
        let mut model = model.clone();
        let graph = model.graph.as_mut().unwrap();
        graph
            .node
            .iter_mut()
            .filter(|node| node.op_type() == "TreeEnsembleClassifier")
            .for_each(|node| node.attribute.clear());
        model
    };
    assert_eq!(rest(&new), rest(&old), "names, outputs and metadata survive");
}

#[test]
fn the_regression_sample_continues_and_repeats_byte_for_byte() {
    let old = model(sample("diabetes/model.onnx"));
    let [learnt, held] = ["reference", "holdout"].map(|part| rows(sample(&format!("diabetes/{part}.csv"))));
    let error = |model: &ModelProto, data: &Dataset| {
        let (found, _) = scores(model, data);
        let squared =
            found.iter().zip(&data.truth).map(|(score, truth)| (score - truth.number().unwrap()).powi(2));
        squared.sum::<f64>() / data.rows() as f64
    };
    let plan = Plan { mode: Mode::Continue, rounds: 10, leaves: 4, ..Plan::default() };
    let new = retrained(&old, &learnt, &plan);
    assert!(error(&new, &learnt) < error(&old, &learnt));
    assert!(error(&new, &held) < 1.1 * error(&old, &held));
    assert_eq!(new, retrained(&old, &learnt, &plan));
    assert_ne!(new, retrained(&old, &learnt, &Plan { seed: 1, ..plan }));
}

#[test]
fn cancelling_ends_after_the_round() {
    let mut seen = 0;
    let old = model(sample("diabetes/model.onnx"));
    let ended = train(
        &old,
        &schema(),
        &rows(sample("diabetes/reference.csv")),
        &Plan::default(),
        &nobody(),
        &mut |progress| {
            seen = progress.step;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert!(ended.unwrap_err().message.contains("cancelled") && seen == 3);
}

#[test]
fn missing_values_are_learnt_from_and_found_again() {
    let [mut learnt, mut held] = divided("breast-cancer");
    // Whether a value is there says all there is to know.
    for data in [&mut learnt, &mut held] {
        for (row, truth) in data.x.chunks_exact_mut(30).zip(&data.truth) {
            row[1..].fill(0.0);
            row[0] = if truth.class() == "malignant" { f32::NAN } else { 1.0 + row[0] % 2.0 };
        }
    }
    let new = retrained(&model(data("lightgbm-binary.onnx")), &learnt, &Plan::default());
    assert_eq!(accuracy(&new, &held, &BINARY), 1.0);
}

#[test]
fn no_binary_ensemble_is_written_without_a_negative_leaf() {
    let tree = |values: [f32; 2]| Tree {
        nodes: vec![
            Grown::Split { column: 0, below: 1.0, above: 2.0, missing_yes: false, yes: 1, no: 2 },
            Grown::Leaf(values[0]),
            Grown::Leaf(values[1]),
        ],
    };
    let mut file = model(data("lightgbm-binary.onnx"));
    let Ok(Recognised { learner: Learner::Trees(head), .. }) = recognise(&file, None) else {
        panic!("no boosted trees")
    };
    head.replace(
        &mut file.graph.as_mut().unwrap().node[head.node],
        &[(0, tree([0.5, 0.0])), (0, tree([0.25, 0.0]))],
        vec![-1.0],
    );
    let written = node(&file, "TreeEnsembleClassifier");
    assert!(floats(written, "class_weights").iter().any(|weight| *weight < 0.0));
    assert_eq!(ints(written, "nodes_treeids"), [0, 0, 0, 1, 1, 1]);
    let rows = Dataset {
        features: vec!["a".into()],
        x: vec![1.0, 2.0, f32::NAN],
        truth: vec![Truth::Number(0.0); 3],
        weight: vec![1.0; 3],
        ..Dataset::default()
    };
    assert_eq!(scores(&file, &rows).0, [-0.25, -1.0, -1.0]);
}

#[test]
fn what_is_no_tree_is_refused_with_the_reason() {
    let probed = probe(&model(sample("digits-cnn/model.onnx")));
    assert_eq!(probed.summary, "can be retrained: neural network, continue or full");
    assert_eq!(probe(&model(sample("diabetes/model.onnx"))).trainer, Some(Trainer::BoostedTrees));

    let looped = |change: fn(&mut Vec<i64>)| {
        let mut file = model(data("lightgbm-binary.onnx"));
        let nodes = &mut file.graph.as_mut().unwrap().node;
        let attributes = nodes.iter_mut().flat_map(|node| &mut node.attribute);
        attributes
            .filter(|attribute| attribute.name() == "nodes_truenodeids")
            .for_each(|attribute| change(&mut attribute.ints));
        probe(&file).summary
    };
    assert!(looped(|ids| ids[0] = 0).contains("cannot"), "a node that is its own child");
    assert!(looped(|ids| ids[0] = 99).contains("missing node"));
    assert!(looped(|ids| ids.truncate(3)).contains("differ in length"));
}

#[test]
fn rows_that_do_not_fit_the_trees_are_refused() {
    let file = model(data("lightgbm-binary.onnx"));
    let mut held = rows(sample("breast-cancer/holdout.csv"));
    held.truth[5] = Truth::Number(7.0);
    let error = train(&file, &schema(), &held, &Plan::default(), &nobody(), &mut silent).unwrap_err();
    assert!(error.message.contains("`7`"), "{error}");
    let mut few = pick(&rows(sample("breast-cancer/holdout.csv")), &[0, 1, 2]);
    few.truth[0] = Truth::Class("malignant".into());
    let error = train(&file, &schema(), &few, &Plan::default(), &nobody(), &mut silent).unwrap_err();
    assert!(error.message.contains("no tree"), "{error}");
}
