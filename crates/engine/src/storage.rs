//! The data folder as its owner looks at it: what takes how much, how long it is kept, and what can be given back.
//!
//! Must not know how the database counts its pages.

use tidegate_core::{Result, Time, event::EventKind, time::MINUTE_MS};
use tidegate_store::{Level, Space};

use crate::{
    Engine, lock,
    tiles::grouped,
    view::{Settings, StorageView, StoredKind},
};

/// Looking takes seconds in a large folder, so what was seen is shown again for this long.
const SEEN_FOR_MS: i64 = 30_000;
/// While requests go unrecorded, it is told again after this long.
const TELL_AGAIN_MS: i64 = 10 * MINUTE_MS;

/// What was seen of the data folder, and when.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    at: Time,
    space: Space,
}

impl Engine {
    /// How the data folder is used; as it was up to half a minute ago.
    pub async fn storage(&self) -> Result<StorageView> {
        let now = self.clock.now();
        let known = lock(&self.seen).clone().filter(|seen| now.since(seen.at) < SEEN_FOR_MS);
        let seen = match known {
            Some(seen) => seen,
            None => {
                let seen = Seen { at: now, space: self.store.space().await? };
                *lock(&self.seen) = Some(seen.clone());
                seen
            }
        };
        Ok(view(&seen, &self.settings(), self.recorder.dropped()))
    }

    /// Writes the database anew, so that it takes no more than it must. Recording waits meanwhile.
    pub async fn compact_storage(&self) -> Result<StorageView> {
        self.flush().await?;
        self.store.compact().await?;
        *lock(&self.seen) = None;
        self.storage().await
    }

    /// Tells of requests that were not recorded: per model when it begins, and again after a while if it goes on.
    pub(crate) async fn tell_of_drops(&self) -> Result<()> {
        let now = self.clock.now();
        let all: Vec<_> = lock(&self.watched).values().cloned().collect();
        for watched in all {
            let dropped = lock(&watched.aggregate).window(now.plus(-TELL_AGAIN_MS), now.plus(1)).dropped;
            let told = lock(&self.told_of_drops).get(&watched.version).copied();
            if dropped == 0 || told.is_some_and(|told| now.since(told) < TELL_AGAIN_MS) {
                continue;
            }
            lock(&self.told_of_drops).insert(watched.version, now);
            let model = self.store.model_by_id(self.store.version(watched.version).await?.model).await?;
            let message = format!(
                "{} requests of {} were answered but not recorded: more came than the disk takes; record a share of \
                 them, or see what keeps the disk busy",
                grouped(dropped),
                model.name
            );
            self.audit_event(EventKind::RecordsDropped, &model, &message).await?;
            self.happened(EventKind::RecordsDropped, Some(&model.name), message, true);
        }
        Ok(())
    }

    pub(crate) async fn copy_journal(&self) -> Result<()> {
        self.store.checkpoint_when_due().await.map(drop)
    }
}

fn view(seen: &Seen, settings: &Settings, dropped: u64) -> StorageView {
    let space = &seen.space;
    StorageView {
        measured: seen.at,
        database_bytes: space.database,
        free_bytes: space.free,
        journal_bytes: space.journal,
        artifact_bytes: space.artifacts,
        dataset_bytes: space.datasets,
        gives_back: space.incremental,
        dropped_records: dropped,
        kinds: kinds(space, settings),
    }
}

/// Every table by what it holds; the table of buckets as one kind a level, by the share of their bodies in it.
fn kinds(space: &Space, settings: &Settings) -> Vec<StoredKind> {
    let mut kinds = Vec::new();
    for table in &space.tables {
        if table.name != "bucket" {
            let (title, keep_days) = title(&table.name, settings);
            kinds.push(StoredKind {
                title,
                table: table.name.clone(),
                bytes: table.bytes,
                rows: None,
                keep_days,
            });
            continue;
        }
        let bodies: u64 = space.levels.iter().map(|(.., bytes)| bytes).sum();
        for (level, rows, bytes) in space.levels.iter().filter(|(_, rows, _)| *rows > 0) {
            let (title, keep_days) = level_title(*level, settings);
            kinds.push(StoredKind {
                title: title.into(),
                table: table.name.clone(),
                bytes: (table.bytes as f64 * *bytes as f64 / bodies.max(1) as f64) as u64,
                rows: Some(*rows),
                keep_days,
            });
        }
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.bytes));
    kinds
}

fn title(table: &str, settings: &Settings) -> (String, Option<u32>) {
    let (title, keep_days) = match table {
        "prediction_block" => ("predictions", Some(settings.keep_predictions_days)),
        "client_id" => ("ids given by clients", Some(settings.keep_predictions_days)),
        "label" => ("labels", Some(settings.keep_labels_days)),
        "client_label" => ("labels that wait for their prediction", Some(settings.keep_labels_days)),
        "alert" => ("alerts", Some(settings.keep_alerts_days)),
        "run" => ("retrainings", Some(settings.keep_run_logs_days)),
        "system_sample" => ("processor and memory", Some(settings.keep_system_days)),
        "baseline" => ("baselines", None),
        "version" => ("versions", None),
        "model" => ("models", None),
        "dataset" => ("data sets", None),
        "audit" => ("audit trail", None),
        "quality_checks" => ("quality checks", None),
        "quality_violation" => ("rows that failed quality checks", Some(settings.keep_predictions_days)),
        "error_stream" => ("errors in the order of labels", None),
        other => return (other.replace('_', " "), None),
    };
    (title.into(), keep_days)
}

fn level_title(level: Level, settings: &Settings) -> (&'static str, Option<u32>) {
    match level {
        Level::Minute => ("counters of minutes", Some(settings.keep_minutes_days)),
        Level::TenMinutes => ("counters of ten minutes", Some(settings.keep_ten_minutes_days)),
        Level::Hour => ("counters of hours", Some(settings.keep_hours_days)),
        Level::SixHours => ("counters of six hours", Some(settings.keep_hours_days)),
        Level::Day => ("counters of days", None),
        Level::TenDays => ("counters of ten days", None),
    }
}

#[cfg(test)]
#[path = "storage_tests.rs"]
mod tests;
