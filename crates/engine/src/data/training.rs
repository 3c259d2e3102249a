//! First models: a registered data set and the name of a column in, a deployed model with its score card out.
//!
//! Owns which trainings are under way. One that fails or is cancelled leaves its row and nothing else. Must not
//! know how a model is learnt.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Mutex},
};

use tidegate_core::{
    Error, Result,
    data::TrainingState,
    event::EventKind,
    id::{DatasetId, TrainingId},
    model::Source,
};
use tidegate_store::{Dataset, Make, ModelChange, StoredTraining};
use tidegate_train::scratch::{self, Card, Made, Stage};
use tokio_util::sync::CancellationToken;

use super::card;
use crate::{
    Engine,
    admit::Admission,
    lock,
    record::log_failure,
    retrain::Ticket,
    stage::{blocking, no_staged},
    view::{Deployed, QueuedTraining, TrainRequest, Training},
};

/// Trainings under way.
pub(crate) type Makings = Mutex<HashMap<TrainingId, Arc<Making>>>;

#[derive(Debug)]
pub(crate) struct Making {
    now: Mutex<Training>,
    cancelled: CancellationToken,
}

impl Making {
    fn change(&self, change: impl FnOnce(&mut Training)) -> Training {
        let mut now = lock(&self.now);
        change(&mut now);
        now.clone()
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }
}

impl Engine {
    /// Starts the making of a first model; it goes on in the background.
    pub async fn train_first_model(&self, id: DatasetId, request: TrainRequest) -> Result<Training> {
        tidegate_store::check_name(&request.name)?;
        if self.route(&request.name).is_ok() {
            return Err(Error::conflict(format!("there is a model `{}` already", request.name))
                .hint("give the new model another `name`, or retrain the one there is"));
        }
        let (dataset, _) = self.data_to_use(id).await?;
        let named = [("target", Some(&request.target)), ("time", request.time.as_ref())];
        let excluded = request.exclude.iter().map(|column| ("exclude", Some(column)));
        for (field, column) in named.into_iter().chain(excluded) {
            if let Some(column) = column.filter(|column| !dataset.columns.contains(column)) {
                return Err(Error::invalid(format!("`{field}`: the data set has no column `{column}`"))
                    .hint(format!("its columns are {}", dataset.columns.join(", "))));
            }
        }
        let mut training = Training {
            id: TrainingId(0),
            dataset: id,
            request,
            state: TrainingState::Queued,
            created: self.clock.now(),
            started: None,
            ended: None,
            at: "waiting for its turn".into(),
            step: 0,
            total: 0,
            loss: None,
            held_out_loss: None,
            log: Vec::new(),
            card: None,
            model: None,
            error: None,
        };
        training.id = self.store.insert_training(id, training.state, &json(&training)?).await?;
        let cancelled = CancellationToken::new();
        let making = Arc::new(Making { now: Mutex::new(training.clone()), cancelled });
        lock(&self.makings).insert(training.id, making.clone());
        self.training.join(Ticket::First(training.id));
        let engine = self.clone();
        self.tasks.spawn(async move { engine.make_first_model(making).await });
        Ok(training)
    }

    /// Newest first, of one data set or of all.
    pub async fn trainings(&self, dataset: Option<DatasetId>) -> Result<Vec<Training>> {
        let stored = self.store.trainings(dataset).await?;
        stored.into_iter().map(|stored| self.newest_training(stored)).collect()
    }

    pub async fn training(&self, id: TrainingId) -> Result<Training> {
        self.newest_training(self.store.training(id).await?)
    }

    /// One under way is further than its row.
    fn newest_training(&self, stored: StoredTraining) -> Result<Training> {
        match lock(&self.makings).get(&stored.id) {
            Some(making) => Ok(lock(&making.now).clone()),
            None => read(stored),
        }
    }

    pub async fn cancel_training(&self, id: TrainingId) -> Result<Training> {
        let making = lock(&self.makings).get(&id).cloned();
        let Some(making) = making else {
            self.training(id).await?;
            return Err(Error::conflict(format!("training {id} is over")));
        };
        making.cancelled.cancel();
        Ok(making.change(|training| training.log.push("asked to stop".into())))
    }

    /// Those that were under way when the program ended.
    pub(crate) async fn interrupt_trainings(&self) -> Result<()> {
        for stored in self.store.trainings(None).await?.into_iter().filter(|one| !one.state.is_over()) {
            let mut training = read(stored)?;
            training.state = TrainingState::Interrupted;
            training.ended = Some(self.clock.now());
            self.save_training(&training).await?;
        }
        Ok(())
    }

    /// Those under way, first those that have their turn, then in the order of the line.
    pub(crate) fn queued_trainings(&self) -> Vec<QueuedTraining> {
        let makings: Vec<_> = lock(&self.makings).values().cloned().collect();
        let queued = makings.iter().map(|making| {
            let Training { id, dataset, request, created, state, at, step, total, .. } =
                lock(&making.now).clone();
            let position = self.training.position(Ticket::First(id));
            QueuedTraining { id, dataset, model: request.name, position, created, state, at, step, total }
        });
        let mut queued: Vec<_> = queued.filter(|one| !one.state.is_over()).collect();
        queued.sort_by_key(|one| (one.position, one.id));
        queued
    }

    async fn save_training(&self, training: &Training) -> Result<()> {
        self.store.update_training(training.id, training.state, &json(training)?).await
    }

    async fn make_first_model(&self, making: Arc<Making>) {
        let outcome = self.make_steps(&making).await;
        let now = self.clock.now();
        let training = making.change(|training| {
            training.ended = Some(now);
            match outcome {
                Ok(deployed) => {
                    training.state = TrainingState::Done;
                    training.at = format!("deployed as {}", deployed.model);
                    training.model = Some(deployed.model);
                }
                Err(_) if self.stop.is_cancelled() => training.state = TrainingState::Interrupted,
                Err(_) if making.is_cancelled() => training.state = TrainingState::Cancelled,
                Err(error) => {
                    training.state = TrainingState::Failed;
                    let hint = error.hint.iter().map(|hint| format!("; {hint}"));
                    training.error = Some(format!("{error}{}", hint.collect::<String>()));
                }
            }
        });
        log_failure("save a training", self.save_training(&training).await);
        lock(&self.makings).remove(&training.id);
        let what = match (&training.model, &training.error) {
            (Some(model), _) => format!("{model} was made from data set {}", training.dataset),
            (None, Some(error)) => format!("no model was made from data set {}: {error}", training.dataset),
            (None, None) => format!("the training of `{}` was stopped", training.request.name),
        };
        self.happened(EventKind::RetrainEnded, training.model.as_deref(), what, true);
    }

    async fn make_steps(&self, making: &Arc<Making>) -> Result<Deployed> {
        let ticket = Ticket::First(making.change(|_| {}).id);
        let turn = self.training.turn(ticket, &making.cancelled).await;
        let _turn = turn.ok_or_else(|| Error::unavailable("called off while it waited"))?;
        let now = self.clock.now();
        let training = making.change(|training| {
            (training.state, training.started) = (TrainingState::Running, Some(now));
            training.at = "reading the data".into();
        });
        self.save_training(&training).await?;
        let (dataset, path) = self.data_to_use(training.dataset).await?;
        let (request, left) = scratch_request(&training.request, &dataset);
        making.change(|training| training.log.extend(left));
        let (shared, stop, launcher) = (making.clone(), self.stop.clone(), self.launcher.clone());
        let made = blocking(move || {
            let table = tidegate_table::read(&path)?;
            scratch::make(&table, &request, &launcher, &mut |stage| match stop.is_cancelled() {
                true => ControlFlow::Break(()),
                false => shared.reached(stage),
            })
        });
        let Made { bytes, card } = made.await?;
        if making.is_cancelled() {
            return Err(Error::conflict("cancelled"));
        }
        making.change(|training| {
            training.at = "deploying".into();
            training.card = Some(card.clone());
        });
        self.deploy_made(&training, &dataset, bytes, &card).await
    }

    /// The result comes in like any import; its data is its reference from then on.
    async fn deploy_made(
        &self,
        training: &Training,
        dataset: &Dataset,
        bytes: Vec<u8>,
        card: &Card,
    ) -> Result<Deployed> {
        let name = training.request.name.clone();
        let staged = self.stage_bytes(&format!("{name}.onnx"), bytes.into()).await?;
        let held = lock(&self.staged).remove(&staged.token).ok_or_else(|| no_staged(&staged.token))?;
        if let Some(refused) = &held.view.refused {
            return Err(Error::internal(format!("the new model was refused: {}", refused.message)));
        }
        if self.route(&name).is_ok() {
            return Err(Error::conflict(format!("a model `{name}` was made meanwhile"))
                .hint("train again under another name"));
        }
        let who = training.request.who.clone().unwrap_or_else(|| "you".into());
        let admission = Admission {
            source: Source::Data { training: training.id, dataset: dataset.id },
            make: Make::Champion,
            schema: None,
            who: who.clone(),
        };
        let deployed = self.admit(held, name.clone(), admission).await?;
        let target = Some(training.request.target.clone());
        self.set_registered_reference(&name, dataset.id, target).await?;
        let model = self.store.model(&name).await?;
        let change =
            ModelChange { card: Some(card::markdown(card, &dataset.name)), ..ModelChange::default() };
        let changed = self.store.update_model(model.id, change, &who, "score card", self.clock.now()).await?;
        self.put_route(&changed);
        Ok(deployed)
    }
}

impl Making {
    fn reached(&self, stage: Stage) -> ControlFlow<()> {
        self.change(|training| {
            if training.at != stage.what {
                training.log.push(stage.what.into());
            }
            (training.at, training.step, training.total) = (stage.what.into(), stage.step, stage.total);
            (training.loss, training.held_out_loss) = (stage.loss, stage.held_out_loss);
        });
        if self.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What is asked of the trainer, and which personal columns it is not shown, in words.
fn scratch_request(asked: &TrainRequest, dataset: &Dataset) -> (scratch::Request, Vec<String>) {
    let mut exclude = asked.exclude.clone();
    let mut told = Vec::new();
    for (column, personal) in Engine::personal_columns(dataset) {
        if asked.allow_personal || column == asked.target || exclude.contains(&column) {
            continue;
        }
        told.push(format!("`{column}` is left out: it holds {}", personal.words()));
        // The time column only orders the rows.
        if asked.time.as_ref() != Some(&column) {
            exclude.push(column);
        }
    }
    let request = scratch::Request {
        task: asked.task,
        method: asked.method,
        time: asked.time.clone(),
        exclude,
        holdout: asked.holdout,
        seed: asked.seed,
        data_sha256: dataset.sha256.clone(),
        ..scratch::Request::new(&asked.target)
    };
    (request, told)
}

fn json(training: &Training) -> Result<String> {
    serde_json::to_string(training)
        .map_err(|cause| Error::internal("a training can't be written").because(cause))
}

fn read(stored: StoredTraining) -> Result<Training> {
    let training: Training = serde_json::from_str(&stored.json)
        .map_err(|cause| Error::internal(format!("training {} is damaged", stored.id)).because(cause))?;
    Ok(Training { id: stored.id, state: stored.state, ..training })
}
