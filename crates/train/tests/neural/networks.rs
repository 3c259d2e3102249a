//! Kinds of networks that learn to read digits from nothing: batch normalisation, recurrence, attention.

use tidegate_core::run::{Network, Plan};
use tidegate_onnx::{
    node::{float_tensor, int_tensor, node, of_int, of_ints, of_text},
    proto::{NodeProto, TensorProto},
};
use tidegate_train::{Trained, train};

use crate::{
    case::{launcher, spread},
    common::{rows, sample, silent},
    files::{accuracy, digits},
    reference::network,
};

fn weights(name: &str, dims: &[usize]) -> TensorProto {
    float_tensor(name, dims, &spread(dims.iter().product()))
}

/// Trains on the digits from new weights and says how many of others are read right.
fn learnt(nodes: Vec<NodeProto>, tensors: Vec<TensorProto>, rate: f64, rounds: u32) -> (f64, Trained) {
    let scale = node("Mul", &["x", "sixteenth"], &["scaled"], vec![]);
    let nodes = [vec![scale], nodes].concat();
    let tensors = [vec![float_tensor("sixteenth", &[], &[1.0 / 16.0])], tensors].concat();
    let mut file = network(nodes, tensors, &[1, 64], "z");
    // Any number of rows.
    let kind = file.graph.as_mut().unwrap().input[0].r#type.as_mut().unwrap();
    if let Some(tidegate_onnx::proto::type_proto::Value::TensorType(tensor)) = &mut kind.value {
        tensor.shape.as_mut().unwrap().dim[0].value = None;
    }
    let network = Network { learning_rate: rate, ..Network::default() };
    let plan = Plan { rounds, network, ..Plan::default() };
    let data = rows(sample("digits-cnn/reference.csv"));
    let trained = train(&file, &digits("z", true), &data, &plan, &launcher(), &mut silent).unwrap();
    (accuracy(&trained.bytes, &rows(sample("digits-cnn/holdout.csv")), &[64], 0), trained)
}

#[test]
fn batch_normalisation_learns_its_statistics_too() {
    let pads = || vec![of_ints("pads", &[1, 1, 1, 1])];
    let nodes = vec![
        node("Reshape", &["scaled", "image"], &["i"], vec![]),
        node("Conv", &["i", "c1"], &["h1"], pads()),
        node("BatchNormalization", &["h1", "s1", "t1", "m1", "v1"], &["n1"], vec![]),
        node("Relu", &["n1"], &["r1"], vec![]),
        node("Conv", &["r1", "c2"], &["h2"], pads()),
        node("BatchNormalization", &["h2", "s2", "t2", "m2", "v2"], &["n2"], vec![]),
        node("Add", &["n2", "n1"], &["joined"], vec![]),
        node("Relu", &["joined"], &["r2"], vec![]),
        node("GlobalAveragePool", &["r2"], &["g"], vec![]),
        node("Flatten", &["g"], &["f"], vec![]),
        node("Gemm", &["f", "w", "b"], &["z"], vec![of_int("transB", 1)]),
    ];
    let mut tensors = vec![
        int_tensor("image", &[4], &[-1, 1, 8, 8]),
        weights("c1", &[16, 1, 3, 3]),
        weights("c2", &[16, 16, 3, 3]),
        weights("w", &[10, 16]),
        weights("b", &[10]),
    ];
    for name in ["s1", "t1", "m1", "v1", "s2", "t2", "m2", "v2"] {
        tensors.push(float_tensor(name, &[16], &[1.0; 16]));
    }
    let (right, trained) = learnt(nodes, tensors, 1e-2, 12);
    assert!(right > 0.9, "{right}: {}", trained.summary);
    let new = tidegate_onnx::decode(&trained.bytes).unwrap();
    let held = |name: &str| {
        let graph = new.graph.as_ref().unwrap();
        tidegate_onnx::node::initializer(graph, name).and_then(tidegate_onnx::node::tensor_floats).unwrap()
    };
    assert!(held("m1").iter().all(|mean| *mean != 1.0) && held("v2").iter().all(|variance| *variance > 0.0));
}

#[test]
fn recurrence_reads_row_by_row() {
    for (kind, gates) in [("LSTM", 4), ("GRU", 3)] {
        let direction = vec![of_int("hidden_size", 24), of_text("direction", "forward")];
        let nodes = vec![
            node("Reshape", &["scaled", "lines"], &["l"], vec![]),
            node("Transpose", &["l"], &["steps"], vec![of_ints("perm", &[1, 0, 2])]),
            node(kind, &["steps", "w", "r", "b"], &["", "last"], direction),
            node("Squeeze", &["last", "first"], &["h"], vec![]),
            node("MatMul", &["h", "w2"], &["m"], vec![]),
            node("Add", &["m", "b2"], &["z"], vec![]),
        ];
        let tensors = vec![
            int_tensor("lines", &[3], &[-1, 8, 8]),
            int_tensor("first", &[1], &[0]),
            weights("w", &[1, gates * 24, 8]),
            weights("r", &[1, gates * 24, 24]),
            weights("b", &[1, 2 * gates * 24]),
            weights("w2", &[24, 10]),
            weights("b2", &[10]),
        ];
        let (right, trained) = learnt(nodes, tensors, 1e-2, 12);
        assert!(right > 0.85, "{kind} {right}: {}", trained.summary);
    }
}

/// One block of a transformer's encoder over the eight rows of a picture, with two heads.
#[test]
fn attention_learns() {
    let heads = |from: &str, to: &str| {
        let [split, turned] = [format!("{to}-split"), to.to_owned()];
        vec![
            node("Reshape", &[from, "heads"], &[&split], vec![]),
            node("Transpose", &[&split], &[&turned], vec![of_ints("perm", &[0, 2, 1, 3])]),
        ]
    };
    let mut nodes = vec![
        node("Reshape", &["scaled", "lines"], &["l"], vec![]),
        node("MatMul", &["l", "embed"], &["e"], vec![]),
        node("Add", &["e", "places"], &["t"], vec![]),
        node("LayerNormalization", &["t", "s1", "o1"], &["n"], vec![of_int("axis", -1)]),
        node("MatMul", &["n", "qkv"], &["all"], vec![]),
        node("Split", &["all", "thirds"], &["q", "k", "v"], vec![of_int("axis", -1)]),
    ];
    nodes.extend([heads("q", "qh"), heads("k", "kh"), heads("v", "vh")].concat());
    nodes.extend([
        node("Transpose", &["kh"], &["kt"], vec![of_ints("perm", &[0, 1, 3, 2])]),
        node("MatMul", &["qh", "kt"], &["scores"], vec![]),
        node("Mul", &["scores", "root"], &["scores2"], vec![]),
        node("Softmax", &["scores2"], &["attention"], vec![of_int("axis", -1)]),
        node("MatMul", &["attention", "vh"], &["mixed"], vec![]),
        node("Transpose", &["mixed"], &["back"], vec![of_ints("perm", &[0, 2, 1, 3])]),
        node("Reshape", &["back", "rows"], &["joined"], vec![]),
        node("MatMul", &["joined", "out"], &["projected"], vec![]),
        node("Add", &["projected", "t"], &["u"], vec![]),
        node("LayerNormalization", &["u", "s2", "o2"], &["n2"], vec![of_int("axis", -1)]),
        node("MatMul", &["n2", "up"], &["wide"], vec![]),
        node("Gelu", &["wide"], &["bent"], vec![]),
        node("MatMul", &["bent", "down"], &["narrow"], vec![]),
        node("Add", &["narrow", "u"], &["w"], vec![]),
        node("ReduceMean", &["w", "middle"], &["pooled"], vec![of_int("keepdims", 0)]),
        node("Gemm", &["pooled", "head", "bias"], &["z"], vec![]),
    ]);
    let tensors = vec![
        int_tensor("lines", &[3], &[-1, 8, 8]),
        int_tensor("heads", &[4], &[0, 8, 2, 8]),
        int_tensor("rows", &[3], &[0, 8, 16]),
        int_tensor("thirds", &[3], &[16, 16, 16]),
        int_tensor("middle", &[1], &[1]),
        float_tensor("root", &[], &[8.0_f32.sqrt().recip()]),
        float_tensor("places", &[1, 8, 16], &spread(128)),
        float_tensor("s1", &[16], &[1.0; 16]),
        float_tensor("o1", &[16], &[0.0; 16]),
        float_tensor("s2", &[16], &[1.0; 16]),
        float_tensor("o2", &[16], &[0.0; 16]),
        weights("embed", &[8, 16]),
        weights("qkv", &[16, 48]),
        weights("out", &[16, 16]),
        weights("up", &[16, 32]),
        weights("down", &[32, 16]),
        weights("head", &[16, 10]),
        weights("bias", &[10]),
    ];
    let (right, trained) = learnt(nodes, tensors, 5e-3, 25);
    assert!(right > 0.9, "{right}: {}", trained.summary);
    assert!(trained.summary.starts_with("neural network, 2"), "places are no weights: {}", trained.summary);
}
