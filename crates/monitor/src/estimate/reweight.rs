//! The reference's realised metric, with its rows weighted so that their inputs are as those of now.
//!
//! A second opinion on an estimate, from other assumptions: it needs no probabilities, but the reference must hold
//! rows like those of now. Owns the density ratio, learnt by boosted trees that tell the two apart (Bickel, Brückner
//! and Scheffer 2009; each row is judged by trees that did not learn from it).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tidegate_trees::{Loss, Matrix, Problem, Settings, fit};

use super::Inputs;
use crate::metric::Z95;

const SETTINGS: Settings =
    Settings { rounds: 50, leaves: 8, l2: 1.0, learning_rate: 0.1, ..Settings::DEFAULT };
/// The probability of belonging to the window is held this far from 0 and 1, so that no single row is all.
const LEAST: f64 = 0.005;
/// Fewer rows, on either side or in effect, say nothing.
pub const LEAST_ROWS: usize = 100;
const LEAST_EFFECTIVE: f64 = 30.0;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reweighted {
    /// Weighted mean of the reference rows' values, with its 95% interval.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// The same mean unweighted: what the reference itself shows.
    pub reference: f64,
    pub reference_rows: u64,
    pub window_rows: u64,
    /// Rows that the weights leave in effect (Kish): few where the reference holds few rows like those of now.
    pub effective_rows: f64,
    /// How well the two can be told apart, as an area under the ROC curve: 0.5 for not at all.
    pub separation: f64,
}

/// `values`: what each reference row was worth (1 for right, or its error); `reference` and `window` hold the same
/// inputs, a value a row. `None` with too few rows, or where too few reference rows are like the window's.
pub fn reweighted(reference: &[Inputs<'_>], values: &[f64], window: &[Inputs<'_>]) -> Option<Reweighted> {
    let rows = |inputs: &[Inputs<'_>]| inputs.first().map_or(0, Inputs::len);
    let (n, m) = (rows(reference), rows(window));
    if n.min(m) < LEAST_ROWS || values.len() != n {
        return None;
    }
    let rows = together(reference, window);
    let truth: Vec<f64> = (0..n + m).map(|row| f64::from(u8::from(row >= n))).collect();
    let probabilities = out_of_fold(&rows, &truth);
    let scored = probabilities.iter().copied().zip(truth.iter().map(|truth| *truth > 0.5));
    let separation = crate::evaluate::roc_auc(scored.collect())?;
    let weight = |p: f64| {
        let p = p.clamp(LEAST, 1.0 - LEAST);
        p / (1.0 - p) * n as f64 / m as f64
    };
    let weights: Vec<f64> = probabilities[..n].iter().map(|p| weight(*p)).collect();
    let total: f64 = weights.iter().sum();
    let effective_rows = total * total / weights.iter().map(|weight| weight * weight).sum::<f64>();
    let value = weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>() / total;
    let squares = weights.iter().zip(values).map(|(weight, v)| (weight * (v - value)).powi(2));
    let error = Z95 * squares.sum::<f64>().sqrt() / total;
    (effective_rows >= LEAST_EFFECTIVE).then(|| Reweighted {
        value,
        low: value - error,
        high: value + error,
        reference: values.iter().sum::<f64>() / n as f64,
        reference_rows: n as u64,
        window_rows: m as u64,
        effective_rows,
        separation,
    })
}

/// The rows of both, texts as their places in the alphabet.
fn together(reference: &[Inputs<'_>], window: &[Inputs<'_>]) -> Matrix {
    let columns: Vec<Vec<f32>> = reference
        .iter()
        .zip(window)
        .map(|pair| match pair {
            (Inputs::Numbers(a), Inputs::Numbers(b)) => {
                a.iter().chain(*b).map(|value| *value as f32).collect()
            }
            (Inputs::Texts(a), Inputs::Texts(b)) => {
                let names: BTreeSet<&str> = a.iter().chain(*b).map(String::as_str).collect();
                let places: BTreeMap<&str, f32> = names.into_iter().zip((0_u16..).map(f32::from)).collect();
                a.iter()
                    .chain(*b)
                    .map(|text| places.get(text.as_str()).copied().unwrap_or(f32::NAN))
                    .collect()
            }
            // Numbers in one and texts in the other have nothing in common.
            (a, b) => vec![f32::NAN; a.len() + b.len()],
        })
        .collect();
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let data = (0..rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    Matrix { columns: columns.len(), data }
}

/// Each row's probability of belonging to the window, by trees that learnt from the other half.
fn out_of_fold(rows: &Matrix, truth: &[f64]) -> Vec<f64> {
    let weight = vec![1.0; truth.len()];
    let mut probabilities = vec![0.0; truth.len()];
    for fold in 0..2 {
        let held_out: Vec<bool> = (0..truth.len()).map(|row| row % 2 == fold).collect();
        let problem = Problem {
            rows,
            truth,
            weight: &weight,
            held_out: &held_out,
            features: &[],
            loss: Loss::Logistic,
            outputs: 1,
        };
        let said = fit(&problem, SETTINGS).probabilities(rows);
        said.iter()
            .enumerate()
            .filter(|(row, _)| held_out[*row])
            .for_each(|(row, p)| probabilities[row] = *p);
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    fn normal(random: &mut SplitMix) -> f64 {
        (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0
    }

    /// Errors grow with x, and x moves up by one standard deviation: E|x| + c of the window is foretold.
    #[test]
    fn the_reference_weighted_looks_like_now() {
        let mut random = SplitMix(3);
        let draw = |shift: f64, random: &mut SplitMix| -> Vec<f64> {
            (0..4_000).map(|_| normal(random) + shift).collect()
        };
        let (reference, window) = (draw(0.0, &mut random), draw(1.0, &mut random));
        let loss = |x: &f64| x.exp();
        let values: Vec<f64> = reference.iter().map(loss).collect();
        let truth = window.iter().map(loss).sum::<f64>() / window.len() as f64;
        let found = reweighted(&[Inputs::Numbers(&reference)], &values, &[Inputs::Numbers(&window)]).unwrap();
        assert!((found.value / truth - 1.0).abs() < 0.15, "{found:?} {truth}");
        assert!((found.reference / truth - 1.0).abs() > 0.5);
        assert!((found.separation - 0.76).abs() < 0.03 && found.effective_rows < 3_000.0);
    }

    #[test]
    fn the_same_inputs_change_nothing_and_few_rows_say_nothing() {
        let mut random = SplitMix(4);
        let mut draw = || (0..2_000).map(|_| normal(&mut random)).collect::<Vec<f64>>();
        let (reference, window) = (draw(), draw());
        let values: Vec<f64> = (0..2_000).map(|row| f64::from(u8::from(row % 10 > 0))).collect();
        let names: Vec<String> = (0..2_000).map(|row| ["a", "b"][row % 2].to_owned()).collect();
        let inputs = |numbers| [Inputs::Numbers(numbers), Inputs::Texts(&names)];
        let found = reweighted(&inputs(&reference), &values, &inputs(&window)).unwrap();
        assert!(found.low <= 0.9 && 0.9 <= found.high && found.effective_rows > 1_500.0, "{found:?}");
        assert_eq!(reweighted(&[Inputs::Numbers(&[0.0; 10])], &[1.0; 10], &[Inputs::Numbers(&window)]), None);
        assert_eq!(reweighted(&[], &[], &[]), None);
    }
}
