//! A decision tree, and the way of a row through it.

use serde::{Deserialize, Serialize};

/// A tree; node 0 is its root and children follow their parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree<L = f32> {
    pub nodes: Vec<Grown<L>>,
}

/// A node of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Grown<L = f32> {
    /// Rows whose value is up to `below` go to `yes`, those from `above` on to `no`; none seen lies between.
    Split {
        column: usize,
        below: f32,
        above: f32,
        missing_yes: bool,
        yes: usize,
        no: usize,
    },
    /// Rows of these categories go to `yes`; all others, and missing values, to `no`.
    Among {
        column: usize,
        categories: Vec<f32>,
        yes: usize,
        no: usize,
    },
    Leaf(L),
}

impl<L> Tree<L> {
    /// The leaf a row falls in, with the threshold that [`threshold`] gives.
    pub fn leaf(&self, row: &[f32]) -> &L {
        let mut place = 0;
        loop {
            place = match &self.nodes[place] {
                Grown::Leaf(leaf) => return leaf,
                Grown::Split { column, below, above, missing_yes, yes, no } => {
                    let x = row[*column];
                    let goes = if x.is_nan() { *missing_yes } else { x <= threshold(*below, *above) };
                    if goes { *yes } else { *no }
                }
                Grown::Among { column, categories, yes, no } => {
                    if categories.contains(&row[*column]) {
                        *yes
                    } else {
                        *no
                    }
                }
            };
        }
    }
}

impl Tree {
    /// The value of the leaf a row falls in.
    pub fn value(&self, row: &[f32]) -> f32 {
        *self.leaf(row)
    }
}

/// The midpoint in single precision, in [below, above) also when they are neighbours.
pub fn threshold(below: f32, above: f32) -> f32 {
    let middle = (f64::midpoint(f64::from(below), f64::from(above))) as f32;
    if middle >= below && middle < above { middle } else { below }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_threshold_lies_between_its_neighbours(below in any::<f32>(), above in any::<f32>()) {
            prop_assume!(below < above && below.is_finite() && above.is_finite());
            let between = threshold(below, above);
            prop_assert!(below <= between && between < above);
            prop_assert_eq!(threshold(below, below.next_up()), below);
        }
    }

    #[test]
    fn missing_values_and_strangers_go_where_the_tree_says() {
        let tree = Tree {
            nodes: vec![
                Grown::Among { column: 0, categories: vec![2.0, 5.0], yes: 1, no: 2 },
                Grown::Leaf(1.0),
                Grown::Split {
                    column: 1,
                    below: f32::MAX,
                    above: f32::INFINITY,
                    missing_yes: false,
                    yes: 3,
                    no: 4,
                },
                Grown::Leaf(3.0),
                Grown::Leaf(4.0),
            ],
        };
        let value = |row: [f32; 2]| tree.value(&row);
        assert_eq!([value([5.0, 0.0]), value([3.0, 1e38]), value([f32::NAN, f32::NAN])], [1.0, 3.0, 4.0]);
    }
}
