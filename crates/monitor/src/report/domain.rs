//! The domain classifier: how well boosted trees tell the current rows from the reference's.
//!
//! Owns the cross-validation. An AUC of a half means that nothing can be told apart; NannyML 0.13 measures the same
//! with its own trees and alerts outside 0.45 to 0.65.

use serde::{Deserialize, Serialize};
use tidegate_trees::{Grown, Loss, Matrix, Problem, Settings, fit};

use super::{Sample, Walk};
use crate::drift::State;

/// Outside of these the rows can be told apart.
const BAND: (f64, f64) = (0.45, 0.65);
const FOLDS: usize = 5;
/// Rows taken of each side, evenly spaced: more would hardly move the AUC.
pub(super) const MOST_ROWS: usize = 5_000;
/// Fewer rows on a side leave no tree a split in every fold.
pub(super) const LEAST_ROWS: usize = 50;
const SETTINGS: Settings =
    Settings { rounds: 40, leaves: 15, l2: 1.0, learning_rate: 0.1, ..Settings::DEFAULT };

/// How well two sides can be told apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DomainClassifier {
    /// Area under the ROC curve of rows that were not learnt from: 0.5 when nothing tells the sides apart.
    pub auc: f64,
    /// Drift outside of these.
    pub low: f64,
    pub high: f64,
    pub state: State,
    /// Rows looked at.
    pub n_reference: u64,
    pub n_current: u64,
    /// Columns by their share of the questions the trees ask, most first.
    pub columns: Vec<Asked>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Asked {
    pub column: String,
    pub share: f64,
}

/// `rows` holds the reference's rows and then the current ones; `None` with too few on a side.
pub(super) fn classify(rows: &Matrix, reference: usize, names: &[&str]) -> Option<DomainClassifier> {
    let current = rows.rows().checked_sub(reference)?;
    if reference.min(current) < LEAST_ROWS {
        return None;
    }
    let truth: Vec<f64> = (0..rows.rows()).map(|row| f64::from(u8::from(row >= reference))).collect();
    // Rows that are neighbours in time stay in one fold, as NannyML's unshuffled folds keep them.
    let fold = |row: usize| match row.checked_sub(reference) {
        Some(row) => row * FOLDS / current,
        None => row * FOLDS / reference,
    };
    let mut scores = vec![0.0; rows.rows()];
    let mut asked = vec![0_u32; rows.columns];
    for left_out in 0..FOLDS {
        let held_out: Vec<bool> = (0..rows.rows()).map(|row| fold(row) == left_out).collect();
        let weight = vec![1.0; rows.rows()];
        let problem = Problem {
            rows,
            truth: &truth,
            weight: &weight,
            held_out: &held_out,
            features: &[],
            loss: Loss::Logistic,
            outputs: 1,
        };
        let learnt = fit(&problem, SETTINGS);
        for (row, score) in learnt.scores(rows).into_iter().enumerate().filter(|(row, _)| held_out[*row]) {
            scores[row] = score;
        }
        for node in learnt.trees.iter().flat_map(|(_, tree)| &tree.nodes) {
            if let Grown::Split { column, .. } = node {
                asked[*column] += 1;
            }
        }
    }
    let auc = auc(&scores[..reference], &scores[reference..]);
    Some(DomainClassifier {
        auc,
        low: BAND.0,
        high: BAND.1,
        state: if (BAND.0..=BAND.1).contains(&auc) { State::Stable } else { State::Drifted },
        n_reference: reference as u64,
        n_current: current as u64,
        columns: shares(&asked, names),
    })
}

/// How often a score of the second list is above one of the first; ties count half.
fn auc(below: &[f64], above: &[f64]) -> f64 {
    let walk = Walk::new(&Sample::new(below), &Sample::new(above));
    0.5 + (walk.larger - walk.smaller) / (2.0 * below.len() as f64 * above.len() as f64)
}

fn shares(asked: &[u32], names: &[&str]) -> Vec<Asked> {
    let all = asked.iter().sum::<u32>().max(1);
    let mut columns: Vec<Asked> = names
        .iter()
        .zip(asked)
        .filter(|(_, asked)| **asked > 0)
        .map(|(name, asked)| Asked { column: (*name).to_owned(), share: f64::from(*asked) / f64::from(all) })
        .collect();
    columns.sort_by(|a, b| b.share.total_cmp(&a.share));
    columns
}

/// Places of at most `most` of `rows` rows, evenly spaced.
pub(crate) fn spaced(rows: usize, most: usize) -> impl Iterator<Item = usize> + Clone {
    let taken = rows.min(most);
    (0..taken).map(move |place| place * rows / taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: usize, shift: f32) -> Vec<f32> {
        (0..n).flat_map(|i| [((i * 7919) % 997) as f32 / 997.0 + shift, ((i * 31) % 83) as f32]).collect()
    }

    #[test]
    fn what_moved_is_told_apart_and_named() {
        let data = [rows(600, 0.0), rows(500, 0.7)].concat();
        let found = classify(&Matrix { columns: 2, data }, 600, &["moved", "still"]).unwrap();
        assert!(found.auc > 0.8 && found.state == State::Drifted, "{found:?}");
        assert_eq!(found.columns[0].column, "moved");
    }

    #[test]
    fn equal_sides_are_not_told_apart_and_few_rows_say_nothing() {
        let same =
            classify(&Matrix { columns: 2, data: [rows(600, 0.0), rows(600, 0.0)].concat() }, 600, &[]);
        let same = same.unwrap();
        assert!((same.auc - 0.5).abs() < 0.05 && same.state == State::Stable, "{same:?}");
        assert!(classify(&Matrix { columns: 2, data: rows(90, 0.0) }, 45, &[]).is_none());
    }

    #[test]
    fn the_area_counts_ties_half() {
        assert_eq!(auc(&[0.0, 1.0], &[1.0, 2.0]), 0.875);
        assert_eq!(spaced(10, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(spaced(0, 4).count(), 0);
    }
}
