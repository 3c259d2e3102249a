use proptest::prelude::*;

use super::*;
use crate::{histogram::MIN_WEIGHT, matrix::Matrix};

const L2: f64 = 0.5;

/// Rows of two columns with gradients, curvatures and weights.
fn table() -> impl Strategy<Value = (Matrix, Vec<Sums>)> {
    let value = prop_oneof![4 => (0u8..9).prop_map(f32::from), 1 => Just(f32::NAN)];
    let row = (prop::array::uniform2(value), -1.0..1.0_f64, 0.01..0.25_f64, 1u8..4);
    prop::collection::vec(row, 20..90).prop_map(|rows| {
        let data = rows.iter().flat_map(|(values, ..)| *values).collect();
        let sums = |&(_, gradient, curvature, weight): &([f32; 2], f64, f64, u8)| {
            let weight = f64::from(weight);
            Sums { gradient: weight * gradient, curvature: weight * curvature, weight }
        };
        (Matrix { columns: 2, data }, rows.iter().map(sums).collect())
    })
}

fn binned(rows: &Matrix, each: &[Sums]) -> Bins {
    let (taken, weight): (Vec<usize>, Vec<f64>) = each.iter().map(|sums| sums.weight).enumerate().unzip();
    Bins::new(rows, &taken, &weight)
}

/// The best gain of all splits there are, from the rows themselves.
fn best_gain(rows: &Matrix, each: &[Sums]) -> f64 {
    let sum = |chosen: &dyn Fn(&[f32]) -> bool| {
        let mut total = Sums::default();
        rows.iter_rows().zip(each).filter(|(row, _)| chosen(row)).for_each(|(_, sums)| total.add(sums));
        total
    };
    let whole = sum(&|_| true);
    let mut best = 0.0_f64;
    for (column, threshold, missing) in
        (0..2).flat_map(|c| (0..9).flat_map(move |t| [(c, t, false), (c, t, true)]))
    {
        let goes = |row: &[f32]| if row[column].is_nan() { missing } else { row[column] <= threshold as f32 };
        let (yes, no) = (sum(&goes), sum(&|row| !goes(row)));
        // A split that only sets missing values apart from all others is none between values.
        let values = |side: bool| rows.iter_rows().any(|row| !row[column].is_nan() && goes(row) == side);
        if yes.weight >= MIN_WEIGHT && no.weight >= MIN_WEIGHT && values(true) && values(false) {
            best = best.max(yes.score(L2) + no.score(L2) - whole.score(L2));
        }
    }
    best
}

proptest! {
    #[test]
    fn the_best_split_of_the_histogram_is_the_best_of_the_rows((rows, each) in table()) {
        let bins = binned(&rows, &each);
        let all: Vec<u32> = (0..each.len() as u32).collect();
        let mut total = Sums::default();
        each.iter().for_each(|sums| total.add(sums));
        let found = Histogram::new(&bins, &all, &each).best(&bins, &total, L2);
        let expected = best_gain(&rows, &each);
        prop_assert!((found.map_or(0.0, |split| split.gain) - expected).abs() < 1e-9, "{found:?} {expected}");
    }

    #[test]
    fn leaves_hold_their_optimum_and_the_minimum_weight((rows, each) in table(), most in 2usize..6) {
        let settings = Settings { rounds: 1, leaves: most, l2: L2, learning_rate: 1.0 };
        let tree = grow(&binned(&rows, &each), &each, settings);
        let leaves: Vec<f32> =
            tree.nodes.iter().filter_map(|node| if let Grown::Leaf(value) = node { Some(*value) } else { None }).collect();
        prop_assert!(leaves.len() <= most);
        for leaf in &leaves {
            let mut total = Sums::default();
            let inside = rows.iter_rows().zip(&each).filter(|(row, _)| tree.value(row) == *leaf);
            inside.for_each(|(_, sums)| total.add(sums));
            prop_assert!(leaves.len() == 1 || total.weight >= MIN_WEIGHT);
            prop_assert!((f64::from(*leaf) + total.gradient / (total.curvature + L2)).abs() < 1e-6);
        }
    }

    #[test]
    fn a_threshold_lies_between_its_neighbours(below in any::<f32>(), above in any::<f32>()) {
        prop_assume!(below < above && below.is_finite() && above.is_finite());
        let between = threshold(below, above);
        prop_assert!(below <= between && between < above);
        prop_assert_eq!(threshold(below, below.next_up()), below);
    }
}
