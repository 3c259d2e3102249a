//! The values of a column that is learnt from, in the form in which the model will be given them.

use tidegate_table::{Categories, Column};

/// A column that is learnt from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chosen<'a> {
    pub name: &'a str,
    pub kind: &'static str,
    pub cells: Cells<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cells<'a> {
    /// In single precision; NaN where missing, infinite or too large for it.
    Numbers(Vec<f32>),
    Texts(&'a Categories),
}

impl<'a> Cells<'a> {
    pub fn of(column: &'a Column) -> Self {
        match (&column.data, column.numbers()) {
            (tidegate_table::Data::Text(texts), _) => Self::Texts(texts),
            (_, numbers) => {
                Self::Numbers(numbers.unwrap_or_default().iter().map(|value| finite(*value as f32)).collect())
            }
        }
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(numbers) => numbers[row].is_nan(),
            Self::Texts(texts) => text(texts, row).is_none(),
        }
    }

    /// The same for the same value, missing ones among them.
    pub fn key(&self, row: usize) -> u64 {
        match self {
            Self::Numbers(numbers) if numbers[row].is_nan() => u64::MAX,
            // Adding zero makes -0 and 0 the same.
            Self::Numbers(numbers) => u64::from((numbers[row] + 0.0).to_bits()),
            Self::Texts(texts) => text(texts, row).map_or(u64::MAX, |_| u64::from(texts.codes[row])),
        }
    }
}

/// The text of a row. An empty one is a missing one, as it is in a request.
pub(super) fn text(texts: &Categories, row: usize) -> Option<&str> {
    texts.get(row).filter(|text| !text.is_empty())
}

fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { f32::NAN }
}
