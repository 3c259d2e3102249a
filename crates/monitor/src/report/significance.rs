//! Classic tests of a difference: chi-square, proportions, Student's t.

use statrs::function::erf::erfc;

use super::Sample;
use crate::{
    drift::{Test, pearson},
    special::{chi_square_sf, student_two_sided},
};

/// Goodness of fit of the current counts to the reference's shares, Evidently's and `scipy.stats.chisquare`:
/// the p-value, 0 where the reference has none of a category that occurs. `None` when a side is empty or there
/// is one category only.
pub fn chi_square_fit(reference: &[u64], current: &[u64]) -> Option<f64> {
    let (n_r, n_c) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    if n_r == 0.0 || n_c == 0.0 || reference.len() < 2 {
        return None;
    }
    let part = |(r, c): (&u64, &u64)| {
        let expected = *r as f64 * (n_c / n_r);
        let difference = *c as f64 - expected;
        if difference == 0.0 { 0.0 } else { difference.powi(2) / expected }
    };
    let statistic: f64 = reference.iter().zip(current).map(part).sum();
    Some(chi_square_sf(statistic, (reference.len() - 1) as f64))
}

/// `scipy.stats.chi2_contingency` of the 2 x k table, with Yates' correction for k = 2 as there.
pub fn chi_square_contingency(reference: &[u64], current: &[u64]) -> Option<Test> {
    let correction = if reference.len() == 2 { 0.5 } else { 0.0 };
    pearson(reference, current, correction)
}

/// Two-sided z-test of two proportions with pooled variance, in Evidently's form 2 (1 - cdf(|z|)); `None` when
/// a side is empty, 1 where all or none are hits.
pub fn proportions((hits_a, n_a): (u64, u64), (hits_b, n_b): (u64, u64)) -> Option<f64> {
    if n_a == 0 || n_b == 0 {
        return None;
    }
    let (n_a, n_b) = (n_a as f64, n_b as f64);
    let (a, b) = (hits_a as f64 / n_a, hits_b as f64 / n_b);
    let pooled = (a * n_a + b * n_b) / (n_a + n_b);
    let error = (pooled * (1.0 - pooled) * (1.0 / n_a + 1.0 / n_b)).sqrt();
    if error <= 0.0 {
        return Some(1.0);
    }
    let z = ((a - b) / error).abs();
    let cdf = 0.5 * erfc(-z / std::f64::consts::SQRT_2);
    Some(2.0 * (1.0 - cdf))
}

/// Student's two-sample t-test with equal variances, `scipy.stats.ttest_ind`; `None` with fewer than three
/// values or without any spread.
pub fn t_test(a: &Sample, b: &Sample) -> Option<Test> {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let degrees = n + m - 2.0;
    if a.is_empty() || b.is_empty() || degrees < 1.0 {
        return None;
    }
    let error = ((a.squares() + b.squares()) / degrees * (1.0 / n + 1.0 / m)).sqrt();
    let statistic = (a.mean() - b.mean()) / error;
    (error > 0.0).then(|| Test { statistic, p: student_two_sided(statistic, degrees) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_tested_is_none() {
        let (nothing, one) = (Sample::new(&[f64::NAN]), Sample::new(&[1.0; 4]));
        assert_eq!((t_test(&nothing, &one), t_test(&one, &one)), (None, None));
        assert_eq!((chi_square_fit(&[3], &[4]), chi_square_fit(&[0, 0], &[4, 1])), (None, None));
        assert_eq!((proportions((0, 0), (1, 2)), proportions((3, 3), (2, 2))), (None, Some(1.0)));
    }

    #[test]
    fn a_new_category_is_certain_drift() {
        assert_eq!(chi_square_fit(&[500, 500, 0], &[50, 49, 1]), Some(0.0));
    }

    /// scipy 1.17.1: `chi2_contingency([[10, 20], [30, 25]])`.
    #[test]
    fn two_by_two_tables_are_corrected() {
        let test = chi_square_contingency(&[10, 20], &[30, 25]).unwrap();
        assert!((test.statistic - YATES.0).abs() < 1e-12 && (test.p - YATES.1).abs() < 1e-9, "{test:?}");
    }
    const YATES: (f64, f64) = (2.706155303030302, 0.0999616438735349);
}
