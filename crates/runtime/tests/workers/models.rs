//! Small models made in code.

use std::path::PathBuf;

use tidegate_core::{
    ElementType,
    signature::{Dim, Port, PortKind, Signature},
};
use tidegate_onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, attribute_proto::AttributeType, tensor_shape_proto, type_proto,
};

/// A model file and what it declares.
pub struct Sample {
    pub path: PathBuf,
    pub signature: Signature,
    pub sha256: String,
    _folder: tempfile::TempDir,
}

/// Writes a model of these nodes; its inputs and outputs are those of the signature.
pub fn write(nodes: Vec<NodeProto>, initializers: Vec<TensorProto>, signature: Signature) -> Sample {
    let graph = GraphProto {
        name: Some("sample".into()),
        node: nodes,
        initializer: initializers,
        input: signature.inputs.iter().map(value_info).collect(),
        output: signature.outputs.iter().map(value_info).collect(),
        ..GraphProto::default()
    };
    let opset =
        |domain: &str, version| OperatorSetIdProto { domain: Some(domain.into()), version: Some(version) };
    let model = ModelProto {
        ir_version: Some(10),
        opset_import: vec![opset("", 23), opset("ai.onnx.ml", 3)],
        graph: Some(graph),
        ..ModelProto::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let bytes = tidegate_onnx::encode(&model);
    std::fs::write(&path, &bytes).unwrap();
    let sha256 =
        format!("{:x?}-{}", bytes.iter().map(|b| u64::from(*b)).sum::<u64>(), folder.path().display());
    Sample { path, signature, sha256: sha256.replace('/', "-"), _folder: folder }
}

pub fn node(op: &str, inputs: &[&str], outputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let domain = if matches!(op, "ZipMap" | "CastMap") { "ai.onnx.ml" } else { "" };
    NodeProto {
        op_type: Some(op.into()),
        domain: Some(domain.into()),
        input: names(inputs),
        output: names(outputs),
        attribute,
        ..NodeProto::default()
    }
}

pub fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Int as i32),
        i: Some(value),
        ..AttributeProto::default()
    }
}

pub fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Ints as i32),
        ints: values.to_vec(),
        ..AttributeProto::default()
    }
}

pub fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::String as i32),
        s: Some(value.as_bytes().to_vec()),
        ..AttributeProto::default()
    }
}

pub fn graph(name: &str, graph: GraphProto) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Graph as i32),
        g: Some(graph),
        ..AttributeProto::default()
    }
}

pub fn kind(name: &str, kind: &PortKind) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::TypeProto as i32),
        tp: Some(type_proto(kind)),
        ..AttributeProto::default()
    }
}

pub fn int_tensor(name: &str, dims: &[i64], values: &[i64]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(number(ElementType::I64)),
        int64_data: values.to_vec(),
        ..TensorProto::default()
    }
}

pub fn float_tensor(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(number(ElementType::F32)),
        float_data: values.to_vec(),
        ..TensorProto::default()
    }
}

pub fn port(name: &str, kind: PortKind) -> Port {
    Port { name: name.into(), kind, overridable: false }
}

/// A dimension of -1 is called `n`.
pub fn tensor(element: ElementType, dims: &[i64]) -> PortKind {
    let dim = |length: &i64| if *length < 0 { Dim::Symbol("n".into()) } else { Dim::Fixed(*length) };
    PortKind::tensor(element, dims.iter().map(dim).collect())
}

pub fn value_info(port: &Port) -> ValueInfoProto {
    ValueInfoProto {
        name: Some(port.name.clone()),
        r#type: Some(type_proto(&port.kind)),
        ..ValueInfoProto::default()
    }
}

fn type_proto(kind: &PortKind) -> TypeProto {
    let value = match kind {
        PortKind::Tensor { element, shape } => type_proto::Value::TensorType(type_proto::Tensor {
            elem_type: Some(number(*element)),
            shape: shape.as_ref().map(|dims| TensorShapeProto { dim: dims.iter().map(dimension).collect() }),
        }),
        PortKind::Sequence { item } => type_proto::Value::SequenceType(Box::new(type_proto::Sequence {
            elem_type: Some(Box::new(type_proto(item))),
        })),
        PortKind::Map { key, value } => type_proto::Value::MapType(Box::new(type_proto::Map {
            key_type: Some(number(*key)),
            value_type: Some(Box::new(type_proto(value))),
        })),
        PortKind::Optional { item } => type_proto::Value::OptionalType(Box::new(type_proto::Optional {
            elem_type: Some(Box::new(type_proto(item))),
        })),
    };
    TypeProto { value: Some(value), ..TypeProto::default() }
}

fn dimension(dim: &Dim) -> tensor_shape_proto::Dimension {
    let value = match dim {
        Dim::Fixed(length) => Some(tensor_shape_proto::dimension::Value::DimValue(*length)),
        Dim::Symbol(name) => Some(tensor_shape_proto::dimension::Value::DimParam(name.clone())),
        Dim::Unknown => None,
    };
    tensor_shape_proto::Dimension { value, ..tensor_shape_proto::Dimension::default() }
}

/// The numbers of `TensorProto.DataType`.
fn number(element: ElementType) -> i32 {
    use ElementType::*;
    let order = [
        F32, U8, I8, U16, I16, I32, I64, String, Bool, F16, F64, U32, U64, Complex64, Complex128, Bf16,
        F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, U4, I4, F4E2M1, F8E8M0, U2, I2,
    ];
    order.iter().position(|each| *each == element).map_or(0, |position| position as i32 + 1)
}

/// `y = x`.
pub fn identity(kind: PortKind) -> Sample {
    let signature = Signature { inputs: vec![port("x", kind.clone())], outputs: vec![port("y", kind)] };
    write(vec![node("Identity", &["x"], &["y"], vec![])], vec![], signature)
}

/// `y = x + 1` for rows of four numbers.
pub fn plus_one() -> Sample {
    let rows = tensor(ElementType::F32, &[-1, 4]);
    let signature = Signature { inputs: vec![port("x", rows.clone())], outputs: vec![port("y", rows)] };
    let one = float_tensor("one", &[1], &[1.0]);
    write(vec![node("Add", &["x", "one"], &["y"], vec![])], vec![one], signature)
}
