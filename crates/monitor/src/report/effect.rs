//! How large a difference is, and how small a one could have been seen: what a p-value does not say.

use serde::{Deserialize, Serialize};

use super::Pair;
use crate::special::chi_square_sf;

/// Two-sided 5% and a power of 80%: normal quantiles of 0.975 and 0.8.
const SEEN: f64 = 1.959_963_984_540_054 + 0.841_621_233_572_914_2;
/// Normal quantile of 0.95.
const Z90: f64 = 1.644_853_626_951_472_2;

/// How different two samples are, whatever their size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Effect {
    /// Difference of the means in pooled standard deviations (Cohen, 1988), current minus reference.
    pub cohens_d: Option<f64>,
    /// How much more often a current value is larger than a reference value than smaller, -1 to 1 (Cliff, 1993).
    pub cliffs_delta: Option<f64>,
    /// The largest gap between the distribution functions, 0 to 1.
    pub ks: Option<f64>,
    /// sqrt(chi-square / n) of the table of sides by categories, 0 to 1 (Cramér, 1946).
    pub cramers_v: Option<f64>,
    pub size: Option<EffectSize>,
}

/// In words; of numbers by |Cliff's delta| (Romano, 2006) or by the gap where that says more, of categories by
/// Cramér's V (Cohen, 1988).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectSize {
    Negligible,
    Small,
    Medium,
    Large,
}

impl EffectSize {
    fn of(value: f64, [small, medium, large]: [f64; 3]) -> Self {
        match value.abs() {
            value if value >= large => Self::Large,
            value if value >= medium => Self::Medium,
            value if value >= small => Self::Small,
            _ => Self::Negligible,
        }
    }
}

impl Effect {
    pub(crate) fn of_numbers(pair: &Pair) -> Self {
        let (r, c) = (pair.reference, pair.current);
        let (n, m) = (r.len() as f64, c.len() as f64);
        let pooled = ((r.squares() + c.squares()) / (n + m - 2.0).max(1.0)).sqrt();
        let delta = (pair.walk.larger - pair.walk.smaller) / (n * m);
        let bounds = [0.147, 0.33, 0.474];
        // A change of spread alone leaves Cliff's delta at 0 but opens a gap.
        let size = EffectSize::of(delta.abs().max(pair.walk.gap), bounds);
        Self {
            cohens_d: (pooled > 0.0).then(|| (c.mean() - r.mean()) / pooled).filter(|d| d.is_finite()),
            cliffs_delta: Some(delta),
            ks: Some(pair.walk.gap),
            cramers_v: None,
            size: Some(size),
        }
    }

    /// Of a difference of means in pooled standard deviations; words as Cohen's (1988).
    pub(crate) fn of_shift(cohens_d: f64) -> Self {
        let size = EffectSize::of(cohens_d, [0.2, 0.5, 0.8]);
        let d = Some(cohens_d).filter(|d| d.is_finite());
        Self { cohens_d: d, size: d.map(|_| size), ..Self::default() }
    }

    /// Of a chi-square over a table of two sides and n rows in all.
    pub(crate) fn of_categories(chi_square: f64, n: u64) -> Self {
        let v = (chi_square / n.max(1) as f64).sqrt().min(1.0);
        Self { cramers_v: Some(v), size: Some(EffectSize::of(v, [0.1, 0.3, 0.5])), ..Self::default() }
    }
}

/// The smallest difference of two means, in standard deviations, that a two-sided test at 5% finds four times of
/// five.
pub(crate) fn detectable_shift(n: u64, m: u64) -> Option<f64> {
    (n > 0 && m > 0).then(|| SEEN * (1.0 / n as f64 + 1.0 / m as f64).sqrt())
}

/// The smallest Cramér's V that a chi-square test of so many categories finds as often, with `n` rows in all.
pub(crate) fn detectable_association(categories: usize, n: u64) -> Option<f64> {
    let degrees = categories.checked_sub(1).filter(|degrees| *degrees > 0 && n > 0)? as f64;
    let critical = crate::special::chi_square_quantile(degrees, Z90);
    let (mut low, mut high) = (0.0, critical + 60.0 * degrees.sqrt());
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if power(critical, degrees, middle) < 0.8 { low = middle } else { high = middle }
    }
    Some((high / n as f64).sqrt().min(1.0))
}

/// P(X > critical) for a noncentral chi-square variable (Patnaik, 1949: a scaled central one).
fn power(critical: f64, degrees: f64, noncentrality: f64) -> f64 {
    let scale = (degrees + 2.0 * noncentrality) / (degrees + noncentrality);
    let matched = (degrees + noncentrality).powi(2) / (degrees + 2.0 * noncentrality);
    chi_square_sf(critical / scale, matched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Sample;

    #[test]
    fn a_shift_of_one_deviation_is_cohens_one() {
        let values: Vec<f64> = (0..1_000).map(f64::from).collect();
        let reference = Sample::new(&values);
        let moved: Vec<f64> = values.iter().map(|value| value + reference.std()).collect();
        let current = Sample::new(&moved);
        let effect = Effect::of_numbers(&Pair::new(&reference, &current).unwrap());
        assert!((effect.cohens_d.unwrap() - 1.0).abs() < 1e-2, "{effect:?}");
        assert_eq!(effect.size, Some(EffectSize::Large));
        let back = Effect::of_numbers(&Pair::new(&current, &reference).unwrap());
        assert_eq!(back.cliffs_delta.map(|delta| -delta), effect.cliffs_delta);
        let same = Effect::of_numbers(&Pair::new(&reference, &reference).unwrap());
        assert_eq!((same.cliffs_delta, same.cohens_d, same.ks), (Some(0.0), Some(0.0), Some(0.0)));
    }

    #[test]
    fn more_rows_see_smaller_differences() {
        // 64 a side see half a deviation (Cohen, 1988, table 2.4.1).
        assert!((detectable_shift(64, 64).unwrap() - 0.5).abs() < 0.01);
        assert_eq!(detectable_shift(0, 64), None);
        // Noncentralities 7.849 and 11.935 for 1 and 4 degrees of freedom.
        assert!((detectable_association(2, 1_000).unwrap() / 0.0886 - 1.0).abs() < 0.03);
        assert!((detectable_association(5, 1_000).unwrap() / 0.1093 - 1.0).abs() < 0.03);
        assert_eq!(detectable_association(1, 1_000), None);
    }
}
