//! Models: their names, cards, settings and movable aliases, the bin and the way back from it.

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, Time, VersionId,
    event::{Audit, EventKind},
    model::{Aliases, Model, ModelSettings},
};

use crate::{
    Store, audit,
    error::db,
    open::begin,
    rows::{cell, to_json},
};

/// What to change about a model; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ModelChange {
    pub name: Option<String>,
    pub card: Option<String>,
    pub tags: Option<Vec<String>>,
    pub settings: Option<ModelSettings>,
}

struct Row {
    id: i64,
    name: String,
    created_ms: i64,
    deleted_ms: Option<i64>,
    tags_json: String,
    card: String,
    settings_json: String,
    champion: Option<i64>,
    challenger: Option<i64>,
    previous: Option<i64>,
}

impl TryFrom<Row> for Model {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ModelId(row.id),
            name: row.name,
            created: Time(row.created_ms),
            deleted: row.deleted_ms.map(Time),
            tags: cell("model", "tags_json", row.id).json(&row.tags_json)?,
            card: row.card,
            settings: cell("model", "settings_json", row.id).json(&row.settings_json)?,
            aliases: Aliases {
                champion: row.champion.map(VersionId),
                challenger: row.challenger.map(VersionId),
                previous: row.previous.map(VersionId),
            },
        })
    }
}

/// Letters, digits, `.`, `_` and `-`, 1 to 100 of them: a name is part of addresses and file names.
pub fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if (1..=100).contains(&name.len()) && name.chars().all(allowed) && !name.chars().all(|c| c == '.') {
        return Ok(());
    }
    Err(Error::invalid(format!("`{name}` can not be the name of a model"))
        .hint("use 1 to 100 letters, digits, `.`, `_` or `-`"))
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: ModelId) -> Result<Model> {
    sqlx::query_as!(
        Row,
        "select id, name, created_ms, deleted_ms, tags_json, card, settings_json,
                champion, challenger, previous
         from model where id = ?",
        id.0
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?
    .ok_or_else(|| Error::not_found(format!("there is no model with id {id}")))?
    .try_into()
}

pub(crate) async fn find_living(connection: &mut SqliteConnection, name: &str) -> Result<Option<Model>> {
    sqlx::query_as!(
        Row,
        "select id, name, created_ms, deleted_ms, tags_json, card, settings_json,
                champion, challenger, previous
         from model where name = ? and deleted_ms is null",
        name
    )
    .fetch_optional(connection)
    .await
    .map_err(db)?
    .map(Model::try_from)
    .transpose()
}

pub(crate) async fn insert(connection: &mut SqliteConnection, name: &str, now: Time) -> Result<Model> {
    let settings = to_json(&ModelSettings::default())?;
    let id = sqlx::query_scalar!(
        "insert into model (name, created_ms, tags_json, card, settings_json) values (?, ?, '[]', '', ?)
         returning id as \"id!\"",
        name,
        now.0,
        settings
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    find(connection, ModelId(id)).await
}

pub(crate) async fn write_aliases(
    connection: &mut SqliteConnection,
    model: ModelId,
    aliases: Aliases,
) -> Result<()> {
    let [champion, challenger, previous] =
        [aliases.champion, aliases.challenger, aliases.previous].map(|version| version.map(|id| id.0));
    let strangers = sqlx::query_scalar!(
        "select count(*) from version where id in (?1, ?2, ?3) and model <> ?4",
        champion,
        challenger,
        previous,
        model.0
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    if strangers > 0 {
        return Err(Error::invalid("an alias can only name a version of its own model"));
    }
    sqlx::query!(
        "update model set champion = ?, challenger = ?, previous = ? where id = ?",
        champion,
        challenger,
        previous,
        model.0
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}

async fn claim_name(connection: &mut SqliteConnection, name: &str, owner: ModelId) -> Result<()> {
    match find_living(connection, name).await? {
        Some(other) if other.id != owner => Err(Error::conflict(format!("the name `{name}` is taken"))
            .hint("choose another name, or delete the model that has it")),
        _ => Ok(()),
    }
}

impl Store {
    /// All models by name; those in the bin, if wanted, after the living.
    pub async fn models(&self, include_deleted: bool) -> Result<Vec<Model>> {
        sqlx::query_as!(
            Row,
            "select id, name, created_ms, deleted_ms, tags_json, card, settings_json,
                    champion, challenger, previous
             from model where deleted_ms is null or ? order by deleted_ms is not null, name, id",
            include_deleted
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Model::try_from)
        .collect()
    }

    /// The living model of that name.
    pub async fn model(&self, name: &str) -> Result<Model> {
        find_living(&mut *self.readers().acquire().await.map_err(db)?, name)
            .await?
            .ok_or_else(|| Error::not_found(format!("there is no model `{name}`")))
    }

    pub async fn model_by_id(&self, id: ModelId) -> Result<Model> {
        find(&mut *self.readers().acquire().await.map_err(db)?, id).await
    }

    /// Moves the aliases; `kind` and `what` say what it means (deployed, promoted, rolled back).
    #[expect(clippy::too_many_arguments, reason = "the parts of one audit row")]
    pub async fn set_aliases(
        &self,
        model: ModelId,
        aliases: Aliases,
        kind: EventKind,
        who: &str,
        what: &str,
        why: &str,
        now: Time,
    ) -> Result<Model> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        write_aliases(&mut transaction, model, aliases).await?;
        let updated = find(&mut transaction, model).await?;
        audit::write(&mut transaction, &edited(model, kind, what.to_owned(), who, why, now)).await?;
        transaction.commit().await.map_err(db)?;
        Ok(updated)
    }

    /// Changes the fields that are given.
    pub async fn update_model(
        &self,
        id: ModelId,
        change: ModelChange,
        who: &str,
        why: &str,
        now: Time,
    ) -> Result<Model> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let before = find(&mut transaction, id).await?;
        if let Some(name) = &change.name {
            check_name(name)?;
            claim_name(&mut transaction, name, id).await?;
        }
        let what = changes(&before, &change);
        let after = Model {
            name: change.name.unwrap_or(before.name),
            card: change.card.unwrap_or(before.card),
            tags: change.tags.unwrap_or(before.tags),
            settings: change.settings.unwrap_or(before.settings),
            ..before
        };
        let (tags, settings) = (to_json(&after.tags)?, to_json(&after.settings)?);
        sqlx::query!(
            "update model set name = ?, card = ?, tags_json = ?, settings_json = ? where id = ?",
            after.name,
            after.card,
            tags,
            settings,
            id.0
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        audit::write(&mut transaction, &edited(id, EventKind::Edited, what, who, why, now)).await?;
        transaction.commit().await.map_err(db)?;
        Ok(after)
    }

    /// Puts a model into the bin; its name is free again, everything else stays.
    pub async fn delete_model(&self, id: ModelId, who: &str, why: &str, now: Time) -> Result<Model> {
        self.bin(id, Some(now), EventKind::Deleted, who, why, now).await
    }

    /// Takes a model back out of the bin; conflict when its name has been given away since.
    pub async fn restore_model(&self, id: ModelId, who: &str, why: &str, now: Time) -> Result<Model> {
        self.bin(id, None, EventKind::Restored, who, why, now).await
    }

    async fn bin(
        &self,
        id: ModelId,
        deleted: Option<Time>,
        kind: EventKind,
        who: &str,
        why: &str,
        now: Time,
    ) -> Result<Model> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let before = find(&mut transaction, id).await?;
        let what = match (before.deleted, deleted) {
            (None, Some(_)) => format!("put `{}` into the bin", before.name),
            (Some(_), None) => format!("took `{}` out of the bin", before.name),
            (Some(_), Some(_)) => return Err(Error::conflict(format!("`{}` is in the bin", before.name))),
            (None, None) => return Err(Error::conflict(format!("`{}` is not in the bin", before.name))),
        };
        if deleted.is_none() {
            claim_name(&mut transaction, &before.name, id).await?;
        }
        let deleted_ms = deleted.map(|time| time.0);
        sqlx::query!("update model set deleted_ms = ? where id = ?", deleted_ms, id.0)
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        audit::write(&mut transaction, &edited(id, kind, what, who, why, now)).await?;
        transaction.commit().await.map_err(db)?;
        Ok(Model { deleted, ..before })
    }
}

pub(crate) fn edited(id: ModelId, kind: EventKind, what: String, who: &str, why: &str, now: Time) -> Audit {
    Audit { time: now, model: Some(id), kind, who: who.into(), what, why: why.into() }
}

/// Which fields change, in words.
fn changes(before: &Model, change: &ModelChange) -> String {
    let mut parts = Vec::new();
    if let Some(name) = change.name.as_ref().filter(|name| **name != before.name) {
        parts.push(format!("renamed `{}` to `{name}`", before.name));
    }
    if change.card.as_ref().is_some_and(|card| *card != before.card) {
        parts.push("changed the card".to_owned());
    }
    if change.tags.as_ref().is_some_and(|tags| *tags != before.tags) {
        parts.push("changed the tags".to_owned());
    }
    if change.settings.as_ref().is_some_and(|settings| *settings != before.settings) {
        parts.push("changed the settings".to_owned());
    }
    if parts.is_empty() { "saved without a change".to_owned() } else { parts.join(", ") }
}
