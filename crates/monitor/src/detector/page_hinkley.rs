//! The Page-Hinkley test: cumulated deviations from the running mean, in both directions.

use serde::{Deserialize, Serialize};

use super::{Detector, Mean, Signal};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageHinkley {
    /// Values before it may detect.
    pub min_values: u32,
    /// Deviation tolerated at each value.
    pub delta: f64,
    /// Cumulated deviation that is a drift.
    pub threshold: f64,
    /// Weight that a cumulated sum keeps at each value.
    pub alpha: f64,
    sums: Sums,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Sums {
    mean: Mean,
    increase: f64,
    decrease: f64,
    /// Of `increase`; `None` before the first value.
    min: Option<f64>,
    /// Of `decrease`, -1 at least: where River starts.
    max: Option<f64>,
}

impl PageHinkley {
    pub fn new(threshold: f64) -> Self {
        Self { min_values: 30, delta: 0.005, threshold, alpha: 1.0 - 0.0001, sums: Sums::default() }
    }
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self::new(50.0)
    }
}

impl Detector for PageHinkley {
    fn update(&mut self, x: f64) -> Signal {
        let sums = &mut self.sums;
        sums.mean.update(x);
        let deviation = x - sums.mean.mean;
        sums.increase = self.alpha * sums.increase + deviation - self.delta;
        sums.decrease = self.alpha * sums.decrease + deviation + self.delta;
        let min = sums.min.map_or(sums.increase, |min| min.min(sums.increase));
        let max = sums.max.unwrap_or(-1.0).max(sums.decrease);
        (sums.min, sums.max) = (Some(min), Some(max));
        let up = sums.increase - min > self.threshold;
        let down = max - sums.decrease > self.threshold;
        if sums.mean.n < f64::from(self.min_values) || !(up || down) {
            return Signal::NONE;
        }
        self.sums = Sums::default();
        Signal::DRIFT
    }
}
