//! Report mode: two whole samples through the classic tests, exactly as scipy, Evidently and NannyML compute
//! them.
//!
//! Owns the formulas on raw values; agrees with those libraries to 1e-9 for distances and statistics and to
//! 1e-6 (relative) for p-values. The live path on fixed bins is `drift`'s.

pub mod cramer;
pub mod distance;
pub mod evidently;
mod histogram;
pub mod kolmogorov;
pub mod nannyml;
pub mod significance;
pub mod smirnov;

/// The finite values of a column in ascending order; NaN and infinities are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    pub fn new(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self(sorted)
    }
    pub fn values(&self) -> &[f64] {
        &self.0
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.len() as f64
    }
    /// Sum of squared distances from the mean.
    fn squares(&self) -> f64 {
        let mean = self.mean();
        self.0.iter().map(|value| (value - mean).powi(2)).sum()
    }
    /// Standard deviation of the population.
    pub fn std(&self) -> f64 {
        (self.squares() / self.len() as f64).sqrt()
    }
    /// Distinct values with how often each occurs, ascending.
    fn distinct(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.0.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64))
    }
}
