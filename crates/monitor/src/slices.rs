//! Where a model does better or worse: labelled rows cut by the bins and categories of their inputs.
//!
//! Owns what a slice is called, its metric and how it compares with the rest; the search for the worst ones is
//! [`search`]. Must not know where rows come from or which metric their values make.

mod search;
mod sums;

use serde::{Deserialize, Serialize};

pub use search::{WorstSlices, worst};
use sums::Sums;

use crate::{
    bins::{Bins, short},
    column::Reference,
    drift::benjamini_hochberg,
};

/// Of the slices said to differ, at most this share by chance (Benjamini and Hochberg).
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;
/// Slices of fewer rows are shown, not judged.
pub const LEAST_ROWS: u64 = 30;

/// What each row was worth: the mean over rows is the metric.
#[derive(Debug, Clone, Copy)]
pub struct Worth<'a> {
    pub values: &'a [f64],
    /// All values are 0 or 1, so that intervals are those of shares.
    pub shares: bool,
    pub higher_is_better: bool,
}

/// The bin of one input in each row, on the bins of its reference.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    pub reference: &'a Reference,
    codes: Vec<u16>,
}

impl<'a> Column<'a> {
    pub fn new(reference: &'a Reference) -> Self {
        Self { reference, codes: Vec::new() }
    }
    /// NaN and infinities are missing.
    pub fn add_number(&mut self, value: f64) {
        let code = self.reference.bins.of_number(value).unwrap_or(self.reference.bins.len());
        self.codes.push(code as u16);
    }
    /// A category without a bin is among the others; a text in a numeric column is missing unless it is a number.
    pub fn add_category(&mut self, value: &str) {
        match &self.reference.bins {
            Bins::Numeric { .. } => self.add_number(value.trim().parse().unwrap_or(f64::NAN)),
            bins => self.codes.push(bins.of_category(value).unwrap_or(bins.len() + 1) as u16),
        }
    }
    /// These rows of it, in this order.
    #[must_use]
    pub fn picked(&self, rows: &[usize]) -> Self {
        Self {
            reference: self.reference,
            codes: rows.iter().filter_map(|row| self.codes.get(*row)).copied().collect(),
        }
    }
    pub fn name(&self) -> &str {
        &self.reference.name
    }
    /// Of each row: its bin, one more than the last where it is missing, two more for other categories.
    pub fn bins(&self) -> impl Iterator<Item = usize> + '_ {
        self.codes.iter().map(|code| usize::from(*code))
    }
    /// The bins, what is missing, and the other categories.
    fn width(&self) -> usize {
        self.reference.bins.len() + 2
    }
    /// Neighbouring bins make a range.
    fn is_ordered(&self) -> bool {
        matches!(self.reference.bins, Bins::Numeric { .. })
    }
    fn condition(&self, first: usize, last: usize) -> SliceCondition {
        let name = self.name();
        let mut condition = SliceCondition {
            feature: name.into(),
            from: None,
            to: None,
            category: None,
            text: String::new(),
        };
        condition.text = match &self.reference.bins {
            bins if first == bins.len() => format!("{name} is missing"),
            bins if first > bins.len() => format!("{name} is another category"),
            Bins::Categorical { categories } => {
                condition.category = Some(categories[first].clone());
                format!("{name} = {}", categories[first])
            }
            Bins::Numeric { edges } => {
                condition.from = (first > 0).then(|| edges[first]);
                condition.to = (last + 2 < edges.len()).then(|| edges[last + 1]);
                match (condition.from, condition.to) {
                    (None, None) => format!("{name} at all"),
                    (None, Some(to)) => format!("{name} below {}", short(to)),
                    (Some(from), None) => format!("{name} from {}", short(from)),
                    (Some(from), Some(to)) if from.next_up() == to => format!("{name} = {}", short(from)),
                    (Some(from), Some(to)) => format!("{name} {} to {}", short(from), short(to)),
                }
            }
        };
        condition
    }
}

/// What one input must be for a row to belong to a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SliceCondition {
    pub feature: String,
    /// At least this.
    pub from: Option<f64>,
    /// Less than this.
    pub to: Option<f64>,
    pub category: Option<String>,
    /// `age 45 to 60`, `region = north`.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SliceVerdict {
    Worse,
    Better,
    /// No more than chance gives among so many slices.
    Same,
    /// Too few rows to say.
    NotEnough,
}

/// Rows that share something, and how the model does on them against all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Slice {
    /// `age 45 to 60 and region = north`.
    pub name: String,
    pub conditions: Vec<SliceCondition>,
    pub n: u64,
    /// Of all rows.
    pub share: f64,
    /// The metric in the slice with its 95% interval.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// The metric on all other rows.
    pub rest: f64,
    /// `value - rest` with its 95% interval.
    pub difference: f64,
    pub difference_low: f64,
    pub difference_high: f64,
    /// Difference in pooled standard deviations.
    pub effect: f64,
    /// Two-sided, of no difference.
    pub p: f64,
    /// Corrected for the number of slices looked at (Benjamini and Hochberg).
    pub q: f64,
    pub verdict: SliceVerdict,
}

impl Slice {
    fn of(conditions: Vec<SliceCondition>, inside: Sums, all: Sums, worth: Worth<'_>) -> Self {
        let rest = all.less(inside);
        let ((low, high), (difference_low, difference_high)) = inside.intervals(rest, worth.shares);
        let names: Vec<&str> = conditions.iter().map(|condition| condition.text.as_str()).collect();
        Self {
            name: names.join(" and "),
            n: inside.n,
            share: inside.n as f64 / all.n.max(1) as f64,
            value: inside.mean(),
            low,
            high,
            rest: rest.mean(),
            difference: inside.mean() - rest.mean(),
            difference_low,
            difference_high,
            effect: inside.effect(rest),
            p: inside.p(rest, worth.shares),
            q: 1.0,
            verdict: SliceVerdict::NotEnough,
            conditions,
        }
    }
}

/// Judges slices together. One of fewer than [`LEAST_ROWS`] rows, or that leaves so few others, is not judged.
fn judge(slices: &mut [&mut Slice], all: u64, higher_is_better: bool) {
    let enough = |slice: &Slice| slice.n >= LEAST_ROWS && all - slice.n >= LEAST_ROWS;
    let mut judged: Vec<&mut &mut Slice> = slices.iter_mut().filter(|slice| enough(slice)).collect();
    let p: Vec<f64> = judged.iter().map(|slice| slice.p).collect();
    for (slice, q) in judged.iter_mut().zip(benjamini_hochberg(&p)) {
        slice.q = q;
        slice.verdict = match (q <= FALSE_DISCOVERY_RATE, (slice.difference > 0.0) == higher_is_better) {
            (false, _) => SliceVerdict::Same,
            (true, true) => SliceVerdict::Better,
            (true, false) => SliceVerdict::Worse,
        };
    }
}

/// The slices of one input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FeatureSlices {
    pub feature: String,
    /// In the order of its bins; bins without rows are left out.
    pub slices: Vec<Slice>,
}

/// Cuts the rows by each input; all slices are judged together.
pub fn by_feature(columns: &[Column<'_>], worth: Worth<'_>) -> Vec<FeatureSlices> {
    let all = Sums::of(worth.values.iter().copied());
    let cut = |column: &Column<'_>| {
        let bins = Sums::by_code(&column.codes, column.width(), worth.values);
        let filled = bins.into_iter().enumerate().filter(|(_, sums)| sums.n > 0);
        let slices = filled.map(|(bin, sums)| Slice::of(vec![column.condition(bin, bin)], sums, all, worth));
        FeatureSlices { feature: column.name().into(), slices: slices.collect() }
    };
    let mut features: Vec<FeatureSlices> = columns.iter().map(cut).collect();
    let mut slices: Vec<&mut Slice> = features.iter_mut().flat_map(|feature| &mut feature.slices).collect();
    judge(&mut slices, all.n, worth.higher_is_better);
    features
}

#[cfg(test)]
#[path = "slices/tests.rs"]
mod tests;
