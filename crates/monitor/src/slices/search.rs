//! The search for the slices on which a model does worst, over single inputs and pairs.
//!
//! Neighbouring bins of a number are joined to ranges, so that a slice is as wide as what is wrong with it. Whatever
//! is found by looking at thousands of slices looks worse than it is: rows are split in half, one half is searched,
//! and the numbers shown are the other half's. After SliceFinder (Chung et al. 2019), which ranks by effect and size,
//! here as one: by Welch's t.

use serde::{Deserialize, Serialize};

use super::{Column, LEAST_ROWS, Slice, SliceVerdict, Sums, Worth, judge};
use crate::random::SplitMix;

/// A slice must be this much worse, in pooled standard deviations (Cohen's "small").
const LEAST_EFFECT: f64 = 0.2;
/// And hold this share of the rows.
const LEAST_SHARE: f64 = 0.01;
const MOST_SHARE: f64 = 0.5;
/// Row visits that pairs may cost; with more, only the inputs with the worst single slices are paired.
const BUDGET: usize = 400_000_000;
/// Slices kept while searching.
const CANDIDATES: usize = 200;
/// A slice that shares this much with one already found tells nothing new (Jaccard).
const MOST_OVERLAP: f64 = 0.5;

/// What the search found, the surest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorstSlices {
    pub slices: Vec<Slice>,
    /// The metric on all rows that were measured.
    pub overall: f64,
    /// Rows that were searched, and the others, that every number shown is from.
    pub searched_rows: u64,
    pub measured_rows: u64,
    /// Slices looked at.
    pub slices_searched: u64,
    /// Inputs that were paired with each other: all, unless there are too many.
    pub inputs_paired: u32,
}

/// One input's range of bins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    column: usize,
    first: usize,
    last: usize,
}

#[derive(Debug, Clone)]
struct Candidate {
    parts: Vec<Part>,
    /// Welch's t, positive where it is worse.
    t: f64,
}

/// The at most `most` worst slices of at least 1% and [`LEAST_ROWS`] rows that don't tell the same twice. The seed
/// splits the rows. Once `stopped` it looks no further and tells what it found until then.
pub fn worst(
    columns: &[Column<'_>],
    worth: Worth<'_>,
    most: usize,
    seed: u64,
    stopped: impl Fn() -> bool,
) -> WorstSlices {
    let mut random = SplitMix(seed);
    let searched: Vec<bool> = worth.values.iter().map(|_| random.below(2) == 0).collect();
    let mut search = Search::new(columns, worth, &searched);
    for column in 0..columns.len() {
        search.single(column);
    }
    let paired = search.inputs_to_pair();
    for (index, first) in paired.iter().enumerate() {
        for second in paired[index + 1..].iter().take_while(|_| !stopped()) {
            search.pair(*first, *second);
        }
    }
    let measured: Vec<usize> = (0..searched.len()).filter(|row| !searched[*row]).collect();
    let all = Sums::of(measured.iter().map(|row| worth.values[*row]));
    let mut slices = search.distinct(most, &measured, all);
    judge(&mut slices.iter_mut().collect::<Vec<_>>(), all.n, worth.higher_is_better);
    // What the other half doesn't confirm was chance.
    slices.retain(|slice| slice.verdict == SliceVerdict::Worse);
    WorstSlices {
        slices,
        overall: all.mean(),
        searched_rows: search.rows.len() as u64,
        measured_rows: all.n,
        slices_searched: search.looked_at,
        inputs_paired: paired.len() as u32,
    }
}

struct Search<'a> {
    columns: &'a [Column<'a>],
    worth: Worth<'a>,
    rows: Vec<usize>,
    all: Sums,
    candidates: Vec<Candidate>,
    looked_at: u64,
    /// The highest t of each input's single slices.
    best: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(columns: &'a [Column<'a>], worth: Worth<'a>, searched: &[bool]) -> Self {
        let rows: Vec<usize> = (0..searched.len()).filter(|row| searched[*row]).collect();
        let all = Sums::of(rows.iter().map(|row| worth.values[*row]));
        let best = vec![0.0; columns.len()];
        Self { columns, worth, rows, all, candidates: vec![], looked_at: 0, best }
    }
    /// Ranges of neighbouring bins, or single categories.
    fn ranges(&self, column: usize) -> Vec<(usize, usize)> {
        let column = &self.columns[column];
        let (width, bins) = (column.width(), column.reference.bins.len());
        let longest = if column.is_ordered() { bins } else { 1 };
        let ranges = (0..width).flat_map(|first| {
            let most = if first < bins { (first + longest).min(bins) } else { first + 1 };
            (first..most).map(move |last| (first, last))
        });
        ranges.collect()
    }
    fn look(&mut self, parts: &[Part], sums: Sums) -> f64 {
        let share = sums.n as f64 / self.all.n.max(1) as f64;
        if sums.n < LEAST_ROWS || !(LEAST_SHARE..=MOST_SHARE).contains(&share) {
            return 0.0;
        }
        self.looked_at += 1;
        let rest = self.all.less(sums);
        let sign = if self.worth.higher_is_better { -1.0 } else { 1.0 };
        let t = sign * sums.t(rest);
        if sign * sums.effect(rest) >= LEAST_EFFECT {
            self.candidates.push(Candidate { parts: parts.to_vec(), t });
            if self.candidates.len() >= 2 * CANDIDATES {
                self.keep_best();
            }
        }
        t
    }
    fn keep_best(&mut self) {
        self.candidates.sort_by(|a, b| b.t.total_cmp(&a.t));
        self.candidates.truncate(CANDIDATES);
    }
    fn single(&mut self, column: usize) {
        let codes = &self.columns[column].codes;
        let mut bins = vec![Sums::default(); self.columns[column].width()];
        self.rows.iter().for_each(|row| bins[codes[*row] as usize].add(self.worth.values[*row]));
        for (first, last) in self.ranges(column) {
            let sums = bins[first..=last].iter().fold(Sums::default(), |sum, bin| sum.plus(*bin));
            let t = self.look(&[Part { column, first, last }], sums);
            self.best[column] = self.best[column].max(t);
        }
    }
    /// All inputs, or as many of those with the worst single slices as the budget allows.
    fn inputs_to_pair(&self) -> Vec<usize> {
        let mut inputs: Vec<usize> = (0..self.columns.len()).collect();
        inputs.sort_by(|a, b| self.best[*b].total_cmp(&self.best[*a]));
        let pairs = BUDGET / self.rows.len().max(1);
        let fits = (1..=inputs.len()).take_while(|count| count * (count - 1) / 2 <= pairs).count();
        inputs.truncate(fits);
        inputs
    }
    fn pair(&mut self, first: usize, second: usize) {
        let (a, b) = (&self.columns[first], &self.columns[second]);
        let width = b.width();
        let mut table = vec![Sums::default(); a.width() * width];
        for row in &self.rows {
            table[a.codes[*row] as usize * width + b.codes[*row] as usize].add(self.worth.values[*row]);
        }
        let (ranges, others) = (self.ranges(first), self.ranges(second));
        for (from, to) in ranges {
            // Of the rows in this range, by the second input.
            let mut line = vec![Sums::default(); width];
            for bin in from..=to {
                line.iter_mut().zip(&table[bin * width..]).for_each(|(sum, cell)| *sum = sum.plus(*cell));
            }
            for (low, high) in &others {
                let sums = line[*low..=*high].iter().fold(Sums::default(), |sum, bin| sum.plus(*bin));
                let parts = [
                    Part { column: first, first: from, last: to },
                    Part { column: second, first: *low, last: *high },
                ];
                self.look(&parts, sums);
            }
        }
    }
    fn holds(&self, parts: &[Part], row: usize) -> bool {
        parts
            .iter()
            .all(|part| (part.first..=part.last).contains(&(self.columns[part.column].codes[row] as usize)))
    }
    /// The best candidates that share few rows, measured on the rows that were not searched.
    fn distinct(&mut self, most: usize, measured: &[usize], all: Sums) -> Vec<Slice> {
        self.keep_best();
        let (mut slices, mut found) = (Vec::new(), Vec::<Vec<bool>>::new());
        for candidate in &self.candidates {
            if slices.len() == most {
                break;
            }
            let inside: Vec<bool> = measured.iter().map(|row| self.holds(&candidate.parts, *row)).collect();
            if found.iter().any(|other| overlap(&inside, other) > MOST_OVERLAP) {
                continue;
            }
            let rows = measured.iter().zip(&inside).filter(|(_, inside)| **inside);
            let sums = Sums::of(rows.map(|(row, _)| self.worth.values[*row]));
            let mut parts = candidate.parts.clone();
            parts.sort_by_key(|part| part.column);
            let conditions =
                parts.iter().map(|part| self.columns[part.column].condition(part.first, part.last)).collect();
            slices.push(Slice::of(conditions, sums, all, self.worth));
            found.push(inside);
        }
        slices
    }
}

/// Rows in both of those in either.
fn overlap(a: &[bool], b: &[bool]) -> f64 {
    let (mut both, mut either) = (0, 0);
    for (a, b) in a.iter().zip(b) {
        both += u32::from(*a && *b);
        either += u32::from(*a || *b);
    }
    f64::from(both) / f64::from(either.max(1))
}
