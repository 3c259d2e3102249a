//! Whether calibrating helps: the calibration error on held-out rows, before and after.

use super::Isotonic;
use crate::{evaluate, random::SplitMix};

const SPLITS: usize = 10;
const BINS: usize = 10;
/// Every tenth row is held out.
const HELD_OUT: usize = 10;
/// Fewer rows than this of either kind leave probabilities as they are.
const LEAST_ROWS: usize = 20;
/// Scores that separate better than this need no calibration.
const SEPARATED: f64 = 0.999;

/// A calibrator for these scores, where it lowers the calibration error on rows it was not fitted on.
pub(super) fn fit(scores: &[f64], hits: &[bool], seed: u64) -> Option<Isotonic> {
    let auc = evaluate::roc_auc(scores.iter().copied().zip(hits.iter().copied()).collect());
    let helps = auc.is_some_and(|auc| auc <= SEPARATED) && lowers_error(scores, hits, seed);
    if helps { Isotonic::fit(scores, hits) } else { None }
}

fn lowers_error(scores: &[f64], hits: &[bool], seed: u64) -> bool {
    let (mut positive, mut negative): (Vec<usize>, Vec<usize>) = (0..scores.len()).partition(|i| hits[*i]);
    if positive.len().min(negative.len()) < LEAST_ROWS {
        return false;
    }
    let mut random = SplitMix(seed);
    let (mut before, mut after, mut truth) = (vec![], vec![], vec![]);
    for _ in 0..SPLITS {
        let (mut held_out, mut rest) = (vec![], vec![]);
        for indices in [&mut positive, &mut negative] {
            shuffle(indices, &mut random);
            let (test, train) = indices.split_at(indices.len().div_ceil(HELD_OUT));
            held_out.extend_from_slice(test);
            rest.extend_from_slice(train);
        }
        let train_scores: Vec<f64> = rest.iter().map(|i| scores[*i]).collect();
        let train_hits: Vec<bool> = rest.iter().map(|i| hits[*i]).collect();
        let Some(fitted) = Isotonic::fit(&train_scores, &train_hits) else { return false };
        for i in held_out {
            before.push(scores[i]);
            after.push(fitted.calibrate(scores[i]));
            truth.push(hits[i]);
        }
    }
    expected_calibration_error(&before, &truth) > expected_calibration_error(&after, &truth)
}

/// Fisher and Yates.
fn shuffle(indices: &mut [usize], random: &mut SplitMix) {
    for i in (1..indices.len()).rev() {
        indices.swap(i, random.below(i + 1));
    }
}

/// Mean distance of probability from outcome over ten bins with equally many rows; 0 for no rows.
pub fn expected_calibration_error(probabilities: &[f64], hits: &[bool]) -> f64 {
    let mut rows: Vec<(f64, bool)> = probabilities.iter().copied().zip(hits.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let edge = |bin: usize| bin * rows.len() / BINS;
    let gap = |bin: usize| {
        let rows = &rows[edge(bin)..edge(bin + 1)];
        let distance = |(p, hit): &(f64, bool)| p - f64::from(u8::from(*hit));
        rows.iter().map(distance).sum::<f64>().abs()
    };
    (0..BINS).map(gap).sum::<f64>() / rows.len().max(1) as f64
}
