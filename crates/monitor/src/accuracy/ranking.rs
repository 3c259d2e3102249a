//! How well a score ranks one class above the rest, from a histogram of the score for each outcome.
//!
//! Owns the areas under the ROC and the precision-recall curve, their intervals, how far the bins can have moved
//! them, and the curves. Must not know which class it is.

use serde::{Deserialize, Serialize};
use statrs::function::gamma::digamma;

use super::{interval, scale};
use crate::{metric::Z95, sparse::Sparse};

/// Rows by their score (see [`scale`]), apart for those of the class and the others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    pub(crate) hits: Sparse,
    pub(crate) misses: Sparse,
}

/// An area with its 95% interval, and how far the exact area can lie from it at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub bound: f64,
    /// Rows of the class, and all others.
    pub hits: u64,
    pub misses: u64,
}

/// One threshold of a curve: rows at or above it are called the class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CurvePoint {
    pub threshold: f64,
    pub recall: f64,
    pub false_positive_rate: f64,
    pub precision: f64,
}

impl Outcomes {
    pub(crate) fn count(&mut self, score: f64, hit: bool, change: fn(&mut Sparse, i32)) {
        change(if hit { &mut self.hits } else { &mut self.misses }, scale::bin(score));
    }
    pub(crate) fn merge(&mut self, other: &Self) {
        self.hits.merge(&other.hits);
        self.misses.merge(&other.misses);
    }
    /// Bins from the lowest score up: bin, hits, misses.
    fn bins(&self) -> Vec<(i32, f64, f64)> {
        let mut bins: Vec<(i32, f64, f64)> = self.hits.iter().map(|(bin, n)| (bin, n as f64, 0.0)).collect();
        for (bin, n) in self.misses.iter() {
            match bins.binary_search_by_key(&bin, |(bin, ..)| *bin) {
                Ok(at) => bins[at].2 = n as f64,
                Err(at) => bins.insert(at, (bin, 0.0, n as f64)),
            }
        }
        bins
    }
    /// The chance that a row of the class scores above another, ties counting half (Mann and Whitney). Rows of one
    /// bin count as tied: the exact area differs by at most half the share of pairs that share a bin. The interval
    /// is DeLong's (DeLong, DeLong and Clarke-Pearson 1988) on the binned scores, widened by that bound. `None`
    /// without both kinds.
    pub fn roc_auc(&self) -> Option<Area> {
        let (hits, misses) = (self.hits.total(), self.misses.total());
        let (p, n) = (hits as f64, misses as f64);
        if hits == 0 || misses == 0 {
            return None;
        }
        let (mut below_hits, mut below_misses) = (0.0, 0.0);
        let (mut wins, mut shared, mut hit_squares, mut miss_squares) = (0.0, 0.0, 0.0, 0.0);
        for (_, a, b) in self.bins() {
            // The share of the other kind that a row of this bin beats, for each kind.
            let beats = (below_misses + b / 2.0) / n;
            let beaten = (p - below_hits - a / 2.0) / p;
            wins += a * beats;
            hit_squares += a * beats * beats;
            miss_squares += b * beaten * beaten;
            shared += a * b;
            below_hits += a;
            below_misses += b;
        }
        let (value, bound) = (wins / p, shared / (2.0 * p * n));
        let spread = |squares: f64, rows: f64| {
            let variance = (squares - rows * value * value).max(0.0) / (rows - 1.0).max(1.0);
            variance / rows
        };
        let error = Z95 * (spread(hit_squares, p) + spread(miss_squares, n)).sqrt() + bound;
        let (low, high) = ((value - error).max(0.0), (value + error).min(1.0));
        Some(Area { value, low, high, bound, hits, misses })
    }
    /// The mean precision over the thresholds at which each row of the class is found, as scikit-learn's
    /// `average_precision_score`; rows of one bin count as tied. The bound is exact: the best and the worst order
    /// within each bin. `None` without rows of the class.
    pub fn average_precision(&self) -> Option<Area> {
        let (hits, misses) = (self.hits.total(), self.misses.total());
        let p = (hits > 0).then_some(hits as f64)?;
        let (mut tp, mut fp) = (0.0, 0.0);
        let (mut value, mut worst, mut best) = (0.0, 0.0, 0.0);
        for (_, a, b) in self.bins().into_iter().rev().filter(|_| p > 0.0) {
            if a > 0.0 {
                value += a * (tp + a) / (tp + a + fp + b);
                best += a * (tp + a) / (tp + a + fp);
                // Sum of (tp + i) / (tp + i + fp + b) for i = 1..a.
                let all = fp + b;
                let harmonic = digamma(tp + a + all + 1.0) - digamma(tp + all + 1.0);
                worst += a - all * harmonic;
            }
            tp += a;
            fp += b;
        }
        let (value, worst, best) = (value / p, worst / p, best / p);
        let (low, high) = interval::average_precision(value, hits);
        let bound = (best - value).max(value - worst).max(0.0);
        Some(Area { value, low: low.min(worst).max(0.0), high: high.max(best).min(1.0), bound, hits, misses })
    }
    /// From the highest threshold down, at most about 200 points; empty without both kinds.
    pub fn curve(&self) -> Vec<CurvePoint> {
        let (p, n) = (self.hits.total() as f64, self.misses.total() as f64);
        if p == 0.0 || n == 0.0 {
            return vec![];
        }
        let bins = self.bins();
        let every = bins.len().div_ceil(200).max(1);
        let (mut tp, mut fp) = (0.0, 0.0);
        let mut points = vec![];
        for (index, (bin, a, b)) in bins.into_iter().enumerate().rev() {
            tp += a;
            fp += b;
            if index % every == 0 {
                let precision = tp / (tp + fp);
                let threshold = scale::edge(bin);
                points.push(CurvePoint { threshold, recall: tp / p, false_positive_rate: fp / n, precision });
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{evaluate::roc_auc, random::SplitMix};
    use proptest::prelude::*;

    fn of(rows: &[(f64, bool)]) -> Outcomes {
        let mut outcomes = Outcomes::default();
        rows.iter().for_each(|(score, hit)| outcomes.count(*score, *hit, Sparse::add));
        outcomes
    }

    /// scikit-learn's definition, row by row.
    fn average_precision(mut rows: Vec<(f64, bool)>) -> f64 {
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = rows.iter().filter(|(_, hit)| *hit).count() as f64;
        let (mut tp, mut all, mut sum) = (0.0, 0.0, 0.0);
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            let hits = tied.iter().filter(|(_, hit)| *hit).count() as f64;
            tp += hits;
            all += tied.len() as f64;
            sum += hits * tp / all;
        }
        sum / positives
    }

    fn scores() -> impl Strategy<Value = Vec<(f64, bool)>> {
        let score = prop_oneof![0.0_f64..=1.0, 0.0_f64..0.002, 0.4_f64..0.41, Just(0.5)];
        prop::collection::vec((score, any::<bool>()), 2..200)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn the_exact_areas_lie_within_the_bound(rows in scores()) {
            let outcomes = of(&rows);
            match (outcomes.roc_auc(), roc_auc(rows.clone())) {
                (Some(area), Some(exact)) => {
                    prop_assert!((area.value - exact).abs() <= area.bound + 1e-12, "{area:?} {exact}");
                    prop_assert!(area.low <= exact && exact <= area.high);
                }
                (area, exact) => prop_assert!(area.is_none() && exact.is_none()),
            }
            if let Some(area) = outcomes.average_precision() {
                let exact = average_precision(rows);
                prop_assert!((area.value - exact).abs() <= area.bound + 1e-9, "{area:?} {exact}");
                prop_assert!(0.0 <= area.low && area.low <= exact + 1e-9 && exact <= area.high + 1e-9 && area.high <= 1.0);
            }
        }
    }

    #[test]
    fn a_curve_runs_from_nothing_found_to_all() {
        let curve = of(&[(0.9, true), (0.6, false), (0.4, true), (0.1, false)]).curve();
        assert_eq!(
            curve.first().map(|p| (p.recall, p.false_positive_rate, p.precision)),
            Some((0.5, 0.0, 1.0))
        );
        assert_eq!(
            curve.last().map(|p| (p.recall, p.false_positive_rate, p.precision)),
            Some((1.0, 1.0, 0.5))
        );
        assert!(of(&[(0.9, true)]).curve().is_empty());
    }

    /// Normal scores one standard deviation apart: the area is Phi(1 / sqrt 2) = 0.7602.
    #[test]
    fn the_interval_covers_the_true_area() {
        let mut random = SplitMix(11);
        let mut normal =
            || (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0;
        let mut covered = 0;
        for _ in 0..600 {
            let rows: Vec<(f64, bool)> = (0..240)
                .map(|i| {
                    let hit = i % 3 == 0;
                    (1.0 / (1.0 + (-normal() - f64::from(u8::from(hit))).exp()), hit)
                })
                .collect();
            let area = of(&rows).roc_auc().unwrap();
            covered += u32::from(area.low <= 0.7602 && 0.7602 <= area.high);
        }
        let share = f64::from(covered) / 600.0;
        assert!((0.92..0.985).contains(&share), "{share}");
    }
}
