//! Labels on their way to the detectors of concept drift.
//!
//! A label is handed over once, when it finds its prediction, and taken in that order. What the detectors found
//! is stored with their state, and the labels wait on the disk until it is: a crash neither loses one nor has
//! one taken twice. A truth that replaces another is not taken again.

use tidegate_core::{Result, Time, VersionId, event::Audit, prediction::Label, schema::Answered};
use tidegate_monitor::concept::News;

use super::{Writer, log_failure, minutes::stored_minute};
use crate::{concept::Found, lock, route::Watched};

/// What changed since the states were last stored.
#[derive(Default)]
pub struct Handover {
    /// Labels were handed over that wait on the disk.
    waiting: bool,
    /// Told with the next stored states.
    audits: Vec<Audit>,
}

impl Writer {
    /// Hands a label that found its prediction to the detectors of the version.
    pub(super) async fn take_error(
        &mut self,
        watched: &Watched,
        answered: &Answered,
        label: &Label,
    ) -> Result<()> {
        // A label that came before its prediction is taken when that comes.
        let at = label.time.max(label.row.prediction.time());
        self.hold_minute(watched, at).await?;
        let news = lock(&watched.aggregate).take_error(at, answered, &label.truth);
        for news in news {
            if let News::Detected(detection) = news {
                let version = self.store.version(watched.version).await?;
                let found = Found::new(self.store.model_by_id(version.model).await?, &version, &detection);
                self.handover.audits.push(found.audit(at));
                lock(&self.found).push(found);
            }
        }
        Ok(())
    }

    /// Labels the last run of the program kept but did not take.
    pub(super) async fn take_up(&mut self) -> Result<()> {
        for label in self.store.untaken_labels().await? {
            let taken = self.take_waiting(&label).await;
            log_failure("take a label that waited", taken);
            self.handover.waiting = true;
        }
        self.save_errors().await;
        Ok(())
    }

    async fn take_waiting(&mut self, label: &Label) -> Result<()> {
        let Some(known) = self.find(label.row.prediction).await? else { return Ok(()) };
        let Some(answered) = known.answers.get(label.row.row as usize) else { return Ok(()) };
        let Some(watched) = lock(&self.watched).get(&known.version).cloned() else { return Ok(()) };
        self.take_error(&watched, &answered.answer, label).await
    }

    /// Called once labels were put: they are gone from the disk's list with the next stored states. What was
    /// found is stored at once.
    pub(super) async fn handed_over(&mut self) {
        self.handover.waiting = true;
        if !self.handover.audits.is_empty() {
            self.save_errors().await;
        }
    }

    /// Stores the states of all streams that changed, with what they found.
    pub(super) async fn save_errors(&mut self) {
        let all: Vec<_> = lock(&self.watched).values().cloned().collect();
        let (mut rows, mut saved) = (Vec::<(VersionId, Vec<u8>)>::new(), Vec::new());
        for watched in &all {
            match lock(&watched.aggregate).errors.take_changed() {
                None => {}
                Some(Ok(body)) => {
                    rows.push((watched.version, body));
                    saved.push(watched);
                }
                Some(Err(error)) => tracing::error!(%error, "encode an error stream"),
            }
        }
        if rows.is_empty() && !self.handover.waiting {
            return;
        }
        match self.store.put_error_streams(&rows, &self.handover.audits).await {
            Ok(()) => self.handover = Handover::default(),
            Err(error) => {
                // They stay in memory and are tried again.
                saved.into_iter().for_each(|watched| lock(&watched.aggregate).errors.mark_changed());
                tracing::error!(%error, cause = ?error.cause, "could not save error streams");
            }
        }
    }

    /// Brings a minute back into memory, so that what is counted in it adds to what is stored.
    async fn hold_minute(&self, watched: &Watched, at: Time) -> Result<()> {
        if lock(&watched.aggregate).holds_minute(at) {
            return Ok(());
        }
        if let Some(stored) = stored_minute(&self.store, watched.version, at).await? {
            lock(&watched.aggregate).restore([stored]);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
