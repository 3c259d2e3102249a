//! The two-sample Kolmogorov-Smirnov test, as `scipy.stats.ks_2samp` with its defaults.

use super::{Sample, distance, kolmogorov};
use crate::drift::Test;

/// Samples up to this size get an exact p-value.
const EXACT: usize = 10_000;

/// Both samples must not be empty.
pub fn test(a: &Sample, b: &Sample) -> Test {
    let statistic = distance::kolmogorov_smirnov(a, b);
    Test { statistic, p: p_value(statistic, a.len(), b.len()) }
}

/// The probability of a gap at least this large between two samples of one distribution.
pub fn p_value(statistic: f64, n: usize, m: usize) -> f64 {
    if n.max(m) <= EXACT {
        return exact(statistic, n as i64, m as i64);
    }
    let (n, m) = (n as f64, m as f64);
    kolmogorov::sf(statistic, (n * m / (n + m)).round_ties_even())
}

fn exact(statistic: f64, n: i64, m: i64) -> f64 {
    let divisor = greatest_common_divisor(n, m);
    let height = (statistic * (n / divisor * m) as f64).round_ties_even() as i64;
    let p = match height {
        0 => 1.0,
        _ if n == m => outside_square(n, height),
        _ => outside_band(n.max(m), n.min(m), divisor, height),
    };
    p.clamp(0.0, 1.0)
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Share of the lattice paths from (0, 0) to (n, n) that touch one of the diagonals `height` away: the
/// alternating sum 2 (C(2n, n-h) - C(2n, n-2h) + ...) / C(2n, n), from its last term on.
fn outside_square(n: i64, height: i64) -> f64 {
    let mut p = 0.0;
    for k in (0..=n / height).rev() {
        let (down, up) = (n - k * height, n + k * height + 1);
        let ratio: f64 = (0..height).map(|j| (down - j) as f64 / (up + j) as f64).product();
        p = ratio * (1.0 - p);
    }
    2.0 * p
}

/// Share of the lattice paths from (0, 0) to (m, n), m > n, that leave |x n/g - y m/g| < height. The share for
/// a point follows from its two predecessors, weighted by how many paths come from each; outside it is 1.
/// Column by column, keeping only the rows inside the band (Hodges, 1958).
fn outside_band(m: i64, n: i64, divisor: i64, height: i64) -> f64 {
    let (mg, ng) = (m / divisor, n / divisor);
    let ceil = |a: i64| a.div_euclid(mg) + i64::from(a.rem_euclid(mg) != 0);
    let mut column = vec![1.0; n as usize + 2];
    let mut last = ceil(height).min(n + 1);
    column[..last as usize].fill(0.0);
    for x in 1..=m {
        let first = ((ng * x - height).div_euclid(mg) + 1).clamp(0, n);
        last = ceil(ng * x + height).min(n + 1);
        if last <= first {
            return 1.0;
        }
        if first > 0 {
            column[first as usize - 1] = 1.0;
        }
        let mut below = if first == 0 { 0.0 } else { 1.0 };
        for y in first..last {
            let here = &mut column[y as usize];
            below = (*here * x as f64 + below * y as f64) / (x + y) as f64;
            *here = below;
        }
    }
    column[last as usize - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual / expected - 1.0).abs() < 1e-6, "{actual} is not {expected}");
    }

    include!("smirnov_expected.rs");

    #[test]
    fn p_values_agree_with_scipy() {
        for (statistic, n, m, expected) in EXPECTED {
            close(p_value(statistic, n, m), expected);
        }
    }

    #[test]
    fn no_gap_is_certain() {
        assert_eq!(p_value(0.0, 5, 9), 1.0);
        assert!(p_value(1.0, 9, 5) < 0.002);
    }
}
