//! Direct loss estimation: boosted trees that predict how far a regression will be off, from its inputs and its
//! prediction (as NannyML's DLE).
//!
//! Owns the two ensembles, of the absolute and of the squared error, and how texts become numbers. They are also
//! fitted on parts of the reference and asked about the rest: where they tell nothing about rows they have not seen,
//! the reference's mean error stands in, as the error does not depend on the inputs then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_trees::{Boosted, Loss, Matrix, Problem, Settings, fit};

use super::{BAND, Expectation, Losses};
use crate::{
    accuracy::Mean,
    metric::{Metric, MetricName},
    random::SplitMix,
};

const SETTINGS: Settings =
    Settings { rounds: 60, leaves: 15, l2: 1.0, learning_rate: 0.1, ..Settings::DEFAULT };
const FOLDS: usize = 3;
/// Rows that are learnt from at most, drawn by the seed.
const MOST_ROWS: usize = 30_000;
/// Fewer teach nothing.
const LEAST_ROWS: usize = 50;
/// A text seen this often counts as much as the mean over all texts.
const PRIOR_ROWS: f64 = 10.0;

/// One input, a value for each row.
#[derive(Debug, Clone, Copy)]
pub enum Inputs<'a> {
    Numbers(&'a [f64]),
    Texts(&'a [String]),
}

impl Inputs<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

/// What a labelled reference teaches of a regression's errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossEstimator {
    encoding: Encoding,
    absolute: Option<Boosted>,
    squared: Option<Boosted>,
    /// Over the reference, of |e| and e^2.
    absolute_error: Mean,
    squared_error: Mean,
    /// Share of the variance of |e| that is foreseen on rows not learnt from; 0 where the mean stands in.
    foreseen: f64,
}

impl LossEstimator {
    /// `inputs` and `predictions` have a value for each row, `truth` too where it is known. `None` with fewer than 50
    /// labelled rows.
    pub fn fit(inputs: &[Inputs<'_>], predictions: &[f64], truth: &[Option<f64>], seed: u64) -> Option<Self> {
        let known = |row: usize| {
            truth[row].filter(|y| y.is_finite()).zip(Some(predictions[row]).filter(|p| p.is_finite()))
        };
        let mut rows: Vec<(usize, f64)> = (0..predictions.len().min(truth.len()))
            .filter_map(|row| known(row).map(|(y, said)| (row, (said - y).abs())))
            .collect();
        let mut random = SplitMix(seed);
        for i in (1..rows.len()).rev() {
            rows.swap(i, random.below(i + 1));
        }
        rows.truncate(MOST_ROWS);
        if rows.len() < LEAST_ROWS {
            return None;
        }
        let absolute: Vec<f64> = rows.iter().map(|(_, error)| *error).collect();
        let squared: Vec<f64> = absolute.iter().map(|error| error * error).collect();
        let indices: Vec<usize> = rows.iter().map(|(row, _)| *row).collect();
        let encoding = Encoding::learn(inputs, &indices, &absolute);
        let matrix = encoding.matrix(inputs, predictions, &indices);
        let foreseen = [&absolute, &squared].map(|errors| foreseen(&matrix, errors));
        let learn = |errors: &[f64], foreseen: f64| (foreseen > 0.0).then(|| boosted(&matrix, errors, &[]));
        let mean = |errors: &[f64]| {
            let mut mean = Mean::default();
            errors.iter().for_each(|error| mean.add(*error));
            mean
        };
        Some(Self {
            absolute: learn(&absolute, foreseen[0]),
            squared: learn(&squared, foreseen[1]),
            absolute_error: mean(&absolute),
            squared_error: mean(&squared),
            foreseen: foreseen[0].max(0.0),
            encoding,
        })
    }
    /// What is expected of each row.
    pub fn expect(&self, inputs: &[Inputs<'_>], predictions: &[f64]) -> Vec<Expectation> {
        let rows: Vec<usize> = (0..predictions.len()).collect();
        let matrix = self.encoding.matrix(inputs, predictions, &rows);
        let of = |ensemble: &Option<Boosted>, mean: &Mean| match ensemble {
            Some(ensemble) => ensemble.scores(&matrix),
            None => vec![mean.mean().unwrap_or(0.0); rows.len()],
        };
        let (absolute, squared) =
            (of(&self.absolute, &self.absolute_error), of(&self.squared, &self.squared_error));
        absolute
            .into_iter()
            .zip(squared)
            .map(|(absolute, squared)| Expectation::Loss { absolute, squared })
            .collect()
    }
    /// Estimated MAE and RMSE, each with the band that rows drawn from the reference would stay in: three standard
    /// errors (of a root by the delta method).
    pub fn metrics(&self, sums: &Losses) -> Vec<Metric> {
        if sums.n == 0 {
            return vec![];
        }
        let n = sums.n as f64;
        let (mae, rmse) = ((sums.absolute / n).max(0.0), (sums.squared / n).max(0.0).sqrt());
        let error = |of: &Mean| BAND * (of.variance() / n).sqrt();
        let around = |value: f64, error: f64| ((value - error).max(0.0), value + error);
        let mae_band = around(mae, error(&self.absolute_error));
        let rmse_error = if rmse > 0.0 { error(&self.squared_error) / (2.0 * rmse) } else { 0.0 };
        vec![
            Metric::new(MetricName::Mae, mae, sums.n).within(mae_band),
            Metric::new(MetricName::Rmse, rmse, sums.n).within(around(rmse, rmse_error)),
        ]
    }
    /// Share of the variance of the absolute error that is foreseen on rows not learnt from, 0 to 1.
    pub fn foreseen(&self) -> f64 {
        self.foreseen
    }
    pub fn rows(&self) -> u64 {
        self.absolute_error.n
    }
}

fn boosted(matrix: &Matrix, errors: &[f64], held_out: &[bool]) -> Boosted {
    let weight = vec![1.0; errors.len()];
    fit(
        &Problem {
            rows: matrix,
            truth: errors,
            weight: &weight,
            held_out,
            features: &[],
            loss: Loss::Squared,
            outputs: 1,
        },
        SETTINGS,
    )
}

/// R2 of the errors, each predicted by trees that did not learn from its row.
fn foreseen(matrix: &Matrix, errors: &[f64]) -> f64 {
    let mut squares = 0.0;
    for fold in 0..FOLDS {
        let held_out: Vec<bool> = (0..errors.len()).map(|row| row % FOLDS == fold).collect();
        let scores = boosted(matrix, errors, &held_out).scores(matrix);
        let misses = scores.iter().zip(errors).zip(&held_out).filter(|(_, held)| **held);
        squares += misses.map(|((score, error), _)| (score - error).powi(2)).sum::<f64>();
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let all: f64 = errors.iter().map(|error| (error - mean).powi(2)).sum();
    if all > 0.0 { 1.0 - squares / all } else { 0.0 }
}

/// A text is the mean error of its rows, drawn to the mean of all where they are few.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Encoding(Vec<Option<BTreeMap<String, f32>>>);

impl Encoding {
    fn learn(inputs: &[Inputs<'_>], rows: &[usize], errors: &[f64]) -> Self {
        let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        let column = |input: &Inputs<'_>| {
            let Inputs::Texts(texts) = input else { return None };
            let mut sums = BTreeMap::<&str, (f64, f64)>::new();
            for (row, error) in rows.iter().zip(errors) {
                let Some(text) = texts.get(*row) else { continue };
                let sum = sums.entry(text).or_default();
                *sum = (sum.0 + error, sum.1 + 1.0);
            }
            let drawn = |(sum, n): (f64, f64)| ((sum + PRIOR_ROWS * mean) / (n + PRIOR_ROWS)) as f32;
            Some(sums.into_iter().map(|(text, sums)| (text.to_owned(), drawn(sums))).collect())
        };
        Self(inputs.iter().map(column).collect())
    }
    /// A column for each input, then the prediction; what is not known is missing.
    fn matrix(&self, inputs: &[Inputs<'_>], predictions: &[f64], rows: &[usize]) -> Matrix {
        let columns = self.0.len() + 1;
        let mut data = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            for (input, encoding) in inputs.iter().zip(&self.0) {
                data.push(match (input, encoding) {
                    (Inputs::Numbers(values), _) => values.get(*row).map_or(f32::NAN, |value| *value as f32),
                    (Inputs::Texts(values), Some(codes)) => {
                        values.get(*row).and_then(|text| codes.get(text)).copied().unwrap_or(f32::NAN)
                    }
                    (Inputs::Texts(_), None) => f32::NAN,
                });
            }
            data.push(predictions[*row] as f32);
        }
        Matrix { columns, data }
    }
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
