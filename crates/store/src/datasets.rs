//! Data sets: files by content hash or where they lie, and what is known about them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, Time,
    data::{DataColumn, DataFormat, DataMarks},
    event::{Audit, EventKind},
    id::DatasetId,
};

use crate::{
    Staging, Store, audit,
    error::{db, file},
    files,
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
    /// Of no model.
    Registered,
}

/// Where the one file of a data set that is to be lies.
#[derive(Debug)]
pub enum Place {
    /// In a staging folder, under this name; it is moved into the data folder.
    Staged(Staging, String),
    /// Where it stays, with its hash and size.
    Stays { path: PathBuf, sha256: String, bytes: u64 },
}

/// A data set that is to be.
#[derive(Debug)]
pub struct NewDataset {
    /// `None` for a registered one.
    pub model: Option<ModelId>,
    pub name: String,
    pub role: Role,
    pub place: Place,
    pub format: DataFormat,
    pub rows: u64,
    pub columns: Vec<String>,
    /// The registered data set it was made from.
    pub origin: Option<DatasetId>,
    pub profile: Option<Vec<DataColumn>>,
    pub marks: DataMarks,
}

impl NewDataset {
    /// A CSV of a model, staged as `file`.
    pub fn of_model(model: ModelId, role: Role, name: &str, staging: Staging, file: &str) -> Self {
        Self {
            model: Some(model),
            name: name.into(),
            role,
            place: Place::Staged(staging, file.into()),
            format: DataFormat::Csv,
            rows: 0,
            columns: Vec::new(),
            origin: None,
            profile: None,
            marks: DataMarks::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    pub id: DatasetId,
    pub model: Option<ModelId>,
    pub name: String,
    pub role: Role,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub columns: Vec<String>,
    pub created: Time,
    /// True for the one reference the model is compared with now.
    pub current: bool,
    pub format: DataFormat,
    /// Where a file lies that was not copied into the data folder.
    pub path: Option<PathBuf>,
    pub origin: Option<DatasetId>,
    pub deleted: Option<Time>,
    pub profile: Option<Vec<DataColumn>>,
    pub marks: DataMarks,
}

/// What is to be another way; what is left out stays.
#[derive(Debug, Default)]
pub struct DatasetChange {
    pub name: Option<String>,
    pub marks: Option<DataMarks>,
    /// Into the bin at this time, or out of it.
    pub deleted: Option<Option<Time>>,
}

struct Row {
    id: i64,
    model: Option<i64>,
    name: String,
    role: String,
    sha256: String,
    bytes: i64,
    rows: i64,
    columns_json: String,
    created_ms: i64,
    current: i64,
    format: String,
    path: Option<String>,
    origin: Option<i64>,
    deleted_ms: Option<i64>,
    profile_json: Option<String>,
    marks_json: String,
}

impl TryFrom<Row> for Dataset {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let profile = |json: String| cell("dataset", "profile_json", row.id).json(&json);
        Ok(Self {
            id: DatasetId(row.id),
            model: row.model.map(ModelId),
            name: row.name,
            role: cell("dataset", "role", row.id).word(row.role)?,
            sha256: row.sha256,
            bytes: cell("dataset", "bytes", row.id).count(row.bytes)?,
            rows: cell("dataset", "rows", row.id).count(row.rows)?,
            columns: cell("dataset", "columns_json", row.id).json(&row.columns_json)?,
            created: Time(row.created_ms),
            current: row.current != 0,
            format: cell("dataset", "format", row.id).word(row.format)?,
            path: row.path.map(PathBuf::from),
            origin: row.origin.map(DatasetId),
            deleted: row.deleted_ms.map(Time),
            profile: row.profile_json.map(profile).transpose()?,
            marks: cell("dataset", "marks_json", row.id).json(&row.marks_json)?,
        })
    }
}

impl Store {
    /// Stores the staged file, if it is one, and its row. A reference becomes the model's current one.
    pub async fn insert_dataset(&self, new: NewDataset, who: &str, why: &str, now: Time) -> Result<Dataset> {
        let format = to_word(&new.format)?;
        let (sha256, bytes, staged) = match &new.place {
            Place::Stays { sha256, bytes, .. } => (sha256.clone(), *bytes, None),
            Place::Staged(staging, name) => {
                let staged = staging.path().join(name);
                let hashed = staged.clone();
                let (sha256, bytes) = blocking(move || {
                    files::sync_file(&hashed).map_err(file(&hashed))?;
                    files::sha256(&hashed).map_err(file(&hashed))
                })
                .await?;
                (sha256, bytes, Some(staged))
            }
        };
        let goal = self.dataset_file(&sha256, &format);
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let placed = staged.map_or(Ok(false), |staged| place(&staged, &goal))?;
        let inserted = async {
            let inserted = insert(&mut transaction, &new, &sha256, bytes, &format, now).await?;
            let kind = if new.role == Role::Reference { EventKind::ReferenceSet } else { EventKind::Edited };
            let what = format!("added the data set `{}`, {} rows", new.name, new.rows);
            audit::write(&mut transaction, &told(new.model, kind, what, who, why, now)).await?;
            transaction.commit().await.map_err(db)?;
            Ok(inserted)
        }
        .await;
        if placed && inserted.is_err() {
            files::remove_file_logged(&goal);
        }
        inserted
    }

    /// All data sets of a model, newest first.
    pub async fn datasets(&self, model: ModelId) -> Result<Vec<Dataset>> {
        let all = self.all_datasets().await?;
        Ok(all.into_iter().filter(|dataset| dataset.model == Some(model)).collect())
    }

    /// Those of all models and of none, newest first.
    pub async fn all_datasets(&self) -> Result<Vec<Dataset>> {
        sqlx::query_as!(
            Row,
            "select id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current, format, path,
                    origin, deleted_ms, profile_json, marks_json
             from dataset order by id desc"
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

    /// The file of a data set.
    pub async fn dataset_path(&self, id: DatasetId) -> Result<PathBuf> {
        self.path_of(&self.dataset(id).await?)
    }

    /// As [`Self::dataset_path`], of one at hand.
    pub fn path_of(&self, dataset: &Dataset) -> Result<PathBuf> {
        Ok(match &dataset.path {
            Some(path) => path.clone(),
            None => self.dataset_file(&dataset.sha256, &to_word(&dataset.format)?),
        })
    }

    /// Changes what people say of a data set, or whether it lies in the bin; `what` is told in the audit trail.
    pub async fn change_dataset(
        &self,
        id: DatasetId,
        change: DatasetChange,
        what: String,
        who: &str,
        now: Time,
    ) -> Result<Dataset> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let before = find(&mut transaction, id).await?;
        let name = change.name.unwrap_or(before.name);
        let marks = to_json(&change.marks.unwrap_or(before.marks))?;
        let deleted = change.deleted.unwrap_or(before.deleted).map(|time| time.0);
        sqlx::query!(
            "update dataset set name = ?, marks_json = ?, deleted_ms = ? where id = ?",
            name,
            marks,
            deleted,
            id.0
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        let told = told(before.model, EventKind::Edited, what, who, "", now);
        audit::write(&mut transaction, &told).await?;
        let after = find(&mut transaction, id).await?;
        transaction.commit().await.map_err(db)?;
        Ok(after)
    }

    /// Keeps what was found out about the columns of a data set later than when it came.
    pub async fn put_profile(&self, id: DatasetId, profile: &[DataColumn]) -> Result<()> {
        let json = to_json(&profile)?;
        sqlx::query!("update dataset set profile_json = ? where id = ?", json, id.0)
            .execute(&mut *self.writer().await?)
            .await
            .map(drop)
            .map_err(db)
    }

    /// Removes a data set for good: its row, and its copy unless another one has the same bytes.
    pub async fn purge_dataset(&self, id: DatasetId, who: &str, why: &str, now: Time) -> Result<()> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let gone = find(&mut transaction, id).await?;
        if gone.deleted.is_none() {
            return Err(Error::conflict(format!("`{}` is not in the bin", gone.name))
                .hint("delete it first; that can still be undone"));
        }
        sqlx::query!("delete from dataset where id = ?", id.0)
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        let others = sqlx::query_scalar!(
            "select count(*) from dataset where sha256 = ? and path is null",
            gone.sha256
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(db)?;
        let what = format!("purged the data set `{}`", gone.name);
        audit::write(&mut transaction, &told(gone.model, EventKind::Purged, what, who, why, now)).await?;
        transaction.commit().await.map_err(db)?;
        if gone.path.is_none() && others == 0 {
            files::remove_file_logged(&self.dataset_file(&gone.sha256, &to_word(&gone.format)?));
        }
        Ok(())
    }

    pub(crate) fn dataset_file(&self, sha256: &str, format: &str) -> PathBuf {
        self.dir().join("datasets").join(format!("{sha256}.{format}"))
    }
}

fn told(model: Option<ModelId>, kind: EventKind, what: String, who: &str, why: &str, now: Time) -> Audit {
    Audit { time: now, model, kind, who: who.into(), what, why: why.into() }
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
        "select id, model, name, role, sha256, bytes, rows, columns_json, created_ms, current, format, path,
                origin, deleted_ms, profile_json, marks_json
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
    format: &str,
    now: Time,
) -> Result<Dataset> {
    let current = new.role == Role::Reference;
    if let Some(model) = new.model {
        crate::models::find(connection, model).await?;
        if current {
            sqlx::query!("update dataset set current = 0 where model = ?", model.0)
                .execute(&mut *connection)
                .await
                .map_err(db)?;
        }
    }
    let (role, columns, marks) = (to_word(&new.role)?, to_json(&new.columns)?, to_json(&new.marks)?);
    let profile = new.profile.as_ref().map(to_json).transpose()?;
    let [bytes, rows] = [bytes, new.rows].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let (model, origin) = (new.model.map(|id| id.0), new.origin.map(|id| id.0));
    let path = match &new.place {
        Place::Stays { path, .. } => Some(path.to_string_lossy().into_owned()),
        Place::Staged(..) => None,
    };
    let id = sqlx::query_scalar!(
        "insert into dataset (model, name, role, sha256, bytes, rows, columns_json, created_ms, current, format,
                              path, origin, profile_json, marks_json)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id as \"id!\"",
        model,
        new.name,
        role,
        sha256,
        bytes,
        rows,
        columns,
        now.0,
        current,
        format,
        path,
        origin,
        profile,
        marks
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    find(connection, DatasetId(id)).await
}
