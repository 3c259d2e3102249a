//! The distribution of the one-sample Kolmogorov-Smirnov statistic for finite n, as scipy's `kstwo`.
//!
//! Owns the choice among the algorithms of Simard and L'Ecuyer ("Computing the two-sided Kolmogorov-Smirnov
//! distribution", 2011) with scipy's limits.

use std::f64::consts::PI;

/// Powers of two that keep intermediate results in range.
const BIG: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
const BIG_EXPONENT: i32 = 128;

/// P(D > x) for a sample of `n` (a whole number) values.
pub fn sf(x: f64, n: f64) -> f64 {
    let t = n * x;
    if n < 1.0 || x <= 0.0 || t <= 0.5 {
        return 1.0;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let p = match t {
        t if t <= 1.0 => 1.0 - ruben_gambino(n, t),
        t if t >= n - 1.0 => 2.0 * (1.0 - x).powf(n),
        _ if x >= 0.5 => 2.0 * one_sided(n, x),
        _ if n <= 140.0 => small(n, x),
        _ => large(n, x),
    };
    p.clamp(0.0, 1.0)
}

fn small(n: f64, x: f64) -> f64 {
    match n * x * x {
        nxx if nxx <= 0.754_693 => 1.0 - durbin(n as usize, x),
        nxx if nxx <= 4.0 => 1.0 - pomeranz(n as i64, x),
        _ => 2.0 * one_sided(n, x),
    }
}

fn large(n: f64, x: f64) -> f64 {
    match n * x * x {
        nxx if nxx >= 370.0 => 0.0,
        nxx if nxx >= 2.2 => 2.0 * one_sided(n, x),
        _ if n <= 100_000.0 && n * x.powf(1.5) <= 1.4 => 1.0 - durbin(n as usize, x),
        _ => 1.0 - pelz_good(n, x),
    }
}

/// P(D <= x) where t = nx is at most 1: n! (2t - 1)^n / n^n.
fn ruben_gambino(n: f64, t: f64) -> f64 {
    let power = (2.0 * t - 1.0).ln() * n;
    ((1..=n as u64).map(|i| (i as f64 / n).ln()).sum::<f64>() + power).exp()
}

/// P(D+ > x), Birnbaum and Tingey's sum; beyond a million values Maag and Dicaire's limit.
fn one_sided(n: f64, x: f64) -> f64 {
    if n > 1e6 {
        return (-(6.0 * n * x + 1.0).powi(2) / (18.0 * n)).exp();
    }
    let mut log_choose = 0.0;
    let mut sum = 0.0;
    for j in 0..=(n * (1.0 - x)).floor() as u64 {
        let j = j as f64;
        if j > 0.0 {
            log_choose += ((n - j + 1.0) / j).ln();
        }
        let (up, down) = (x + j / n, 1.0 - x - j / n);
        if down > 0.0 {
            sum += (log_choose + (j - 1.0) * up.ln() + (n - j) * down.ln()).exp();
        }
    }
    x * sum
}

/// P(D <= x) as n!/n^n times the middle of the n-th power of Durbin's matrix (Marsaglia, Tsang, Wang, 2003).
fn durbin(n: usize, x: f64) -> f64 {
    let k = (n as f64 * x).ceil() as usize;
    let size = 2 * k - 1;
    let mut base = Scaled { matrix: durbin_matrix(k, k as f64 - n as f64 * x), exponent: 0 };
    let mut power = Scaled { matrix: identity(size), exponent: 0 };
    let mut rest = n;
    while rest > 0 {
        if rest % 2 == 1 {
            power = power.times(&base, size);
        }
        base = base.times(&base, size).rescaled(k - 1, size);
        rest /= 2;
    }
    let (mut p, mut exponent) = (power.matrix[(k - 1) * size + k - 1], power.exponent);
    for i in 1..=n {
        p *= i as f64 / n as f64;
        if p.abs() < 1.0 / BIG {
            p *= BIG;
            exponent -= BIG_EXPONENT;
        }
    }
    p * 2.0_f64.powi(exponent)
}

/// A square matrix, row by row, times 2^exponent.
struct Scaled {
    matrix: Vec<f64>,
    exponent: i32,
}

impl Scaled {
    fn times(&self, other: &Self, size: usize) -> Self {
        let mut matrix = vec![0.0; size * size];
        for (row, out) in self.matrix.chunks_exact(size).zip(matrix.chunks_exact_mut(size)) {
            for (left, right) in row.iter().zip(other.matrix.chunks_exact(size)) {
                out.iter_mut().zip(right).for_each(|(sum, right)| *sum += left * right);
            }
        }
        Self { matrix, exponent: self.exponent + other.exponent }
    }
    fn rescaled(mut self, middle: usize, size: usize) -> Self {
        if self.matrix[middle * size + middle].abs() > BIG {
            self.matrix.iter_mut().for_each(|cell| *cell /= BIG);
            self.exponent += BIG_EXPONENT;
        }
        self
    }
}

fn identity(size: usize) -> Vec<f64> {
    (0..size * size).map(|i| f64::from(u8::from(i % (size + 1) == 0))).collect()
}

fn durbin_matrix(k: usize, h: f64) -> Vec<f64> {
    let size = 2 * k - 1;
    let mut inverse_factorial = vec![1.0; size + 1];
    (1..=size).for_each(|i| inverse_factorial[i] = inverse_factorial[i - 1] / i as f64);
    let edge = |i: usize| (1.0 - h.powi(i as i32 + 1)) * inverse_factorial[i + 1];
    let corner = (2.0 * h - 1.0).max(0.0).powi(size as i32) - 2.0 * h.powi(size as i32);
    let cell = |i: usize| {
        let (row, column) = (i / size, i % size);
        match (row, column) {
            (row, 0) if row == size - 1 => (1.0 + corner) * inverse_factorial[size],
            (row, 0) => edge(row),
            (row, column) if row == size - 1 => edge(size - 1 - column),
            (row, column) if row + 1 >= column => inverse_factorial[row + 1 - column],
            _ => 0.0,
        }
    };
    (0..size * size).map(cell).collect()
}

/// P(D <= x) by Pomeranz' recursion (1974): 2n + 2 rows, each the convolution of the row before with a Poisson
/// distribution, of which only a band differs from 0.
fn pomeranz(n: i64, x: f64) -> f64 {
    let t = n as f64 * x;
    let (whole, fraction) = (t.floor() as i64, t.fract());
    let g = fraction.min(1.0 - fraction);
    let powers = |rate: f64| poisson(rate / n as f64, 2 * (whole as usize + 1));
    let (ends, odd, even) = (powers(g), powers(2.0 * g), powers(1.0 - 2.0 * g));
    let mut row = vec![0.0; n as usize + 1];
    row[0] = 1.0;
    let (mut from, mut to) = band(0, n, whole, fraction);
    let mut exponent = 0;
    for i in 1..=2 * n + 1 {
        let weights = match i {
            i if i == 1 || i == 2 * n + 1 => &ends,
            i if i % 2 == 1 => &odd,
            _ => &even,
        };
        let (first, last) = band(i, n, whole, fraction);
        row = convolved(&row, (from, to), (first, last), weights);
        let largest = row.iter().copied().fold(0.0, f64::max);
        if largest > 0.0 && largest < 1.0 / BIG {
            row.iter_mut().for_each(|cell| *cell *= BIG);
            exponent -= BIG_EXPONENT;
        }
        (from, to) = (first, last);
    }
    let mut p = row[n as usize];
    for i in 1..=n {
        if p.abs() > BIG {
            p /= BIG;
            exponent += BIG_EXPONENT;
        }
        p *= i as f64;
    }
    p * 2.0_f64.powi(exponent)
}

/// rate^m / m! for m below `count`.
fn poisson(rate: f64, count: usize) -> Vec<f64> {
    let next = |term: &f64, m: usize| term * rate / m as f64;
    let mut terms = vec![1.0];
    (1..count).for_each(|m| terms.push(next(&terms[m - 1], m)));
    terms
}

/// The first and last columns of row i that are not 0.
fn band(i: i64, n: i64, whole: i64, fraction: f64) -> (i64, i64) {
    let (ceil, round) = (i64::from(fraction > 0.0), i64::from(fraction > 0.5));
    let half = (i + 1) / 2;
    let (low, high) = match i {
        0 => (-whole - ceil - 1, whole + ceil - 1),
        i if i % 2 == 0 => (half - 1 - whole - 1, half + whole + round - 1),
        _ if half == n + 1 => (n - whole - ceil - 1, n + whole + ceil - 1),
        _ => (half - 1 - whole - round - 1, half + whole - 1 + ceil - 1),
    };
    ((low + 2).max(0), high.min(n))
}

fn convolved(row: &[f64], (from, to): (i64, i64), (first, last): (i64, i64), weights: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; row.len()];
    for column in first..=last {
        let sources = from..=column.min(to);
        let term =
            |source: i64| row[source as usize] * weights.get((column - source) as usize).unwrap_or(&0.0);
        out[column as usize] = sources.map(term).sum();
    }
    out
}

/// P(D <= x) by Pelz and Good's expansion in 1/sqrt(n) (1976).
fn pelz_good(n: f64, x: f64) -> f64 {
    let z = n.sqrt() * x;
    let (z2, z4, z6) = (z.powi(2), z.powi(4), z.powi(6));
    let pi2 = PI * PI;
    let log_q = -pi2 / 8.0 / z2;
    if log_q < -708.0 {
        return 0.0;
    }
    let mut k = [0.0; 4];
    for i in 1..=(16.0 * z / PI).ceil() as i32 {
        let m2 = f64::from(2 * i - 1).powi(2);
        let (s1, s2, s3) = (pi2 / 4.0 * m2, pi2.powi(2) / 16.0 * m2 * m2, pi2.powi(3) / 64.0 * m2.powi(3));
        let terms = [
            1.0,
            s1 - z2,
            6.0 * z6 + 2.0 * z4 + (2.0 * z4 - 5.0 * z2) * s1 + (1.0 - 2.0 * z2) * s2,
            -30.0 * z6 - 90.0 * z.powi(8)
                + (135.0 * z4 - 96.0 * z6) * s1
                + (212.0 * z4 - 60.0 * z2) * s2
                + (5.0 - 30.0 * z2) * s3,
        ];
        let weight = (log_q * m2).exp();
        k.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term * weight);
    }
    let root = (2.0 * PI).sqrt();
    let divisors = [z, 6.0 * z4, 72.0 * z.powi(7), 6_480.0 * z.powi(10)];
    k.iter_mut().zip(divisors).for_each(|(sum, divisor)| *sum *= root / divisor);
    for i in 1..=(16.0 * z / PI).ceil() as i32 {
        let i2 = f64::from(i * i);
        let weight = (-pi2 / 2.0 / z2 * i2).exp();
        k[2] -= i2 * weight * pi2 * root / (36.0 * z.powi(3));
        k[3] += (3.0 * z2 - pi2 * i2) * i2 * weight * pi2 * root / (216.0 * z6);
    }
    k[0] + k[1] / n.sqrt() + k[2] / n + k[3] / n.powf(1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    include!("kolmogorov_expected.rs");

    /// Each algorithm, on both sides of its limits.
    #[test]
    fn it_agrees_with_scipy() {
        for (x, n, expected) in EXPECTED {
            let actual = sf(x, n);
            assert!((actual - expected).abs() <= 1e-6 * expected, "sf({x}, {n}) = {actual}, not {expected}");
        }
    }

    #[test]
    fn it_falls_from_one_to_zero() {
        assert_eq!((sf(0.0, 10.0), sf(1.0, 10.0), sf(f64::NAN, 0.0)), (1.0, 0.0, 1.0));
    }
}
