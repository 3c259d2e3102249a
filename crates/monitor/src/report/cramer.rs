//! The two-sample Cramer-von Mises test, as `scipy.stats.cramervonmises_2samp` with its defaults.

use std::collections::BTreeMap;

use super::{Pair, Sample};
use crate::drift::Test;

/// Samples up to this size get an exact p-value.
const EXACT: usize = 20;

/// `None` unless both samples have two values or more.
pub fn test(a: &Sample, b: &Sample) -> Option<Test> {
    of(&Pair::new(a, b)?)
}

pub(super) fn of(&Pair { reference: a, current: b, walk }: &Pair) -> Option<Test> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    let u = n * walk.rank_squares.0 + m * walk.rank_squares.1;
    let (product, sum) = (n * m, n + m);
    let statistic = u / (product * sum) - (4.0 * product - 1.0) / (6.0 * sum);
    let p = match a.len().max(b.len()) <= EXACT {
        true => exact(u, a.len() as u64, b.len() as u64),
        false => asymptotic(statistic, n, m),
    };
    Some(Test { statistic, p })
}

/// Share of the orders of both samples with a statistic at least this large, by counting for each pair of
/// prefixes how often each partial sum occurs (Xiao, Gordon, Yakovlev, 2006).
fn exact(u: f64, m: u64, n: u64) -> f64 {
    let lcm = m * n / gcd(m, n);
    let (a, b) = ((lcm / m) as i64, (lcm / n) as i64);
    let (product, scale) = ((m * n) as f64, lcm.pow(2) as f64 * (m + n) as f64);
    let limit = (scale * (6.0 * u - product * (4.0 * product - 1.0)) / (6.0 * product * product)).floor();
    let mut row: Vec<BTreeMap<u64, f64>> = vec![BTreeMap::new(); m as usize + 1];
    row[0].insert(0, 1.0);
    for u in 0..=n as i64 {
        let mut before = BTreeMap::<u64, f64>::new();
        for (v, cell) in row.iter_mut().enumerate() {
            for (sum, ways) in std::mem::take(cell) {
                *before.entry(sum).or_default() += ways;
            }
            let step = (a * v as i64 - b * u).pow(2) as u64;
            before = before.into_iter().map(|(sum, ways)| (sum + step, ways)).collect();
            cell.clone_from(&before);
        }
    }
    let counts = &row[m as usize];
    let all: f64 = counts.values().sum();
    counts.iter().filter(|(sum, _)| **sum as f64 >= limit).map(|(_, ways)| ways).sum::<f64>() / all
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// From the limiting distribution, after matching mean and variance for these sizes (Anderson, 1962).
fn asymptotic(statistic: f64, n: f64, m: f64) -> f64 {
    let (product, sum) = (n * m, n + m);
    let mean = (1.0 + 1.0 / sum) / 6.0;
    let variance = (sum + 1.0) * (4.0 * product * sum - 3.0 * (n * n + m * m) - 2.0 * product)
        / (45.0 * sum * sum * 4.0 * product);
    let normed = 1.0 / 6.0 + (statistic - mean) / (45.0 * variance).sqrt();
    if normed < 0.003 { 1.0 } else { (1.0 - limit_cdf(normed)).max(0.0) }
}

/// The limiting distribution function, Csorgo and Faraway's series (1996); cut as scipy cuts it, after the
/// first term below 1e-7.
fn limit_cdf(x: f64) -> f64 {
    let (mut sum, mut gamma_ratio) = (0.0, std::f64::consts::PI.sqrt());
    for k in 0_u32.. {
        let y = f64::from(4 * k + 1);
        let scale = gamma_ratio / (std::f64::consts::PI.powf(1.5) * x.sqrt());
        let q = y * y / (16.0 * x);
        let term = scale * y.sqrt() * (-2.0 * q).exp() * scaled_bessel_quarter(q);
        sum += term;
        if term < 1e-7 {
            break;
        }
        gamma_ratio *= (f64::from(k) + 0.5) / f64::from(k + 1);
    }
    sum
}

/// exp(x) K(1/4, x), the modified Bessel function of the second kind: the trapezoidal rule on the integral of
/// exp(x - x cosh t) cosh(t / 4), whose error falls exponentially with the step.
fn scaled_bessel_quarter(x: f64) -> f64 {
    const STEP: f64 = 0.05;
    let mut sum = 0.5;
    for i in 1.. {
        let t = f64::from(i) * STEP;
        let exponent = x * (1.0 - t.cosh());
        if exponent < -740.0 {
            break;
        }
        sum += exponent.exp() * (t / 4.0).cosh();
    }
    sum * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_agree_with_scipy() {
        let a = Sample::new(&[1.0, 2.0, 3.5, 4.0, 7.0]);
        let b = Sample::new(&[2.5, 3.0, 5.0, 6.0, 8.0, 9.0, 9.5]);
        let found = test(&a, &b).unwrap();
        assert!((found.statistic - SMALL.0).abs() < 1e-12 && (found.p - SMALL.1).abs() < 1e-12, "{found:?}");
        let ties = test(&Sample::new(&[1.0, 1.0, 2.0]), &Sample::new(&[1.0, 2.0, 2.0, 3.0])).unwrap();
        assert!((ties.statistic - TIES.0).abs() < 1e-12 && (ties.p - TIES.1).abs() < 1e-12, "{ties:?}");
    }
    /// `cramervonmises_2samp` of scipy 1.17.1.
    const SMALL: (f64, f64) = (0.27182539682539697, 0.19444444444444445);
    const TIES: (f64, f64) = (0.15476190476190466, 0.4857142857142857);

    #[test]
    fn the_bessel_function_agrees_with_scipy() {
        for (x, expected) in BESSEL {
            assert!((scaled_bessel_quarter(x) / expected - 1.0).abs() < 1e-13);
        }
    }
    /// `scipy.special.kve(0.25, x)`.
    const BESSEL: [(f64, f64); 3] =
        [(0.01, 6.227707994041582), (1.0, 1.1708721016781265), (40.0, 0.19770810462750407)];
}
