//! What was answered lately, for the labels that name it.

use std::collections::{HashMap, VecDeque};

use tidegate_core::{PredictionId, VersionId};

use crate::bucket::AnsweredRow;

/// Answered rows kept in memory, so that most labels find theirs without reading the disk; fewer where each has many
/// probabilities.
const RECENT_ROWS: usize = 131_072;
/// Probabilities that take as much room as the rest of a row.
const ROOM: usize = 8;

/// What a prediction answered, for the label that names it.
#[derive(Debug, Clone)]
pub struct Known {
    pub version: VersionId,
    pub answers: Vec<AnsweredRow>,
}

impl Known {
    /// A request without rows takes room, too.
    fn weight(&self) -> usize {
        let room = |row: &AnsweredRow| 1 + row.answer.probabilities.as_ref().map_or(0, Vec::len) / ROOM;
        self.answers.iter().map(room).sum::<usize>().max(1)
    }
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
    use tidegate_core::{Time, schema::Answered};

    fn known(rows: usize, classes: usize) -> Known {
        let probabilities = (classes > 0).then(|| vec![0.0; classes]);
        let answer = Answered { label: Some("no".into()), probabilities, value: None };
        Known { version: VersionId(1), answers: vec![answer.into(); rows] }
    }

    fn id(n: i64) -> PredictionId {
        PredictionId::new(Time(n), [0; 10])
    }

    #[test]
    fn recent_answers_are_kept_by_rows() {
        let mut recent = Recent::default();
        recent.add(id(1), known(RECENT_ROWS / 2, 0));
        recent.add(id(2), known(RECENT_ROWS / 2, 0));
        recent.add(id(2), known(RECENT_ROWS / 2, 0));
        assert!(recent.get(id(1)).is_some());
        recent.add(id(3), known(1, 0));
        assert!(recent.get(id(1)).is_none() && recent.get(id(2)).is_some());
    }

    #[test]
    fn rows_with_many_probabilities_take_the_room_of_many() {
        let mut recent = Recent::default();
        recent.add(id(1), known(RECENT_ROWS / 1_001 - 1, 8_000));
        assert!(recent.get(id(1)).is_some());
        recent.add(id(2), known(2, 8_000));
        assert!(recent.get(id(1)).is_none() && recent.get(id(2)).is_some());
    }
}
