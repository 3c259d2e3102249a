//! First models in the making: structs of the engine as JSON, and the state by which they are searched for.

use tidegate_core::{
    Error, Result,
    data::TrainingState,
    id::{DatasetId, TrainingId},
};

use crate::{
    Store,
    error::db,
    rows::{cell, to_word},
};

/// A training as it is stored; what the JSON means is the engine's affair.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTraining {
    pub id: TrainingId,
    pub dataset: DatasetId,
    pub state: TrainingState,
    pub json: String,
}

struct Row {
    id: i64,
    dataset: i64,
    state: String,
    training_json: String,
}

impl TryFrom<Row> for StoredTraining {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: TrainingId(row.id),
            dataset: DatasetId(row.dataset),
            state: cell("training", "state", row.id).word(row.state)?,
            json: row.training_json,
        })
    }
}

impl Store {
    pub async fn insert_training(
        &self,
        dataset: DatasetId,
        state: TrainingState,
        json: &str,
    ) -> Result<TrainingId> {
        let state = to_word(&state)?;
        sqlx::query_scalar!(
            "insert into training (dataset, state, training_json) values (?, ?, ?) returning id as \"id!\"",
            dataset.0,
            state,
            json
        )
        .fetch_one(&mut *self.registry().await?)
        .await
        .map(TrainingId)
        .map_err(db)
    }

    pub async fn update_training(&self, id: TrainingId, state: TrainingState, json: &str) -> Result<()> {
        let state = to_word(&state)?;
        sqlx::query!("update training set state = ?, training_json = ? where id = ?", state, json, id.0)
            .execute(&mut *self.writer().await?)
            .await
            .map(drop)
            .map_err(db)
    }

    pub async fn training(&self, id: TrainingId) -> Result<StoredTraining> {
        sqlx::query_as!(Row, "select id, dataset, state, training_json from training where id = ?", id.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)?
            .ok_or_else(|| Error::not_found(format!("there is no training with id {id}")))?
            .try_into()
    }

    /// Newest first, of one data set or of all.
    pub async fn trainings(&self, dataset: Option<DatasetId>) -> Result<Vec<StoredTraining>> {
        let dataset = dataset.map(|id| id.0);
        sqlx::query_as!(
            Row,
            "select id, dataset, state, training_json from training
             where ?1 is null or dataset = ?1 order by id desc limit 100",
            dataset
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(StoredTraining::try_from)
        .collect()
    }
}
