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
        ir_version: Some(13),
        opset_import: vec![opset("", 25), opset("ai.onnx.ml", 3)],
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

pub fn texts(name: &str, values: &[&str]) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Strings as i32),
        strings: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
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

/// `y = x`, for types that only `Transpose` takes.
pub fn unmoved(kind: PortKind) -> Sample {
    let signature = Signature { inputs: vec![port("x", kind.clone())], outputs: vec![port("y", kind)] };
    write(vec![node("Transpose", &["x"], &["y"], vec![ints("perm", &[0, 1])])], vec![], signature)
}

/// `y = x + 1` for rows of four numbers.
pub fn plus_one() -> Sample {
    let rows = tensor(ElementType::F32, &[-1, 4]);
    let signature = Signature { inputs: vec![port("x", rows.clone())], outputs: vec![port("y", rows)] };
    let one = float_tensor("one", &[1], &[1.0]);
    write(vec![node("Add", &["x", "one"], &["y"], vec![])], vec![one], signature)
}

/// `y = a / b` on integers: ends the process at the smallest integer divided by -1.
pub fn division() -> Sample {
    let ints = tensor(ElementType::I32, &[-1]);
    let signature = Signature {
        inputs: vec![port("a", ints.clone()), port("b", ints.clone())],
        outputs: vec![port("y", ints)],
    };
    write(vec![node("Div", &["a", "b"], &["y"], vec![])], vec![], signature)
}

/// Counts to `trips`, one node a step, so that it can be stopped between two steps.
pub fn counter() -> Sample {
    let scalar = tensor(ElementType::I64, &[]);
    let signature =
        Signature { inputs: vec![port("trips", scalar.clone())], outputs: vec![port("y", scalar.clone())] };
    let start = int_tensor("start", &[], &[0]);
    write(
        vec![node("Loop", &["trips", "", "start"], &["y"], vec![graph("body", step())])],
        vec![start],
        signature,
    )
}

/// A counter that never ends, whatever it is given.
pub fn endless() -> Sample {
    let scalar = tensor(ElementType::I64, &[]);
    let signature = Signature { inputs: vec![], outputs: vec![port("y", scalar)] };
    let initializers = vec![int_tensor("trips", &[], &[i64::MAX]), int_tensor("start", &[], &[0])];
    write(
        vec![node("Loop", &["trips", "", "start"], &["y"], vec![graph("body", step())])],
        initializers,
        signature,
    )
}

fn step() -> GraphProto {
    let scalar = |element| tensor(element, &[]);
    GraphProto {
        name: Some("step".into()),
        initializer: vec![int_tensor("one", &[], &[1])],
        node: vec![
            node("Add", &["count", "one"], &["next"], vec![]),
            node("Identity", &["go"], &["go_on"], vec![]),
        ],
        input: [("i", ElementType::I64), ("go", ElementType::Bool), ("count", ElementType::I64)]
            .map(|(name, element)| value_info(&port(name, scalar(element))))
            .to_vec(),
        output: [("go_on", ElementType::Bool), ("next", ElementType::I64)]
            .map(|(name, element)| value_info(&port(name, scalar(element))))
            .to_vec(),
        ..GraphProto::default()
    }
}

/// One multiplication of two square matrices of `side`: for large ones, a node that runs for seconds.
pub fn square() -> Sample {
    let signature = Signature {
        inputs: vec![port("side", tensor(ElementType::I64, &[2]))],
        outputs: vec![port("y", tensor(ElementType::F32, &[]))],
    };
    let nodes = vec![
        node("Expand", &["half", "side"], &["m"], vec![]),
        node("MatMul", &["m", "m"], &["p"], vec![]),
        node("ReduceMax", &["p"], &["y"], vec![int("keepdims", 0)]),
    ];
    write(nodes, vec![float_tensor("half", &[1, 1], &[0.5])], signature)
}

/// Sixteen gigabytes of zeros.
pub fn memory_bomb() -> Sample {
    let signature = Signature {
        inputs: vec![port("length", tensor(ElementType::I64, &[1]))],
        outputs: vec![port("y", tensor(ElementType::F32, &[-1]))],
    };
    let nodes = vec![
        node("Mul", &["length", "many"], &["size"], vec![]),
        node("ConstantOfShape", &["size"], &["y"], vec![]),
    ];
    write(nodes, vec![int_tensor("many", &[1], &[4_000_000_000])], signature)
}

/// Divides by its number of heads, which is zero, while it is loaded.
pub fn no_heads() -> Sample {
    let rows = tensor(ElementType::F32, &[1, 2, 8]);
    let signature = Signature {
        inputs: ["q", "k", "v"].map(|name| port(name, rows.clone())).to_vec(),
        outputs: vec![port("y", rows)],
    };
    let attributes = vec![int("q_num_heads", 2), int("kv_num_heads", 0)];
    write(vec![node("Attention", &["q", "k", "v"], &["y"], attributes)], vec![], signature)
}

/// A convolution of two scalars: a failed check inside the library.
pub fn scalar_convolution() -> Sample {
    let unknown = |element| PortKind::Tensor { element, shape: None };
    let signature = Signature {
        inputs: vec![port("x", unknown(ElementType::U8)), port("w", unknown(ElementType::U8))],
        outputs: vec![port("y", unknown(ElementType::I32))],
    };
    write(vec![node("ConvInteger", &["x", "w"], &["y"], vec![])], vec![], signature)
}

/// An optional sequence that is absent, which the binding reads all the same.
pub fn absent_sequence() -> Sample {
    let sequence = PortKind::Sequence { item: Box::new(tensor(ElementType::F32, &[-1])) };
    let signature = Signature {
        inputs: vec![],
        outputs: vec![port("y", PortKind::Optional { item: Box::new(sequence.clone()) })],
    };
    write(vec![node("Optional", &[], &["y"], vec![kind("type", &sequence)])], vec![], signature)
}

/// `y = [x]`, optional and there.
pub fn present_sequence() -> Sample {
    let item = tensor(ElementType::F32, &[2]);
    let sequence = PortKind::Sequence { item: Box::new(item.clone()) };
    let signature = Signature {
        inputs: vec![port("x", item)],
        outputs: vec![port("y", PortKind::Optional { item: Box::new(sequence) })],
    };
    let nodes =
        vec![node("SequenceConstruct", &["x"], &["s"], vec![]), node("Optional", &["s"], &["y"], vec![])];
    write(nodes, vec![], signature)
}

/// The length of a sequence.
pub fn sequence_length() -> Sample {
    let sequence = PortKind::Sequence { item: Box::new(tensor(ElementType::F32, &[-1])) };
    let signature = Signature {
        inputs: vec![port("x", sequence)],
        outputs: vec![port("y", tensor(ElementType::I64, &[]))],
    };
    write(vec![node("SequenceLength", &["x"], &["y"], vec![])], vec![], signature)
}

/// Whether the optional input is there.
pub fn has_element() -> Sample {
    let optional = PortKind::Optional { item: Box::new(tensor(ElementType::F32, &[-1])) };
    let signature = Signature {
        inputs: vec![port("x", optional)],
        outputs: vec![port("y", tensor(ElementType::Bool, &[]))],
    };
    write(vec![node("OptionalHasElement", &["x"], &["y"], vec![])], vec![], signature)
}

/// Scores of three classes as a list of maps, as scikit-learn's classifiers give them.
pub fn zip_map(labels: AttributeProto, key: ElementType) -> Sample {
    let map = PortKind::Map { key, value: Box::new(tensor(ElementType::F32, &[])) };
    let signature = Signature {
        inputs: vec![port("x", tensor(ElementType::F32, &[-1, 3]))],
        outputs: vec![port("y", PortKind::Sequence { item: Box::new(map) })],
    };
    write(vec![node("ZipMap", &["x"], &["y"], vec![labels])], vec![], signature)
}

/// A map's values in the order of its keys.
pub fn cast_map() -> Sample {
    let value = Box::new(PortKind::Tensor { element: ElementType::F32, shape: None });
    let signature = Signature {
        inputs: vec![port("x", PortKind::Map { key: ElementType::I64, value })],
        outputs: vec![port("y", tensor(ElementType::F32, &[1, -1]))],
    };
    let attributes = vec![text("cast_to", "TO_FLOAT"), text("map_form", "DENSE")];
    write(vec![node("CastMap", &["x"], &["y"], attributes)], vec![], signature)
}

/// `y = x * scale`, where `scale` is 2 unless it is given.
pub fn default_scale() -> Sample {
    let numbers = tensor(ElementType::F32, &[-1]);
    let mut scale = port("scale", tensor(ElementType::F32, &[1]));
    scale.overridable = true;
    let signature =
        Signature { inputs: vec![port("x", numbers.clone()), scale], outputs: vec![port("y", numbers)] };
    write(
        vec![node("Mul", &["x", "scale"], &["y"], vec![])],
        vec![float_tensor("scale", &[1], &[2.0])],
        signature,
    )
}

/// Rows of four numbers times a matrix that is kept beside the optimised model, not in it.
pub fn heavy() -> Sample {
    product(4, 1024)
}

/// A model of 64 MiB, and how many bytes its weights take.
pub fn wide() -> (Sample, u64) {
    (product(2048, 8192), 2048 * 8192 * 4)
}

fn product(rows: i64, columns: i64) -> Sample {
    let signature = Signature {
        inputs: vec![port("x", tensor(ElementType::F32, &[-1, rows]))],
        outputs: vec![port("y", tensor(ElementType::F32, &[-1, columns]))],
    };
    let weights: Vec<f32> = (0..rows * columns).map(|n| (n % 4096) as f32 / 4096.0).collect();
    let weights = float_tensor("weights", &[rows, columns], &weights);
    write(vec![node("MatMul", &["x", "weights"], &["y"], vec![])], vec![weights], signature)
}
