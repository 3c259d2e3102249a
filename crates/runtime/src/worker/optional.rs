//! What the safe binding cannot do: outputs that may be absent, and empty sequences. Must not know requests.
#![allow(
    unsafe_code,
    reason = "the binding ends the process on an absent output, so the C function is called here"
)]

use std::{ffi::CString, ptr::NonNull};

use ort::{
    AsPointer,
    memory::Allocator,
    session::{RunOptions, Session},
    value::{DynValue, DynValueTypeMarker, Value as OrtValue, ValueType},
};
use tidegate_core::{Code, Value, tensor::Named};
use tidegate_onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TypeProto, ValueInfoProto,
    attribute_proto::AttributeType, type_proto,
};

use super::{session, values};
use crate::wire::Failure;

/// Whether an output of the model is declared optional.
pub fn needed(session: &Session) -> bool {
    session.outputs().iter().any(|output| matches!(output.dtype(), ValueType::Optional(_)))
}

/// As `Session::run`, except that it asks each output whether it is there before it looks at it.
pub fn run(
    session: &mut Session,
    inputs: &[(String, DynValue)],
    options: &RunOptions,
) -> Result<Vec<Named>, Failure> {
    let input_names = c_strings(inputs.iter().map(|(name, _)| name.as_str()))?;
    let output_names = c_strings(session.outputs().iter().map(|output| output.name()))?;
    let given: Vec<_> = inputs.iter().map(|(_, value)| value.ptr()).collect();
    let mut outputs = vec![std::ptr::null_mut(); output_names.len()];
    // SAFETY: all arrays are as long as said, every pointer is valid for the call, and `&mut Session` makes sure
    // that nobody else runs this session.
    let status = unsafe {
        (ort::api().Run)(
            session.ptr().cast_mut(),
            options.ptr(),
            pointers(&input_names).as_ptr(),
            given.as_ptr(),
            given.len(),
            pointers(&output_names).as_ptr(),
            output_names.len(),
            outputs.as_mut_ptr(),
        )
    };
    // SAFETY: the status comes from the library and is used once.
    unsafe { ort::Error::result_from_status(status) }.map_err(|error| session::run_failure(&error))?;
    let taken: Vec<Option<DynValue>> = outputs.into_iter().map(take).collect();
    let named = session.outputs().iter().zip(taken).map(|(output, value)| {
        let value = value.as_ref().map_or(Ok(Value::None), values::from_ort)?;
        Ok(Named { name: output.name().to_owned(), value })
    });
    named.collect()
}

/// Owns an output; `None` where there is none.
fn take(output: *mut ort::sys::OrtValue) -> Option<DynValue> {
    let output = NonNull::new(output)?;
    let mut present = 0;
    // SAFETY: the value comes from a run that succeeded and is owned by nobody else.
    unsafe {
        let asked = ort::Error::result_from_status((ort::api().HasValue)(output.as_ptr(), &mut present));
        if asked.is_err() || present == 0 {
            (ort::api().ReleaseValue)(output.as_ptr());
            return None;
        }
        Some(OrtValue::<DynValueTypeMarker>::from_ptr(output, Some(&Allocator::default())))
    }
}

fn c_strings<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<CString>, Failure> {
    names
        .map(|name| {
            CString::new(name).map_err(|_| Failure::new(Code::Invalid, "a name holds a NUL character"))
        })
        .collect()
}

fn pointers(names: &[CString]) -> Vec<*const std::ffi::c_char> {
    names.iter().map(|name| name.as_ptr()).collect()
}

/// A sequence without items, which the C interface cannot make: a one-node model gives it.
pub fn empty_sequence(item: &ValueType) -> Result<DynValue, Failure> {
    let unsupported = || Failure::new(Code::Unsupported, "an empty sequence of anything but tensors");
    let element = item.tensor_type().ok_or_else(unsupported)?;
    let element = ort::sys::ONNXTensorElementDataType::from(element) as i32;
    let mut session =
        session::small(&tidegate_onnx::encode(&sequence_empty(element))).map_err(values::broken)?;
    let mut outputs = session.run(Vec::<(&str, DynValue)>::new()).map_err(values::broken)?;
    outputs.remove("empty").ok_or_else(unsupported)
}

/// The numbers of ONNX Runtime's element types are those of the file format.
fn sequence_empty(element: i32) -> ModelProto {
    let tensor = type_proto::Tensor { elem_type: Some(element), shape: None };
    let tensor = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
    let sequence = type_proto::Sequence { elem_type: Some(Box::new(tensor)) };
    let sequence = TypeProto {
        value: Some(type_proto::Value::SequenceType(Box::new(sequence))),
        ..TypeProto::default()
    };
    let node = NodeProto {
        op_type: Some("SequenceEmpty".into()),
        output: vec!["empty".into()],
        attribute: vec![AttributeProto {
            name: Some("dtype".into()),
            r#type: Some(AttributeType::Int as i32),
            i: Some(i64::from(element)),
            ..AttributeProto::default()
        }],
        ..NodeProto::default()
    };
    let output =
        ValueInfoProto { name: Some("empty".into()), r#type: Some(sequence), ..ValueInfoProto::default() };
    let graph = GraphProto {
        name: Some("empty".into()),
        node: vec![node],
        output: vec![output],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(17) }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}
