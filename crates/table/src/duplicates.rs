//! Rows that are there more than once.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet};

use crate::{Data, Table};

impl Table {
    /// Rows that equal an earlier one in every column (two missing values are equal), by a hash of 64 bits.
    pub fn duplicates(&self) -> usize {
        let hasher = DefaultHashBuilder::default();
        let mut rows = vec![0_u64; self.rows];
        for column in &self.columns {
            let mut mix = |row: usize, value: u64| rows[row] = hasher.hash_one((rows[row], value));
            match &column.data {
                Data::Float(values) | Data::Time(values) => {
                    values.iter().enumerate().for_each(|(row, value)| mix(row, bits(*value)));
                }
                Data::Integer(values) => {
                    values.iter().enumerate().for_each(|(row, value)| mix(row, value.cast_unsigned()));
                }
                Data::Boolean(values) => {
                    values.iter().enumerate().for_each(|(row, value)| mix(row, value.map_or(2, u64::from)));
                }
                Data::Text(values) => {
                    values.codes.iter().enumerate().for_each(|(row, code)| mix(row, u64::from(*code)));
                }
            }
        }
        let distinct: HashSet<u64> = rows.iter().copied().collect();
        rows.len() - distinct.len()
    }
}

/// The same for all numbers that are equal, and for all that are missing.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    #[test]
    fn equal_rows_are_counted() {
        let numbers = vec![1.0, f64::NAN, 0.0, f64::NAN, -0.0, 1.0];
        let flags = vec![Some(true), None, Some(false), None, Some(false), Some(false)];
        let columns = vec![
            Column { name: "x".into(), data: Data::Float(numbers) },
            Column { name: "y".into(), data: Data::Boolean(flags) },
        ];
        assert_eq!(Table { columns, rows: 6, left: vec![] }.duplicates(), 2);
    }
}
