//! A column while its rows come in as text: the narrowest type that has held every value so far.

use crate::{Data, category::Interner, cell};

/// What a column is so far. Every step to the right keeps the values; where that would need texts that are gone,
/// the column is given up and read again as text.
#[derive(Debug)]
pub(crate) enum Growing {
    /// Only missing values, so many.
    Empty(usize),
    Boolean(Vec<Option<bool>>),
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Text(Interner),
    GivenUp,
}

/// A text column meets bytes that are not UTF-8.
#[derive(Debug, PartialEq)]
pub(crate) struct NotText;

impl Growing {
    pub(crate) fn text() -> Self {
        Self::Text(Interner::default())
    }

    pub(crate) fn push(&mut self, text: &[u8]) -> Result<(), NotText> {
        let missing = cell::is_missing(text);
        match self {
            Self::Empty(rows) if missing => *rows += 1,
            Self::Empty(rows) => {
                *self = started(*rows, text);
                return self.push(text);
            }
            Self::Boolean(values) => match cell::boolean(text) {
                None if !missing => *self = Self::GivenUp,
                value => values.push(value),
            },
            Self::Integer(values) => match cell::integer(text) {
                Some(value) => values.push(value),
                None => {
                    *self = Self::Float(values.iter().map(|value| *value as f64).collect());
                    return self.push(text);
                }
            },
            Self::Float(_) if is_beyond_64_bits(text) => *self = Self::GivenUp,
            Self::Float(values) => match cell::float(text) {
                None if !missing => *self = Self::GivenUp,
                value => values.push(value.unwrap_or(f64::NAN)),
            },
            Self::Text(interner) if missing => interner.push_missing(),
            Self::Text(interner) => interner.push(std::str::from_utf8(text).map_err(|_| NotText)?),
            Self::GivenUp => {}
        }
        Ok(())
    }

    /// `None` where the column must be read again, as text.
    pub(crate) fn finish(self) -> Option<Data> {
        Some(match self {
            Self::Empty(rows) => Data::Float(vec![f64::NAN; rows]),
            Self::Boolean(values) => Data::Boolean(shrunk(values)),
            Self::Integer(values) => Data::Integer(shrunk(values)),
            Self::Float(values) => Data::Float(shrunk(values)),
            Self::Text(interner) => Data::Text(interner.finish()),
            Self::GivenUp => return None,
        })
    }
}

/// The narrowest column for a first value after `missing` rows without one.
fn started(missing: usize, text: &[u8]) -> Growing {
    if cell::boolean(text).is_some() {
        Growing::Boolean(vec![None; missing])
    } else if missing == 0 && cell::integer(text).is_some() {
        Growing::Integer(vec![])
    } else if cell::float(text).is_some() && !is_beyond_64_bits(text) {
        Growing::Float(vec![f64::NAN; missing])
    } else {
        let mut interner = Interner::default();
        (0..missing).for_each(|_| interner.push_missing());
        Growing::Text(interner)
    }
}

/// Whole numbers too long for 64 bits are names (of accounts, of hashes), which as numbers would run together.
fn is_beyond_64_bits(text: &[u8]) -> bool {
    text.len() >= 19 && text.iter().all(u8::is_ascii_digit) && cell::integer(text).is_none()
}

fn shrunk<T>(mut values: Vec<T>) -> Vec<T> {
    values.shrink_to_fit();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(cells: &[&str]) -> Option<Data> {
        let mut column = Growing::Empty(0);
        cells.iter().for_each(|cell| column.push(cell.as_bytes()).unwrap());
        column.finish()
    }

    #[test]
    fn types_are_those_of_pandas() {
        assert_eq!(grown(&["1", "-2"]), Some(Data::Integer(vec![1, -2])));
        assert_eq!(grown(&["1", "2.5"]), Some(Data::Float(vec![1.0, 2.5])));
        assert_eq!(grown(&["True", "false", ""]), Some(Data::Boolean(vec![Some(true), Some(false), None])));
        let Some(Data::Float(values)) = grown(&["", "3", "NA"]) else { panic!("whole numbers with gaps") };
        assert!(values[0].is_nan() && values[1] == 3.0 && values[2].is_nan());
        assert!(matches!(grown(&["", ""]), Some(Data::Float(values)) if values.iter().all(|v| v.is_nan())));
    }

    #[test]
    fn what_turns_out_to_be_text_is_read_again() {
        assert_eq!(grown(&["1.50", "x"]), None);
        assert_eq!(grown(&["True", "1"]), None);
        assert_eq!(grown(&["7", "98765432109876543210"]), None);
        let Some(Data::Text(names)) = grown(&["", "98765432109876543210", "7"]) else {
            panic!("a long name")
        };
        assert_eq!(names.iter().collect::<Vec<_>>(), [None, Some("98765432109876543210"), Some("7")]);
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert_eq!(Growing::text().push(b"\xff\xfe"), Err(NotText));
    }
}
