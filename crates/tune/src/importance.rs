//! Which parameters moved the loss: a forest learns the loss from the values, then each parameter is shuffled
//! (permutation importance, Breiman 2001). Must not know how trials are made.

use std::ops::ControlFlow;

use tidegate_core::run::{Search, Trial};
use tidegate_trees::{Forestry, Loss, Matrix, Problem, SplitMix64, forest};

use crate::sample::Scale;

/// Fewer trials say nothing.
const LEAST: usize = 12;
const SHUFFLES: usize = 20;

/// By parameter, its share of what moves the loss, summing to 1; empty with fewer than a dozen trials that came to
/// a loss, or when none of the parameters moved it.
///
/// Losses are taken by rank, so that one trial that went astray doesn't stand for all. Stopped trials count with
/// the loss they had.
pub fn importance(search: &Search, trials: &[Trial], seed: u64) -> Vec<f64> {
    let told: Vec<(&Trial, f64)> = trials
        .iter()
        .filter_map(|trial| Some((trial, trial.loss.filter(|loss| loss.is_finite())?)))
        .filter(|(trial, _)| trial.values.len() == search.parameters.len())
        .collect();
    if told.len() < LEAST || search.parameters.is_empty() {
        return Vec::new();
    }
    let place = |(trial, _): &(&Trial, f64)| -> Vec<f32> {
        let values = trial.values.iter().zip(&search.parameters);
        values.map(|(value, parameter)| Scale(&parameter.domain).place(*value) as f32).collect()
    };
    let rows = Matrix { columns: search.parameters.len(), data: told.iter().flat_map(place).collect() };
    let truth = ranks(told.iter().map(|(_, loss)| *loss).collect());
    let problem = Problem {
        rows: &rows,
        truth: &truth,
        weight: &vec![1.0; truth.len()],
        held_out: &[],
        features: &[],
        loss: Loss::Squared,
        outputs: 1,
    };
    let forestry = Forestry { min_rows: 2, ..Forestry::NUMBERS };
    let ControlFlow::Continue(grown) =
        forest::<()>(&problem, forestry, seed, &mut |_| ControlFlow::Continue(()))
    else {
        return Vec::new();
    };
    let error = |rows: &Matrix| -> f64 {
        grown.answers(rows).iter().zip(&truth).map(|(answer, truth)| (answer - truth).powi(2)).sum()
    };
    let (own, mut random) = (error(&rows), SplitMix64(seed));
    let shares = (0..rows.columns).map(|column| {
        let worse = (0..SHUFFLES).map(|_| error(&shuffled(&rows, column, &mut random)) - own).sum::<f64>();
        worse.max(0.0)
    });
    let shares: Vec<f64> = shares.collect();
    let all: f64 = shares.iter().sum();
    if all > 0.0 { shares.iter().map(|share| share / all).collect() } else { Vec::new() }
}

/// 0 for the lowest; equals share their place.
fn ranks(losses: Vec<f64>) -> Vec<f64> {
    let below = |loss: f64| losses.iter().filter(|other| **other < loss).count() as f64;
    losses.iter().map(|loss| below(*loss)).collect()
}

fn shuffled(rows: &Matrix, column: usize, random: &mut SplitMix64) -> Matrix {
    let mut order: Vec<usize> = (0..rows.rows()).collect();
    random.shuffle(&mut order);
    let mut rows = rows.clone();
    let values: Vec<f32> = order.iter().map(|row| rows.data[row * rows.columns + column]).collect();
    for (row, value) in values.into_iter().enumerate() {
        rows.data[row * rows.columns + column] = value;
    }
    rows
}
