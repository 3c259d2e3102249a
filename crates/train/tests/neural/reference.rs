//! The values that torch gives in double precision for two small networks on 64 digits: losses, gradients, and the
//! losses after steps of AdamW.

use std::ops::ControlFlow;

use tidegate_core::{
    run::{Mode, Network, Plan, Schedule},
    schema::{Answer, Schema, Task},
};
use tidegate_onnx::{
    node::{float_tensor, node, of_int, of_ints},
    proto::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto},
    training::{Facts, Loss, TrainingGraph, expose, parameters, training_graph},
};
use tidegate_train::{Dataset, train};

use crate::{
    case::{floats, launcher, open, run, tensor},
    common, layers,
};

/// Weight i is s sin(0.7 i + k).
fn waves(name: &str, dims: &[usize], s: f64, k: f64) -> TensorProto {
    let count = dims.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|i| (s * (0.7 * i as f64 + k).sin()) as f32).collect();
    float_tensor(name, dims, &values)
}

pub fn network(node: Vec<NodeProto>, initializer: Vec<TensorProto>, x: &[usize], output: &str) -> ModelProto {
    let graph = GraphProto {
        name: Some("network".into()),
        node,
        initializer,
        input: vec![layers::declared("x", x)],
        output: vec![layers::undeclared(output)],
        ..Default::default()
    };
    let opset = OperatorSetIdProto { domain: Some(String::new()), version: Some(20) };
    ModelProto { ir_version: Some(8), graph: Some(graph), opset_import: vec![opset], ..Default::default() }
}

/// For so many rows at once.
fn mlp(rows: usize) -> ModelProto {
    let dense = |inputs: &[&str], output: &str| node("Gemm", inputs, &[output], vec![of_int("transB", 1)]);
    let nodes = vec![
        dense(&["x", "w1", "b1"], "h"),
        node("Relu", &["h"], &["r"], vec![]),
        dense(&["r", "w2", "b2"], "z"),
    ];
    let weights = vec![
        waves("w1", &[128, 64], 0.1, 0.1),
        waves("b1", &[128], 0.05, 0.2),
        waves("w2", &[10, 128], 0.1, 0.3),
        waves("b2", &[10], 0.05, 0.4),
    ];
    network(nodes, weights, &[rows, 64], "z")
}

fn cnn() -> ModelProto {
    let pads = || vec![of_ints("pads", &[1, 1, 1, 1])];
    let pool = || vec![of_ints("kernel_shape", &[2, 2]), of_ints("strides", &[2, 2])];
    let nodes = vec![
        node("Conv", &["x", "c1", "b1"], &["h1"], pads()),
        node("Relu", &["h1"], &["r1"], vec![]),
        node("MaxPool", &["r1"], &["p1"], pool()),
        node("Conv", &["p1", "c2", "b2"], &["h2"], pads()),
        node("Relu", &["h2"], &["r2"], vec![]),
        node("MaxPool", &["r2"], &["p2"], pool()),
        node("Flatten", &["p2"], &["f"], vec![]),
        node("Gemm", &["f", "w", "b"], &["z"], vec![of_int("transB", 1)]),
    ];
    let weights = vec![
        waves("c1", &[8, 1, 3, 3], 0.3, 0.1),
        waves("b1", &[8], 0.05, 0.2),
        waves("c2", &[12, 8, 3, 3], 0.15, 0.3),
        waves("b2", &[12], 0.05, 0.4),
        waves("w", &[10, 48], 0.2, 0.5),
        waves("b", &[10], 0.05, 0.6),
    ];
    network(nodes, weights, &[64, 1, 8, 8], "z")
}

pub fn digits() -> Schema {
    Schema {
        task: Task::Classification,
        labels: (0..10).map(|digit| digit.to_string()).collect(),
        answer: Answer { scores: Some("z".into()), logits: true, ..Answer::default() },
        ..Schema::default()
    }
}

/// The first 64 digits, pixels from 0 to 1.
fn sixty_four() -> Dataset {
    let mut data = common::rows(common::data("digits-64.csv"));
    data.x.iter_mut().for_each(|pixel| *pixel /= 16.0);
    data
}

/// Loss and norm of each parameter's gradient at the start.
fn start(model: &ModelProto, dims: &[usize]) -> (f32, Vec<f64>) {
    let data = sixty_four();
    let x = tensor("x", dims, &data.x);
    let found = run(&mut open(&expose(model)), vec![x.clone()]);
    let facts = Facts::of(model, &[vec![x.clone()], found].concat());
    let (trained, obstacles) = parameters(model.graph.as_ref().unwrap());
    assert!(obstacles.is_empty());
    let graph = training_graph(model, &facts, "z", &trained, &[], Loss::CrossEntropy).unwrap();
    let tensors = &model.graph.as_ref().unwrap().initializer;
    let flat: Vec<f32> = trained
        .iter()
        .flat_map(|parameter| {
            let tensor = tensors.iter().find(|tensor| tensor.name() == parameter.name).unwrap();
            tidegate_onnx::node::tensor_floats(tensor).unwrap()
        })
        .collect();
    let classes: Vec<f32> = data
        .truth
        .iter()
        .flat_map(|truth| {
            (0..10).map(move |digit| f32::from(u8::from(truth.number() == Some(f64::from(digit)))))
        })
        .collect();
    let given = vec![
        x,
        tensor(TrainingGraph::PARAMETERS, &[flat.len()], &flat),
        tensor(TrainingGraph::TARGET, &[64, 10], &classes),
        tensor(TrainingGraph::WEIGHT, &[64], &[1.0 / 64.0; 64]),
    ];
    let found = run(&mut open(&graph.model), given);
    let mut gradient = &floats(&found[1])[..];
    let mut norms = Vec::new();
    for parameter in &trained {
        let (own, rest) = gradient.split_at(parameter.elements());
        norms.push(own.iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt());
        gradient = rest;
    }
    (floats(&found[0])[0], norms)
}

/// Losses after so many steps of AdamW on all 64 rows at once.
fn after(model: &ModelProto, steps: [usize; 3]) -> [f64; 3] {
    let network = Network {
        batch: 64,
        weight_decay: 0.0,
        schedule: Schedule::Constant,
        clip: None,
        patience: None,
        ..Network::default()
    };
    let plan = Plan { mode: Mode::Continue, rounds: 51, network, ..Plan::default() };
    let mut losses = Vec::new();
    train(model, &digits(), &sixty_four(), &plan, &launcher(), &mut |progress| {
        losses.push(progress.loss);
        ControlFlow::Continue(())
    })
    .unwrap();
    // The loss of a step is that of the weights before it.
    steps.map(|step| losses[step])
}

fn near(found: &[f64], expected: &[f64], by: f64) {
    assert_eq!(found.len(), expected.len());
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < by);
    assert!(close, "{found:?}, torch says {expected:?}");
}

#[test]
fn a_multilayer_perceptron_as_torch_trains_it() {
    let (loss, norms) = start(&mlp(64), &[64, 64]);
    near(&[f64::from(loss)], &[2.3196148], 1e-6);
    near(&norms, &[0.4486756, 0.1122372, 0.4743733, 0.0784463], 2e-6);
    near(&after(&mlp(64), [1, 10, 50]), &[2.2812067, 1.9927989, 1.0421222], 2e-5);
}

/// A file that takes one row at a time learns the same from as many runs a step.
#[test]
fn gradients_are_gathered_where_a_file_takes_few_rows_at_once() {
    for rows in [1, 24] {
        near(&after(&mlp(rows), [1, 10, 50]), &[2.2812067, 1.9927989, 1.0421222], 2e-5);
    }
}

#[test]
fn a_convolutional_network_as_torch_trains_it() {
    let (loss, norms) = start(&cnn(), &[64, 1, 8, 8]);
    near(&[f64::from(loss)], &[2.2839824], 1e-6);
    near(&norms, &[0.0238597, 0.0133787, 0.3447237, 0.0770378, 0.4933896, 0.0570643], 2e-6);
    near(&after(&cnn(), [1, 10, 50]), &[2.2674101, 2.1215791, 1.5701936], 2e-5);
}
