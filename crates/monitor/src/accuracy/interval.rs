//! 95% intervals of metrics from running sums.
//!
//! Owns the formulas, each with its source. Must not know which metric they are for.

use serde::{Deserialize, Serialize};

use crate::metric::{Z95, wilson};

/// A sum over rows and the sum of its squares: a mean with its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub n: u64,
    pub sum: f64,
    pub squares: f64,
}

impl Mean {
    pub fn add(&mut self, value: f64) {
        self.count(value, 1.0);
    }
    /// Takes back a value that was added.
    pub fn remove(&mut self, value: f64) {
        self.count(value, -1.0);
    }
    fn count(&mut self, value: f64, sign: f64) {
        self.n = if sign > 0.0 { self.n + 1 } else { self.n.saturating_sub(1) };
        self.sum += sign * value;
        self.squares += sign * value * value;
        if self.n == 0 {
            // What rounding left behind.
            *self = Self::default();
        }
    }
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }
    /// `None` for no rows.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }
    /// Of the sample (ddof 1); 0 for fewer than two rows.
    pub fn variance(&self) -> f64 {
        let n = self.n as f64;
        if self.n < 2 { 0.0 } else { ((self.squares - self.sum * self.sum / n) / (n - 1.0)).max(0.0) }
    }
    /// Of the mean; `None` for fewer than two rows.
    pub fn standard_error(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.variance() / self.n as f64).sqrt())
    }
    /// Normal approximation by the central limit theorem; `None` for fewer than two rows.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (mean, error) = (self.mean()?, Z95 * self.standard_error()?);
        Some((mean - error, mean + error))
    }
}

/// F1 of `tp` of `tp + fp + fn` rows. F1 is a rising function of their Jaccard index J = tp / (tp + fp + fn), a
/// share, whose Wilson interval becomes F1's by F1 = 2J / (1 + J).
pub(crate) fn f1(tp: u64, fp: u64, fn_: u64) -> (f64, f64) {
    let (low, high) = wilson(tp, tp + fp + fn_);
    let of = |share: f64| 2.0 * share / (1.0 + share);
    (of(low), of(high))
}

/// Of an average precision over `positives` positive rows: normal on the logit scale (Boyd, Eng and Page 2013,
/// "Area under the precision-recall curve: point estimates and confidence intervals").
pub(crate) fn average_precision(value: f64, positives: u64) -> (f64, f64) {
    let share = value.clamp(1e-9, 1.0 - 1e-9);
    let logit = (share / (1.0 - share)).ln();
    let error = Z95 / (positives.max(1) as f64 * share * (1.0 - share)).sqrt();
    let back = |x: f64| 1.0 / (1.0 + (-x).exp());
    (back(logit - error).min(value), back(logit + error).max(value))
}

/// Of the difference of two shares (Newcombe 1998, method 10: from both Wilson intervals).
pub fn newcombe(a: (u64, u64), b: (u64, u64)) -> (f64, f64) {
    let share = |(hits, n): (u64, u64)| hits as f64 / n.max(1) as f64;
    let ((a_low, a_high), (b_low, b_high)) = (wilson(a.0, a.1), wilson(b.0, b.1));
    let (pa, pb) = (share(a), share(b));
    let low = ((pa - a_low).powi(2) + (b_high - pb).powi(2)).sqrt();
    let high = ((a_high - pa).powi(2) + (pb - b_low).powi(2)).sqrt();
    ((pa - pb - low).max(-1.0), (pa - pb + high).min(1.0))
}

/// Of the ratio of two shares: normal on the log scale (Katz et al. 1978), with half a row added to each count so
/// that none is zero (Walter 1975).
pub fn ratio_of_shares(a: (u64, u64), b: (u64, u64)) -> (f64, f64) {
    let half = |count: u64| count as f64 + 0.5;
    let log = (half(a.0) / half(a.1) / (half(b.0) / half(b.1))).ln();
    let variance = 1.0 / half(a.0) - 1.0 / half(a.1) + 1.0 / half(b.0) - 1.0 / half(b.1);
    let error = Z95 * variance.max(0.0).sqrt();
    ((log - error).exp(), (log + error).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    #[test]
    fn differences_agree_with_newcombes_paper() {
        // Table II: 56/70 - 48/80, method 10.
        let (low, high) = newcombe((56, 70), (48, 80));
        assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5, "{low} {high}");
        assert_eq!(newcombe((0, 0), (0, 0)), (-1.0, 1.0));
    }

    #[test]
    fn ratios_hold_one_for_equal_shares_and_none_divides_by_zero() {
        let (low, high) = ratio_of_shares((50, 100), (500, 1_000));
        assert!(low < 1.0 && 1.0 < high && low > 0.8 && high < 1.25);
        let (low, high) = ratio_of_shares((0, 10), (0, 10));
        assert!(low.is_finite() && high.is_finite());
    }

    /// Intervals made for 95% hold the truth in about 95 of 100 samples.
    #[test]
    fn intervals_cover_the_truth() {
        let mut random = SplitMix(5);
        let (mut mean, mut f1_covered) = (0, 0);
        const SAMPLES: u32 = 2_000;
        for _ in 0..SAMPLES {
            let (mut sum, mut counts) = (Mean::default(), [0_u64; 4]);
            for _ in 0..300 {
                let value = random.below(1_000) as f64 / 999.0;
                sum.add(value * value);
                // True shares: tp 0.3, fp 0.1, fn 0.2, tn 0.4; F1 = 0.6 / 0.9.
                counts[[0, 0, 0, 1, 2, 2, 3, 3, 3, 3][random.below(10)]] += 1;
            }
            let within = |(low, high): (f64, f64), truth: f64| u32::from(low <= truth && truth <= high);
            mean += within(sum.interval().unwrap(), 1.0 / 3.0 + 1.0 / (6.0 * 999.0));
            f1_covered += within(f1(counts[0], counts[1], counts[2]), 2.0 / 3.0);
        }
        for (name, covered) in [("mean", mean), ("F1", f1_covered)] {
            let share = f64::from(covered) / f64::from(SAMPLES);
            assert!((0.935..0.965).contains(&share), "{name}: {share}");
        }
    }
}
