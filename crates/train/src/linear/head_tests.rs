use tidegate_core::{run::Plan, schema::Truth};
use tidegate_onnx::{
    node::{of_float, of_int, of_ints, of_text},
    proto::{AttributeProto, ModelProto},
};

use super::*;
use crate::{
    Dataset, Trainer,
    common::{
        graph::{built, of_floats, op, tensor},
        nobody, silent,
    },
    probe, train,
};

/// Rows of two columns in two or three classes around different centres.
fn rows(classes: usize) -> Dataset {
    let noise = |i: usize| ((i * 7919) % 101) as f32 / 50.0 - 1.0;
    let row = |i: usize| [noise(i) + (i % classes) as f32, 2.0 * noise(3 * i + 1) - (i % classes) as f32];
    Dataset {
        features: vec!["a".into(), "b".into()],
        x: (0..60).flat_map(row).collect(),
        truth: (0..60).map(|i| Truth::Number((i % classes) as f64)).collect(),
        weight: vec![1.0; 60],
        ..Dataset::default()
    }
}

fn fitted(model: &ModelProto, data: &Dataset, labels: usize) -> Coefficients {
    assert_eq!(probe(model).trainer, Some(Trainer::Linear), "{}", probe(model).summary);
    let schema = Schema { labels: (0..labels).map(|label| label.to_string()).collect(), ..Schema::default() };
    let bytes = train(model, &schema, data, &Plan::default(), &nobody(), &mut silent).unwrap().bytes;
    let graph = tidegate_onnx::decode(&bytes).unwrap().graph.unwrap();
    Head::of(&graph, 0).unwrap().read(&graph, 2).unwrap()
}

fn classifier(classes: &[i64], rows: usize, transform: &str) -> ModelProto {
    let attributes = vec![
        of_ints("classlabels_ints", classes),
        of_floats("coefficients", &vec![0.5; rows * 2]),
        of_floats("intercepts", &vec![0.0; rows]),
        of_text("post_transform", transform),
    ];
    built(vec![op("LinearClassifier", &["x"], "label", attributes)], vec![])
}

/// Dense layers over two columns: the weights as (inputs, outputs), then a bias.
fn dense(operator: &str, outputs: i64, activation: Option<&str>, extra: Vec<AttributeProto>) -> ModelProto {
    let swapped = extra.iter().any(|attribute| attribute.name() == "transB");
    let weights = vec![0.1; 2 * outputs as usize];
    let dims = if swapped { [outputs, 2] } else { [2, outputs] };
    let constants = vec![
        tensor("w", &dims, &weights, swapped),
        tensor("b", &[outputs], &weights[..outputs as usize], !swapped),
    ];
    let mut nodes = match operator {
        "Gemm" => vec![op("Gemm", &["x", "w", "b"], "z", extra)],
        _ => vec![op("MatMul", &["x", "w"], "p", extra), op("Add", &["p", "b"], "z", vec![])],
    };
    nodes.extend(activation.map(|activation| op(activation, &["z"], "y", vec![])));
    built(nodes, constants)
}

fn close(a: &Coefficients, b: &Coefficients) -> bool {
    let values = |c: &Coefficients| [&c.weights[..], &c.intercepts].concat();
    values(a).iter().zip(values(b)).all(|(a, b)| (a - b).abs() < 1e-5) && a.weights.len() == b.weights.len()
}

#[test]
fn every_form_of_a_binary_model_gets_the_same_fit() {
    let data = rows(2);
    let expected = fitted(&classifier(&[0, 1], 1, "LOGISTIC"), &data, 0);
    assert!(expected.weights[0] > 0.5);
    for (name, model) in [
        ("two rows", classifier(&[0, 1], 2, "LOGISTIC")),
        ("two rows under a softmax", classifier(&[0, 1], 2, "SOFTMAX")),
        ("scores", classifier(&[0, 1], 1, "NONE")),
        ("sigmoid", dense("MatMul", 1, Some("Sigmoid"), vec![])),
        ("softmax", dense("Gemm", 2, Some("Softmax"), vec![of_int("transB", 1)])),
        ("logits", dense("Gemm", 2, None, vec![])),
    ] {
        let found = fitted(&model, &data, 2);
        assert!(close(&found, &expected), "{name}: {found:?} {expected:?}");
    }
}

#[test]
fn every_form_of_a_model_of_three_classes_gets_the_same_fit() {
    let data = rows(3);
    let expected = fitted(&classifier(&[0, 1, 2], 3, "SOFTMAX"), &data, 0);
    for (name, model) in [
        ("scores", classifier(&[0, 1, 2], 3, "NONE")),
        ("rows are inputs", dense("MatMul", 3, Some("Softmax"), vec![])),
        ("rows are outputs", dense("Gemm", 3, Some("Softmax"), vec![of_int("transB", 1)])),
    ] {
        assert!(close(&fitted(&model, &data, 3), &expected), "{name}");
    }
    let rest = fitted(&classifier(&[0, 1, 2], 3, "LOGISTIC"), &data, 0);
    let mut only = data;
    only.truth
        .iter_mut()
        .for_each(|truth| *truth = Truth::Number(f64::from(u8::from(truth.number() == Some(2.0)))));
    let alone = fitted(&classifier(&[0, 1], 1, "LOGISTIC"), &only, 0);
    assert!((rest.weights[4] - alone.weights[0]).abs() < 1e-5, "one against the rest");
}

#[test]
fn one_output_without_activation_is_a_number() {
    let mut data = rows(2);
    data.truth = data.x.chunks(2).map(|row| Truth::Number(f64::from(3.0 * row[0] - row[1] + 5.0))).collect();
    let expected = Coefficients { weights: vec![3.0, -1.0], intercepts: vec![5.0] };
    let plan = Plan { l2: 0.0, ..Plan::default() };
    let regressor = op(
        "LinearRegressor",
        &["x"],
        "y",
        vec![of_floats("coefficients", &[0.0; 2]), of_floats("intercepts", &[0.0])],
    );
    for model in [built(vec![regressor], vec![]), dense("Gemm", 1, None, vec![])] {
        let trained = train(&model, &Schema::default(), &data, &plan, &nobody(), &mut silent).unwrap();
        let graph = tidegate_onnx::decode(&trained.bytes).unwrap().graph.unwrap();
        assert!(close(&Head::of(&graph, 0).unwrap().read(&graph, 2).unwrap(), &expected));
        assert!(trained.loss < 1e-9);
    }
}

#[test]
fn what_is_no_single_layer_is_refused_with_the_reason() {
    let reason = |model: ModelProto| probe(&model).summary;
    assert!(reason(dense("Gemm", 2, Some("Strange"), vec![])).ends_with("operator Strange"));
    assert!(reason(classifier(&[0, 1], 1, "PROBIT")).contains("PROBIT"));
    assert!(reason(classifier(&[0, 1, 2], 2, "SOFTMAX")).contains("2 intercepts"));
    let network = |model: ModelProto| probe(&model).trainer == Some(Trainer::NeuralNetwork);
    assert!(network(dense("Gemm", 2, Some("Relu"), vec![])), "not linear any more");
    assert!(network(dense("Gemm", 2, None, vec![of_float("alpha", 0.5)])));
    let machine = built(vec![op("SVMClassifier", &["x"], "label", vec![])], vec![]);
    assert_eq!(reason(machine), "cannot be retrained here: operator SVMClassifier");
    let strange = |index| op(&format!("Strange{index}"), &["x"], "y", vec![]);
    let probed = probe(&built((1..=9).map(strange).collect(), vec![]));
    assert!(probed.summary.ends_with("operator Strange6; and 3 more"), "{}", probed.summary);
    assert_eq!(probed.details.len(), 9);
    assert_eq!(
        probe(&classifier(&[0, 1], 1, "NONE")).details,
        ["a classifier", "its scores become log odds"]
    );
    assert!(reason(ModelProto::default()).contains("no graph"));
    let error = train(
        &dense("Gemm", 3, None, vec![]),
        &Schema::default(),
        &rows(3),
        &Plan::default(),
        &nobody(),
        &mut silent,
    );
    assert!(error.unwrap_err().message.contains("3 classes"));
}
