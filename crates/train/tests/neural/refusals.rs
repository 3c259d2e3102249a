//! What can't be trained, and the reason that is given.

use tidegate_core::{
    Code, ElementType,
    run::{Network, Plan},
};
use tidegate_onnx::{
    data_type,
    node::{float_tensor, node, of_int},
    proto::{ModelProto, NodeProto, TensorProto},
};
use tidegate_train::{Trainer, probe, train};

use crate::{
    case::{launcher, spread},
    common::{data, model, nobody, rows, sample, silent},
    files::digits,
    reference::network,
};

fn file(nodes: Vec<NodeProto>, tensors: Vec<TensorProto>) -> ModelProto {
    network(nodes, tensors, &[1, 4], "y")
}

fn two_layers(between: NodeProto) -> ModelProto {
    let weights = |name: &str| float_tensor(name, &[4, 4], &spread(16));
    let nodes = vec![
        node("MatMul", &["x", "w1"], &["a"], vec![]),
        between,
        node("MatMul", &["b", "w2"], &["y"], vec![]),
    ];
    file(nodes, vec![weights("w1"), weights("w2")])
}

#[test]
fn operators_without_a_rule_are_named_with_their_nodes() {
    let named = |kind: &str, name: &str| NodeProto {
        name: Some(name.into()),
        ..node(kind, &["a"], &["b"], vec![of_int("axis", 1)])
    };
    assert_eq!(
        probe(&two_layers(named("Hardmax", "pick"))).summary,
        "cannot be retrained here: operator Hardmax (node `pick`)"
    );
    let foreign = NodeProto { domain: Some("com.example".into()), ..named("Magic", "") };
    let probed = probe(&two_layers(foreign));
    assert_eq!(probed.details, ["operator com.example.Magic"]);
    let lstm = NodeProto {
        name: Some("cell".into()),
        ..node("LSTM", &["a", "w1", "w2"], &["b"], vec![of_int("layout", 1)])
    };
    let probed = probe(&two_layers(lstm));
    assert_eq!(probed.details, ["operator LSTM (node `cell`): rows before steps (layout 1)"]);
    // Before the first weights anything may stand.
    let mut fine = two_layers(node("Relu", &["a"], &["b"], vec![]));
    let graph = fine.graph.as_mut().unwrap();
    graph.node[0].input[0] = "first".into();
    graph.node.insert(0, node("Hardmax", &["x"], &["first"], vec![]));
    assert_eq!(probe(&fine).trainer, Some(Trainer::NeuralNetwork));
}

#[test]
fn weights_that_are_rounded_or_elsewhere_are_refused() {
    let mut half = two_layers(node("Relu", &["a"], &["b"], vec![]));
    let tensor = &mut half.graph.as_mut().unwrap().initializer[1];
    tensor.data_type = Some(data_type(ElementType::F16));
    assert!(probe(&half).summary.contains("weights `w2` are float16"), "{}", probe(&half).summary);
    let mut outside = two_layers(node("Relu", &["a"], &["b"], vec![]));
    let tensor = &mut outside.graph.as_mut().unwrap().initializer[0];
    tensor.external_data.push(Default::default());
    assert!(probe(&outside).summary.contains("weights `w1` lie outside the file"));
    let quantised = file(
        vec![
            node("DequantizeLinear", &["q", "s"], &["w"], vec![]),
            node("MatMul", &["x", "w"], &["y"], vec![]),
        ],
        vec![float_tensor("s", &[], &[0.1])],
    );
    let probed = probe(&quantised);
    assert_eq!(probed.trainer, None);
    assert!(probed.summary.contains("quantised (DequantizeLinear)"), "{}", probed.summary);
    assert!(probe(&two_layers(node("Relu", &["a"], &["b"], vec![]))).trainer.is_some());
}

#[test]
fn what_a_plan_gets_wrong_is_named() {
    let (file, rows) = (model(data("mlp-digits.onnx")), rows(sample("digits-cnn/holdout.csv")));
    let schema = digits("probabilities", false);
    let refused = |network: Network| {
        let plan = Plan { network, ..Plan::default() };
        train(&file, &schema, &rows, &plan, &nobody(), &mut silent).unwrap_err().message
    };
    assert!(refused(Network { batch: 0, ..Network::default() }).contains("`network.batch`"));
    assert!(refused(Network { distil: 2.0, ..Network::default() }).contains("`network.distil`"));
    assert!(refused(Network { freeze: vec![String::new()], ..Network::default() }).contains("frozen"));
    let error = train(&file, &schema, &rows, &Plan::default(), &nobody(), &mut silent).unwrap_err();
    assert_eq!(error.code, Code::Internal, "{error}");
}

#[test]
fn a_row_without_an_answer_is_named() {
    let (file, mut rows) = (model(data("mlp-digits.onnx")), rows(sample("digits-cnn/holdout.csv")));
    rows.x[64 * 5 + 3] = f32::NAN;
    let schema = digits("probabilities", false);
    let error = train(&file, &schema, &rows, &Plan::default(), &launcher(), &mut silent).unwrap_err();
    assert!(error.message.contains("row 5"), "{error}");
    let mut few = digits("probabilities", false);
    few.labels.pop();
    rows.x[64 * 5 + 3] = 0.0;
    let error = train(&file, &few, &rows, &Plan::default(), &launcher(), &mut silent).unwrap_err();
    assert!(error.message.contains("10 classes"), "{error}");
}
