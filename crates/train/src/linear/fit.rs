//! Fitting a linear model: the penalised mean loss, its preconditioning and the two passes over the rows.
//!
//! Minimised is (sum of weight * loss + l2 / 2 * |w - centre|^2) / (sum of weights), intercepts free: with the
//! centre at zero this is scikit-learn's LogisticRegression at C = 1 / l2 and Ridge at alpha = l2; where the penalty
//! is by spread, of standardised columns, so that it is the same in whatever unit a column comes.

use std::{cell::Cell, ops::ControlFlow};

use tidegate_core::run::Progress;
use tidegate_trees::{Loss, Matrix};

use super::lbfgs::{Limits, Minimum, minimise};

/// Largest component of the gradient, in preconditioned coordinates, that counts as converged.
const TOLERANCE: f64 = 1e-7;

/// The same for the pass that only draws a curve: the curve is flat by then.
const CURVE_TOLERANCE: f64 = 1e-5;

/// One row of weights and one intercept an output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coefficients {
    /// Row-major, outputs x columns.
    pub weights: Vec<f64>,
    pub intercepts: Vec<f64>,
}

impl Coefficients {
    pub fn zeros(outputs: usize, columns: usize) -> Self {
        Self { weights: vec![0.0; outputs * columns], intercepts: vec![0.0; outputs] }
    }
}

pub(crate) struct Problem<'a> {
    pub rows: &'a Matrix,
    pub truth: &'a [f64],
    pub weight: &'a [f64],
    /// Rows that only watch, until the last pass.
    pub held_out: &'a [bool],
    pub loss: Loss,
    pub l2: f64,
    /// Each weight is penalised times its column's standard deviation.
    pub by_spread: bool,
    /// Where the search starts.
    pub start: &'a Coefficients,
    /// Where the penalty pulls to.
    pub centre: &'a Coefficients,
    /// Iterations of each pass at most.
    pub iterations: u32,
}

pub(crate) struct Fit {
    pub coefficients: Coefficients,
    pub iterations: u32,
    pub converged: bool,
    /// Mean loss on all rows, as shown.
    pub loss: f64,
    /// Mean loss on the rows left out, when the first pass ended.
    pub held_out_loss: Option<f64>,
}

/// Fits in two passes. The first leaves out the rows that watch, and draws their curve; the second starts from
/// its result and takes all rows in, since a convex loss needs no early stopping and every row is worth having.
pub(crate) fn fit(
    problem: &Problem<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> ControlFlow<(), Fit> {
    let design = Design::new(problem);
    let mut theta = design.enter(problem.start);
    let mut before = 0;
    let mut held_out_loss = None;
    if problem.held_out.contains(&true) {
        let watched = design.pass(problem, theta, 0, false, progress)?;
        held_out_loss = design.watched_loss(&watched.x);
        (theta, before) = (watched.x, watched.iterations);
    }
    let all = design.pass(problem, theta, before, true, progress)?;
    ControlFlow::Continue(Fit {
        loss: design.mean_loss(&all.x, |_| true).unwrap_or(f64::NAN),
        coefficients: design.leave(&all.x),
        iterations: before + all.iterations,
        converged: all.converged,
        held_out_loss,
    })
}

/// The problem in centred and scaled coordinates, in which L-BFGS converges well whatever the units of the
/// columns are. An exact change of variables: the minimum is the same.
struct Design<'a> {
    problem: &'a Problem<'a>,
    /// Row-major, centred and scaled.
    x: Vec<f64>,
    columns: usize,
    outputs: usize,
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// Of a column's squared weight in these coordinates, in units of the mean loss.
    penalty: Vec<f64>,
    /// What the numbers to predict are divided by; 1 for classes.
    unit: f64,
    centre: Vec<f64>,
}

impl<'a> Design<'a> {
    fn new(problem: &'a Problem<'a>) -> Self {
        let columns = problem.rows.columns;
        let total_weight: f64 = problem.weight.iter().sum();
        let (mean, spread): (Vec<f64>, Vec<f64>) =
            weighted_moments(problem.rows, problem.weight).into_iter().unzip();
        let strength = problem.l2 / total_weight;
        let pull = |sd: f64| if problem.by_spread { strength * sd * sd } else { strength };
        // The penalty curves the valley as well as the data does.
        let scale = |sd: f64| Some(sd.hypot(pull(sd).sqrt())).filter(|scale| *scale > 0.0).unwrap_or(1.0);
        let penalty = spread.iter().map(|sd| pull(*sd) / scale(*sd).powi(2)).collect();
        let scale: Vec<f64> = spread.into_iter().map(scale).collect();
        let x = problem
            .rows
            .iter_rows()
            .flat_map(|row| {
                row.iter().zip(&mean).zip(&scale).map(|((x, mean), scale)| (f64::from(*x) - mean) / scale)
            })
            .collect();
        let unit = if problem.loss == Loss::Squared { unit_of(problem.truth, problem.weight) } else { 1.0 };
        let outputs = problem.start.intercepts.len();
        let mut design =
            Self { problem, x, columns, outputs, mean, scale, penalty, unit, centre: Vec::new() };
        design.centre = design.enter(problem.centre);
        design
    }

    /// Coefficients in these coordinates: for each output its weights, then its intercept.
    fn enter(&self, coefficients: &Coefficients) -> Vec<f64> {
        let mut theta = Vec::with_capacity(self.outputs * (self.columns + 1));
        for (output, intercept) in coefficients.intercepts.iter().enumerate() {
            let weights = &coefficients.weights[output * self.columns..][..self.columns];
            theta.extend(weights.iter().zip(&self.scale).map(|(weight, scale)| weight * scale / self.unit));
            let shift: f64 = weights.iter().zip(&self.mean).map(|(weight, mean)| weight * mean).sum();
            theta.push((intercept + shift) / self.unit);
        }
        theta
    }

    fn leave(&self, theta: &[f64]) -> Coefficients {
        let mut left = Coefficients { weights: Vec::new(), intercepts: Vec::new() };
        for output in theta.chunks_exact(self.columns + 1) {
            let from = left.weights.len();
            left.weights
                .extend(output.iter().zip(&self.scale).map(|(weight, scale)| weight * self.unit / scale));
            let shift: f64 =
                left.weights[from..].iter().zip(&self.mean).map(|(weight, mean)| weight * mean).sum();
            left.intercepts.push(output[self.columns] * self.unit - shift);
        }
        left
    }

    fn pass(
        &self,
        problem: &Problem<'_>,
        start: Vec<f64>,
        before: u32,
        all: bool,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> ControlFlow<(), Minimum> {
        let passes = if problem.held_out.contains(&true) { 2 } else { 1 };
        let gradient = if all { TOLERANCE } else { CURVE_TOLERANCE };
        let limits = Limits { iterations: problem.iterations, gradient };
        // The point the search accepts is always the one it evaluated last.
        let last = Cell::new(f64::NAN);
        let function = |theta: &[f64], gradient: &mut [f64]| {
            let (loss, penalty) = self.evaluate(theta, gradient, |row| all || !problem.held_out[row]);
            last.set(loss);
            loss + penalty
        };
        minimise(function, start, limits, |iteration, theta| {
            progress(Progress {
                step: before + iteration,
                total: problem.iterations.saturating_mul(passes),
                loss: self.shown(last.get()),
                held_out_loss: if all { None } else { self.watched_loss(theta) },
            })
        })
    }

    /// Mean loss and penalty over the rows taken, and the gradient of their sum.
    fn evaluate(&self, theta: &[f64], gradient: &mut [f64], takes: impl Fn(usize) -> bool) -> (f64, f64) {
        gradient.fill(0.0);
        let (mut scores, mut slopes) = (vec![0.0; self.outputs], vec![0.0; self.outputs]);
        let (mut loss, mut weights) = (0.0, 0.0);
        for (row, x) in self.x.chunks_exact(self.columns).enumerate().filter(|(row, _)| takes(*row)) {
            let weight = self.problem.weight[row];
            weights += weight;
            loss += weight * self.row_loss(theta, row, &mut scores, &mut slopes);
            for (slope, part) in slopes.iter().zip(gradient.chunks_exact_mut(self.columns + 1)) {
                let pull = weight * slope;
                part.iter_mut().zip(x).for_each(|(sum, x)| *sum += pull * x);
                part[self.columns] += pull;
            }
        }
        gradient.iter_mut().for_each(|slope| *slope /= weights);
        (loss / weights, self.penalise(theta, gradient))
    }

    fn row_loss(&self, theta: &[f64], row: usize, scores: &mut [f64], slopes: &mut [f64]) -> f64 {
        let x = &self.x[row * self.columns..][..self.columns];
        for (score, part) in scores.iter_mut().zip(theta.chunks_exact(self.columns + 1)) {
            *score = part[self.columns] + dot(&part[..self.columns], x);
        }
        self.problem.loss.evaluate(scores, self.problem.truth[row] / self.unit, slopes)
    }

    /// The penalty, in units of the mean loss over all rows; its gradient is added.
    fn penalise(&self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        let mut penalty = 0.0;
        for (index, ((value, centre), slope)) in theta.iter().zip(&self.centre).zip(gradient).enumerate() {
            let Some(strength) = self.penalty.get(index % (self.columns + 1)) else { continue };
            let pull = strength * (value - centre);
            penalty += 0.5 * pull * (value - centre);
            *slope += pull;
        }
        penalty
    }

    fn watched_loss(&self, theta: &[f64]) -> Option<f64> {
        self.mean_loss(theta, |row| self.problem.held_out[row])
    }

    /// Mean loss over the rows taken, as shown; `None` where they weigh nothing.
    fn mean_loss(&self, theta: &[f64], takes: impl Fn(usize) -> bool) -> Option<f64> {
        let (mut scores, mut slopes) = (vec![0.0; self.outputs], vec![0.0; self.outputs]);
        let (mut loss, mut weights) = (0.0, 0.0);
        for row in (0..self.problem.truth.len()).filter(|row| takes(*row)) {
            loss += self.problem.weight[row] * self.row_loss(theta, row, &mut scores, &mut slopes);
            weights += self.problem.weight[row];
        }
        (weights > 0.0).then(|| self.shown(loss / weights))
    }

    fn shown(&self, mean: f64) -> f64 {
        self.problem.loss.shown(mean) * self.unit * self.unit
    }
}

/// In eight sums, which a processor adds to side by side; always in the same order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// Weighted mean and standard deviation of each column; the deviation of a constant column is exactly 0.
pub(crate) fn weighted_moments(rows: &Matrix, weight: &[f64]) -> Vec<(f64, f64)> {
    let total: f64 = weight.iter().sum();
    let mut means = column_sums(rows, weight, |_, value, weight| weight * value);
    means.iter_mut().for_each(|sum| *sum /= total);
    let off = |column: usize, value: f64, weight| weight * (value - means[column]) * (value - means[column]);
    let squares = column_sums(rows, weight, off);
    means.iter().zip(squares).map(|(mean, sum)| (*mean, spread(*mean, sum / total))).collect()
}

/// Row by row, as the numbers lie in memory.
fn column_sums(rows: &Matrix, weight: &[f64], of: impl Fn(usize, f64, f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; rows.columns];
    for (row, weight) in rows.iter_rows().zip(weight) {
        for (column, (sum, value)) in sums.iter_mut().zip(row).enumerate() {
            *sum += of(column, f64::from(*value), *weight);
        }
    }
    sums
}

/// The deviation of a variance; below the resolution of single precision it is rounding of the mean, not a spread.
fn spread(mean: f64, variance: f64) -> f64 {
    let sd = variance.sqrt();
    if sd > 1e-9 * mean.abs() { sd } else { 0.0 }
}

/// The weighted deviation of the numbers to predict; 1 where they are all the same.
fn unit_of(truth: &[f64], weight: &[f64]) -> f64 {
    let total: f64 = weight.iter().sum();
    let mean = truth.iter().zip(weight).map(|(value, weight)| weight * value).sum::<f64>() / total;
    let square = |(value, weight): (&f64, &f64)| weight * (value - mean) * (value - mean);
    let sd = spread(mean, truth.iter().zip(weight).map(square).sum::<f64>() / total);
    if sd > 0.0 { sd } else { 1.0 }
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
