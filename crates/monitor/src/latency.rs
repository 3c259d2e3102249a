//! Latency histograms that can be merged: sparse buckets whose width grows with the value.
//!
//! Bucket i holds (g^(i-1), g^i] microseconds and answers with the value in it that is within 1% of both ends
//! (Masson, Rim and Lee, "DDSketch", VLDB 2019). Merging loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Largest relative error of a quantile; a little under 1% leaves room for rounding.
const ERROR: f64 = 0.0099;
const GROWTH: f64 = (1.0 + ERROR) / (1.0 - ERROR);
/// One hour; anything longer counts as this.
const LONGEST_US: u64 = 3_600_000_000;

/// Counts of durations from one microsecond to one hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    buckets: BTreeMap<u16, u64>,
    count: u64,
    sum_us: u64,
}

/// Durations in `(low_us, high_us]` microseconds: one cell of a heatmap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyBin {
    pub low_us: f64,
    pub high_us: f64,
    pub count: u64,
}

impl Latency {
    pub fn record(&mut self, us: u64) {
        let us = us.clamp(1, LONGEST_US);
        *self.buckets.entry(bucket(us)).or_default() += 1;
        self.count += 1;
        self.sum_us += us;
    }
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.count += other.count;
        self.sum_us += other.sum_us;
    }
    /// The duration, microseconds, that a share `q` (0 to 1) of all stayed within; `None` when there are none.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = ((q.clamp(0.0, 1.0) * self.count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        let (bucket, _) = self.buckets.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        })?;
        Some(2.0 * GROWTH.powi(i32::from(*bucket)) / (GROWTH + 1.0))
    }
    pub fn count(&self) -> u64 {
        self.count
    }
    /// Microseconds.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_us as f64 / self.count as f64)
    }
    /// The buckets that hold something, shortest first.
    pub fn bins(&self) -> impl Iterator<Item = LatencyBin> + '_ {
        self.buckets.iter().map(|(bucket, count)| LatencyBin {
            low_us: GROWTH.powi(i32::from(*bucket) - 1),
            high_us: GROWTH.powi(i32::from(*bucket)),
            count: *count,
        })
    }
    /// How many durations lie in each of the intervals between `edges_us` (ascending): a column of a heatmap.
    /// What lies outside counts in the first or last interval.
    pub fn histogram(&self, edges_us: &[f64]) -> Vec<u64> {
        let cells = edges_us.len().saturating_sub(1);
        let mut counts = vec![0; cells];
        for bin in self.bins() {
            let middle = 2.0 * bin.high_us / (GROWTH + 1.0);
            let cell = edges_us.partition_point(|edge| *edge <= middle).saturating_sub(1);
            if let Some(count) = counts.get_mut(cell.min(cells.saturating_sub(1))) {
                *count += bin.count;
            }
        }
        counts
    }
}

fn bucket(us: u64) -> u16 {
    ((us as f64).ln() / GROWTH.ln()).ceil() as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Latency {
        let mut latency = Latency::default();
        values.iter().for_each(|us| latency.record(*us));
        latency
    }

    #[test]
    fn nothing_recorded_has_no_quantile() {
        assert_eq!(Latency::default().quantile(0.5), None);
        assert_eq!(Latency::default().mean(), None);
    }

    #[test]
    fn it_reads_back_from_json() {
        let latency = of(&[1, 20, 3_000, u64::MAX]);
        let json = serde_json::to_string(&latency).unwrap();
        assert_eq!(serde_json::from_str::<Latency>(&json).unwrap(), latency);
    }

    #[test]
    fn a_heatmap_column_loses_nothing() {
        let latency = of(&[1, 5, 50, 500, 5_000_000]);
        assert_eq!(latency.histogram(&[10.0, 100.0, 1_000.0]), [3, 2]);
        assert_eq!(latency.histogram(&[]), Vec::<u64>::new());
    }

    fn durations() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec((0.0_f64..22.0).prop_map(|log| log.exp() as u64), 1..300)
    }

    proptest! {
        #[test]
        fn quantiles_are_within_one_percent(values in durations(), q in 0.0_f64..=1.0) {
            let mut sorted: Vec<u64> = values.iter().map(|v| (*v).clamp(1, LONGEST_US)).collect();
            sorted.sort_unstable();
            let rank = ((q * sorted.len() as f64).ceil() as usize).max(1);
            let exact = sorted[rank - 1] as f64;
            let estimate = of(&values).quantile(q).unwrap();
            prop_assert!((estimate / exact - 1.0).abs() <= 0.01, "{} for {}", estimate, exact);
        }

        #[test]
        fn merging_is_recording_all(left in durations(), right in durations()) {
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(merged, of(&[left, right].concat()));
        }
    }
}
