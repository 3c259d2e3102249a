//! Gradient boosting: a tree an output and round, fitted to the gradients of the loss (Friedman 2001, with the
//! second-order leaves of Chen and Guestrin 2016).

use std::{convert::Infallible, ops::ControlFlow};

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    feature::Feature,
    grow::{Harvest, grow},
    histogram::Sums,
    loss::{Loss, quantile, sigmoid, softmax},
    matrix::Matrix,
    tree::{Grown, Tree},
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
    /// Rows of total weight this much are needed on each side of a split.
    pub min_weight: f64,
    /// Rounds without a better loss on the rows that watch, after which it ends, and the trees after the best
    /// round are dropped; `None`, or nobody watching, goes through all.
    pub patience: Option<u32>,
}

impl Settings {
    pub const DEFAULT: Self =
        Self { rounds: 100, leaves: 31, l2: 1.0, learning_rate: 0.1, min_weight: 20.0, patience: None };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
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
    /// What each column is; empty when all are plain numbers.
    pub features: &'a [Feature],
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
    /// Rounds whose trees are here.
    pub rounds: u32,
    /// As in the last [`Step`] that counts; NaN when no tree could be grown.
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

    /// Probabilities, rows x outputs: of class 1 where there is one output, else of each class. For numbers
    /// the scores themselves.
    pub fn probabilities(&self, rows: &Matrix) -> Vec<f64> {
        let mut scores = self.scores(rows);
        match self.of {
            Loss::Squared | Loss::Quantile(_) => {}
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
    let (watching, taken): (Vec<usize>, Vec<usize>) =
        (0..problem.truth.len()).partition(|row| problem.watches(*row));
    let bins = Bins::new(problem.rows, &taken, problem.weight, problem.features);
    let mut boosted =
        Boosted { base, trees: Vec::new(), rounds: 0, loss: f64::NAN, held_out_loss: None, of: problem.loss };
    let mut best: Option<Step> = None;
    let mut spare = Vec::new();
    let mut slopes = vec![Vec::with_capacity(taken.len()); problem.outputs];
    problem.slopes(&taken, &scores, &mut slopes);
    for round in 1..=settings.rounds {
        let harvests: Vec<Harvest> =
            slopes.iter().map(|each| grow(&bins, each, settings, &mut spare)).collect();
        // Nothing left to split: further rounds would only repeat constants.
        if harvests.iter().all(|harvest| matches!(harvest.tree.nodes[..], [Grown::Leaf(_)])) {
            break;
        }
        for (output, harvest) in harvests.into_iter().enumerate() {
            let tree = problem.reap(harvest, output, &taken, &watching, &mut scores, settings);
            boosted.trees.push((output, tree));
        }
        let loss = problem.slopes(&taken, &scores, &mut slopes);
        let step = Step {
            round,
            loss: loss.unwrap_or(f64::NAN),
            held_out_loss: problem.mean_loss(&watching, &scores),
        };
        if best.is_none_or(|best| improves(step, best) || settings.patience.is_none()) {
            best = Some(step);
        }
        progress(step)?;
        let since = round - best.map_or(0, |best| best.round);
        if settings.patience.is_some_and(|patience| since >= patience.max(1)) {
            break;
        }
    }
    if let Some(best) = best {
        boosted.trees.truncate(best.round as usize * problem.outputs);
        boosted.rounds = best.round;
        boosted.loss = best.loss;
        boosted.held_out_loss = best.held_out_loss;
    }
    ControlFlow::Continue(boosted)
}

/// Whether the rows that watch are better off; where none does, every round counts.
fn improves(step: Step, best: Step) -> bool {
    match (step.held_out_loss, best.held_out_loss) {
        (Some(now), Some(then)) => now < then,
        _ => true,
    }
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
            (Loss::Quantile(share), _) => {
                let mut values: Vec<(f64, f64)> =
                    self.truth.iter().enumerate().map(|(row, truth)| (*truth, seen(row))).collect();
                vec![quantile(&mut values, share)]
            }
            (Loss::Logistic, 1) => vec![log_odds(share(1))],
            (Loss::Logistic, _) => (0..self.outputs).map(|class| log_odds(share(class))).collect(),
            (Loss::Softmax, _) => (0..self.outputs).map(|class| share(class).ln()).collect(),
        }
    }

    fn watches(&self, row: usize) -> bool {
        self.held_out.get(row).copied().unwrap_or(false)
    }

    /// Gradients, curvatures and weights of the rows learnt from, an output each; returns their mean loss as shown.
    fn slopes(&self, taken: &[usize], scores: &[f64], sums: &mut [Vec<Sums>]) -> Option<f64> {
        sums.iter_mut().for_each(Vec::clear);
        let mut gradient = vec![0.0; self.outputs];
        let (mut loss, mut total) = (0.0, 0.0);
        for row in taken {
            let (truth, weight) = (self.truth[*row], self.weight[*row]);
            loss += weight
                * self.loss.evaluate(&scores[row * self.outputs..][..self.outputs], truth, &mut gradient);
            total += weight;
            for (output, gradient) in gradient.iter().enumerate() {
                let curvature = self.loss.curvature(*gradient, output, truth, self.outputs);
                sums[output].push(Sums {
                    gradient: weight * gradient,
                    curvature: weight * curvature,
                    weight,
                });
            }
        }
        (total > 0.0).then(|| self.loss.shown(loss / total))
    }

    /// Finishes a tree and adds its values to the scores: of the rows it was grown on by their leaves, of the rows
    /// that watch by asking it.
    fn reap(
        &self,
        harvest: Harvest,
        output: usize,
        taken: &[usize],
        watching: &[usize],
        scores: &mut [f64],
        settings: Settings,
    ) -> Tree {
        let Harvest { mut tree, leaves, order } = harvest;
        for (node, places) in leaves {
            let rows = || order[places.clone()].iter().map(|place| taken[*place as usize]);
            if let Loss::Quantile(share) = self.loss {
                let mut rest: Vec<(f64, f64)> =
                    rows().map(|row| (self.truth[row] - scores[row], self.weight[row])).collect();
                tree.nodes[node] = Grown::Leaf((settings.learning_rate * quantile(&mut rest, share)) as f32);
            }
            if let Grown::Leaf(value) = tree.nodes[node] {
                rows().for_each(|row| scores[row * self.outputs + output] += f64::from(value));
            }
        }
        for row in watching {
            scores[row * self.outputs + output] += f64::from(tree.value(self.rows.row(*row)));
        }
        tree
    }

    /// Mean loss of these rows, as shown; `None` where they weigh nothing.
    fn mean_loss(&self, rows: &[usize], scores: &[f64]) -> Option<f64> {
        let mut scratch = vec![0.0; self.outputs];
        let (mut loss, mut total) = (0.0, 0.0);
        for row in rows {
            let own = &scores[row * self.outputs..][..self.outputs];
            loss += self.weight[*row] * self.loss.evaluate(own, self.truth[*row], &mut scratch);
            total += self.weight[*row];
        }
        (total > 0.0).then(|| self.loss.shown(loss / total))
    }
}

#[cfg(test)]
#[path = "boost_tests.rs"]
mod tests;
