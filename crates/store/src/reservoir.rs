//! A sample of labelled rows that were let go of, one for each model; what a row is is the engine's affair.

use tidegate_core::{ModelId, Result, Time};

use crate::{Store, error::db, rows::cell};

#[derive(Debug, Clone, PartialEq)]
pub struct Reservoir {
    /// Rows offered so far.
    pub seen: u64,
    /// Rows whose predictions were made before this have been offered.
    pub until: Time,
    /// The rows kept.
    pub rows_json: String,
}

impl Store {
    pub async fn reservoir(&self, model: ModelId) -> Result<Option<Reservoir>> {
        let row = sqlx::query!("select seen, until_ms, rows_json from reservoir where model = ?", model.0)
            .fetch_optional(self.readers())
            .await
            .map_err(db)?;
        row.map(|row| {
            let seen = cell("reservoir", "seen", model).count(row.seen)?;
            Ok(Reservoir { seen, until: Time(row.until_ms), rows_json: row.rows_json })
        })
        .transpose()
    }

    pub async fn put_reservoir(&self, model: ModelId, reservoir: &Reservoir) -> Result<()> {
        let seen = i64::try_from(reservoir.seen).unwrap_or(i64::MAX);
        sqlx::query!(
            "insert into reservoir (model, seen, until_ms, rows_json) values (?, ?, ?, ?)
             on conflict (model) do update
             set seen = excluded.seen, until_ms = excluded.until_ms, rows_json = excluded.rows_json",
            model.0,
            seen,
            reservoir.until.0,
            reservoir.rows_json
        )
        .execute(&mut *self.writer().await?)
        .await
        .map(drop)
        .map_err(db)
    }
}
