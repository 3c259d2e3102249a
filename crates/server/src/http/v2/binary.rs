//! Tensors as bytes: little-endian, BOOL one byte each, BYTES with a length before each element.

use bytes::Bytes;
use tidegate_core::{
    ElementType, Error, Result,
    tensor::{Data, Tensor},
};

/// A tensor from exactly its bytes.
///
/// # Errors
/// Invalid, completing "input `x`: ..." by the caller.
pub(super) fn decode(element: ElementType, shape: Vec<usize>, bytes: Bytes) -> Result<Tensor> {
    match element {
        ElementType::String => Tensor::from_strings(shape, strings(&bytes)?),
        ElementType::Bool if bytes.iter().any(|byte| *byte > 1) => {
            Err(Error::invalid("a byte of a BOOL tensor is neither 0 nor 1"))
        }
        _ => Tensor::from_bytes(element, shape, bytes),
    }
}

fn strings(mut bytes: &[u8]) -> Result<Vec<String>> {
    let mut strings = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk().ok_or_else(short)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short())?;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        let text = std::str::from_utf8(text).map_err(|cause| {
            Error::invalid(format!("element {} is not UTF-8", strings.len())).because(cause)
        })?;
        strings.push(text.to_owned());
        bytes = rest;
    }
    Ok(strings)
}

fn short() -> Error {
    Error::invalid("the bytes end in the middle of an element")
        .hint("each element of BYTES is a 32-bit little-endian length and as many bytes")
}

/// The bytes of a tensor.
pub(super) fn encode(tensor: &Tensor) -> Result<Bytes> {
    let strings = match &tensor.data {
        Data::Bytes(bytes) => return Ok(bytes.clone()),
        Data::Strings(strings) => strings,
    };
    let mut bytes = Vec::with_capacity(tensor.byte_len() + 4 * strings.len());
    for text in strings {
        let length = u32::try_from(text.len())
            .map_err(|cause| Error::unsupported("a text is longer than 4 GiB").because(cause))?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_carry_their_lengths() {
        let tensor = Tensor::from_strings(vec![3], vec!["a".into(), String::new(), "grün".into()]).unwrap();
        let bytes = encode(&tensor).unwrap();
        assert_eq!(bytes, b"\x01\0\0\0a\0\0\0\0\x05\0\0\0gr\xc3\xbcn"[..]);
        assert_eq!(decode(ElementType::String, vec![3], bytes.clone()).unwrap(), tensor);
        for end in [1, 6, bytes.len() - 1] {
            let error = decode(ElementType::String, vec![3], bytes.slice(..end)).unwrap_err();
            assert!(error.message.contains("middle of an element"), "{error}");
        }
        assert!(decode(ElementType::String, vec![2], bytes).is_err());
        assert!(decode(ElementType::String, vec![1], Bytes::from_static(b"\x01\0\0\0\xff")).is_err());
    }

    #[test]
    fn numbers_must_fill_the_shape() {
        assert!(decode(ElementType::F32, vec![2], Bytes::from_static(&[0; 8])).is_ok());
        assert!(decode(ElementType::F32, vec![2], Bytes::from_static(&[0; 7])).is_err());
        assert!(decode(ElementType::Bool, vec![1], Bytes::from_static(&[2])).is_err());
    }
}
