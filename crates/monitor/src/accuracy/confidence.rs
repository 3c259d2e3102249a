//! How sure a classifier was: rows by the probability of the class it named.

use serde::{Deserialize, Serialize};

use crate::sparse::Sparse;

/// Equally wide bins from 0 to 1.
pub const CONFIDENCE_BINS: usize = 50;

/// Counters by confidence; they merge exactly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence(Sparse);

impl Confidence {
    /// The highest of a row's probabilities; NaN and infinities are left out.
    pub fn add(&mut self, probabilities: &[f64]) {
        let highest = probabilities.iter().copied().fold(f64::NAN, f64::max);
        if highest.is_finite() {
            let bin = (highest * CONFIDENCE_BINS as f64) as usize;
            self.0.add(bin.min(CONFIDENCE_BINS - 1) as i32);
        }
    }
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
    pub fn n(&self) -> u64 {
        self.0.total()
    }
    /// Share of the rows in each bin; all 0 for no rows.
    pub fn shares(&self) -> Vec<f64> {
        let n = self.n().max(1) as f64;
        let mut shares = vec![0.0; CONFIDENCE_BINS];
        self.0.iter().for_each(|(bin, rows)| shares[bin as usize] = rows as f64 / n);
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_by_their_highest_probability() {
        let mut confidence = Confidence::default();
        for row in [[0.5, 0.5], [1.0, 0.0], [0.3, 0.7], [f64::NAN, f64::NAN]] {
            confidence.add(&row);
        }
        let shares = confidence.shares();
        assert_eq!(confidence.n(), 3);
        assert!([25, 35, 49].iter().all(|bin| (shares[*bin] - 1.0 / 3.0).abs() < 1e-12), "{shares:?}");
    }
}
