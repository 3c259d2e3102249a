//! Drift of columns together: what no single column shows.
//!
//! Owns NannyML 0.13's reconstruction error (fill in, encode categories by their share, standardise, principal
//! components, mean length of what they leave out) and the table that the domain classifier sees.

use serde::{Deserialize, Serialize};
use tidegate_trees::Matrix;

use super::{
    compare::{Column, Values},
    domain::{self, DomainClassifier},
    nannyml,
    pca::{Components, Spread},
};
use crate::{
    drift::State,
    standard::{Shares, moments},
};

/// How well the components of the reference rebuild the current rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reconstruction {
    /// Mean length of what is left out of a standardised row.
    pub error: f64,
    /// Three standard errors of it: what so few rows leave uncertain.
    pub uncertainty: f64,
    /// Mean and three standard deviations over ten chunks of the reference; drift outside.
    pub low: f64,
    pub high: f64,
    pub state: State,
    /// Components and the share of the variance they keep.
    pub components: u64,
    pub kept: f64,
    pub n_reference: u64,
    pub n_current: u64,
}

/// The reconstruction error of the columns both sides have; `None` without rows or variance.
pub fn reconstruction(columns: &[Column]) -> Option<Reconstruction> {
    let Coded { reference, current, .. } = Coded::new(columns, standardised);
    let (n_reference, n_current) = (rows(&reference), rows(&current));
    if n_reference == 0 || n_current == 0 {
        return None;
    }
    let components =
        Components::fit((0..n_reference).map(|place| row(&reference, place)), reference.len(), usize::MAX)?;
    let spread = |side: &[Encoded], places: std::ops::Range<usize>| {
        Spread::of(places.map(|place| components.residual(row(side, place))))
    };
    let places: Vec<usize> = (0..n_reference).collect();
    let chunks: Vec<f64> = nannyml::chunks(&places)
        .map(|chunk| spread(&reference, chunk[0]..chunk[0] + chunk.len()).mean)
        .collect();
    let (low, high) = nannyml::band(&chunks)?;
    let found = spread(&current, 0..n_current);
    let inside = low < found.mean && found.mean < high;
    Some(Reconstruction {
        error: found.mean,
        uncertainty: 3.0 * found.error(),
        low: low.max(0.0),
        high,
        state: if inside { State::Stable } else { State::Drifted },
        components: components.len() as u64,
        kept: components.kept,
        n_reference: n_reference as u64,
        n_current: n_current as u64,
    })
}

/// Whether boosted trees tell current rows from those of the reference by the columns both sides have.
pub fn domain_classifier(columns: &[Column]) -> Option<DomainClassifier> {
    let Coded { names, reference, current } = Coded::new(columns, ordinal);
    let taken = |side: &[Encoded]| -> Vec<f32> {
        let places = domain::spaced(rows(side), domain::MOST_ROWS);
        places.flat_map(|place| row(side, place)).map(|value| value as f32).collect()
    };
    let (mut data, now) = (taken(&reference), taken(&current));
    let before = data.len().checked_div(names.len())?;
    data.extend(now);
    domain::classify(&Matrix { columns: names.len(), data }, before, &names)
}

/// Columns of both sides as numbers.
struct Coded<'a> {
    names: Vec<&'a str>,
    reference: Vec<Encoded<'a>>,
    current: Vec<Encoded<'a>>,
}

impl<'a> Coded<'a> {
    /// Of the columns that both sides have and that `encode` can.
    fn new(columns: &[Column<'a>], encode: fn(Side<'a>, Side<'a>) -> Option<[Encoded<'a>; 2]>) -> Self {
        let mut coded = Self { names: vec![], reference: vec![], current: vec![] };
        for column in columns {
            let sides = (column.reference.and_then(side), column.current.and_then(side));
            let (Some(reference), Some(current)) = sides else { continue };
            if let Some([reference, current]) = encode(reference, current) {
                coded.names.push(column.name);
                coded.reference.push(reference);
                coded.current.push(current);
            }
        }
        coded
    }
}

fn rows(side: &[Encoded]) -> usize {
    side.iter().map(Encoded::len).min().unwrap_or(0)
}

fn row(side: &[Encoded], place: usize) -> Vec<f64> {
    side.iter().map(|column| column.value(place)).collect()
}

/// Rows of a side as numbers.
enum Encoded<'a> {
    /// (value - centre) / scale; what is missing is `hole`.
    Numbers { values: &'a [f64], centre: f64, scale: f64, hole: f64 },
    /// The number of each name; of a code beyond them `hole`.
    Codes { codes: &'a [u32], numbers: Vec<f64>, hole: f64 },
}

impl Encoded<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Numbers { values, .. } => values.len(),
            Self::Codes { codes, .. } => codes.len(),
        }
    }
    fn value(&self, row: usize) -> f64 {
        match self {
            Self::Numbers { values, centre, scale, hole } => match values[row] {
                value if value.is_finite() => (value - centre) / scale,
                _ => *hole,
            },
            Self::Codes { codes, numbers, hole } => *numbers.get(codes[row] as usize).unwrap_or(hole),
        }
    }
}

/// Mean 0 and variance 1 on the reference; missing numbers are the mean, missing names the most common one.
fn standardised<'a>(reference: Side<'a>, current: Side<'a>) -> Option<[Encoded<'a>; 2]> {
    match (reference, current) {
        (Side::Numbers(reference), Side::Numbers(current)) => {
            let (centre, scale) = moments(reference)?;
            Some([reference, current].map(|values| Encoded::Numbers { values, centre, scale, hole: 0.0 }))
        }
        (Side::Names(reference, named), Side::Names(current, named_now)) => {
            by_share((reference, named), (current, named_now))
        }
        _ => None,
    }
}

/// Numbers as they are, names by their place in the alphabet of both sides; NaN where missing.
fn ordinal<'a>(reference: Side<'a>, current: Side<'a>) -> Option<[Encoded<'a>; 2]> {
    match (reference, current) {
        (Side::Numbers(reference), Side::Numbers(current)) => {
            Some([reference, current].map(|values| Encoded::Numbers {
                values,
                centre: 0.0,
                scale: 1.0,
                hole: f64::NAN,
            }))
        }
        (Side::Names(reference, named), Side::Names(current, named_now)) => {
            let mut all: Vec<&str> = named.iter().chain(&named_now).copied().collect();
            all.sort_unstable();
            all.dedup();
            let place = |name: &&str| all.binary_search(name).map_or(f64::NAN, |place| place as f64);
            Some([(reference, &named), (current, &named_now)].map(|(codes, named)| Encoded::Codes {
                codes,
                numbers: named.iter().map(place).collect(),
                hole: f64::NAN,
            }))
        }
        _ => None,
    }
}

enum Side<'a> {
    Numbers(&'a [f64]),
    Names(&'a [u32], Vec<&'a str>),
}

fn side(values: Values) -> Option<Side> {
    match values {
        Values::Numeric(values) | Values::Integer(values) => Some(Side::Numbers(values)),
        Values::Categorical { codes, names } => {
            Some(Side::Names(codes, names.iter().map(String::as_str).collect()))
        }
        Values::Boolean(codes) => Some(Side::Names(codes, vec!["false", "true"])),
        Values::Text { .. } | Values::Vectors(_) => None,
    }
}

type Names<'a> = (&'a [u32], Vec<&'a str>);

/// Each name as the standardised share of the reference's rows that it has; a new name has none.
fn by_share<'a>(reference: Names<'a>, current: Names<'a>) -> Option<[Encoded<'a>; 2]> {
    let there = |code: &u32| reference.1.get(*code as usize).copied();
    let shares = Shares::of(reference.0.iter().map(there))?;
    Some([reference, current].map(|(codes, names)| Encoded::Codes {
        codes,
        numbers: names.iter().map(|name| shares.number(name)).collect(),
        hole: shares.hole,
    }))
}

#[cfg(test)]
#[path = "multivariate_tests.rs"]
mod tests;
