//! The counters of a stretch of rows that window checks are put to, beside the bins of
//! [`crate::column::Counts`]. Merging two stretches is counting both, but for the error each sketch states;
//! only [`Order`] asks that the later one is merged into the earlier.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Check, Common, Cross, Distinct, Expectation, Values};

/// Rows that failed one row check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub rows: u64,
    /// Of them, those above the limits.
    pub above: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Rows that were looked at and went to the model.
    pub rows: u64,
    /// Requests refused, and their rows.
    pub rejected_requests: u64,
    pub rejected_rows: u64,
    /// Rows answered with a warning.
    pub tagged_rows: u64,
    /// Rows that failed one check or more.
    pub violating_rows: u64,
    /// By the check's id; refused rows are among them.
    pub violations: BTreeMap<String, Broken>,
    /// In the order of the columns; empty until a check needs them.
    pub columns: Vec<ColumnSums>,
    /// Different rows among `distinct_of`.
    pub distinct_rows: Option<Distinct>,
    pub distinct_of: u64,
    /// Of bounded many pairs of columns.
    pub pairs: Vec<((u16, u16), Cross)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnSums {
    pub common: Option<Common>,
    pub distinct: Option<Distinct>,
    /// Values that `distinct` saw.
    pub distinct_of: u64,
    pub order: Option<Order>,
}

/// Whether values only ever rise, in the order they came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Steps from one value to the next, and those that went down.
    pub steps: u64,
    pub back: u64,
    first: f64,
    last: f64,
}

impl Order {
    fn new(value: f64) -> Self {
        Self { steps: 0, back: 0, first: value, last: value }
    }

    fn add(&mut self, value: f64) {
        self.merge(&Self::new(value));
    }

    fn merge(&mut self, later: &Self) {
        self.steps += later.steps + 1;
        self.back += later.back + u64::from(later.first < self.last);
        self.last = later.last;
    }
}

/// What the enabled checks need to be counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    columns: Vec<ColumnPlan>,
    duplicates: bool,
    pairs: Vec<(u16, u16)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct ColumnPlan {
    common: bool,
    distinct: bool,
    order: bool,
}

impl Plan {
    pub fn new(checks: &[Check], columns: &[&str]) -> Self {
        let mut plan = Self { columns: vec![ColumnPlan::default(); columns.len()], ..Self::default() };
        let place = |name: &str| columns.iter().position(|column| *column == name);
        for check in checks.iter().filter(|check| check.enabled) {
            plan.duplicates |= matches!(check.expect, Expectation::Duplicates { .. });
            let Some(at) = check.column.as_deref().and_then(place) else { continue };
            match &check.expect {
                Expectation::NotConstant { .. } | Expectation::MostCommon { .. } => {
                    plan.columns[at].common = true
                }
                Expectation::Unique { .. } => plan.columns[at].distinct = true,
                Expectation::Monotonic { .. } => plan.columns[at].order = true,
                Expectation::Correlation { with, .. } => {
                    plan.pairs.extend(place(with).and_then(|b| pair(at, b)))
                }
                _ => {}
            }
        }
        plan.pairs.sort_unstable();
        plan.pairs.dedup();
        plan
    }
}

pub(super) fn pair(a: usize, b: usize) -> Option<(u16, u16)> {
    Some((u16::try_from(a.min(b)).ok()?, u16::try_from(a.max(b)).ok()?))
}

/// The values of some rows as bits.
#[derive(Debug, Default)]
struct Hashed {
    /// Empty where no check needs it.
    columns: Vec<Vec<u64>>,
    rows: Vec<u64>,
}

impl Hashed {
    fn of(plan: &Plan, columns: &[Values<'_>], rows: usize) -> Self {
        let needed = |plan: &ColumnPlan| plan.common || plan.distinct;
        let mut hashed = Self::default();
        if plan.duplicates && !columns.is_empty() {
            hashed.rows = vec![0; rows];
        }
        for (plan, values) in plan.columns.iter().zip(columns) {
            let bits = match needed(plan) || !hashed.rows.is_empty() {
                true => values.bits(),
                false => Vec::new(),
            };
            hashed.rows.iter_mut().zip(&bits).for_each(|(row, bits)| *row = mix(*row, *bits));
            hashed.columns.push(if needed(plan) { bits } else { Vec::new() });
        }
        hashed
    }
}

/// One more value of a row (the multiplication of Fx, as in rustc).
fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// FNV-1a: the same in every build, as sketches are kept.
pub(super) fn text_bits(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Window {
    /// Counts rows that went to the model.
    pub fn add(&mut self, plan: &Plan, columns: &[Values<'_>], rows: usize) {
        let hashed = Hashed::of(plan, columns, rows);
        self.rows += rows as u64;
        self.columns.resize(plan.columns.len().max(self.columns.len()), ColumnSums::default());
        for (at, (plan, bits)) in plan.columns.iter().zip(&hashed.columns).enumerate() {
            let sums = &mut self.columns[at];
            if plan.common {
                let common = sums.common.get_or_insert_default();
                bits.iter().for_each(|bits| common.add(*bits));
            }
            if plan.distinct {
                let distinct = sums.distinct.get_or_insert_default();
                bits.iter().for_each(|bits| distinct.add(*bits));
                sums.distinct_of += bits.len() as u64;
            }
            if let (true, Some(Values::Numbers(values))) = (plan.order, columns.get(at)) {
                values.iter().filter(|value| value.is_finite()).for_each(|value| sums.follow(*value));
            }
        }
        if plan.duplicates {
            let distinct = self.distinct_rows.get_or_insert_default();
            hashed.rows.iter().for_each(|row| distinct.add(*row));
            self.distinct_of += hashed.rows.len() as u64;
        }
        for (a, b) in &plan.pairs {
            let (Some(Values::Numbers(left)), Some(Values::Numbers(right))) =
                (columns.get(usize::from(*a)), columns.get(usize::from(*b)))
            else {
                continue;
            };
            let cross = self.cross((*a, *b));
            left.iter().zip(*right).for_each(|(a, b)| cross.add(*a, *b));
        }
    }

    fn cross(&mut self, pair: (u16, u16)) -> &mut Cross {
        let at = match self.pairs.iter().position(|(known, _)| *known == pair) {
            Some(at) => at,
            None => {
                self.pairs.push((pair, Cross::default()));
                self.pairs.len() - 1
            }
        };
        &mut self.pairs[at].1
    }

    /// Merges a later stretch.
    pub fn merge(&mut self, later: &Self) {
        self.rows += later.rows;
        self.rejected_requests += later.rejected_requests;
        self.rejected_rows += later.rejected_rows;
        self.tagged_rows += later.tagged_rows;
        self.violating_rows += later.violating_rows;
        for (id, theirs) in &later.violations {
            let mine = self.violations.entry(id.clone()).or_default();
            mine.rows += theirs.rows;
            mine.above += theirs.above;
        }
        self.columns.resize(later.columns.len().max(self.columns.len()), ColumnSums::default());
        self.columns.iter_mut().zip(&later.columns).for_each(|(mine, theirs)| mine.merge(theirs));
        merge(&mut self.distinct_rows, &later.distinct_rows, Distinct::merge);
        self.distinct_of += later.distinct_of;
        for (pair, theirs) in &later.pairs {
            self.cross(*pair).merge(theirs);
        }
    }

    /// As it is to be stored: without counts of values that are not common.
    #[must_use]
    pub fn pruned(&self) -> Self {
        let mut pruned = self.clone();
        for column in &mut pruned.columns {
            column.common = column.common.as_ref().map(Common::pruned);
        }
        pruned
    }

    pub fn is_empty(&self) -> bool {
        self.looked_at() == 0 && self.violations.is_empty()
    }

    /// Rows that row checks were put to.
    pub fn looked_at(&self) -> u64 {
        self.rows + self.rejected_rows
    }
}

impl ColumnSums {
    fn follow(&mut self, value: f64) {
        match &mut self.order {
            Some(order) => order.add(value),
            None => self.order = Some(Order::new(value)),
        }
    }

    fn merge(&mut self, later: &Self) {
        merge(&mut self.common, &later.common, Common::merge);
        merge(&mut self.distinct, &later.distinct, Distinct::merge);
        self.distinct_of += later.distinct_of;
        merge(&mut self.order, &later.order, Order::merge);
    }
}

fn merge<T: Clone>(mine: &mut Option<T>, later: &Option<T>, merge: impl Fn(&mut T, &T)) {
    match (mine, later) {
        (Some(mine), Some(later)) => merge(mine, later),
        (mine @ None, later) => mine.clone_from(later),
        (Some(_), None) => {}
    }
}
