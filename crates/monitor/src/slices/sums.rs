//! Count, sum and squares of some rows' values: all that a slice is judged by.

use crate::{
    accuracy::newcombe,
    metric::{Z95, wilson},
    special::{normal_two_sided, student_two_sided},
};

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub n: u64,
    pub sum: f64,
    pub squares: f64,
}

impl Sums {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sums = Self::default();
        values.for_each(|value| sums.add(value));
        sums
    }
    pub fn by_code(codes: &[u16], width: usize, values: &[f64]) -> Vec<Self> {
        let mut bins = vec![Self::default(); width];
        codes.iter().zip(values).for_each(|(code, value)| bins[*code as usize].add(*value));
        bins
    }
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
    }
    pub fn plus(self, other: Self) -> Self {
        Self { n: self.n + other.n, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }
    pub fn less(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_sub(other.n),
            sum: self.sum - other.sum,
            squares: self.squares - other.squares,
        }
    }
    /// 0 for no rows.
    pub fn mean(self) -> f64 {
        self.sum / self.n.max(1) as f64
    }
    /// ddof 1; 0 for fewer than two rows.
    pub fn variance(self) -> f64 {
        let n = self.n as f64;
        if self.n < 2 { 0.0 } else { ((self.squares - self.sum * self.sum / n) / (n - 1.0)).max(0.0) }
    }
    fn error(self) -> f64 {
        (self.variance() / self.n.max(1) as f64).sqrt()
    }
    /// Cohen's d.
    pub fn effect(self, rest: Self) -> f64 {
        let pooled = ((self.variance() + rest.variance()) / 2.0).sqrt();
        if pooled > 0.0 { (self.mean() - rest.mean()) / pooled } else { 0.0 }
    }
    /// Welch's t; 0 where nothing varies.
    pub fn t(self, rest: Self) -> f64 {
        let error = self.error().hypot(rest.error());
        if error > 0.0 { (self.mean() - rest.mean()) / error } else { 0.0 }
    }
    /// 95% intervals of the mean and of its difference to the rest: Wilson's and Newcombe's for shares, else normal.
    pub fn intervals(self, rest: Self, shares: bool) -> ((f64, f64), (f64, f64)) {
        if shares {
            let hits = |sums: Self| (sums.sum.round().max(0.0) as u64, sums.n);
            let (mine, theirs) = (hits(self), hits(rest));
            return (wilson(mine.0, mine.1), newcombe(mine, theirs));
        }
        let around = |middle: f64, error: f64| (middle - Z95 * error, middle + Z95 * error);
        let difference = around(self.mean() - rest.mean(), self.error().hypot(rest.error()));
        (around(self.mean(), self.error()), difference)
    }
    /// The pooled z-test of two shares, else Welch's t-test.
    pub fn p(self, rest: Self, shares: bool) -> f64 {
        let (n, m) = (self.n as f64, rest.n as f64);
        if self.n == 0 || rest.n == 0 {
            return 1.0;
        }
        if shares {
            let pooled = (self.sum + rest.sum) / (n + m);
            let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).max(0.0).sqrt();
            return if error > 0.0 { normal_two_sided((self.mean() - rest.mean()) / error) } else { 1.0 };
        }
        let (a, b) = (self.variance() / n, rest.variance() / m);
        if a + b <= 0.0 {
            return 1.0;
        }
        let degrees = (a + b).powi(2) / (a * a / (n - 1.0).max(1.0) + b * b / (m - 1.0).max(1.0));
        student_two_sided(self.t(rest), degrees)
    }
}
