//! The verbs of Tidegate: import, predict, record, aggregate, detect, alert, evaluate, retrain, promote.
//!
//! [`Engine`] is a cloneable handle; each verb is one file. Builds no JSON, SVG or HTTP status: `server` and
//! the shells do. Channels lead to one owner each; no lock is held across an await.

mod admit;
mod aggregate;
mod alerts;
mod annotate;
mod answers;
mod baseline;
mod bucket;
mod canary;
mod clock;
mod concept;
mod data;
mod draw;
mod estimate;
mod explain;
#[cfg(test)]
mod fixture;
mod health;
mod live;
#[doc(hidden)]
pub mod made_up;
mod material;
mod monitor;
mod performance;
mod predict;
mod quality;
mod record;
mod recorded;
mod reference;
mod registry;
pub mod rehearsal;
mod replay;
mod report;
mod retrain;
mod rollup;
mod route;
mod rows;
mod samples;
mod season;
mod settings;
mod signals;
mod slices;
mod stage;
mod steps;
mod storage;
mod system;
mod table;
mod tiles;
mod triggers;
pub mod view;
mod watch;
mod wide;
mod worker;

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, RwLock},
    time::Duration,
};

use tidegate_core::{Clock, ModelId, Result, Time, VersionId};
use tidegate_runtime::Launcher;
use tidegate_store::Store;
use tidegate_train::Probe;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use clock::SystemClock;
pub use predict::{Infer, Inferred};
pub use steps::Range;
pub use table::{Table, label_rows};
pub use tidegate_store::ViolationFilter;

/// How an engine is opened.
#[derive(Debug)]
pub struct Options {
    pub data_dir: PathBuf,
    pub launcher: Launcher,
    pub clock: Arc<dyn Clock>,
    /// Where the samples lie, if they came along.
    pub samples: Option<PathBuf>,
    /// Seconds that the trial of a model may take.
    pub trial_s: u64,
    pub command_channels: CommandChannels,
}

/// Whether alert channels may start programs. Who can make a channel could run anything then, so it is refused where
/// others than the owner of this machine can reach the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandChannels {
    Allowed,
    Refused,
}

/// A handle to everything; cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
#[doc(hidden)]
pub struct Inner {
    options: Options,
    store: Store,
    launcher: Launcher,
    clock: Arc<dyn Clock>,
    started: Time,
    http: Mutex<Option<String>>,
    settings: Mutex<view::Settings>,
    routes: RwLock<HashMap<String, Arc<route::Route>>>,
    watched: record::WatchedVersions,
    recorder: record::Recorder,
    stale: rollup::Stale,
    whole: rollup::Whole,
    staged: stage::StagedModels,
    standings: Mutex<alerts::Standings>,
    known_rows: Mutex<report::KnownRows>,
    known_answers: Mutex<report::KnownAnswers>,
    /// Models whose champion is being asked about the reference.
    asking_reference: Mutex<HashSet<ModelId>>,
    sending: alerts::Sending,
    actives: Mutex<HashMap<ModelId, Arc<retrain::Active>>>,
    /// First models in the making.
    makings: data::Makings,
    probes: Mutex<HashMap<VersionId, Probe>>,
    pulled: Mutex<HashMap<ModelId, triggers::Pulled>>,
    explanations: Mutex<HashMap<ModelId, Arc<explain::Job>>>,
    replays: Mutex<HashMap<ModelId, Arc<replay::Job>>>,
    /// One explanation at a time.
    explaining: Semaphore,
    /// So many trainings at once; the others wait in line.
    training: Arc<retrain::Queue>,
    samples: system::Samples,
    live: broadcast::Sender<view::Live>,
    happenings: Mutex<Vec<view::Happening>>,
    measured: Mutex<Option<live::Measured>>,
    seen: Mutex<Option<storage::Seen>>,
    told_of_drops: Mutex<HashMap<VersionId, Time>>,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Ends the watching of the folder that the settings name.
    watching: Mutex<Option<CancellationToken>>,
}

impl Deref for Engine {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Engine {
    /// Opens a data folder, loads every model it holds and starts the background work. A model that cannot be
    /// loaded is shown with its reason; it keeps nothing else from starting.
    pub async fn open(options: Options) -> Result<Self> {
        let clock = options.clock.clone();
        let store = Store::open(&options.data_dir, clock.now()).await?;
        let settings = Self::load_settings(&store).await?;
        let watched = record::WatchedVersions::default();
        let (stale, whole) = rollup::begin(&store, &settings, clock.now()).await?;
        let training = retrain::Queue::new(settings.trainings);
        let recorder = record::Recorder::start(store.clone(), clock.clone(), watched.clone(), stale.clone());
        let engine = Self(Arc::new(Inner {
            launcher: options.launcher.clone(),
            started: clock.now(),
            options,
            store,
            clock,
            http: Mutex::default(),
            settings: Mutex::new(settings),
            routes: RwLock::default(),
            watched,
            recorder,
            stale,
            whole,
            staged: stage::StagedModels::default(),
            standings: Mutex::default(),
            known_rows: Mutex::default(),
            known_answers: Mutex::default(),
            asking_reference: Mutex::default(),
            sending: alerts::Sending::default(),
            actives: Mutex::default(),
            makings: data::Makings::default(),
            probes: Mutex::default(),
            pulled: Mutex::default(),
            explanations: Mutex::default(),
            replays: Mutex::default(),
            explaining: Semaphore::new(1),
            training,
            samples: system::Samples::default(),
            live: broadcast::Sender::new(64),
            happenings: Mutex::default(),
            measured: Mutex::default(),
            seen: Mutex::default(),
            told_of_drops: Mutex::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            watching: Mutex::default(),
        }));
        engine.adopt_alerts(None).await?;
        engine.interrupt_trainings().await?;
        engine.recover_runs().await?;
        engine.load_models().await?;
        engine.resume_canaries().await?;
        engine.recorder.take_up().await?;
        engine.resume_runs().await?;
        engine.start_background();
        if let Err(error) = engine.watch_settings_folder().await {
            tracing::warn!(%error, "the folder in the settings is not watched");
        }
        Ok(engine)
    }

    async fn load_models(&self) -> Result<()> {
        for model in self.store.models(false).await? {
            let route = self.put_route(&model);
            if let Err(error) = self.settle(&route).await {
                tracing::warn!(%error, model = model.name, "could not be loaded");
            }
            for version in self.store.versions(model.id).await? {
                if let Err(error) = self.watched(&model, &version).await {
                    tracing::error!(%error, model = model.name, version = version.number, "has no counters");
                }
            }
        }
        Ok(())
    }

    /// Each by itself: a full disk that keeps a sample from being saved must not stop the page's numbers.
    fn start_background(&self) {
        let half_second = Duration::from_millis(500);
        self.every(half_second, "sample the system", |engine| async move { engine.sample_system().await });
        self.every(half_second, "copy the journal", |engine| async move { engine.copy_journal().await });
        self.every(half_second, "tell the newest numbers", |engine| async move { engine.tick().await });
        let second = Duration::from_secs(1);
        self.every(second, "tell of dropped records", |engine| async move { engine.tell_of_drops().await });
        self.every(second, "keep up data quality", |engine| async move { engine.keep_quality().await });
        self.every(second, "evaluate alerts", |engine| async move { engine.evaluate_alerts().await });
        self.every(second, "deliver messages", |engine| async move { engine.deliver().await });
        self.every(second, "judge canaries", |engine| async move { engine.judge_canaries().await });
        self.every(second, "pull triggers", |engine| async move { engine.pull_triggers().await });
        self.every(second, "tell concept drift", |engine| async move { engine.tell_concept_drift().await });
        let minute = Duration::from_secs(60);
        self.every(minute, "roll up", |engine| async move { engine.roll_up().await });
        self.every(minute, "let go of what is old", |engine| async move { engine.retain().await });
        self.every(minute, "fit estimators of accuracy", |engine| async move {
            engine.fit_missing_estimators().await
        });
        self.every(minute, "forget old deliveries", |engine| async move { engine.retain_deliveries().await });
        self.every(minute, "discard old imports", |engine| async move { engine.discard_old().await });
    }

    /// Does something again and again until the engine is shut down; a failure is logged and tried again.
    fn every<F>(&self, pause: Duration, what: &'static str, work: impl Fn(Engine) -> F + Send + 'static)
    where
        F: Future<Output = Result<()>> + Send,
    {
        let engine = self.clone();
        self.tasks.spawn(async move {
            let mut ticks = tokio::time::interval(pause);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = engine.stop.cancelled() => return,
                }
                if let Err(error) = work(engine.clone()).await {
                    tracing::error!(%error, cause = ?error.cause, "could not {what}");
                }
            }
        });
    }

    /// Labels that arrived for recorded rows.
    pub async fn label(&self, labels: Vec<view::LabelRequest>) -> Result<view::LabelsAnswer> {
        self.recorder.label(labels).await
    }

    /// Everything recorded so far is on the disk when this returns.
    pub async fn flush(&self) -> Result<()> {
        self.keep_quality().await?;
        self.recorder.flush().await
    }

    /// Drains and stops every worker, saves what is in memory and closes the data folder.
    pub async fn shutdown(&self) -> Result<()> {
        self.stop.cancel();
        // Those that train hear of it with their next step, those that wait for their turn at once.
        self.training.close();
        self.tasks.close();
        self.tasks.wait().await;
        for route in self.routes() {
            for served in route.all_loaded() {
                served.deployment.stop().await;
            }
        }
        self.keep_quality().await?;
        self.recorder.flush().await?;
        self.store.close().await
    }
}

/// Locks a mutex; one that a panic poisoned still holds good data, as every change under it is one assignment.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
