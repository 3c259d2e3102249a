//! Sums of gradients by feature and bin, in whole numbers: what is subtracted comes out exactly, in any order.

use crate::bins::{Bins, Column};

/// Rows gathered at a time, few enough to stay in the nearest cache while every column looks at them.
const BLOCK: usize = 512;
/// Parts of the largest weight in which weights that are no whole numbers are counted.
const PARTS: f64 = 4096.0;
/// Weights that are whole are counted as such up to this total.
const MOST_WHOLE: f64 = 4_294_967_296.0;

/// Sums over rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub gradient: f64,
    pub curvature: f64,
    pub weight: f64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.weight += other.weight;
    }
    /// Twice the loss that the best constant saves (Chen and Guestrin 2016, equation 6).
    pub fn score(&self, l2: f64) -> f64 {
        self.gradient * self.gradient / (self.curvature + l2)
    }
    /// Twice the loss that this constant saves.
    pub fn score_at(&self, value: f64, l2: f64) -> f64 {
        -(2.0 * self.gradient + (self.curvature + l2) * value) * value
    }
    /// The best constant; 0 where there is none.
    pub fn optimum(&self, l2: f64) -> f64 {
        let value = -self.gradient / (self.curvature + l2);
        if value.is_finite() { value } else { 0.0 }
    }
}

/// Sums in units of a [`Scale`]: the gradient, and the curvature above the weight in one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    gradient: u64,
    rest: u64,
}

impl Cell {
    // Negative gradients wrap, and come right when read.
    #[inline]
    pub fn add(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_add(other.gradient);
        self.rest = self.rest.wrapping_add(other.rest);
    }
    #[inline]
    pub fn minus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_sub(other.gradient),
            rest: self.rest.wrapping_sub(other.rest),
        }
    }
}

/// The units of cells, so chosen that the sum of all rows just fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    gradient: Unit,
    curvature: Unit,
    weight: Unit,
    /// Bits of the weight.
    bits: u32,
}

/// A unit both ways, since multiplying is faster than dividing.
#[derive(Debug, Clone, Copy)]
struct Unit {
    steps: f64,
    value: f64,
}

impl Unit {
    fn of(value: f64) -> Self {
        let steps = 1.0 / value;
        if steps.is_finite() { Self { steps, value } } else { Self { steps: 0.0, value: 0.0 } }
    }
}

impl Scale {
    pub fn of(each: &[Sums]) -> Self {
        let largest = |value: &dyn Fn(&Sums) -> f64| each.iter().map(value).fold(0.0, f64::max);
        let rows = bits(each.len() as f64);
        let total: f64 = each.iter().map(|sums| sums.weight).sum();
        let whole = total < MOST_WHOLE && each.iter().all(|sums| sums.weight.fract() == 0.0);
        let unit = if whole { 1.0 } else { largest(&|sums| sums.weight) / PARTS };
        // Rounding adds half a unit a row at most.
        let width = bits(total / unit + each.len() as f64);
        let part = |largest: f64, room: u32| Unit::of(largest / f64::from(room).exp2());
        Self {
            gradient: part(largest(&|sums| sums.gradient.abs()), 61 - rows),
            curvature: part(largest(&|sums| sums.curvature), 63 - width - rows),
            weight: Unit::of(unit),
            bits: width,
        }
    }

    #[inline]
    pub fn cell(&self, sums: &Sums) -> Cell {
        let curvature = whole(sums.curvature * self.curvature.steps);
        let weight = whole(sums.weight * self.weight.steps);
        Cell {
            gradient: ((sums.gradient * self.gradient.steps) as i64).cast_unsigned(),
            rest: (curvature << self.bits) + weight,
        }
    }

    #[inline]
    pub fn sums(&self, cell: Cell) -> Sums {
        Sums {
            gradient: cell.gradient.cast_signed() as f64 * self.gradient.value,
            // Signed, since those convert faster; the highest bit is free.
            curvature: (cell.rest >> self.bits).cast_signed() as f64 * self.curvature.value,
            weight: self.count(cell) as f64 * self.weight.value,
        }
    }

    /// The weight in its units.
    #[inline]
    pub fn count(&self, cell: Cell) -> i64 {
        (cell.rest & ((1 << self.bits) - 1)).cast_signed()
    }

    /// The least count that stands for such a weight.
    pub fn least(&self, weight: f64) -> i64 {
        (weight * self.weight.steps).ceil() as i64
    }
}

/// The nearest whole number of one that is not negative.
#[inline]
fn whole(value: f64) -> u64 {
    (value + 0.5) as u64
}

/// Bits that hold whole numbers up to this.
fn bits(most: f64) -> u32 {
    (most + 1.0).log2().ceil() as u32
}

/// The sums of one leaf's rows, for each feature its bins and then the missing values.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    pub cells: Vec<Cell>,
}

impl Histogram {
    /// `rows` are positions in the bins, ascending; `each` the sums of one row. Takes over the memory of a spare one.
    pub fn new(bins: &Bins, rows: &[u32], each: &[Cell], spare: Option<Self>) -> Self {
        let mut cells = spare.map_or_else(Vec::new, |spare| spare.cells);
        cells.clear();
        cells.resize(bins.cells, Cell::default());
        let columns: Vec<&Column> = bins.columns.iter().filter(|column| column.width() > 0).collect();
        let mut gathered = Vec::with_capacity(BLOCK);
        for block in rows.chunks(BLOCK) {
            gathered.clear();
            gathered.extend(block.iter().map(|row| each[*row as usize]));
            let mut left = &mut cells[..];
            let mut groups = columns.chunks_exact(4);
            for group in &mut groups {
                let [a, b, c, d] = [0, 1, 2, 3].map(|index: usize| group[index]);
                let (of_a, rest) = left.split_at_mut(a.width());
                let (of_b, rest) = rest.split_at_mut(b.width());
                let (of_c, rest) = rest.split_at_mut(c.width());
                let (of_d, rest) = rest.split_at_mut(d.width());
                left = rest;
                // Four at a time: equal codes in a row make additions wait for each other, those of other columns
                // need not.
                for (row, cell) in block.iter().zip(&gathered) {
                    let row = *row as usize;
                    of_a[usize::from(a.codes[row])].add(*cell);
                    of_b[usize::from(b.codes[row])].add(*cell);
                    of_c[usize::from(c.codes[row])].add(*cell);
                    of_d[usize::from(d.codes[row])].add(*cell);
                }
            }
            for column in groups.remainder() {
                let (own, rest) = left.split_at_mut(column.width());
                left = rest;
                for (row, cell) in block.iter().zip(&gathered) {
                    own[usize::from(column.codes[*row as usize])].add(*cell);
                }
            }
        }
        Self { cells }
    }

    /// What remains when the rows of a part are taken away.
    pub fn without(mut self, part: &Self) -> Self {
        self.cells.iter_mut().zip(&part.cells).for_each(|(whole, part)| *whole = whole.minus(*part));
        self
    }
}
