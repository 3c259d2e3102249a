//! Distances between two samples, and between two lists of shares.
//!
//! Samples must not be empty.

use super::{
    Pair, Sample, Walk,
    histogram::{histogram, sturges},
};
use crate::drift::zero_filled;

/// `scipy.stats.wasserstein_distance`.
pub fn wasserstein(a: &Sample, b: &Sample) -> f64 {
    Walk::new(a, b).area
}

/// Evidently's: divided by the reference's standard deviation, 0.001 at least.
pub fn wasserstein_normed(reference: &Sample, current: &Sample) -> f64 {
    normed(wasserstein(reference, current), reference)
}

/// Evidently's unit of a Wasserstein distance.
pub(super) fn normed(wasserstein: f64, reference: &Sample) -> f64 {
    wasserstein / reference.std().max(0.001)
}

pub(super) fn energy_of(walk: &Walk) -> f64 {
    (2.0 * walk.squared_area).sqrt()
}

/// `scipy.stats.energy_distance`.
pub fn energy(a: &Sample, b: &Sample) -> f64 {
    energy_of(&Walk::new(a, b))
}

/// The largest gap between the two distribution functions, `scipy.stats.ks_2samp`'s statistic.
pub fn kolmogorov_smirnov(a: &Sample, b: &Sample) -> f64 {
    Walk::new(a, b).gap
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
    crate::drift::hellinger(reference, current)
}

/// Evidently's Hellinger distance of numbers: on sturges bins over the distinct values of both samples.
pub fn hellinger_numeric(reference: &Sample, current: &Sample, integer: bool) -> f64 {
    hellinger_of(&Pair { reference, current, walk: Walk::new(reference, current) }, integer)
}

pub(super) fn hellinger_of(&Pair { reference, current, walk }: &Pair, integer: bool) -> f64 {
    let ends = [reference.values(), current.values()].map(|values| (values[0], values[values.len() - 1]));
    let edges = sturges(ends[0].0.min(ends[1].0), ends[0].1.max(ends[1].1), walk.distinct, integer);
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
