use proptest::prelude::*;

use super::*;
use crate::{feature::Feature, matrix::Matrix};

const L2: f64 = 0.5;
const MIN_WEIGHT: f64 = 20.0;

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
    Bins::new(rows, &taken, &weight, &[])
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
        if yes.weight >= MIN_WEIGHT && no.weight >= MIN_WEIGHT {
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
        let scale = Scale::of(&each);
        let cells: Vec<Cell> = each.iter().map(|sums| scale.cell(sums)).collect();
        let mut whole = Cell::default();
        cells.iter().for_each(|cell| whole.add(*cell));
        let rules = Rules { l2: L2, least: scale.least(MIN_WEIGHT), scale };
        let found = best(&bins, &Histogram::new(&bins, &all, &cells, None), whole, Bounds::NONE, rules);
        let expected = best_gain(&rows, &each);
        prop_assert!((found.map_or(0.0, |split| split.gain) - expected).abs() < 1e-9, "{found:?} {expected}");
    }

    #[test]
    fn leaves_hold_their_optimum_and_the_minimum_weight((rows, each) in table(), most in 2usize..6) {
        let settings = Settings { rounds: 1, leaves: most, l2: L2, learning_rate: 1.0, ..Settings::DEFAULT };
        let Harvest { tree, leaves: places, order } = grow(&binned(&rows, &each), &each, settings, &mut Vec::new());
        for (node, own) in places {
            for place in &order[own] {
                let row = rows.row(*place as usize);
                prop_assert_eq!(&Grown::Leaf(tree.value(row)), &tree.nodes[node], "{:?}", row);
            }
        }
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
}

/// Rows of one column whose gradients say what a leaf should be.
fn one_column(rows: &[(f32, f64)]) -> (Matrix, Vec<Sums>) {
    let data = rows.iter().map(|(value, _)| *value).collect();
    let sums = |(_, target): &(f32, f64)| Sums { gradient: -target, curvature: 1.0, weight: 1.0 };
    (Matrix { columns: 1, data }, rows.iter().map(sums).collect())
}

fn grown(rows: &[(f32, f64)], feature: Feature, leaves: usize) -> Tree {
    let (matrix, each) = one_column(rows);
    let taken: Vec<usize> = (0..each.len()).collect();
    let bins = Bins::new(&matrix, &taken, &vec![1.0; each.len()], &[feature]);
    let settings = Settings { leaves, l2: 0.0, learning_rate: 1.0, min_weight: 1.0, ..Settings::DEFAULT };
    grow(&bins, &each, settings, &mut Vec::new()).tree
}

#[test]
fn categories_are_split_by_groups_that_no_order_of_numbers_would_find() {
    let rows: Vec<(f32, f64)> = (0..400)
        .map(|row| ((row % 10) as f32, f64::from(u8::from([1, 4, 7].contains(&(row % 10))))))
        .collect();
    let tree = grown(&rows, Feature::Category, 2);
    assert_eq!(tree.nodes.len(), 3);
    assert!(rows.iter().all(|(value, target)| (f64::from(tree.value(&[*value])) - target).abs() < 1e-6));
    let stranger = tree.value(&[99.0]);
    assert_eq!(stranger, tree.value(&[f32::NAN]));
    let few: Vec<(f32, f64)> =
        (0..90).map(|row| ((row % 3) as f32, f64::from(u8::from(row % 3 == 1)))).collect();
    let tree = grown(&few, Feature::Category, 2);
    assert_eq!((tree.value(&[1.0]), tree.value(&[2.0])), (1.0, 0.0));
}

proptest! {
    #[test]
    fn a_rising_column_never_lowers_the_score(
        targets in prop::collection::vec((0u8..30, -1.0..1.0_f64), 40..120), leaves in 2usize..12,
    ) {
        let rows: Vec<(f32, f64)> = targets.iter().map(|(value, target)| (f32::from(*value), *target)).collect();
        for (feature, sign) in [(Feature::Rising, 1.0), (Feature::Falling, -1.0)] {
            let tree = grown(&rows, feature, leaves);
            let values: Vec<f32> = (0u8..30).map(|value| sign * tree.value(&[f32::from(value)])).collect();
            prop_assert!(values.windows(2).all(|pair| pair[0] <= pair[1]), "{values:?}");
        }
    }
}
