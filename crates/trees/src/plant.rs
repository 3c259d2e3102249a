//! Growing one deep tree of a forest: at each node the best split of a few columns drawn by chance.

use crate::{
    bins::{Bins, Column, Values},
    boost::Problem,
    forest::Forestry,
    loss::Loss,
    random::SplitMix64,
    tree::{Grown, Tree},
};

/// Nodes with fewer rows than a column has bins times this are sorted, not counted.
const SORTED: usize = 2;

pub(crate) struct Planter<'a> {
    bins: &'a Bins,
    forestry: Forestry,
    /// Columns looked at for a split.
    columns: usize,
    outputs: usize,
    /// The class of each row in the bins; empty for numbers.
    class: Vec<usize>,
    /// The number of each row less the mean; empty for classes.
    number: Vec<f64>,
    mean: f64,
    /// The weight of each row, and the weight times how often the tree at hand learns from it.
    own: Vec<f64>,
    weight: Vec<f64>,
    groups: Groups,
}

/// The rows of a node by the code of one column, ascending: codes, and for each the sums of the outputs, then the
/// weight and the number of rows.
#[derive(Default)]
struct Groups {
    codes: Vec<u8>,
    sums: Vec<f64>,
    keys: Vec<(u8, u32)>,
    counted: Vec<f64>,
}

struct Best {
    score: f64,
    column: usize,
    /// Rows up to this code answer yes.
    code: u8,
    /// The first code above.
    above: u8,
    missing_yes: bool,
}

struct Waiting {
    node: usize,
    depth: u32,
    rows: Vec<u32>,
}

impl<'a> Planter<'a> {
    pub fn new(
        problem: &Problem,
        bins: &'a Bins,
        taken: &[usize],
        forestry: Forestry,
        columns: usize,
    ) -> Self {
        let own: Vec<f64> = taken.iter().map(|row| problem.weight[*row]).collect();
        let truth = || taken.iter().map(|row| problem.truth[*row]);
        let numbers = matches!(problem.loss, Loss::Squared | Loss::Quantile(_));
        let total: f64 = own.iter().sum();
        let mean = if numbers && total > 0.0 {
            truth().zip(&own).map(|(truth, weight)| truth * weight).sum::<f64>() / total
        } else {
            0.0
        };
        Self {
            bins,
            forestry,
            columns,
            outputs: problem.outputs,
            class: if numbers { Vec::new() } else { truth().map(|truth| truth as usize).collect() },
            number: if numbers { truth().map(|truth| truth - mean).collect() } else { Vec::new() },
            mean,
            weight: own.clone(),
            own,
            groups: Groups::default(),
        }
    }

    /// Grows a tree on rows that count so many times.
    pub fn plant(&mut self, times: &[u32], random: &mut SplitMix64) -> Tree<Vec<f32>> {
        self.weight = self.own.iter().zip(times).map(|(own, times)| own * f64::from(*times)).collect();
        let rows = (0..times.len() as u32).filter(|row| times[*row as usize] > 0).collect();
        let mut nodes = vec![Grown::Leaf(Vec::new())];
        let mut waiting = vec![Waiting { node: 0, depth: 0, rows }];
        while let Some(Waiting { node, depth, rows }) = waiting.pop() {
            let total = self.total(&rows);
            let deep = self.forestry.depth.is_some_and(|most| depth >= most);
            let best =
                if deep || self.is_pure(&rows, &total) { None } else { self.best(&rows, &total, random) };
            let Some(best) = best else {
                nodes[node] = Grown::Leaf(self.answer(&total));
                continue;
            };
            let (yes, no) = (nodes.len(), nodes.len() + 1);
            nodes.extend([Grown::Leaf(Vec::new()), Grown::Leaf(Vec::new())]);
            nodes[node] = self.question(&best, yes, no);
            let column = &self.bins.columns[best.column];
            let missing = column.bins() as u8;
            let goes = |row: &u32| {
                let code = column.codes[*row as usize];
                if code == missing { best.missing_yes } else { code <= best.code }
            };
            let (left, right) = rows.into_iter().partition(goes);
            waiting.push(Waiting { node: no, depth: depth + 1, rows: right });
            waiting.push(Waiting { node: yes, depth: depth + 1, rows: left });
        }
        Tree { nodes }
    }

    /// Sums of a group: the outputs, the weight, the rows.
    fn stride(&self) -> usize {
        self.outputs + 2
    }

    fn total(&self, rows: &[u32]) -> Vec<f64> {
        let mut total = vec![0.0; self.stride()];
        rows.iter().for_each(|row| self.add(&mut total, *row));
        total
    }

    #[inline]
    fn add(&self, sums: &mut [f64], row: u32) {
        let row = row as usize;
        let weight = self.weight[row];
        match self.class.get(row) {
            Some(class) => sums[*class] += weight,
            None => sums[0] += weight * self.number[row],
        }
        sums[self.outputs] += weight;
        sums[self.outputs + 1] += 1.0;
    }

    /// Nothing is left to tell apart.
    fn is_pure(&self, rows: &[u32], total: &[f64]) -> bool {
        if rows.len() < 2 * self.forestry.min_rows.max(1) as usize {
            return true;
        }
        match rows.split_first() {
            Some((first, rest)) if !self.number.is_empty() => {
                rest.iter().all(|row| self.number[*row as usize] == self.number[*first as usize])
            }
            _ => total[..self.outputs].iter().filter(|sum| **sum > 0.0).count() < 2,
        }
    }

    fn answer(&self, total: &[f64]) -> Vec<f32> {
        let weight = total[self.outputs];
        let share = |sum: &f64| if weight > 0.0 { sum / weight } else { 0.0 };
        total[..self.outputs].iter().map(|sum| (share(sum) + self.mean) as f32).collect()
    }

    /// The best split of columns drawn without replacement, until enough of them are not constant here.
    fn best(&mut self, rows: &[u32], total: &[f64], random: &mut SplitMix64) -> Option<Best> {
        let bins = self.bins;
        let mut order: Vec<usize> =
            (0..bins.columns.len()).filter(|index| bins.columns[*index].width() > 0).collect();
        let (mut best, mut looked) = (None, 0);
        for next in 0..order.len() {
            if looked == self.columns {
                break;
            }
            let drawn = next + random.below(order.len() - next);
            order.swap(next, drawn);
            let column = &bins.columns[order[next]];
            let mut groups = std::mem::take(&mut self.groups);
            self.group(&mut groups, column, rows);
            if groups.codes.len() > 1 {
                looked += 1;
                self.search(&groups, order[next], total, &mut best);
            }
            self.groups = groups;
        }
        best
    }

    fn group(&self, groups: &mut Groups, column: &Column, rows: &[u32]) {
        let stride = self.stride();
        groups.codes.clear();
        groups.sums.clear();
        if rows.len() >= column.width() * SORTED {
            groups.counted.clear();
            groups.counted.resize(column.width() * stride, 0.0);
            for row in rows {
                let code = usize::from(column.codes[*row as usize]);
                self.add(&mut groups.counted[code * stride..][..stride], *row);
            }
            for (code, sums) in groups.counted.chunks_exact(stride).enumerate() {
                if sums[stride - 1] > 0.0 {
                    groups.codes.push(code as u8);
                    groups.sums.extend(sums);
                }
            }
            return;
        }
        groups.keys.clear();
        groups.keys.extend(rows.iter().map(|row| (column.codes[*row as usize], *row)));
        groups.keys.sort_unstable();
        for (code, row) in &groups.keys {
            if groups.codes.last() != Some(code) {
                groups.codes.push(*code);
                groups.sums.resize(groups.sums.len() + stride, 0.0);
            }
            let own = groups.sums.len() - stride;
            self.add(&mut groups.sums[own..], *row);
        }
    }

    /// After each group, missing values on either side: the most even sums of squares, which is the least Gini
    /// impurity of classes and the least squared error of numbers.
    fn search(&self, groups: &Groups, index: usize, total: &[f64], best: &mut Option<Best>) {
        let column = &self.bins.columns[index];
        let (stride, missing) = (self.stride(), column.bins());
        let gap = groups.codes.last().is_some_and(|code| usize::from(*code) == missing);
        let values = groups.codes.len() - usize::from(gap);
        for missing_yes in if gap { &[false, true][..] } else { &[false] } {
            let mut yes = vec![0.0; stride];
            if *missing_yes {
                yes.copy_from_slice(&groups.sums[values * stride..]);
            }
            let ends =
                if gap && !missing_yes && column.parts_missing { values } else { values.saturating_sub(1) };
            for place in 0..ends {
                let own = &groups.sums[place * stride..][..stride];
                yes.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                let Some(score) = self.score(&yes, total) else { continue };
                if best.as_ref().is_none_or(|best| score > best.score) {
                    let code = groups.codes[place];
                    let above = groups.codes.get(place + 1).copied().unwrap_or(code);
                    *best = Some(Best { score, column: index, code, above, missing_yes: *missing_yes });
                }
            }
        }
    }

    /// Sums of squares over weight on both sides; `None` where a side has too few rows.
    fn score(&self, yes: &[f64], total: &[f64]) -> Option<f64> {
        let (weight, rows) = (self.outputs, self.outputs + 1);
        let least = f64::from(self.forestry.min_rows.max(1));
        if yes[rows] < least || total[rows] - yes[rows] < least {
            return None;
        }
        let (mut left, mut right) = (0.0, 0.0);
        for (yes, total) in yes[..self.outputs].iter().zip(total) {
            left += yes * yes;
            right += (total - yes) * (total - yes);
        }
        Some(left / yes[weight] + right / (total[weight] - yes[weight]))
    }

    /// The threshold stands in the middle of what this node's rows have, not of what all rows have.
    fn question(&self, best: &Best, yes: usize, no: usize) -> Grown<Vec<f32>> {
        let column = &self.bins.columns[best.column];
        let cuts = match &column.values {
            Values::Cuts(cuts) => &cuts[..],
            Values::Categories(_) => &[],
        };
        let apart = usize::from(best.code) >= cuts.len() || usize::from(best.above) > cuts.len();
        let (below, above) = if apart || best.above == best.code {
            (f32::MAX, f32::INFINITY)
        } else {
            (cuts[usize::from(best.code)].0, cuts[usize::from(best.above) - 1].1)
        };
        Grown::Split { column: best.column, below, above, missing_yes: best.missing_yes, yes, no }
    }
}
