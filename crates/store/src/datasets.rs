//! Data sets: CSV files by content hash, and what is known about them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use tidegate_core::{Error, ModelId, Result, Time, event::EventKind, id::DatasetId};

use crate::{
    Staging, Store, audit,
    error::{db, file},
    files,
    models::edited,
    open::{begin, blocking},
    rows::{cell, to_json, to_word},
};

/// What a data set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// What the model was trained on: drift is measured against the current one.
    Reference,
    Evaluation,
    Training,
}

/// A data set that is to be: its one CSV file waits in the staging folder.
#[derive(Debug)]
pub struct NewDataset {
    pub model: ModelId,
    pub name: String,
    pub role: Role,
    pub staging: Staging,
    /// The file's name in the staging folder.
    pub file: String,
    pub rows: u64,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    pub id: DatasetId,
    pub model: ModelId,
    pub name: String,
    pub role: Role,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub columns: Vec<String>,
    pub created: Time,
    /// True for the one reference the model is compared with now.
    pub current: bool,
}

struct Row {
    id: i64,
    model: i64,
    name: String,
    role: String,
    sha256: String,
    bytes: i64,
    rows: i64,
    columns_json: String,
    created_ms: i64,
    current: i64,
}

impl TryFrom<Row> for Dataset {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: DatasetId(row.id),
            model: ModelId(row.model),
            name: row.name,
            role: cell("dataset", "role", row.id).word(row.role)?,
            sha256: row.sha256,
            bytes: cell("dataset", "bytes", row.id).count(row.bytes)?,
            rows: cell("dataset", "rows", row.id).count(row.rows)?,
            columns: cell("dataset", "columns_json", row.id).json(&row.columns_json)?,
            created: Time(row.created_ms),
            current: row.current != 0,
        })
    }
}

impl Store {
    /// Stores the staged file and its row. A reference becomes the model's current one.
    pub async fn insert_dataset(&self, new: NewDataset, who: &str, why: &str, now: Time) -> Result<Dataset> {
        let staged = new.staging.path().join(&new.file);
        let (sha256, bytes) = blocking(move || {
            files::sync_file(&staged).map_err(file(&staged))?;
            files::sha256(&staged).map_err(file(&staged))
        })
        .await?;
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let placed = place(&new.staging.path().join(&new.file), &self.dataset_file(&sha256))?;
        let inserted = async {
            let inserted = insert(&mut transaction, &new, &sha256, bytes, now).await?;
            let kind = if new.role == Role::Reference { EventKind::ReferenceSet } else { EventKind::Edited };
            let what = format!("added the data set `{}`, {} rows", new.name, new.rows);
            audit::write(&mut transaction, &edited(new.model, kind, what, who, why, now)).await?;
            transaction.commit().await.map_err(db)?;
            Ok(inserted)
        }
        .await;
        if placed && inserted.is_err() {
            files::remove_file_logged(&self.dataset_file(&sha256));
        }
        inserted
    }

    /// All data sets of a model, newest first.
    pub async fn datasets(&self, model: ModelId) -> Result<Vec<Dataset>> {
        sqlx::query_as!(
            Row,
            "select id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current
             from dataset where model = ? order by id desc",
            model.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Dataset::try_from)
        .collect()
    }

    pub async fn dataset(&self, id: DatasetId) -> Result<Dataset> {
        find(&mut *self.readers().acquire().await.map_err(db)?, id).await
    }

    /// The CSV file of a data set.
    pub async fn dataset_path(&self, id: DatasetId) -> Result<PathBuf> {
        Ok(self.dataset_file(&self.dataset(id).await?.sha256))
    }

    pub(crate) fn dataset_file(&self, sha256: &str) -> PathBuf {
        self.dir().join("datasets").join(format!("{sha256}.csv"))
    }
}

/// Moves the file to its goal; false when those bytes were there already.
fn place(staged: &Path, goal: &Path) -> Result<bool> {
    if goal.exists() {
        return Ok(false);
    }
    fs::rename(staged, goal).map_err(file(goal))?;
    goal.parent().map_or(Ok(()), files::sync_dir).map_err(file(goal))?;
    Ok(true)
}

async fn find(connection: &mut SqliteConnection, id: DatasetId) -> Result<Dataset> {
    sqlx::query_as!(
        Row,
        "select id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current
         from dataset where id = ?",
        id.0
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?
    .ok_or_else(|| Error::not_found(format!("there is no data set with id {id}")))?
    .try_into()
}

async fn insert(
    connection: &mut SqliteConnection,
    new: &NewDataset,
    sha256: &str,
    bytes: u64,
    now: Time,
) -> Result<Dataset> {
    crate::models::find(connection, new.model).await?;
    let current = new.role == Role::Reference;
    if current {
        sqlx::query!("update dataset set current = 0 where model = ?", new.model.0)
            .execute(&mut *connection)
            .await
            .map_err(db)?;
    }
    let (role, columns) = (to_word(&new.role)?, to_json(&new.columns)?);
    let [bytes, rows] = [bytes, new.rows].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let id = sqlx::query_scalar!(
        "insert into dataset (model, name, role, sha256, bytes, rows, columns_json, created_ms, current)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id as \"id!\"",
        new.model.0,
        new.name,
        role,
        sha256,
        bytes,
        rows,
        columns,
        now.0,
        current
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    find(connection, DatasetId(id)).await
}
