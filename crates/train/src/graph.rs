//! Reading and editing the nodes of an ONNX graph: operators, attributes, constants, ancestry.

use std::collections::HashSet;

pub(crate) use tidegate_onnx::node::{attribute, float, floats, initializer, int, ints, operator, text};
use tidegate_onnx::proto::{
    AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType,
};

pub(crate) fn strings(node: &NodeProto, name: &str) -> Vec<String> {
    let strings = attribute(node, name).map_or(&[][..], |attribute| &attribute.strings);
    strings.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

/// What a classifier does to its scores; `NONE` is the default of the specification.
pub(crate) fn post_transform(node: &NodeProto) -> String {
    text(node, "post_transform").unwrap_or_else(|| "NONE".into())
}

/// Class labels of a classifier: strings, or integers under one of the two names the operators use.
pub(crate) fn class_labels(node: &NodeProto) -> Vec<String> {
    let names = strings(node, "classlabels_strings");
    if !names.is_empty() {
        return names;
    }
    let numbers = ["classlabels_ints", "classlabels_int64s"].map(|name| ints(node, name));
    numbers.concat().iter().map(i64::to_string).collect()
}

/// The attribute of that name, made empty if it is not there.
pub(crate) fn attribute_mut<'a>(
    node: &'a mut NodeProto,
    name: &str,
    kind: AttributeType,
) -> &'a mut AttributeProto {
    let place = node.attribute.iter().position(|attribute| attribute.name.as_deref() == Some(name));
    let place = place.unwrap_or_else(|| {
        node.attribute.push(AttributeProto {
            name: Some(name.into()),
            r#type: Some(kind as i32),
            ..AttributeProto::default()
        });
        node.attribute.len() - 1
    });
    &mut node.attribute[place]
}

pub(crate) fn set_floats(node: &mut NodeProto, name: &str, values: impl IntoIterator<Item = f64>) {
    attribute_mut(node, name, AttributeType::Floats).floats =
        values.into_iter().map(|value| value as f32).collect();
}

/// The numbers of an initializer or a Constant node: single precision or integers, in the file itself.
pub(crate) fn constant(graph: &GraphProto, name: &str) -> Option<Vec<f64>> {
    let from_node = || {
        let node = graph.node.iter().find(|node| operator(node) == "Constant" && node.output[0] == name)?;
        attribute(node, "value")?.t.as_ref()
    };
    numbers(initializer(graph, name).or_else(from_node)?)
}

fn numbers(tensor: &TensorProto) -> Option<Vec<f64>> {
    let raw = tensor.raw_data.as_deref().unwrap_or_default();
    if !tensor.external_data.is_empty() {
        return None;
    }
    match DataType::try_from(tensor.data_type?).ok()? {
        DataType::Float if raw.is_empty() => {
            Some(tensor.float_data.iter().map(|value| f64::from(*value)).collect())
        }
        DataType::Float => {
            Some(raw.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
        }
        DataType::Int64 if raw.is_empty() => {
            Some(tensor.int64_data.iter().map(|value| *value as f64).collect())
        }
        DataType::Int64 => {
            Some(raw.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes) as f64).collect())
        }
        _ => None,
    }
}

/// Writes single-precision numbers into an initializer, in the form it already has.
pub(crate) fn set_initializer(graph: &mut GraphProto, name: &str, values: impl Iterator<Item = f64>) {
    let tensor = graph.initializer.iter_mut().find(|tensor| tensor.name.as_deref() == Some(name));
    let Some(tensor) = tensor else { return };
    let values = values.map(|value| value as f32);
    match &mut tensor.raw_data {
        Some(raw) if !raw.is_empty() => *raw = values.flat_map(f32::to_le_bytes).collect(),
        _ => tensor.float_data = values.collect(),
    }
}

/// Indices of the nodes a value is computed from, in the order of the graph.
pub(crate) fn ancestors(graph: &GraphProto, value: &str) -> Vec<usize> {
    let mut wanted: HashSet<&str> = HashSet::from([value]);
    let mut found = Vec::new();
    // ONNX lists nodes in topological order, so that one look from the end is enough.
    for (index, node) in graph.node.iter().enumerate().rev() {
        if node.output.iter().any(|output| wanted.contains(output.as_str())) {
            wanted.extend(node.input.iter().map(String::as_str));
            found.push(index);
        }
    }
    found.reverse();
    found
}
