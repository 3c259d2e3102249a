//! What is found in graphs without running them.

use super::*;
use crate::{
    node::{float_tensor, initializer, int_tensor, node, of_int, of_ints},
    proto::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto},
};

fn graph(node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> GraphProto {
    let named = |name: &str| vec![ValueInfoProto { name: Some(name.into()), ..Default::default() }];
    GraphProto { node, initializer, input: named("x"), output: named("y"), ..Default::default() }
}

fn model(opset: i64, graph: GraphProto) -> ModelProto {
    let opset = OperatorSetIdProto { domain: None, version: Some(opset) };
    ModelProto { graph: Some(graph), opset_import: vec![opset], ..Default::default() }
}

fn floats(name: &str, dims: &[usize]) -> TensorProto {
    float_tensor(name, dims, &vec![0.5; dims.iter().product()])
}

#[test]
fn networks_are_cut_before_their_last_activation() {
    let at = |nodes: Vec<NodeProto>| cut(&graph(nodes, vec![]), "y");
    let of = |value: &str, ending| Cut { value: value.into(), ending };
    let one = |kind: &str, from: &str, to: &str| node(kind, &[from], &[to], vec![]);
    assert_eq!(at(vec![one("Softmax", "z", "y")]), of("z", Ending::Softmax));
    assert_eq!(at(vec![one("LogSoftmax", "z", "p"), one("Identity", "p", "y")]), of("z", Ending::Softmax));
    assert_eq!(at(vec![one("Sigmoid", "z", "p"), one("Flatten", "p", "y")]), of("z", Ending::Sigmoid));
    assert_eq!(at(vec![one("Relu", "z", "p"), one("Flatten", "p", "y")]), of("y", Ending::Open));
    let mirrored = vec![
        one("Sigmoid", "z", "p"),
        node("Sub", &["one", "p"], &["q"], vec![]),
        node("Concat", &["q", "p"], &["both"], vec![of_int("axis", 1)]),
        one("ZipMap", "both", "y"),
    ];
    assert_eq!(at(mirrored), of("z", Ending::Sigmoid));
}

#[test]
fn weights_biases_and_scales_are_parameters_and_constants_are_not() {
    let nodes = vec![
        node("Sub", &["x", "mean"], &["c"], vec![]),
        node("Transpose", &["w1"], &["w1t"], vec![]),
        node("MatMul", &["c", "w1t"], &["h"], vec![]),
        node("Add", &["b1", "h"], &["i"], vec![]),
        node("Mul", &["i", "half"], &["j"], vec![]),
        node("Add", &["j", "mask"], &["k"], vec![]),
        node("BatchNormalization", &["k", "s", "t", "m", "v"], &["n"], vec![]),
        node("Mul", &["n", "gain"], &["o"], vec![]),
        node("Gemm", &["o", "w2", "b2"], &["y"], vec![of_int("transB", 1)]),
    ];
    let tensors = vec![
        floats("mean", &[4]),
        floats("w1", &[3, 4]),
        floats("b1", &[3]),
        floats("half", &[]),
        floats("mask", &[3, 3]),
        floats("s", &[3]),
        floats("t", &[3]),
        floats("m", &[3]),
        floats("v", &[3]),
        floats("gain", &[1, 3]),
        floats("w2", &[1, 3]),
        floats("b2", &[1]),
    ];
    let graph = graph(nodes, tensors);
    let (found, obstacles) = parameters(&graph);
    assert!(obstacles.is_empty(), "{obstacles:?}");
    let told: Vec<(&str, Role, usize)> = found.iter().map(|p| (p.name.as_str(), p.role, p.layer)).collect();
    let expected = [
        ("w1", Role::Weight { fan_in: 3 }, 1),
        ("b1", Role::Shift, 1),
        ("s", Role::Scale, 2),
        ("t", Role::Shift, 2),
        ("gain", Role::Scale, 2),
        ("w2", Role::Weight { fan_in: 3 }, 3),
        ("b2", Role::Shift, 3),
    ];
    assert_eq!(told, expected);
    assert_eq!(running_statistics(&graph), ["m", "v"]);
    let names: Vec<String> = found.into_iter().map(|parameter| parameter.name).collect();
    assert!(super::obstacles(&graph, "y", &names).is_empty());
}

#[test]
fn a_softmax_of_an_old_opset_is_still_found_at_the_end() {
    let old = model(11, graph(vec![node("Softmax", &["z"], &["y"], vec![])], vec![]));
    let new = normalise(&old).unwrap();
    let found = cut(new.graph.as_ref().unwrap(), "y");
    assert_eq!((found.ending, found.value.as_str()), (Ending::Softmax, "tidegate/rows-of/y"));
}

#[test]
fn old_forms_are_written_anew_and_the_rest_is_left_out() {
    let constant = node("Constant", &[], &["two"], vec![crate::node::of_float("value_float", 2.0)]);
    let nodes = vec![
        constant,
        node("Mul", &["x", "two"], &["a"], vec![]),
        node("ReduceMean", &["a"], &["y"], vec![of_ints("axes", &[1])]),
        node("Dropout", &["a"], &["unused"], vec![]),
    ];
    let mut old = graph(nodes, vec![int_tensor("x0", &[1], &[3])]);
    old.input.push(ValueInfoProto { name: Some("x0".into()), ..Default::default() });
    let new = normalise(&model(11, old.clone())).unwrap();
    assert_eq!(new.opset_import[0].version, Some(18));
    let new = prune(&new, &["y"]);
    let graph = new.graph.as_ref().unwrap();
    assert_eq!(graph.node.iter().map(|node| node.op_type()).collect::<Vec<_>>(), ["Mul", "ReduceMean"]);
    assert_eq!(graph.node[1].input.len(), 2, "the axes are an input now");
    assert!(initializer(graph, "two").is_some() && initializer(graph, "x0").is_none());
    assert_eq!(graph.input.len(), 1);
    let error = normalise(&model(6, old)).unwrap_err();
    assert!(error.message.contains("older than 7"), "{error}");
}

#[test]
fn the_way_is_blocked_only_where_gradients_have_to_pass() {
    let nodes = vec![
        node("MatMul", &["x", "w"], &["h"], vec![]),
        node("Shape", &["h"], &["s"], vec![]),
        node("NonZero", &["s"], &["t"], vec![]),
        NodeProto { name: Some("rounded".into()), ..node("Round", &["h"], &["r"], vec![]) },
        node("Reshape", &["r", "t"], &["y"], vec![]),
    ];
    let graph = graph(nodes, vec![floats("w", &[2, 2])]);
    assert_eq!(obstacles(&graph, "y", &["w".into()]), ["operator Round (node `rounded`)"]);
    assert!(obstacles(&graph, "h", &["w".into()]).is_empty());
}
