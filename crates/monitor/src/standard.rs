//! Columns as numbers of mean 0 and variance 1, as NannyML 0.13 prepares them for principal components: holes are
//! filled, categories are counted.
//!
//! Owns the numbers that the reference fixes. Must not know what is made of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Mean and standard deviation after filling holes with the mean; 1 for a constant column, as scikit-learn's
/// scaler.
pub(crate) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let there = || values.iter().copied().filter(|value| value.is_finite());
    let n = there().count();
    let mean = there().sum::<f64>() / n as f64;
    let variance = there().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    (n > 0 && mean.is_finite() && scale.is_finite()).then_some((mean, scale))
}

/// Each name as the standardised share of the reference's rows that it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shares {
    numbers: BTreeMap<String, f64>,
    /// Of a name that the reference does not have.
    new: f64,
    /// Of a missing name: the most common one's, and of equals the first in the alphabet, as scikit-learn's imputer.
    pub hole: f64,
}

impl Shares {
    /// From the reference's names, `None` where missing; `None` of all.
    pub fn of<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Option<Self> {
        let (mut rows, mut missing) = (BTreeMap::<&str, u64>::new(), 0);
        for name in names {
            match name {
                Some(name) => *rows.entry(name).or_default() += 1,
                None => missing += 1,
            }
        }
        let n = (rows.values().sum::<u64>() + missing) as f64;
        let common = rows.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(name, _)| *name)?;
        *rows.entry(common).or_default() += missing;
        let share = |rows: u64| rows as f64 / n;
        let mean: f64 = rows.values().map(|rows| share(*rows).powi(2)).sum();
        let variance: f64 = rows.values().map(|rows| share(*rows) * (share(*rows) - mean).powi(2)).sum();
        let scale = if variance > 1e-30 { variance.sqrt() } else { 1.0 };
        let number = |rows: u64| (share(rows) - mean) / scale;
        Some(Self {
            hole: number(rows[common]),
            numbers: rows.into_iter().map(|(name, rows)| (name.to_owned(), number(rows))).collect(),
            new: number(0),
        })
    }

    pub fn number(&self, name: &str) -> f64 {
        self.numbers.get(name).copied().unwrap_or(self.new)
    }

    /// Keeps the names that most rows have; the others become new ones, which are as rare.
    pub fn at_most(mut self, names: usize) -> Self {
        if self.numbers.len() > names {
            let mut all: Vec<f64> = self.numbers.values().copied().collect();
            all.sort_unstable_by(|a, b| b.total_cmp(a));
            let least = all[names];
            self.numbers.retain(|_, number| *number > least);
        }
        self
    }
}
