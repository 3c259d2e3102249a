//! The columns of two files, brought together by name.

use std::borrow::Cow;

use tidegate_monitor::report::compare::{self, Column, Compared, Options, Values};
use tidegate_table::{Data, Kind, Table};

/// A column that is not compared.
pub struct Skipped {
    pub name: String,
    pub why: &'static str,
}

/// Compares the columns in the reference's order, then those that only the current file has; each is let go when
/// it is done. Those in `categorical` are names whatever they look like.
pub fn compare(
    reference: Table,
    current: Table,
    categorical: &[String],
    options: Options,
) -> (Compared, Vec<Skipped>) {
    let left =
        reference.left.into_iter().chain(current.left).map(|left| Skipped { name: left.name, why: left.why });
    let mut skipped: Vec<Skipped> = left.collect();
    skipped.dedup_by(|a, b| a.name == b.name);
    let mut currents: Vec<Option<tidegate_table::Column>> = current.columns.into_iter().map(Some).collect();
    let mut pairs = vec![];
    for column in reference.columns {
        let other =
            currents.iter_mut().find(|other| other.as_ref().is_some_and(|other| other.name == column.name));
        let other = other.and_then(Option::take);
        pairs.push((Some(column), other));
    }
    pairs.extend(currents.into_iter().flatten().map(|column| (None, Some(column))));
    let mut compared = vec![];
    for (reference, current) in pairs {
        // What the current side is decides, as with Evidently.
        let Some(kind) = current.as_ref().or(reference.as_ref()).map(tidegate_table::Column::kind) else {
            continue;
        };
        let name =
            current.as_ref().or(reference.as_ref()).map_or(String::new(), |column| column.name.clone());
        let kind = if categorical.contains(&name) { Kind::Categorical } else { kind };
        match Sides::of(kind, reference.as_ref(), current.as_ref()) {
            Ok(sides) => compared.push(sides.compare(&name, options)),
            Err(why) => skipped.push(Skipped { name, why }),
        }
    }
    (compare::judge(compared, options.definition), skipped)
}

/// Both sides in the form that the comparison takes.
struct Sides<'a> {
    reference: Option<Side<'a>>,
    current: Option<Side<'a>>,
}

enum Side<'a> {
    Numeric(Cow<'a, [f64]>),
    Integer(Cow<'a, [f64]>),
    Categorical(Cow<'a, [u32]>, Vec<String>),
    Boolean(Vec<u32>),
}

impl<'a> Sides<'a> {
    fn of(
        kind: Kind,
        reference: Option<&'a tidegate_table::Column>,
        current: Option<&'a tidegate_table::Column>,
    ) -> Result<Self, &'static str> {
        match kind {
            Kind::Timestamp => return Err("is a timestamp, which always moves on"),
            Kind::Text => return Err("is free text: more than half of its values are distinct"),
            _ => {}
        }
        let sides = [reference, current].map(|column| column.map(|column| &column.data));
        // Where one side holds text, what the other holds are names too.
        let as_names =
            kind == Kind::Categorical || sides.iter().flatten().any(|data| matches!(data, Data::Text(_)));
        let mixed_booleans = sides.iter().flatten().filter(|data| matches!(data, Data::Boolean(_))).count()
            == 1
            && sides.iter().flatten().count() == 2;
        let [reference, current] =
            sides.map(|data| data.map(|data| Side::of(data, as_names || mixed_booleans)));
        Ok(Self { reference, current })
    }

    fn compare(&self, name: &str, options: Options) -> compare::Comparison {
        let [reference, current] =
            [&self.reference, &self.current].map(|side| side.as_ref().map(Side::values));
        compare::column(Column { name, reference, current }, options)
    }
}

impl<'a> Side<'a> {
    fn of(data: &'a Data, as_names: bool) -> Self {
        match data {
            Data::Text(texts) => Self::Categorical(
                Cow::Borrowed(&texts.codes),
                texts.names.iter().map(str::to_owned).collect(),
            ),
            Data::Boolean(values) if as_names => {
                named(values.iter().map(|value| value.map(|value| value.to_string())))
            }
            Data::Boolean(values) => {
                Self::Boolean(values.iter().map(|value| value.map_or(2, u32::from)).collect())
            }
            Data::Integer(values) if as_names => named(values.iter().map(|value| Some(value.to_string()))),
            Data::Integer(values) => Self::Integer(values.iter().map(|value| *value as f64).collect()),
            Data::Float(values) | Data::Time(values) if as_names => {
                named(values.iter().map(|value| (!value.is_nan()).then(|| value.to_string())))
            }
            Data::Float(values) | Data::Time(values) => Self::Numeric(Cow::Borrowed(values)),
        }
    }

    fn values(&self) -> Values<'_> {
        match self {
            Self::Numeric(values) => Values::Numeric(values),
            Self::Integer(values) => Values::Integer(values),
            Self::Categorical(codes, names) => Values::Categorical { codes, names },
            Self::Boolean(codes) => Values::Boolean(codes),
        }
    }
}

fn named<'a>(values: impl Iterator<Item = Option<String>>) -> Side<'a> {
    let mut places = std::collections::HashMap::new();
    let mut names = vec![];
    let code = |value: Option<String>| match value {
        None => u32::MAX,
        Some(name) => *places.entry(name.clone()).or_insert_with(|| {
            names.push(name);
            names.len() as u32 - 1
        }),
    };
    let codes: Vec<u32> = values.map(code).collect();
    Side::Categorical(Cow::Owned(codes), names)
}
