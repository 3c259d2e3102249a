//! Gradient boosting: a tree an output and round, fitted to the gradients of the loss (Friedman 2001, with the
//! second-order leaves of Chen and Guestrin 2016).

use std::{convert::Infallible, ops::ControlFlow};

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    grow::{Grown, Tree, grow},
    histogram::Sums,
    loss::{Loss, sigmoid, softmax},
    matrix::Matrix,
};

/// A class never seen is taken to be this rare, so that its score stays finite.
const RAREST: f64 = 1e-6;

/// How much is learnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Trees an output at most.
    pub rounds: u32,
    /// Largest number of leaves a tree.
    pub leaves: usize,
    /// L2 penalty on the leaves.
    pub l2: f64,
    /// Factor on each leaf's value.
    pub learning_rate: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rounds: 100, leaves: 31, l2: 1.0, learning_rate: 0.1 }
    }
}

/// What is to be learnt.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    pub rows: &'a Matrix,
    /// A class index or a number a row, as the loss takes it.
    pub truth: &'a [f64],
    /// How often each row counts.
    pub weight: &'a [f64],
    /// Rows that only watch; empty when none does.
    pub held_out: &'a [bool],
    pub loss: Loss,
    /// Scores a row: 1 for numbers and two classes, else one a class.
    pub outputs: usize,
}

/// How far a fit is after a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// From 1 to the rounds of the settings.
    pub round: u32,
    /// Mean loss of the rows learnt from.
    pub loss: f64,
    /// Mean loss of the rows that only watch, where they weigh anything.
    pub held_out_loss: Option<f64>,
}

/// What was learnt: constants and trees whose values are added to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boosted {
    /// A constant an output.
    pub base: Vec<f64>,
    /// The output each tree belongs to, and the tree.
    pub trees: Vec<(usize, Tree)>,
    /// Rounds that added a tree.
    pub rounds: u32,
    /// As in the last [`Step`]; NaN when no tree could be grown.
    pub loss: f64,
    pub held_out_loss: Option<f64>,
    of: Loss,
}

impl Boosted {
    /// Raw scores, rows x outputs.
    pub fn scores(&self, rows: &Matrix) -> Vec<f64> {
        let mut scores = self.base.repeat(rows.rows());
        for (output, tree) in &self.trees {
            add(tree, rows, scores.iter_mut().skip(*output).step_by(self.base.len()));
        }
        scores
    }

    /// Probabilities, rows x outputs: of class 1 where there is one output, else of each class. For the squared
    /// loss the scores themselves.
    pub fn probabilities(&self, rows: &Matrix) -> Vec<f64> {
        let mut scores = self.scores(rows);
        match self.of {
            Loss::Squared => {}
            Loss::Logistic => scores.iter_mut().for_each(|score| *score = sigmoid(*score)),
            Loss::Softmax => {
                for row in scores.chunks_exact_mut(self.base.len()) {
                    let raw = row.to_vec();
                    softmax(&raw, row);
                }
            }
        }
        scores
    }
}

fn add<'a>(tree: &Tree, rows: &Matrix, scores: impl Iterator<Item = &'a mut f64>) {
    scores.zip(rows.iter_rows()).for_each(|(score, row)| *score += f64::from(tree.value(row)));
}

/// Learns from scratch: from the best constants on.
pub fn fit(problem: &Problem, settings: Settings) -> Boosted {
    let base = problem.base();
    let scores = base.repeat(problem.truth.len());
    let ControlFlow::Continue(boosted) =
        continue_fit::<Infallible>(problem, settings, base, scores, &mut |_| ControlFlow::Continue(()));
    boosted
}

/// Adds trees to an ensemble that starts from these constants and whose raw scores, rows x outputs, are given.
/// `progress` hears of every round and may break off.
pub fn continue_fit<B>(
    problem: &Problem,
    settings: Settings,
    base: Vec<f64>,
    mut scores: Vec<f64>,
    progress: &mut dyn FnMut(Step) -> ControlFlow<B>,
) -> ControlFlow<B, Boosted> {
    let trained: Vec<usize> = (0..problem.truth.len()).filter(|row| !problem.watches(*row)).collect();
    let bins = Bins::new(problem.rows, &trained, problem.weight);
    let mut boosted =
        Boosted { base, trees: Vec::new(), rounds: 0, loss: f64::NAN, held_out_loss: None, of: problem.loss };
    for round in 1..=settings.rounds {
        let trees = problem.round(&bins, &trained, &scores, settings);
        // Nothing left to split: further rounds would only repeat constants.
        if trees.iter().all(|tree| matches!(tree.nodes[..], [Grown::Leaf(_)])) {
            break;
        }
        for (output, tree) in trees.into_iter().enumerate() {
            add(&tree, problem.rows, scores.iter_mut().skip(output).step_by(problem.outputs));
            boosted.trees.push((output, tree));
        }
        boosted.rounds = round;
        boosted.loss = problem.mean_loss(&scores, false).unwrap_or(f64::NAN);
        boosted.held_out_loss = problem.mean_loss(&scores, true);
        progress(Step { round, loss: boosted.loss, held_out_loss: boosted.held_out_loss })?;
    }
    ControlFlow::Continue(boosted)
}

impl Problem<'_> {
    /// The best constant scores of the rows learnt from: log odds, log shares of the classes, or the mean.
    pub fn base(&self) -> Vec<f64> {
        let seen = |row: usize| if self.watches(row) { 0.0 } else { self.weight[row] };
        let total: f64 = (0..self.truth.len()).map(seen).sum();
        let mean = |value: &dyn Fn(f64) -> f64| match total > 0.0 {
            true => self.truth.iter().enumerate().map(|(row, t)| seen(row) * value(*t)).sum::<f64>() / total,
            false => 0.0,
        };
        let share = |class: usize| {
            mean(&|truth| f64::from(u8::from(truth == class as f64))).clamp(RAREST, 1.0 - RAREST)
        };
        let log_odds = |share: f64| (share / (1.0 - share)).ln();
        match (self.loss, self.outputs) {
            (Loss::Squared, _) => vec![mean(&|truth| truth)],
            (Loss::Logistic, 1) => vec![log_odds(share(1))],
            (Loss::Logistic, _) => (0..self.outputs).map(|class| log_odds(share(class))).collect(),
            (Loss::Softmax, _) => (0..self.outputs).map(|class| share(class).ln()).collect(),
        }
    }

    fn watches(&self, row: usize) -> bool {
        self.held_out.get(row).copied().unwrap_or(false)
    }

    /// One tree an output, all from the same scores.
    fn round(&self, bins: &Bins, trained: &[usize], scores: &[f64], settings: Settings) -> Vec<Tree> {
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
        sums.iter().map(|each| grow(bins, each, settings)).collect()
    }

    /// Mean loss of the rows that watch or of the others, as shown; `None` where they weigh nothing.
    fn mean_loss(&self, scores: &[f64], watching: bool) -> Option<f64> {
        let mut scratch = vec![0.0; self.outputs];
        let (mut loss, mut total) = (0.0, 0.0);
        for (row, scores) in scores.chunks_exact(self.outputs).enumerate() {
            if self.watches(row) == watching {
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
