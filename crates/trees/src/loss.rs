//! The losses, per row: value, gradient and curvature by the model's raw scores.

use serde::{Deserialize, Serialize};

/// What is minimised. Truth is a class index or a number, as `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Loss {
    /// Binary cross-entropy of a sigmoid. One score: of class 1 against class 0. Several: one against the
    /// rest, summed.
    Logistic,
    /// Cross-entropy of a softmax over the scores.
    Softmax,
    /// Half the squared error of one score.
    Squared,
    /// The pinball loss of one score, whose best constant is this quantile, between 0 and 1 (Koenker and Bassett
    /// 1978): 0.5 is half the absolute error.
    Quantile(f64),
}

impl Loss {
    /// The loss of one row; its gradient by the scores goes to `gradient`.
    pub fn evaluate(self, scores: &[f64], truth: f64, gradient: &mut [f64]) -> f64 {
        match self {
            Self::Logistic => {
                let single = scores.len() == 1;
                let mut loss = 0.0;
                for (class, (score, slope)) in scores.iter().zip(gradient).enumerate() {
                    let target = target(class, truth, single);
                    // ln(1 + e^x) without overflow, and the sigmoid from the same exponential.
                    let tail = (-score.abs()).exp();
                    loss += score.max(0.0) + (1.0 + tail).ln() - target * score;
                    *slope = if *score >= 0.0 { 1.0 } else { tail } / (1.0 + tail) - target;
                }
                loss
            }
            Self::Softmax => {
                let normaliser = softmax(scores, gradient);
                gradient[truth as usize] -= 1.0;
                normaliser - scores[truth as usize]
            }
            Self::Squared => {
                gradient[0] = scores[0] - truth;
                0.5 * gradient[0] * gradient[0]
            }
            Self::Quantile(share) => {
                let above = scores[0] >= truth;
                gradient[0] = if above { 1.0 - share } else { -share };
                gradient[0] * (scores[0] - truth)
            }
        }
    }

    /// The curvature by one score, from the gradient by it. For the softmax the diagonal is widened by
    /// K / (K - 1), as LightGBM does, for the classes that share it (Friedman 2001, algorithm 6).
    pub fn curvature(self, gradient: f64, class: usize, truth: f64, classes: usize) -> f64 {
        match self {
            // The pinball loss has no curvature; its leaves are computed from the rows.
            Self::Squared | Self::Quantile(_) => 1.0,
            Self::Logistic => {
                let probability = gradient + target(class, truth, classes == 1);
                probability * (1.0 - probability)
            }
            Self::Softmax => {
                let probability = gradient + target(class, truth, false);
                let classes = classes as f64;
                probability * (1.0 - probability) * classes / (classes - 1.0)
            }
        }
    }

    /// A mean loss as people expect to read it: the squared error whole, not half.
    pub fn shown(self, mean: f64) -> f64 {
        if self == Self::Squared { 2.0 * mean } else { mean }
    }
}

/// 1 where the score of this index stands for the true class.
fn target(class: usize, truth: f64, single: bool) -> f64 {
    let class = if single { 1 } else { class };
    f64::from(u8::from(truth == class as f64))
}

/// The least value that so much of the weight does not exceed: the best constant under the pinball loss. 0 where
/// nothing weighs anything.
pub(crate) fn quantile(values: &mut [(f64, f64)], share: f64) -> f64 {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    let reached = values.iter().find(|(_, weight)| {
        below += weight;
        *weight > 0.0 && below >= share * total
    });
    reached.map_or(0.0, |(value, _)| *value)
}

/// The probability whose log odds are `x`.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Probabilities of the scores; returns ln(sum of e^score).
pub fn softmax(scores: &[f64], probabilities: &mut [f64]) -> f64 {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = (score - highest).exp();
        sum += *probability;
    }
    probabilities.iter_mut().for_each(|probability| *probability /= sum);
    highest + sum.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEP: f64 = 1e-5;

    fn at(loss: Loss, scores: &[f64], truth: f64) -> (f64, Vec<f64>) {
        let mut gradient = vec![0.0; scores.len()];
        let value = loss.evaluate(scores, truth, &mut gradient);
        (value, gradient)
    }

    proptest! {
        #[test]
        fn gradient_and_curvature_agree_with_finite_differences(
            scores in prop::collection::vec(-6.0..6.0_f64, 1..5), pick in 0usize..5,
        ) {
            let many = if scores.len() == 1 { [Loss::Logistic, Loss::Squared] } else { [Loss::Logistic, Loss::Softmax] };
            let truth = (pick % scores.len().max(2)) as f64;
            for loss in many {
                let (_, gradient) = at(loss, &scores, truth);
                for class in 0..scores.len() {
                    let (mut up, mut down) = (scores.clone(), scores.clone());
                    up[class] += STEP;
                    down[class] -= STEP;
                    let ((high, above), (low, below)) = (at(loss, &up, truth), at(loss, &down, truth));
                    prop_assert!((gradient[class] - (high - low) / (2.0 * STEP)).abs() < 1e-8);
                    let widened = if loss == Loss::Softmax { scores.len() as f64 / (scores.len() as f64 - 1.0) } else { 1.0 };
                    let curvature = widened * (above[class] - below[class]) / (2.0 * STEP);
                    prop_assert!((loss.curvature(gradient[class], class, truth, scores.len()) - curvature).abs() < 1e-8);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_constant_has_less_pinball_loss_than_the_quantile(
            values in prop::collection::vec((-9i8..9, 1u8..4), 1..12), share in 0.05..0.95_f64,
        ) {
            let mut pairs: Vec<(f64, f64)> = values.iter().map(|(v, w)| (f64::from(*v), f64::from(*w))).collect();
            let loss = |constant: f64, pairs: &[(f64, f64)]| -> f64 {
                pairs.iter().map(|(v, w)| w * at(Loss::Quantile(share), &[constant], *v).0).sum()
            };
            let best = quantile(&mut pairs, share);
            for (other, _) in &pairs {
                prop_assert!(loss(best, &pairs) <= loss(*other, &pairs) + 1e-9);
            }
        }
    }

    #[test]
    fn far_scores_stay_finite() {
        assert_eq!(at(Loss::Logistic, &[-800.0], 1.0).0, 800.0);
        assert_eq!(at(Loss::Softmax, &[1000.0, 0.0], 1.0).0, 1000.0);
        assert_eq!(Loss::Squared.shown(at(Loss::Squared, &[3.0], 1.0).0), 4.0);
    }
}
