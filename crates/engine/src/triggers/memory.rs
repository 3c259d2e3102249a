//! What is remembered of a model's triggers between two looks, some of it over restarts.
//!
//! Owns the key it is kept under. Must not know what the triggers do with it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Error, ModelId, Result, RunId, Time,
    id::DatasetId,
    trigger::{PerformanceTrigger, TriggerKind, Triggers},
};

use super::{conditions::Measured, file::FileWatch};
use crate::{Engine, lock};

/// Kept on disk: a schedule that came while the program was not running is made up for, a file that changed
/// meanwhile has changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    pub schedule: Option<String>,
    pub time_zone: String,
    /// Up to when the schedule was served.
    pub scheduled: Time,
    pub file: Option<String>,
    /// Of the content that the last run has seen.
    pub sha256: Option<String>,
    /// What was registered of the file last.
    pub dataset: Option<DatasetId>,
}

impl Kept {
    /// After a change of settings: a new schedule begins now, a new file is taken as it lies there.
    fn follow(&mut self, triggers: &Triggers, now: Time) {
        if (&self.schedule, &self.time_zone) != (&triggers.schedule, &triggers.time_zone) {
            self.schedule.clone_from(&triggers.schedule);
            self.time_zone.clone_from(&triggers.time_zone);
            self.scheduled = now;
        }
        if self.file != triggers.file {
            self.file.clone_from(&triggers.file);
            self.sha256 = None;
            self.dataset = None;
        }
    }
}

/// What costs too much to be measured every second.
#[derive(Debug, Clone)]
pub struct Costly {
    pub at: Time,
    /// What it was measured for.
    pub of: (Option<PerformanceTrigger>, Time),
    pub performance: Option<Measured>,
    pub new_labels: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Pulled {
    kept: Option<Kept>,
    pub file: FileWatch,
    pub costly: Option<Costly>,
    /// The run that waited for labels at the last look, and how many had come.
    pub compared: Option<(RunId, u64)>,
    /// When a retraining last could not be started, and why.
    pub refused: Option<(Time, String)>,
    /// Since when conditions hold that don't say so themselves.
    pub held: HashMap<TriggerKind, Time>,
}

fn key(model: ModelId) -> String {
    format!("triggers.{}", model.0)
}

impl Engine {
    /// What is kept of a model's triggers, brought in line with its settings.
    pub(super) async fn kept(&self, model: ModelId, triggers: &Triggers) -> Result<Kept> {
        let known = lock(&self.pulled).get(&model).and_then(|pulled| pulled.kept.clone());
        let stored = match known {
            Some(known) => known,
            None => match self.store.setting(&key(model)).await? {
                None => Kept::default(),
                Some(json) => serde_json::from_str(&json).unwrap_or_else(|error| {
                    tracing::warn!(%error, model = model.0, "what was kept of its triggers is damaged");
                    Kept::default()
                }),
            },
        };
        let mut kept = stored.clone();
        kept.follow(triggers, self.clock.now());
        if kept != stored {
            self.keep(model, kept.clone()).await?;
        }
        lock(&self.pulled).entry(model).or_default().kept = Some(kept.clone());
        Ok(kept)
    }

    pub(super) async fn keep(&self, model: ModelId, kept: Kept) -> Result<()> {
        let json = serde_json::to_string(&kept).map_err(|error| {
            Error::internal("what is kept of triggers could not be encoded").because(error)
        })?;
        self.store.put_setting(&key(model), &json).await?;
        lock(&self.pulled).entry(model).or_default().kept = Some(kept);
        Ok(())
    }

    pub(crate) async fn forget_triggers(&self, model: ModelId) -> Result<()> {
        lock(&self.pulled).remove(&model);
        self.store.remove_setting(&key(model)).await
    }
}
