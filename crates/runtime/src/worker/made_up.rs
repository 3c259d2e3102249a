//! Inputs for a model nobody has sent a request to yet: unknown dimensions are 1, numbers 1, strings empty.
//!
//! Ones, because zeros make an integer division end the process, which says nothing about the model.

use ort::{session::Session, value::ValueType};
use tidegate_core::{
    Code, ElementType, Tensor, Value,
    tensor::{Keys, Map, element_count},
};

use super::values;
use crate::wire::Failure;

/// No input made up is larger, bytes.
const LARGEST: usize = 1 << 30;

/// A value for each input that must be given.
pub fn inputs(session: &Session) -> Result<Vec<(String, Value)>, Failure> {
    session.inputs().iter().map(|input| Ok((input.name().to_owned(), value(input.dtype())?))).collect()
}

fn value(kind: &ValueType) -> Result<Value, Failure> {
    Ok(match kind {
        ValueType::Tensor { ty, shape, .. } => {
            let shape = shape.iter().map(|dim| usize::try_from(*dim).unwrap_or(1)).collect();
            Value::Tensor(tensor(values::element(*ty)?, shape)?)
        }
        ValueType::Sequence(item) => Value::Sequence(vec![value(item)?]),
        ValueType::Map { key, value } => {
            let keys = match values::element(*key)? {
                ElementType::String => Keys::Strings(vec![String::new()]),
                _ => Keys::Ints(vec![1]),
            };
            Value::Map(Map { keys, values: tensor(values::element(*value)?, vec![1])? })
        }
        ValueType::Optional(_) => Value::None,
    })
}

fn tensor(element: ElementType, shape: Vec<usize>) -> Result<Tensor, Failure> {
    let bytes = |count: &usize| element.bytes_for(*count).unwrap_or(*count);
    let count = element_count(&shape).filter(|count| bytes(count) <= LARGEST).ok_or_else(|| {
        Failure::new(Code::Unsupported, format!("an input of shape {shape:?} is too large to be made up"))
    })?;
    let made = if element == ElementType::String {
        Tensor::from_strings(shape, vec![String::new(); count])
    } else {
        Tensor::from_f64(element, shape.clone(), &vec![1.0; count])
            // Types that travel as raw bytes only.
            .or_else(|_| Tensor::from_bytes(element, shape, vec![0; element.bytes_for(count).unwrap_or(0)]))
    };
    made.map_err(|error| Failure::new(error.code, error.message))
}
