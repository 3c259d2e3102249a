//! Steps of AdamW and SGD over one flat vector.

use tidegate_core::run::{self, Network};
use tidegate_onnx::training::{Parameter, Role};

const BETA: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

#[derive(Debug)]
pub(super) struct Optimiser {
    kind: run::Optimiser,
    momentum: f32,
    /// Of each number; 0 for biases and scales.
    decay: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Optimiser {
    pub fn new(network: &Network, parameters: &[Parameter]) -> Self {
        let decay = |parameter: &Parameter| match parameter.role {
            Role::Weight { .. } | Role::Table => network.weight_decay as f32,
            Role::Shift | Role::Scale | Role::Slope => 0.0,
        };
        let decay: Vec<f32> =
            parameters.iter().flat_map(|p| std::iter::repeat_n(decay(p), p.elements())).collect();
        let zeros = vec![0.0; decay.len()];
        Self {
            kind: network.optimiser,
            momentum: network.momentum as f32,
            decay,
            second: if network.optimiser == run::Optimiser::AdamW { zeros.clone() } else { Vec::new() },
            first: zeros,
            steps: 0,
        }
    }

    pub fn step(&mut self, values: &mut [f32], gradient: &[f32], rate: f64) {
        self.steps += 1;
        match self.kind {
            run::Optimiser::AdamW => self.adam_w(values, gradient, rate),
            run::Optimiser::Sgd => self.sgd(values, gradient, rate as f32),
        }
    }

    /// Loshchilov and Hutter 2019, algorithm 2.
    fn adam_w(&mut self, values: &mut [f32], gradient: &[f32], rate: f64) {
        let [one, two] = BETA.map(|beta| 1.0 - f64::from(beta).powi(self.steps));
        let pace = (rate / one) as f32;
        let root = (1.0 / two.sqrt()) as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for (((value, slope), (first, second)), decay) in
            values.iter_mut().zip(gradient).zip(moments).zip(&self.decay)
        {
            *first = BETA[0] * *first + (1.0 - BETA[0]) * slope;
            *second = BETA[1] * *second + (1.0 - BETA[1]) * slope * slope;
            *value -= rate as f32 * decay * *value + pace * *first / (second.sqrt() * root + EPSILON);
        }
    }

    /// With momentum as torch has it: v = m v + g, x -= rate v.
    fn sgd(&mut self, values: &mut [f32], gradient: &[f32], rate: f32) {
        let velocities = self.first.iter_mut().zip(&self.decay);
        for ((value, slope), (velocity, decay)) in values.iter_mut().zip(gradient).zip(velocities) {
            *velocity = self.momentum * *velocity + slope;
            *value -= rate * (*velocity + decay * *value);
        }
    }
}

/// Shortens a gradient to a length.
pub(super) fn clip(gradient: &mut [f32], longest: f64) {
    let length = gradient.iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt();
    if length > longest {
        let factor = (longest / length) as f32;
        gradient.iter_mut().for_each(|slope| *slope *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter> {
        let weight =
            Parameter { name: "w".into(), dims: vec![1, 2], role: Role::Weight { fan_in: 1 }, layer: 1 };
        vec![weight.clone(), Parameter { name: "b".into(), dims: vec![1], role: Role::Shift, ..weight }]
    }

    #[test]
    fn the_first_step_of_adam_is_the_rate_and_only_weights_decay() {
        let network = Network { weight_decay: 0.5, ..Network::default() };
        let mut optimiser = Optimiser::new(&network, &parameters());
        let mut values = [1.0, 1.0, 1.0];
        optimiser.step(&mut values, &[3.0, -0.1, 7.0], 0.01);
        let expected = [1.0 - 0.005 - 0.01, 1.0 - 0.005 + 0.01, 1.0 - 0.01];
        assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{values:?}");
    }

    #[test]
    fn sgd_gathers_momentum() {
        let network = Network {
            optimiser: run::Optimiser::Sgd,
            momentum: 0.5,
            weight_decay: 0.0,
            ..Network::default()
        };
        let mut optimiser = Optimiser::new(&network, &parameters());
        let mut values = [0.0; 3];
        optimiser.step(&mut values, &[1.0; 3], 0.1);
        optimiser.step(&mut values, &[1.0; 3], 0.1);
        assert!((values[0] + 0.25).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn a_long_gradient_is_shortened_and_a_short_one_left() {
        let mut gradient = [3.0, 4.0];
        clip(&mut gradient, 1.0);
        assert!((gradient[0] - 0.6).abs() < 1e-6 && (gradient[1] - 0.8).abs() < 1e-6);
        clip(&mut gradient, 2.0);
        assert!((gradient[0] - 0.6).abs() < 1e-6);
    }
}
