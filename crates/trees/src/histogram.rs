//! Sums of gradients by feature and bin, and the best split they show.

use crate::bins::{Bins, Column};

/// Rows of total weight this much are needed on each side of a split.
pub(crate) const MIN_WEIGHT: f64 = 20.0;
/// And this much curvature, without which a leaf's value means nothing.
const MIN_CURVATURE: f64 = 1e-3;
/// A gain below this is rounding.
const MIN_GAIN: f64 = 1e-10;

/// Sums over rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub gradient: f64,
    pub curvature: f64,
    pub weight: f64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.weight += other.weight;
    }
    fn minus(&self, other: &Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            weight: self.weight - other.weight,
        }
    }
    /// Twice the loss that the best constant saves (Chen and Guestrin 2016, equation 6).
    pub fn score(&self, l2: f64) -> f64 {
        self.gradient * self.gradient / (self.curvature + l2)
    }
    fn may_be_leaf(&self) -> bool {
        self.weight >= MIN_WEIGHT && self.curvature >= MIN_CURVATURE
    }
}

/// A question about one feature; rows of bins up to `bin` answer yes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Split {
    pub gain: f64,
    pub column: usize,
    pub bin: u8,
    /// Missing values answer yes.
    pub missing_yes: bool,
}

/// The sums of one leaf's rows, for each feature its bins and then the missing values.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    sums: Vec<Sums>,
}

impl Histogram {
    /// `rows` are positions in the bins, `each` the sums of one row.
    pub fn new(bins: &Bins, rows: &[u32], each: &[Sums]) -> Self {
        // Once in the order of the leaf, so that every column then reads memory in order.
        let gathered: Vec<Sums> = rows.iter().map(|row| each[*row as usize]).collect();
        let mut sums = Vec::with_capacity(bins.columns.iter().map(|column| column.bins() + 1).sum());
        for column in &bins.columns {
            let from = sums.len();
            sums.resize(from + column.bins() + 1, Sums::default());
            let own = &mut sums[from..];
            for (row, sums) in rows.iter().zip(&gathered) {
                own[usize::from(column.codes[*row as usize])].add(sums);
            }
        }
        Self { sums }
    }

    /// What remains when the rows of a part are taken away.
    pub fn without(mut self, part: &Self) -> Self {
        self.sums.iter_mut().zip(&part.sums).for_each(|(whole, part)| *whole = whole.minus(part));
        self
    }

    /// The split that saves most, the first of equals; `None` when none is allowed or worth it.
    pub fn best(&self, bins: &Bins, total: &Sums, l2: f64) -> Option<Split> {
        let mut best: Option<Split> = None;
        let mut from = 0;
        for (index, column) in bins.columns.iter().enumerate() {
            let own = &self.sums[from..from + column.bins() + 1];
            from += own.len();
            for split in splits(index, column, own, total, l2) {
                if split.gain > best.map_or(MIN_GAIN, |best| best.gain) {
                    best = Some(split);
                }
            }
        }
        best
    }
}

/// Every allowed split of one feature: after each bin, missing values on either side.
fn splits<'a>(
    index: usize,
    column: &'a Column,
    own: &'a [Sums],
    total: &'a Sums,
    l2: f64,
) -> impl Iterator<Item = Split> + 'a {
    let missing = own[column.bins()];
    let sides: &[bool] = if missing.weight > 0.0 { &[false, true] } else { &[false] };
    sides.iter().flat_map(move |missing_yes| {
        let mut yes = if *missing_yes { missing } else { Sums::default() };
        (0..column.cuts.len()).filter_map(move |bin| {
            yes.add(&own[bin]);
            let no = total.minus(&yes);
            let gain = yes.score(l2) + no.score(l2) - total.score(l2);
            let allowed = yes.may_be_leaf() && no.may_be_leaf();
            allowed.then_some(Split { gain, column: index, bin: bin as u8, missing_yes: *missing_yes })
        })
    })
}
