//! Datatypes by their names on the wire, and tensors as JSON.

use serde::{
    Serialize, Serializer,
    de::{DeserializeSeed, Deserializer, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tidegate_core::{ElementType, Error, Result, tensor::Data, tensor::Tensor, tensor::element_count};

/// The name of an element type; `None` where the protocol has none.
pub(super) fn datatype(element: ElementType) -> Option<&'static str> {
    use ElementType::*;
    Some(match element {
        Bool => "BOOL",
        U8 => "UINT8",
        U16 => "UINT16",
        U32 => "UINT32",
        U64 => "UINT64",
        I8 => "INT8",
        I16 => "INT16",
        I32 => "INT32",
        I64 => "INT64",
        F16 => "FP16",
        Bf16 => "BF16",
        F32 => "FP32",
        F64 => "FP64",
        String => "BYTES",
        _ => return None,
    })
}

pub(super) fn element(datatype: &str) -> Result<ElementType> {
    use ElementType::*;
    let all = [Bool, U8, U16, U32, U64, I8, I16, I32, I64, F16, Bf16, F32, F64, String];
    all.into_iter().find(|element| self::datatype(*element) == Some(datatype)).ok_or_else(|| {
        Error::invalid(format!("`{}` is not a datatype", datatype.escape_debug()))
            .hint("one of BOOL, UINT8 to UINT64, INT8 to INT64, FP16, BF16, FP32, FP64, BYTES")
    })
}

/// A tensor from its `data`, nested or flat, in row-major order.
///
/// # Errors
/// Invalid, completing "input `x`: ..." by the caller.
pub(super) fn from_json(element: ElementType, shape: Vec<usize>, data: &RawValue) -> Result<Tensor> {
    if matches!(element, ElementType::F16 | ElementType::Bf16) {
        return Err(Error::invalid("FP16 and BF16 have no form in JSON").hint("send it as a binary tensor"));
    }
    // A shape may promise more than memory holds; the data says how much there is.
    let promised = element_count(&shape).unwrap_or(0).min(data.get().len());
    let mut read = Elements { element, bytes: Vec::new(), strings: Vec::new() };
    match element.bytes_for(promised) {
        Some(bytes) => read.bytes.reserve_exact(bytes),
        None => read.strings.reserve_exact(promised),
    }
    let mut json = serde_json::Deserializer::from_str(data.get());
    Nest(&mut read).deserialize(&mut json).map_err(|error| Error::invalid(format!("`data`: {error}")))?;
    match element {
        ElementType::String => Tensor::from_strings(shape, read.strings),
        _ => Tensor::from_bytes(element, shape, read.bytes),
    }
}

/// The elements read so far.
struct Elements {
    element: ElementType,
    bytes: Vec<u8>,
    strings: Vec<String>,
}

impl Elements {
    /// Whole numbers, exactly; `false` where one does not fit the type.
    fn push_whole(&mut self, value: i128) -> bool {
        use ElementType::*;
        macro_rules! fit {
            ($($kind:ident as $number:ty),*) => {
                match self.element {
                    $($kind => match <$number>::try_from(value) {
                        Ok(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
                        Err(_) => return false,
                    },)*
                    Bool => match value {
                        0 | 1 => self.bytes.push(value as u8),
                        _ => return false,
                    },
                    _ => return self.push_real(value as f64),
                }
            };
        }
        fit!(U8 as u8, U16 as u16, U32 as u32, U64 as u64, I8 as i8, I16 as i16, I32 as i32, I64 as i64);
        true
    }

    fn push_real(&mut self, value: f64) -> bool {
        match self.element {
            ElementType::F64 => self.bytes.extend_from_slice(&value.to_le_bytes()),
            ElementType::F32 => {
                let narrow = value as f32;
                if narrow.is_infinite() && value.is_finite() {
                    return false;
                }
                self.bytes.extend_from_slice(&narrow.to_le_bytes());
            }
            // Written as 3.0 it is whole all the same; beyond 2^53 it would not be exact.
            element
                if element.is_integer() && value.fract() == 0.0 && value.abs() <= (1_u64 << 53) as f64 =>
            {
                return self.push_whole(value as i128);
            }
            _ => return false,
        }
        true
    }

    fn push_bool(&mut self, value: bool) -> bool {
        let fits = self.element == ElementType::Bool;
        if fits {
            self.bytes.push(u8::from(value));
        }
        fits
    }
}

/// One element, or a list of them to any depth.
struct Nest<'a>(&'a mut Elements);

impl<'de> DeserializeSeed<'de> for Nest<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Nest<'_> {
    fn done<E: serde::de::Error>(&self, fits: bool, value: impl std::fmt::Display) -> Result<(), E> {
        if fits {
            return Ok(());
        }
        Err(E::custom(format!(
            "{value} is not a value of {}",
            datatype(self.0.element).unwrap_or("this type")
        )))
    }
}

impl<'de> Visitor<'de> for Nest<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "values of {}, nested or flat", datatype(self.0.element).unwrap_or("this type"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Nest(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        let fits = self.0.push_whole(value.into());
        self.done(fits, value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        let fits = self.0.push_whole(value.into());
        self.done(fits, value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        let fits = self.0.push_real(value);
        self.done(fits, value)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        let fits = self.0.push_bool(value);
        self.done(fits, value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        let fits = self.0.element.is_float() && self.0.push_real(f64::NAN);
        self.done(fits, "null")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        if self.0.element != ElementType::String {
            return Err(E::invalid_type(serde::de::Unexpected::Str(value), &self));
        }
        self.0.strings.push(value.to_owned());
        Ok(())
    }
}

/// A tensor as a flat JSON list; what is no number is `null`.
pub(super) struct Flat<'a>(pub &'a Tensor);

impl Serialize for Flat<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use ElementType::*;
        let bytes = match &self.0.data {
            Data::Strings(strings) => return to.collect_seq(strings),
            Data::Bytes(bytes) => bytes,
        };
        match self.0.element {
            Bool => to.collect_seq(bytes.iter().map(|byte| *byte != 0)),
            U8 => to.collect_seq(bytes.iter()),
            I8 => to.collect_seq(numbers(bytes, i8::from_le_bytes)),
            U16 => to.collect_seq(numbers(bytes, u16::from_le_bytes)),
            I16 => to.collect_seq(numbers(bytes, i16::from_le_bytes)),
            U32 => to.collect_seq(numbers(bytes, u32::from_le_bytes)),
            I32 => to.collect_seq(numbers(bytes, i32::from_le_bytes)),
            U64 => to.collect_seq(numbers(bytes, u64::from_le_bytes)),
            I64 => to.collect_seq(numbers(bytes, i64::from_le_bytes)),
            // serde_json writes NaN and the infinities as null.
            F32 => to.collect_seq(numbers(bytes, f32::from_le_bytes)),
            F64 => to.collect_seq(numbers(bytes, f64::from_le_bytes)),
            element => Err(serde::ser::Error::custom(format!("{element:?} has no form in JSON"))),
        }
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], decode: impl Fn([u8; N]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |chunk| decode(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(datatype: &str, shape: &[usize], data: &str) -> Result<Tensor> {
        from_json(element(datatype).unwrap(), shape.to_vec(), &RawValue::from_string(data.into()).unwrap())
    }

    fn back(tensor: &Tensor) -> String {
        serde_json::to_string(&Flat(tensor)).unwrap()
    }

    #[test]
    fn every_json_datatype_reads_back_exactly() {
        for (datatype, values) in [
            ("BOOL", "[true,false]"),
            ("UINT8", "[0,255]"),
            ("UINT16", "[0,65535]"),
            ("UINT32", "[0,4294967295]"),
            ("UINT64", "[0,18446744073709551615]"),
            ("INT8", "[-128,127]"),
            ("INT16", "[-32768,32767]"),
            ("INT32", "[-2147483648,2147483647]"),
            ("INT64", "[-9223372036854775808,9223372036854775807]"),
            ("FP32", "[0.1,-3.4028235e+38]"),
            ("FP64", "[0.1,1e+300]"),
            ("BYTES", "[\"\",\"grün\"]"),
        ] {
            assert_eq!(back(&read(datatype, &[2], values).unwrap()), values, "{datatype}");
        }
    }

    #[test]
    fn nested_lists_are_row_major() {
        let tensor = read("FP32", &[2, 2], "[[1, 2], [3, 4]]").unwrap();
        assert_eq!(tensor, read("FP32", &[2, 2], "[1, 2.0, 3, 4]").unwrap());
        assert!(read("FP32", &[2, 2], "[1, 2, 3]").is_err());
        assert!(read("FP32", &[usize::MAX, 2], "[1]").is_err());
    }

    #[test]
    fn null_is_not_a_number_both_ways() {
        let tensor = read("FP32", &[2], "[null, 1]").unwrap();
        assert!(tensor.to_f64().unwrap()[0].is_nan());
        assert_eq!(back(&tensor), "[null,1.0]");
        assert!(read("INT32", &[1], "[null]").is_err());
    }

    #[test]
    fn a_value_of_another_type_is_named() {
        for (datatype, data, named) in [
            ("UINT8", "[256]", "256 is not a value of UINT8"),
            ("INT64", "[1.5]", "1.5 is not a value of INT64"),
            ("INT64", "[1e19]", "is not a value of INT64"),
            ("FP32", "[1e39]", "is not a value of FP32"),
            ("BOOL", "[2]", "2 is not a value of BOOL"),
            ("FP64", "[true]", "true is not a value of FP64"),
            ("FP32", "[\"one\"]", "values of FP32"),
            ("BYTES", "[1]", "1 is not a value of BYTES"),
            ("FP32", "{}", "values of FP32"),
            ("FP16", "[1]", "FP16"),
        ] {
            let error = read(datatype, &[1], data).unwrap_err();
            assert!(error.message.contains(named), "{datatype} {data}: {error}");
        }
    }
}
