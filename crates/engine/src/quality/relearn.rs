//! Checks changed by hand, and learnt again.

use tidegate_core::{Error, Result, time::HOUR_MS};
use tidegate_monitor::quality::{Check, LEARN_ROWS};
use tidegate_store::Change;

use super::{
    keep::{Learning, references},
    set::{self, Checks, columns, validate},
};
use crate::{
    Engine, lock,
    route::Watched,
    view::{Differs, LearnFrom, QualityChange, QualityDifference, QualityLearnAnswer, QualityLearnRequest},
};

const HOURS: f64 = 24.0;

impl Engine {
    /// Puts checks in place of those with their ids, adds and removes others. In force with the next request.
    pub async fn change_quality(&self, name: &str, request: QualityChange) -> Result<Vec<Check>> {
        let model = self.store.model(name).await?;
        let version = self.quality_version(&model, request.version).await?;
        let watched = self.watched(&model, &version).await?;
        self.keep_quality().await?;
        let schema = lock(&watched.aggregate).schema().clone();
        let mut set = watched.guard.active().set.clone();
        if set.baseline == 0 {
            return Err(Error::conflict(format!("model `{name}` has no quality checks yet"))
                .hint("they are learnt from its reference data set, or from its first predictions"));
        }
        for check in &request.checks {
            match set.checks.iter_mut().find(|known| known.id == check.id) {
                Some(known) => known.clone_from(check),
                None => set.checks.push(check.clone()),
            }
        }
        for id in &request.remove {
            let at = set.checks.iter().position(|known| known.id == *id);
            let at = at.ok_or_else(|| Error::not_found(format!("there is no check `{id}`")))?;
            set.checks.remove(at);
        }
        validate(&set.checks, &columns(&schema, watched.guard.signature()))?;
        set.mark_edited();
        let ids: Vec<&str> = request
            .checks
            .iter()
            .map(|check| check.id.as_str())
            .chain(request.remove.iter().map(String::as_str))
            .collect();
        let more = if ids.len() > 3 { format!(" and {} more", ids.len() - 3) } else { String::new() };
        let what = format!("changed the quality checks {}{more}", ids[..ids.len().min(3)].join(", "));
        let who = request.who.as_deref().unwrap_or("you");
        let change =
            Change { model: model.id, what: &what, who, why: &request.reason, now: self.clock.now() };
        self.store.put_quality_checks(version.id, &set.encode()?, Some(change)).await?;
        self.put_checks(&watched, set.clone(), &schema);
        Ok(set.checks)
    }

    /// Learns the checks again, or shows what would change.
    pub async fn learn_quality(
        &self,
        name: &str,
        request: QualityLearnRequest,
    ) -> Result<QualityLearnAnswer> {
        let model = self.store.model(name).await?;
        let version = self.quality_version(&model, request.version).await?;
        let watched = self.watched(&model, &version).await?;
        self.keep_quality().await?;
        let schema = lock(&watched.aggregate).schema().clone();
        let learning = match request.from {
            LearnFrom::Reference => {
                let rows = self.reference_rows(model.id, &schema, watched.guard.signature()).await?;
                rows.ok_or_else(|| {
                    Error::conflict(format!("model `{name}` has no reference data set"))
                        .hint("give it one, or learn from its traffic")
                })?
            }
            LearnFrom::Traffic => self.recent_rows(&watched, &schema, request.hours).await?,
        };
        let learnt = set::learnt(&schema, &learning.columns, &references(&schema, &learning.columns));
        let before = watched.guard.active().set.clone();
        let names: Vec<&str> = schema.features.iter().map(|feature| feature.name.as_str()).collect();
        let after = before.relearnt(learnt.clone(), request.replace_edited, &names);
        let (changes, unchanged) = differences(&before.checks, &after, &learnt);
        if !request.dry_run {
            let baseline = lock(&watched.aggregate).baseline().map_or(0, |baseline| baseline.id);
            let set = Checks {
                checks: after,
                learnt,
                baseline,
                from_traffic: request.from == LearnFrom::Traffic,
                rows: learning.rows,
                time: self.clock.now(),
                ..before
            };
            let what = format!("learnt the quality checks again from {} rows", learning.rows);
            let who = request.who.as_deref().unwrap_or("you");
            let change = Change { model: model.id, what: &what, who, why: "", now: self.clock.now() };
            self.store.put_quality_checks(version.id, &set.encode()?, Some(change)).await?;
            self.put_checks(&watched, set, &schema);
        }
        Ok(QualityLearnAnswer { rows: learning.rows, applied: !request.dry_run, changes, unchanged })
    }

    async fn recent_rows(
        &self,
        watched: &Watched,
        schema: &tidegate_core::schema::Schema,
        hours: Option<f64>,
    ) -> Result<Learning> {
        let hours = hours.unwrap_or(HOURS);
        if !(hours > 0.0 && hours <= 24.0 * 366.0) {
            return Err(Error::invalid("`hours` must be above 0 and at most a year"));
        }
        self.recorder.flush().await?;
        let since = self.clock.now().plus(-(hours * HOUR_MS as f64) as i64);
        let learning = self.traffic_rows(watched.version, schema, since).await?;
        if learning.rows < LEARN_ROWS as u64 {
            return Err(Error::conflict(format!(
                "{} rows were recorded in the last {hours} hours, {LEARN_ROWS} are needed to learn from",
                learning.rows
            ))
            .hint("look further back, or learn from the reference data set"));
        }
        Ok(learning)
    }
}

/// What changes, and how many checks stay as they are.
fn differences(before: &[Check], after: &[Check], learnt: &[Check]) -> (Vec<QualityDifference>, u32) {
    let find = |among: &[Check], id: &str| among.iter().find(|check| check.id == id).cloned();
    let mut changes = Vec::new();
    let mut unchanged = 0;
    let words = |check: Option<&Check>| check.map(|check| check.expect.words());
    let mut tell = |id: &str, title: String, what, before: Option<&Check>, after: Option<&Check>| {
        changes.push(QualityDifference {
            id: id.into(),
            title,
            what,
            before: words(before),
            after: words(after),
        });
    };
    for check in after {
        match (find(before, &check.id), find(learnt, &check.id)) {
            (None, _) => tell(&check.id, check.title(), Differs::Added, None, Some(check)),
            (Some(old), _) if !old.is_like(check) => {
                tell(&check.id, check.title(), Differs::Changed, Some(&old), Some(check));
            }
            (Some(old), Some(fresh)) if old.edited && old.expect != fresh.expect => {
                tell(&check.id, check.title(), Differs::Kept, Some(&old), Some(&fresh));
            }
            _ => unchanged += 1,
        }
    }
    for check in before.iter().filter(|check| find(after, &check.id).is_none()) {
        tell(&check.id, check.title(), Differs::Removed, Some(check), None);
    }
    (changes, unchanged)
}
