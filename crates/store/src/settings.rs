//! The program's own settings, by key.

use tidegate_core::Result;

use crate::{Store, error::db};

impl Store {
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        sqlx::query_scalar!("select value from setting where key = ?", key)
            .fetch_optional(self.readers())
            .await
            .map_err(db)
    }

    pub async fn put_setting(&self, key: &str, value: &str) -> Result<()> {
        sqlx::query!(
            "insert into setting (key, value) values (?, ?)
             on conflict (key) do update set value = excluded.value",
            key,
            value
        )
        .execute(&mut *self.registry().await?)
        .await
        .map_err(db)?;
        Ok(())
    }

    pub async fn remove_setting(&self, key: &str) -> Result<()> {
        sqlx::query!("delete from setting where key = ?", key)
            .execute(&mut *self.registry().await?)
            .await
            .map_err(db)?;
        Ok(())
    }
}
