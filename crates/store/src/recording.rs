//! Writing predictions: one transaction a call, columnar blocks in it, and the labels that were there first.

use std::collections::{BTreeMap, HashMap};

use sqlx::{Sqlite, SqliteConnection, pool::PoolConnection};
use tidegate_core::{
    PredictionId, Result, RowId, Time, VersionId,
    prediction::{Label, Prediction},
    tensor::{Named, Value},
    time::MINUTE_MS,
};

use crate::{
    Store,
    block::{self, Entry},
    error::db,
    open::{begin, blocking},
    rows::{cell, id_bytes},
    streams::hand_over,
};

/// Requests and payload bytes of one block at most: one is decoded as a whole to find one prediction.
const BLOCK_REQUESTS: usize = 8_192;
const BLOCK_BYTES: usize = 4 << 20;
/// A request with more than this is recorded without its tensors, bytes.
const PAYLOAD_LIMIT: usize = 64 << 20;

/// A block ready to be inserted.
struct Encoded {
    version: VersionId,
    entries: Vec<Entry>,
    client_ids: Vec<(String, Entry)>,
    requests: i64,
    rows: i64,
    errors: i64,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Store {
    /// Records predictions in one transaction; those of a version that is gone are left out. A request whose
    /// tensors take more than 64 MiB is recorded without them. Returns the labels that had been waiting for
    /// these predictions.
    pub async fn record(&self, predictions: Vec<Prediction>) -> Result<Vec<Label>> {
        let blocks = blocking(move || Ok(encode(predictions))).await?;
        self.insert_all(self.writer().await?, blocks).await
    }

    /// The same, and on the disk when this returns: a power cut loses none of it.
    pub async fn record_durably(&self, predictions: Vec<Prediction>) -> Result<Vec<Label>> {
        let blocks = blocking(move || Ok(encode(predictions))).await?;
        self.insert_all(self.registry().await?, blocks).await
    }

    async fn insert_all(
        &self,
        mut writer: PoolConnection<Sqlite>,
        blocks: Vec<Encoded>,
    ) -> Result<Vec<Label>> {
        let mut transaction = begin(&mut writer).await?;
        let waiting = sqlx::query_scalar!("select exists (select 1 from client_label)")
            .fetch_one(&mut *transaction)
            .await
            .map_err(db)?;
        let mut matched = Vec::new();
        for block in &blocks {
            let Some(id) = insert(&mut transaction, block).await? else { continue };
            insert_client_ids(&mut transaction, block, id).await?;
            if waiting != 0 {
                claim_client_labels(&mut transaction, block).await?;
            }
            matched.append(&mut match_labels(&mut transaction, block).await?);
        }
        transaction.commit().await.map_err(db)?;
        self.wrote(blocks.iter().map(|block| block.head.len() + block.body.len()).sum());
        Ok(matched)
    }
}

/// Blocks of one version each, and of one minute by id and by time.
fn encode(predictions: Vec<Prediction>) -> Vec<Encoded> {
    let mut groups = BTreeMap::<_, Vec<Prediction>>::new();
    for mut prediction in predictions {
        if payload(&prediction) > PAYLOAD_LIMIT {
            prediction.inputs.clear();
            prediction.outputs.clear();
        }
        let minute = |time: Time| time.floor(MINUTE_MS);
        let key = (prediction.version, minute(prediction.id.time()), minute(prediction.time));
        groups.entry(key).or_default().push(prediction);
    }
    groups
        .into_values()
        .flat_map(|group| chunks(&group).into_iter().map(encode_one).collect::<Vec<_>>())
        .collect()
}

fn chunks(group: &[Prediction]) -> Vec<&[Prediction]> {
    let (mut chunks, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (index, prediction) in group.iter().enumerate() {
        let more = payload(prediction);
        if index > start && (index - start >= BLOCK_REQUESTS || bytes + more > BLOCK_BYTES) {
            chunks.push(&group[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += more;
    }
    chunks.push(&group[start..]);
    chunks
}

fn payload(prediction: &Prediction) -> usize {
    let bytes = |values: &[Named]| values.iter().map(|named| value_bytes(&named.value)).sum::<usize>();
    bytes(&prediction.inputs) + bytes(&prediction.outputs)
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::None => 0,
        Value::Tensor(tensor) => tensor.byte_len(),
        Value::Map(map) => map.values.byte_len(),
        Value::Sequence(items) => items.iter().map(value_bytes).sum(),
    }
}

fn encode_one(chunk: &[Prediction]) -> Encoded {
    let named = chunk.iter().filter_map(|prediction| {
        prediction.client_id.clone().map(|client_id| (client_id, Entry::of(prediction)))
    });
    Encoded {
        version: chunk[0].version,
        entries: chunk.iter().map(Entry::of).collect(),
        client_ids: named.collect(),
        requests: chunk.len() as i64,
        rows: chunk.iter().map(|prediction| i64::from(prediction.rows)).sum(),
        errors: chunk.iter().filter(|prediction| prediction.error.is_some()).count() as i64,
        head: block::encode_head(chunk),
        body: block::encode_body(chunk),
    }
}

/// The least and the greatest of some things there is at least one of.
fn range<T: Ord + Copy>(values: impl Iterator<Item = T> + Clone, default: T) -> (T, T) {
    (values.clone().min().unwrap_or(default), values.max().unwrap_or(default))
}

/// The new block's id; `None` when its version is gone.
async fn insert(connection: &mut SqliteConnection, block: &Encoded) -> Result<Option<i64>> {
    let (id_from, id_to) = range(block.entries.iter().map(|entry| entry.id.time().0), 0);
    let (from, to) = range(block.entries.iter().map(|entry| entry.time.0), 0);
    sqlx::query_scalar!(
        "insert into prediction_block
            (version, id_from_ms, id_to_ms, from_ms, to_ms, requests, rows, errors, head, body)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 where exists (select 1 from version where id = ?1)
         returning id as \"id!\"",
        block.version.0,
        id_from,
        id_to,
        from,
        to,
        block.requests,
        block.rows,
        block.errors,
        block.head,
        block.body
    )
    .fetch_optional(connection)
    .await
    .map_err(db)
}

async fn insert_client_ids(connection: &mut SqliteConnection, block: &Encoded, id: i64) -> Result<()> {
    for (client_id, entry) in &block.client_ids {
        let prediction = id_bytes(&entry.id);
        sqlx::query!(
            "insert or ignore into client_id (client_id, prediction, block) values (?, ?, ?)",
            client_id,
            prediction,
            id
        )
        .execute(&mut *connection)
        .await
        .map_err(db)?;
    }
    Ok(())
}

/// Labels that named a client's id before it was known become labels of the prediction, still to be matched.
async fn claim_client_labels(connection: &mut SqliteConnection, block: &Encoded) -> Result<()> {
    for (client_id, entry) in &block.client_ids {
        let prediction = id_bytes(&entry.id);
        sqlx::query!(
            "insert or replace into label (prediction, row, truth_json, time_ms)
             select ?1, row, truth_json, time_ms from client_label where client_id = ?2 and row < ?3",
            prediction,
            client_id,
            entry.rows
        )
        .execute(&mut *connection)
        .await
        .map_err(db)?;
        sqlx::query!("delete from client_label where client_id = ? and row < ?", client_id, entry.rows)
            .execute(&mut *connection)
            .await
            .map_err(db)?;
    }
    Ok(())
}

/// Labels that came before their prediction. Ids sort by time, so the waiting ones are one short range.
async fn match_labels(connection: &mut SqliteConnection, block: &Encoded) -> Result<Vec<Label>> {
    let (low, high) = range(block.entries.iter().map(|entry| entry.id), PredictionId(Default::default()));
    let (low, high) = (id_bytes(&low), id_bytes(&high));
    let waiting = sqlx::query!(
        "select prediction, row as \"row!\", truth_json, time_ms from label
         where version is null and prediction between ? and ?",
        low,
        high
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(db)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let entries: HashMap<_, _> = block.entries.iter().map(|entry| (entry.id, *entry)).collect();
    let mut matched = Vec::new();
    for row in waiting {
        let id = cell("label", "prediction", row.row).prediction(&row.prediction)?;
        let number = cell("label", "row", id).count(row.row)?;
        let Some(entry) = entries.get(&id).filter(|entry| number < entry.rows) else { continue };
        let truth = cell("label", "truth_json", id).json(&row.truth_json)?;
        mark(connection, block.version, *entry, number).await?;
        let row_id = RowId { prediction: id, row: number };
        hand_over(connection, block.version, row_id).await?;
        matched.push(Label { row: row_id, truth, time: Time(row.time_ms) });
    }
    Ok(matched)
}

/// Joins a label to its prediction.
async fn mark(connection: &mut SqliteConnection, version: VersionId, entry: Entry, row: u32) -> Result<()> {
    let prediction = id_bytes(&entry.id);
    sqlx::query!(
        "update label set version = ?, predicted_ms = ? where prediction = ? and row = ?",
        version.0,
        entry.time.0,
        prediction,
        row
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}
