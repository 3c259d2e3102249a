//! How good the answers of a stretch were, as far as labels say, and how good they are expected to be without.
//!
//! Owns what is counted beyond the tally of right and wrong. Must not know how labels find their predictions.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::{Answered, Task, Truth};
use tidegate_monitor::{
    accuracy::{Confidence, Detail, Tally},
    estimate::{Expectation, Expected},
    sketch::Sketch,
};

/// One answered row as its label finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnsweredRow {
    pub answer: Answered,
    /// What was expected of it before its truth was known.
    pub expected: Option<Expectation>,
}

impl From<Answered> for AnsweredRow {
    fn from(answer: Answered) -> Self {
        Self { answer, expected: None }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// Of the labelled rows.
    pub detail: Option<Detail>,
    /// Milliseconds from prediction to its first label.
    pub lag: Sketch,
    /// Of all answers that have probabilities.
    pub confidence: Confidence,
    /// Of all answers that something is expected of.
    pub expected: Option<Expected>,
    /// The labelled ones among these.
    pub checked: Option<Checked>,
}

/// Rows of which both are known: what was expected, and what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    pub expected: Expected,
    pub realised: Tally,
}

impl Performance {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn add_answers(&mut self, answers: &[Answered], expected: &[Option<Expectation>]) {
        let probabilities = answers.iter().filter_map(|answer| answer.probabilities.as_deref());
        probabilities.for_each(|row| self.confidence.add(row));
        expected.iter().flatten().for_each(|row| add(&mut self.expected, *row));
    }

    /// A row's first label. `counted`: the tally it was counted in, which says the task and the classes.
    pub fn add_label(&mut self, row: &AnsweredRow, truth: &Truth, lag_ms: i64, counted: &Tally) {
        self.lag.add(lag_ms.max(0) as f64);
        self.add_truth(row, truth, counted);
        if let Some(expected) = row.expected {
            match &mut self.checked {
                Some(checked) => checked.expected.add(expected),
                None => {
                    let realised = counted.emptied();
                    self.checked = Some(Checked { expected: expected.into(), realised });
                }
            }
            self.check(row, |realised| realised.add(truth, &row.answer));
        }
    }

    /// A row whose truth turned out to be another one.
    pub fn change_label(&mut self, row: &AnsweredRow, before: &Truth, truth: &Truth, counted: &Tally) {
        if let Some(detail) = &mut self.detail {
            detail.remove(counted.labels(), before, &row.answer);
        }
        self.add_truth(row, truth, counted);
        self.check(row, |realised| realised.remove(before, &row.answer) && realised.add(truth, &row.answer));
    }

    fn add_truth(&mut self, row: &AnsweredRow, truth: &Truth, counted: &Tally) {
        let task = match counted {
            Tally::Classification(_) => Task::Classification,
            Tally::Regression(_) => Task::Regression,
        };
        self.detail = self.detail.take().or_else(|| Detail::new(task));
        if let Some(detail) = &mut self.detail {
            detail.add(counted.labels(), truth, &row.answer);
        }
    }

    fn check(&mut self, row: &AnsweredRow, change: impl FnOnce(&mut Tally) -> bool) {
        if let (Some(checked), Some(_)) = (&mut self.checked, row.expected) {
            change(&mut checked.realised);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        merge(&mut self.detail, &other.detail, Detail::merge);
        self.lag.merge(&other.lag);
        self.confidence.merge(&other.confidence);
        merge(&mut self.expected, &other.expected, Expected::merge);
        merge(&mut self.checked, &other.checked, |mine, theirs| {
            mine.expected.merge(&theirs.expected);
            mine.realised.merge(&theirs.realised);
        });
    }
}

fn add(sums: &mut Option<Expected>, row: Expectation) {
    match sums {
        Some(sums) => sums.add(row),
        None => *sums = Some(row.into()),
    }
}

fn merge<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>, both: impl FnOnce(&mut T, &T)) {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => both(mine, theirs),
        (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
        (_, None) => {}
    }
}
