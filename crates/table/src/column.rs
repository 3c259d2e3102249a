//! A column and its type.

use crate::{Categories, time};

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub data: Data,
}

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// NaN where missing.
    Float(Vec<f64>),
    /// Whole numbers, none missing: with missing values they are kept as `Float`, as in pandas.
    Integer(Vec<i64>),
    Boolean(Vec<Option<bool>>),
    Text(Categories),
    /// Milliseconds since the Unix epoch, NaN where missing.
    Time(Vec<f64>),
}

impl Data {
    /// A cell as it is written: numbers in their shortest form, times in ISO 8601, nothing where missing.
    pub fn text(&self, row: usize) -> String {
        // Hundreds of digits would read as a name.
        let number = |value: f64| match value.abs() {
            size if size.is_nan() => String::new(),
            size if size >= 1e15 && size.is_finite() => format!("{value:e}"),
            _ => value.to_string(),
        };
        match self {
            Self::Float(values) => number(values[row]),
            Self::Integer(values) => values[row].to_string(),
            Self::Boolean(values) => values[row].map(|truth| truth.to_string()).unwrap_or_default(),
            Self::Text(values) => values.get(row).unwrap_or_default().to_owned(),
            Self::Time(values) if values[row].is_nan() => String::new(),
            Self::Time(values) => time::written(values[row]),
        }
    }
}

/// What a column is to whoever compares or describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Numeric,
    Integer,
    Boolean,
    Categorical,
    Text,
    Timestamp,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Categorical => "categorical",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
        }
    }
}

impl Column {
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Float(values) | Data::Time(values) => values.len(),
            Data::Integer(values) => values.len(),
            Data::Boolean(values) => values.len(),
            Data::Text(values) => values.codes.len(),
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Rows without a value.
    pub fn missing(&self) -> usize {
        match &self.data {
            Data::Float(values) | Data::Time(values) => values.iter().filter(|value| value.is_nan()).count(),
            Data::Integer(_) => 0,
            Data::Boolean(values) => values.iter().filter(|value| value.is_none()).count(),
            Data::Text(values) => values.missing(),
        }
    }
    /// Texts are categories unless more than half of them are distinct, as Evidently tells them apart.
    pub fn kind(&self) -> Kind {
        match &self.data {
            Data::Float(_) => Kind::Numeric,
            Data::Integer(_) => Kind::Integer,
            Data::Boolean(_) => Kind::Boolean,
            Data::Time(_) => Kind::Timestamp,
            Data::Text(values) if values.names.len() * 2 > self.len() - values.missing() => Kind::Text,
            Data::Text(_) => Kind::Categorical,
        }
    }
    /// Numbers, NaN where missing; truth values as 1 and 0. `None` for texts.
    pub fn numbers(&self) -> Option<std::borrow::Cow<'_, [f64]>> {
        match &self.data {
            Data::Float(values) | Data::Time(values) => Some(values.into()),
            Data::Integer(values) => Some(values.iter().map(|value| *value as f64).collect()),
            Data::Boolean(values) => Some(
                values
                    .iter()
                    .map(|value| value.map_or(f64::NAN, |value| f64::from(u8::from(value))))
                    .collect(),
            ),
            Data::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(codes: Vec<u32>, names: &[&str]) -> Column {
        let mut interner = crate::category::Interner::default();
        codes.iter().for_each(|code| match names.get(*code as usize) {
            Some(name) => interner.push(name),
            None => interner.push_missing(),
        });
        Column { name: "x".into(), data: Data::Text(interner.finish()) }
    }

    #[test]
    fn many_distinct_texts_are_text() {
        assert_eq!(text(vec![0, 1, 0, 1], &["a", "b"]).kind(), Kind::Categorical);
        assert_eq!(text(vec![0, 1, 9, 9], &["a", "b"]).kind(), Kind::Text);
        assert_eq!(text(vec![9, 9], &[]).kind(), Kind::Categorical);
    }

    #[test]
    fn truth_values_are_numbers_where_numbers_are_asked_for() {
        let column = Column { name: "x".into(), data: Data::Boolean(vec![Some(true), None, Some(false)]) };
        let numbers = column.numbers().unwrap();
        assert!(numbers[0] == 1.0 && numbers[1].is_nan() && numbers[2] == 0.0);
        assert_eq!((column.missing(), column.len(), column.kind()), (1, 3, Kind::Boolean));
    }
}
