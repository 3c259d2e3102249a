//! Gradient boosting: a tree an output and round, fitted to the gradients of the loss (Friedman 2001, with the
//! second-order leaves of Chen and Guestrin 2016).

use std::ops::ControlFlow;

use tidegate_core::run::{Plan, Progress};

use super::{
    bins::Bins,
    grow::{Grown, Limits, Tree, grow},
    histogram::Sums,
};
use crate::{loss::Loss, matrix::Matrix};

/// A class never seen is taken to be this rare, so that its score stays finite.
const RAREST: f64 = 1e-6;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub rounds: u32,
    pub limits: Limits,
}

impl Settings {
    pub fn of(plan: &Plan) -> Self {
        let limits = Limits { leaves: plan.leaves as usize, l2: plan.l2, learning_rate: plan.learning_rate };
        Self { rounds: plan.rounds, limits }
    }
}

pub(crate) struct Boosting<'a> {
    pub rows: &'a Matrix,
    pub truth: &'a [f64],
    pub weight: &'a [f64],
    /// Rows that only watch.
    pub held_out: &'a [bool],
    pub loss: Loss,
    pub outputs: usize,
    pub settings: Settings,
}

pub(crate) struct Boosted {
    /// The output each tree belongs to, and the tree.
    pub trees: Vec<(usize, Tree)>,
    pub rounds: u32,
    pub loss: f64,
    pub held_out_loss: Option<f64>,
}

/// The best constant scores: log odds, log shares of the classes, or the mean.
pub(crate) fn base(loss: Loss, outputs: usize, truth: &[f64], weight: &[f64]) -> Vec<f64> {
    let total: f64 = weight.iter().sum();
    let sum = |value: &dyn Fn(f64) -> f64| {
        truth.iter().zip(weight).map(|(t, w)| w * value(*t)).sum::<f64>() / total
    };
    let share = |class: usize| sum(&|t| f64::from(u8::from(t == class as f64))).clamp(RAREST, 1.0 - RAREST);
    let log_odds = |share: f64| (share / (1.0 - share)).ln();
    match (loss, outputs) {
        (Loss::Squared, _) => vec![sum(&|t| t)],
        (Loss::Logistic, 1) => vec![log_odds(share(1))],
        (Loss::Logistic, _) => (0..outputs).map(|class| log_odds(share(class))).collect(),
        (Loss::Softmax, _) => (0..outputs).map(|class| share(class).ln()).collect(),
    }
}

impl Boosting<'_> {
    /// Adds trees to an ensemble whose raw scores, rows x outputs, are given.
    pub fn run(
        &self,
        mut scores: Vec<f64>,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> ControlFlow<(), Boosted> {
        let trained: Vec<usize> = (0..self.truth.len()).filter(|row| !self.held_out[*row]).collect();
        let bins = Bins::new(self.rows, &trained, self.weight);
        let mut boosted = Boosted { trees: Vec::new(), rounds: 0, loss: f64::NAN, held_out_loss: None };
        for round in 1..=self.settings.rounds {
            let trees = self.round(&bins, &trained, &scores);
            // Nothing left to split: further rounds would only repeat constants.
            if trees.iter().all(|tree| matches!(tree.nodes[..], [Grown::Leaf(_)])) {
                break;
            }
            for (output, tree) in trees.into_iter().enumerate() {
                let own = scores.iter_mut().skip(output).step_by(self.outputs);
                own.zip(self.rows.iter_rows()).for_each(|(score, row)| *score += f64::from(tree.value(row)));
                boosted.trees.push((output, tree));
            }
            boosted.rounds = round;
            boosted.loss = self.mean_loss(&scores, false).unwrap_or(f64::NAN);
            boosted.held_out_loss = self.mean_loss(&scores, true);
            progress(Progress {
                step: round,
                total: self.settings.rounds,
                loss: boosted.loss,
                held_out_loss: boosted.held_out_loss,
            })?;
        }
        ControlFlow::Continue(boosted)
    }

    /// One tree an output, all from the same scores.
    fn round(&self, bins: &Bins, trained: &[usize], scores: &[f64]) -> Vec<Tree> {
        let mut sums = vec![Vec::with_capacity(trained.len()); self.outputs];
        let mut gradient = vec![0.0; self.outputs];
        for row in trained {
            let (truth, weight) = (self.truth[*row], self.weight[*row]);
            self.loss.evaluate(&scores[row * self.outputs..][..self.outputs], truth, &mut gradient);
            for (output, gradient) in gradient.iter().enumerate() {
                let curvature = self.loss.curvature(*gradient, output, truth, self.outputs);
                sums[output].push(Sums {
                    gradient: weight * gradient,
                    curvature: weight * curvature,
                    weight,
                });
            }
        }
        sums.iter().map(|each| grow(bins, each, self.settings.limits)).collect()
    }

    /// Mean loss of the rows that watch or of the others, as shown; `None` where they weigh nothing.
    fn mean_loss(&self, scores: &[f64], watching: bool) -> Option<f64> {
        let mut scratch = vec![0.0; self.outputs];
        let (mut loss, mut total) = (0.0, 0.0);
        for (row, scores) in scores.chunks_exact(self.outputs).enumerate() {
            if self.held_out[row] == watching {
                loss += self.weight[row] * self.loss.evaluate(scores, self.truth[row], &mut scratch);
                total += self.weight[row];
            }
        }
        (total > 0.0).then(|| self.loss.shown(loss / total))
    }
}

#[cfg(test)]
#[path = "boost_tests.rs"]
mod tests;
