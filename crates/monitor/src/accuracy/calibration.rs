//! Whether a probability of 0.8 comes true eight times in ten.
//!
//! Owns the reliability bins, ten equally wide ones, and the expected calibration error that follows from them.

use serde::{Deserialize, Serialize};

use crate::metric::{Metric, MetricName, Z95, wilson};

const BINS: usize = 10;

/// Rows by the probability they were given; sums can be merged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reliability(Vec<Said>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Said {
    n: u64,
    came_true: u64,
    probability: f64,
}

/// What was said and what came, for the rows whose probability lies from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReliabilityBin {
    pub from: f64,
    pub to: f64,
    pub n: u64,
    /// Mean of the probabilities.
    pub probability: f64,
    /// Share that came true, with Wilson's 95% interval.
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

impl Reliability {
    pub(crate) fn count(&mut self, probability: f64, came_true: bool, sign: i8) {
        if self.0.is_empty() {
            self.0 = vec![Said::default(); BINS];
        }
        let said = &mut self.0[((probability * BINS as f64) as usize).min(BINS - 1)];
        let change = |count: &mut u64, by: bool| {
            *count = count.saturating_add_signed(i64::from(sign) * i64::from(by));
        };
        change(&mut said.n, true);
        change(&mut said.came_true, came_true);
        said.probability += f64::from(sign) * probability;
        if said.n == 0 {
            *said = Said::default();
        }
    }
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            mine.n += theirs.n;
            mine.came_true += theirs.came_true;
            mine.probability += theirs.probability;
        }
    }
    /// The bins that hold rows, in order.
    pub fn bins(&self) -> Vec<ReliabilityBin> {
        let filled = self.0.iter().enumerate().filter(|(_, said)| said.n > 0);
        let bins = filled.map(|(bin, said)| {
            let (low, high) = wilson(said.came_true, said.n);
            ReliabilityBin {
                from: bin as f64 / BINS as f64,
                to: (bin + 1) as f64 / BINS as f64,
                n: said.n,
                probability: said.probability / said.n as f64,
                share: said.came_true as f64 / said.n as f64,
                low,
                high,
            }
        });
        bins.collect()
    }
    /// Mean distance of the share that came true from the mean probability, over the bins, by their rows (Guo et al.
    /// 2017, "On calibration of modern neural networks"). Its interval is the delta method's, with each bin's side
    /// held; it sits a little high where bins hold few rows, as chance alone gives a distance.
    pub fn error(&self) -> Option<Metric> {
        let bins = self.bins();
        let n: u64 = bins.iter().map(|bin| bin.n).sum();
        let weight = |bin: &ReliabilityBin| bin.n as f64 / n as f64;
        let value = bins.iter().map(|bin| weight(bin) * (bin.share - bin.probability).abs()).sum::<f64>();
        let variance = bins
            .iter()
            .map(|bin| weight(bin).powi(2) * bin.share * (1.0 - bin.share) / bin.n as f64)
            .sum::<f64>();
        let error = Z95 * variance.sqrt();
        let within = ((value - error).max(0.0), (value + error).min(1.0));
        (n > 0).then(|| Metric::new(MetricName::CalibrationError, value, n).within(within))
    }
}
