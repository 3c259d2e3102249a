//! Nodes, attributes and tensors: read, and made. Must not know what operators mean.

use tidegate_core::ElementType;

use crate::{
    element::element_type,
    proto::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType},
};

pub fn operator(node: &NodeProto) -> &str {
    node.op_type.as_deref().unwrap_or_default()
}

/// Whether the operator is one of ONNX's own.
pub fn is_standard(node: &NodeProto) -> bool {
    matches!(node.domain.as_deref(), None | Some("" | "ai.onnx"))
}

/// An input that is there; optional ones may be left empty.
pub fn input(node: &NodeProto, index: usize) -> Option<&str> {
    node.input.get(index).map(String::as_str).filter(|name| !name.is_empty())
}

pub fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name))
}

pub fn floats<'a>(node: &'a NodeProto, name: &str) -> &'a [f32] {
    attribute(node, name).map_or(&[], |attribute| &attribute.floats)
}

pub fn ints<'a>(node: &'a NodeProto, name: &str) -> &'a [i64] {
    attribute(node, name).map_or(&[], |attribute| &attribute.ints)
}

pub fn int(node: &NodeProto, name: &str) -> Option<i64> {
    attribute(node, name).and_then(|attribute| attribute.i)
}

pub fn float(node: &NodeProto, name: &str) -> Option<f32> {
    attribute(node, name).and_then(|attribute| attribute.f)
}

pub fn text(node: &NodeProto, name: &str) -> Option<String> {
    let bytes = attribute(node, name)?.s.as_ref()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

fn made(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: Some(name.into()), r#type: Some(kind as i32), ..Default::default() }
}

pub fn of_int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..made(name, AttributeType::Int) }
}

pub fn of_ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { ints: values.to_vec(), ..made(name, AttributeType::Ints) }
}

pub fn of_float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { f: Some(value), ..made(name, AttributeType::Float) }
}

pub fn of_text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: Some(value.into()), ..made(name, AttributeType::String) }
}

/// A node of one of ONNX's own operators.
pub fn node(kind: &str, inputs: &[&str], outputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    NodeProto {
        op_type: Some(kind.into()),
        input: owned(inputs),
        output: owned(outputs),
        attribute,
        ..Default::default()
    }
}

pub fn initializer<'a>(graph: &'a GraphProto, name: &str) -> Option<&'a TensorProto> {
    graph.initializer.iter().find(|tensor| tensor.name.as_deref() == Some(name))
}

fn tensor(name: &str, dims: &[usize], element: ElementType, raw: Vec<u8>) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.iter().map(|dim| *dim as i64).collect(),
        data_type: Some(crate::data_type(element)),
        raw_data: Some(raw),
        ..Default::default()
    }
}

pub fn float_tensor(name: &str, dims: &[usize], values: &[f32]) -> TensorProto {
    tensor(name, dims, ElementType::F32, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

pub fn int_tensor(name: &str, dims: &[usize], values: &[i64]) -> TensorProto {
    tensor(name, dims, ElementType::I64, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

pub fn dims(tensor: &TensorProto) -> Vec<usize> {
    tensor.dims.iter().map(|dim| usize::try_from(*dim).unwrap_or(0)).collect()
}

fn lies_in_the_file(tensor: &TensorProto, element: ElementType) -> bool {
    tensor.external_data.is_empty() && tensor.data_type.and_then(element_type) == Some(element)
}

/// The elements of a single-precision tensor that lies in the file itself.
pub fn tensor_floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    let raw = tensor.raw_data.as_deref().unwrap_or_default();
    lies_in_the_file(tensor, ElementType::F32).then(|| match raw.is_empty() {
        true => tensor.float_data.clone(),
        false => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    })
}

/// The elements of an int64 or int32 tensor that lies in the file itself.
pub fn tensor_ints(tensor: &TensorProto) -> Option<Vec<i64>> {
    let raw = tensor.raw_data.as_deref().unwrap_or_default();
    if lies_in_the_file(tensor, ElementType::I64) {
        return Some(match raw.is_empty() {
            true => tensor.int64_data.clone(),
            false => raw.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
        });
    }
    lies_in_the_file(tensor, ElementType::I32).then(|| match raw.is_empty() {
        true => tensor.int32_data.iter().map(|value| i64::from(*value)).collect(),
        false => raw.as_chunks().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect(),
    })
}
