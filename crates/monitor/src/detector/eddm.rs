//! The early drift detection method of Baena-Garcia and others (2006): the distance between errors.
//!
//! It often fires before anything changed: offered for comparison, never a default.

use serde::{Deserialize, Serialize};

use super::{Detector, Mean, Signal};

/// Takes errors: 1 for a wrong answer, 0 for a right one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Eddm {
    /// Values, and errors, before it may speak.
    pub warm_start: u32,
    /// Share of the longest distance below which it warns.
    pub alpha: f64,
    /// And below which it detects.
    pub beta: f64,
    state: State,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct State {
    n: u64,
    last_error: u64,
    errors: u32,
    distance: Mean,
    squares: f64,
    /// Largest mean plus two standard deviations.
    longest: Option<f64>,
    warning: bool,
}

impl State {
    /// Mean distance plus two standard deviations (ddof 1), after one more distance.
    fn level(&mut self, distance: f64) -> f64 {
        let before = self.distance.mean;
        self.distance.update(distance);
        self.squares += (distance - before) * (distance - self.distance.mean);
        let variance = if self.distance.n > 1.0 { self.squares / (self.distance.n - 1.0) } else { 0.0 };
        self.distance.mean + 2.0 * variance.sqrt()
    }
}

impl Default for Eddm {
    fn default() -> Self {
        Self { warm_start: 30, alpha: 0.95, beta: 0.9, state: State::default() }
    }
}

impl Detector for Eddm {
    fn update(&mut self, x: f64) -> Signal {
        let state = &mut self.state;
        state.n += 1;
        if x != 1.0 {
            return Signal { drift: false, warning: state.warning };
        }
        state.errors += 1;
        let level = state.level((state.n - state.last_error) as f64);
        state.last_error = state.n;
        if state.n <= u64::from(self.warm_start) {
            return Signal::NONE;
        }
        let mut drift = false;
        match state.longest {
            Some(longest) if level <= longest => {
                if state.errors > self.warm_start {
                    drift = level / longest < self.beta;
                    state.warning = if drift { state.warning } else { level / longest < self.alpha };
                }
            }
            _ => state.longest = Some(level),
        }
        let signal = Signal { drift, warning: state.warning };
        if drift {
            self.state = State::default();
        }
        signal
    }
}
