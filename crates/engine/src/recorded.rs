//! Recorded requests as single rows: what was asked, what was answered, and what turned out to be true.
//!
//! Owns how they are gathered and asked again; nothing asked again is recorded or counted. Must not know what for.

use tidegate_core::{
    Result, RowId, Time, VersionId,
    schema::{Answered, Schema, Truth},
};
use tidegate_monitor::gate::{Disagreement, Outputs, disagreements};

use crate::{
    Engine,
    aggregate::Observation,
    rows::{self, Row},
    view::AnsweredTwice,
};

/// Rows that were answered, newest request first; lists of equal length.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub ids: Vec<RowId>,
    pub times: Vec<Time>,
    pub rows: Vec<Row>,
    pub answers: Vec<Answered>,
    /// Empty where they were not asked for.
    pub truths: Vec<Option<Truth>>,
    /// Rows that a selection left out.
    pub left_out: usize,
}

impl Engine {
    /// The newest `most` rows that these versions answered in a range.
    pub(crate) async fn answered_rows(
        &self,
        versions: &[VersionId],
        schema: &Schema,
        range: std::ops::Range<Time>,
        most: usize,
    ) -> Result<Recorded> {
        let newest = self.store.predictions(versions, range.start, range.end, most).await?;
        let mut found = Recorded::default();
        for prediction in newest.iter().filter(|prediction| prediction.error.is_none()) {
            let answers = Observation::of(schema, prediction).answers;
            let rows = rows::named(schema, &prediction.inputs, prediction.rows);
            let left = most - found.ids.len();
            for (row, (named, answer)) in rows.into_iter().zip(answers).enumerate().take(left) {
                found.ids.push(RowId { prediction: prediction.id, row: row as u32 });
                found.times.push(prediction.time);
                found.rows.push(named);
                found.answers.push(answer);
            }
        }
        Ok(found)
    }

    /// And what turned out to be true of each.
    pub(crate) async fn with_truths(&self, mut recorded: Recorded) -> Result<Recorded> {
        let mut ids: Vec<_> = recorded.ids.iter().map(|row| row.prediction).collect();
        ids.dedup();
        let labels = self.store.labels_for(&ids).await?.into_iter().map(|label| (label.row, label.truth));
        let mut known: std::collections::HashMap<_, _> = labels.collect();
        recorded.truths = recorded.ids.iter().map(|id| known.remove(id)).collect();
        Ok(recorded)
    }
}

impl Recorded {
    /// These rows only.
    #[must_use]
    pub fn picked(&self, rows: &[usize]) -> Self {
        fn of<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().filter_map(|row| values.get(*row).cloned()).collect()
        }
        Self {
            ids: of(&self.ids, rows),
            times: of(&self.times, rows),
            rows: of(&self.rows, rows),
            answers: of(&self.answers, rows),
            truths: of(&self.truths, rows),
            left_out: self.left_out + self.ids.len() - rows.len(),
        }
    }

    /// How the answers of another version differ, row by row.
    pub fn against(&self, after: &[Answered]) -> Vec<Option<Disagreement>> {
        disagreements(Outputs { champion: &self.answers, challenger: after })
    }

    /// One row with both answers.
    pub fn twice(&self, row: usize, after: &Answered, found: Disagreement) -> AnsweredTwice {
        AnsweredTwice {
            id: self.ids[row].to_string(),
            time: self.times[row],
            features: self.rows[row].clone(),
            before: self.answers[row].clone(),
            after: after.clone(),
            truth: self.truths.get(row).cloned().flatten(),
            apart: found.apart,
            size: found.size,
        }
    }
}
