//! Concept drift over stored history: the errors of recorded predictions go to the detectors once more, in the order
//! their labels arrived.
//!
//! Owns what is replayed and how it differs from what was. Must not know what a rule makes of it.

use std::{collections::HashMap, iter::Peekable, sync::Arc, vec::IntoIter};

use tidegate_core::{
    Error, PredictionId, Result, RowId, Time, VersionId,
    model::Model,
    schema::{Answered, Schema, Task},
};
use tidegate_monitor::concept::{ErrorStream, error};
use tidegate_store::Labelled;

use crate::{Engine, answers::answers, lock, signals::Risen, tiles::grouped};

/// Labels replayed at most, the newest.
const MOST_LABELS: usize = 100_000;
/// Labels read at once.
const PAGE: u32 = 10_000;

/// The errors of a model's versions, to be taken one stretch of time after the other.
pub struct Replay {
    labels: Peekable<IntoIter<Arrived>>,
    count: usize,
    truncated: bool,
    streams: HashMap<VersionId, (Task, ErrorStream)>,
    /// The version that answered the newest of the predictions labelled so far: rules watch the champion.
    serving: Option<(PredictionId, VersionId)>,
}

/// One label, with how wrong the answer was.
struct Arrived {
    at: Time,
    row: RowId,
    version: VersionId,
    error: f64,
}

impl Replay {
    /// Takes the labels that arrived by `end`. Then: whether errors are up, `None` before the first label.
    pub fn at(&mut self, end: Time) -> Option<Option<Risen>> {
        while let Some(label) = self.labels.next_if(|label| label.at <= end) {
            if let Some((_, stream)) = self.streams.get_mut(&label.version) {
                stream.add(label.at, label.error);
            }
            self.serving = self.serving.max(Some((label.row.prediction, label.version)));
        }
        let (task, stream) = self.streams.get(&self.serving?.1)?;
        Some(Risen::of(stream, *task))
    }

    /// What is worth knowing about it.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            format!("the detectors were given the errors of {} recorded labels again", grouped(self.count as u64)),
            "predictions that were not recorded or are gone are left out, a changed label counts with its last truth, \
             and detectors and usual errors are those of now"
                .into(),
        ];
        if self.truncated {
            notes.push(format!(
                "only the newest {} labels were read: the detectors begin later than they did",
                grouped(MOST_LABELS as u64)
            ));
        }
        notes
    }
}

impl Engine {
    /// The labels of all versions that arrived so far.
    ///
    /// # Errors
    /// `Invalid` where nobody watches the model's errors.
    pub(super) async fn replay(&self, model: &Model) -> Result<Replay> {
        let (mut streams, mut schemas) = (HashMap::new(), HashMap::new());
        for version in self.store.versions(model.id).await? {
            let watched = self.watched(model, &version).await?;
            let aggregate = lock(&watched.aggregate);
            let (schema, task) = (aggregate.schema().clone(), aggregate.schema().task);
            let usual = aggregate.baseline().and_then(|baseline| baseline.quality);
            let names = model.settings.concept.detectors_for(task);
            if !names.is_empty() {
                streams.insert(version.id, (task, ErrorStream::new(task, &names, usual)));
                schemas.insert(version.id, schema);
            }
        }
        if streams.is_empty() {
            return Err(Error::invalid("`rule.signal`: no detector watches the errors of this model").hint(
                "concept drift needs a classifier or a regression whose setting `concept` is enabled",
            ));
        }
        let (mut labels, truncated) = self.arrived(&schemas).await?;
        labels.sort_by_key(|label| (label.at, label.row));
        let count = labels.len();
        Ok(Replay { labels: labels.into_iter().peekable(), count, truncated, streams, serving: None })
    }

    /// Page by page, the newest predictions first: only their errors are kept.
    async fn arrived(&self, schemas: &HashMap<VersionId, Arc<Schema>>) -> Result<(Vec<Arrived>, bool)> {
        let versions: Vec<VersionId> = schemas.keys().copied().collect();
        let (mut arrived, mut to, mut page) = (Vec::new(), Time(i64::MAX), PAGE);
        loop {
            let mut rows = self.store.labelled(&versions, Time(0), to, page).await?;
            let last = rows.len() < page as usize;
            if !last && let Some(oldest) = rows.last().map(|row| row.prediction.time) {
                // Of the oldest moment more may be to come: all of it is in the next page.
                rows.retain(|row| row.prediction.time > oldest);
                to = oldest.plus(1);
                page = if rows.is_empty() { page.saturating_mul(4) } else { PAGE };
            }
            arrived.extend(errors(rows, schemas));
            if last || arrived.len() >= MOST_LABELS {
                return Ok((arrived, !last));
            }
        }
    }
}

fn errors(rows: Vec<Labelled>, schemas: &HashMap<VersionId, Arc<Schema>>) -> Vec<Arrived> {
    let mut answered: HashMap<PredictionId, Vec<Answered>> = HashMap::new();
    let arrived = rows.into_iter().filter_map(|Labelled { prediction, row, truth, labelled }| {
        let schema = schemas.get(&prediction.version)?;
        let answered = answered
            .entry(prediction.id)
            .or_insert_with(|| answers(schema, &prediction.outputs, prediction.rows));
        let error = error(schema, &truth, answered.get(row as usize)?)?;
        // A label that came before its prediction was taken when that came.
        let at = labelled.max(prediction.id.time());
        Some(Arrived {
            at,
            row: RowId { prediction: prediction.id, row },
            version: prediction.version,
            error,
        })
    });
    arrived.collect()
}
