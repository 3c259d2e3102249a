//! Values from the program's form into ONNX Runtime's and back. Must not know sessions beyond their inputs' types.
#![allow(
    unsafe_code,
    reason = "tensor bytes are copied by pointer: one way for all element types, odd ones too"
)]

use ort::{
    memory::Allocator,
    session::Session,
    value::{
        DynMapValueType, DynTensor, DynTensorValueType, DynValue, DynValueTypeMarker, Map as OrtMap,
        Sequence, Shape, Tensor as OrtTensor, TensorElementType, TensorValueType, ValueType,
    },
};
use tidegate_core::{
    Code, ElementType, Tensor, Value,
    tensor::{Data, Keys, Map, Named},
};

use super::optional;
use crate::wire::Failure;

/// The inputs of a run; absent optional ones are left out, which is how ONNX Runtime is told.
pub fn inputs(session: &Session, inputs: &[Named]) -> Result<Vec<(String, DynValue)>, Failure> {
    let given = inputs.iter().filter(|named| named.value != Value::None);
    given
        .map(|named| {
            let declared = session.inputs().iter().find(|input| input.name() == named.name);
            Ok((named.name.clone(), to_ort(&named.value, declared.map(|input| input.dtype()))?))
        })
        .collect()
}

fn to_ort(value: &Value, declared: Option<&ValueType>) -> Result<DynValue, Failure> {
    match (value, declared) {
        (_, Some(ValueType::Optional(inner))) => to_ort(value, Some(inner)),
        (Value::Tensor(tensor), _) => Ok(tensor_to_ort(tensor)?.into_dyn()),
        (Value::Sequence(items), Some(ValueType::Sequence(item))) if items.is_empty() => {
            optional::empty_sequence(item)
        }
        (Value::Sequence(items), _) => sequence_to_ort(items, declared),
        (Value::Map(map), _) => map_to_ort(map),
        (Value::None, _) => {
            Err(Failure::new(Code::Invalid, "an absent value cannot be an item of a sequence"))
        }
    }
}

fn sequence_to_ort(items: &[Value], declared: Option<&ValueType>) -> Result<DynValue, Failure> {
    let item = match declared {
        Some(ValueType::Sequence(item)) => Some(&**item),
        _ => None,
    };
    let values = items.iter().map(|value| to_ort(value, item)).collect::<Result<Vec<_>, _>>()?;
    Ok(match items.first() {
        Some(Value::Tensor(_)) => {
            Sequence::<DynTensorValueType>::new(downcast(values)?).map_err(broken)?.into_dyn()
        }
        Some(Value::Map(_)) => {
            Sequence::<DynMapValueType>::new(downcast(values)?).map_err(broken)?.into_dyn()
        }
        _ => return Err(Failure::new(Code::Unsupported, "sequences hold tensors or maps")),
    })
}

fn downcast<T: ort::value::DowncastableTarget>(
    values: Vec<DynValue>,
) -> Result<Vec<ort::value::Value<T>>, Failure> {
    values.into_iter().map(|value| value.downcast().map_err(broken)).collect()
}

/// The four value types ONNX Runtime has maps for, under its two key types.
fn map_to_ort(map: &Map) -> Result<DynValue, Failure> {
    macro_rules! typed {
        ($($element:ident => $type:ty),*) => {
            match (&map.keys, map.values.element) {
                $(
                    (Keys::Ints(keys), ElementType::$element) => OrtMap::<i64, $type>::new_kv(
                        OrtTensor::from_array((vec![keys.len()], keys.clone())).map_err(broken)?,
                        typed_tensor::<TensorValueType<$type>>(&map.values)?,
                    )
                    .map_err(broken)?
                    .into_dyn(),
                    (Keys::Strings(keys), ElementType::$element) => OrtMap::<String, $type>::new_kv(
                        OrtTensor::from_string_array((vec![keys.len()], keys.as_slice())).map_err(broken)?,
                        typed_tensor::<TensorValueType<$type>>(&map.values)?,
                    )
                    .map_err(broken)?
                    .into_dyn(),
                )*
                (_, element) => return Err(unsupported(format!("maps to {element:?}"))),
            }
        };
    }
    Ok(typed!(F32 => f32, F64 => f64, I64 => i64, String => String))
}

fn typed_tensor<T: ort::value::DowncastableTarget>(tensor: &Tensor) -> Result<ort::value::Value<T>, Failure> {
    tensor_to_ort(tensor)?.into_dyn().downcast().map_err(broken)
}

fn tensor_to_ort(tensor: &Tensor) -> Result<DynTensor, Failure> {
    match &tensor.data {
        Data::Strings(strings) => {
            let made = OrtTensor::from_string_array((tensor.shape.clone(), strings.as_slice()));
            Ok(made.map_err(broken)?.upcast())
        }
        Data::Bytes(bytes) => bytes_to_ort(tensor.element, &tensor.shape, bytes),
    }
}

fn bytes_to_ort(element: ElementType, shape: &[usize], bytes: &[u8]) -> Result<DynTensor, Failure> {
    let dims = shape.iter().map(|dim| i64::try_from(*dim).unwrap_or(i64::MAX));
    let mut made =
        DynTensor::new(&Allocator::default(), ort_element(element), Shape::new(dims)).map_err(broken)?;
    if made.size() != Some(bytes.len()) {
        return Err(Failure::new(
            Code::Invalid,
            format!("{} bytes do not fill a {element:?} tensor of shape {shape:?}", bytes.len()),
        ));
    }
    if !bytes.is_empty() {
        // SAFETY: the tensor was just made, is on the CPU, and holds exactly this many bytes.
        let target = unsafe { std::slice::from_raw_parts_mut(made.data_ptr_mut().cast::<u8>(), bytes.len()) };
        target.copy_from_slice(bytes);
        if element == ElementType::Bool {
            // Anything but 0 and 1 is undefined behaviour in C++.
            target.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        }
    }
    Ok(made)
}

/// What the model gave, copied out.
pub fn from_ort(value: &DynValue) -> Result<Value, Failure> {
    match value.dtype() {
        ValueType::Tensor { .. } => tensor_from_ort(value).map(Value::Tensor),
        ValueType::Sequence(_) => {
            let items = value.try_extract_sequence::<DynValueTypeMarker>().map_err(broken)?;
            items.iter().map(from_ort).collect::<Result<_, _>>().map(Value::Sequence)
        }
        ValueType::Map { key, value: element } => map_from_ort(value, *key, *element),
        ValueType::Optional(_) => Err(unsupported("optional values within others")),
    }
}

fn map_from_ort(
    value: &DynValue,
    key: TensorElementType,
    element: TensorElementType,
) -> Result<Value, Failure> {
    macro_rules! typed {
        ($($keys:ident $key:ident $key_type:ty, $value:ident $value_type:ty, $element:ident;)*) => {
            match (key, element) {
                $((TensorElementType::$key, TensorElementType::$value) => {
                    let pairs = value.try_extract_key_values::<$key_type, $value_type>().map_err(broken)?;
                    let (keys, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
                    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                    let values = Tensor::from_bytes(ElementType::$element, vec![values.len()], bytes);
                    Map { keys: Keys::$keys(keys), values: values.map_err(Failure::from)? }
                })*
                _ => return Err(unsupported(format!("maps from {key} to {element}"))),
            }
        };
    }
    Ok(Value::Map(typed! {
        Ints Int64 i64, Float32 f32, F32;
        Ints Int64 i64, Float64 f64, F64;
        Ints Int64 i64, Int64 i64, I64;
        Strings String String, Float32 f32, F32;
        Strings String String, Float64 f64, F64;
        Strings String String, Int64 i64, I64;
    }))
}

fn tensor_from_ort(value: &DynValue) -> Result<Tensor, Failure> {
    let value = value.view().downcast::<DynTensorValueType>().map_err(broken)?;
    let shape: Vec<usize> = value.shape().iter().map(|dim| usize::try_from(*dim).unwrap_or(0)).collect();
    let element = element(*value.data_type())?;
    if element == ElementType::String {
        let (_, strings) = value.try_extract_strings().map_err(broken)?;
        return Tensor::from_strings(shape, strings).map_err(Failure::from);
    }
    let size = value.size().filter(|size| *size > 0);
    let bytes = size.map_or_else(Vec::new, |size| {
        // SAFETY: the tensor is on the CPU (the only provider), lives as long as `value`, and says its own size.
        unsafe { std::slice::from_raw_parts(value.data_ptr().cast::<u8>(), size) }.to_vec()
    });
    Tensor::from_bytes(element, shape, bytes).map_err(Failure::from)
}

pub fn broken(error: ort::Error) -> Failure {
    Failure::new(Code::Invalid, format!("ONNX Runtime does not take or give the value: {}", error.message()))
}

fn unsupported(what: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Unsupported, format!("{what} cannot pass between the program and ONNX Runtime"))
}

macro_rules! elements {
    ($($ours:ident $theirs:ident),* $(,)?) => {
        pub fn ort_element(element: ElementType) -> TensorElementType {
            match element { $(ElementType::$ours => TensorElementType::$theirs),* }
        }
        pub fn element(element: TensorElementType) -> Result<ElementType, Failure> {
            match element {
                $(TensorElementType::$theirs => Ok(ElementType::$ours),)*
                other => Err(unsupported(format!("tensors of type {other}"))),
            }
        }
    };
}

elements! {
    F32 Float32, F64 Float64, F16 Float16, Bf16 Bfloat16,
    I8 Int8, I16 Int16, I32 Int32, I64 Int64,
    U8 Uint8, U16 Uint16, U32 Uint32, U64 Uint64,
    Bool Bool, String String,
    F8E4M3Fn Float8E4M3FN, F8E4M3Fnuz Float8E4M3FNUZ, F8E5M2 Float8E5M2, F8E5M2Fnuz Float8E5M2FNUZ,
    F8E8M0 Float8E8M0, F4E2M1 Float4E2M1,
    I4 Int4, U4 Uint4, I2 Int2, U2 Uint2,
    Complex64 Complex64, Complex128 Complex128,
}
