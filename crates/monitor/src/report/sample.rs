//! A sample in ascending order, and what one walk through two of them tells.

use super::sort;

/// The finite values of a column in ascending order; NaN and infinities are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    values: Vec<f64>,
    mean: f64,
    squares: f64,
}

impl Sample {
    pub fn new(values: &[f64]) -> Self {
        let values = sort::ascending(values);
        let n = values.len().max(1) as f64;
        let mean = sum(&values, |value| value) / n;
        let squares = sum(&values, |value| (value - mean).powi(2));
        Self { values, mean, squares }
    }
    pub fn values(&self) -> &[f64] {
        &self.values
    }
    pub fn len(&self) -> usize {
        self.values.len()
    }
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    /// 0 without values.
    pub fn mean(&self) -> f64 {
        self.mean
    }
    /// Sum of squared distances from the mean.
    pub(super) fn squares(&self) -> f64 {
        self.squares
    }
    /// Standard deviation of the population; 0 without values.
    pub fn std(&self) -> f64 {
        (self.squares / self.len().max(1) as f64).sqrt()
    }
    /// numpy's default: linear between the two nearest ranks. There must be values.
    pub fn quantile(&self, q: f64) -> f64 {
        crate::bins::quantile(&self.values, q)
    }
    /// Distinct values with how often each occurs, ascending.
    pub(super) fn distinct(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.values.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64))
    }
}

/// In blocks, so that rounding grows with the block and not with the rows.
pub(super) fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    values.chunks(512).map(|block| block.iter().map(|value| of(*value)).sum::<f64>()).sum()
}

/// Two samples that are not empty, walked once from the lowest value to the highest.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    pub reference: &'a Sample,
    pub current: &'a Sample,
    pub walk: Walk,
}

impl<'a> Pair<'a> {
    /// `None` when a side is empty.
    pub fn new(reference: &'a Sample, current: &'a Sample) -> Option<Self> {
        let empty = reference.is_empty() || current.is_empty();
        (!empty).then(|| Self { reference, current, walk: Walk::new(reference, current) })
    }
}

/// Sums over the steps of two distribution functions, F of `a` and G of `b`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Walk {
    /// Distinct values of both.
    pub distinct: usize,
    /// The largest |F - G|.
    pub gap: f64,
    /// The integrals of |F - G| and of (F - G)^2.
    pub area: f64,
    pub squared_area: f64,
    /// Sums of the squared differences between the ranks among all values and among the own ones.
    pub rank_squares: (f64, f64),
    /// Pairs of values where the one of `b` is larger, and where it is smaller.
    pub larger: f64,
    pub smaller: f64,
}

impl Walk {
    pub fn new(a: &Sample, b: &Sample) -> Self {
        let (left, right) = (a.values(), b.values());
        let (n, m) = (left.len() as f64, right.len() as f64);
        let (mut i, mut j) = (0, 0);
        let mut walk = Self::default();
        loop {
            let here = match (left.get(i), right.get(j)) {
                (Some(x), Some(y)) => x.min(*y),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => return walk,
            };
            let before = (i as f64, j as f64);
            i = after(left, i, here);
            j = after(right, j, here);
            let equal = (i as f64 - before.0, j as f64 - before.1);
            walk.count(before, equal);
            let gap = (i as f64 / n - j as f64 / m).abs();
            walk.gap = walk.gap.max(gap);
            let next = match (left.get(i), right.get(j)) {
                (Some(x), Some(y)) => x.min(*y),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => here,
            };
            walk.area += gap * (next - here);
            walk.squared_area += gap * gap * (next - here);
        }
    }

    /// One distinct value, which so many of each side are below and so many equal.
    fn count(&mut self, below: (f64, f64), equal: (f64, f64)) {
        self.distinct += 1;
        self.larger += equal.1 * below.0;
        self.smaller += equal.0 * below.1;
        // Equal values share their mean rank: around their common difference they spread like 1..k.
        let spread = |k: f64| k * (k * k - 1.0) / 12.0;
        self.rank_squares.0 += equal.0 * (below.1 + equal.1 / 2.0).powi(2) + spread(equal.0);
        self.rank_squares.1 += equal.1 * (below.0 + equal.0 / 2.0).powi(2) + spread(equal.1);
    }
}

/// The first place from `from` on whose value is not `here`.
fn after(values: &[f64], mut from: usize, here: f64) -> usize {
    while values.get(from).is_some_and(|value| *value == here) {
        from += 1;
    }
    from
}
