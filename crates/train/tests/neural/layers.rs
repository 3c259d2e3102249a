//! Normalisations.

use tidegate_onnx::{
    node::{of_float, of_int},
    proto::{
        TensorShapeProto, TypeProto, ValueInfoProto,
        tensor_shape_proto::{Dimension, dimension},
        type_proto,
    },
};

use crate::{Case, positive};

pub fn undeclared(name: &str) -> ValueInfoProto {
    ValueInfoProto { name: Some(name.into()), ..Default::default() }
}

pub fn declared(name: &str, dims: &[usize]) -> ValueInfoProto {
    let fixed = |dim: &usize| Dimension {
        value: Some(dimension::Value::DimValue(*dim as i64)),
        ..Default::default()
    };
    let shape = TensorShapeProto { dim: dims.iter().map(fixed).collect() };
    let tensor = type_proto::Tensor { elem_type: Some(1), shape: Some(shape) };
    let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { r#type: Some(kind), ..undeclared(name) }
}

fn batch(x: &[usize]) -> Case {
    let channels = x[1];
    let case = Case::of("BatchNormalization", &["x", "s", "b", "m", "v"], vec![of_float("epsilon", 1e-3)]);
    let case = case.wanted("x", x).wanted("s", &[channels]).wanted("b", &[channels]);
    case.floats("m", &[channels], &positive(channels)).floats("v", &[channels], &positive(channels))
}

#[test]
fn batch_normalisation_by_running_and_by_own_statistics() {
    for x in [&[3, 2, 4, 3][..], &[4, 3], &[2, 3, 5]] {
        batch(x).check();
        batch(x).measured().check();
    }
}

#[test]
fn layer_normalisation_over_the_last_axes() {
    for (axis, own) in [(-1, &[4][..]), (1, &[3, 4])] {
        let case = || Case::of("LayerNormalization", &["x", "s", "b"], vec![of_int("axis", axis)]);
        case().wanted("x", &[2, 3, 4]).wanted("s", own).wanted("b", own).check();
    }
    Case::of("LayerNormalization", &["x", "s"], vec![]).wanted("x", &[1, 5]).wanted("s", &[5]).check();
}

#[test]
fn normalisation_by_instance_and_group() {
    let instance = Case::of("InstanceNormalization", &["x", "s", "b"], vec![]);
    instance.wanted("x", &[2, 3, 4, 2]).wanted("s", &[3]).wanted("b", &[3]).check();
    let group = |opset, scales: usize| {
        let case = Case::of("GroupNormalization", &["x", "s", "b"], vec![of_int("num_groups", 2)]);
        case.opset(opset).wanted("x", &[2, 4, 3]).wanted("s", &[scales]).wanted("b", &[scales]).check();
    };
    group(18, 2);
    group(21, 4);
}
