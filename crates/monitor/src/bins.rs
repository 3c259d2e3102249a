//! The bins of a live column: quantile edges for numbers, names for categories.
//!
//! Owns where a value falls and what its bin is called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Bins of a numeric column.
pub const BINS: usize = 10;
/// Categories with a bin of their own, the most common ones.
pub const CATEGORIES: usize = 200;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Bins {
    /// Ascending, one more than there are bins: bin i holds `[edges[i], edges[i+1])`. The first bin also takes
    /// all below, the last all above. A value that fills several quantiles has a bin of its own.
    Numeric { edges: Vec<f64> },
    /// In alphabetical order.
    Categorical { categories: Vec<String> },
}

/// Bins for ascending finite values: at up to [`BINS`] distinct values one each, else quantiles.
pub(crate) fn numeric(sorted: &[f64]) -> Bins {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return Bins::Numeric { edges: vec![0.0, 0.0] };
    };
    let mut distinct = sorted.to_vec();
    distinct.dedup();
    let cuts = match distinct.len() {
        1 => vec![low, low.next_up()],
        2..=BINS => distinct.windows(2).map(|pair| pair[0].midpoint(pair[1])).collect(),
        _ => quantile_cuts(sorted),
    };
    let high = high.max(cuts.last().copied().unwrap_or(high));
    Bins::Numeric { edges: [vec![low], cuts, vec![high]].concat() }
}

/// The deciles inside the range; a value that is several deciles is cut off on both sides.
fn quantile_cuts(sorted: &[f64]) -> Vec<f64> {
    let quantiles: Vec<f64> = (1..BINS).map(|i| quantile(sorted, i as f64 / BINS as f64)).collect();
    let mut cuts: Vec<f64> = quantiles.clone();
    cuts.extend(quantiles.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].next_up()));
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
    cuts.retain(|cut| low < *cut && *cut <= high);
    cuts
}

/// numpy's default: linear between the two nearest ranks.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let (below, share) = (position.floor() as usize, position.fract());
    let above = sorted[(below + 1).min(sorted.len() - 1)];
    sorted[below] + share * (above - sorted[below])
}

/// Bins for the most common names.
pub(crate) fn categorical<'a>(names: impl Iterator<Item = &'a String>) -> Bins {
    let mut rows = BTreeMap::<&str, u64>::new();
    names.for_each(|name| *rows.entry(name).or_default() += 1);
    let mut common: Vec<_> = rows.into_iter().collect();
    common.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    common.truncate(CATEGORIES);
    let mut categories: Vec<String> = common.into_iter().map(|(name, _)| name.to_owned()).collect();
    categories.sort_unstable();
    Bins::Categorical { categories }
}

impl Bins {
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric { edges } => edges.len().saturating_sub(1),
            Self::Categorical { categories } => categories.len(),
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// `None` for what is no finite number, and for categorical bins.
    pub(crate) fn of_number(&self, value: f64) -> Option<usize> {
        match self {
            Self::Numeric { edges } if value.is_finite() && edges.len() > 1 => {
                Some(edges[1..edges.len() - 1].partition_point(|edge| *edge <= value))
            }
            _ => None,
        }
    }
    pub(crate) fn of_category(&self, name: &str) -> Option<usize> {
        match self {
            Self::Categorical { categories } => {
                categories.binary_search_by(|category| category.as_str().cmp(name)).ok()
            }
            Self::Numeric { .. } => None,
        }
    }
    /// What a bin is called: `below 1.5`, `1.5 to 3`, `above 3`, `= 0`, or the category.
    pub fn label(&self, bin: usize) -> String {
        match self {
            Self::Categorical { categories } => categories[bin].clone(),
            Self::Numeric { edges } => {
                let (low, high) = (edges[bin], edges[bin + 1]);
                match (bin, bin + 2 == edges.len()) {
                    (0, true) => "all values".to_owned(),
                    (0, false) => format!("below {}", short(high)),
                    (_, true) => format!("above {}", short(low)),
                    _ if low.next_up() == high => format!("= {}", short(low)),
                    _ => format!("{} to {}", short(low), short(high)),
                }
            }
        }
    }
}

/// A number with four significant digits, as a person writes it.
pub(crate) fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let digits = if magnitude == 0.0 { 0 } else { (3 - magnitude.log10().floor() as i32).max(0) as usize };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(sorted: &[f64]) -> Vec<f64> {
        match numeric(sorted) {
            Bins::Numeric { edges } => edges,
            Bins::Categorical { .. } => unreachable!("numbers have numeric bins"),
        }
    }

    #[test]
    fn few_values_have_a_bin_each() {
        let bins = numeric(&[0.0, 0.0, 1.0, 3.0]);
        assert_eq!([-5.0, 0.0, 1.0, 3.0, 9.0].map(|v| bins.of_number(v).unwrap()), [0, 0, 1, 2, 2]);
        assert_eq!(bins.of_number(f64::NAN), None);
    }

    #[test]
    fn a_constant_column_still_tells_what_is_below_and_above() {
        let bins = numeric(&[7.0; 20]);
        assert_eq!([6.9, 7.0, 7.1].map(|v| bins.of_number(v).unwrap()), [0, 1, 2]);
        assert_eq!([0, 1, 2].map(|bin| bins.label(bin)), ["below 7", "= 7", "above 7"]);
    }

    #[test]
    fn a_value_that_fills_most_quantiles_has_its_own_bin() {
        let sorted: Vec<f64> = std::iter::repeat_n(0.0, 95).chain((1..=20).map(f64::from)).collect();
        let bins = numeric(&sorted);
        let zero = bins.of_number(0.0).unwrap();
        assert_ne!(zero, bins.of_number(1.0).unwrap());
        assert_eq!(bins.of_number(-1.0).unwrap(), zero);
    }

    #[test]
    fn many_values_are_cut_at_deciles() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(edges(&sorted), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]);
    }

    #[test]
    fn numbers_are_written_short() {
        let written = [0.0, 5.2, 1234.5678, 0.00123456, 3.0, -120.0, 1e12].map(short);
        assert_eq!(written, ["0", "5.2", "1235", "0.001235", "3", "-120", "1.000e12"]);
    }

    #[test]
    fn rare_categories_share_a_bin() {
        let names: Vec<String> = (0..300).map(|i| format!("{i:03}")).collect();
        let bins = categorical(names.iter().chain([&names[299]]));
        assert_eq!(bins.len(), CATEGORIES);
        assert!(bins.of_category("299").is_some() && bins.of_category("298").is_none());
    }
}
