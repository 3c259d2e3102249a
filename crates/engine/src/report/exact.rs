//! What counters leave undecided, decided by the rows.
//!
//! Owns for how long such an answer is good. Must not know who asks.

use std::{collections::HashMap, sync::Arc};

use tidegate_core::{Error, ModelId, Result, Time, model::Model, time::MINUTE_MS};
use tidegate_monitor::{
    drift::State,
    report::compare::{Comparison, Definition, Options, compare},
};

use super::drift::paired;
use crate::{Engine, lock, signals::Signals, stage::blocking};

/// Rules are evaluated every second; the rows behind a window of minutes hardly change in that time.
const GOOD_MS: i64 = MINUTE_MS;

/// The newest recomputation of a model's inputs over a window of so many milliseconds, and when it ended.
pub(crate) type Recomputed = HashMap<(ModelId, i64), (Time, Arc<Vec<Comparison>>)>;

impl Engine {
    /// Decides inputs that are undecided by the recorded rows of the window. Where those can't be read, or are too
    /// few, they stay so.
    pub(crate) async fn decide(&self, model: &Model, signals: &mut Signals, from: Time, to: Time) {
        if !signals.inputs.iter().any(|drift| drift.state == State::Undecided) {
            return;
        }
        match self.recomputed(model, from, to).await {
            Ok(columns) => signals.decide(&columns),
            Err(error) => tracing::debug!(model = model.name, %error, "undecided drift was not recomputed"),
        }
    }

    async fn recomputed(&self, model: &Model, from: Time, to: Time) -> Result<Arc<Vec<Comparison>>> {
        let key = (model.id, to.since(from));
        if let Some((at, columns)) = lock(&self.recomputed).get(&key)
            && (0..GOOD_MS).contains(&to.since(*at))
        {
            return Ok(columns.clone());
        }
        let champion = self
            .champion_version(model)
            .await?
            .ok_or_else(|| Error::unavailable(format!("model `{}` has no champion", model.name)))?;
        let sides = self.sides(model, &champion.schema, from, to, false).await?;
        let min_rows = model.settings.min_rows.into();
        let options = Options { definition: Definition::Scipy, min_rows, ..Options::default() };
        let columns =
            blocking(move || Ok(compare(paired(&sides.reference, &sides.current), options).columns)).await?;
        let columns = Arc::new(columns);
        lock(&self.recomputed).insert(key, (to, columns.clone()));
        Ok(columns)
    }
}
