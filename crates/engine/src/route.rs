//! Which worker answers for which model: the routing table, and how one version replaces another.
//!
//! Owns loading and swapping of versions. One that leaves the table ends by itself once the last request that
//! holds it is answered. Must not know HTTP or what is recorded.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock, atomic::AtomicU64},
    time::Duration,
};

use tidegate_core::{
    Error, ModelId, Result, VersionId,
    model::{Model, Recording, Version},
    signature::Signature,
};
use tidegate_runtime::{Deployment, State};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    Engine,
    aggregate::Aggregate,
    canary::{Role, Routed, Split},
    lock,
    quality::Guard,
    view::WorkerView,
};

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
    /// Requests that were not recorded since the counters were last saved; they wait for no lock.
    pub dropped: AtomicU64,
    /// Looks at its requests before they are answered.
    pub guard: Guard,
}

impl Watched {
    pub fn new(version: VersionId, signature: Signature, aggregate: Aggregate) -> Self {
        Self {
            version,
            aggregate: Mutex::new(aggregate),
            dropped: AtomicU64::new(0),
            guard: Guard::new(version, signature),
        }
    }
}

/// Where requests for one model go.
#[derive(Debug)]
pub struct Route {
    pub id: ModelId,
    /// One change of versions at a time; requests to loaded ones never wait for it.
    turn: Semaphore,
    state: RwLock<RouteState>,
}

#[derive(Debug)]
struct RouteState {
    model: Model,
    champion: Option<Arc<Served>>,
    /// Every loaded version by its number, the champion included.
    loaded: HashMap<u32, Arc<Served>>,
    /// Shares requests between the champion and another version.
    split: Option<Arc<Split>>,
    /// Why the champion could not be loaded.
    broken: Option<String>,
}

impl Route {
    pub fn new(model: Model) -> Self {
        let state = RouteState {
            model: model.clone(),
            champion: None,
            loaded: HashMap::new(),
            split: None,
            broken: None,
        };
        Self { id: model.id, turn: Semaphore::new(1), state: RwLock::new(state) }
    }

    /// To be held from reading the model's aliases to having loaded what they say.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        let turn = self.turn.acquire().await;
        turn.map_err(|closed| Error::internal("a route was closed").because(closed))
    }

    pub fn model(&self) -> Model {
        self.read(|state| state.model.clone())
    }

    /// What is recorded, and whether an answer waits until it is.
    pub fn recording(&self) -> (Recording, bool) {
        self.read(|state| (state.model.settings.recording, state.model.settings.durable))
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

    /// Who answers a request that names no version.
    pub fn routed(&self, id: Option<&str>) -> Result<Routed> {
        let Some(split) = self.split() else { return self.champion().map(Routed::only) };
        let leg = split.pick(id);
        let (served, instead) = match leg.role {
            Role::Champion => (self.loaded(split.champion.number), None),
            Role::Challenger => (self.loaded(split.challenger.number), self.loaded(split.champion.number)),
        };
        match served {
            Some(served) => Ok(Routed { served, leg: Some(leg), instead }),
            None => self.champion().map(Routed::only),
        }
    }

    pub fn split(&self) -> Option<Arc<Split>> {
        self.read(|state| state.split.clone())
    }

    pub fn set_split(&self, split: Option<Arc<Split>>) {
        self.write(|state| state.split = split);
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

    /// Takes versions out of the table, except those to keep.
    fn retain(&self, keep: &[VersionId]) {
        self.write(|state| {
            state.loaded.retain(|_, served| keep.contains(&served.version.id));
            if state.champion.as_ref().is_some_and(|champion| !keep.contains(&champion.version.id)) {
                state.champion = None;
            }
        });
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

    /// The route of a model, whatever it is called by now.
    pub(crate) fn route_of(&self, model: ModelId) -> Result<Arc<Route>> {
        let found = self.routes().into_iter().find(|route| route.id == model);
        found.ok_or_else(|| Error::conflict("the model was deleted meanwhile"))
    }

    /// Takes a model out of service and gives its memory back.
    pub(crate) fn drop_route(&self, name: &str) {
        let route = self.routes.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
        if let Some(route) = route {
            route.retain(&[]);
        }
    }

    /// The loaded version of that number. One that is neither champion nor challenger is loaded when it is asked
    /// for, and stays until the model's versions change next.
    pub(crate) async fn served(&self, route: &Arc<Route>, number: Option<u32>) -> Result<Arc<Served>> {
        let Some(number) = number else { return route.champion() };
        if let Some(served) = route.loaded(number) {
            return Ok(served);
        }
        let _turn = route.turn().await?;
        self.served_in_turn(route, number).await
    }

    pub(crate) async fn served_in_turn(&self, route: &Arc<Route>, number: u32) -> Result<Arc<Served>> {
        if let Some(served) = route.loaded(number) {
            return Ok(served);
        }
        let versions = self.store.versions(route.id).await?;
        let version = versions.into_iter().find(|version| version.number == number);
        let version = version.ok_or_else(|| no_version(&route.model().name, number))?;
        let served = self.load(route, version).await?;
        route.add(served.clone());
        Ok(served)
    }

    /// Starts a worker for a version and waits until it is warm.
    async fn load(&self, route: &Arc<Route>, version: Version) -> Result<Arc<Served>> {
        let model = route.model();
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
        let watched = self.watched(&model, &version).await?;
        let served = Arc::new(Served { version, deployment, watched });
        self.follow_worker(route, &served);
        Ok(served)
    }

    /// Makes a route serve what its model's aliases say: loads first, then swaps at once.
    pub(crate) async fn settle(&self, route: &Arc<Route>) -> Result<()> {
        let _turn = route.turn().await?;
        self.settle_in_turn(route).await
    }

    /// Goes by the aliases as they are now: whoever changed them last is served, in whatever order changes come.
    /// A challenger that can't be loaded keeps no champion from its place.
    pub(crate) async fn settle_in_turn(&self, route: &Arc<Route>) -> Result<()> {
        let model = self.store.model_by_id(route.id).await?;
        if model.deleted.is_some() {
            return Err(Error::conflict("the model was deleted meanwhile"));
        }
        route.set_model(model.clone());
        let versions = self.store.versions(model.id).await?;
        let number = |id| versions.iter().find(|version| Some(version.id) == id).map(|v| v.number);
        if let Some(champion) = number(model.aliases.champion) {
            let served = self.served_in_turn(route, champion).await;
            route.crown(served.inspect_err(|error| route.set_broken(Some(error.message.clone())))?);
        }
        if let Some(challenger) = number(model.aliases.challenger)
            && let Err(error) = self.served_in_turn(route, challenger).await
        {
            tracing::warn!(%error, model = model.name, challenger, "could not be loaded");
        }
        let mut keep: Vec<_> =
            [model.aliases.champion, model.aliases.challenger].into_iter().flatten().collect();
        keep.extend(route.split().iter().flat_map(|split| [split.champion.id, split.challenger.id]));
        route.retain(&keep);
        Ok(())
    }

    /// Loads every version again with the model's present settings, one swap each.
    pub(crate) async fn reload(&self, route: &Arc<Route>) -> Result<()> {
        let _turn = route.turn().await?;
        let champion = route.champion().ok().map(|served| served.version.id);
        for served in route.all_loaded() {
            let fresh = self.load(route, served.version.clone()).await?;
            if champion == Some(fresh.version.id) {
                route.crown(fresh);
            } else {
                route.add(fresh);
            }
        }
        self.settle_in_turn(route).await
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

pub(crate) fn no_version(model: &str, number: u32) -> Error {
    Error::not_found(format!("model `{model}` has no version {number}"))
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
