//! A staged model becomes a version and is served.
//!
//! Owns what holds when it can't be: the aliases are as before, and the caller is told. Must not know where the
//! bytes came from.

use std::sync::Arc;

use tidegate_core::{
    Error, ModelId, Result,
    event::EventKind,
    model::{Aliases, Source},
    schema::Schema,
};
use tidegate_store::{Inserted, Make, NewVersion};

use crate::{
    Engine, lock,
    route::Route,
    stage::{Held, no_staged},
    view::Deployed,
};

/// How a version comes to be, beyond its bytes.
pub(crate) struct Admission {
    pub source: Source,
    pub make: Make,
    pub schema: Option<Schema>,
    pub who: String,
}

impl Engine {
    /// Stores staged bytes as a version of the model of that name, and loads it.
    pub(crate) async fn admit(&self, held: Held, name: String, admission: Admission) -> Result<Deployed> {
        let Ok(route) = self.route(&name) else {
            let inserted = self.insert(held, name, admission).await?;
            let route = self.put_route(&self.store.model_by_id(inserted.model.id).await?);
            let _turn = route.turn().await?;
            return self.serve(&route, inserted, None).await;
        };
        let _turn = route.turn().await?;
        self.admit_to(&route, held, admission).await
    }

    /// Bytes made by a training run become a version through the same gate as any import; of the model they
    /// were made for, whatever it is called by now, and of none if it was deleted.
    pub(crate) async fn admit_trained(
        &self,
        model: ModelId,
        bytes: Vec<u8>,
        admission: Admission,
    ) -> Result<Deployed> {
        let staged = self.stage_bytes("trained.onnx", bytes.into()).await?;
        let held = lock(&self.staged).remove(&staged.token).ok_or_else(|| no_staged(&staged.token))?;
        if let Some(refused) = &held.view.refused {
            return Err(Error::internal(format!("the trained model was refused: {}", refused.message)));
        }
        let route = self.route_of(model)?;
        let _turn = route.turn().await?;
        self.admit_to(&route, held, admission).await
    }

    /// The caller has the route's turn: neither its name nor its aliases change meanwhile.
    async fn admit_to(&self, route: &Arc<Route>, held: Held, admission: Admission) -> Result<Deployed> {
        let before = self.store.model_by_id(route.id).await?;
        if before.deleted.is_some() {
            return Err(Error::conflict(format!("model `{}` was deleted meanwhile", before.name)));
        }
        if admission.make == Make::Champion {
            self.refuse_during_canary(route)?;
        }
        let inserted = self.insert(held, before.name, admission).await?;
        self.serve(route, inserted, Some(before.aliases)).await
    }

    async fn insert(&self, held: Held, name: String, admission: Admission) -> Result<Inserted> {
        let Held { folder, view, .. } = held;
        let new = NewVersion {
            name,
            staging: folder.ok_or_else(|| no_staged(&view.token))?,
            sha256: view.sha256,
            bytes: view.bytes,
            source: admission.source,
            inspection: view.inspection,
            schema: admission.schema.unwrap_or(view.schema),
            make: admission.make,
        };
        let inserted = self.store.insert_version(new, &admission.who, self.clock.now()).await?;
        if inserted.created_model {
            self.apply_default_settings(&inserted.model).await?;
        } else {
            self.inherit_schema(&inserted).await?;
        }
        Ok(inserted)
    }

    async fn serve(
        &self,
        route: &Arc<Route>,
        inserted: Inserted,
        before: Option<Aliases>,
    ) -> Result<Deployed> {
        let number = inserted.version.number;
        let settled = match self.settle_in_turn(route).await {
            Ok(()) => self.served_in_turn(route, number).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = settled {
            return Err(self.fall_back(route, number, before, error).await);
        }
        let model = route.model();
        let what = format!("{} version {number} is deployed", model.name);
        self.happened(EventKind::Deployed, Some(&model.name), what, false);
        Ok(Deployed {
            version: number,
            created_model: inserted.created_model,
            champion: model.aliases.champion == Some(inserted.version.id),
            model: model.name,
        })
    }

    /// A version that can't be loaded must not be left where the next start would want to serve it.
    async fn fall_back(
        &self,
        route: &Arc<Route>,
        number: u32,
        before: Option<Aliases>,
        error: Error,
    ) -> Error {
        let Some(before) = before else {
            return error.hint("it is kept as version 1; restart the model to try again");
        };
        let what = format!("version {number} could not be loaded, everything is as before");
        let (kind, now) = (EventKind::RolledBack, self.clock.now());
        let restored = async {
            self.store.set_aliases(route.id, before, kind, "Tidegate", &what, &error.message, now).await?;
            self.settle_in_turn(route).await
        };
        match restored.await {
            Ok(()) => error.hint(format!("it is kept as version {number}; the champion is as before")),
            Err(worse) => {
                tracing::error!(error = %worse, "could not fall back");
                error
            }
        }
    }

    /// A new version with the same inputs keeps the names and the target its predecessor was given.
    async fn inherit_schema(&self, inserted: &Inserted) -> Result<()> {
        let versions = self.store.versions(inserted.model.id).await?;
        let before = versions.iter().filter(|v| v.number < inserted.version.number).max_by_key(|v| v.number);
        let Some(before) = before else { return Ok(()) };
        let mut schema = inserted.version.schema.clone();
        if schema.features.len() != before.schema.features.len() {
            return Ok(());
        }
        for (mine, theirs) in schema.features.iter_mut().zip(&before.schema.features) {
            mine.name.clone_from(&theirs.name);
        }
        schema.target.clone_from(&before.schema.target);
        if schema.labels.is_empty() {
            schema.labels.clone_from(&before.schema.labels);
        }
        let now = self.clock.now();
        self.store
            .update_schema(inserted.version.id, &schema, "Tidegate", "as the version before", now)
            .await?;
        match self.store.baseline(before.id).await? {
            Some(baseline) => self.store.put_baseline(inserted.version.id, &baseline).await,
            None => Ok(()),
        }
    }
}
