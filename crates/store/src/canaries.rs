//! Canaries: whole structs as JSON, and the state by which they are searched for.

use tidegate_core::{Error, ModelId, Result, canary::Canary, event::Audit, id::CanaryId};

use crate::{
    Store, audit,
    error::db,
    open::begin,
    rows::{cell, to_json, to_word},
};

struct Row {
    id: i64,
    canary_json: String,
}

impl TryFrom<Row> for Canary {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let canary: Canary = cell("canary", "canary_json", row.id).json(&row.canary_json)?;
        Ok(Self { id: CanaryId(row.id), ..canary })
    }
}

impl Store {
    /// Adds a canary and its line of the trail; its `id` is ignored, the new one is returned.
    ///
    /// # Errors
    /// Conflict when the model has one that is not over.
    pub async fn insert_canary(&self, canary: &Canary, trail: &Audit) -> Result<CanaryId> {
        let (state, json) = (to_word(&canary.state)?, to_json(canary)?);
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let active = sqlx::query_scalar!(
            "select count(*) from canary where model = ? and state in ('running', 'watching')",
            canary.model.0
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(db)?;
        if active > 0 && !canary.state.is_over() {
            return Err(Error::conflict("the model has a canary that is not over"));
        }
        let id = sqlx::query_scalar!(
            "insert into canary (model, state, created_ms, canary_json) values (?, ?, ?, ?) returning id as \"id!\"",
            canary.model.0,
            state,
            canary.created.0,
            json
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(db)?;
        audit::write(&mut transaction, trail).await?;
        transaction.commit().await.map_err(db)?;
        Ok(CanaryId(id))
    }

    /// Replaces the canary with that id, and tells so in the trail.
    pub async fn update_canary(&self, canary: &Canary, trail: Option<&Audit>) -> Result<()> {
        let (state, json) = (to_word(&canary.state)?, to_json(canary)?);
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let updated = sqlx::query!(
            "update canary set state = ?, canary_json = ? where id = ?",
            state,
            json,
            canary.id.0
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        if updated.rows_affected() == 0 {
            return Err(no_canary(canary.id));
        }
        if let Some(trail) = trail {
            audit::write(&mut transaction, trail).await?;
        }
        transaction.commit().await.map_err(db)
    }

    pub async fn canary(&self, id: CanaryId) -> Result<Canary> {
        sqlx::query_as!(Row, "select id, canary_json from canary where id = ?", id.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)?
            .ok_or_else(|| no_canary(id))?
            .try_into()
    }

    /// The newest `limit` canaries of a model, newest first.
    pub async fn canaries(&self, model: ModelId, limit: u32) -> Result<Vec<Canary>> {
        sqlx::query_as!(
            Row,
            "select id, canary_json from canary where model = ? order by id desc limit ?",
            model.0,
            limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Canary::try_from)
        .collect()
    }
}

fn no_canary(id: CanaryId) -> Error {
    Error::not_found(format!("there is no canary with id {id}"))
}
