//! Retraining the linear sample: what changes in the file, what does not, and what is refused.

mod common;

use std::ops::ControlFlow;

use common::{data, divided, floats, model, nobody, node, rows, sample, schema, silent};
use tidegate_core::{
    Code,
    run::{Mode, Plan, Progress},
    schema::Truth,
};
use tidegate_onnx::proto::ModelProto;
use tidegate_train::{Dataset, Trainer, probe, train};

const MODEL: &str = "breast-cancer/model.onnx";
const REFERENCE: &str = "breast-cancer/reference.csv";

/// Share of rows whose label the scaler and the mirrored rows of a breast-cancer model get right.
fn accuracy(model: &ModelProto, data: &Dataset) -> f64 {
    let (scaler, linear) = (node(model, "Scaler"), node(model, "LinearClassifier"));
    let (offset, scale) = (floats(scaler, "offset"), floats(scaler, "scale"));
    let (weights, intercept) = (floats(linear, "coefficients"), floats(linear, "intercepts")[1]);
    let columns = data.features.len();
    let right = data.x.chunks(columns).zip(&data.truth).filter(|(row, truth)| {
        let part = |j: usize| (row[j] - offset[j]) * scale[j] * weights[columns + j];
        let score = intercept + (0..columns).map(part).sum::<f32>();
        (score > 0.0) == (truth.class() == "malignant")
    });
    right.count() as f64 / data.rows() as f64
}

#[test]
fn the_sample_is_recognised() {
    let probed = probe(&model(sample(MODEL)));
    assert_eq!(probed.trainer, Some(Trainer::Linear));
    assert_eq!(probed.summary, "can be retrained: linear model, continue or full");
}

#[test]
fn a_full_fit_on_its_own_data_gives_the_model_back() {
    let (old, data) = (model(sample(MODEL)), rows(sample(REFERENCE)));
    let mut steps: Vec<Progress> = Vec::new();
    let trained = train(&old, &schema(), &data, &Plan::default(), &nobody(), &mut |progress| {
        steps.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    let new = tidegate_onnx::decode(&trained.bytes).unwrap();
    for (operator, name) in [
        ("Scaler", "offset"),
        ("Scaler", "scale"),
        ("LinearClassifier", "coefficients"),
        ("LinearClassifier", "intercepts"),
    ] {
        let pairs = floats(node(&old, operator), name).into_iter().zip(floats(node(&new, operator), name));
        // scikit-learn stops at a gradient of 1e-4.
        assert!(
            pairs.clone().all(|(a, b)| (a - b).abs() < 0.02 * a.abs().max(1.0)),
            "{name}: {:?}",
            pairs.collect::<Vec<_>>()
        );
    }
    assert!(accuracy(&new, &rows(sample("breast-cancer/holdout.csv"))) > 0.95);
    assert!(steps.iter().zip(1..).all(|(progress, step)| progress.step == step && step <= progress.total));
    assert!(steps.first().unwrap().loss > steps.last().unwrap().loss);
    assert!(steps[0].held_out_loss.is_some() && trained.held_out_loss.unwrap() < 0.2);
    assert_eq!(steps.last().unwrap().step, trained.rounds);
}

#[test]
fn ten_digits_give_the_reference_weights_from_file_to_file() {
    let [learnt, _] = divided("digits-cnn");
    let plan = Plan { rounds: 300, ..Plan::default() };
    let trained =
        train(&model(data("logistic-digits.onnx")), &schema(), &learnt, &plan, &nobody(), &mut silent)
            .unwrap();
    let new = tidegate_onnx::decode(&trained.bytes).unwrap();
    let weights = floats(node(&new, "LinearClassifier"), "coefficients");
    let norm = weights.iter().map(|weight| f64::from(*weight).powi(2)).sum::<f64>().sqrt();
    assert!((norm - 10.2268).abs() < 1e-4, "{norm}");
    assert!(trained.summary.ends_with("converged"), "{}", trained.summary);
    let short = Plan { rounds: 3, ..plan };
    let trained = train(&new, &schema(), &learnt, &short, &nobody(), &mut silent).unwrap();
    assert!(trained.rounds == 6 && trained.summary.contains("not converged"), "{}", trained.summary);
}

#[test]
fn only_the_weights_of_the_file_change() {
    let (old, data) = (model(sample(MODEL)), rows(sample(REFERENCE)));
    let plan = Plan { mode: Mode::Continue, rounds: 5, ..Plan::default() };
    let first = train(&old, &schema(), &data, &plan, &nobody(), &mut silent).unwrap();
    assert_eq!(
        first,
        train(&old, &schema(), &data, &plan, &nobody(), &mut silent).unwrap(),
        "the same seed, the same bytes"
    );
    let mut new = tidegate_onnx::decode(&first.bytes).unwrap();
    assert_ne!(new, old);
    let graph = new.graph.as_mut().unwrap();
    let place = graph.node.iter().position(|node| node.op_type() == "LinearClassifier").unwrap();
    graph.node[place] = node(&old, "LinearClassifier").clone();
    assert_eq!(new, old);
}

#[test]
fn continuing_stays_near_the_old_weights_the_more_it_is_told_to() {
    let (old, mut data) = (model(sample(MODEL)), rows(sample(REFERENCE)));
    data.truth.iter_mut().for_each(|truth| {
        *truth = Truth::Class(if truth.class() == "benign" { "malignant" } else { "benign" }.into())
    });
    let moved = |l2: f64| {
        let plan = Plan { mode: Mode::Continue, l2, ..Plan::default() };
        let new = tidegate_onnx::decode(
            &train(&old, &schema(), &data, &plan, &nobody(), &mut silent).unwrap().bytes,
        )
        .unwrap();
        let weights = |model| floats(node(model, "LinearClassifier"), "coefficients");
        weights(&old).iter().zip(weights(&new)).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    assert!(moved(1.0) > 2.0);
    assert!(moved(1e6) < 0.01);
}

#[test]
fn cancelling_ends_in_an_error_and_leaves_the_model_alone() {
    let (old, data) = (model(sample(MODEL)), rows(sample(REFERENCE)));
    let error = train(&old, &schema(), &data, &Plan::default(), &nobody(), &mut |_| ControlFlow::Break(()))
        .unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    assert!(error.message.contains("cancelled"));
    assert_eq!(old, model(sample(MODEL)));
}

#[test]
fn what_cannot_be_learnt_from_is_named() {
    let (old, data) = (model(sample(MODEL)), rows(sample(REFERENCE)));
    let refused = |data: &Dataset, plan: &Plan| {
        train(&old, &schema(), data, plan, &nobody(), &mut silent).unwrap_err().to_string()
    };
    let mut strange = data.clone();
    strange.truth[3] = Truth::Class("unclear".into());
    assert!(refused(&strange, &Plan::default()).contains("`unclear`"));
    let mut holed = data.clone();
    holed.x[30 * 7 + 2] = f32::NAN;
    assert!(refused(&holed, &Plan::default()).contains("row 7"));
    let mut narrow = data.clone();
    narrow.features.truncate(29);
    narrow.x = data.x.chunks(30).flat_map(|row| &row[..29]).copied().collect();
    assert!(refused(&narrow, &Plan::default()).contains("29 columns"));
    assert!(refused(&data, &Plan { rounds: 0, ..Plan::default() }).contains("`rounds`"));
    assert!(refused(&data, &Plan { l2: f64::NAN, ..Plan::default() }).contains("`l2`"));
}
