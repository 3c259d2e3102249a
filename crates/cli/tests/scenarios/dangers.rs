//! Models that crash, hang, fill memory or read what is not theirs.

use tidegate_onnx::proto::{
    AttributeProto, GraphProto, NodeProto, StringStringEntryProto, TensorProto, TypeProto, ValueInfoProto,
    attribute_proto::AttributeType, type_proto,
};

use crate::models::{BOOL, FLOAT, INT64, model, model_of, node, scalar, value};

const UINT8: i32 = 2;
const INT32: i32 = 6;

/// `y = a / b` on integers: ends the process at the smallest integer divided by -1.
pub fn division() -> Vec<u8> {
    model(GraphProto {
        input: vec![value("a", INT32, &[-1]), value("b", INT32, &[-1])],
        output: vec![value("y", INT32, &[-1])],
        node: vec![node("Div", &["a", "b"], &["y"])],
        ..GraphProto::default()
    })
}

/// `y = x + addend`.
pub fn plus(addend: f32) -> Vec<u8> {
    model(GraphProto {
        input: vec![value("x", FLOAT, &[-1])],
        output: vec![value("y", FLOAT, &[-1])],
        initializer: vec![scalar("addend", addend)],
        node: vec![node("Add", &["x", "addend"], &["y"])],
        ..GraphProto::default()
    })
}

/// Divides by its number of heads, which is zero, while it is loaded: SIGFPE.
pub fn no_heads() -> Vec<u8> {
    let rows = |name| value(name, FLOAT, &[1, 2, 8]);
    let mut attention = node("Attention", &["q", "k", "v"], &["y"]);
    attention.attribute = vec![int("q_num_heads", 2), int("kv_num_heads", 0)];
    let graph = GraphProto {
        input: ["q", "k", "v"].map(rows).to_vec(),
        output: vec![rows("y")],
        node: vec![attention],
        ..GraphProto::default()
    };
    model_of(23, graph)
}

/// A convolution of two scalars: a failed check inside the library, SIGABRT.
pub fn scalar_convolution() -> Vec<u8> {
    model(GraphProto {
        input: vec![unranked("x", UINT8), unranked("w", UINT8)],
        output: vec![unranked("y", INT32)],
        node: vec![node("ConvInteger", &["x", "w"], &["y"])],
        ..GraphProto::default()
    })
}

/// An optional sequence that is absent, which the binding reads all the same: SIGSEGV.
pub fn absent_sequence() -> Vec<u8> {
    let sequence = of(type_proto::Value::SequenceType(Box::new(type_proto::Sequence {
        elem_type: value("x", FLOAT, &[-1]).r#type.map(Box::new),
    })));
    let optional = of(type_proto::Value::OptionalType(Box::new(type_proto::Optional {
        elem_type: Some(Box::new(sequence.clone())),
    })));
    let mut absent = node("Optional", &[], &["y"]);
    absent.attribute = vec![AttributeProto {
        name: Some("type".into()),
        r#type: Some(AttributeType::TypeProto as i32),
        tp: Some(sequence),
        ..AttributeProto::default()
    }];
    model(GraphProto {
        output: vec![ValueInfoProto {
            name: Some("y".into()),
            r#type: Some(optional),
            ..ValueInfoProto::default()
        }],
        node: vec![absent],
        ..GraphProto::default()
    })
}

/// Counts and never ends, whatever it is given.
pub fn endless() -> Vec<u8> {
    let body = GraphProto {
        name: Some("step".into()),
        input: vec![value("i", INT64, &[]), value("go", BOOL, &[]), value("sum", FLOAT, &[])],
        output: vec![value("go_on", BOOL, &[]), value("next", FLOAT, &[])],
        node: vec![node("Identity", &["go"], &["go_on"]), node("Add", &["sum", "x"], &["next"])],
        ..GraphProto::default()
    };
    let mut forever = node("Loop", &["trips", "", "x"], &["y"]);
    forever.attribute = vec![AttributeProto {
        name: Some("body".into()),
        r#type: Some(AttributeType::Graph as i32),
        g: Some(body),
        ..AttributeProto::default()
    }];
    model(GraphProto {
        input: vec![value("x", FLOAT, &[])],
        output: vec![value("y", FLOAT, &[])],
        initializer: vec![whole("trips", &[], i64::MAX)],
        node: vec![forever],
        ..GraphProto::default()
    })
}

const TERABYTE_OF_FLOATS: i64 = 1 << 38;

/// A terabyte of zeros, as a constant of the file says.
pub fn constant_terabyte() -> Vec<u8> {
    model(GraphProto {
        output: vec![value("y", FLOAT, &[-1])],
        initializer: vec![whole("size", &[1], TERABYTE_OF_FLOATS)],
        node: vec![node("ConstantOfShape", &["size"], &["y"])],
        ..GraphProto::default()
    })
}

/// A terabyte of zeros for each 1 it is given, which no look at the file finds.
pub fn asked_terabyte() -> Vec<u8> {
    model(GraphProto {
        input: vec![value("length", INT64, &[1])],
        output: vec![value("y", FLOAT, &[-1])],
        initializer: vec![whole("many", &[1], TERABYTE_OF_FLOATS)],
        node: vec![node("Mul", &["length", "many"], &["size"]), node("ConstantOfShape", &["size"], &["y"])],
        ..GraphProto::default()
    })
}

/// Four numbers that lie in another file.
pub fn external(location: &str) -> Vec<u8> {
    let entry = |key: &str, value: &str| StringStringEntryProto {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
    };
    let weights = TensorProto {
        name: Some("w".into()),
        data_type: Some(FLOAT),
        dims: vec![4],
        data_location: Some(1),
        external_data: vec![entry("location", location)],
        ..TensorProto::default()
    };
    model(GraphProto {
        input: vec![value("x", FLOAT, &[4])],
        output: vec![value("y", FLOAT, &[4])],
        initializer: vec![weights],
        node: vec![node("Add", &["x", "w"], &["y"])],
        ..GraphProto::default()
    })
}

pub fn custom_operator() -> Vec<u8> {
    let evil = NodeProto { domain: Some("evil.example".into()), ..node("Backdoor", &["x"], &["y"]) };
    model(one_node(evil))
}

pub fn from_the_future() -> Vec<u8> {
    model_of(99, one_node(node("Identity", &["x"], &["y"])))
}

fn one_node(node: NodeProto) -> GraphProto {
    GraphProto {
        input: vec![value("x", FLOAT, &[-1])],
        output: vec![value("y", FLOAT, &[-1])],
        node: vec![node],
        ..GraphProto::default()
    }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Int as i32),
        i: Some(value),
        ..AttributeProto::default()
    }
}

pub fn whole(name: &str, dims: &[i64], value: i64) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        data_type: Some(INT64),
        dims: dims.to_vec(),
        int64_data: vec![value],
        ..TensorProto::default()
    }
}

fn unranked(name: &str, element: i32) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: Some(element), shape: None };
    let kind = of(type_proto::Value::TensorType(tensor));
    ValueInfoProto { name: Some(name.into()), r#type: Some(kind), ..ValueInfoProto::default() }
}

fn of(value: type_proto::Value) -> TypeProto {
    TypeProto { value: Some(value), ..TypeProto::default() }
}
