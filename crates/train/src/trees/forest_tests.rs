//! Forests from file to file: what ONNX Runtime answers to a file is in the fixtures (tests/data/forests.py).

use std::ops::ControlFlow;

use tidegate_onnx::proto::ModelProto;
use tidegate_trees::Matrix;

use super::*;
use crate::{
    Dataset,
    common::{all_rows, data, divided, model, nobody, node, numbers, pick, rows, sample, schema, silent},
    probe::{Learner, Recognised, Trainer, probe, recognise},
    train,
};

/// Scores of a file's forest: a share of each class, of two that of the second, or a number.
fn answers(model: &ModelProto, data: &Dataset) -> (Vec<f64>, usize) {
    let Ok(Recognised { learner: Learner::Trees(head), .. }) = recognise(model, None) else {
        panic!("no trees")
    };
    assert!(matches!(head.kind, Kind::Forest { .. }));
    let rows = Matrix { columns: data.features.len(), data: data.x.clone() };
    let node = &model.graph.as_ref().unwrap().node[head.node];
    (head.ensemble(node).unwrap().score(&rows), head.outputs())
}

fn first_40(name: &str) -> Dataset {
    pick(&rows(sample(&format!("{name}/holdout.csv"))), &(0..40).collect::<Vec<_>>())
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

fn retrained(old: &ModelProto, data: &Dataset, plan: &Plan) -> ModelProto {
    let trained = train(old, &schema(), data, plan, &nobody(), &mut silent).unwrap();
    tidegate_onnx::decode(&trained.bytes).unwrap()
}

/// Share of rows answered rightly, with the labels of the file in order.
fn accuracy(model: &ModelProto, data: &Dataset, labels: &[&str]) -> f64 {
    let (scores, outputs) = answers(model, data);
    let class = |row: &[f64]| match row {
        [one] => usize::from(*one > 0.5),
        many => (0..many.len()).max_by(|a, b| many[*a].total_cmp(&many[*b])).unwrap(),
    };
    let rows = scores.chunks_exact(outputs).zip(&data.truth);
    rows.filter(|(row, truth)| labels[class(row)] == truth.class()).count() as f64 / data.rows() as f64
}

fn error(model: &ModelProto, data: &Dataset) -> f64 {
    let (found, _) = answers(model, data);
    let squares =
        found.iter().zip(&data.truth).map(|(score, truth)| (score - truth.number().unwrap()).powi(2));
    squares.sum::<f64>() / data.rows() as f64
}

#[test]
fn forests_are_told_from_boosted_trees() {
    for (file, said, details) in [
        ("forest", "can be retrained: random forest, full", ["a classifier", "3 trees"]),
        ("forest-missing", "can be retrained: random forest, full", ["a classifier", "6 trees"]),
        ("extra-digits", "can be retrained: random forest, full", ["a classifier", "4 trees"]),
        ("forest-diabetes", "can be retrained: random forest, full", ["a regressor", "6 trees"]),
        ("extra-diabetes", "can be retrained: random forest, full", ["a regressor", "6 trees"]),
        ("forest-average", "can be retrained: random forest, full", ["a regressor", "6 trees"]),
        ("decision-tree", "can be retrained: decision tree, full", ["a classifier", "1 tree"]),
        (
            "lightgbm-centred",
            "can be retrained: boosted trees, continue or full",
            ["a regressor", "12 trees"],
        ),
        (
            "lightgbm-categories",
            "can be retrained: boosted trees, continue or full",
            ["a regressor", "4 trees"],
        ),
        (
            "xgboost-missing",
            "can be retrained: boosted trees, continue or full",
            ["a classifier", "10 trees"],
        ),
    ] {
        let probed = probe(&model(data(&format!("{file}.onnx"))));
        assert_eq!(
            (probed.summary.as_str(), &probed.details[..]),
            (said, &details.map(String::from)[..]),
            "{file}"
        );
        let forest = !said.contains("boosted");
        let (trainer, modes) = if forest {
            (Trainer::RandomForest, vec![Mode::Full])
        } else {
            (Trainer::BoostedTrees, vec![Mode::Full, Mode::Continue])
        };
        assert_eq!((probed.trainer, probed.modes), (Some(trainer), modes), "{file}");
    }
}

#[test]
fn imported_forests_are_scored_as_onnx_runtime_scores_them() {
    for (file, rows) in [
        ("forest-missing", with_holes(first_40("breast-cancer"))),
        ("extra-digits", first_40("digits-cnn")),
        ("forest-diabetes", first_40("diabetes")),
        ("extra-diabetes", first_40("diabetes")),
        ("forest-average", first_40("diabetes")),
    ] {
        let (found, _) = answers(&model(data(&format!("{file}.onnx"))), &rows);
        let expected = numbers(data(&format!("{file}.csv")));
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * b.abs().max(1.0);
        assert!(found.len() == expected.len() && found.iter().zip(&expected).all(near), "{file}");
    }
}

#[test]
fn a_forest_grown_anew_is_good_and_keeps_everything_else_of_the_file() {
    let [learnt, held] = divided("breast-cancer");
    let old = model(data("forest-missing.onnx"));
    let new = retrained(&old, &learnt, &Plan::default());
    let score = accuracy(&new, &held, &["benign", "malignant"]);
    assert!(score >= 0.93, "{score}");
    assert_eq!(probe(&new).details, ["a classifier", "100 trees"]);
    let rest = |model: &ModelProto| {
        let mut model = model.clone();
        let nodes = &mut model.graph.as_mut().unwrap().node;
        nodes
            .iter_mut()
            .filter(|node| node.op_type().starts_with("Tree"))
            .for_each(|node| node.attribute.clear());
        model
    };
    assert_eq!(rest(&new), rest(&old), "names, outputs and metadata survive");
    assert_eq!(new, retrained(&old, &learnt, &Plan::default()), "the same seed, the same bytes");
    assert_ne!(new, retrained(&old, &learnt, &Plan { seed: 1, ..Plan::default() }));

    let [learnt, held] = divided("digits-cnn");
    let new = retrained(&model(data("extra-digits.onnx")), &learnt, &Plan::default());
    let labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let score = accuracy(&new, &held, &labels);
    assert!(score >= 0.95, "{score}");
}

#[test]
fn numbers_are_averaged_as_the_file_averages_them() {
    let [learnt, held] = ["reference", "holdout"].map(|part| rows(sample(&format!("diabetes/{part}.csv"))));
    let plan = Plan { rounds: 60, ..Plan::default() };
    let parts = retrained(&model(data("forest-diabetes.onnx")), &learnt, &plan);
    let whole = retrained(&model(data("forest-average.onnx")), &learnt, &plan);
    let (found, averaged) = (answers(&parts, &held).0, answers(&whole, &held).0);
    assert!(found.iter().zip(&averaged).all(|(a, b)| (a - b).abs() < 1e-3));
    // The mean itself is off by about 77.
    let off = error(&parts, &held).sqrt();
    assert!(off < 62.0, "{off}");
    for (model, count) in [(&parts, 60), (&whole, 60)] {
        assert_eq!(probe(model).details[1], format!("{count} trees"));
    }
}

#[test]
fn a_decision_tree_stays_one_and_as_flat_as_it_was() {
    let [learnt, held] = divided("breast-cancer");
    let new = retrained(&model(data("decision-tree.onnx")), &learnt, &Plan::default());
    assert_eq!(probe(&new).details, ["a classifier", "1 tree"]);
    assert!(accuracy(&new, &held, &["benign", "malignant"]) >= 0.88);
    let nodes = crate::graph::ints(node(&new, "TreeEnsembleClassifier"), "nodes_nodeids").len();
    assert!(nodes <= 15, "{nodes}");
}

#[test]
fn what_a_forest_does_not_do_is_refused_and_cancelling_ends_it() {
    let old = model(data("forest.onnx"));
    let learnt = all_rows("breast-cancer");
    let refused =
        |plan: &Plan| train(&old, &schema(), &learnt, plan, &nobody(), &mut silent).unwrap_err().to_string();
    assert!(refused(&Plan { mode: Mode::Continue, ..Plan::default() }).contains("cannot be continued"));
    let trees = tidegate_core::run::Trees { patience: None, quantile: Some(0.5), ..Default::default() };
    assert!(refused(&Plan { trees, ..Plan::default() }).contains("`trees.quantile`"));
    let mut seen = 0;
    let ended = train(&old, &schema(), &learnt, &Plan::default(), &nobody(), &mut |progress| {
        seen = progress.step;
        assert!(progress.total == 100 && progress.loss.is_finite());
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(ended.unwrap_err().message.contains("cancelled") && seen == 2);
}
