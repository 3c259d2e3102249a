//! The learning rate over the steps of a training.

use std::f64::consts::PI;

use tidegate_core::run::{Network, Schedule};

/// The rate of step `step` (from 0) of `steps`.
pub(super) fn rate(network: &Network, step: usize, steps: usize) -> f64 {
    let (step, steps) = (step as f64, steps.max(1) as f64);
    let warm = network.warm_up * steps;
    if step < warm {
        return network.learning_rate * (step + 1.0) / (warm + 1.0);
    }
    let done = (step - warm) / (steps - warm).max(1.0);
    let share = match network.schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine => 0.5 * (1.0 + (PI * done).cos()),
        Schedule::Step => 0.1_f64.powi((3.0 * done) as i32),
    };
    network.learning_rate * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_rise_while_warming_up_and_then_fall_as_asked() {
        let of = |schedule, step| {
            let network = Network { schedule, warm_up: 0.1, learning_rate: 1.0, ..Network::default() };
            rate(&network, step, 100)
        };
        assert!(of(Schedule::Constant, 0) < 0.1 && of(Schedule::Constant, 5) < of(Schedule::Constant, 9));
        assert_eq!(of(Schedule::Constant, 99), 1.0);
        assert!((of(Schedule::Cosine, 55) - 0.5).abs() < 1e-9 && of(Schedule::Cosine, 99) < 0.001);
        let steps = [20, 50, 80].map(|step| of(Schedule::Step, step));
        assert!(steps.iter().zip([1.0, 0.1, 0.01]).all(|(a, b)| (a - b).abs() < 1e-9), "{steps:?}");
    }
}
