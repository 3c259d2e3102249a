//! Notes that people put on charts.

use tidegate_core::{Error, ModelId, Result, Time, event::Annotation};

use crate::{Store, error::db};

impl Store {
    /// Adds a note; its `id` is ignored, the new one is returned.
    pub async fn insert_annotation(&self, model: ModelId, note: &Annotation) -> Result<i64> {
        sqlx::query_scalar!(
            "insert into annotation (model, time_ms, text, who, created_ms, changed_ms)
             values (?, ?, ?, ?, ?, ?) returning id as \"id!\"",
            model.0,
            note.time.0,
            note.text,
            note.who,
            note.changed.0,
            note.changed.0
        )
        .fetch_one(&mut *self.registry().await?)
        .await
        .map_err(db)
    }

    pub async fn update_annotation(&self, model: ModelId, note: &Annotation) -> Result<()> {
        let updated = sqlx::query!(
            "update annotation set time_ms = ?, text = ?, who = ?, changed_ms = ? where id = ? and model = ?",
            note.time.0,
            note.text,
            note.who,
            note.changed.0,
            note.id,
            model.0
        )
        .execute(&mut *self.registry().await?)
        .await
        .map_err(db)?;
        some(updated.rows_affected(), note.id)
    }

    pub async fn delete_annotation(&self, model: ModelId, id: i64) -> Result<()> {
        let deleted = sqlx::query!("delete from annotation where id = ? and model = ?", id, model.0)
            .execute(&mut *self.registry().await?)
            .await
            .map_err(db)?;
        some(deleted.rows_affected(), id)
    }

    /// Notes of `from <= time <= to`, oldest first.
    pub async fn annotations(&self, model: ModelId, from: Time, to: Time) -> Result<Vec<Annotation>> {
        let rows = sqlx::query!(
            "select id, time_ms, text, who, changed_ms from annotation
             where model = ? and time_ms >= ? and time_ms <= ? order by time_ms, id",
            model.0,
            from.0,
            to.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        let note = |id, time, text, who, changed| Annotation { id, time, text, who, changed };
        Ok(rows
            .into_iter()
            .map(|row| note(row.id, Time(row.time_ms), row.text, row.who, Time(row.changed_ms)))
            .collect())
    }
}

fn some(rows: u64, id: i64) -> Result<()> {
    match rows {
        0 => Err(Error::not_found(format!("the model has no note with id {id}"))),
        _ => Ok(()),
    }
}
