//! The drift detection method of Gama and others (2004): the error rate against its best so far.

use serde::{Deserialize, Serialize};

use super::{Detector, Mean, Signal};

/// Takes errors: 1 for a wrong answer, 0 for a right one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ddm {
    /// Values before it may speak.
    pub warm_start: u32,
    /// Standard deviations above the best error rate.
    pub warning: f64,
    pub drift: f64,
    errors: Mean,
    /// The lowest error rate and its standard deviation.
    best: Option<(f64, f64)>,
}

impl Default for Ddm {
    fn default() -> Self {
        Self { warm_start: 30, warning: 2.0, drift: 3.0, errors: Mean::default(), best: None }
    }
}

impl Detector for Ddm {
    fn update(&mut self, x: f64) -> Signal {
        self.errors.update(x);
        let Mean { n, mean: p } = self.errors;
        let s = (p * (1.0 - p) / n).sqrt();
        if n <= f64::from(self.warm_start) {
            return Signal::NONE;
        }
        let best = self.best.filter(|(best_p, best_s)| p + s > best_p + best_s).unwrap_or((p, s));
        self.best = Some(best);
        let above = |deviations: f64| p + s > best.0 + deviations * best.1;
        if above(self.drift) {
            (self.errors, self.best) = (Mean::default(), None);
            return Signal::DRIFT;
        }
        if above(self.warning) { Signal::WARNING } else { Signal::NONE }
    }
}
