//! Operators as older opsets wrote them, written as opset 18 does.

use crate::{
    node::{attribute, float, float_tensor, int, int_tensor, ints, of_int, of_text, operator},
    proto::{NodeProto, TensorProto},
};

/// Rewrites a node in place; new constants go to `made`.
pub(super) fn rewrite(node: &mut NodeProto, opset: i64, made: &mut Vec<TensorProto>) -> Result<(), String> {
    match operator(node) {
        "Squeeze" | "Unsqueeze" | "ReduceSum" if opset < 13 => listed(node, "axes", made),
        "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceL1" | "ReduceL2" | "ReduceProd"
        | "ReduceLogSum" | "ReduceLogSumExp" | "ReduceSumSquare"
            if opset < 18 =>
        {
            listed(node, "axes", made);
        }
        "Split" if opset < 13 => listed(node, "split", made),
        "Clip" if opset < 11 => bounds(node, made),
        "Slice" if opset < 10 => slice(node, made),
        "Pad" if opset < 11 => pad(node, made)?,
        "Upsample" => upsample(node, made)?,
        "Resize" if opset < 11 => asymmetric(node),
        "Dropout" => {
            node.op_type = Some("Identity".into());
            node.input.truncate(1);
            node.output.truncate(1);
            node.attribute.clear();
        }
        "BatchNormalization" => {
            node.output.truncate(1);
            node.attribute
                .retain(|a| !matches!(a.name.as_deref(), Some("spatial" | "training_mode" | "is_test")));
        }
        _ => {}
    }
    // Opset 18 splits into equal pieces only when told how many.
    if operator(node) == "Split" && node.input.len() < 2 && attribute(node, "num_outputs").is_none() {
        node.attribute.push(of_int("num_outputs", node.output.len() as i64));
    }
    Ok(())
}

/// A name for the constant that an attribute becomes.
fn constant_name(node: &NodeProto, attribute: &str) -> String {
    format!("tidegate/{attribute}-of/{}", node.output.first().map_or("", String::as_str))
}

/// A list among the attributes becomes the second input.
fn listed(node: &mut NodeProto, name: &str, made: &mut Vec<TensorProto>) {
    if attribute(node, name).is_none() {
        return;
    }
    let values = ints(node, name).to_vec();
    let constant = constant_name(node, name);
    made.push(int_tensor(&constant, &[values.len()], &values));
    node.input.truncate(1);
    node.input.push(constant);
    node.attribute.retain(|attribute| attribute.name.as_deref() != Some(name));
}

fn bounds(node: &mut NodeProto, made: &mut Vec<TensorProto>) {
    node.input.truncate(1);
    for name in ["min", "max"] {
        let bound = float(node, name).map(|value| {
            let constant = constant_name(node, name);
            made.push(float_tensor(&constant, &[], &[value]));
            constant
        });
        node.input.push(bound.unwrap_or_default());
    }
    node.attribute.clear();
}

fn slice(node: &mut NodeProto, made: &mut Vec<TensorProto>) {
    let starts = ints(node, "starts").len() as i64;
    for name in ["starts", "ends", "axes"] {
        let mut values = ints(node, name).to_vec();
        if name == "axes" && values.is_empty() {
            values = (0..starts).collect();
        }
        let constant = constant_name(node, name);
        made.push(int_tensor(&constant, &[values.len()], &values));
        node.input.push(constant);
    }
    node.attribute.clear();
}

fn pad(node: &mut NodeProto, made: &mut Vec<TensorProto>) -> Result<(), String> {
    let pads = ints(node, "pads").to_vec();
    if pads.is_empty() {
        return Err("without pads".into());
    }
    let (constant, filling) = (constant_name(node, "pads"), constant_name(node, "value"));
    made.push(int_tensor(&constant, &[pads.len()], &pads));
    made.push(float_tensor(&filling, &[], &[float(node, "value").unwrap_or(0.0)]));
    node.input.extend([constant, filling]);
    node.attribute.retain(|attribute| attribute.name.as_deref() == Some("mode"));
    Ok(())
}

fn upsample(node: &mut NodeProto, made: &mut Vec<TensorProto>) -> Result<(), String> {
    if node.input.len() < 2 {
        let scales = attribute(node, "scales").map(|attribute| attribute.floats.clone()).unwrap_or_default();
        if scales.is_empty() {
            return Err("without scales".into());
        }
        let constant = constant_name(node, "scales");
        made.push(float_tensor(&constant, &[scales.len()], &scales));
        node.input.push(constant);
    }
    node.op_type = Some("Resize".into());
    node.attribute.retain(|attribute| attribute.name.as_deref() == Some("mode"));
    asymmetric(node);
    Ok(())
}

/// As Resize counted before it was asked how to.
fn asymmetric(node: &mut NodeProto) {
    node.input.insert(1, String::new());
    node.attribute.push(of_text("coordinate_transformation_mode", "asymmetric"));
    node.attribute.push(of_text("nearest_mode", "floor"));
}

/// Before opset 13 everything from the axis on, usually 1, was one row: the same as a softmax of the flat value that
/// is then given its shape back.
pub(super) fn by_rows(node: NodeProto, opset: i64) -> Vec<NodeProto> {
    let axis = int(&node, "axis").unwrap_or(1);
    if opset >= 13 || axis == -1 || !matches!(operator(&node), "Softmax" | "LogSoftmax") {
        return vec![node];
    }
    let (x, y) = (node.input[0].clone(), node.output[0].clone());
    let [rows, shares, shape] = ["rows", "shares", "shape"].map(|part| constant_name(&node, part));
    let flat = NodeProto {
        input: vec![rows.clone()],
        output: vec![shares.clone()],
        attribute: vec![of_int("axis", -1)],
        ..node
    };
    vec![
        crate::node::node("Flatten", &[&x], &[&rows], vec![of_int("axis", axis)]),
        flat,
        crate::node::node("Shape", &[&x], &[&shape], vec![]),
        crate::node::node("Reshape", &[&shares, &shape], &[&y], vec![]),
    ]
}
