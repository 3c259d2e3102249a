//! Growing one tree leaf by leaf: always the leaf whose split saves most.

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    boost::Settings,
    histogram::{Histogram, Split, Sums},
};

/// A tree; node 0 is its root and children follow their parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub nodes: Vec<Grown>,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Grown {
    /// Rows whose value is up to `below` go to `yes`, those from `above` on to `no`; none seen lies between.
    Split {
        column: usize,
        below: f32,
        above: f32,
        missing_yes: bool,
        yes: usize,
        no: usize,
    },
    Leaf(f32),
}

impl Tree {
    /// The value of the leaf a row falls in, with the threshold that [`threshold`] gives.
    pub fn value(&self, row: &[f32]) -> f32 {
        let mut place = 0;
        loop {
            match self.nodes[place] {
                Grown::Leaf(value) => return value,
                Grown::Split { column, below, above, missing_yes, yes, no } => {
                    let x = row[column];
                    let goes = if x.is_nan() { missing_yes } else { x <= threshold(below, above) };
                    place = if goes { yes } else { no };
                }
            }
        }
    }
}

/// The midpoint in single precision, in [below, above) also when they are neighbours.
pub fn threshold(below: f32, above: f32) -> f32 {
    let middle = (f64::midpoint(f64::from(below), f64::from(above))) as f32;
    if middle >= below && middle < above { middle } else { below }
}

/// A leaf that may still be split.
struct Leaf {
    node: usize,
    /// Positions in the bins.
    rows: Vec<u32>,
    total: Sums,
    histogram: Histogram,
    best: Option<Split>,
}

/// Grows a tree on all binned rows, `each` the sums of one row.
pub(crate) fn grow(bins: &Bins, each: &[Sums], settings: Settings) -> Tree {
    let rows: Vec<u32> = (0..each.len() as u32).collect();
    let histogram = Histogram::new(bins, &rows, each);
    let mut nodes = vec![Grown::Leaf(0.0)];
    let mut leaves = vec![leaf(0, rows, histogram, bins, each, settings.l2)];
    while leaves.len() < settings.leaves {
        let Some((place, split)) = most_worth(&leaves) else { break };
        let parent = leaves.swap_remove(place);
        let (yes, no) = (nodes.len(), nodes.len() + 1);
        let (below, above) = bins.columns[split.column].cuts[usize::from(split.bin)];
        nodes[parent.node] =
            Grown::Split { column: split.column, below, above, missing_yes: split.missing_yes, yes, no };
        nodes.extend([Grown::Leaf(0.0); 2]);
        leaves.extend(divide(parent, split, [yes, no], bins, each, settings.l2));
    }
    for leaf in leaves {
        let value = -settings.learning_rate * leaf.total.gradient / (leaf.total.curvature + settings.l2);
        nodes[leaf.node] = Grown::Leaf(if value.is_finite() { value as f32 } else { 0.0 });
    }
    Tree { nodes }
}

/// The leaf to split next: of equals the oldest node, so that the order of the list does not matter.
fn most_worth(leaves: &[Leaf]) -> Option<(usize, Split)> {
    let candidates =
        leaves.iter().enumerate().filter_map(|(place, leaf)| leaf.best.map(|split| (place, split)));
    candidates.max_by(|(a, first), (b, second)| {
        first.gain.total_cmp(&second.gain).then(leaves[*b].node.cmp(&leaves[*a].node))
    })
}

/// The two halves of a leaf; only the smaller one's histogram is counted.
fn divide(parent: Leaf, split: Split, nodes: [usize; 2], bins: &Bins, each: &[Sums], l2: f64) -> [Leaf; 2] {
    let column = &bins.columns[split.column];
    let missing = column.bins() as u8;
    let goes = |row: &u32| {
        let code = column.codes[*row as usize];
        if code == missing { split.missing_yes } else { code <= split.bin }
    };
    let (yes, no): (Vec<u32>, Vec<u32>) = parent.rows.iter().partition(|row| goes(row));
    let smaller = Histogram::new(bins, if yes.len() < no.len() { &yes } else { &no }, each);
    let larger = parent.histogram.without(&smaller);
    let (of_yes, of_no) = if yes.len() < no.len() { (smaller, larger) } else { (larger, smaller) };
    [leaf(nodes[0], yes, of_yes, bins, each, l2), leaf(nodes[1], no, of_no, bins, each, l2)]
}

fn leaf(node: usize, rows: Vec<u32>, histogram: Histogram, bins: &Bins, each: &[Sums], l2: f64) -> Leaf {
    let mut total = Sums::default();
    rows.iter().for_each(|row| total.add(&each[*row as usize]));
    let best = histogram.best(bins, &total, l2);
    Leaf { node, rows, total, histogram, best }
}

#[cfg(test)]
#[path = "grow_tests.rs"]
mod tests;
