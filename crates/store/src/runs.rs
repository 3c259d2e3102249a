//! Retraining runs: whole structs as JSON, and the state by which they are searched for.

use sqlx::SqliteConnection;
use tidegate_core::{
    Error, ModelId, Result, RunId, Time,
    run::{Run, RunState},
};

use crate::{
    Store,
    error::db,
    rows::{cell, to_json, to_word},
};

struct Row {
    id: i64,
    run_json: String,
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let run: Run = cell("run", "run_json", row.id).json(&row.run_json)?;
        Ok(Self { id: RunId(row.id), ..run })
    }
}

/// The run as JSON, which knows no NaN: points of a diverged loss curve are left out.
fn encode(run: &Run) -> Result<String> {
    let mut run = run.clone();
    run.progress.retain(|point| point.loss.is_finite() && point.held_out_loss.is_none_or(f64::is_finite));
    let json = to_json(&run)?;
    match serde_json::from_str::<Run>(&json) {
        Ok(_) => Ok(json),
        Err(error) => Err(Error::internal("the run holds a number that is infinite or none").because(error)),
    }
}

async fn insert(connection: &mut SqliteConnection, run: &Run) -> Result<RunId> {
    let (state, json) = (to_word(&run.state)?, encode(run)?);
    sqlx::query_scalar!(
        "insert into run (model, state, created_ms, run_json) values (?, ?, ?, ?) returning id as \"id!\"",
        run.model.0,
        state,
        run.created.0,
        json
    )
    .fetch_one(connection)
    .await
    .map(RunId)
    .map_err(db)
}

impl Store {
    /// Adds a run; its `id` is ignored, the new one is returned.
    pub async fn insert_run(&self, run: &Run) -> Result<RunId> {
        insert(&mut *self.registry().await?, run).await
    }

    /// Replaces the run with that id.
    pub async fn update_run(&self, run: &Run) -> Result<()> {
        let (state, json) = (to_word(&run.state)?, encode(run)?);
        let updated =
            sqlx::query!("update run set state = ?, run_json = ? where id = ?", state, json, run.id.0)
                .execute(&mut *self.writer().await?)
                .await
                .map_err(db)?;
        match updated.rows_affected() {
            0 => Err(Error::not_found(format!("there is no run with id {}", run.id))),
            _ => Ok(()),
        }
    }

    pub async fn run(&self, id: RunId) -> Result<Run> {
        sqlx::query_as!(Row, "select id, run_json from run where id = ?", id.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)?
            .ok_or_else(|| Error::not_found(format!("there is no run with id {id}")))?
            .try_into()
    }

    /// The newest `limit` runs, newest first, of one model or of all.
    pub async fn runs(&self, model: Option<ModelId>, limit: u32) -> Result<Vec<Run>> {
        let model = model.map(|id| id.0);
        sqlx::query_as!(
            Row,
            "select id, run_json from run where ?1 is null or model = ?1 order by id desc limit ?2",
            model,
            limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Run::try_from)
        .collect()
    }

    /// The runs of a model that were asked for at `since` or later, newest first.
    pub async fn runs_since(&self, model: ModelId, since: Time) -> Result<Vec<Run>> {
        sqlx::query_as!(
            Row,
            "select id, run_json from run where model = ? and created_ms >= ? order by id desc",
            model.0,
            since.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Run::try_from)
        .collect()
    }

    /// Runs that were under way when the last owner of the folder ended. Those that waited for their turn wait on,
    /// unless their model lies in the bin.
    pub(crate) async fn interrupt_runs(&self, now: Time) -> Result<()> {
        let rows = sqlx::query_as!(
            Row,
            "select id, run_json from run where state in ('preparing', 'training', 'comparing')
                or state = 'queued' and model in (select id from model where deleted_ms is not null)"
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        for row in rows {
            match Run::try_from(row) {
                Ok(run) => {
                    let ended = run.ended.or(Some(now));
                    self.update_run(&Run { state: RunState::Interrupted, ended, ..run }).await?;
                }
                // One damaged row must not keep the whole folder from opening.
                Err(error) => tracing::error!(%error, "a run could not be marked as interrupted"),
            }
        }
        Ok(())
    }
}
