//! What was answered lately, for the labels that name it.

use std::collections::{HashMap, VecDeque};

use tidegate_core::{PredictionId, VersionId, schema::Answered};

/// Answered rows kept in memory, so that most labels find theirs without reading the disk.
const RECENT_ROWS: usize = 131_072;

/// What a prediction answered, for the label that names it.
#[derive(Debug, Clone)]
pub struct Known {
    pub version: VersionId,
    pub answers: Vec<Answered>,
}

impl Known {
    /// A request without rows takes room, too.
    fn weight(&self) -> usize {
        self.answers.len().max(1)
    }
}

/// All that accuracy needs of an answer: many are kept.
pub fn compact(answer: Answered) -> Answered {
    let probabilities = answer.probabilities.filter(|_| answer.label.is_none());
    Answered { probabilities, ..answer }
}

/// The newest answers, oldest forgotten first.
#[derive(Default)]
pub struct Recent {
    rows: usize,
    known: HashMap<PredictionId, Known>,
    order: VecDeque<PredictionId>,
}

impl Recent {
    pub fn add(&mut self, id: PredictionId, known: Known) {
        self.rows += known.weight();
        match self.known.insert(id, known) {
            None => self.order.push_back(id),
            Some(before) => self.rows -= before.weight(),
        }
        while self.rows > RECENT_ROWS {
            let Some(oldest) = self.order.pop_front() else { return };
            self.rows -= self.known.remove(&oldest).map_or(0, |known| known.weight());
        }
    }

    pub fn get(&self, id: PredictionId) -> Option<Known> {
        self.known.get(&id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::Time;

    #[test]
    fn recent_answers_are_kept_by_rows_and_without_what_accuracy_does_not_need() {
        let mut recent = Recent::default();
        let known = |rows: usize| {
            let answer = Answered { label: Some("no".into()), probabilities: None, value: None };
            Known { version: VersionId(1), answers: vec![answer; rows] }
        };
        let id = |n: i64| PredictionId::new(Time(n), [0; 10]);
        recent.add(id(1), known(RECENT_ROWS / 2));
        recent.add(id(2), known(RECENT_ROWS / 2));
        recent.add(id(2), known(RECENT_ROWS / 2));
        assert!(recent.get(id(1)).is_some());
        recent.add(id(3), known(1));
        assert!(recent.get(id(1)).is_none() && recent.get(id(2)).is_some());
        let scored = Answered { label: Some("no".into()), probabilities: Some(vec![0.5; 2]), value: None };
        assert_eq!(compact(scored.clone()).probabilities, None);
        let unnamed = Answered { label: None, ..scored };
        assert_eq!(compact(unnamed.clone()), unnamed);
    }
}
