//! Immutable versions of a model: their rows, and how they come in together with their files.

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, Time, VersionId,
    event::{Audit, EventKind},
    inspection::Inspection,
    model::{Aliases, Model, Source, Version},
    schema::Schema,
};

use crate::{
    Staging, Store,
    artifacts::{check_sha256, place, settle},
    audit,
    error::db,
    files, models,
    open::begin,
    rows::{cell, to_json},
};

/// A version that is to be: its files wait in the staging folder.
#[derive(Debug)]
pub struct NewVersion {
    /// Of the model; a new one makes a new model.
    pub name: String,
    /// Holds `model.onnx` and its external data files.
    pub staging: Staging,
    /// Lower-case hex, of all bytes that make up the model.
    pub sha256: String,
    pub bytes: u64,
    pub source: Source,
    pub inspection: Inspection,
    pub schema: Schema,
    pub make: Make,
}

/// Which alias the new version gets. The first version of a model is always champion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    Champion,
    Challenger,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Inserted {
    pub model: Model,
    pub version: Version,
    /// True when this was the first version of that name.
    pub created_model: bool,
}

struct Row {
    id: i64,
    model: i64,
    number: i64,
    created_ms: i64,
    sha256: String,
    bytes: i64,
    source_json: String,
    inspection_json: String,
    schema_json: String,
}

impl TryFrom<Row> for Version {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: VersionId(row.id),
            model: ModelId(row.model),
            number: cell("version", "number", row.id).count(row.number)?,
            created: Time(row.created_ms),
            sha256: row.sha256,
            bytes: cell("version", "bytes", row.id).count(row.bytes)?,
            source: cell("version", "source_json", row.id).json(&row.source_json)?,
            inspection: cell("version", "inspection_json", row.id).json(&row.inspection_json)?,
            schema: cell("version", "schema_json", row.id).json(&row.schema_json)?,
        })
    }
}

async fn find(connection: &mut SqliteConnection, id: VersionId) -> Result<Version> {
    sqlx::query_as!(
        Row,
        "select id, model, number, created_ms, sha256, bytes, source_json, inspection_json, schema_json
         from version where id = ?",
        id.0
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?
    .ok_or_else(|| Error::not_found(format!("there is no version with id {id}")))?
    .try_into()
}

impl Store {
    pub async fn version(&self, id: VersionId) -> Result<Version> {
        find(&mut *self.readers().acquire().await.map_err(db)?, id).await
    }

    /// All versions of a model, oldest first.
    pub async fn versions(&self, model: ModelId) -> Result<Vec<Version>> {
        sqlx::query_as!(
            Row,
            "select id, model, number, created_ms, sha256, bytes, source_json, inspection_json, schema_json
             from version where model = ? order by number",
            model.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Version::try_from)
        .collect()
    }

    /// Makes the staged files durable, moves them into place and inserts the version, its model where the name
    /// is new, and the audit row in one transaction.
    ///
    /// # Errors
    /// Invalid for a bad name, conflict when the model has a version of the same bytes. Nothing stays behind.
    pub async fn insert_version(&self, new: NewVersion, who: &str, now: Time) -> Result<Inserted> {
        models::check_name(&new.name)?;
        check_sha256(&new.sha256)?;
        let NewVersion { staging, .. } = new;
        let new = NewVersion { staging: settle(staging).await?, ..new };
        let mut writer = self.registry().await?;
        let goal = self.artifact_dir(&new.sha256);
        let mut transaction = begin(&mut writer).await?;
        let model = living_model(&mut transaction, &new, now).await?;
        let placed = place(&new.staging, &goal)?;
        let inserted = async {
            let inserted = insert(&mut transaction, &new, model, who, now).await?;
            transaction.commit().await.map_err(db)?;
            Ok(inserted)
        }
        .await;
        if placed && inserted.is_err() {
            files::remove_dir_logged(&goal);
        }
        inserted
    }

    /// Replaces how a version's tensors read as features and answers.
    pub async fn update_schema(
        &self,
        version: VersionId,
        schema: &Schema,
        who: &str,
        why: &str,
        now: Time,
    ) -> Result<Version> {
        let json = to_json(schema)?;
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        sqlx::query!("update version set schema_json = ? where id = ?", json, version.0)
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        let updated = find(&mut transaction, version).await?;
        let what = format!("changed the schema of version {}", updated.number);
        let audit = models::edited(updated.model, EventKind::Edited, what, who, why, now);
        audit::write(&mut transaction, &audit).await?;
        transaction.commit().await.map_err(db)?;
        Ok(updated)
    }
}

/// The model the version goes to, and whether it had to be made.
async fn living_model(
    connection: &mut SqliteConnection,
    new: &NewVersion,
    now: Time,
) -> Result<(Model, bool)> {
    let Some(model) = models::find_living(connection, &new.name).await? else {
        return Ok((models::insert(connection, &new.name, now).await?, true));
    };
    let twin = sqlx::query_scalar!(
        "select number from version where model = ? and sha256 = ?",
        model.id.0,
        new.sha256
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?;
    match twin {
        Some(number) => {
            Err(Error::conflict(format!("these bytes are already version {number} of `{}`", new.name)))
        }
        None => Ok((model, false)),
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    new: &NewVersion,
    (model, created_model): (Model, bool),
    who: &str,
    now: Time,
) -> Result<Inserted> {
    let bytes = i64::try_from(new.bytes).map_err(|_| Error::invalid("a model of more than 2^63 bytes"))?;
    let (source, inspection, schema) =
        (to_json(&new.source)?, to_json(&new.inspection)?, to_json(&new.schema)?);
    let id = sqlx::query_scalar!(
        "insert into version
            (model, number, created_ms, sha256, bytes, source_json, inspection_json, schema_json)
         values (?1, (select coalesce(max(number), 0) + 1 from version where model = ?1), ?2, ?3, ?4, ?5, ?6, ?7)
         returning id as \"id!\"",
        model.id.0,
        now.0,
        new.sha256,
        bytes,
        source,
        inspection,
        schema
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    let version = find(connection, VersionId(id)).await?;
    let aliases = aliases_with(model.aliases, version.id, new.make);
    models::write_aliases(connection, model.id, aliases).await?;
    audit::write(connection, &imported(&version, aliases, new, who, now)).await?;
    let model = Model { aliases, ..model };
    Ok(Inserted { model, version, created_model })
}

fn aliases_with(aliases: Aliases, version: VersionId, make: Make) -> Aliases {
    match (aliases.champion, make) {
        (None, _) => Aliases { champion: Some(version), ..aliases },
        (champion, Make::Champion) => Aliases { champion: Some(version), previous: champion, ..aliases },
        (_, Make::Challenger) => Aliases { challenger: Some(version), ..aliases },
    }
}

fn imported(version: &Version, aliases: Aliases, new: &NewVersion, who: &str, now: Time) -> Audit {
    let role = if aliases.champion == Some(version.id) { "champion" } else { "challenger" };
    let origin = match &new.source {
        Source::Import { file } => format!("from `{file}`"),
        Source::Training { run, .. } => format!("from run {run}"),
        Source::Data { dataset, .. } => format!("from data set {dataset}"),
    };
    Audit {
        time: now,
        model: Some(version.model),
        kind: EventKind::Imported,
        who: who.into(),
        what: format!("version {} of `{}` came in as {role}, {origin}", version.number, new.name),
        why: String::new(),
    }
}
