//! What was found in requests and is still to be counted and kept.

use std::collections::{BTreeMap, HashMap};

use tidegate_core::Time;
use tidegate_monitor::quality::{Action, Check, Window};

use crate::aggregate::FINE_MS;

/// Tagged rows that may wait: a second's worth.
const MOST_KEPT: usize = 50_000;
/// Examples of one check that are kept each time, where rows are not tagged.
const EXAMPLES: u32 = 3;

/// How an action is stored.
pub fn action_word(action: Action) -> &'static str {
    match action {
        Action::Warn => "warn",
        Action::Tag => "tag",
        Action::Reject => "reject",
    }
}

pub fn action(word: &str) -> Action {
    match word {
        "tag" => Action::Tag,
        "reject" => Action::Reject,
        _ => Action::Warn,
    }
}

#[derive(Debug, Default)]
pub struct Pending {
    /// By the time of their fine bucket.
    pub windows: BTreeMap<Time, Window>,
    pub kept: Vec<tidegate_store::Violation>,
    /// Tagged rows that found no room.
    pub dropped: u64,
    examples: HashMap<String, u32>,
}

impl Pending {
    pub fn count(&mut self, time: Time, window: &Window) {
        self.windows.entry(time.floor(FINE_MS)).or_default().merge(window);
    }

    pub fn keep(&mut self, check: &Check, violation: impl FnOnce() -> tidegate_store::Violation) {
        if check.action != Action::Tag {
            let kept = self.examples.entry(check.id.clone()).or_default();
            if *kept >= EXAMPLES {
                return;
            }
            *kept += 1;
        }
        if self.kept.len() < MOST_KEPT {
            self.kept.push(violation());
        } else {
            self.dropped += 1;
        }
    }

    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}
