//! The columns of two files, brought together by name.

use std::borrow::Cow;

use serde::Serialize;
use tidegate_monitor::report::{
    DomainClassifier,
    compare::{self, Column, Compared, Options, Values},
    multivariate::{self, Reconstruction},
};
use tidegate_table::{Data, Kind, Table};

/// A column that is not compared.
pub struct Skipped {
    pub name: String,
    pub why: &'static str,
}

/// What was found of two tables.
pub struct Found {
    pub compared: Compared,
    pub together: Option<Together>,
    pub skipped: Vec<Skipped>,
}

/// Of the columns together, what no single one shows.
#[derive(Debug, Serialize)]
pub struct Together {
    /// As NannyML; `None` without rows or variance.
    pub reconstruction: Option<Reconstruction>,
    /// `None` with fewer than 50 rows on a side.
    pub domain_classifier: Option<DomainClassifier>,
}

/// Compares the columns in the reference's order, then those that only the current file has; each is let go when
/// it is done, unless they are to be looked at together too. Those in `categorical` are names whatever they look like.
pub fn compare(
    reference: Table,
    current: Table,
    categorical: &[String],
    together: bool,
    options: Options,
) -> Found {
    let left =
        reference.left.into_iter().chain(current.left).map(|left| Skipped { name: left.name, why: left.why });
    let mut skipped: Vec<Skipped> = left.collect();
    skipped.dedup_by(|a, b| a.name == b.name);
    let pairs = paired(reference.columns, current.columns);
    let together = together.then(|| {
        let each = pairs.iter().filter_map(|pair| Some((pair.name.as_str(), pair.sides(categorical).ok()?)));
        let sides: Vec<_> = each.collect();
        let columns: Vec<Column> = sides.iter().map(|(name, sides)| sides.column(name)).collect();
        Together {
            reconstruction: multivariate::reconstruction(&columns),
            domain_classifier: multivariate::domain_classifier(&columns),
        }
    });
    let mut compared = vec![];
    for pair in pairs {
        match pair.sides(categorical) {
            Ok(sides) => compared.push(compare::column(sides.column(&pair.name), options)),
            Err(why) => skipped.push(Skipped { name: pair.name, why }),
        }
    }
    Found { compared: compare::judge(compared, options.definition), together, skipped }
}

/// A column of two files.
struct Pair {
    name: String,
    reference: Option<tidegate_table::Column>,
    current: Option<tidegate_table::Column>,
}

fn paired(reference: Vec<tidegate_table::Column>, current: Vec<tidegate_table::Column>) -> Vec<Pair> {
    let mut currents: Vec<Option<tidegate_table::Column>> = current.into_iter().map(Some).collect();
    let mut pairs = vec![];
    for column in reference {
        let same = |other: &&mut Option<tidegate_table::Column>| {
            other.as_ref().is_some_and(|other| other.name == column.name)
        };
        let current = currents.iter_mut().find(same).and_then(Option::take);
        pairs.push(Pair { name: column.name.clone(), reference: Some(column), current });
    }
    let only_now = currents.into_iter().flatten();
    pairs.extend(only_now.map(|column| Pair {
        name: column.name.clone(),
        reference: None,
        current: Some(column),
    }));
    pairs
}

impl Pair {
    /// The values to compare, or why they are not compared.
    fn sides(&self, categorical: &[String]) -> Result<Sides<'_>, &'static str> {
        let (reference, current) = (self.reference.as_ref(), self.current.as_ref());
        // What the current side is decides, as with Evidently.
        let kind = match current.or(reference).map(tidegate_table::Column::kind) {
            _ if categorical.contains(&self.name) => Kind::Categorical,
            None | Some(Kind::Timestamp) => return Err("is a timestamp, which always moves on"),
            Some(kind) => kind,
        };
        Ok(Sides::of(kind, reference, current))
    }
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
    Text(Cow<'a, [u32]>, Vec<String>),
    Boolean(Vec<u32>),
}

impl<'a> Sides<'a> {
    fn of(
        kind: Kind,
        reference: Option<&'a tidegate_table::Column>,
        current: Option<&'a tidegate_table::Column>,
    ) -> Self {
        let sides = [reference, current].map(|column| column.map(|column| &column.data));
        // Where one side holds text, what the other holds are names too.
        let as_names =
            kind == Kind::Categorical || sides.iter().flatten().any(|data| matches!(data, Data::Text(_)));
        let mixed_booleans = sides.iter().flatten().filter(|data| matches!(data, Data::Boolean(_))).count()
            == 1
            && sides.iter().flatten().count() == 2;
        let side = |data: &'a Data| match Side::of(data, as_names || mixed_booleans) {
            Side::Categorical(codes, names) if kind == Kind::Text => Side::Text(codes, names),
            side => side,
        };
        let [reference, current] = sides.map(|data| data.map(side));
        Self { reference, current }
    }

    fn column<'b>(&'b self, name: &'b str) -> Column<'b> {
        let [reference, current] =
            [&self.reference, &self.current].map(|side| side.as_ref().map(Side::values));
        Column { name, reference, current }
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
            Self::Text(codes, names) => Values::Text { codes, names },
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
