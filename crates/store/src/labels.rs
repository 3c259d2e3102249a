//! Labels: what turned out to be true. They come late, twice, early, or for predictions nobody recorded.

use std::{collections::HashMap, sync::Arc};

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, PredictionId, Result, RowId, Time, VersionId,
    prediction::{Label, Prediction},
    schema::Truth,
};

use crate::{
    Store,
    block::Entry,
    error::db,
    open::begin,
    predictions::{blocks_at, find_client_id, head},
    rows::{cell, id_bytes, to_json},
    streams::hand_over,
};

/// Labels that are written in one transaction.
const BATCH: usize = 2_000;
/// Heads kept in memory while labels are matched.
const HEADS: usize = 64;

/// A label that names the request by the id the client gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientLabel {
    pub client_id: String,
    pub row: u32,
    pub truth: Truth,
    /// When the label arrived.
    pub time: Time,
}

/// What became of labels that were put.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelReport {
    /// The first for their row, whose prediction is known.
    pub new: Vec<Label>,
    /// Replaced another truth, of a row whose prediction is known.
    pub changed: Vec<ChangedLabel>,
    /// Said what was known already.
    pub same: usize,
    /// Kept, though their prediction or row is not known (yet).
    pub waiting: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChangedLabel {
    pub label: Label,
    pub before: Truth,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LabelCounts {
    pub matched: u64,
    /// Of no model that is known: early, or never recorded. Counted for all models together.
    pub unmatched: u64,
}

/// One recorded row whose truth is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// Shared by all labelled rows of the request.
    pub prediction: Arc<Prediction>,
    pub row: u32,
    pub truth: Truth,
    /// When the label arrived.
    pub labelled: Time,
}

impl Store {
    /// Keeps labels by row; a later truth replaces an earlier one. A long list is committed part by part, so that
    /// recording goes on in between; putting it again after a failure does no harm.
    ///
    /// # Errors
    /// Invalid when a truth is no number that can be kept; nothing is stored then.
    pub async fn put_labels(&self, mut labels: Vec<Label>) -> Result<LabelReport> {
        labels.iter().try_for_each(|label| check_truth(&label.row.to_string(), &label.truth))?;
        // Neighbours in time share a block; of two for one row the later in the list still comes last.
        labels.sort_by_key(|label| label.row);
        let mut report = LabelReport::default();
        let mut labels = labels.into_iter().peekable();
        while labels.peek().is_some() {
            let mut writer = self.writer().await?;
            let mut transaction = begin(&mut writer).await?;
            // Not kept for longer: in between, blocks may expire and versions be purged.
            let mut finder = Finder::default();
            for label in labels.by_ref().take(BATCH) {
                put(&mut transaction, &mut finder, label, &mut report).await?;
            }
            transaction.commit().await.map_err(db)?;
        }
        Ok(report)
    }

    /// Like [`Self::put_labels`] for the newest request that carried each id; those nobody sent yet are kept
    /// until it comes.
    pub async fn put_client_labels(&self, labels: Vec<ClientLabel>) -> Result<LabelReport> {
        labels.iter().try_for_each(|label| check_truth(&label.client_id, &label.truth))?;
        let mut writer = self.writer().await?;
        let mut transaction = begin(&mut writer).await?;
        let (mut report, mut finder) = (LabelReport::default(), Finder::default());
        for ClientLabel { client_id, row, truth, time } in labels {
            match find_client_id(&mut transaction, &client_id).await? {
                Some(prediction) => {
                    let label = Label { row: RowId { prediction, row }, truth, time };
                    put(&mut transaction, &mut finder, label, &mut report).await?;
                }
                None => {
                    put_waiting(&mut transaction, &client_id, row, &truth, time).await?;
                    report.waiting += 1;
                }
            }
        }
        transaction.commit().await.map_err(db)?;
        Ok(report)
    }

    /// All labels of these predictions.
    pub async fn labels_for(&self, ids: &[PredictionId]) -> Result<Vec<Label>> {
        let mut reader = self.readers().acquire().await.map_err(db)?;
        let mut labels = Vec::new();
        for id in ids {
            let bytes = id_bytes(id);
            let rows = sqlx::query!(
                "select row, truth_json, time_ms from label where prediction = ? order by row",
                bytes
            )
            .fetch_all(&mut *reader)
            .await
            .map_err(db)?;
            for row in rows {
                let truth = cell("label", "truth_json", id).json(&row.truth_json)?;
                let number = cell("label", "row", id).count(row.row)?;
                let row_id = RowId { prediction: *id, row: number };
                labels.push(Label { row: row_id, truth, time: Time(row.time_ms) });
            }
        }
        Ok(labels)
    }

    /// The newest `limit` labelled rows whose prediction lies in `from <= time < to`, newest first.
    pub async fn labelled(
        &self,
        versions: &[VersionId],
        from: Time,
        to: Time,
        limit: u32,
    ) -> Result<Vec<Labelled>> {
        let mut hits = Vec::new();
        for version in versions {
            hits.append(&mut self.labels_of(*version, from, to, limit).await?);
        }
        hits.sort_by_key(|(predicted, label)| std::cmp::Reverse((*predicted, label.row)));
        hits.truncate(limit as usize);
        let ids: Vec<_> = hits.iter().map(|(_, label)| label.row.prediction).collect();
        let predictions = self.predictions_by_id(&ids).await?;
        let rows = hits.into_iter().filter_map(|(_, label)| {
            // A prediction can expire between the two questions.
            let prediction = Arc::clone(predictions.get(&label.row.prediction)?);
            Some(Labelled { prediction, row: label.row.row, truth: label.truth, labelled: label.time })
        });
        Ok(rows.collect())
    }

    async fn labels_of(
        &self,
        version: VersionId,
        from: Time,
        to: Time,
        limit: u32,
    ) -> Result<Vec<(Time, Label)>> {
        let rows = sqlx::query!(
            "select prediction, row as \"row!\", truth_json, time_ms, predicted_ms as \"predicted_ms!\" from label
             where version = ? and predicted_ms >= ? and predicted_ms < ? order by predicted_ms desc limit ?",
            version.0,
            from.0,
            to.0,
            limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        rows.into_iter()
            .map(|row| {
                let prediction = cell("label", "prediction", row.row).prediction(&row.prediction)?;
                let number = cell("label", "row", prediction).count(row.row)?;
                let truth = cell("label", "truth_json", prediction).json(&row.truth_json)?;
                let label = Label { row: RowId { prediction, row: number }, truth, time: Time(row.time_ms) };
                Ok((Time(row.predicted_ms), label))
            })
            .collect()
    }

    /// Rows of a model whose label, first or changed, came at `since` or later.
    pub async fn labelled_since(&self, model: ModelId, since: Time) -> Result<u64> {
        let count = sqlx::query_scalar!(
            "select count(*) from label
             where version in (select id from version where model = ?) and time_ms >= ?",
            model.0,
            since.0
        )
        .fetch_one(self.readers())
        .await
        .map_err(db)?;
        Ok(count.unsigned_abs())
    }

    /// How many labels found their prediction, of one model or of all, and how many did not.
    pub async fn label_counts(&self, model: Option<ModelId>) -> Result<LabelCounts> {
        let model = model.map(|id| id.0);
        let row = sqlx::query!(
            "select (select count(*) from label where version is not null
                        and (?1 is null or version in (select id from version where model = ?1))) as \"matched!: i64\",
                    (select count(*) from label where version is null)
                        + (select count(*) from client_label) as \"unmatched!: i64\"",
            model
        )
        .fetch_one(self.readers())
        .await
        .map_err(db)?;
        Ok(LabelCounts { matched: row.matched.unsigned_abs(), unmatched: row.unmatched.unsigned_abs() })
    }
}

/// Refuses a truth that can't be kept: JSON knows neither NaN nor infinities, and no model is right about them.
pub fn check_truth(of: &str, truth: &Truth) -> Result<()> {
    match truth {
        Truth::Number(number) if !number.is_finite() => {
            Err(Error::invalid(format!("the label of `{of}` is infinite or not a number"))
                .hint("leave out rows whose truth is unknown"))
        }
        _ => Ok(()),
    }
}

async fn put_waiting(
    connection: &mut SqliteConnection,
    client_id: &str,
    row: u32,
    truth: &Truth,
    time: Time,
) -> Result<()> {
    let truth = to_json(truth)?;
    sqlx::query!(
        "insert or replace into client_label (client_id, row, truth_json, time_ms) values (?, ?, ?, ?)",
        client_id,
        row,
        truth,
        time.0
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}

async fn put(
    connection: &mut SqliteConnection,
    finder: &mut Finder,
    label: Label,
    report: &mut LabelReport,
) -> Result<()> {
    let before = stored(connection, label.row).await?;
    if before.as_ref() == Some(&label.truth) {
        report.same += 1;
        return Ok(());
    }
    let place = finder.find(connection, label.row).await?;
    write(connection, &label, place).await?;
    match (place, before) {
        (None, _) => report.waiting += 1,
        (Some((version, _)), None) => {
            hand_over(connection, version, label.row).await?;
            report.new.push(label);
        }
        (Some(_), Some(before)) => report.changed.push(ChangedLabel { label, before }),
    }
    Ok(())
}

async fn stored(connection: &mut SqliteConnection, row: RowId) -> Result<Option<Truth>> {
    let prediction = id_bytes(&row.prediction);
    sqlx::query_scalar!("select truth_json from label where prediction = ? and row = ?", prediction, row.row)
        .fetch_optional(connection)
        .await
        .map_err(db)?
        .map(|json| cell("label", "truth_json", row).json(&json))
        .transpose()
}

async fn write(
    connection: &mut SqliteConnection,
    label: &Label,
    place: Option<(VersionId, Time)>,
) -> Result<()> {
    let (prediction, truth) = (id_bytes(&label.row.prediction), to_json(&label.truth)?);
    let (version, predicted) = (place.map(|(version, _)| version.0), place.map(|(_, time)| time.0));
    sqlx::query!(
        "insert or replace into label (prediction, row, truth_json, time_ms, version, predicted_ms)
         values (?, ?, ?, ?, ?, ?)",
        prediction,
        label.row.row,
        truth,
        label.time.0,
        version,
        predicted
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}

/// Finds the predictions of many labels; heads just decoded are likely to be needed again.
#[derive(Default)]
struct Finder {
    heads: HashMap<i64, Head>,
}

type Head = (VersionId, HashMap<PredictionId, Entry>);

/// The version and the time of the prediction this row belongs to, if this block has it.
fn place_in((version, entries): &Head, row: RowId) -> Option<(VersionId, Time)> {
    let entry = entries.get(&row.prediction)?;
    (row.row < entry.rows).then_some((*version, entry.time))
}

impl Finder {
    /// The version and the time of the prediction this row belongs to.
    async fn find(
        &mut self,
        connection: &mut SqliteConnection,
        row: RowId,
    ) -> Result<Option<(VersionId, Time)>> {
        let mut hit = self.heads.values().find_map(|head| place_in(head, row));
        if hit.is_none() {
            for block in blocks_at(connection, row.prediction).await? {
                if !self.heads.contains_key(&block) {
                    self.load(connection, block).await?;
                }
                hit = hit.or_else(|| place_in(self.heads.get(&block)?, row));
            }
        }
        Ok(hit)
    }

    async fn load(&mut self, connection: &mut SqliteConnection, block: i64) -> Result<()> {
        if self.heads.len() >= HEADS {
            self.heads.clear();
        }
        if let Some((version, entries)) = head(connection, block).await? {
            self.heads.insert(block, (version, entries.into_iter().map(|entry| (entry.id, entry)).collect()));
        }
        Ok(())
    }
}
