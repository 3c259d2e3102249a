//! Explanations: what the champion's answers hang on now, and what the drift of its inputs does to them.
//!
//! Owns the work in the background: one explanation of a model at a time, kept until its window is old. The model is
//! asked as requests ask it, but nothing is recorded or counted. Must not know what is measured (see
//! [`trials`]).

mod gather;
mod trials;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tidegate_core::{Error, ModelId, Result, Time, VersionId, time::SECOND_MS};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use trials::{Answers, Conclusion, Material, Trial};

use crate::{
    Engine, lock,
    retrain::fixed_batch,
    route::Served,
    rows::Row,
    view::{ExplainState, ExplainView, Explanation},
};

/// The model is asked for this long at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// An explanation of the newest window is made anew once it is this old.
const KEPT_MS: i64 = 120 * SECOND_MS;
/// A failure is told this long before it is tried again.
const FAILED_KEPT_MS: i64 = 10 * SECOND_MS;
/// Rows of one request: traffic has its turn in between.
const AT_ONCE: usize = 128;
const LEAST_ROWS: usize = 50;

/// An explanation under way or done.
#[derive(Debug)]
pub(crate) struct Job {
    of: Subject,
    started: Time,
    stop: CancellationToken,
    done: AtomicU32,
    total: AtomicU32,
    outcome: Mutex<Option<Result<Arc<Explanation>, String>>>,
    earlier: Option<Arc<Explanation>>,
}

/// What is explained. Another baseline makes another explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Subject {
    version: VersionId,
    baseline: u64,
    /// The newest window if `None`.
    window: Option<(Time, Time)>,
}

impl Job {
    fn is_current(&self, of: Subject, now: Time) -> bool {
        let age = now.since(self.started);
        self.of == of
            && match &*lock(&self.outcome) {
                None => true,
                Some(Ok(_)) => of.window.is_some() || age < KEPT_MS,
                Some(Err(_)) => age < FAILED_KEPT_MS,
            }
    }

    fn result(&self) -> Option<Arc<Explanation>> {
        lock(&self.outcome).as_ref().and_then(|outcome| outcome.as_ref().ok().cloned())
    }

    fn view(&self) -> ExplainView {
        let outcome = lock(&self.outcome);
        let state = match &*outcome {
            None => ExplainState::Running,
            Some(Ok(_)) => ExplainState::Done,
            Some(Err(_)) => ExplainState::Failed,
        };
        let result = match &*outcome {
            Some(Ok(explanation)) => Some(explanation),
            _ => self.earlier.as_ref(),
        };
        ExplainView {
            state,
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            why: outcome.as_ref().and_then(|outcome| outcome.as_ref().err().cloned()),
            result: result.map(|explanation| Explanation::clone(explanation)),
        }
    }
}

impl Engine {
    /// The explanation of the champion over a window (the newest if nothing is said), begun if need be.
    pub async fn explain(&self, name: &str, from: Option<Time>, to: Option<Time>) -> Result<ExplainView> {
        let route = self.route(name)?;
        let champion = route.champion()?;
        let window = match (from, to) {
            (None, None) => None,
            (Some(from), Some(to)) if from < to => Some((from, to)),
            _ => {
                return Err(Error::invalid("`from` and `to` go together, the earlier one first")
                    .hint("leave both out for the newest window"));
            }
        };
        let baseline = lock(&champion.watched.aggregate).baseline().map_or(0, |baseline| baseline.id);
        let of = Subject { version: champion.version.id, baseline, window };
        let now = self.clock.now();
        let job = {
            let mut jobs = lock(&self.explanations);
            let known = jobs.get(&route.id).cloned();
            if let Some(job) = known.as_ref().filter(|job| job.is_current(of, now)) {
                return Ok(job.view());
            }
            let job = Arc::new(Job {
                of,
                started: now,
                stop: self.stop.child_token(),
                done: AtomicU32::new(0),
                total: AtomicU32::new(0),
                outcome: Mutex::default(),
                earlier: known
                    .as_ref()
                    .filter(|job| job.of.version == of.version)
                    .and_then(|job| job.result().or_else(|| job.earlier.clone())),
            });
            if let Some(before) = jobs.insert(route.id, job.clone()) {
                before.stop.cancel();
            }
            job
        };
        let (engine, id) = (self.clone(), route.id);
        let view = job.view();
        self.tasks.spawn(async move { engine.work_on(id, &champion, &job).await });
        Ok(view)
    }

    /// Ends the work on an explanation, and forgets what it came to.
    pub fn cancel_explain(&self, name: &str) -> Result<()> {
        let id = self.route(name)?.id;
        match lock(&self.explanations).remove(&id) {
            Some(job) => {
                job.stop.cancel();
                Ok(())
            }
            None => Err(Error::conflict("no explanation of this model is under way")),
        }
    }

    /// The last explanation of a version's newest window.
    pub(crate) fn explained(&self, model: ModelId, version: VersionId) -> Option<Arc<Explanation>> {
        let job = lock(&self.explanations).get(&model).cloned()?;
        let fits = job.of.version == version && job.of.window.is_none();
        fits.then(|| job.result().or_else(|| job.earlier.clone()))?
    }

    async fn work_on(&self, model: ModelId, champion: &Served, job: &Job) {
        let work = async {
            // One model at a time: this is work on the side.
            let _turn = self.explaining.acquire().await;
            self.make_explanation(model, champion, job).await
        };
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = job.stop.cancelled() => return,
        };
        if let Err(error) = &outcome {
            tracing::info!(%error, cause = ?error.cause, "no explanation");
        }
        *lock(&job.outcome) = Some(outcome.map(Arc::new).map_err(|error| error.message));
    }

    async fn make_explanation(&self, model: ModelId, champion: &Served, job: &Job) -> Result<Explanation> {
        let settings = self.route_of(model)?.model().settings;
        let now = self.clock.now();
        let newest = || (now.plus(-i64::from(settings.window_s) * SECOND_MS), now.plus(1));
        let (from, to) = job.of.window.unwrap_or_else(newest);
        let mut material = self.explain_material((model, &settings), champion, (from, to)).await?;
        let (answers, asked) = self.try_all(champion, &mut material, job).await?;
        let Conclusion { unit, spread, features, drift, attribution } = material
            .conclude(&answers)
            .ok_or_else(|| Error::unsupported("the answers of this model can't be compared"))?;
        Ok(Explanation {
            version: champion.version.number,
            from,
            to,
            made: self.clock.now(),
            rows: material.live.len() as u64,
            labelled: material.truths.iter().flatten().count() as u64,
            unit,
            spread,
            features,
            drift,
            attribution,
            note: note(asked, material.trials().len()),
        })
    }

    /// Asks trial after trial, as long as patience lasts; gives how many were asked.
    async fn try_all(&self, served: &Served, material: &mut Material, job: &Job) -> Result<(Answers, usize)> {
        let begun = Instant::now();
        let mut answers = Answers::new();
        let first = self.try_one(served, material, Trial::Live).await?;
        let trials = material.trials();
        job.total.store(trials.len() as u32, Ordering::Relaxed);
        let rows = affordable(begun.elapsed(), material.live.len(), trials.len());
        answers.insert(Trial::Live, first.into_iter().take(rows).collect());
        material.keep(rows);
        let mut asked = 1;
        for trial in &trials[1..] {
            job.done.store(asked as u32, Ordering::Relaxed);
            if begun.elapsed() > PATIENCE {
                break;
            }
            answers.insert(*trial, self.try_one(served, material, *trial).await?);
            asked += 1;
        }
        job.done.store(asked as u32, Ordering::Relaxed);
        Ok((answers, asked))
    }

    async fn try_one(
        &self,
        served: &Served,
        material: &Material,
        trial: Trial,
    ) -> Result<Vec<tidegate_core::schema::Answered>> {
        let rows = material.rows(trial);
        let mut answers = Vec::with_capacity(rows.len());
        for chunk in whole_batches(&rows, served) {
            let begun = Instant::now();
            let (_, answered) = self.ask(served, &material.schema, chunk).await?;
            answers.extend(answered);
            // As long again for everyone else.
            tokio::time::sleep(begun.elapsed()).await;
        }
        Ok(answers)
    }
}

fn at_once(served: &Served) -> usize {
    fixed_batch(served).unwrap_or(AT_ONCE).max(1)
}

/// Parts that fit one request; rows that don't fill a fixed batch are left out.
fn whole_batches<'a>(rows: &'a [Row], served: &Served) -> impl Iterator<Item = &'a [Row]> {
    let fixed = fixed_batch(served).unwrap_or(1).max(1);
    rows[..rows.len() / fixed * fixed].chunks(at_once(served))
}

/// Rows that all trials can be asked about in time, going by what the first took.
fn affordable(first: Duration, rows: usize, trials: usize) -> usize {
    let all = first.as_secs_f64() * trials as f64;
    let share = (PATIENCE.as_secs_f64() / all.max(f64::MIN_POSITIVE)).min(1.0);
    ((rows as f64 * share) as usize).max(LEAST_ROWS).min(rows)
}

fn note(asked: usize, trials: usize) -> String {
    match asked {
        asked if asked < trials => {
            format!("time ran out after {asked} of {trials} trials: what is missing was not measured")
        }
        _ => String::new(),
    }
}
