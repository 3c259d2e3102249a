//! One form for all forward passes: constants as initializers, no repeated inputs, operators as opset 18 writes
//! them. Must not know shapes.

use std::collections::HashSet;

use tidegate_core::{Error, Result};

use super::old_forms;
use crate::{
    node::{attribute, float_tensor, int_tensor, is_standard, operator},
    proto::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto},
};

/// The opset that gradients are written in; forward passes of later ones keep theirs.
pub(super) const OPSET: i64 = 18;
/// Operators before this one broadcast by attribute.
const OLDEST: i64 = 7;
/// The first IR version that opset 18 goes with.
const IR_VERSION: i64 = 8;

/// A forward pass that computes the same, in the form the other steps take.
///
/// # Errors
/// `Unsupported` for files older than opset 7, and for old forms that cannot be written anew.
pub fn normalise(model: &ModelProto) -> Result<ModelProto> {
    let mut model = model.clone();
    let version = opset(&model);
    if version < OLDEST {
        return Err(Error::unsupported(format!("opset {version} is older than {OLDEST}"))
            .hint("export the model again with a newer opset"));
    }
    let graph = model.graph.get_or_insert_default();
    constants(graph);
    let mut made = Vec::new();
    for node in graph.node.iter_mut().filter(|node| is_standard(node)) {
        old_forms::rewrite(node, version, &mut made)
            .map_err(|reason| Error::unsupported(format!("{} {reason}", super::backward::named(node))))?;
    }
    graph.node = std::mem::take(&mut graph.node)
        .into_iter()
        .flat_map(|node| old_forms::by_rows(node, version))
        .collect();
    graph.initializer.extend(made);
    let held: HashSet<String> = graph.initializer.iter().filter_map(|tensor| tensor.name.clone()).collect();
    graph.input.retain(|input| !input.name.as_ref().is_some_and(|name| held.contains(name)));
    graph.value_info.clear();
    model.opset_import.retain(|import| !matches!(import.domain.as_deref(), None | Some("" | "ai.onnx")));
    model
        .opset_import
        .push(OperatorSetIdProto { domain: Some(String::new()), version: Some(version.max(OPSET)) });
    model.ir_version = Some(model.ir_version.unwrap_or(0).max(IR_VERSION));
    Ok(model)
}

/// The version of ONNX's own operators.
fn opset(model: &ModelProto) -> i64 {
    let own = |import: &&OperatorSetIdProto| matches!(import.domain.as_deref(), None | Some("" | "ai.onnx"));
    model.opset_import.iter().find(own).and_then(|import| import.version).unwrap_or(1)
}

/// Constant nodes become initializers of the same name.
fn constants(graph: &mut GraphProto) {
    let nodes = std::mem::take(&mut graph.node);
    for node in nodes {
        match (operator(&node) == "Constant").then(|| constant(&node)).flatten() {
            Some(tensor) => graph.initializer.push(tensor),
            None => graph.node.push(node),
        }
    }
}

/// The tensor of a Constant node, under the name of its output.
fn constant(node: &NodeProto) -> Option<TensorProto> {
    let name = node.output.first()?;
    if let Some(tensor) = attribute(node, "value").and_then(|value| value.t.clone()) {
        return Some(TensorProto { name: Some(name.clone()), ..tensor });
    }
    let found = |kind: &str| attribute(node, kind);
    if let Some(value) = found("value_float") {
        return Some(float_tensor(name, &[], &[value.f.unwrap_or(0.0)]));
    }
    if let Some(value) = found("value_floats") {
        return Some(float_tensor(name, &[value.floats.len()], &value.floats));
    }
    if let Some(value) = found("value_int") {
        return Some(int_tensor(name, &[], &[value.i.unwrap_or(0)]));
    }
    let value = found("value_ints")?;
    Some(int_tensor(name, &[value.ints.len()], &value.ints))
}

/// The model without the numbers of its larger tensors: enough to tell what can be trained, at no cost in memory.
pub fn outline(model: &ModelProto) -> ModelProto {
    let graph = model.graph.as_ref().map(|graph| GraphProto {
        name: graph.name.clone(),
        node: graph.node.clone(),
        initializer: graph.initializer.iter().map(without_numbers).collect(),
        input: graph.input.clone(),
        output: graph.output.clone(),
        ..Default::default()
    });
    ModelProto {
        ir_version: model.ir_version,
        opset_import: model.opset_import.clone(),
        graph,
        ..Default::default()
    }
}

/// Small tensors may be shapes and axes, which are kept.
fn without_numbers(tensor: &TensorProto) -> TensorProto {
    const SMALL: i64 = 64;
    if tensor.dims.iter().product::<i64>() <= SMALL {
        return tensor.clone();
    }
    TensorProto {
        name: tensor.name.clone(),
        dims: tensor.dims.clone(),
        data_type: tensor.data_type,
        data_location: tensor.data_location,
        external_data: tensor.external_data.clone(),
        ..Default::default()
    }
}

/// The graph with only what some values are computed from; they are its outputs.
pub fn prune(model: &ModelProto, values: &[&str]) -> ModelProto {
    let mut model = model.clone();
    let graph = model.graph.get_or_insert_default();
    let mut needed: HashSet<String> = values.iter().map(|value| (*value).to_owned()).collect();
    let mut kept = Vec::new();
    for node in std::mem::take(&mut graph.node).into_iter().rev() {
        if node.output.iter().any(|output| needed.contains(output)) {
            needed.extend(node.input.iter().cloned());
            kept.push(node);
        }
    }
    kept.reverse();
    graph.node = kept;
    let used = |name: &Option<String>| name.as_ref().is_some_and(|name| needed.contains(name));
    graph.initializer.retain(|tensor| used(&tensor.name));
    graph.input.retain(|input| used(&input.name));
    let output = |value: &&str| ValueInfoProto { name: Some((*value).to_owned()), ..Default::default() };
    graph.output = values.iter().map(output).collect();
    model
}
