//! Reading predictions back: by id, by the client's id, and by time.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use futures_util::TryStreamExt;
use sqlx::SqliteConnection;
use tidegate_core::{PredictionId, Result, Time, VersionId, prediction::Prediction, time::MINUTE_MS};

use crate::{
    Store,
    block::{self, Entry},
    error::db,
    open::blocking,
    rows::cell,
};

/// How much was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PredictionCounts {
    pub requests: u64,
    pub rows: u64,
    /// Requests that failed.
    pub errors: u64,
}

/// Blocks that may hold an id made at that time: they span no more than its minute.
pub(crate) async fn blocks_at(connection: &mut SqliteConnection, id: PredictionId) -> Result<Vec<i64>> {
    let time = id.time();
    let minute = time.floor(MINUTE_MS);
    sqlx::query_scalar!(
        "select id from prediction_block where id_from_ms between ? and ?2 and id_to_ms >= ?2",
        minute.0,
        time.0
    )
    .fetch_all(connection)
    .await
    .map_err(db)
}

/// The version of a block and what it holds; `None` when it has expired meanwhile.
pub(crate) async fn head(
    connection: &mut SqliteConnection,
    block: i64,
) -> Result<Option<(VersionId, Vec<Entry>)>> {
    let row = sqlx::query!("select version, head from prediction_block where id = ?", block)
        .fetch_optional(connection)
        .await
        .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let entries = block::decode_head(&row.head)
        .map_err(|error| cell("prediction_block", "head", block).corrupt(error))?;
    Ok(Some((VersionId(row.version), entries)))
}

/// The newest prediction that carried this id of the client's.
pub(crate) async fn find_client_id(
    connection: &mut SqliteConnection,
    client_id: &str,
) -> Result<Option<PredictionId>> {
    let bytes = sqlx::query_scalar!(
        "select prediction from client_id where client_id = ? order by prediction desc limit 1",
        client_id
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?;
    bytes.map(|bytes| cell("client_id", "prediction", client_id).prediction(&bytes)).transpose()
}

struct Row {
    id: i64,
    version: i64,
    to_ms: i64,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Row {
    async fn decode(self) -> Result<Vec<Prediction>> {
        blocking(move || {
            block::decode(VersionId(self.version), &self.head, &self.body)
                .map_err(|error| cell("prediction_block", "body", self.id).corrupt(error))
        })
        .await
    }
}

impl Store {
    pub async fn prediction(&self, id: PredictionId) -> Result<Option<Prediction>> {
        let mut found = self.predictions_by_id(&[id]).await?;
        Ok(found.remove(&id).map(Arc::unwrap_or_clone))
    }

    /// The recorded ones among these predictions. Each block is decoded once, so ask for many together.
    pub async fn predictions_by_id(
        &self,
        ids: &[PredictionId],
    ) -> Result<HashMap<PredictionId, Arc<Prediction>>> {
        // In the order of time, neighbours share their blocks.
        let wanted: BTreeSet<_> = ids.iter().copied().collect();
        let (mut found, mut seen) = (HashMap::new(), HashSet::new());
        let mut reader = self.readers().acquire().await.map_err(db)?;
        for id in &wanted {
            if found.contains_key(id) {
                continue;
            }
            for block in blocks_at(&mut reader, *id).await? {
                if !seen.insert(block) {
                    continue;
                }
                let row = sqlx::query_as!(
                    Row,
                    "select id, version, to_ms, head, body from prediction_block where id = ?",
                    block
                )
                .fetch_optional(&mut *reader)
                .await
                .map_err(db)?;
                let Some(row) = row else { continue };
                let hits =
                    row.decode().await?.into_iter().filter(|prediction| wanted.contains(&prediction.id));
                found.extend(hits.map(|prediction| (prediction.id, Arc::new(prediction))));
            }
        }
        Ok(found)
    }

    /// The newest prediction that carried this id of the client's.
    pub async fn find_client_id(&self, client_id: &str) -> Result<Option<PredictionId>> {
        find_client_id(&mut *self.readers().acquire().await.map_err(db)?, client_id).await
    }

    /// The newest `limit` predictions of `from <= time < to`, newest first.
    pub async fn predictions(
        &self,
        versions: &[VersionId],
        from: Time,
        to: Time,
        limit: usize,
    ) -> Result<Vec<Prediction>> {
        let mut newest = Vec::new();
        for version in versions {
            newest.append(&mut self.newest_of(*version, from, to, limit).await?);
            keep_newest(&mut newest, limit);
        }
        Ok(newest)
    }

    async fn newest_of(
        &self,
        version: VersionId,
        from: Time,
        to: Time,
        limit: usize,
    ) -> Result<Vec<Prediction>> {
        // A block ends within the minute it begins in.
        let last = to.plus(MINUTE_MS);
        let mut reader = self.readers().acquire().await.map_err(db)?;
        let mut rows = sqlx::query_as!(
            Row,
            "select id, version, to_ms, head, body from prediction_block
             where version = ?1 and to_ms >= ?2 and to_ms < ?3 and from_ms < ?4 order by to_ms desc",
            version.0,
            from.0,
            last.0,
            to.0
        )
        .fetch(&mut *reader);
        let mut newest: Vec<Prediction> = Vec::new();
        while let Some(row) = rows.try_next().await.map_err(db)? {
            // Blocks overlap; once the last one kept is newer than this block's newest, so are all before it.
            let full = newest.len() >= limit;
            if full && newest.last().is_none_or(|oldest| oldest.time.0 >= row.to_ms) {
                break;
            }
            let block = row.decode().await?;
            newest.extend(block.into_iter().filter(|prediction| (from..to).contains(&prediction.time)));
            keep_newest(&mut newest, limit);
        }
        Ok(newest)
    }

    /// How much was recorded in a stretch of time; both ends are taken down to the minute.
    pub async fn prediction_counts(
        &self,
        versions: &[VersionId],
        from: Time,
        to: Time,
    ) -> Result<PredictionCounts> {
        let (from, to) = (from.floor(MINUTE_MS), to.floor(MINUTE_MS));
        let mut reader = self.readers().acquire().await.map_err(db)?;
        let mut counts = PredictionCounts::default();
        for version in versions {
            let row = sqlx::query!(
                "select coalesce(sum(requests), 0) as \"requests!: i64\", coalesce(sum(rows), 0) as \"rows!: i64\",
                        coalesce(sum(errors), 0) as \"errors!: i64\"
                 from prediction_block where version = ? and to_ms >= ? and to_ms < ?",
                version.0,
                from.0,
                to.0
            )
            .fetch_one(&mut *reader)
            .await
            .map_err(db)?;
            counts.requests += row.requests.unsigned_abs();
            counts.rows += row.rows.unsigned_abs();
            counts.errors += row.errors.unsigned_abs();
        }
        Ok(counts)
    }
}

fn keep_newest(predictions: &mut Vec<Prediction>, limit: usize) {
    predictions.sort_by_key(|prediction| std::cmp::Reverse((prediction.time, prediction.id)));
    predictions.truncate(limit);
}
