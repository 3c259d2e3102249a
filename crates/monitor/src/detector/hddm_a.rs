//! HDDM_A of Frias-Blanco and others (2014): the mean since the best cut against the mean before it, by
//! Hoeffding's bound.

use serde::{Deserialize, Serialize};

use super::{Detector, Mean, Signal};

/// Takes values from 0 to 1; detects an increase of their mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HddmA {
    /// Probability of a false detection at one value.
    pub drift_confidence: f64,
    pub warning_confidence: f64,
    all: Mean,
    /// The prefix with the lowest upper bound.
    lowest: Mean,
}

impl Default for HddmA {
    fn default() -> Self {
        Self {
            drift_confidence: 0.001,
            warning_confidence: 0.005,
            all: Mean::default(),
            lowest: Mean::default(),
        }
    }
}

impl HddmA {
    fn upper(&self, mean: Mean) -> f64 {
        mean.mean + (1.0 / (2.0 * mean.n) * (1.0 / self.drift_confidence).ln()).sqrt()
    }
    fn increased(&self, confidence: f64) -> bool {
        let (cut, all) = (self.lowest, self.all);
        if cut.n == all.n {
            return false;
        }
        let m = (all.n - cut.n) / cut.n * (1.0 / all.n);
        all.mean - cut.mean >= (m / 2.0 * (2.0 / confidence).ln()).sqrt()
    }
}

impl Detector for HddmA {
    fn update(&mut self, x: f64) -> Signal {
        self.all.update(x);
        if self.lowest.n == 0.0 || self.upper(self.lowest) >= self.upper(self.all) {
            self.lowest = self.all;
        }
        if self.increased(self.drift_confidence) {
            (self.all, self.lowest) = (Mean::default(), Mean::default());
            return Signal::DRIFT;
        }
        if self.increased(self.warning_confidence) { Signal::WARNING } else { Signal::NONE }
    }
}
