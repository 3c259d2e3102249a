//! Running cross-sums of two columns, merged as in Chan, Golub and LeVeque (1979): no digits are lost where
//! values are large.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cross {
    n: u64,
    mean: [f64; 2],
    /// Sums of squared distances from the means, and of their products.
    squares: [f64; 2],
    products: f64,
}

impl Cross {
    /// Rows where either is not finite are left out.
    pub fn add(&mut self, a: f64, b: f64) {
        if !(a.is_finite() && b.is_finite()) {
            return;
        }
        self.n += 1;
        let n = self.n as f64;
        let before = [a - self.mean[0], b - self.mean[1]];
        self.mean[0] += before[0] / n;
        self.mean[1] += before[1] / n;
        self.squares[0] += before[0] * (a - self.mean[0]);
        self.squares[1] += before[1] * (b - self.mean[1]);
        self.products += before[0] * (b - self.mean[1]);
    }

    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *other;
            return;
        }
        let (mine, theirs) = (self.n as f64, other.n as f64);
        let n = mine + theirs;
        let apart = [other.mean[0] - self.mean[0], other.mean[1] - self.mean[1]];
        for (side, apart) in apart.iter().enumerate() {
            self.squares[side] += other.squares[side] + apart * apart * mine * theirs / n;
            self.mean[side] += apart * theirs / n;
        }
        self.products += other.products + apart[0] * apart[1] * mine * theirs / n;
        self.n += other.n;
    }

    pub fn n(&self) -> u64 {
        self.n
    }

    /// Pearson's; `None` where a column is constant.
    pub fn correlation(&self) -> Option<f64> {
        let spread = (self.squares[0] * self.squares[1]).sqrt();
        let correlation = self.products / spread;
        (spread > 0.0 && correlation.is_finite()).then(|| correlation.clamp(-1.0, 1.0))
    }
}
