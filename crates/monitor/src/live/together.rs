//! Columns together, watched live: how well principal components of the reference rebuild a window's rows. What this
//! finds, no single column shows: values that are each usual and don't go together.
//!
//! Owns the components (NannyML 0.13's reconstruction error: fill in, encode categories by their share, standardise,
//! PCA(0.65), mean length of what is left out), the counters of the error, and the verdict. Components come from one
//! half of the reference's rows, the usual error from the other.

use serde::{Deserialize, Serialize};

use super::halves;
use crate::{
    bins::{CATEGORIES, short},
    column::{Counts, Reference},
    drift::{State, drift},
    report::{domain::spaced, pca::Components},
    special::normal_two_sided,
    standard::{Shares, moments},
};

/// Columns looked at, the first ones.
pub const MOST_COLUMNS: usize = 256;
/// Rows of the reference that components are found in.
const LEARNT: usize = 2_000;
/// A mean error so many standard errors from the usual one is no chance (NannyML's three).
const SIGMAS: f64 = 3.0;
/// Errors of columns that follow from one another exactly are of the size of rounding: less than a hundredth of a
/// column's standard deviation is none.
const LEAST_SPREAD: f64 = 0.01;
/// The most that a whole day may differ from the reference, and a window from the same time of that day, in shares of
/// the threshold.
const DAY_AT_MOST: f64 = 0.5;
const AS_FAR: f64 = 0.5;
/// Columns told that go with the others least.
const TOLD: usize = 5;

/// One column's values; a missing number is NaN, a missing name empty.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    Numbers(&'a [f64]),
    Names(&'a [String]),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Coding {
    Numbers { centre: f64, scale: f64 },
    Names(Shares),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Coded {
    name: String,
    /// Its place among all columns.
    place: usize,
    coding: Coding,
    /// Mean of the squared part of the error that is this column's.
    usual: f64,
}

/// How columns went together when all was well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TogetherReference {
    columns: Vec<Coded>,
    components: Components,
    /// The error of rows.
    pub error: Reference,
}

/// How well rows went together in a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TogetherCounts {
    pub error: Counts,
    /// Sum of each column's squared part of the errors.
    squares: Vec<f64>,
}

/// How far rows are from going together as they did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Together {
    /// Mean length of what the components leave out of a standardised row, in the window and in the reference.
    pub error: f64,
    pub usual: f64,
    /// The usual error with three standard errors of so many rows: outside of these is no chance.
    pub low: f64,
    pub high: f64,
    /// By how many standard deviations of a row's error the mean moved.
    pub effect: f64,
    /// How likely a difference as large is without drift.
    pub p: f64,
    /// Of the distribution of errors.
    pub psi: f64,
    /// Drifted: outside, and by at least the threshold. Undecided: as far, but so few rows show as much by chance.
    pub state: State,
    /// Rows looked at: of many at once the first.
    pub n: u64,
    pub n_reference: u64,
    pub columns: u64,
    /// Principal components, and the share of the variance they keep.
    pub components: u64,
    pub kept: f64,
    /// The columns with most of the change in the error.
    pub least_fitting: Vec<String>,
    pub sentence: String,
}

impl TogetherReference {
    /// From columns by name, `None` where one does not take part; `None` with fewer than two columns that vary, or four
    /// rows.
    pub fn new(columns: &[(&str, Option<Values>)]) -> Option<Self> {
        let values: Vec<Option<Values>> = columns.iter().map(|(_, values)| *values).collect();
        let mut coded: Vec<Coded> = columns
            .iter()
            .enumerate()
            .filter_map(|(place, (name, values))| {
                Some(Coded { name: (*name).into(), place, coding: code((*values)?)?, usual: 0.0 })
            })
            .collect();
        coded.truncate(MOST_COLUMNS);
        let length = |column: &Coded| values[column.place].map_or(0, |values| values.len());
        let rows: Vec<usize> = (0..coded.iter().map(length).min()?).collect();
        if coded.len() < 2 || rows.len() < 4 {
            return None;
        }
        let (learnt, held_out) = halves(&rows);
        let learnt: Vec<usize> = learnt.copied().collect();
        let sample = spaced(learnt.len(), LEARNT).map(|row| standard(&coded, &values, learnt[row]));
        // With all of them no row would have an error.
        let components = Components::fit(sample, coded.len(), coded.len() - 1)?;
        let (mut errors, mut squares) = (Vec::new(), vec![0.0; coded.len()]);
        for row in held_out {
            let left = components.left(standard(&coded, &values, *row));
            errors.push(length_of(&left));
            squares.iter_mut().zip(&left).for_each(|(sum, part)| *sum += part * part);
        }
        let n = errors.len() as f64;
        coded.iter_mut().zip(&squares).for_each(|(column, sum)| column.usual = sum / n);
        let error = Reference::numeric("reconstruction error", &errors);
        Some(Self { columns: coded, components, error })
    }
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Names(values) => values.len(),
        }
    }
}

/// `None` of a column that never varies, or has nothing.
fn code(values: Values) -> Option<Coding> {
    match values {
        Values::Numbers(values) => {
            let (centre, scale) = moments(values)?;
            let varies = values.iter().any(|value| value.is_finite() && *value != centre);
            varies.then_some(Coding::Numbers { centre, scale })
        }
        Values::Names(names) => {
            let there = names.iter().map(|name| Some(name.as_str()).filter(|name| !name.is_empty()));
            Some(Coding::Names(Shares::of(there)?.at_most(CATEGORIES)))
        }
    }
}

/// A row, standardised; what is missing is the mean, or the most common name.
fn standard(columns: &[Coded], values: &[Option<Values>], row: usize) -> Vec<f64> {
    columns
        .iter()
        .map(|column| match (&column.coding, values.get(column.place).copied().flatten()) {
            (Coding::Numbers { centre, scale }, Some(Values::Numbers(values))) => values
                .get(row)
                .filter(|value| value.is_finite())
                .map_or(0.0, |value| (value - centre) / scale),
            (Coding::Names(shares), Some(Values::Names(names))) => {
                let name = names.get(row).filter(|name| !name.is_empty());
                name.map_or(shares.hole, |name| shares.number(name))
            }
            (Coding::Names(shares), _) => shares.hole,
            (Coding::Numbers { .. }, _) => 0.0,
        })
        .collect()
}

fn length_of(left: &[f64]) -> f64 {
    left.iter().map(|part| part * part).sum::<f64>().sqrt()
}

impl TogetherCounts {
    pub fn new(reference: &TogetherReference) -> Self {
        Self { error: Counts::new(&reference.error), squares: vec![0.0; reference.columns.len()] }
    }

    /// The first rows of all columns, `None` where one does not take part.
    pub fn add(&mut self, reference: &TogetherReference, values: &[Option<Values>], rows: usize) {
        for row in 0..rows {
            let left = reference.components.left(standard(&reference.columns, values, row));
            self.error.add_number(&reference.error, length_of(&left));
            self.squares.iter_mut().zip(&left).for_each(|(sum, part)| *sum += part * part);
        }
    }

    /// Both must have been counted against the same reference.
    pub fn merge(&mut self, other: &Self) {
        self.error.merge(&other.error);
        self.squares.iter_mut().zip(&other.squares).for_each(|(mine, theirs)| *mine += theirs);
    }
}

/// Standard deviation of a row's error.
fn spread(error: &Reference) -> f64 {
    error.std.max(LEAST_SPREAD)
}

/// What the mean error of `n` rows stays within: three standard errors from the usual one.
pub fn band(reference: &TogetherReference, n: u64) -> (f64, f64) {
    let Reference { mean, n: known, .. } = &reference.error;
    let error = spread(&reference.error) * (1.0 / n.max(1) as f64 + 1.0 / (*known).max(1) as f64).sqrt();
    ((mean - SIGMAS * error).max(0.0), mean + SIGMAS * error)
}

/// Compares a window with the reference. `threshold` is in standard deviations of a row's error.
pub fn judge(
    reference: &TogetherReference,
    counts: &TogetherCounts,
    min_rows: u64,
    threshold: f64,
) -> Together {
    let usual = reference.error.mean;
    let (n, n_reference) = (counts.error.n, reference.error.n);
    let error = counts.error.mean().unwrap_or(usual);
    let (low, high) = band(reference, n);
    let effect = (error - usual) / spread(&reference.error);
    let rows = 1.0 / n.max(1) as f64 + 1.0 / n_reference.max(1) as f64;
    let outside = error < low || error > high;
    let state = match () {
        () if n.min(n_reference * 2) < min_rows.max(1) => State::NotEnough,
        () if effect.abs() < threshold => State::Stable,
        () if outside => State::Drifted,
        () => State::Undecided,
    };
    let least_fitting = least_fitting(reference, counts);
    let mut together = Together {
        error,
        usual,
        low,
        high,
        effect,
        p: normal_two_sided(effect / rows.sqrt()),
        psi: drift(&reference.error, &counts.error, min_rows, threshold).psi,
        state,
        n,
        n_reference,
        columns: reference.columns.len() as u64,
        components: reference.components.len() as u64,
        kept: reference.components.kept,
        least_fitting,
        sentence: String::new(),
    };
    together.sentence = sentence(&together, min_rows);
    together
}

/// The mean error at the same time of an earlier day, if that day shows that a window (`now`) is usual: as a whole it
/// was like the reference, and its hour about as far off as the window is.
pub fn usual(
    reference: &TogetherReference,
    now: &Together,
    whole: &TogetherCounts,
    hour: &TogetherCounts,
    min_rows: u64,
    threshold: f64,
) -> Option<f64> {
    if hour.error.n < min_rows.max(1) {
        return None;
    }
    let effect = |counts: &TogetherCounts| {
        Some((counts.error.mean()? - reference.error.mean) / spread(&reference.error))
    };
    let like = effect(whole)?.abs() <= DAY_AT_MOST * threshold;
    let as_far = (now.effect - effect(hour)?).abs() <= AS_FAR * threshold;
    (like && as_far).then(|| hour.error.mean()).flatten()
}

/// Columns whose part of the error moved most in the direction of the whole.
fn least_fitting(reference: &TogetherReference, counts: &TogetherCounts) -> Vec<String> {
    let n = counts.error.n.max(1) as f64;
    let moved = reference.columns.iter().zip(&counts.squares).map(|(column, sum)| sum / n - column.usual);
    let whole: f64 = moved.clone().sum();
    let mut parts: Vec<(f64, &str)> = moved
        .zip(&reference.columns)
        .map(|(by, column)| (by * whole.signum(), column.name.as_str()))
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let most = parts.first().map_or(0.0, |(by, _)| *by);
    let told = parts.into_iter().filter(|(by, _)| *by > 0.0 && *by >= most / 5.0).take(TOLD);
    told.map(|(_, name)| name.to_owned()).collect()
}

fn sentence(together: &Together, min_rows: u64) -> String {
    let Together { error, usual, low, high, n, .. } = together;
    let errors = format!("mean reconstruction error {} -> {}", short(*usual), short(*error));
    match together.state {
        State::NotEnough => {
            format!("not enough data: {} of {} rows", (*n).min(together.n_reference * 2), min_rows.max(1))
        }
        State::Stable => format!("columns go together as usual ({errors})"),
        State::Undecided => {
            format!("{errors}, but {n} rows of unchanged data show {} to {}", short(*low), short(*high))
        }
        State::Drifted => {
            let named = together.least_fitting.iter().take(3).map(String::as_str).collect::<Vec<_>>();
            let way = if error > usual {
                "columns no longer go together as they did"
            } else {
                "columns go together more closely than they did"
            };
            let most =
                if named.is_empty() { String::new() } else { format!(", most of all {}", named.join(", ")) };
            format!("{way}{most} ({errors}, usually {} to {})", short(*low), short(*high))
        }
    }
}

#[cfg(test)]
#[path = "together_tests.rs"]
mod tests;
