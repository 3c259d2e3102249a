//! One fit: rows and settings in, a learner out, and what it says of further rows.

use std::ops::ControlFlow;

use tidegate_core::{Error, Result, run::Progress};
use tidegate_runtime::Launcher;
use tidegate_trees::{
    Boosted, Forest, Forestry, Loss, Matrix, Problem, Settings, Step, continue_fit, forest, sigmoid, softmax,
};

use super::{
    cells::Chosen,
    descent::{self, Shape},
    encode::Encoder,
    perceptron::Perceptron,
    request::Method,
    target::Target,
};
use crate::{
    linear::{self, Coefficients},
    train::cancelled,
};

/// Iterations of a linear fit at most; it ends when it has converged.
const ITERATIONS: u32 = 300;
/// Rounds that bring nothing before boosting ends.
const PATIENCE: usize = 20;

/// A method with its settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Recipe {
    /// L2 penalty on the weights of standardised columns.
    Linear {
        l2: f64,
    },
    Gbdt {
        rounds: u32,
        leaves: u32,
        learning_rate: f64,
    },
    /// `min_rows` different rows in a leaf at least.
    Forest {
        trees: u32,
        min_rows: u32,
    },
    Mlp(Shape),
}

/// Told how far a fit is; breaks it off where it says so.
pub(super) type Watch<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

impl Recipe {
    pub fn method(self) -> Method {
        match self {
            Self::Linear { .. } => Method::Linear,
            Self::Gbdt { .. } => Method::Gbdt,
            Self::Forest { .. } => Method::Forest,
            Self::Mlp(_) => Method::Mlp,
        }
    }

    pub fn parameters(self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Linear { l2 } => vec![("l2", l2)],
            Self::Gbdt { rounds, leaves, learning_rate } => vec![
                ("rounds", f64::from(rounds)),
                ("leaves", f64::from(leaves)),
                ("learning_rate", learning_rate),
            ],
            Self::Forest { trees, min_rows } => {
                vec![("trees", f64::from(trees)), ("min_rows", f64::from(min_rows))]
            }
            Self::Mlp(shape) => shape.parameters(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Learnt {
    Linear(Coefficients),
    Trees(Boosted),
    Forest(Forest),
    Mlp(Perceptron),
}

/// What there is to learn from.
#[derive(Clone, Copy)]
pub(super) struct Lesson<'a> {
    pub columns: &'a [Chosen<'a>],
    pub target: &'a Target,
    /// The rows stand in the order of time.
    pub ordered: bool,
    pub seed: u64,
    /// For the workers that compute a network's gradients.
    pub launcher: &'a Launcher,
}

impl Lesson<'_> {
    pub fn loss(&self) -> Loss {
        match (self.target.is_classification(), self.target.outputs()) {
            (false, _) => Loss::Squared,
            (true, 1) => Loss::Logistic,
            (true, _) => Loss::Softmax,
        }
    }

    /// # Errors
    /// `Conflict` where `watch` breaks off; else why nothing could be learnt.
    pub fn learn(&self, recipe: Recipe, rows: &[usize], watch: Watch<'_>) -> Result<(Encoder, Learnt)> {
        let scales = matches!(recipe, Recipe::Linear { .. } | Recipe::Mlp(_));
        let encoder = Encoder::fit(self.columns, rows, scales);
        if encoder.width() == 0 {
            return Err(Error::invalid("no column has a value in the rows to learn from"));
        }
        let learnt = match recipe {
            Recipe::Linear { l2 } => {
                Learnt::Linear(self.linear(&encoder.encode(self.columns, rows), rows, l2, watch)?)
            }
            Recipe::Gbdt { rounds, leaves, learning_rate } => {
                let settings = settings(rounds, leaves, learning_rate);
                let boosted =
                    self.boost(&encoder, rows, &[], settings, &mut |step| watch(told(step, rounds)));
                let boosted = boosted.continue_value().ok_or_else(cancelled)?;
                if boosted.trees.is_empty() {
                    return Err(Error::invalid("no tree could be grown")
                        .hint("each side of a split needs 20 rows, and something to tell apart: add rows"));
                }
                Learnt::Trees(boosted)
            }
            Recipe::Forest { trees, min_rows } => {
                let matrix = encoder.encode(self.columns, rows);
                Learnt::Forest(self.forest(&matrix, rows, trees, min_rows, watch)?)
            }
            Recipe::Mlp(shape) => {
                let problem = descent::Problem {
                    rows: encoder.encode(self.columns, rows),
                    truth: self.truth(rows),
                    classes: self.target.is_classification().then_some(self.target.classes),
                    ordered: self.ordered,
                    seed: self.seed,
                    launcher: self.launcher,
                };
                Learnt::Mlp(descent::descend(problem, shape, watch)?)
            }
        };
        Ok((encoder, learnt))
    }

    /// The mean loss of watched rows after each round of boosting, until nothing more is gained. Empty when no tree
    /// could be grown.
    pub fn curve(&self, recipe: Recipe, rows: &[usize], watched: &[usize]) -> Vec<f64> {
        let Recipe::Gbdt { rounds, leaves, learning_rate } = recipe else { return Vec::new() };
        let encoder = Encoder::fit(self.columns, rows, false);
        let mut curve = Vec::new();
        let mut watch = |step: Step| {
            curve.extend(step.held_out_loss);
            match curve.len() >= best(&curve).0 as usize + PATIENCE {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        // Whether it ended early or not, the curve is what is wanted.
        let _ = self.boost(&encoder, rows, watched, settings(rounds, leaves, learning_rate), &mut watch);
        curve
    }

    fn linear(&self, matrix: &Matrix, rows: &[usize], l2: f64, watch: Watch<'_>) -> Result<Coefficients> {
        let zeros = Coefficients::zeros(self.target.outputs(), matrix.columns);
        let problem = linear::Problem {
            rows: matrix,
            truth: &self.truth(rows),
            weight: &vec![1.0; rows.len()],
            held_out: &[],
            loss: self.loss(),
            l2,
            by_spread: false,
            start: &zeros,
            centre: &zeros,
            iterations: ITERATIONS,
        };
        let ControlFlow::Continue(fit) = linear::fit(&problem, watch) else { return Err(cancelled()) };
        let finite = fit.coefficients.weights.iter().all(|weight| (*weight as f32).is_finite());
        match finite {
            true => Ok(fit.coefficients),
            false => Err(Error::invalid("the fit ran off to infinity")
                .hint("look for columns with enormous values and leave them out (`exclude`)")),
        }
    }

    fn boost(
        &self,
        encoder: &Encoder,
        learnt: &[usize],
        watched: &[usize],
        settings: Settings,
        watch: &mut dyn FnMut(Step) -> ControlFlow<()>,
    ) -> ControlFlow<(), Boosted> {
        let rows = [learnt, watched].concat();
        let held_out: Vec<bool> = (0..rows.len()).map(|place| place >= learnt.len()).collect();
        let problem = Problem {
            rows: &encoder.encode(self.columns, &rows),
            truth: &self.truth(&rows),
            weight: &vec![1.0; rows.len()],
            held_out: &held_out,
            features: &[],
            loss: self.loss(),
            outputs: self.target.outputs(),
        };
        let base = problem.base();
        let scores = base.repeat(rows.len());
        continue_fit(&problem, settings, base, scores, watch)
    }

    /// Its leaves hold a share of each class, also of two.
    fn forest(
        &self,
        matrix: &Matrix,
        rows: &[usize],
        trees: u32,
        min_rows: u32,
        watch: Watch<'_>,
    ) -> Result<Forest> {
        let classifies = self.target.is_classification();
        let problem = Problem {
            rows: matrix,
            truth: &self.truth(rows),
            weight: &vec![1.0; rows.len()],
            held_out: &[],
            features: &[],
            loss: if classifies { Loss::Softmax } else { Loss::Squared },
            outputs: if classifies { self.target.classes } else { 1 },
        };
        let usual = if classifies { Forestry::CLASSES } else { Forestry::NUMBERS };
        let forestry = Forestry { trees, min_rows, ..usual };
        let grown = forest(&problem, forestry, self.seed, &mut |step| watch(told(step, trees)));
        grown.continue_value().ok_or_else(cancelled)
    }

    fn truth(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|row| self.target.values[*row]).collect()
    }

    /// What a learner says of rows: probabilities of each class, or one number, row after row.
    pub fn predict(&self, encoder: &Encoder, learnt: &Learnt, rows: &[usize]) -> Vec<f64> {
        let matrix = encoder.encode(self.columns, rows);
        let outputs = self.target.outputs();
        let mut scores = match learnt {
            Learnt::Forest(forest) => return forest.answers(&matrix),
            Learnt::Mlp(net) => return net.answers(&matrix),
            Learnt::Trees(boosted) => boosted.scores(&matrix),
            Learnt::Linear(coefficients) => {
                matrix.iter_rows().flat_map(|row| linear_scores(coefficients, row)).collect()
            }
        };
        match self.loss() {
            Loss::Softmax => scores.chunks_exact_mut(outputs).for_each(|row| {
                let raw = row.to_vec();
                softmax(&raw, row);
            }),
            Loss::Logistic => {
                let both = |score: &f64| [sigmoid(-score), sigmoid(*score)];
                return scores.iter().flat_map(both).collect();
            }
            Loss::Squared | Loss::Quantile(_) => {}
        }
        scores
    }
}

fn told(step: Step, total: u32) -> Progress {
    Progress { step: step.round, total, loss: step.loss, held_out_loss: step.held_out_loss }
}

fn settings(rounds: u32, leaves: u32, learning_rate: f64) -> Settings {
    Settings { rounds, leaves: leaves as usize, learning_rate, ..Settings::default() }
}

/// The round of the lowest loss, counted from 1, and that loss.
pub(super) fn best(curve: &[f64]) -> (u32, f64) {
    let rounds = (1..).zip(curve.iter().copied());
    rounds.min_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or((1, f64::NAN))
}

fn linear_scores(coefficients: &Coefficients, row: &[f32]) -> Vec<f64> {
    let score = |(weights, intercept): (&[f64], &f64)| {
        intercept + weights.iter().zip(row).map(|(weight, x)| weight * f64::from(*x)).sum::<f64>()
    };
    coefficients.weights.chunks_exact(row.len().max(1)).zip(&coefficients.intercepts).map(score).collect()
}
