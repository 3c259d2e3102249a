//! Replay: recorded requests of a window against any version, before anyone promotes it.
//!
//! Owns the work in the background: one replay of a model at a time, its progress and its end. Nothing asked again is
//! recorded or counted. Must not know HTTP.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use tidegate_core::{Error, Result, Time, model::Model, schema::Schema};
use tidegate_monitor::gate::{Outputs, Paired, answers_apart, informing};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Engine, lock,
    recorded::Recorded,
    retrain::fixed_batch,
    route::Served,
    stage::blocking,
    view::{Replay, ReplayRequest, ReplayState, ReplayView},
};

/// Rows of one request: traffic has its turn in between.
const AT_ONCE: usize = 128;
const USUAL_ROWS: u32 = 2_000;
const MOST_ROWS: u32 = 50_000;
/// Changed rows that are told.
const MOST_CHANGES: usize = 500;

/// A replay under way or done.
#[derive(Debug)]
pub(crate) struct Job {
    version: u32,
    stop: CancellationToken,
    done: AtomicU32,
    total: AtomicU32,
    outcome: Mutex<Option<Result<Arc<Replay>, String>>>,
}

impl Job {
    fn view(&self) -> ReplayView {
        let outcome = lock(&self.outcome);
        let state = match &*outcome {
            None => ReplayState::Running,
            Some(Ok(_)) => ReplayState::Done,
            Some(Err(_)) => ReplayState::Failed,
        };
        ReplayView {
            state,
            version: self.version,
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            why: outcome.as_ref().and_then(|outcome| outcome.as_ref().err().cloned()),
            result: outcome
                .as_ref()
                .and_then(|outcome| outcome.as_ref().ok())
                .map(|replay| Replay::clone(replay)),
        }
    }
}

impl Engine {
    /// Starts a replay; one under way for this model is ended.
    pub async fn start_replay(&self, name: &str, request: ReplayRequest) -> Result<ReplayView> {
        let model = self.store.model(name).await?;
        let most = request.most.unwrap_or(USUAL_ROWS);
        if most == 0 || most > MOST_ROWS {
            return Err(Error::invalid(format!("`most` is {most}")).hint(format!("1 to {MOST_ROWS} rows")));
        }
        let now = self.clock.now();
        let range = request.from.unwrap_or(Time(0))..request.to.unwrap_or(now.plus(1));
        if range.is_empty() {
            return Err(Error::invalid("`from` must be before `to`"));
        }
        let number = self.number_of(&model, request.version).await?;
        let route = self.route(name)?;
        let served = self.served(&route, Some(number)).await?;
        let job = Arc::new(Job {
            version: number,
            stop: self.stop.child_token(),
            done: AtomicU32::new(0),
            total: AtomicU32::new(0),
            outcome: Mutex::default(),
        });
        if let Some(before) = lock(&self.replays).insert(route.id, job.clone()) {
            before.stop.cancel();
        }
        let (engine, view) = (self.clone(), job.view());
        self.tasks.spawn(async move {
            let outcome = tokio::select! {
                outcome = engine.replay_on(&model, &served, range, most, &job) => outcome,
                () = job.stop.cancelled() => Err(Error::conflict("cancelled")),
            };
            *lock(&job.outcome) = Some(outcome.map(Arc::new).map_err(|error| error.message));
        });
        Ok(view)
    }

    /// The replay under way, or the last one.
    pub fn last_replay(&self, name: &str) -> Result<ReplayView> {
        let id = self.route(name)?.id;
        let job = lock(&self.replays).get(&id).cloned();
        job.map(|job| job.view()).ok_or_else(|| {
            Error::not_found(format!("nothing of `{name}` was replayed")).hint("start one with a POST")
        })
    }

    /// Ends a replay under way, and forgets what it came to.
    pub fn cancel_replay(&self, name: &str) -> Result<()> {
        let id = self.route(name)?.id;
        let job = lock(&self.replays).remove(&id);
        let job = job.ok_or_else(|| Error::conflict("no replay of this model is under way"))?;
        job.stop.cancel();
        Ok(())
    }

    async fn number_of(&self, model: &Model, version: Option<u32>) -> Result<u32> {
        if let Some(number) = version {
            return Ok(number);
        }
        let versions = self.store.versions(model.id).await?;
        let challenger = versions.iter().find(|version| Some(version.id) == model.aliases.challenger);
        challenger.map(|version| version.number).ok_or_else(|| {
            Error::invalid("`version` is missing, and the model has no challenger")
                .hint("name a version number")
        })
    }

    async fn replay_on(
        &self,
        model: &Model,
        served: &Served,
        range: Range<Time>,
        most: u32,
        job: &Job,
    ) -> Result<Replay> {
        self.recorder.flush().await?;
        let versions: Vec<_> =
            self.store.versions(model.id).await?.iter().map(|version| version.id).collect();
        let schema = lock(&served.watched.aggregate).schema().clone();
        let recorded = self.answered_rows(&versions, &schema, range.clone(), most as usize).await?;
        let recorded = self.with_truths(recorded).await?;
        if recorded.ids.is_empty() {
            return Err(Error::invalid("no answered request was recorded in this window"));
        }
        job.total.store(recorded.ids.len() as u32, Ordering::Relaxed);
        let after = self.answer_again(served, &schema, &recorded, job).await?;
        let number = served.version.number;
        blocking(move || Ok(told(&schema, &recorded, &after, number, range))).await
    }

    async fn answer_again(
        &self,
        served: &Served,
        schema: &Schema,
        recorded: &Recorded,
        job: &Job,
    ) -> Result<Vec<tidegate_core::schema::Answered>> {
        let mut after = Vec::with_capacity(recorded.rows.len());
        for chunk in recorded.rows.chunks(fixed_batch(served).unwrap_or(AT_ONCE).max(1)) {
            let begun = Instant::now();
            after.extend(self.ask(served, schema, chunk).await?.1);
            job.done.store(after.len() as u32, Ordering::Relaxed);
            // As long again for everyone else.
            tokio::time::sleep(begun.elapsed()).await;
        }
        Ok(after)
    }
}

fn told(
    schema: &Schema,
    recorded: &Recorded,
    after: &[tidegate_core::schema::Answered],
    version: u32,
    range: Range<Time>,
) -> Replay {
    let found = recorded.against(after);
    let labelled: Vec<usize> = (0..found.len()).filter(|row| recorded.truths[*row].is_some()).collect();
    let pick = |answers: &[tidegate_core::schema::Answered]| -> Vec<_> {
        labelled.iter().map(|row| answers[*row].clone()).collect()
    };
    let truth: Vec<_> = recorded.truths.iter().flatten().cloned().collect();
    let (champion, challenger) = (pick(&recorded.answers), pick(after));
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let mut lines = informing(schema, paired, "labelled");
    lines.extend(answers_apart(Outputs { champion: &recorded.answers, challenger: after }));
    let mut changed: Vec<_> =
        found.iter().enumerate().filter_map(|(row, found)| Some((row, (*found)?))).collect();
    let apart = changed.iter().filter(|(_, found)| found.apart).count() as u64;
    changed.sort_by(|(_, a), (_, b)| b.apart.cmp(&a.apart).then(b.size.total_cmp(&a.size)));
    changed.retain(|(_, found)| found.size > 0.0);
    changed.truncate(MOST_CHANGES);
    Replay {
        version,
        from: range.start.max(recorded.times.iter().copied().min().unwrap_or(range.start)),
        to: range.end,
        rows: found.len() as u64,
        labelled: labelled.len() as u64,
        apart,
        classes: schema.labels.clone(),
        lines,
        changes: changed.into_iter().map(|(row, found)| recorded.twice(row, &after[row], found)).collect(),
    }
}
