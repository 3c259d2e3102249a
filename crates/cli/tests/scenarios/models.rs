//! Small models made in code.

use tidegate_onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, attribute_proto::AttributeType, tensor_shape_proto, type_proto,
};

pub const FLOAT: i32 = 1;
pub const INT64: i32 = 7;
pub const BOOL: i32 = 9;

/// `y = x`, of one element type and any length.
pub fn identity(element: i32) -> Vec<u8> {
    let graph = GraphProto {
        input: vec![value("x", element, &[-1])],
        output: vec![value("y", element, &[-1])],
        node: vec![node("Identity", &["x"], &["y"])],
        ..GraphProto::default()
    };
    model(graph)
}

/// Counts to `n`, one addition at a time: as slow as it is asked to be.
pub fn slow() -> Vec<u8> {
    let body = GraphProto {
        name: Some("step".into()),
        input: vec![value("i", INT64, &[]), value("go", BOOL, &[]), value("sum", FLOAT, &[])],
        output: vec![value("go_on", BOOL, &[]), value("next", FLOAT, &[])],
        node: vec![node("Identity", &["go"], &["go_on"]), node("Add", &["sum", "one"], &["next"])],
        ..GraphProto::default()
    };
    let mut repeat = node("Loop", &["n", "", "zero"], &["y"]);
    repeat.attribute = vec![AttributeProto {
        name: Some("body".into()),
        r#type: Some(AttributeType::Graph as i32),
        g: Some(body),
        ..AttributeProto::default()
    }];
    let graph = GraphProto {
        input: vec![value("n", INT64, &[])],
        output: vec![value("y", FLOAT, &[])],
        initializer: vec![scalar("zero", 0.0), scalar("one", 1.0)],
        node: vec![repeat],
        ..GraphProto::default()
    };
    model(graph)
}

pub fn model(graph: GraphProto) -> Vec<u8> {
    model_of(21, graph)
}

/// A model of one version of the operators.
pub fn model_of(opset: i64, mut graph: GraphProto) -> Vec<u8> {
    graph.name = Some("story".into());
    let opset = OperatorSetIdProto { domain: Some(String::new()), version: Some(opset) };
    let model = ModelProto {
        ir_version: Some(10),
        opset_import: vec![opset],
        graph: Some(graph),
        ..ModelProto::default()
    };
    tidegate_onnx::encode(&model)
}

pub fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    NodeProto {
        op_type: Some(operator.into()),
        input: names(inputs),
        output: names(outputs),
        ..NodeProto::default()
    }
}

pub fn scalar(name: &str, number: f32) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        data_type: Some(FLOAT),
        float_data: vec![number],
        ..TensorProto::default()
    }
}

pub fn value(name: &str, element: i32, dims: &[i64]) -> ValueInfoProto {
    use tensor_shape_proto::{Dimension, dimension::Value};
    let dim = |length: &i64| Dimension {
        value: Some(if *length < 0 { Value::DimParam("n".into()) } else { Value::DimValue(*length) }),
        ..Dimension::default()
    };
    let shape = Some(TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let tensor = type_proto::Value::TensorType(type_proto::Tensor { elem_type: Some(element), shape });
    let kind = TypeProto { value: Some(tensor), ..TypeProto::default() };
    ValueInfoProto { name: Some(name.into()), r#type: Some(kind), ..ValueInfoProto::default() }
}
