//! Drift of a column as Evidently 0.7 defines it: its choice of test, its binning, its thresholds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::method::Method;
use super::{
    Pair, Sample, cramer, distance,
    histogram::{histogram, sturges},
    nannyml, significance, smirnov,
};
use crate::drift::{State, shares};

/// What a test said of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Outcome {
    pub method: Method,
    /// Distance or p-value; `None` without enough data.
    pub score: Option<f64>,
    pub state: State,
}

impl Outcome {
    fn new(method: Method, score: Option<f64>) -> Self {
        let state = match score {
            None => State::NotEnough,
            Some(score) if method.is_drift(score, method.threshold()) => State::Drifted,
            Some(_) => State::Stable,
        };
        Self { method, score, state }
    }
}

/// Above this many rows in the reference distances take over from tests.
const MANY_ROWS: usize = 1_000;
/// Up to this many distinct values numbers are treated as categories.
const FEW_VALUES: usize = 5;
/// Up to this many distinct values in the reference each has a bin of its own.
const OWN_BINS: usize = 20;
/// Share of drifted columns from which the data set has drifted.
const DATASET_SHARE: f64 = 0.5;

/// Compares two numeric columns; `integer` when the column's type is. `None` chooses Evidently's test.
pub fn numeric(reference: &[f64], current: &[f64], integer: bool, method: Option<Method>) -> Outcome {
    let (reference, current) = (Sample::new(reference), Sample::new(current));
    match Pair::new(&reference, &current) {
        Some(pair) => of_pair(&pair, integer, method),
        None => {
            let distinct = reference.distinct().count() + current.distinct().count();
            Outcome::new(method.unwrap_or(choice(reference.len(), distinct)), None)
        }
    }
}

/// [`numeric`] of samples already walked.
pub fn of_pair(pair: &Pair, integer: bool, method: Option<Method>) -> Outcome {
    let method = method.unwrap_or(choice(pair.reference.len(), pair.walk.distinct));
    Outcome::new(method, numeric_score(method, pair, integer))
}

/// The test of numbers by the rows of the reference and the distinct values of both sides.
fn choice(rows: usize, distinct: usize) -> Method {
    match (rows > MANY_ROWS, distinct <= FEW_VALUES) {
        (true, true) => Method::JensenShannon,
        (true, false) => Method::WassersteinNormed,
        (false, true) if distinct > 2 => Method::ChiSquare,
        (false, true) => Method::Z,
        (false, false) => Method::KolmogorovSmirnov,
    }
}

/// Whether the data set has drifted: at least half of the columns that could be judged have.
pub fn dataset_drifted(columns: &[Outcome]) -> bool {
    let count = |state: State| columns.iter().filter(|column| column.state == state).count() as f64;
    let (drifted, stable) = (count(State::Drifted), count(State::Stable));
    drifted > 0.0 && drifted / (drifted + stable) >= DATASET_SHARE
}

fn numeric_score(method: Method, pair: &Pair, integer: bool) -> Option<f64> {
    let &Pair { reference, current, walk } = pair;
    match method {
        Method::KolmogorovSmirnov => Some(smirnov::p_value(walk.gap, reference.len(), current.len())),
        Method::WassersteinNormed => Some(distance::normed(walk.area, reference)),
        Method::Energy => Some(distance::energy_of(&walk)),
        Method::CramerVonMises => cramer::of(pair).map(|test| test.p),
        Method::T => significance::t_test(reference, current).map(|test| test.p),
        Method::Hellinger => Some(distance::hellinger_of(pair, integer)),
        // Of columns as a whole, not of their counts or steps.
        Method::DomainClassifier | Method::MaximumMeanDiscrepancy => None,
        Method::JensenShannonBase2 => nannyml::Numeric::new(reference)?.jensen_shannon(current),
        Method::ChiSquare | Method::Z | Method::ChiSquareContingency => {
            let (_, r, c) = counts(reference, current);
            score_of_counts(method, &r, &c)
        }
        Method::JensenShannon | Method::Psi | Method::KullbackLeibler => {
            let table = binned(reference, current, integer);
            score_of_counts(method, &table.reference, &table.current)
        }
    }
}

/// Compares two categorical columns, `None` where missing. Only tests of counts apply; the others find nothing
/// to say.
pub fn categorical<T: Ord>(
    reference: &[Option<T>],
    current: &[Option<T>],
    method: Option<Method>,
) -> Outcome {
    let mut table = BTreeMap::<&T, (u64, u64)>::new();
    reference.iter().flatten().for_each(|value| table.entry(value).or_default().0 += 1);
    current.iter().flatten().for_each(|value| table.entry(value).or_default().1 += 1);
    let (r, c): (Vec<u64>, Vec<u64>) = table.into_values().unzip();
    of_counts(&r, &c, method)
}

/// Compares two categorical columns given as counts per category, in one order.
pub fn of_counts(reference: &[u64], current: &[u64], method: Option<Method>) -> Outcome {
    let many = reference.iter().sum::<u64>() > MANY_ROWS as u64;
    let method = method.unwrap_or(match many {
        true => Method::JensenShannon,
        false if reference.len() > 2 => Method::ChiSquare,
        false => Method::Z,
    });
    let empty = |counts: &[u64]| counts.iter().all(|count| *count == 0);
    let score = match empty(reference) || empty(current) {
        true => None,
        false => score_of_counts(method, reference, current),
    };
    Outcome::new(method, score)
}

fn score_of_counts(method: Method, reference: &[u64], current: &[u64]) -> Option<f64> {
    let (r, c) = (shares(reference), shares(current));
    match method {
        Method::ChiSquare => significance::chi_square_fit(reference, current),
        Method::Z => {
            let first = |counts: &[u64]| (counts[0], counts.iter().sum());
            significance::proportions(first(reference), first(current))
        }
        Method::ChiSquareContingency => {
            significance::chi_square_contingency(reference, current).map(|test| test.p)
        }
        Method::JensenShannonBase2 => nannyml::jensen_shannon_of_counts(reference, current),
        Method::Psi => Some(distance::psi(&r, &c)),
        Method::KullbackLeibler => Some(distance::kullback_leibler(&r, &c)),
        Method::JensenShannon => Some(distance::jensen_shannon(&r, &c)),
        Method::Hellinger => Some(distance::hellinger(&r, &c)),
        _ => None,
    }
}

/// Both samples on common bins.
pub(super) struct Table {
    pub bins: Bins,
    pub reference: Vec<u64>,
    pub current: Vec<u64>,
}

pub(super) enum Bins {
    /// One more than there are bins.
    Edges(Vec<f64>),
    Values(Vec<f64>),
}

/// Evidently's bins: sturges on both samples, or one for each distinct value where the reference has few.
pub(super) fn binned(reference: &Sample, current: &Sample, integer: bool) -> Table {
    if reference.distinct().nth(OWN_BINS).is_none() {
        let (values, reference, current) = counts(reference, current);
        return Table { bins: Bins::Values(values), reference, current };
    }
    let (r, c) = (reference.values(), current.values());
    let (low, high) = (r[0].min(c[0]), r[r.len() - 1].max(c[c.len() - 1]));
    let edges = sturges(low, high, r.len() + c.len(), integer);
    let (reference, current) = (histogram(reference, &edges), histogram(current, &edges));
    Table { bins: Bins::Edges(edges), reference, current }
}

/// The distinct values of both samples, ascending, and how often each occurs in either.
pub(super) fn counts(reference: &Sample, current: &Sample) -> (Vec<f64>, Vec<u64>, Vec<u64>) {
    let (mut left, mut right) = (reference.distinct().peekable(), current.distinct().peekable());
    let mut counts = (vec![], vec![], vec![]);
    loop {
        let here = match (left.peek(), right.peek()) {
            (None, None) => return counts,
            (Some((a, _)), Some((b, _))) => a.min(*b),
            (Some((value, _)), None) | (None, Some((value, _))) => *value,
        };
        counts.0.push(here);
        counts.1.push(left.next_if(|(value, _)| *value == here).map_or(0, |(_, count)| count));
        counts.2.push(right.next_if(|(value, _)| *value == here).map_or(0, |(_, count)| count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(n: u32, values: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i % values)).collect()
    }

    #[test]
    fn the_test_is_chosen_by_rows_and_distinct_values() {
        let chosen = |n, values| numeric(&ramp(n, values), &ramp(50, values), false, None).method;
        assert_eq!(chosen(1_000, 6), Method::KolmogorovSmirnov);
        assert_eq!(chosen(1_000, 5), Method::ChiSquare);
        assert_eq!(chosen(1_000, 2), Method::Z);
        assert_eq!(chosen(1_001, 6), Method::WassersteinNormed);
        assert_eq!(chosen(1_001, 5), Method::JensenShannon);
        assert_eq!(of_counts(&[500, 501], &[5, 5], None).method, Method::JensenShannon);
    }

    #[test]
    fn columns_without_data_say_so() {
        let nothing = [f64::NAN; 4];
        for method in [None, Some(Method::T), Some(Method::Psi), Some(Method::CramerVonMises)] {
            let outcome = numeric(&nothing, &[1.0, 2.0], false, method);
            assert_eq!((outcome.score, outcome.state), (None, State::NotEnough));
        }
        assert_eq!(categorical::<u8>(&[None], &[], None).state, State::NotEnough);
    }

    #[test]
    fn constant_columns_are_stable_or_drifted_never_nan() {
        let same = numeric(&[3.0; 40], &[3.0; 30], false, None);
        assert_eq!((same.method, same.score, same.state), (Method::Z, Some(1.0), State::Stable));
        assert_eq!(numeric(&[3.0; 40], &[4.0; 30], false, None).state, State::Drifted);
        let hellinger = numeric(&[3.0; 40], &[3.0; 30], true, Some(Method::Hellinger));
        assert_eq!(hellinger.score, Some(0.0));
    }

    #[test]
    fn a_data_set_drifts_with_half_of_its_columns() {
        let of = |p: Option<f64>| Outcome::new(Method::KolmogorovSmirnov, p);
        let columns = [of(Some(0.05)), of(Some(0.9)), of(None)];
        assert!(dataset_drifted(&columns));
        assert!(!dataset_drifted(&[columns[0], columns[1], columns[1]]) && !dataset_drifted(&columns[2..]));
    }

    #[test]
    fn names_are_counted_in_one_order() {
        let names = |text: &str| text.chars().map(Some).collect::<Vec<_>>();
        let outcome = categorical(&names("aaabbc"), &names("aabbcd"), None);
        assert_eq!((outcome.method, outcome.score), (Method::ChiSquare, Some(0.0)));
    }
}
