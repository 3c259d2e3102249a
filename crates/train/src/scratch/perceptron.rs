//! A perceptron: dense layers with rectifiers between them, their first weights, and what they answer.
//!
//! Must not know where the rows come from nor how the weights are learnt.

use tidegate_trees::{Matrix, SplitMix64, softmax};

/// Standardised numbers beyond this many deviations say no more, so that no value, however large, makes an answer
/// that is not finite.
pub(super) const FARTHEST: f32 = 100.0;

/// `outputs` rows of `inputs` weights each, and a bias an output.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub inputs: usize,
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

/// What a perceptron gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Answer {
    /// A probability for each of so many classes, by a softmax.
    Classes(usize),
    /// A number: the last layer's, times the deviation of the numbers learnt from, plus their mean.
    Number { mean: f32, deviation: f32 },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Perceptron {
    pub layers: Vec<Layer>,
    pub answer: Answer,
}

impl Perceptron {
    /// Weights evenly drawn with the variance 2 / inputs in front of a rectifier (He et al. 2015) and 1 / inputs in
    /// the last layer; biases 0.
    pub fn fresh(columns: usize, hidden: &[usize], answer: Answer, seed: u64) -> Self {
        let mut random = SplitMix64(seed ^ 0x3a11_d01f);
        let last = match answer {
            Answer::Classes(classes) => classes,
            Answer::Number { .. } => 1,
        };
        let mut inputs = columns;
        let mut layer = |outputs: usize, variance: f64| {
            let bound = (3.0 * variance / inputs.max(1) as f64).sqrt();
            let mut weight = || ((2.0 * random.share() - 1.0) * bound) as f32;
            let weights = (0..inputs * outputs).map(|_| weight()).collect();
            Layer { inputs: std::mem::replace(&mut inputs, outputs), weights, biases: vec![0.0; outputs] }
        };
        let mut layers: Vec<Layer> = hidden.iter().map(|outputs| layer(*outputs, 2.0)).collect();
        layers.push(layer(last, 1.0));
        Self { layers, answer }
    }

    pub fn is_finite(&self) -> bool {
        self.layers.iter().all(|layer| layer.weights.iter().chain(&layer.biases).all(|w| w.is_finite()))
    }

    /// Probabilities of each class, or one number, row after row.
    pub fn answers(&self, rows: &Matrix) -> Vec<f64> {
        rows.iter_rows().flat_map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &[f32]) -> Vec<f64> {
        let mut values: Vec<f64> = row.iter().map(|x| f64::from(x.clamp(-FARTHEST, FARTHEST))).collect();
        for (at, layer) in self.layers.iter().enumerate() {
            let weighted = |(weights, bias): (&[f32], &f32)| {
                f64::from(*bias) + weights.iter().zip(&values).map(|(w, x)| f64::from(*w) * x).sum::<f64>()
            };
            let mut next: Vec<f64> =
                layer.weights.chunks_exact(layer.inputs).zip(&layer.biases).map(weighted).collect();
            if at + 1 < self.layers.len() {
                next.iter_mut().for_each(|value| *value = value.max(0.0));
            }
            values = next;
        }
        match self.answer {
            Answer::Classes(_) => {
                let scores = values.clone();
                softmax(&scores, &mut values);
            }
            Answer::Number { mean, deviation } => {
                values.iter_mut().for_each(|z| *z = *z * f64::from(deviation) + f64::from(mean));
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectifiers_stand_between_layers_and_numbers_are_scaled_back() {
        let layers = vec![
            Layer { inputs: 1, weights: vec![1.0, -1.0], biases: vec![0.0, 0.5] },
            Layer { inputs: 2, weights: vec![2.0, 3.0], biases: vec![1.0] },
        ];
        let net = Perceptron { layers, answer: Answer::Number { mean: 10.0, deviation: 2.0 } };
        // Of 2: 2 and nothing, 5 in all; of -1: nothing and 1.5, 5.5 in all; beyond 100 deviations it is 100.
        let rows = Matrix { columns: 1, data: vec![2.0, -1.0, 1e30] };
        assert_eq!(net.answers(&rows), [20.0, 21.0, 412.0]);
    }

    #[test]
    fn first_weights_follow_the_seed_and_have_the_variance_of_he() {
        let net = Perceptron::fresh(50, &[400], Answer::Classes(3), 1);
        let squares: f64 = net.layers[0].weights.iter().map(|w| f64::from(*w).powi(2)).sum();
        assert!((squares / 20_000.0 - 2.0 / 50.0).abs() < 0.001, "{squares}");
        assert_eq!(net.layers.iter().map(|layer| layer.biases.len()).collect::<Vec<_>>(), [400, 3]);
        assert_eq!(net, Perceptron::fresh(50, &[400], Answer::Classes(3), 1));
        assert_ne!(net, Perceptron::fresh(50, &[400], Answer::Classes(3), 2));
        let shares = net.answers(&Matrix { columns: 50, data: vec![1.0; 100] });
        assert!(shares.len() == 6 && (shares[..3].iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
