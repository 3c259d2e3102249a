//! From submission to result: the same for every place a job runs at.
//!
//! Owns the clock of a job: how often it is looked at, how long it may take, how long its place may be out of
//! reach. Must not know how a place is talked to.

use std::{collections::VecDeque, future::Future, ops::ControlFlow, time::Duration};

use tidegate_core::{Code, Error, Result};
use tokio::time::Instant;

use crate::{Heard, Listener, Made, folder, folder::Job, line};

/// How often the listener may end a job.
const BEAT: Duration = Duration::from_millis(100);
/// A submission whose answer was lost is repeated: its key makes that harmless.
const SUBMISSIONS: u32 = 3;
/// Files in a shared folder may be seen later than they were written.
const LATE: Duration = Duration::from_secs(10);
/// Lines that explain a failure.
const LAST_WORDS: usize = 5;
/// A larger file is no model that could be taken in, bytes.
const LARGEST: u64 = 2 << 30;

#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// It waits; why, in words.
    Waiting(String),
    Running,
    Succeeded,
    /// Completes "the job ...".
    Failed(String),
}

/// How long a job may take, and how it is looked after.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// From its start on.
    pub timeout: Duration,
    /// Its place may be out of reach for so long.
    pub lost_after: Duration,
    /// Between two looks.
    pub pause: Duration,
    /// Whether its result comes through a folder of another machine.
    pub remote: bool,
}

/// Where jobs run.
pub trait Place: Send {
    fn terms(&self) -> Terms;
    /// Hands the job over. One of the same key that is there already is taken for it.
    fn submit(&mut self, job: &Job) -> impl Future<Output = Result<()>> + Send;
    fn status(&mut self) -> impl Future<Output = Result<Status>> + Send;
    /// The lines written since the last call; once it is over, also what has no end.
    fn lines(&mut self, over: bool) -> impl Future<Output = Result<Vec<String>>> + Send;
    /// Ends it, and returns when it is over.
    fn cancel(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// Lets go of what it left at its place.
    fn forget(&mut self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

pub async fn follow<P: Place>(mut place: P, job: &Job, listener: Listener<'_>) -> Result<Made> {
    let mut ear = Ear { listener, last: VecDeque::new(), state: String::new() };
    submit(&mut place, job, &mut ear).await?;
    let ended = watch(&mut place, &mut ear).await;
    let made = match ended {
        Ok(()) => fetch(job, place.terms().remote, &mut ear).await,
        Err(error) => Err(error),
    };
    place.forget().await;
    made
}

async fn submit<P: Place>(place: &mut P, job: &Job, ear: &mut Ear<'_>) -> Result<()> {
    ear.state("being submitted")?;
    for attempt in 1.. {
        match place.submit(job).await {
            Err(error) if error.code == Code::Unavailable && attempt < SUBMISSIONS => {
                ear.state(&format!("submission {attempt} did not get through: {}", error.message))?;
                rest(Duration::from_secs(1), ear).await?;
            }
            done => return done,
        }
    }
    Ok(())
}

/// Until the job has ended well.
async fn watch<P: Place>(place: &mut P, ear: &mut Ear<'_>) -> Result<()> {
    let terms = place.terms();
    let mut begun = None;
    let mut lost: Option<Instant> = None;
    loop {
        let seen = match look(place, ear).await {
            Ok(seen) => {
                lost = None;
                Ok(seen)
            }
            Err(Stop::Error(error)) if error.code == Code::Unavailable => Err(error),
            Err(Stop::Error(error)) => return Err(error),
            Err(Stop::Cancelled) => return Err(end(place, cancelled()).await),
        };
        match seen {
            Ok(Status::Succeeded) => return Ok(()),
            Ok(Status::Failed(how)) => return Err(ear.failed(&format!("the job {how}"))),
            Ok(Status::Waiting(why)) => ear.say(&why),
            Ok(Status::Running) => {
                ear.say("running");
                begun.get_or_insert_with(Instant::now);
            }
            Err(error) => {
                let since = *lost.get_or_insert_with(Instant::now);
                if since.elapsed() >= terms.lost_after {
                    let seconds = terms.lost_after.as_secs();
                    return Err(Error::unavailable(format!(
                        "its place could not be reached for {seconds} seconds: {}",
                        error.message
                    ))
                    .hint("the job may still run there: see to it, then retrain again"));
                }
                ear.say(&format!("can't be reached, trying again: {}", error.message));
            }
        }
        if begun.is_some_and(|begun: Instant| begun.elapsed() >= terms.timeout) {
            let seconds = terms.timeout.as_secs();
            let late = ear.failed(&format!("the job was ended after {seconds} seconds"));
            return Err(end(place, late.hint("give it a longer `timeout_s`, or fewer rows")).await);
        }
        if rest(terms.pause, ear).await.is_err() {
            return Err(end(place, cancelled()).await);
        }
    }
}

enum Stop {
    Cancelled,
    Error(Error),
}

/// The status first: what it wrote before it ended is whole then.
async fn look<P: Place>(place: &mut P, ear: &mut Ear<'_>) -> Result<Status, Stop> {
    let status = place.status().await.map_err(Stop::Error)?;
    let over = matches!(status, Status::Succeeded | Status::Failed(_));
    for line in place.lines(over).await.map_err(Stop::Error)? {
        ear.line(line).map_err(|_| Stop::Cancelled)?;
    }
    Ok(status)
}

/// Ends the job for a reason, which a place that does not answer adds to.
async fn end<P: Place>(place: &mut P, why: Error) -> Error {
    match place.cancel().await {
        Ok(()) => why,
        Err(error) => {
            tracing::warn!(%error, "a job could not be ended");
            Error { message: format!("{}; it could not be ended: {}", why.message, error.message), ..why }
        }
    }
}

async fn rest(pause: Duration, ear: &mut Ear<'_>) -> Result<()> {
    let until = Instant::now() + pause;
    loop {
        ear.tell(Heard::Nothing)?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        tokio::time::sleep(left.min(BEAT)).await;
    }
}

async fn fetch(job: &Job, remote: bool, ear: &mut Ear<'_>) -> Result<Made> {
    let path = job.model();
    let until = Instant::now() + LATE;
    while remote && !path.exists() && Instant::now() < until {
        rest(BEAT * 5, ear).await?;
    }
    let length = match tokio::fs::metadata(&path).await {
        Ok(found) if found.is_file() => found.len(),
        _ => return Err(ear.failed("the job ended well but made no model").hint(WHERE)),
    };
    if length == 0 || length > LARGEST {
        return Err(ear.failed(&format!("the job made a model of {length} bytes")).hint(WHERE));
    }
    let unread = |error: std::io::Error| Error::unavailable(format!("the model can't be read: {error}"));
    let model = tokio::fs::read(&path).await.map_err(unread)?;
    let metrics = match tokio::fs::read(job.output.join(folder::METRICS)).await {
        Ok(text) => match serde_json::from_slice(&text) {
            Ok(object) => line::numbers(&object),
            Err(error) => {
                ear.tell(Heard::Line(format!("metrics.json is no JSON object: {error}")))?;
                Vec::new()
            }
        },
        Err(_) => Vec::new(),
    };
    Ok(Made { model, metrics })
}

const WHERE: &str = "write the model to `$TIDEGATE_OUTPUT/model.onnx`";

fn cancelled() -> Error {
    Error::conflict("the training was cancelled")
}

/// What was heard of a job, on its way to the listener.
struct Ear<'a> {
    listener: Listener<'a>,
    last: VecDeque<String>,
    state: String,
}

impl Ear<'_> {
    fn tell(&mut self, heard: Heard) -> Result<()> {
        match (self.listener)(heard) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(cancelled()),
        }
    }

    fn line(&mut self, line: String) -> Result<()> {
        if let Some(progress) = line::progress(&line) {
            return self.tell(Heard::Progress(progress));
        }
        if self.last.len() >= LAST_WORDS {
            self.last.pop_front();
        }
        self.last.push_back(line.clone());
        self.tell(Heard::Line(line))
    }

    fn state(&mut self, state: &str) -> Result<()> {
        if state == self.state {
            return Ok(());
        }
        state.clone_into(&mut self.state);
        self.tell(Heard::State(state.to_owned()))
    }

    /// As `state`, where the next beat is soon enough to end it.
    fn say(&mut self, state: &str) {
        let _ = self.state(state);
    }

    fn failed(&self, what: &str) -> Error {
        let last: Vec<_> = self.last.iter().map(String::as_str).collect();
        match last.is_empty() {
            true => Error::invalid(format!("{what}; it wrote nothing")),
            false => Error::invalid(format!("{what}; its last lines: {}", last.join(" / "))),
        }
    }
}
