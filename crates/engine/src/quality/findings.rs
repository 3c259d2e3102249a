//! What is wrong with one request: which checks its rows fail, and what follows from it.

use std::{collections::BTreeMap, sync::Arc};

use tidegate_core::{Code, Error};
use tidegate_monitor::quality::{Action, Broken, Check, advice, violates};

use super::set::Active;
use crate::view::QualityWarning;

/// Failing values of one request that are told each; the rest is only counted.
const TOLD: usize = 1_000;

#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its place among the checks.
    pub check: usize,
    pub row: u32,
    pub value: String,
    pub above: bool,
}

#[derive(Debug)]
pub struct Findings {
    pub active: Arc<Active>,
    /// Rows that fail, by the check's place.
    pub broken: BTreeMap<usize, Broken>,
    /// The gravest action of each row.
    pub rows: BTreeMap<u32, Action>,
    /// The first of them, refused ones always.
    pub told: Vec<Finding>,
}

impl Findings {
    pub fn new(active: Arc<Active>) -> Self {
        Self { active, broken: BTreeMap::new(), rows: BTreeMap::new(), told: Vec::new() }
    }

    pub fn check(&self, at: usize) -> &Check {
        &self.active.set.checks[at]
    }

    pub fn add(&mut self, check: usize, row: u32, above: bool, value: impl FnOnce() -> String) {
        let action = self.active.set.checks[check].action;
        let broken = self.broken.entry(check).or_default();
        broken.rows += 1;
        broken.above += u64::from(above);
        let before = self.rows.entry(row).or_insert(action);
        if weight(action) > weight(*before) {
            *before = action;
        }
        if self.told.len() < TOLD || (action == Action::Reject && self.refused().is_none()) {
            self.told.push(Finding { check, row, value: value(), above });
        }
    }

    fn refused(&self) -> Option<&Finding> {
        self.told.iter().find(|finding| self.check(finding.check).action == Action::Reject)
    }

    /// The error that refuses the request; rows are numbered from `first`.
    pub fn refusal(&self, first: u32) -> Option<Error> {
        let finding = self.refused()?;
        let check = self.check(finding.check);
        let said = violates(check, &finding.value, finding.above);
        let others = self.rows.values().filter(|action| **action == Action::Reject).count() - 1;
        let more = if others > 0 { format!(", and {others} more rows are refused") } else { String::new() };
        let message = format!("row {}: {said}{more}", u64::from(first) + u64::from(finding.row));
        Some(Error::new(Code::Invalid, message).hint(advice(check)))
    }

    /// What the answer says about tagged rows; rows are numbered from `first`.
    pub fn warnings(&self, first: u32) -> Vec<QualityWarning> {
        let tagged = self.told.iter().filter(|finding| self.check(finding.check).action == Action::Tag);
        tagged
            .map(|finding| {
                let check = self.check(finding.check);
                QualityWarning {
                    row: first.saturating_add(finding.row),
                    check: check.id.clone(),
                    column: check.column.clone(),
                    value: finding.value.clone(),
                    message: violates(check, &finding.value, finding.above),
                }
            })
            .collect()
    }
}

fn weight(action: Action) -> u8 {
    match action {
        Action::Warn => 0,
        Action::Tag => 1,
        Action::Reject => 2,
    }
}
