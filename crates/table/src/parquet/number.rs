//! Numbers from Parquet's physical types.

use ::parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use half::f16;

use crate::Data;

/// The nearest `f64`.
pub(super) trait Number {
    fn number(&self) -> f64;
}

impl Number for i32 {
    fn number(&self) -> f64 {
        f64::from(*self)
    }
}

impl Number for i64 {
    fn number(&self) -> f64 {
        *self as f64
    }
}

impl Number for f32 {
    fn number(&self) -> f64 {
        f64::from(*self)
    }
}

impl Number for f64 {
    fn number(&self) -> f64 {
        *self
    }
}

/// Milliseconds since the Unix epoch.
impl Number for Int96 {
    fn number(&self) -> f64 {
        self.to_millis() as f64
    }
}

impl Number for ByteArray {
    fn number(&self) -> f64 {
        big_endian(self.data())
    }
}

impl Number for FixedLenByteArray {
    fn number(&self) -> f64 {
        big_endian(self.data())
    }
}

/// A whole number in two's complement, the highest byte first, as decimals are kept.
fn big_endian(bytes: &[u8]) -> f64 {
    let sign = bytes.first().map_or(0.0, |first| if first.cast_signed() < 0 { -1.0 } else { 0.0 });
    bytes.iter().fold(sign, |number, byte| number * 256.0 + f64::from(*byte))
}

/// A number of 16 bits; NaN when the file holds another length.
pub(super) fn half(bytes: &FixedLenByteArray) -> f64 {
    bytes.data().try_into().map_or(f64::NAN, |bytes| f16::from_le_bytes(bytes).to_f64())
}

/// Whole numbers while all are there and fit, else their nearest `f64`.
#[derive(Debug, Default)]
pub(super) struct Whole {
    integers: Vec<i64>,
    floats: Option<Vec<f64>>,
}

impl Whole {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { integers: Vec::with_capacity(rows), floats: None }
    }
    pub(super) fn push(&mut self, value: i64) {
        match &mut self.floats {
            Some(floats) => floats.push(value as f64),
            None => self.integers.push(value),
        }
    }
    pub(super) fn push_unsigned(&mut self, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.push(value),
            Err(_) => self.push_float(value as f64),
        }
    }
    pub(super) fn push_missing(&mut self) {
        self.push_float(f64::NAN);
    }
    fn push_float(&mut self, value: f64) {
        let integers = std::mem::take(&mut self.integers);
        let floats = self.floats.get_or_insert_with(|| {
            let mut floats = Vec::with_capacity(integers.capacity());
            floats.extend(integers.iter().map(|value| *value as f64));
            floats
        });
        floats.push(value);
    }
    pub(super) fn finish(self) -> Data {
        self.floats.map_or(Data::Integer(self.integers), Data::Float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_any_length_are_numbers() {
        assert_eq!((big_endian(&[]), big_endian(&[1, 0]), big_endian(&[0xff])), (0.0, 256.0, -1.0));
        assert_eq!(big_endian(&(-1_234_567_i64).to_be_bytes()), -1_234_567.0);
    }

    #[test]
    fn whole_numbers_with_gaps_are_floats() {
        let mut whole = Whole::with_capacity(3);
        whole.push(1);
        whole.push_missing();
        whole.push_unsigned(u64::MAX);
        let Data::Float(values) = whole.finish() else { panic!("a gap") };
        assert!(values[0] == 1.0 && values[1].is_nan() && values[2] == u64::MAX as f64);
    }
}
