//! The trail of every change. Append-only; rows are written in the transaction of the change they tell of.

use sqlx::SqliteConnection;
use tidegate_core::{
    ModelId, Result, Time,
    event::{Audit, EventKind},
};

use crate::{
    Store,
    error::db,
    rows::{cell, to_word},
};

struct Row {
    id: i64,
    time_ms: i64,
    model: Option<i64>,
    kind: String,
    who: String,
    what: String,
    why: String,
}

impl TryFrom<Row> for Audit {
    type Error = tidegate_core::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            time: Time(row.time_ms),
            model: row.model.map(ModelId),
            kind: cell("audit", "kind", row.id).word::<EventKind>(row.kind)?,
            who: row.who,
            what: row.what,
            why: row.why,
        })
    }
}

pub(crate) async fn write(connection: &mut SqliteConnection, audit: &Audit) -> Result<()> {
    let (model, kind) = (audit.model.map(|id| id.0), to_word(&audit.kind)?);
    sqlx::query!(
        "insert into audit (time_ms, model, kind, who, what, why) values (?, ?, ?, ?, ?, ?)",
        audit.time.0,
        model,
        kind,
        audit.who,
        audit.what,
        audit.why
    )
    .execute(connection)
    .await
    .map_err(db)?;
    Ok(())
}

impl Store {
    /// The newest `limit` changes, newest first, of one model or of all.
    pub async fn audit(&self, model: Option<ModelId>, limit: u32) -> Result<Vec<Audit>> {
        let model = model.map(|id| id.0);
        sqlx::query_as!(
            Row,
            "select id, time_ms, model, kind, who, what, why from audit
             where ?1 is null or model = ?1 order by id desc limit ?2",
            model,
            limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(Audit::try_from)
        .collect()
    }

    /// Adds to the trail something that changed no row: a crashed worker, a fired alert.
    pub async fn note(&self, audit: &Audit) -> Result<()> {
        write(&mut *self.writer().await?, audit).await
    }
}
