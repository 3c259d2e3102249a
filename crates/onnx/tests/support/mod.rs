//! Small models built in code, and inspecting them.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::PathBuf;

use tempfile::TempDir;
use tidegate_core::{Result, inspection::Inspection};
use tidegate_onnx::{
    encode,
    proto::{
        AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
        TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType,
        tensor_shape_proto, type_proto,
    },
};

pub const FLOAT: i32 = 1;
pub const INT64: i32 = 7;

pub fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name).join("model.onnx")
}

/// `Identity` from `x` to `y`, float32 `[N, 2]`.
pub fn identity() -> ModelProto {
    ModelProto {
        ir_version: Some(10),
        opset_import: vec![opset("", 21)],
        graph: Some(GraphProto {
            name: Some("g".into()),
            node: vec![node("Identity", &["x"], &["y"])],
            input: vec![value("x", Some(tensor_type(FLOAT, Some(&[-1, 2]))))],
            output: vec![value("y", Some(tensor_type(FLOAT, Some(&[-1, 2]))))],
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// [`identity`] with its graph changed.
pub fn with_graph(change: impl FnOnce(&mut GraphProto)) -> ModelProto {
    let mut model = identity();
    change(model.graph.as_mut().unwrap());
    model
}

pub fn opset(domain: &str, version: i64) -> OperatorSetIdProto {
    OperatorSetIdProto { domain: Some(domain.into()), version: Some(version) }
}

pub fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    NodeProto {
        op_type: Some(operator.into()),
        name: Some(format!("{operator}_node")),
        input: inputs.iter().map(|name| (*name).to_owned()).collect(),
        output: outputs.iter().map(|name| (*name).to_owned()).collect(),
        ..Default::default()
    }
}

pub fn value(name: &str, r#type: Option<TypeProto>) -> ValueInfoProto {
    ValueInfoProto { name: Some(name.into()), r#type, ..Default::default() }
}

/// -1 is the symbolic dimension `N`.
pub fn tensor_type(elem_type: i32, dims: Option<&[i64]>) -> TypeProto {
    use tensor_shape_proto::{Dimension, dimension::Value};
    let dim = |length: &i64| Dimension {
        value: Some(if *length == -1 { Value::DimParam("N".into()) } else { Value::DimValue(*length) }),
        ..Default::default()
    };
    let shape = dims.map(|dims| TensorShapeProto { dim: dims.iter().map(dim).collect() });
    of_type(type_proto::Value::TensorType(type_proto::Tensor { elem_type: Some(elem_type), shape }))
}

pub fn of_type(value: type_proto::Value) -> TypeProto {
    TypeProto { value: Some(value), ..Default::default() }
}

pub fn sequence_of(item: TypeProto) -> TypeProto {
    of_type(type_proto::Value::SequenceType(Box::new(type_proto::Sequence {
        elem_type: Some(Box::new(item)),
    })))
}

pub fn optional_of(item: TypeProto) -> TypeProto {
    of_type(type_proto::Value::OptionalType(Box::new(type_proto::Optional {
        elem_type: Some(Box::new(item)),
    })))
}

pub fn map_of(key_type: i32, value: TypeProto) -> TypeProto {
    let map = type_proto::Map { key_type: Some(key_type), value_type: Some(Box::new(value)) };
    of_type(type_proto::Value::MapType(Box::new(map)))
}

pub fn floats(name: &str, dims: &[i64], values: usize) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        data_type: Some(FLOAT),
        dims: dims.to_vec(),
        raw_data: Some(vec![0; values * 4]),
        ..Default::default()
    }
}

pub fn ints(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        data_type: Some(INT64),
        dims: vec![values.len() as i64],
        int64_data: values.to_vec(),
        ..Default::default()
    }
}

/// A float32 `[4]` whose data lies outside.
pub fn external(entries: &[(&str, &str)]) -> TensorProto {
    let entry = |(key, value): &(&str, &str)| StringStringEntryProto {
        key: Some((*key).to_owned()),
        value: Some((*value).to_owned()),
    };
    TensorProto {
        name: Some("w".into()),
        data_type: Some(FLOAT),
        dims: vec![4],
        data_location: Some(1),
        external_data: entries.iter().map(entry).collect(),
        ..Default::default()
    }
}

pub fn graph_attribute(name: &str, graph: GraphProto) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Graph as i32),
        g: Some(graph),
        ..Default::default()
    }
}

pub fn inspect(model: &ModelProto) -> Result<Inspection> {
    inspect_in(&tempfile::tempdir().unwrap(), model)
}

pub fn inspect_in(folder: &TempDir, model: &ModelProto) -> Result<Inspection> {
    inspect_bytes(folder, &encode(model))
}

pub fn inspect_bytes(folder: &TempDir, bytes: &[u8]) -> Result<Inspection> {
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, bytes).unwrap();
    tidegate_onnx::inspect(&path)
}
