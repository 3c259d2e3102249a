//! What a column of numbers looks like: its range, its quantiles, its distribution.
//!
//! Definitions as pandas' `describe`. Owns figures of one sample; whether they are good is not its affair.

use serde::Serialize;

use crate::report::Sample;

/// Equal bins of a distribution.
const BINS: usize = 20;
/// The shares below the quantiles that are told.
pub const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// Of the finite values of a column, of which there is one at least.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    /// Of the sample (n - 1); `None` for a single value.
    pub std: Option<f64>,
    /// In the order of [`QUANTILES`], linear between neighbouring values.
    pub quantiles: [f64; 7],
    pub distinct: u64,
    /// Values with how often they occur, the most frequent first.
    pub most_common: Vec<(f64, u64)>,
    /// Equal bins from `min` to `max`: one edge more than counts.
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
}

impl Numbers {
    /// `None` without a finite value; `common`: how many of the most frequent values to tell.
    pub fn of(values: &[f64], common: usize) -> Option<Self> {
        let sample = Sample::new(values);
        let sorted = sample.values();
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let n = sorted.len() as f64;
        let mean = sample.mean();
        let mut runs: Vec<(f64, u64)> =
            sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect();
        let distinct = runs.len() as u64;
        runs.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        runs.truncate(common);
        let (edges, counts) = distribution(sorted, min, max);
        Some(Self {
            min,
            max,
            mean,
            std: (n > 1.0).then(|| sample.std() * (n / (n - 1.0)).sqrt()),
            quantiles: QUANTILES.map(|share| quantile(sorted, share)),
            distinct,
            most_common: runs,
            edges,
            counts,
        })
    }
}

/// Linear between the two neighbouring values, numpy's default.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, fraction) = (sorted[place.floor() as usize], place.fract());
    let above = sorted[place.ceil() as usize];
    if fraction == 0.0 { below } else { below + (above - below) * fraction }
}

fn distribution(sorted: &[f64], min: f64, max: f64) -> (Vec<f64>, Vec<u64>) {
    let step = max / BINS as f64 - min / BINS as f64;
    if step <= 0.0 {
        return (vec![min, max], vec![sorted.len() as u64]);
    }
    let edges: Vec<f64> = (0..BINS).map(|i| min + step * i as f64).chain([max]).collect();
    let below: Vec<usize> = edges[1..BINS].iter().map(|edge| sorted.partition_point(|v| v < edge)).collect();
    let starts = std::iter::once(0).chain(below.iter().copied());
    let ends = below.iter().copied().chain([sorted.len()]);
    (edges, starts.zip(ends).map(|(start, end)| (end - start) as u64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `pandas.Series([4, 1, 2, 2, nan]).describe()` and `quantile`.
    #[test]
    fn figures_are_those_of_pandas() {
        let numbers = Numbers::of(&[4.0, 1.0, 2.0, 2.0, f64::NAN], 2).unwrap();
        assert_eq!((numbers.min, numbers.max, numbers.mean, numbers.distinct), (1.0, 4.0, 2.25, 3));
        assert!((numbers.std.unwrap() - 1.258_305_739_211_791_6).abs() < 1e-15);
        assert_eq!(numbers.quantiles[2..5], [1.75, 2.0, 2.5]);
        assert_eq!(numbers.most_common[0], (2.0, 2));
        assert_eq!(numbers.most_common.len(), 2);
    }

    #[test]
    fn constants_have_one_bin_and_nothing_has_none() {
        let numbers = Numbers::of(&[3.0; 5], 1).unwrap();
        assert_eq!((numbers.edges, numbers.counts, numbers.std), (vec![3.0, 3.0], vec![5], Some(0.0)));
        assert_eq!(Numbers::of(&[1.0], 1).unwrap().std, None);
        assert!(Numbers::of(&[f64::NAN, f64::INFINITY], 1).is_none());
    }

    proptest! {
        #[test]
        fn every_value_is_in_one_bin(values in prop::collection::vec(-1e300_f64..1e300, 1..200)) {
            let numbers = Numbers::of(&values, 3).unwrap();
            prop_assert_eq!(numbers.counts.iter().sum::<u64>(), values.len() as u64);
            prop_assert_eq!(numbers.edges.len(), numbers.counts.len() + 1);
            prop_assert!(numbers.edges.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(numbers.quantiles.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
