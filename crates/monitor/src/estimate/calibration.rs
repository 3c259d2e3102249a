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

/// A calibrator for these scores, where it lowers the calibration error on rows it was not fitted on. Scores must
/// be finite; the seed draws the rows held out.
pub fn calibrator(scores: &[f64], hits: &[bool], seed: u64) -> Option<Isotonic> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(hits.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let helps =
        evaluate::roc_auc(rows.clone()).is_some_and(|auc| auc <= SEPARATED) && lowers_error(&rows, seed);
    if helps { Isotonic::fit_ascending(rows.into_iter()) } else { None }
}

/// The rows are sorted by score once, so that every split is fitted in one pass.
fn lowers_error(rows: &[(f64, bool)], seed: u64) -> bool {
    let (mut positive, mut negative): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|i| rows[*i].1);
    if positive.len().min(negative.len()) < LEAST_ROWS {
        return false;
    }
    let mut random = SplitMix(seed);
    let (mut before, mut after) = (vec![], vec![]);
    for _ in 0..SPLITS {
        let mut held_out = vec![false; rows.len()];
        for indices in [&mut positive, &mut negative] {
            let test = indices.len().div_ceil(HELD_OUT);
            draw(indices, test, &mut random);
            indices[..test].iter().for_each(|index| held_out[*index] = true);
        }
        let part =
            |held: bool| rows.iter().zip(&held_out).filter(move |row| *row.1 == held).map(|row| *row.0);
        let Some(fitted) = Isotonic::fit_ascending(part(false)) else { return false };
        before.extend(part(true));
        after.extend(part(true).map(|(score, hit)| (fitted.calibrate(score), hit)));
    }
    calibration_error(before) > calibration_error(after)
}

/// Brings a random choice of `count` indices to the front (Fisher and Yates).
fn draw(indices: &mut [usize], count: usize, random: &mut SplitMix) {
    for i in 0..count.min(indices.len()) {
        let other = i + random.below(indices.len() - i);
        indices.swap(i, other);
    }
}

/// Mean distance of probability from outcome over ten bins with equally many rows; 0 for no rows.
pub fn expected_calibration_error(probabilities: &[f64], hits: &[bool]) -> f64 {
    calibration_error(probabilities.iter().copied().zip(hits.iter().copied()).collect())
}

fn calibration_error(mut rows: Vec<(f64, bool)>) -> f64 {
    // The stable sort is quick where rows come as a few ascending runs, as from the splits.
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let edge = |bin: usize| bin * rows.len() / BINS;
    let gap = |bin: usize| {
        let rows = &rows[edge(bin)..edge(bin + 1)];
        let distance = |(p, hit): &(f64, bool)| p - f64::from(u8::from(*hit));
        rows.iter().map(distance).sum::<f64>().abs()
    };
    (0..BINS).map(gap).sum::<f64>() / rows.len().max(1) as f64
}
