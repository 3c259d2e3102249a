//! CBPE of whole columns, as NannyML computes it for a chunk: every metric with its sampling error.
//!
//! Owns what needs single rows (ranking) and the errors; sums that suffice for a stream are `Binary`'s.

use serde::Serialize;

use super::{Binary, Expected, average_precision, roc_auc};
use crate::random::SplitMix;

/// Rows of one class against the rest; all of one length, every number finite.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// What the model said the class's probability is: the order of rows follows it.
    pub scores: &'a [f64],
    /// The probability to reckon with: calibrated, or 1 and 0 where the truth is known.
    pub probabilities: &'a [f64],
    /// Whether the class was predicted.
    pub predicted: &'a [bool],
}

/// An expected metric; `None` where there is nothing to measure it on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Estimate {
    pub value: Option<f64>,
    /// Standard error from the number of rows alone.
    pub standard_error: Option<f64>,
}

/// In this order: accuracy, F1, precision, recall, specificity, ROC AUC, average precision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimates {
    pub accuracy: Estimate,
    pub f1: Estimate,
    pub precision: Estimate,
    pub recall: Estimate,
    pub specificity: Estimate,
    pub roc_auc: Estimate,
    pub ap: Estimate,
}

/// Standard deviation of a metric's terms, and the share of rows that are such terms.
type Spread = Option<(f64, f64)>;

/// How far each metric scatters from row to row, learnt once from labelled rows (or from expected labels).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spreads([Spread; 7]);

impl Estimates {
    /// Of two classes.
    pub fn binary(rows: Rows<'_>, spreads: &Spreads) -> Self {
        let sums = sums(rows);
        let n = sums.n as f64;
        let some = |share: f64, of: f64| (of > 0.0).then_some(share);
        let values = [
            Expected::Binary(sums).accuracy(),
            some(sums.f1(), sums.tp + sums.fp + sums.fn_),
            some(sums.precision(), sums.tp + sums.fp),
            some(sums.recall(), sums.tp + sums.fn_),
            some(sums.specificity(), sums.tn + sums.fp),
            roc_auc(rows.scores, rows.probabilities),
            average_precision(rows.scores, rows.probabilities),
        ];
        let error = |spread: Spread| spread.map(|(deviation, share)| deviation / (n * share).sqrt());
        Self::of(values.into_iter().zip(spreads.0.map(error)))
    }

    /// Of many classes: unweighted means of the metrics of each class against the rest, and the share of rows
    /// whose prediction is expected to be right.
    pub fn multiclass(classes: &[Self], accuracy: Estimate) -> Self {
        let mean = |metric: usize| {
            let all: Vec<Estimate> = classes.iter().map(|class| class.all()[metric]).collect();
            let values: Option<Vec<f64>> = all.iter().map(|estimate| estimate.value).collect();
            let errors: Option<Vec<f64>> = all.iter().map(|estimate| estimate.standard_error).collect();
            let k = classes.len() as f64;
            let value = values.map(|values| values.iter().sum::<f64>() / k);
            (value, errors.map(|errors| errors.iter().map(|error| error * error).sum::<f64>().sqrt() / k))
        };
        Self { accuracy, ..Self::of((0..7).map(mean)) }
    }

    fn of(pairs: impl Iterator<Item = (Option<f64>, Option<f64>)>) -> Self {
        let mut pairs = pairs.map(|(value, error)| Estimate { value, standard_error: value.and(error) });
        let mut next = || pairs.next().unwrap_or_default();
        Self {
            accuracy: next(),
            f1: next(),
            precision: next(),
            recall: next(),
            specificity: next(),
            roc_auc: next(),
            ap: next(),
        }
    }

    /// In their order.
    pub fn all(&self) -> [Estimate; 7] {
        [self.accuracy, self.f1, self.precision, self.recall, self.specificity, self.roc_auc, self.ap]
    }
}

impl Spreads {
    /// From labelled rows, or from rows whose probabilities stand for their labels. `seed` is of the draws for
    /// average precision, whose error has no formula.
    pub fn of(rows: Rows<'_>, seed: u64) -> Self {
        let sums = sums(rows);
        let n = sums.n as f64;
        // A mean of zeros and ones over the rows that count for it.
        let shares = |hits: f64, all: f64| {
            let share = hits / all;
            (all > 0.0).then(|| ((share * (1.0 - share)).max(0.0).sqrt(), all / n))
        };
        let relevant = sums.tp + sums.fp + sums.fn_;
        let f1 = shares(sums.tp, relevant)
            .map(|(deviation, share)| (deviation * relevant / (sums.tp + 0.5 * (sums.fp + sums.fn_)), share));
        Self([
            shares(sums.tp + sums.tn, n),
            f1,
            shares(sums.tp, sums.tp + sums.fp),
            shares(sums.tp, sums.tp + sums.fn_),
            shares(sums.tn, sums.tn + sums.fp),
            placements(rows),
            resampled(rows, seed),
        ])
    }
}

fn sums(rows: Rows<'_>) -> Binary {
    let mut sums = Binary::default();
    rows.predicted.iter().zip(rows.probabilities).for_each(|(predicted, p)| sums.add(*predicted, *p));
    sums
}

/// Standard deviation, over the rarer class, of the share of the other class that a row is ranked above: the
/// ROC AUC is its mean (Mann and Whitney).
fn placements(rows: Rows<'_>) -> Spread {
    let positives: f64 = rows.probabilities.iter().sum();
    let n = rows.scores.len() as f64;
    let mirrored = positives > n / 2.0;
    let (rarer, others) = if mirrored { (n - positives, positives) } else { (positives, n - positives) };
    if rarer <= 0.0 {
        return None;
    }
    let mut order: Vec<(f64, f64)> =
        rows.scores.iter().copied().zip(rows.probabilities.iter().copied()).collect();
    order.sort_unstable_by(|a, b| if mirrored { b.0.total_cmp(&a.0) } else { a.0.total_cmp(&b.0) });
    let (mut below, mut mean, mut squares, mut weight) = (0.0, 0.0, 0.0, 0.0);
    for (_, p) in order {
        let p = if mirrored { 1.0 - p } else { p };
        let placement = below / others;
        below += 1.0 - p;
        if p > 0.0 {
            weight += p;
            let distance = placement - mean;
            mean += distance * p / weight;
            squares += p * distance * (placement - mean);
        }
    }
    Some(((squares / weight).max(0.0).sqrt(), rarer / n))
}

/// Average precision has no formula for its error: the deviation over samples drawn with replacement, brought
/// to one row.
fn resampled(rows: Rows<'_>, seed: u64) -> Spread {
    const SAMPLES: usize = 50;
    const LARGEST: usize = 50_000;
    let n = rows.scores.len();
    let size = (n / 2).min(LARGEST);
    if size == 0 {
        return None;
    }
    let mut order: Vec<(f64, f64)> =
        rows.scores.iter().copied().zip(rows.probabilities.iter().copied()).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut random = SplitMix(seed);
    let mut drawn = vec![];
    let mut values = vec![];
    for _ in 0..SAMPLES {
        drawn.clear();
        drawn.extend((0..size).map(|_| random.below(n)));
        drawn.sort_unstable();
        let (mut hits, mut sum) = (0.0, 0.0);
        for (index, rank) in drawn.iter().zip(1_u32..) {
            if is_hit(order[*index].1, &mut random) {
                hits += 1.0;
                sum += hits / f64::from(rank);
            }
        }
        values.extend((hits > 0.0).then(|| sum / hits));
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (!values.is_empty()).then(|| ((variance * size as f64).sqrt(), 1.0))
}

/// Draws a label; a probability of 0 or 1 is one.
fn is_hit(p: f64, random: &mut SplitMix) -> bool {
    const STEPS: usize = 1 << 32;
    p >= 1.0 || (p > 0.0 && (random.below(STEPS) as f64) < p * STEPS as f64)
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
