//! Sums of gradients by feature and bin, in whole numbers: what is subtracted comes out exactly, in any order.

use crate::bins::Bins;

/// Rows gathered at a time, few enough to stay in the nearest cache while every column looks at them.
const BLOCK: usize = 1024;
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
    gradient: f64,
    curvature: f64,
    weight: f64,
    /// Bits of the weight.
    bits: u32,
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
        let steps = |room: u32, largest: f64| {
            let steps = f64::from(room).exp2() / largest;
            if steps.is_finite() { steps } else { 0.0 }
        };
        Self {
            gradient: steps(61 - rows, largest(&|sums| sums.gradient.abs())),
            curvature: steps(63 - width - rows, largest(&|sums| sums.curvature)),
            weight: 1.0 / unit,
            bits: width,
        }
    }

    pub fn cell(&self, sums: &Sums) -> Cell {
        let curvature = (sums.curvature * self.curvature).round() as u64;
        let weight = (sums.weight * self.weight).round() as u64;
        Cell {
            gradient: ((sums.gradient * self.gradient).round() as i64).cast_unsigned(),
            rest: (curvature << self.bits) + weight,
        }
    }

    #[inline]
    pub fn sums(&self, cell: Cell) -> Sums {
        let units = |value: f64, unit: f64| if unit == 0.0 { 0.0 } else { value / unit };
        Sums {
            gradient: units(cell.gradient.cast_signed() as f64, self.gradient),
            curvature: units((cell.rest >> self.bits) as f64, self.curvature),
            weight: self.weight(cell),
        }
    }

    #[inline]
    pub fn weight(&self, cell: Cell) -> f64 {
        (cell.rest & ((1 << self.bits) - 1)) as f64 / self.weight
    }
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
    /// `rows` are positions in the bins, ascending; `each` the sums of one row.
    pub fn new(bins: &Bins, rows: &[u32], each: &[Cell]) -> Self {
        let mut cells = vec![Cell::default(); bins.cells];
        let mut gathered = Vec::with_capacity(BLOCK);
        for block in rows.chunks(BLOCK) {
            gathered.clear();
            gathered.extend(block.iter().map(|row| each[*row as usize]));
            for column in bins.columns.iter().filter(|column| column.width() > 0) {
                let own = &mut cells[column.from..][..column.width()];
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
