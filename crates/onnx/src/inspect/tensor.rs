//! The head of a tensor: what it declares and how much data it holds, without the data.

use tidegate_core::{ElementType, Result};

use super::{external::External, walk::read_entry};
use crate::{
    element::{element_name, element_type},
    wire::{
        Payload::{Bytes, Fixed32, Fixed64, Varint},
        Span, Wire, malformed,
    },
};

const MAX_RANK: usize = 64;
/// Values kept of a short integer tensor, which may be a shape.
const SHORT: usize = 16;
/// Strings kept of a tensor, which may be class names, and the bytes of each.
const MOST_STRINGS: usize = 1024;
const LONGEST_STRING: u64 = 256;

#[derive(Debug, Default)]
pub(super) struct TensorHead {
    pub name: String,
    pub dims: Vec<i64>,
    pub data_type: i32,
    /// The values of an int64 tensor of at most one dimension and 16 elements.
    pub short_ints: Vec<i64>,
    /// The values of a string tensor of at most 1024 short strings.
    pub short_strings: Vec<String>,
    raw_bytes: Option<u64>,
    raw_short: Vec<u8>,
    /// Values in the typed fields (`float_data`, `int32_data`...).
    entries: u64,
    string_bytes: u64,
    external: Vec<(String, String)>,
    is_external: bool,
}

impl TensorHead {
    pub fn read(wire: &mut Wire, span: Span) -> Result<Self> {
        let mut head = Self::default();
        wire.each(span, |wire, number, payload| {
            match (number, payload) {
                (1, Varint(dim)) => head.dims.push(dim.cast_signed()),
                (1, Bytes(packed)) => head.dims.extend(wire.varints(packed, MAX_RANK + 1)?),
                (2, Varint(number)) => head.data_type = i32::try_from(number).unwrap_or(0),
                (8, Bytes(text)) => head.name = wire.name(text)?,
                (9, Bytes(_)) if head.raw_bytes.is_some() => {
                    return Err(malformed("a tensor holds its data twice"));
                }
                (9, Bytes(raw)) => head.raw(wire, raw)?,
                (13, Bytes(_)) if head.external.len() == SHORT => {
                    return Err(malformed("a tensor has too many external data entries"));
                }
                (13, Bytes(entry)) => head.external.push(read_entry(wire, entry)?),
                (14, Varint(location)) => head.is_external = location == 1,
                _ => head.typed(wire, number, payload)?,
            }
            if head.dims.len() > MAX_RANK {
                return Err(malformed("a tensor has more than 64 dimensions"));
            }
            Ok(())
        })?;
        head.keep_short();
        Ok(head)
    }

    fn raw(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        self.raw_bytes = Some(span.len());
        if span.len() <= 8 * SHORT as u64 {
            self.raw_short = wire.bytes(span, span.len())?;
        }
        Ok(())
    }

    /// The typed data fields, packed or not.
    fn typed(&mut self, wire: &mut Wire, number: u32, payload: crate::wire::Payload) -> Result<()> {
        self.entries += match (number, payload) {
            (4, Bytes(packed)) => packed.len() / 4,
            (10, Bytes(packed)) => packed.len() / 8,
            (7, Bytes(packed)) if packed.len() <= 10 * SHORT as u64 => {
                self.short_ints.extend(wire.varints(packed, SHORT + 1)?);
                wire.count_varints(packed)?
            }
            (5 | 7 | 11, Bytes(packed)) => wire.count_varints(packed)?,
            (7, Varint(value)) => {
                if self.short_ints.len() <= SHORT {
                    self.short_ints.push(value.cast_signed());
                }
                1
            }
            (6, Bytes(text)) => self.string(wire, text)?,
            (4, Fixed32) | (10, Fixed64) | (5 | 11, Varint(_)) => 1,
            _ => 0,
        };
        Ok(())
    }

    /// Keeps a short string; counts one entry.
    fn string(&mut self, wire: &mut Wire, span: Span) -> Result<u64> {
        self.string_bytes += span.len();
        if span.len() <= LONGEST_STRING && self.short_strings.len() <= MOST_STRINGS {
            self.short_strings.push(wire.prose(span)?);
        }
        Ok(1)
    }

    fn keep_short(&mut self) {
        if element_type(self.data_type) != Some(ElementType::I64) || self.dims.len() > 1 {
            self.short_ints.clear();
        } else if self.raw_bytes.is_some() {
            self.short_ints =
                self.raw_short.as_chunks::<8>().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
        }
        // Longer than a shape can be: not all of it was kept.
        if self.short_ints.len() > SHORT {
            self.short_ints.clear();
        }
        if self.short_strings.len() > MOST_STRINGS || self.short_strings.len() as u64 != self.entries {
            self.short_strings.clear();
        }
    }

    /// The number of elements the dimensions make.
    pub fn elements(&self) -> std::result::Result<u64, String> {
        if let Some(dim) = self.dims.iter().find(|dim| **dim < 0) {
            return Err(format!("has the negative dimension {dim}"));
        }
        let product =
            self.dims.iter().try_fold(1_u64, |product, dim| product.checked_mul(dim.unsigned_abs()));
        product.ok_or_else(|| format!("declares the absurd shape {:?}", self.dims))
    }

    /// Bytes its elements take in raw form, by its declared shape and type; for strings their own lengths.
    pub fn declared_bytes(&self) -> u64 {
        self.expected_bytes().unwrap_or(self.string_bytes)
    }

    fn expected_bytes(&self) -> Option<u64> {
        let elements = usize::try_from(self.elements().ok()?).ok()?;
        element_type(self.data_type)?.bytes_for(elements).map(|bytes| bytes as u64)
    }

    /// Whether the data in the file fills the declared shape.
    pub fn check(&self) -> std::result::Result<(), String> {
        let elements = self.elements()?;
        let element = element_type(self.data_type)
            .ok_or_else(|| format!("has elements of the unknown type {}", self.data_type))?;
        if self.is_external {
            let here = self.raw_bytes.is_some() || self.entries > 0;
            return if here { Err("has data both in the file and outside".into()) } else { Ok(()) };
        }
        if !self.external.is_empty() {
            return Err("names external data but says its data is in the file".into());
        }
        let declared = format!("declares {elements} elements of {} but holds", element_name(element));
        match self.raw_bytes {
            Some(_) if element == ElementType::String => Err("holds strings as raw bytes".into()),
            Some(bytes) if self.expected_bytes() != Some(bytes) => Err(format!("{declared} {bytes} bytes")),
            Some(_) => Ok(()),
            None if self.entries_fit(element, elements) => Ok(()),
            None => Err(format!("{declared} {}", self.entries)),
        }
    }

    /// Small types share an entry of `int32_data`, complex ones take two of `float_data`.
    fn entries_fit(&self, element: ElementType, elements: u64) -> bool {
        let expected = match element {
            ElementType::Complex64 | ElementType::Complex128 => elements.saturating_mul(2),
            _ => match element.bits() {
                Some(bits @ (2 | 4)) => elements.div_ceil(8 / bits as u64),
                _ => elements,
            },
        };
        self.entries == expected
    }

    /// Where its data lies, if that is outside the file.
    pub fn external(&self) -> Option<External> {
        self.is_external.then(|| External::new(&self.name, &self.external, self.expected_bytes()))
    }
}
