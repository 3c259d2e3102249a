//! One column watched live: the reference fixes the bins once, then each value bumps a counter.
//!
//! Owns the bins and the counters. Counters can be merged without error, so drift over any window is exact on
//! these bins. Must not know what drift is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bins;
pub use crate::bins::Bins;

/// New categories remembered by name; the rest are only counted.
const NAMED_UNSEEN: usize = 20;

/// What a column looked like when all was well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub name: String,
    pub bins: Bins,
    /// Rows in each bin.
    pub counts: Vec<u64>,
    /// Rows in categories too rare for a bin of their own (see [`bins::CATEGORIES`]); they share a bin with
    /// the categories never seen.
    pub rare: u64,
    /// Rows without a value. NaN and infinities count as missing.
    pub missing: u64,
    /// Rows with a value.
    pub n: u64,
    /// Mean, standard deviation (of the population) and range of the values; 0 for categories and for none.
    pub mean: f64,
    pub std: f64,
    pub min: f64,
    pub max: f64,
}

impl Reference {
    /// From numbers, NaN where missing.
    pub fn numeric(name: impl Into<String>, values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        let mut reference = Self {
            mean,
            min: sorted.first().copied().unwrap_or(0.0),
            max: sorted.last().copied().unwrap_or(0.0),
            ..Self::empty(name, bins::numeric(&sorted))
        };
        let mut counts = Counts::new(&reference);
        values.iter().for_each(|value| counts.add_number(&reference, *value));
        reference.std = counts.std(&reference).unwrap_or(0.0);
        reference.fill(counts)
    }
    /// From category names, `None` where missing.
    pub fn categorical(name: impl Into<String>, values: &[Option<String>]) -> Self {
        let reference = Self::empty(name, bins::categorical(values.iter().flatten()));
        let mut counts = Counts::new(&reference);
        for value in values {
            match value {
                Some(value) => counts.add_category(&reference, value),
                None => counts.add_missing(),
            }
        }
        reference.fill(counts)
    }
    /// Rows, with a value or without.
    pub fn rows(&self) -> u64 {
        self.n + self.missing
    }

    fn empty(name: impl Into<String>, bins: Bins) -> Self {
        let (name, counts) = (name.into(), vec![]);
        Self { name, bins, counts, rare: 0, missing: 0, n: 0, mean: 0.0, std: 0.0, min: 0.0, max: 0.0 }
    }
    fn fill(self, counts: Counts) -> Self {
        Self { rare: counts.unseen_rows, counts: counts.bins, missing: counts.missing, n: counts.n, ..self }
    }
}

/// What a column held in a span of time, on the bins of its reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows in each of the reference's bins.
    pub bins: Vec<u64>,
    /// Rows without a value. NaN and infinities count as missing.
    pub missing: u64,
    /// Rows in categories that have no bin.
    pub unseen_rows: u64,
    /// The first such categories by name.
    pub unseen: BTreeMap<String, u64>,
    /// Rows with a value.
    pub n: u64,
    /// Of the values.
    pub sum: f64,
    /// Of the squared distances from the reference's mean, which keeps its digits where values are large.
    pub sum_sq: f64,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

impl Counts {
    pub fn new(reference: &Reference) -> Self {
        Self {
            bins: vec![0; reference.bins.len()],
            missing: 0,
            unseen_rows: 0,
            unseen: BTreeMap::new(),
            n: 0,
            sum: 0.0,
            sum_sq: 0.0,
            min: None,
            max: None,
        }
    }
    /// NaN and infinities count as missing; so does a number in a categorical column (add its name instead).
    pub fn add_number(&mut self, reference: &Reference, value: f64) {
        let Some(bin) = reference.bins.of_number(value) else { return self.add_missing() };
        self.bins[bin] += 1;
        self.n += 1;
        self.sum += value;
        self.sum_sq += (value - reference.mean).powi(2);
        self.min = Some(self.min.map_or(value, |min| min.min(value)));
        self.max = Some(self.max.map_or(value, |max| max.max(value)));
    }
    /// Many at once: the same as one after another, faster.
    pub fn add_numbers(&mut self, reference: &Reference, values: impl Iterator<Item = f64>) {
        let Bins::Numeric { edges } = &reference.bins else {
            return values.for_each(|_| self.add_missing());
        };
        let [_, inner @ .., _] = edges.as_slice() else { return values.for_each(|_| self.add_missing()) };
        let (mut n, mut sum, mut sum_sq) = (0, self.sum, self.sum_sq);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            if !value.is_finite() {
                self.missing += 1;
                continue;
            }
            // There are few edges, and counting them takes no branch.
            let bin = inner.iter().map(|edge| usize::from(*edge <= value)).sum::<usize>();
            self.bins[bin] += 1;
            n += 1;
            sum += value;
            sum_sq += (value - reference.mean).powi(2);
            low = low.min(value);
            high = high.max(value);
        }
        if n > 0 {
            self.n += n;
            (self.sum, self.sum_sq) = (sum, sum_sq);
            self.min = Some(self.min.map_or(low, |min| min.min(low)));
            self.max = Some(self.max.map_or(high, |max| max.max(high)));
        }
    }
    /// A name in a numeric column counts as missing unless it reads as a number.
    pub fn add_category(&mut self, reference: &Reference, value: &str) {
        if matches!(reference.bins, Bins::Numeric { .. }) {
            return self.add_number(reference, value.trim().parse().unwrap_or(f64::NAN));
        }
        self.n += 1;
        match reference.bins.of_category(value) {
            Some(bin) => self.bins[bin] += 1,
            None => {
                self.unseen_rows += 1;
                self.name_unseen(value, 1);
            }
        }
    }
    pub fn add_missing(&mut self) {
        self.missing += 1;
    }
    /// Both must be on the bins of the same reference.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.bins.len(), other.bins.len());
        self.bins.iter_mut().zip(&other.bins).for_each(|(mine, theirs)| *mine += theirs);
        self.missing += other.missing;
        self.unseen_rows += other.unseen_rows;
        other.unseen.iter().for_each(|(name, rows)| self.name_unseen(name, *rows));
        self.n += other.n;
        self.sum += other.sum;
        self.sum_sq += other.sum_sq;
        self.min = self.min.into_iter().chain(other.min).reduce(f64::min);
        self.max = self.max.into_iter().chain(other.max).reduce(f64::max);
    }
    /// Rows, with a value or without.
    pub fn rows(&self) -> u64 {
        self.n + self.missing
    }
    /// Of the values of a numeric column; `None` without any.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0 && self.min.is_some()).then(|| self.sum / self.n as f64)
    }
    /// Standard deviation of the population, for a numeric column.
    pub fn std(&self, reference: &Reference) -> Option<f64> {
        let shift = self.mean()? - reference.mean;
        Some((self.sum_sq / self.n as f64 - shift * shift).max(0.0).sqrt())
    }

    fn name_unseen(&mut self, name: &str, rows: u64) {
        if self.unseen.len() < NAMED_UNSEEN || self.unseen.contains_key(name) {
            *self.unseen.entry(name.to_owned()).or_default() += rows;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(reference: &Reference, values: &[f64]) -> Counts {
        let mut counts = Counts::new(reference);
        values.iter().for_each(|value| counts.add_number(reference, *value));
        counts
    }

    #[test]
    fn a_reference_counts_its_own_values() {
        let values: Vec<f64> = (0..1_000).map(f64::from).chain([f64::NAN, f64::INFINITY]).collect();
        let reference = Reference::numeric("age", &values);
        assert_eq!(reference.counts, [100; 10]);
        assert_eq!((reference.n, reference.missing), (1_000, 2));
        assert_eq!((reference.mean, reference.min, reference.max), (499.5, 0.0, 999.0));
        assert!((reference.std - 288.674_990).abs() < 1e-6);
    }

    #[test]
    fn categories_without_a_bin_are_counted_and_named() {
        let seen: Vec<_> =
            ["a", "a", "b"].map(|name| Some(name.to_owned())).into_iter().chain([None]).collect();
        let reference = Reference::categorical("color", &seen);
        assert_eq!((reference.counts.as_slice(), reference.missing), ([2, 1].as_slice(), 1));
        let mut counts = Counts::new(&reference);
        (0..30).for_each(|i| counts.add_category(&reference, &format!("new {i}")));
        assert_eq!((counts.unseen_rows, counts.unseen.len()), (30, NAMED_UNSEEN));
    }

    #[test]
    fn large_values_keep_their_spread() {
        let values: Vec<f64> = (0..100).map(|i| 1.7e12 + f64::from(i % 2)).collect();
        let reference = Reference::numeric("time", &values);
        assert!((of(&reference, &values).std(&reference).unwrap() - 0.5).abs() < 1e-3);
    }

    #[test]
    fn an_empty_column_has_no_numbers() {
        let reference = Reference::numeric("nothing", &[f64::NAN; 3]);
        assert_eq!((reference.n, reference.missing, reference.std), (0, 3, 0.0));
        let counts = of(&reference, &[1.0, 2.0]);
        assert_eq!((counts.n, counts.mean()), (2, Some(1.5)));
    }

    proptest! {
        #[test]
        fn counting_many_at_once_is_counting_each(values in prop::collection::vec(any::<f64>(), 0..60)) {
            let reference = Reference::numeric("x", &[-1.0, 0.0, 0.5, 3.0, 1e300]);
            let mut many = Counts::new(&reference);
            many.add_numbers(&reference, values.iter().copied());
            // Not equal where the sum overflowed to NaN: told by how it prints.
            prop_assert_eq!(format!("{many:?}"), format!("{:?}", of(&reference, &values)));
        }

        #[test]
        fn merging_is_counting_all(
            left in prop::collection::vec(-9_i32..9, 0..100),
            right in prop::collection::vec(-9_i32..9, 0..100),
        ) {
            let numbers = |values: &[i32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
            let (left, right) = (numbers(&left), numbers(&right));
            let reference = Reference::numeric("x", &left);
            let mut merged = of(&reference, &left);
            merged.merge(&of(&reference, &right));
            let whole = of(&reference, &[left, right].concat());
            prop_assert!((merged.sum_sq - whole.sum_sq).abs() <= 1e-9 * whole.sum_sq.max(1.0));
            prop_assert_eq!(Counts { sum_sq: whole.sum_sq, ..merged }, whole);
        }
    }
}
