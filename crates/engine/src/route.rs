//! Which worker answers for which model: the routing table, and how one version replaces another.
//!
//! Owns loading, swapping and draining of versions. Must not know HTTP or what is recorded.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};

use tidegate_core::{
    Error, ModelId, Result, VersionId,
    model::{Model, Recording, Version},
};
use tidegate_runtime::{Deployment, State};

use crate::{Engine, aggregate::Aggregate, lock, view::WorkerView};

/// One loaded version: its worker and its counters.
#[derive(Debug)]
pub struct Served {
    pub version: Version,
    pub deployment: Deployment,
    pub watched: Arc<Watched>,
}

/// Counters of a version; they outlive its worker.
#[derive(Debug)]
pub struct Watched {
    pub version: VersionId,
    pub aggregate: Mutex<Aggregate>,
}

/// Where requests for one model go.
#[derive(Debug)]
pub struct Route {
    pub id: ModelId,
    state: RwLock<RouteState>,
}

#[derive(Debug)]
struct RouteState {
    model: Model,
    champion: Option<Arc<Served>>,
    /// Every loaded version by its number, the champion included.
    loaded: HashMap<u32, Arc<Served>>,
    /// Why the champion could not be loaded.
    broken: Option<String>,
}

impl Route {
    pub fn new(model: Model) -> Self {
        let state = RouteState { model: model.clone(), champion: None, loaded: HashMap::new(), broken: None };
        Self { id: model.id, state: RwLock::new(state) }
    }

    pub fn model(&self) -> Model {
        self.read(|state| state.model.clone())
    }

    pub fn recording(&self) -> Recording {
        self.read(|state| state.model.settings.recording)
    }

    pub fn set_model(&self, model: Model) {
        self.write(|state| state.model = model);
    }

    pub fn champion(&self) -> Result<Arc<Served>> {
        self.read(|state| {
            state.champion.clone().ok_or_else(|| {
                let why = state.broken.clone().unwrap_or_else(|| "it is being loaded".into());
                Error::unavailable(format!("model `{}` is not ready: {why}", state.model.name))
            })
        })
    }

    pub fn loaded(&self, number: u32) -> Option<Arc<Served>> {
        self.read(|state| state.loaded.get(&number).cloned())
    }

    pub fn all_loaded(&self) -> Vec<Arc<Served>> {
        self.read(|state| state.loaded.values().cloned().collect())
    }

    pub fn set_broken(&self, why: Option<String>) {
        self.write(|state| state.broken = why);
    }

    pub fn broken(&self) -> Option<String> {
        self.read(|state| state.broken.clone())
    }

    fn add(&self, served: Arc<Served>) {
        self.write(|state| state.loaded.insert(served.version.number, served));
    }

    /// From this moment new requests go to `served`.
    fn crown(&self, served: Arc<Served>) {
        self.write(|state| {
            state.loaded.insert(served.version.number, served.clone());
            state.champion = Some(served);
            state.broken = None;
        });
    }

    /// Takes versions out of the table, except those to keep; the caller drains them.
    fn take_except(&self, keep: &[VersionId]) -> Vec<Arc<Served>> {
        self.write(|state| {
            let leaving: Vec<_> =
                state.loaded.values().filter(|served| !keep.contains(&served.version.id)).cloned().collect();
            for served in &leaving {
                state.loaded.remove(&served.version.number);
            }
            if state.champion.as_ref().is_some_and(|champion| !keep.contains(&champion.version.id)) {
                state.champion = None;
            }
            leaving
        })
    }

    fn read<T>(&self, look: impl FnOnce(&RouteState) -> T) -> T {
        look(&self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut RouteState) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Engine {
    pub(crate) fn route(&self, name: &str) -> Result<Arc<Route>> {
        let routes = self.routes.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        routes.get(name).cloned().ok_or_else(|| Error::not_found(format!("no model is called `{name}`")))
    }

    pub(crate) fn routes(&self) -> Vec<Arc<Route>> {
        self.routes.read().unwrap_or_else(std::sync::PoisonError::into_inner).values().cloned().collect()
    }

    /// The route of a model, made if it is new; a renamed model moves.
    pub(crate) fn put_route(&self, model: &Model) -> Arc<Route> {
        let mut routes = self.routes.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = routes.iter().find(|(_, route)| route.id == model.id).map(|(name, _)| name.clone());
        let route = match known.and_then(|name| routes.remove(&name)) {
            Some(route) => route,
            None => Arc::new(Route::new(model.clone())),
        };
        route.set_model(model.clone());
        routes.insert(model.name.clone(), route.clone());
        route
    }

    /// Takes a model out of service and gives its memory back.
    pub(crate) fn drop_route(&self, name: &str) {
        let route = self.routes.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
        if let Some(route) = route {
            self.drain(route.take_except(&[]));
        }
    }

    /// The loaded version of that number; loads it if need be.
    pub(crate) async fn served(&self, route: &Route, number: Option<u32>) -> Result<Arc<Served>> {
        let Some(number) = number else { return route.champion() };
        if let Some(served) = route.loaded(number) {
            return Ok(served);
        }
        let versions = self.store.versions(route.id).await?;
        let name = route.model().name;
        let version = versions
            .into_iter()
            .find(|version| version.number == number)
            .ok_or_else(|| Error::not_found(format!("model `{name}` has no version {number}")))?;
        let served = self.load(&route.model(), version).await?;
        route.add(served.clone());
        Ok(served)
    }

    /// Starts a worker for a version and waits until it is warm.
    async fn load(&self, model: &Model, version: Version) -> Result<Arc<Served>> {
        let spec = tidegate_runtime::Spec {
            sessions: model.settings.sessions,
            timeout: Duration::from_millis(model.settings.timeout_ms.into()),
            ..tidegate_runtime::Spec::new(
                self.store.artifact(&version.sha256),
                version.sha256.clone(),
                version.inspection.signature.clone(),
            )
        };
        let deployment = Deployment::start(self.launcher.clone(), spec).await?;
        let watched = self.watched(model, &version).await?;
        let served = Arc::new(Served { version, deployment, watched });
        self.follow_worker(model.name.clone(), &served);
        Ok(served)
    }

    /// Makes a route serve what its model's aliases say: loads first, swaps at once, drains the old after.
    pub(crate) async fn settle(&self, route: &Route) -> Result<()> {
        let model = route.model();
        let versions = self.store.versions(model.id).await?;
        let find = |id: Option<VersionId>| versions.iter().find(|version| Some(version.id) == id).cloned();
        if let Some(champion) = find(model.aliases.champion) {
            let served = match route.loaded(champion.number) {
                Some(served) => served,
                None => self.load(&model, champion).await.inspect_err(|error| {
                    route.set_broken(Some(error.message.clone()));
                })?,
            };
            route.crown(served);
        }
        if let Some(challenger) = find(model.aliases.challenger)
            && route.loaded(challenger.number).is_none()
        {
            route.add(self.load(&model, challenger).await?);
        }
        let keep: Vec<_> = [model.aliases.champion, model.aliases.challenger].into_iter().flatten().collect();
        self.drain(route.take_except(&keep));
        Ok(())
    }

    /// Loads every version again with the model's present settings, one swap each.
    pub(crate) async fn reload(&self, route: &Route) -> Result<()> {
        let model = route.model();
        let old = route.all_loaded();
        let champion = route.champion().ok().map(|served| served.version.id).or(model.aliases.champion);
        for served in &old {
            let fresh = self.load(&model, served.version.clone()).await?;
            if champion == Some(fresh.version.id) {
                route.crown(fresh);
            } else {
                route.add(fresh);
            }
        }
        self.drain(old);
        self.settle(route).await
    }

    /// Stops versions once the last request that holds them is answered.
    fn drain(&self, leaving: Vec<Arc<Served>>) {
        for served in leaving {
            tokio::spawn(async move {
                while Arc::strong_count(&served) > 1 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                served.deployment.stop().await;
            });
        }
    }

    /// The counters of a version, shared by everything that loads it.
    pub(crate) async fn watched(&self, model: &Model, version: &Version) -> Result<Arc<Watched>> {
        if let Some(watched) = lock(&self.watched).get(&version.id) {
            return Ok(watched.clone());
        }
        let watched = Arc::new(self.restore_watched(model, version).await?);
        Ok(lock(&self.watched).entry(version.id).or_insert(watched).clone())
    }
}

/// How a worker is doing, in words.
pub fn worker_view(deployment: &Deployment) -> WorkerView {
    let status = deployment.status();
    let (state, reason) = match &status.state {
        State::Ready => ("ready", None),
        State::Restarting => ("restarting", None),
        State::Quarantined { reason } => ("quarantined", Some(reason.clone())),
        State::Stopped => ("stopped", None),
    };
    WorkerView {
        state: state.into(),
        reason,
        pid: status.pid,
        restarts: status.restarts.try_into().unwrap_or(u32::MAX),
        queued: status.queued as u32,
    }
}
