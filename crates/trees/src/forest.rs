//! Forests: deep trees, each grown on rows and columns drawn by chance, whose answers are averaged (Breiman 2001).

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    boost::{Problem, Step},
    loss::Loss,
    matrix::Matrix,
    plant::Planter,
    random::SplitMix64,
    tree::Tree,
};

/// How a forest is grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forestry {
    pub trees: u32,
    /// Questions from the root to a leaf at most; `None` asks until a leaf is pure.
    pub depth: Option<u32>,
    /// Least number of different rows in a leaf.
    pub min_rows: u32,
    /// Columns looked at for each split; constant ones don't count.
    pub columns: Columns,
    /// Each tree learns from as many rows as there are, drawn with replacement.
    pub bootstrap: bool,
}

/// How many columns are looked at for a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Columns {
    All,
    SquareRoot,
    Share(f64),
}

impl Forestry {
    /// scikit-learn's defaults for classes.
    pub const CLASSES: Self =
        Self { trees: 100, depth: None, min_rows: 1, columns: Columns::SquareRoot, bootstrap: true };
    /// scikit-learn's defaults for numbers.
    pub const NUMBERS: Self = Self { columns: Columns::All, ..Self::CLASSES };
}

impl Columns {
    fn of(self, columns: usize) -> usize {
        let share = match self {
            Self::All => columns as f64,
            Self::SquareRoot => (columns as f64).sqrt(),
            Self::Share(share) => share * columns as f64,
        };
        (share as usize).clamp(1, columns.max(1))
    }
}

/// Trees that count alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// Answers a row: a share of each class, or one number.
    pub outputs: usize,
    /// A leaf holds one value an output.
    pub trees: Vec<Tree<Vec<f32>>>,
    /// As in the last [`Step`].
    pub loss: f64,
    pub held_out_loss: Option<f64>,
}

impl Forest {
    /// Means of the trees' answers, rows x outputs: probabilities of the classes, or numbers.
    pub fn answers(&self, rows: &Matrix) -> Vec<f64> {
        let mut answers = vec![0.0; rows.rows() * self.outputs];
        for (row, answer) in rows.iter_rows().zip(answers.chunks_exact_mut(self.outputs)) {
            for tree in &self.trees {
                answer.iter_mut().zip(tree.leaf(row)).for_each(|(sum, value)| *sum += f64::from(*value));
            }
            answer.iter_mut().for_each(|sum| *sum /= self.trees.len().max(1) as f64);
        }
        answers
    }
}

/// Grows a forest on the rows that do not watch.
///
/// The problem's loss says what the truth is: [`Loss::Squared`] numbers, with one output, else class indices, with
/// an output a class, also for two. Columns are taken as plain numbers, whatever its `features` say. `progress`
/// hears of every tree and may break off; the loss it is told is that of rows which the trees so far did not learn
/// from (out of bag), where `bootstrap` leaves any out, with one vote for all classes alike added to the votes.
pub fn forest<B>(
    problem: &Problem,
    forestry: Forestry,
    seed: u64,
    progress: &mut dyn FnMut(Step) -> ControlFlow<B>,
) -> ControlFlow<B, Forest> {
    let rows = problem.truth.len();
    let (watching, taken): (Vec<usize>, Vec<usize>) = (0..rows)
        .filter(|row| problem.weight[*row] > 0.0)
        .partition(|row| problem.held_out.get(*row).copied().unwrap_or(false));
    let bins = Bins::new(problem.rows, &taken, problem.weight, &[]);
    let mut random = SplitMix64(seed);
    let mut planter =
        Planter::new(problem, &bins, &taken, forestry, forestry.columns.of(problem.rows.columns));
    let mut forest =
        Forest { outputs: problem.outputs, trees: Vec::new(), loss: f64::NAN, held_out_loss: None };
    let mut votes = Votes { said: vec![0.0; rows * problem.outputs], cast: vec![0; rows] };
    for round in 1..=forestry.trees {
        let drawn = draw(taken.len(), forestry.bootstrap, &mut random);
        let tree = planter.plant(&drawn, &mut random);
        let unseen = taken.iter().zip(&drawn).filter(|(_, times)| !forestry.bootstrap || **times == 0);
        for row in unseen.map(|(row, _)| row).chain(&watching) {
            votes.add(*row, tree.leaf(problem.rows.row(*row)));
        }
        forest.trees.push(tree);
        forest.loss = votes.loss(problem, &taken).unwrap_or(f64::NAN);
        forest.held_out_loss = votes.loss(problem, &watching);
        progress(Step { round, loss: forest.loss, held_out_loss: forest.held_out_loss })?;
    }
    ControlFlow::Continue(forest)
}

/// How often each of so many rows is learnt from.
fn draw(rows: usize, bootstrap: bool, random: &mut SplitMix64) -> Vec<u32> {
    if !bootstrap {
        return vec![1; rows];
    }
    let mut times = vec![0; rows];
    (0..rows).for_each(|_| times[random.below(rows)] += 1);
    times
}

/// What the trees that did not learn from a row say of it.
struct Votes {
    said: Vec<f64>,
    cast: Vec<u32>,
}

impl Votes {
    fn add(&mut self, row: usize, leaf: &[f32]) {
        let said = &mut self.said[row * leaf.len()..][..leaf.len()];
        said.iter_mut().zip(leaf).for_each(|(sum, value)| *sum += f64::from(*value));
        self.cast[row] += 1;
    }

    /// Mean cross-entropy or squared error of the rows with votes.
    fn loss(&self, problem: &Problem, rows: &[usize]) -> Option<f64> {
        let (mut loss, mut total) = (0.0, 0.0);
        for row in rows.iter().filter(|row| self.cast[**row] > 0) {
            let said = &self.said[row * problem.outputs..][..problem.outputs];
            let (truth, votes) = (problem.truth[*row], f64::from(self.cast[*row]));
            let own = match problem.loss {
                Loss::Squared | Loss::Quantile(_) => (said[0] / votes - truth).powi(2),
                // Without the added vote a single tree that errs would make the loss infinite.
                _ => -((said[truth as usize] + 1.0 / problem.outputs as f64) / (votes + 1.0)).ln(),
            };
            loss += problem.weight[*row] * own;
            total += problem.weight[*row];
        }
        (total > 0.0).then(|| loss / total)
    }
}

#[cfg(test)]
#[path = "forest_tests.rs"]
mod tests;
