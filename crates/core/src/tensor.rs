//! Tensors and the other values a model takes and gives.

use bytes::Bytes;
use half::{bf16, f16};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Element types that ONNX knows. The last group travels as raw bytes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ElementType {
    F32,
    F64,
    F16,
    Bf16,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
    String,
    F8E4M3Fn,
    F8E4M3Fnuz,
    F8E5M2,
    F8E5M2Fnuz,
    F8E8M0,
    F4E2M1,
    I4,
    U4,
    I2,
    U2,
    Complex64,
    Complex128,
}

impl ElementType {
    /// Bits of one element; `None` for strings.
    pub fn bits(self) -> Option<usize> {
        use ElementType::*;
        Some(match self {
            String => return None,
            Complex128 => 128,
            F64 | I64 | U64 | Complex64 => 64,
            F32 | I32 | U32 => 32,
            F16 | Bf16 | I16 | U16 => 16,
            I8 | U8 | Bool | F8E4M3Fn | F8E4M3Fnuz | F8E5M2 | F8E5M2Fnuz | F8E8M0 => 8,
            I4 | U4 | F4E2M1 => 4,
            I2 | U2 => 2,
        })
    }
    /// Bytes that `elements` elements take; `None` for strings and on overflow.
    pub fn bytes_for(self, elements: usize) -> Option<usize> {
        elements.checked_mul(self.bits()?).map(|bits| bits.div_ceil(8))
    }
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::F16 | Self::Bf16)
    }
    pub fn is_integer(self) -> bool {
        use ElementType::*;
        matches!(self, I8 | I16 | I32 | I64 | U8 | U16 | U32 | U64)
    }
}

/// A dense tensor, row-major; numbers as little-endian bytes, booleans one byte each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    pub element: ElementType,
    pub shape: Vec<usize>,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Data {
    Bytes(Bytes),
    Strings(Vec<String>),
}

impl Tensor {
    /// A tensor from its raw little-endian bytes, refused unless their count fits the shape.
    pub fn from_bytes(element: ElementType, shape: Vec<usize>, bytes: impl Into<Bytes>) -> Result<Self> {
        let bytes = bytes.into();
        let expected = element_count(&shape).and_then(|count| element.bytes_for(count));
        if expected != Some(bytes.len()) {
            return Err(Error::invalid(format!(
                "{} bytes do not fill a {element:?} tensor of shape {shape:?}",
                bytes.len()
            )));
        }
        Ok(Self { element, shape, data: Data::Bytes(bytes) })
    }
    pub fn from_strings(shape: Vec<usize>, strings: Vec<String>) -> Result<Self> {
        if element_count(&shape) != Some(strings.len()) {
            return Err(Error::invalid(format!(
                "{} strings do not fill a tensor of shape {shape:?}",
                strings.len()
            )));
        }
        Ok(Self { element: ElementType::String, shape, data: Data::Strings(strings) })
    }
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Result<Self> {
        Self::from_bytes(ElementType::F32, shape, le_bytes(values, |v| v.to_le_bytes()))
    }
    pub fn from_i64(shape: Vec<usize>, values: &[i64]) -> Result<Self> {
        Self::from_bytes(ElementType::I64, shape, le_bytes(values, |v| v.to_le_bytes()))
    }
    /// Numbers converted to the element type asked for (rounded for integers, non-zero is true for booleans);
    /// refused where one does not fit.
    pub fn from_f64(element: ElementType, shape: Vec<usize>, values: &[f64]) -> Result<Self> {
        use ElementType::*;
        if element.is_integer() {
            let (low, high) = integer_range(element);
            if let Some(bad) = values.iter().find(|v| !(low..=high).contains(*v) || v.fract() != 0.0) {
                return Err(Error::invalid(format!("{bad} is not a value of type {element:?}")));
            }
        }
        let bytes = match element {
            F32 => le_bytes(values, |v| (*v as f32).to_le_bytes()),
            F64 => le_bytes(values, |v| v.to_le_bytes()),
            F16 => le_bytes(values, |v| f16::from_f64(*v).to_le_bytes()),
            Bf16 => le_bytes(values, |v| bf16::from_f64(*v).to_le_bytes()),
            I8 => le_bytes(values, |v| (*v as i8).to_le_bytes()),
            I16 => le_bytes(values, |v| (*v as i16).to_le_bytes()),
            I32 => le_bytes(values, |v| (*v as i32).to_le_bytes()),
            I64 => le_bytes(values, |v| (*v as i64).to_le_bytes()),
            U8 => le_bytes(values, |v| (*v as u8).to_le_bytes()),
            U16 => le_bytes(values, |v| (*v as u16).to_le_bytes()),
            U32 => le_bytes(values, |v| (*v as u32).to_le_bytes()),
            U64 => le_bytes(values, |v| (*v as u64).to_le_bytes()),
            Bool => le_bytes(values, |v| [u8::from(*v != 0.0)]),
            _ => return Err(Error::unsupported(format!("{element:?} tensors travel as raw bytes only"))),
        };
        Self::from_bytes(element, shape, bytes)
    }
    /// Every element as a number; `None` for strings and for types that travel as raw bytes only.
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        use ElementType::*;
        let Data::Bytes(bytes) = &self.data else { return None };
        Some(match self.element {
            F32 => read(bytes, |b: [u8; 4]| f64::from(f32::from_le_bytes(b))),
            F64 => read(bytes, f64::from_le_bytes),
            F16 => read(bytes, |b| f16::from_le_bytes(b).to_f64()),
            Bf16 => read(bytes, |b| bf16::from_le_bytes(b).to_f64()),
            I8 => read(bytes, |b| f64::from(i8::from_le_bytes(b))),
            I16 => read(bytes, |b| f64::from(i16::from_le_bytes(b))),
            I32 => read(bytes, |b| f64::from(i32::from_le_bytes(b))),
            I64 => read(bytes, |b| i64::from_le_bytes(b) as f64),
            U8 => read(bytes, |b: [u8; 1]| f64::from(b[0])),
            U16 => read(bytes, |b| f64::from(u16::from_le_bytes(b))),
            U32 => read(bytes, |b| f64::from(u32::from_le_bytes(b))),
            U64 => read(bytes, |b| u64::from_le_bytes(b) as f64),
            Bool => read(bytes, |b: [u8; 1]| f64::from(u8::from(b[0] != 0))),
            _ => return None,
        })
    }
    /// Tells every element as a number with its place, without a copy; whether there are any (see
    /// [`Self::to_f64`]).
    pub fn each_f64(&self, mut look: impl FnMut(usize, f64)) -> bool {
        use ElementType::*;
        let Data::Bytes(bytes) = &self.data else { return false };
        let look = &mut look;
        match self.element {
            F32 => each(bytes, look, |b: [u8; 4]| f64::from(f32::from_le_bytes(b))),
            F64 => each(bytes, look, f64::from_le_bytes),
            I32 => each(bytes, look, |b| f64::from(i32::from_le_bytes(b))),
            I64 => each(bytes, look, |b| i64::from_le_bytes(b) as f64),
            U8 => each(bytes, look, |b: [u8; 1]| f64::from(b[0])),
            // Rarer ones may cost a copy.
            _ => match self.to_f64() {
                Some(numbers) => numbers.into_iter().enumerate().for_each(|(at, number)| look(at, number)),
                None => return false,
            },
        }
        true
    }
    /// Every element of an integer tensor, exactly (u64 above i64::MAX wraps).
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        match (&self.data, self.element) {
            (Data::Bytes(bytes), ElementType::I64 | ElementType::U64) => {
                Some(read(bytes, i64::from_le_bytes))
            }
            (_, element) if element.is_integer() => {
                self.to_f64().map(|values| values.into_iter().map(|v| v as i64).collect())
            }
            _ => None,
        }
    }
    pub fn strings(&self) -> Option<&[String]> {
        match &self.data {
            Data::Strings(strings) => Some(strings),
            Data::Bytes(_) => None,
        }
    }
    /// Number of elements.
    pub fn len(&self) -> usize {
        element_count(&self.shape).unwrap_or(0)
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Payload size in bytes (strings: their UTF-8 lengths).
    pub fn byte_len(&self) -> usize {
        match &self.data {
            Data::Bytes(bytes) => bytes.len(),
            Data::Strings(strings) => strings.iter().map(String::len).sum(),
        }
    }
    /// Length of the first dimension; 1 for scalars.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }
}

/// The product of the dimensions; `None` on overflow.
pub fn element_count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |count, dim| count.checked_mul(*dim))
}

fn integer_range(element: ElementType) -> (f64, f64) {
    use ElementType::*;
    match element {
        I8 => (i8::MIN.into(), i8::MAX.into()),
        I16 => (i16::MIN.into(), i16::MAX.into()),
        I32 => (i32::MIN.into(), i32::MAX.into()),
        U8 => (0.0, u8::MAX.into()),
        U16 => (0.0, u16::MAX.into()),
        U32 => (0.0, u32::MAX.into()),
        U64 => (0.0, u64::MAX as f64),
        _ => (i64::MIN as f64, i64::MAX as f64),
    }
}

fn le_bytes<T, const N: usize>(values: &[T], encode: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(encode).collect()
}

fn read<T, const N: usize>(bytes: &[u8], decode: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| decode(*chunk)).collect()
}

fn each<const N: usize>(bytes: &[u8], look: &mut impl FnMut(usize, f64), decode: impl Fn([u8; N]) -> f64) {
    bytes.as_chunks::<N>().0.iter().enumerate().for_each(|(at, chunk)| look(at, decode(*chunk)));
}

/// What a model takes or gives: mostly tensors; classifiers from scikit-learn give sequences of maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Tensor(Tensor),
    Sequence(Vec<Value>),
    Map(Map),
    /// An optional value that is absent.
    None,
}

/// A map with integer or string keys to the elements of a one-dimensional tensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    pub keys: Keys,
    pub values: Tensor,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Keys {
    Ints(Vec<i64>),
    Strings(Vec<String>),
}

impl Keys {
    pub fn to_strings(&self) -> Vec<String> {
        match self {
            Keys::Ints(keys) => keys.iter().map(i64::to_string).collect(),
            Keys::Strings(keys) => keys.clone(),
        }
    }
}

impl Value {
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Value::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }
}

/// A value under the name of the model's input or output it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub value: Value,
}

impl Named {
    pub fn new(name: impl Into<String>, value: Value) -> Self {
        Self { name: name.into(), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_and_out_of_every_numeric_type() {
        use ElementType::*;
        for element in [F32, F64, F16, Bf16, I8, I16, I32, I64, U8, U16, U32, U64] {
            let tensor = Tensor::from_f64(element, vec![3], &[0.0, 1.0, 100.0]).unwrap();
            assert_eq!(tensor.to_f64().unwrap(), [0.0, 1.0, 100.0], "{element:?}");
            let mut told = Vec::new();
            assert!(tensor.each_f64(|at, number| told.push((at, number))));
            assert_eq!(told, [(0, 0.0), (1, 1.0), (2, 100.0)], "{element:?}");
        }
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        assert!(Tensor::from_f64(ElementType::U8, vec![1], &[256.0]).is_err());
        assert!(Tensor::from_f64(ElementType::I32, vec![1], &[0.5]).is_err());
        assert!(Tensor::from_bytes(ElementType::F32, vec![2, 2], vec![0; 15]).is_err());
        assert!(Tensor::from_bytes(ElementType::F32, vec![usize::MAX, 2], vec![]).is_err());
    }
}
