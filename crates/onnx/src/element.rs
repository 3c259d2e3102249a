//! ONNX's element types (`TensorProto.DataType`) and ours.

use tidegate_core::ElementType;

use ElementType::*;

/// In the order of ONNX's numbers, which start at 1.
const BY_NUMBER: [ElementType; 26] = [
    F32, U8, I8, U16, I16, I32, I64, String, Bool, F16, F64, U32, U64, Complex64, Complex128, Bf16, F8E4M3Fn,
    F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, U4, I4, F4E2M1, F8E8M0, U2, I2,
];

/// The element type of a `TensorProto.DataType`; `None` for numbers this program does not know.
pub fn element_type(data_type: i32) -> Option<ElementType> {
    BY_NUMBER.get(usize::try_from(data_type).ok()?.checked_sub(1)?).copied()
}

/// The `TensorProto.DataType` of an element type.
pub fn data_type(element: ElementType) -> i32 {
    BY_NUMBER.iter().position(|known| *known == element).map_or(0, |index| index as i32 + 1)
}

/// The name that ONNX and numpy users know it by, e.g. `float32`.
pub fn element_name(element: ElementType) -> &'static str {
    match element {
        F32 => "float32",
        F64 => "float64",
        F16 => "float16",
        Bf16 => "bfloat16",
        I8 => "int8",
        I16 => "int16",
        I32 => "int32",
        I64 => "int64",
        U8 => "uint8",
        U16 => "uint16",
        U32 => "uint32",
        U64 => "uint64",
        Bool => "bool",
        String => "string",
        F8E4M3Fn => "float8e4m3fn",
        F8E4M3Fnuz => "float8e4m3fnuz",
        F8E5M2 => "float8e5m2",
        F8E5M2Fnuz => "float8e5m2fnuz",
        F8E8M0 => "float8e8m0",
        F4E2M1 => "float4e2m1",
        I4 => "int4",
        U4 => "uint4",
        I2 => "int2",
        U2 => "uint2",
        Complex64 => "complex64",
        Complex128 => "complex128",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tensor_proto::DataType;

    #[test]
    fn every_number_of_the_format_is_known_under_its_own_name() {
        for number in 1..=26 {
            let element = element_type(number).unwrap();
            assert_eq!(data_type(element), number);
            let official = DataType::try_from(number).unwrap().as_str_name().to_lowercase();
            let ours = element_name(element);
            let spelt = match official.as_str() {
                "float" => "float32",
                "double" => "float64",
                other => other,
            };
            assert_eq!(ours, spelt);
        }
        assert_eq!((element_type(0), element_type(27), element_type(-1)), (None, None, None));
    }
}
