//! Drift of a column as NannyML 0.13 defines it: the reference fixes the bins, chunks are measured on them.

use std::collections::BTreeMap;

use super::{
    Sample, distance,
    histogram::{doane, histogram, linear},
};
use crate::drift::{Test, jensen_shannon, shares};

use super::significance::chi_square_contingency;

/// From this many reference rows Kolmogorov-Smirnov and Wasserstein are estimated on equal bins.
const ESTIMATED: usize = 10_000;
const BINS: usize = 10_000;
/// Chunks a reference is cut into.
const CHUNKS: usize = 10;

/// A numeric reference, ready to measure chunks.
#[derive(Debug, Clone)]
pub struct Numeric<'a> {
    reference: &'a Sample,
    /// doane's edges and the reference's shares between them.
    edges: Vec<f64>,
    shares: Vec<f64>,
    fine: Option<Fine>,
}

/// Equal bins over the range of a large reference, with its cumulated shares.
#[derive(Debug, Clone)]
struct Fine {
    edges: Vec<f64>,
    cumulated: Vec<f64>,
}

impl<'a> Numeric<'a> {
    /// `None` for a reference without a value.
    pub fn new(reference: &'a Sample) -> Option<Self> {
        if reference.is_empty() {
            return None;
        }
        let edges = doane(reference);
        let shares = of_all(&histogram(reference, &edges), reference.len());
        let fine = (reference.len() >= ESTIMATED).then(|| Fine::new(reference));
        Some(Self { reference, edges, shares, fine })
    }
    /// Base 2, with what lies outside the reference's range as one more bin.
    pub fn jensen_shannon(&self, chunk: &Sample) -> Option<f64> {
        let (reference, chunk) = self.binned(chunk)?;
        Some(base_2(jensen_shannon(&reference, &chunk)))
    }
    pub fn hellinger(&self, chunk: &Sample) -> Option<f64> {
        let (reference, chunk) = self.binned(chunk)?;
        Some(distance::hellinger(&reference, &chunk))
    }
    /// The statistic, estimated for large references.
    pub fn kolmogorov_smirnov(&self, chunk: &Sample) -> Option<f64> {
        let chunk = non_empty(chunk)?;
        Some(match &self.fine {
            Some(fine) => fine.kolmogorov_smirnov(chunk),
            None => distance::kolmogorov_smirnov(self.reference, chunk),
        })
    }
    /// Not normed, estimated for large references.
    pub fn wasserstein(&self, chunk: &Sample) -> Option<f64> {
        let chunk = non_empty(chunk)?;
        Some(match &self.fine {
            Some(fine) => fine.wasserstein(chunk),
            None => distance::wasserstein(self.reference, chunk),
        })
    }

    fn binned(&self, chunk: &Sample) -> Option<(Vec<f64>, Vec<f64>)> {
        let chunk = non_empty(chunk)?;
        let shares = of_all(&histogram(chunk, &self.edges), chunk.len());
        Some(with_leftover(self.shares.clone(), shares))
    }
}

fn non_empty(sample: &Sample) -> Option<&Sample> {
    (!sample.is_empty()).then_some(sample)
}

fn of_all(counts: &[u64], n: usize) -> Vec<f64> {
    counts.iter().map(|count| *count as f64 / n as f64).collect()
}

/// One more bin for the part of the chunk that falls in none of the reference's.
fn with_leftover(mut reference: Vec<f64>, mut chunk: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let leftover = 1.0 - chunk.iter().sum::<f64>();
    if leftover > 0.0 {
        reference.push(0.0);
        chunk.push(leftover);
    }
    (reference, chunk)
}

fn base_2(distance: f64) -> f64 {
    distance / std::f64::consts::LN_2.sqrt()
}

impl Fine {
    fn new(reference: &Sample) -> Self {
        let (low, high) = (reference.values()[0], reference.values()[reference.len() - 1]);
        let (low, high) = if low == high { (low - 0.5, high + 0.5) } else { (low, high) };
        let edges = linear(low, high, BINS);
        let cumulated = cumulated(&of_all(&histogram(reference, &edges), reference.len()), 0.0);
        Self { edges, cumulated }
    }
    fn kolmogorov_smirnov(&self, chunk: &Sample) -> f64 {
        let below =
            chunk.values().partition_point(|value| *value < self.edges[0]) as f64 / chunk.len() as f64;
        let chunk = cumulated(&of_all(&histogram(chunk, &self.edges), chunk.len()), below);
        self.gaps(&chunk).fold(0.0, f64::max)
    }
    /// Inside the range the area between the functions; outside NannyML's terms, which count the edge itself
    /// as one value more.
    fn wasserstein(&self, chunk: &Sample) -> f64 {
        let (low, high) = (self.edges[0], self.edges[BINS]);
        let values = chunk.values();
        let smaller = &values[..values.partition_point(|value| *value < low)];
        let bigger = &values[values.partition_point(|value| *value <= high)..];
        let n = values.len() as f64;
        let (mut below, mut outside) = (0.0, 0.0);
        if !smaller.is_empty() {
            below = (smaller.len() + 1) as f64 / n;
            outside += below * area(&[smaller, &[low]].concat(), |share| share);
        }
        if !bigger.is_empty() {
            outside += (bigger.len() + 1) as f64 / n * area(&[&[high], bigger].concat(), |share| 1.0 - share);
        }
        let inside = cumulated(&of_all(&histogram(chunk, &self.edges), chunk.len()), below);
        self.gaps(&inside).sum::<f64>() * (self.edges[1] - self.edges[0]) + outside
    }
    fn gaps<'a>(&'a self, chunk: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.cumulated.iter().zip(chunk).map(|(reference, chunk)| (reference - chunk).abs())
    }
}

/// Running sums, shifted by `start`.
fn cumulated(shares: &[f64], start: f64) -> Vec<f64> {
    let running = shares.iter().scan(0.0, |sum, share| {
        *sum += share;
        Some(*sum)
    });
    running.map(|sum| sum + start).collect()
}

/// The area under a function of the distribution function of ascending values.
fn area(ascending: &[f64], height: impl Fn(f64) -> f64) -> f64 {
    let n = ascending.len() as f64;
    let strip = |(i, pair): (usize, &[f64])| height((i + 1) as f64 / n) * (pair[1] - pair[0]);
    ascending.windows(2).enumerate().map(strip).sum()
}

/// A categorical reference, ready to measure chunks.
#[derive(Debug, Clone)]
pub struct Categorical<T> {
    counts: BTreeMap<T, u64>,
}

impl<T: Ord + Clone> Categorical<T> {
    /// `None` for a reference without a value.
    pub fn new(reference: &[Option<T>]) -> Option<Self> {
        let counts = counted(reference);
        (!counts.is_empty()).then_some(Self { counts })
    }
    /// Base 2, with the categories that the reference does not have as one more bin.
    pub fn jensen_shannon(&self, chunk: &[Option<T>]) -> Option<f64> {
        let (reference, chunk) = self.table(chunk)?;
        jensen_shannon_of_counts(&reference, &chunk)
    }
    pub fn hellinger(&self, chunk: &[Option<T>]) -> Option<f64> {
        let (reference, chunk) = self.table(chunk)?;
        hellinger_of_counts(&reference, &chunk)
    }
    /// The largest difference of a category's shares.
    pub fn l_infinity(&self, chunk: &[Option<T>]) -> Option<f64> {
        let (reference, chunk) = self.table(chunk)?;
        l_infinity_of_counts(&reference, &chunk)
    }
    /// Contingency test; NannyML alerts at p < 0.05.
    pub fn chi_square(&self, chunk: &[Option<T>]) -> Option<Test> {
        let (reference, chunk) = self.table(chunk)?;
        chi_square_contingency(&reference, &chunk)
    }

    /// Counts of all categories of either side.
    fn table(&self, chunk: &[Option<T>]) -> Option<(Vec<u64>, Vec<u64>)> {
        let chunk = counted(chunk);
        if chunk.is_empty() {
            return None;
        }
        let mut both: BTreeMap<&T, (u64, u64)> = self.counts.iter().map(|(k, n)| (k, (*n, 0))).collect();
        chunk.iter().for_each(|(category, n)| both.entry(category).or_default().1 = *n);
        Some(both.into_values().unzip())
    }
}

/// [`Categorical::jensen_shannon`] of counts per category, in one order; `None` when a side is empty.
pub fn jensen_shannon_of_counts(reference: &[u64], chunk: &[u64]) -> Option<f64> {
    let (reference, chunk) = known(reference, chunk)?;
    Some(base_2(jensen_shannon(&reference, &chunk)))
}

/// [`Categorical::hellinger`] of counts per category.
pub fn hellinger_of_counts(reference: &[u64], chunk: &[u64]) -> Option<f64> {
    let (reference, chunk) = known(reference, chunk)?;
    Some(distance::hellinger(&reference, &chunk))
}

/// [`Categorical::l_infinity`] of counts per category.
pub fn l_infinity_of_counts(reference: &[u64], chunk: &[u64]) -> Option<f64> {
    let gaps = shares(reference).into_iter().zip(shares(chunk)).map(|(r, c)| (r - c).abs());
    (!is_empty(reference) && !is_empty(chunk)).then(|| gaps.fold(0.0, f64::max))
}

/// Shares of the categories that the reference has, then of all others together.
fn known(reference: &[u64], chunk: &[u64]) -> Option<(Vec<f64>, Vec<f64>)> {
    if is_empty(reference) || is_empty(chunk) {
        return None;
    }
    let n = chunk.iter().sum::<u64>() as usize;
    let (reference, chunk): (Vec<u64>, Vec<u64>) =
        reference.iter().zip(chunk).filter(|(count, _)| **count > 0).unzip();
    Some(with_leftover(shares(&reference), of_all(&chunk, n)))
}

fn is_empty(counts: &[u64]) -> bool {
    counts.iter().all(|count| *count == 0)
}

fn counted<T: Ord + Clone>(values: &[Option<T>]) -> BTreeMap<T, u64> {
    let mut counts = BTreeMap::new();
    values.iter().flatten().for_each(|value| *counts.entry(value.clone()).or_default() += 1);
    counts
}

/// NannyML's alert band: mean and three standard deviations (of the population) over the reference's chunks.
pub fn band(chunks: &[f64]) -> Option<(f64, f64)> {
    let sample = Sample::new(chunks);
    let (mean, deviation) = (non_empty(&sample)?.mean(), 3.0 * sample.std());
    Some((mean - deviation, mean + deviation))
}

/// NannyML's default chunks: ten of equal length, and one more for what is left over.
pub fn chunks<T>(rows: &[T]) -> std::slice::Chunks<'_, T> {
    rows.chunks((rows.len() / CHUNKS).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(text: &str) -> Vec<Option<char>> {
        text.chars().map(|c| (c != ' ').then_some(c)).collect()
    }

    #[test]
    fn new_categories_share_one_bin() {
        let reference = Categorical::new(&categories("aabb")).unwrap();
        assert!(reference.jensen_shannon(&categories("ab")).unwrap() < 1e-7);
        assert!((reference.jensen_shannon(&categories("cd")).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(reference.l_infinity(&categories("aaab ")), Some(0.25));
        assert_eq!(reference.hellinger(&categories("  ")), None);
        assert!(reference.chi_square(&categories("ccc")).unwrap().p < 0.1);
    }

    #[test]
    fn a_band_is_three_deviations_wide() {
        assert_eq!(band(&[1.0, 3.0]), Some((-1.0, 5.0)));
        assert_eq!(band(&[]), None);
    }

    #[test]
    fn estimates_on_bins_are_close_to_the_exact_distance() {
        let ramp =
            |n: u32, shift: f64| (0..n).map(|i| f64::from(i) / f64::from(n) + shift).collect::<Vec<_>>();
        let (sample, chunk) = (Sample::new(&ramp(12_000, 0.0)), Sample::new(&ramp(3_000, 0.25)));
        let reference = Numeric::new(&sample).unwrap();
        assert!((reference.wasserstein(&chunk).unwrap() - 0.25).abs() < 0.01);
        assert!((reference.kolmogorov_smirnov(&chunk).unwrap() - 0.25).abs() < 0.001);
        assert_eq!(reference.wasserstein(&Sample::new(&[f64::NAN])), None);
    }
}
