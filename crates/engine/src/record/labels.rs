//! Labels on their way to the disk and into the counters of the predictions they name.

use tidegate_core::{PredictionId, Result, RowId, Time, VersionId, prediction::Label, schema::Truth};
use tidegate_store::{ClientLabel, LabelReport, Level};

use super::{
    Writer, log_failure,
    minutes::{stored_bucket, stored_minute},
    recent::Known,
};
use crate::{
    aggregate::Observation,
    bucket::Bucket,
    lock,
    view::{LabelRequest, LabelsAnswer},
};

/// Labels that are put before what was asked meanwhile has its turn: on the slowest machine a fraction of the pause
/// between two commits.
const PART: usize = 500;

impl Writer {
    /// Keeps labels, and counts those whose prediction is known. They may be many: what is asked meanwhile is
    /// recorded between two parts of them.
    pub(super) async fn label(&mut self, requests: Vec<LabelRequest>) -> Result<LabelsAnswer> {
        for LabelRequest { id, label } in &requests {
            tidegate_store::check_truth(id, label)?;
        }
        let time = self.clock.now();
        let (mut by_row, mut by_client) = (Vec::new(), Vec::new());
        for LabelRequest { id, label: truth } in requests {
            match id.parse::<RowId>() {
                Ok(row) => by_row.push(Label { row, truth, time }),
                Err(_) => by_client.push(ClientLabel { client_id: id, row: 0, truth, time }),
            }
        }
        // Neighbours in time share a block; of two for one row the later in the list still comes last.
        by_row.sort_by_key(|label| label.row);
        let mut answer = LabelsAnswer::default();
        for part in by_row.chunks(PART) {
            let report = self.store.put_labels(part.to_vec()).await?;
            self.count_labels(&report, &mut answer).await;
        }
        for part in by_client.chunks(PART) {
            let report = self.store.put_client_labels(part.to_vec()).await?;
            self.count_labels(&report, &mut answer).await;
        }
        Ok(answer)
    }

    async fn count_labels(&mut self, report: &LabelReport, answer: &mut LabelsAnswer) {
        answer.matched += (report.new.len() + report.changed.len()) as u64;
        answer.changed += report.changed.len() as u64;
        answer.repeated += report.same as u64;
        answer.unmatched += report.waiting as u64;
        // They are stored, so sending them again would not count them: a failure must not stop the others.
        for label in &report.new {
            log_failure("count a label", self.count_label(label, None).await);
        }
        for changed in &report.changed {
            let counted = self.count_label(&changed.label, Some(&changed.before)).await;
            log_failure("count a changed label", counted);
        }
        self.handed_over().await;
        self.keep_up().await;
    }

    /// Counts a label where its prediction was counted.
    pub(super) async fn count_label(&mut self, label: &Label, before: Option<&Truth>) -> Result<()> {
        let Some(known) = self.find(label.row.prediction).await? else { return Ok(()) };
        let Some(answered) = known.answers.get(label.row.row as usize) else { return Ok(()) };
        let Some(watched) = lock(&self.watched).get(&known.version).cloned() else { return Ok(()) };
        if before.is_none() {
            log_failure("hand a label over", self.take_error(&watched, &answered.answer, label).await);
        }
        let at = label.row.prediction.time();
        if !lock(&watched.aggregate).holds_minute(at) {
            let Some(stored) = stored_minute(&self.store, watched.version, at).await? else {
                let count = |bucket: &mut Bucket| {
                    bucket.replace_label(answered, before, &label.truth, label.time.since(at));
                };
                return self.count_coarsely(watched.version, at, count).await;
            };
            lock(&watched.aggregate).restore([stored]);
        }
        lock(&watched.aggregate).label(at, answered, before, &label.truth, label.time.since(at));
        Ok(())
    }

    /// Counts a label whose minute is not kept any more: in the finest bucket that is.
    async fn count_coarsely(
        &self,
        version: VersionId,
        at: Time,
        count: impl FnOnce(&mut Bucket),
    ) -> Result<()> {
        for level in Level::ALL.into_iter().filter(|level| *level > Level::Minute) {
            let start = at.floor(level.width_ms());
            let Some(mut bucket) = stored_bucket(&self.store, version, level, start).await? else { continue };
            count(&mut bucket);
            self.stale.add(version, at);
            return self.store.put_buckets(&[(version, level, start, bucket.encode()?)]).await;
        }
        Ok(())
    }

    pub(super) async fn find(&mut self, id: PredictionId) -> Result<Option<Known>> {
        if let Some(known) = self.recent.get(id) {
            return Ok(Some(known));
        }
        let Some(prediction) = self.store.prediction(id).await? else { return Ok(None) };
        let Some(watched) = lock(&self.watched).get(&prediction.version).cloned() else { return Ok(None) };
        let (schema, estimator) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.schema().clone(), aggregate.estimator().cloned())
        };
        let mut observation = Observation::of(&schema, &prediction);
        // Nothing was expected of it before there was an estimator.
        if let Some(estimator) = estimator.filter(|estimator| estimator.since <= prediction.time) {
            observation.expected = estimator.expect(&observation.columns, &observation.answers);
        }
        let known = Known { version: prediction.version, answers: observation.into_rows() };
        self.recent.add(id, known.clone());
        Ok(Some(known))
    }
}
