//! Channels, and the queue of messages through them, which is its own log.
//!
//! Must not know how a message is sent or when it is tried again.

use tidegate_core::{
    Error, Result, Time,
    channel::{Attempt, Channel, Delivery, DeliveryState, Notice},
};

use crate::{
    Store,
    error::db,
    open::begin,
    rows::{cell, to_json, to_word},
};

impl Store {
    /// In the order they were made.
    pub async fn channels(&self) -> Result<Vec<Channel>> {
        let rows = sqlx::query!("select id, channel_json from channel order by id")
            .fetch_all(self.readers())
            .await
            .map_err(db)?;
        rows.into_iter()
            .map(|row| {
                let channel: Channel = cell("channel", "channel_json", row.id).json(&row.channel_json)?;
                Ok(Channel { id: row.id, ..channel })
            })
            .collect()
    }

    pub async fn channel(&self, id: i64) -> Result<Channel> {
        let found = self.channels().await?.into_iter().find(|channel| channel.id == id);
        found.ok_or_else(|| Error::not_found(format!("there is no channel with id {id}")))
    }

    /// Adds a channel; its `id` is ignored, the new one is returned.
    pub async fn insert_channel(&self, channel: &Channel) -> Result<i64> {
        let json = to_json(channel)?;
        sqlx::query_scalar!("insert into channel (channel_json) values (?) returning id as \"id!\"", json)
            .fetch_one(&mut *self.registry().await?)
            .await
            .map_err(db)
    }

    pub async fn update_channel(&self, channel: &Channel) -> Result<()> {
        let json = to_json(channel)?;
        let updated = sqlx::query!("update channel set channel_json = ? where id = ?", json, channel.id)
            .execute(&mut *self.registry().await?)
            .await
            .map_err(db)?;
        some(updated.rows_affected(), channel.id)
    }

    /// Takes a channel away with what waits for it and its log.
    pub async fn delete_channel(&self, id: i64) -> Result<()> {
        let deleted = sqlx::query!("delete from channel where id = ?", id)
            .execute(&mut *self.registry().await?)
            .await
            .map_err(db)?;
        some(deleted.rows_affected(), id)
    }

    /// Puts something to tell in the queue: into the message that still waits for its first attempt, else into a
    /// new one that is due at `due`.
    pub async fn enqueue(&self, channel: i64, notice: &Notice, due: Time) -> Result<()> {
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        let open = sqlx::query!(
            "select id, notices_json from delivery
             where channel = ? and state = 'waiting' and attempts = 0 order by id desc limit 1",
            channel
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(db)?;
        match open {
            Some(row) => {
                let mut notices: Vec<Notice> =
                    cell("delivery", "notices_json", row.id).json(&row.notices_json)?;
                notices.push(notice.clone());
                let json = to_json(&notices)?;
                sqlx::query!("update delivery set notices_json = ? where id = ?", json, row.id)
                    .execute(&mut *transaction)
                    .await
                    .map_err(db)?;
            }
            None => {
                let json = to_json(&[notice])?;
                sqlx::query!(
                    "insert into delivery (channel, created_ms, state, due_ms, attempts, notices_json)
                     select ?1, ?2, 'waiting', ?3, 0, ?4 where exists (select 1 from channel where id = ?1)",
                    channel,
                    notice.time.0,
                    due.0,
                    json
                )
                .execute(&mut *transaction)
                .await
                .map_err(db)?;
            }
        }
        transaction.commit().await.map_err(db)
    }

    /// Messages whose time has come, the oldest first.
    pub async fn due_deliveries(&self, now: Time) -> Result<Vec<Delivery>> {
        let rows = sqlx::query_as!(
            Row,
            "select id, channel, created_ms, state, due_ms, attempts, notices_json from delivery
             where state = 'waiting' and due_ms <= ? order by id limit 200",
            now.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        rows.into_iter().map(Row::delivery).collect()
    }

    /// Begins an attempt: from now on nothing is added to the message. Gives it as it then is, or nothing if it
    /// waits no more.
    pub async fn begin_delivery(&self, id: i64) -> Result<Option<Delivery>> {
        let row = sqlx::query_as!(
            Row,
            "update delivery set attempts = attempts + 1 where id = ? and state = 'waiting'
             returning id, channel, created_ms, state, due_ms, attempts, notices_json",
            id
        )
        .fetch_optional(&mut *self.registry().await?)
        .await
        .map_err(db)?;
        row.map(Row::delivery).transpose()
    }

    /// Notes how an attempt went, and what becomes of the message.
    pub async fn end_delivery(
        &self,
        id: i64,
        attempt: &Attempt,
        state: DeliveryState,
        due: Time,
    ) -> Result<()> {
        let state = to_word(&state)?;
        let took = i64::try_from(attempt.took_ms).unwrap_or(i64::MAX);
        let mut writer = self.registry().await?;
        let mut transaction = begin(&mut writer).await?;
        sqlx::query!("update delivery set state = ?, due_ms = ? where id = ?", state, due.0, id)
            .execute(&mut *transaction)
            .await
            .map_err(db)?;
        sqlx::query!(
            "insert into delivery_attempt (delivery, number, time_ms, took_ms, ok, answer)
             select ?1, ?2, ?3, ?4, ?5, ?6 where exists (select 1 from delivery where id = ?1)",
            id,
            attempt.number,
            attempt.time.0,
            took,
            attempt.ok,
            attempt.answer
        )
        .execute(&mut *transaction)
        .await
        .map_err(db)?;
        transaction.commit().await.map_err(db)
    }

    /// Messages of one channel, or of all, with their attempts; the newest first.
    pub async fn deliveries(&self, channel: Option<i64>, limit: u32) -> Result<Vec<Delivery>> {
        let rows = sqlx::query_as!(
            Row,
            "select id, channel, created_ms, state, due_ms, attempts, notices_json from delivery
             where ?1 is null or channel = ?1 order by id desc limit ?2",
            channel,
            limit
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        let mut deliveries = Vec::new();
        for row in rows {
            let attempts = self.attempts(row.id).await?;
            deliveries.push(Delivery { attempts, ..row.delivery()? });
        }
        Ok(deliveries)
    }

    async fn attempts(&self, delivery: i64) -> Result<Vec<Attempt>> {
        let rows = sqlx::query!(
            "select number, time_ms, took_ms, ok, answer from delivery_attempt where delivery = ? order by number",
            delivery
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?;
        rows.into_iter()
            .map(|row| {
                Ok(Attempt {
                    number: cell("delivery_attempt", "number", delivery).count(row.number)?,
                    time: Time(row.time_ms),
                    took_ms: cell("delivery_attempt", "took_ms", delivery).count(row.took_ms)?,
                    ok: row.ok != 0,
                    answer: row.answer,
                })
            })
            .collect()
    }

    /// Forgets messages that are done and older than `before`.
    pub async fn drop_deliveries(&self, before: Time) -> Result<()> {
        sqlx::query!("delete from delivery where state <> 'waiting' and created_ms < ?", before.0)
            .execute(&mut *self.registry().await?)
            .await
            .map(drop)
            .map_err(db)
    }
}

struct Row {
    id: i64,
    channel: i64,
    created_ms: i64,
    state: String,
    due_ms: i64,
    attempts: i64,
    notices_json: String,
}

impl Row {
    fn delivery(self) -> Result<Delivery> {
        Ok(Delivery {
            id: self.id,
            channel: self.channel,
            created: Time(self.created_ms),
            state: cell("delivery", "state", self.id).word(self.state)?,
            due: Time(self.due_ms),
            tried: cell("delivery", "attempts", self.id).count(self.attempts)?,
            notices: cell("delivery", "notices_json", self.id).json(&self.notices_json)?,
            attempts: Vec::new(),
        })
    }
}

fn some(rows: u64, id: i64) -> Result<()> {
    match rows {
        0 => Err(Error::not_found(format!("there is no channel with id {id}"))),
        _ => Ok(()),
    }
}
