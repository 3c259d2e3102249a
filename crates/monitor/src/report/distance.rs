//! Distances between two samples, and between two lists of shares.
//!
//! Samples must not be empty.

use super::{
    Sample,
    histogram::{histogram, sturges},
};
use crate::drift::zero_filled;

/// The steps of both distribution functions: for each interval between neighbouring values of either sample,
/// (F of `a`, F of `b`, length of the interval).
fn steps<'a>(a: &'a Sample, b: &'a Sample) -> impl Iterator<Item = (f64, f64, f64)> + 'a {
    let (left, right) = (a.values(), b.values());
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let here = *[left.get(i), right.get(j)].into_iter().flatten().min_by(|x, y| x.total_cmp(y))?;
        i += left[i..].iter().take_while(|value| **value == here).count();
        j += right[j..].iter().take_while(|value| **value == here).count();
        let next = [left.get(i), right.get(j)].into_iter().flatten().copied().reduce(f64::min);
        let (f, g) = (i as f64 / left.len() as f64, j as f64 / right.len() as f64);
        Some((f, g, next.map_or(0.0, |next| next - here)))
    })
}

/// `scipy.stats.wasserstein_distance`.
pub fn wasserstein(a: &Sample, b: &Sample) -> f64 {
    steps(a, b).map(|(f, g, length)| (f - g).abs() * length).sum()
}

/// Evidently's: divided by the reference's standard deviation, 0.001 at least.
pub fn wasserstein_normed(reference: &Sample, current: &Sample) -> f64 {
    wasserstein(reference, current) / reference.std().max(0.001)
}

/// `scipy.stats.energy_distance`.
pub fn energy(a: &Sample, b: &Sample) -> f64 {
    (2.0 * steps(a, b).map(|(f, g, length)| (f - g).powi(2) * length).sum::<f64>()).sqrt()
}

/// The largest gap between the two distribution functions, `scipy.stats.ks_2samp`'s statistic.
pub fn kolmogorov_smirnov(a: &Sample, b: &Sample) -> f64 {
    steps(a, b).map(|(f, g, _)| (f - g).abs()).fold(0.0, f64::max)
}

/// PSI of shares with Evidently's zero fill, without renormalising.
pub fn psi(reference: &[f64], current: &[f64]) -> f64 {
    let (r, c) = (zero_filled(reference), zero_filled(current));
    r.iter().zip(&c).map(|(r, c)| (r - c) * (r / c).ln()).sum()
}

/// Kullback-Leibler divergence of the reference from the current shares, with Evidently's zero fill,
/// renormalised.
pub fn kullback_leibler(reference: &[f64], current: &[f64]) -> f64 {
    let (r, c) = (zero_filled(reference), zero_filled(current));
    let (sum_r, sum_c) = (r.iter().sum::<f64>(), c.iter().sum::<f64>());
    r.iter().zip(&c).map(|(r, c)| (r / sum_r) * ((r / sum_r) / (c / sum_c)).ln()).sum()
}

/// Jensen-Shannon distance, natural logarithm.
pub fn jensen_shannon(reference: &[f64], current: &[f64]) -> f64 {
    crate::drift::jensen_shannon(reference, current)
}

/// Hellinger distance of shares: sqrt(1 - sum sqrt(rc)), in the form that is exact near 0.
pub fn hellinger(reference: &[f64], current: &[f64]) -> f64 {
    let squares: f64 = reference.iter().zip(current).map(|(r, c)| (r.sqrt() - c.sqrt()).powi(2)).sum();
    (squares / 2.0).min(1.0).sqrt()
}

/// Evidently's Hellinger distance of numbers: on sturges bins over the distinct values of both samples.
pub fn hellinger_numeric(reference: &Sample, current: &Sample, integer: bool) -> f64 {
    let distinct = steps(reference, current).count();
    let ends = [reference.values(), current.values()].map(|values| (values[0], values[values.len() - 1]));
    let edges = sturges(ends[0].0.min(ends[1].0), ends[0].1.max(ends[1].1), distinct, integer);
    let shares = |sample: &Sample| crate::drift::shares(&histogram(sample, &edges));
    hellinger(&shares(reference), &shares(current))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = Sample> {
        prop::collection::vec(-20_i32..20, 1..60)
            .prop_map(|values| Sample::new(&values.into_iter().map(f64::from).collect::<Vec<_>>()))
    }

    proptest! {
        #[test]
        fn distances_of_samples_are_zero_on_themselves_and_symmetric(a in sample(), b in sample()) {
            let distances = [wasserstein, energy, kolmogorov_smirnov];
            for distance in distances {
                prop_assert_eq!(distance(&a, &a), 0.0);
                prop_assert!((distance(&a, &b) - distance(&b, &a)).abs() < 1e-12);
            }
            prop_assert_eq!(hellinger_numeric(&a, &a, false), 0.0);
            prop_assert!((hellinger_numeric(&a, &b, true) - hellinger_numeric(&b, &a, true)).abs() < 1e-12);
            prop_assert_eq!(wasserstein_normed(&a, &a), 0.0);
        }

        #[test]
        fn distances_of_shares_are_zero_on_themselves_and_symmetric(
            a in prop::collection::vec(1_u64..50, 6),
            b in prop::collection::vec(0_u64..50, 6),
        ) {
            let (r, c) = (crate::drift::shares(&a), crate::drift::shares(&b));
            prop_assume!(b.iter().sum::<u64>() > 0);
            for distance in [psi, jensen_shannon, hellinger] {
                prop_assert_eq!(distance(&r, &r), 0.0);
                prop_assert!((distance(&r, &c) - distance(&c, &r)).abs() < 1e-12);
            }
            prop_assert!(kullback_leibler(&r, &r).abs() < 1e-15);
            prop_assert!(kullback_leibler(&r, &c) >= -1e-15);
        }
    }
}
