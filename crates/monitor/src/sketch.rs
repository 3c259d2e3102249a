//! Quantiles of numbers of any size within a stated relative error, from counters that merge exactly.
//!
//! Owns DDSketch's logarithmic bins (Masson, Rim, Lee 2019), for both signs. Must not know what is measured.

use serde::{Deserialize, Serialize};

use crate::sparse::Sparse;

/// A quantile lies within this share of the value that was seen.
pub const RELATIVE_ERROR: f64 = 0.02;
/// Numbers nearer to zero than this count as zero.
const LEAST: f64 = 1e-12;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// By the logarithm of the distance from zero.
    below: Sparse,
    above: Sparse,
    zero: u64,
}

/// The bin of a number of at least [`LEAST`].
fn bin(magnitude: f64) -> i32 {
    (magnitude.ln() / gamma().ln()).ceil() as i32
}

fn gamma() -> f64 {
    (1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR)
}

/// What stands for a bin: within the relative error of all it holds.
fn middle(bin: i32) -> f64 {
    2.0 * gamma().powi(bin) / (gamma() + 1.0)
}

impl Sketch {
    /// What is no finite number is left out.
    pub fn add(&mut self, value: f64) {
        match value {
            v if !v.is_finite() => {}
            v if v >= LEAST => self.above.add(bin(v)),
            v if v <= -LEAST => self.below.add(bin(-v)),
            _ => self.zero += 1,
        }
    }
    /// Takes back a value that was added.
    pub fn remove(&mut self, value: f64) {
        match value {
            v if !v.is_finite() => {}
            v if v >= LEAST => self.above.remove(bin(v)),
            v if v <= -LEAST => self.below.remove(bin(-v)),
            _ => self.zero = self.zero.saturating_sub(1),
        }
    }
    pub fn merge(&mut self, other: &Self) {
        self.below.merge(&other.below);
        self.above.merge(&other.above);
        self.zero += other.zero;
    }
    pub fn n(&self) -> u64 {
        self.below.total() + self.zero + self.above.total()
    }
    /// Values with their rows, ascending; each value stands for its bin.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let below = self.below.iter().rev().map(|(bin, rows)| (-middle(bin), rows));
        let zero = (self.zero > 0).then_some((0.0, self.zero));
        below.chain(zero).chain(self.above.iter().map(|(bin, rows)| (middle(bin), rows)))
    }
    /// The value that a share `q` of the rows don't exceed; `None` for no rows.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = (q.clamp(0.0, 1.0) * (self.n().checked_sub(1)?) as f64).floor() as u64;
        let mut seen = 0;
        self.iter().find_map(|(value, rows)| {
            seen += rows;
            (seen > rank).then_some(value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(*value));
        sketch
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![-1e6_f64..1e6, -1.0_f64..1.0, Just(0.0), 1e-9_f64..1e-3]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn quantiles_are_within_the_stated_error(mut values in prop::collection::vec(value(), 1..80), q in 0.0_f64..=1.0) {
            let sketch = of(&values);
            values.sort_unstable_by(f64::total_cmp);
            let exact = values[(q * (values.len() - 1) as f64).floor() as usize];
            let found = sketch.quantile(q).unwrap();
            prop_assert!((found - exact).abs() <= exact.abs() * RELATIVE_ERROR * 1.001 + 1e-12, "{found} {exact}");
        }

        #[test]
        fn merging_is_counting_all(left in prop::collection::vec(value(), 0..50), right in prop::collection::vec(value(), 0..50)) {
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(&merged, &of(&[left.clone(), right.clone()].concat()));
            right.iter().for_each(|value| merged.remove(*value));
            prop_assert_eq!(merged, of(&left));
        }
    }

    #[test]
    fn no_rows_have_no_quantile() {
        assert_eq!(of(&[f64::NAN, f64::INFINITY]).quantile(0.5), None);
    }
}
