//! Networks with several inputs: columns are found by name, whole numbers go to an embedding.

use tidegate_core::{
    ElementType,
    run::{Network, Plan, Schedule},
    schema::{Answer, Feature, FeatureKind, Schema, Task, Truth},
};
use tidegate_onnx::{
    data_type,
    node::{float_tensor, node, of_int},
    proto::{ModelProto, type_proto},
};
use tidegate_train::{Dataset, train};

use crate::{
    case::{launcher, spread},
    common::silent,
    layers,
    reference::network,
};

const CITIES: usize = 5;

/// A number and an embedded city, joined by one layer.
fn model() -> ModelProto {
    let nodes = vec![
        node("Gather", &["table", "city"], &["place"], vec![]),
        node("Concat", &["x", "place"], &["all"], vec![of_int("axis", 1)]),
        node("Gemm", &["all", "w", "b"], &["y"], vec![]),
    ];
    let tensors = vec![
        float_tensor("table", &[CITIES, 3], &spread(CITIES * 3)),
        float_tensor("w", &[4, 1], &spread(4)),
        float_tensor("b", &[1], &[0.1]),
    ];
    let mut model = network(nodes, tensors, &[8, 1], "y");
    let graph = model.graph.as_mut().unwrap();
    let mut city = layers::declared("city", &[8]);
    if let Some(type_proto::Value::TensorType(tensor)) = &mut city.r#type.as_mut().unwrap().value {
        tensor.elem_type = Some(data_type(ElementType::I64));
    }
    graph.input.push(city);
    model
}

fn schema() -> Schema {
    let feature = |name: &str, input: &str, kind| Feature {
        name: name.into(),
        input: input.into(),
        column: None,
        kind,
    };
    Schema {
        task: Task::Regression,
        features: vec![
            feature("size", "x", FeatureKind::Numeric),
            feature("town", "city", FeatureKind::Integer),
        ],
        answer: Answer { value: Some("y".into()), ..Answer::default() },
        ..Schema::default()
    }
}

/// Twice the size, and something for each town.
fn rows() -> Dataset {
    let rows = 240;
    let sizes = spread(rows);
    let town = |row: usize| row * 7 % CITIES;
    let worth = [3.0, -1.0, 0.5, 2.0, -2.0];
    Dataset {
        features: vec!["town".into(), "other".into(), "size".into()],
        x: (0..rows).flat_map(|row| [town(row) as f32, 99.0, sizes[row]]).collect(),
        truth: (0..rows).map(|row| Truth::Number(2.0 * f64::from(sizes[row]) + worth[town(row)])).collect(),
        weight: vec![1.0; rows],
        ..Dataset::default()
    }
}

#[test]
fn columns_find_their_inputs_and_embeddings_learn() {
    let network = Network {
        learning_rate: 0.03,
        weight_decay: 0.0,
        schedule: Schedule::Cosine,
        patience: None,
        ..Network::default()
    };
    let plan = Plan { rounds: 60, network, ..Plan::default() };
    let trained = train(&model(), &schema(), &rows(), &plan, &launcher(), &mut silent).unwrap();
    assert!(trained.held_out_loss.unwrap() < 0.01, "{:?}: {}", trained.held_out_loss, trained.summary);
    assert!(trained.summary.contains("20 numbers"), "table, weights and bias: {}", trained.summary);
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let mut rows = rows();
    rows.features[2] = "height".into();
    let error = train(&model(), &schema(), &rows, &Plan::default(), &launcher(), &mut silent).unwrap_err();
    assert!(error.message.contains("no column `size`"), "{error}");
    let error =
        train(&model(), &Schema::default(), &rows, &Plan::default(), &launcher(), &mut silent).unwrap_err();
    assert!(error.message.contains("several inputs"), "{error}");
}
