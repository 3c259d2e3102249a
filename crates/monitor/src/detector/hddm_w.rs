//! HDDM_W of Frias-Blanco and others (2014): exponentially weighted means before and after the best cut, by
//! McDiarmid's bound.

use serde::{Deserialize, Serialize};

use super::{Detector, Signal};

/// Takes values from 0 to 1; detects an increase of their mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HddmW {
    pub drift_confidence: f64,
    pub warning_confidence: f64,
    /// Weight of the newest value.
    pub lambda: f64,
    state: State,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct State {
    all: Weighted,
    before: Weighted,
    after: Weighted,
    /// The lowest upper bound so far.
    cut: Option<f64>,
}

/// A weighted mean with the sum of its squared weights; `mean` is `None` before the first value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Weighted {
    mean: Option<f64>,
    squares: f64,
}

impl Default for Weighted {
    fn default() -> Self {
        Self { mean: None, squares: 1.0 }
    }
}

impl Weighted {
    fn update(&mut self, x: f64, lambda: f64) {
        self.mean = Some(self.mean.map_or(x, |mean| lambda * x + (1.0 - lambda) * mean));
        self.squares = lambda * lambda + (1.0 - lambda).powi(2) * self.squares;
    }
}

impl Default for HddmW {
    fn default() -> Self {
        Self { drift_confidence: 0.001, warning_confidence: 0.005, lambda: 0.05, state: State::default() }
    }
}

fn bound(squares: f64, confidence: f64) -> f64 {
    (squares * (1.0 / confidence).ln() / 2.0).sqrt()
}

impl State {
    fn update(&mut self, x: f64, lambda: f64, confidence: f64) {
        self.all.update(x, lambda);
        let upper = self.all.mean.unwrap_or(x) + bound(self.all.squares, confidence);
        if self.cut.is_none_or(|cut| upper < cut) {
            (self.cut, self.before, self.after) = (Some(upper), self.all, Weighted::default());
        } else {
            self.after.update(x, lambda);
        }
    }
    fn increased(&self, confidence: f64) -> bool {
        let limit = bound(self.before.squares + self.after.squares, confidence);
        self.before.mean.zip(self.after.mean).is_some_and(|(before, after)| after - before > limit)
    }
}

impl Detector for HddmW {
    fn update(&mut self, x: f64) -> Signal {
        self.state.update(x, self.lambda, self.drift_confidence);
        if self.state.increased(self.drift_confidence) {
            self.state = State::default();
            return Signal::DRIFT;
        }
        if self.state.increased(self.warning_confidence) { Signal::WARNING } else { Signal::NONE }
    }
}
