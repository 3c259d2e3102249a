//! Growing one tree leaf by leaf: always the leaf whose split saves most.

use std::ops::Range;

use crate::{
    bins::{Bins, Column, Values},
    boost::Settings,
    histogram::{Cell, Histogram, Scale, Sums},
    split::{Bounds, Question, Rules, Split, best},
    tree::{Grown, Tree},
};

/// A tree with the rows it was grown on.
pub(crate) struct Harvest {
    pub tree: Tree,
    /// Each leaf's node and where its rows stand in `order`.
    pub leaves: Vec<(usize, Range<usize>)>,
    /// Positions in the bins, leaf by leaf.
    pub order: Vec<u32>,
}

/// A leaf that may still be split.
struct Leaf {
    node: usize,
    rows: Range<usize>,
    total: Cell,
    bounds: Bounds,
    /// None where it is too light, or one leaf too many, to be split.
    histogram: Option<Histogram>,
    best: Option<Split>,
}

/// Grows a tree on all binned rows, `each` the sums of one row. The memory of histograms is kept in `spare` for the
/// next tree.
pub(crate) fn grow(bins: &Bins, each: &[Sums], settings: Settings, spare: &mut Vec<Histogram>) -> Harvest {
    let scale = Scale::of(each);
    let rules = Rules { l2: settings.l2, least: scale.least(settings.min_weight), scale };
    let cells: Vec<Cell> = each.iter().map(|sums| scale.cell(sums)).collect();
    let order = (0..each.len() as u32).collect();
    let mut grower = Grower { bins, cells, rules, order, scratch: vec![0; each.len()], spare };
    let mut nodes = vec![Grown::Leaf(0.0)];
    let mut leaves = vec![grower.root()];
    while leaves.len() < settings.leaves {
        let Some((place, split)) = most_worth(&leaves) else { break };
        let parent = leaves.swap_remove(place);
        let (yes, no) = (nodes.len(), nodes.len() + 1);
        nodes[parent.node] = question(&bins.columns[split.column], split, yes, no);
        nodes.extend([Grown::Leaf(0.0), Grown::Leaf(0.0)]);
        let last = leaves.len() + 2 == settings.leaves;
        leaves.extend(grower.divide(parent, split, [yes, no], last));
    }
    for leaf in &mut leaves {
        grower.spare.extend(leaf.histogram.take());
        let mut total = Sums::default();
        grower.order[leaf.rows.clone()].iter().for_each(|row| total.add(&each[*row as usize]));
        let value = settings.learning_rate * leaf.bounds.clamp(total.optimum(settings.l2));
        nodes[leaf.node] = Grown::Leaf(value as f32);
    }
    let leaves = leaves.into_iter().map(|leaf| (leaf.node, leaf.rows)).collect();
    Harvest { tree: Tree { nodes }, leaves, order: grower.order }
}

/// A split as rows outside the bins are asked.
fn question(column: &Column, split: Split, yes: usize, no: usize) -> Grown {
    match (split.question, &column.values) {
        (Question::Among(members), Values::Categories(categories)) => {
            let chosen = categories.iter().enumerate().filter(|(code, _)| members.has(*code));
            let categories = chosen.map(|(_, category)| *category).collect();
            Grown::Among { column: split.column, categories, yes, no }
        }
        (Question::UpTo { bin, missing_yes }, Values::Cuts(cuts)) => {
            // After the last bin stand only missing values.
            let (below, above) = cuts.get(usize::from(bin)).copied().unwrap_or((f32::MAX, f32::INFINITY));
            Grown::Split { column: split.column, below, above, missing_yes, yes, no }
        }
        _ => unreachable!("categories are asked for members, numbers for thresholds"),
    }
}

/// The leaf to split next: of equals the oldest node, so that the order of the list does not matter.
fn most_worth(leaves: &[Leaf]) -> Option<(usize, Split)> {
    let candidates =
        leaves.iter().enumerate().filter_map(|(place, leaf)| leaf.best.map(|split| (place, split)));
    candidates.max_by(|(a, first), (b, second)| {
        first.gain.total_cmp(&second.gain).then(leaves[*b].node.cmp(&leaves[*a].node))
    })
}

struct Grower<'a> {
    bins: &'a Bins,
    cells: Vec<Cell>,
    rules: Rules,
    /// Positions in the bins; those of a leaf stand together, ascending.
    order: Vec<u32>,
    scratch: Vec<u32>,
    spare: &'a mut Vec<Histogram>,
}

impl Grower<'_> {
    fn root(&mut self) -> Leaf {
        let total = self.sum(0..self.order.len());
        let histogram = Histogram::new(self.bins, &self.order, &self.cells, self.spare.pop());
        self.leaf(0, 0..self.order.len(), total, Bounds::NONE, Some(histogram))
    }

    fn leaf(
        &mut self,
        node: usize,
        rows: Range<usize>,
        total: Cell,
        bounds: Bounds,
        histogram: Option<Histogram>,
    ) -> Leaf {
        let heavy = self.is_heavy(total);
        let (histogram, light) = if heavy { (histogram, None) } else { (None, histogram) };
        self.spare.extend(light);
        let best = histogram.as_ref().and_then(|own| best(self.bins, own, total, bounds, self.rules));
        Leaf { node, rows, total, bounds, histogram, best }
    }

    /// Whether both sides of a split could weigh enough.
    fn is_heavy(&self, total: Cell) -> bool {
        self.rules.scale.count(total) >= 2 * self.rules.least
    }

    fn sum(&self, rows: Range<usize>) -> Cell {
        let mut total = Cell::default();
        self.order[rows].iter().for_each(|row| total.add(self.cells[*row as usize]));
        total
    }

    /// The two halves of a leaf; only the smaller one's histogram is counted, and neither where no split follows.
    fn divide(&mut self, parent: Leaf, split: Split, nodes: [usize; 2], last: bool) -> [Leaf; 2] {
        let middle = self.partition(parent.rows.clone(), split);
        let (yes, no) = (parent.rows.start..middle, middle..parent.rows.end);
        let yes_total = self.sum(yes.clone());
        let no_total = parent.total.minus(yes_total);
        let wanted = !last && (self.is_heavy(yes_total) || self.is_heavy(no_total));
        let histograms = match parent.histogram {
            Some(whole) if wanted => {
                let yes_is_smaller = yes.len() < no.len();
                let rows = if yes_is_smaller { yes.clone() } else { no.clone() };
                let smaller = Histogram::new(self.bins, &self.order[rows], &self.cells, self.spare.pop());
                let larger = whole.without(&smaller);
                if yes_is_smaller { [Some(smaller), Some(larger)] } else { [Some(larger), Some(smaller)] }
            }
            unneeded => {
                self.spare.extend(unneeded);
                [None, None]
            }
        };
        let [yes_value, no_value] = [yes_total, no_total]
            .map(|total| parent.bounds.clamp(self.rules.scale.sums(total).optimum(self.rules.l2)));
        let feature = self.bins.columns[split.column].feature;
        let [yes_bounds, no_bounds] = parent.bounds.divide(feature, yes_value, no_value);
        let [of_yes, of_no] = histograms;
        [
            self.leaf(nodes[0], yes, yes_total, yes_bounds, of_yes),
            self.leaf(nodes[1], no, no_total, no_bounds, of_no),
        ]
    }

    /// Puts the rows that answer yes before the others, both in their order; returns where the others begin.
    fn partition(&mut self, rows: Range<usize>, split: Split) -> usize {
        let column = &self.bins.columns[split.column];
        let missing = column.bins() as u8;
        let goes = |code: u8| match split.question {
            Question::UpTo { missing_yes, .. } if code == missing => missing_yes,
            Question::UpTo { bin, .. } => code <= bin,
            Question::Among(members) => members.has(usize::from(code)),
        };
        let (mut next, mut others) = (rows.start, 0);
        // Both places are written and one is kept, since no processor guesses which way a row goes.
        for place in rows {
            let row = self.order[place];
            let yes = goes(column.codes[row as usize]);
            self.order[next] = row;
            self.scratch[others] = row;
            next += usize::from(yes);
            others += usize::from(!yes);
        }
        self.order[next..][..others].copy_from_slice(&self.scratch[..others]);
        next
    }
}

#[cfg(test)]
#[path = "grow_tests.rs"]
mod tests;
