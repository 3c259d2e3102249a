//! Models put together by hand.

use tidegate_onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto,
    attribute_proto::AttributeType,
};

/// A model of these nodes that takes `x`.
pub fn built(nodes: Vec<NodeProto>, initializer: Vec<TensorProto>) -> ModelProto {
    let named = |name: &str| vec![ValueInfoProto { name: Some(name.into()), ..Default::default() }];
    let last = nodes.last().map_or_else(String::new, |node| node.output[0].clone());
    let (input, output) = (named("x"), named(&last));
    let graph = GraphProto { node: nodes, initializer, input, output, ..Default::default() };
    let opset = OperatorSetIdProto { domain: Some(String::new()), version: Some(17) };
    ModelProto { graph: Some(graph), opset_import: vec![opset], ..Default::default() }
}

pub fn op(operator: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        op_type: Some(operator.into()),
        input: inputs.iter().map(|input| (*input).into()).collect(),
        output: vec![output.into()],
        attribute,
        ..Default::default()
    }
}

pub fn of_floats(name: &str, values: &[f32]) -> AttributeProto {
    AttributeProto { floats: values.to_vec(), ..attribute(name, AttributeType::Floats) }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: Some(name.into()), r#type: Some(kind as i32), ..Default::default() }
}

/// A single-precision tensor, as raw bytes or as a list.
pub fn tensor(name: &str, dims: &[i64], values: &[f32], raw: bool) -> TensorProto {
    let bytes = || values.iter().flat_map(|value| value.to_le_bytes()).collect();
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(1),
        float_data: if raw { Vec::new() } else { values.to_vec() },
        raw_data: raw.then(bytes),
        ..Default::default()
    }
}
