//! The best split that a leaf's histogram shows.

use crate::{
    bins::{Bins, Column},
    feature::Feature,
    histogram::{Cell, Histogram, Scale},
};

/// This much curvature is needed on each side, without which a leaf's value means nothing.
const MIN_CURVATURE: f64 = 1e-3;
/// A gain below this is rounding.
const MIN_GAIN: f64 = 1e-10;
/// Up to so many categories only one is told from the others.
const FEW_CATEGORIES: usize = 4;
/// Categories on the smaller side of a split at most.
const MOST_MEMBERS: usize = 32;
/// Added to the curvature of a category before categories are ordered, and to the penalty on the sides of such a
/// split, which has many chances to fit noise (LightGBM's `cat_smooth` and `cat_l2`).
const SMOOTH: f64 = 10.0;

/// A question about one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Split {
    pub gain: f64,
    pub column: usize,
    pub question: Question,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Question {
    /// Rows of bins up to this answer yes, and missing values if so.
    UpTo { bin: u8, missing_yes: bool },
    /// Rows of these bins answer yes.
    Among(Members),
}

/// A set of codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Members([u64; 4]);

impl Members {
    fn with(mut self, code: usize) -> Self {
        self.0[code / 64] |= 1 << (code % 64);
        self
    }
    pub fn has(&self, code: usize) -> bool {
        self.0[code / 64] >> (code % 64) & 1 == 1
    }
}

/// Between what the values of a leaf must stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    pub const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub fn clamp(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    /// The bounds of both sides of a split (LightGBM's method "basic": the middle of both values parts them).
    pub fn divide(self, feature: Feature, yes: f64, no: f64) -> [Self; 2] {
        let middle = f64::midpoint(yes, no);
        let (below, above) = (Self { high: middle, ..self }, Self { low: middle, ..self });
        match feature {
            Feature::Rising => [below, above],
            Feature::Falling => [above, below],
            Feature::Number | Feature::Category => [self; 2],
        }
    }
}

/// What a split must keep to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub l2: f64,
    /// Rows that count this much, in units of the scale, are needed on each side.
    pub least: i64,
    pub scale: Scale,
}

/// The search among one leaf's splits.
struct Search {
    rules: Rules,
    total: Cell,
    bounds: Bounds,
    /// What the leaf saves unsplit.
    whole: f64,
    best: Option<Split>,
}

/// The split that saves most, the first of equals; `None` when none is allowed or worth it.
pub(crate) fn best(
    bins: &Bins,
    histogram: &Histogram,
    total: Cell,
    bounds: Bounds,
    rules: Rules,
) -> Option<Split> {
    let sums = rules.scale.sums(total);
    let whole = if bounds == Bounds::NONE {
        sums.score(rules.l2)
    } else {
        sums.score_at(bounds.clamp(sums.optimum(rules.l2)), rules.l2)
    };
    let mut search = Search { rules, total, bounds, whole, best: None };
    for (index, column) in bins.columns.iter().enumerate().filter(|(_, column)| column.width() > 0) {
        let own = &histogram.cells[column.from..][..column.width()];
        match column.feature {
            Feature::Category => search.categories(index, own),
            _ => search.numbers(index, column, own),
        }
    }
    search.best
}

impl Search {
    /// After each bin, missing values on either side.
    fn numbers(&mut self, index: usize, column: &Column, own: &[Cell]) {
        let (missing, values) = own.split_last().map_or((Cell::default(), own), |(last, rest)| (*last, rest));
        let missing_seen = missing != Cell::default();
        for missing_yes in [false, true] {
            if missing_yes && !missing_seen {
                break;
            }
            // Without missing values on its side, all values may stand together against them.
            let ends = if missing_seen && !missing_yes && column.parts_missing {
                values.len()
            } else {
                values.len() - 1
            };
            let mut yes = if missing_yes { missing } else { Cell::default() };
            for (bin, cell) in values[..ends].iter().enumerate() {
                // An empty bin changes nothing.
                if *cell == Cell::default() {
                    continue;
                }
                yes.add(*cell);
                let question = Question::UpTo { bin: bin as u8, missing_yes };
                if !self.consider(index, column.feature, yes, self.rules.l2, question) {
                    break;
                }
            }
        }
    }

    /// One category against the others where they are few, else the first so many of one order of them
    /// (Fisher 1958: the best division is among these).
    fn categories(&mut self, index: usize, own: &[Cell]) {
        let scale = self.rules.scale;
        let here = |code: &usize| own[*code] != Cell::default();
        let mut seen: Vec<usize> = (0..own.len().saturating_sub(1)).filter(here).collect();
        if seen.len() <= FEW_CATEGORIES {
            for code in seen {
                let question = Question::Among(Members::default().with(code));
                self.consider(index, Feature::Category, own[code], self.rules.l2, question);
            }
            return;
        }
        let slope = |code: usize| {
            let sums = scale.sums(own[code]);
            sums.gradient / (sums.curvature + SMOOTH)
        };
        seen.sort_by(|a, b| slope(*a).total_cmp(&slope(*b)).then(a.cmp(b)));
        let most = MOST_MEMBERS.min(seen.len() / 2 + 1);
        let backwards: Vec<usize> = seen.iter().rev().copied().collect();
        for order in [seen, backwards] {
            let (mut yes, mut members) = (Cell::default(), Members::default());
            for code in order.into_iter().take(most) {
                yes.add(own[code]);
                members = members.with(code);
                let question = Question::Among(members);
                self.consider(index, Feature::Category, yes, self.rules.l2 + SMOOTH, question);
            }
        }
    }

    /// Takes a split if it is allowed and the best so far; false when the other side has become too light.
    #[inline]
    fn consider(&mut self, column: usize, feature: Feature, yes: Cell, l2: f64, question: Question) -> bool {
        let rest = self.total.minus(yes);
        let scale = self.rules.scale;
        if scale.count(rest) < self.rules.least {
            return false;
        }
        if scale.count(yes) < self.rules.least {
            return true;
        }
        let (yes, no) = (scale.sums(yes), scale.sums(rest));
        if yes.curvature < MIN_CURVATURE || no.curvature < MIN_CURVATURE {
            return true;
        }
        let gain = if self.bounds == Bounds::NONE && !feature.is_directed() {
            // One division instead of two.
            let (a, b) = (yes.curvature + l2, no.curvature + l2);
            (yes.gradient * yes.gradient * b + no.gradient * no.gradient * a) / (a * b) - self.whole
        } else {
            let [below, above] = [yes, no].map(|side| self.bounds.clamp(side.optimum(l2)));
            if !feature.allows(below, above) {
                return true;
            }
            yes.score_at(below, l2) + no.score_at(above, l2) - self.whole
        };
        if gain > self.best.map_or(MIN_GAIN, |best| best.gain) {
            self.best = Some(Split { gain, column, question });
        }
        true
    }
}
