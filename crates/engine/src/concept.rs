//! Concept drift at work: each version's errors, fed to its detectors in the order labels arrive.
//!
//! Owns the stored form of an error stream and what is told when one changes. Must not know how labels find
//! their predictions (see [`crate::record`]) nor what a detector computes.

use tidegate_core::{
    Error, Result, Time,
    concept::DetectorName,
    event::{Audit, EventKind},
    model::{Model, Version},
    schema::{Answered, Schema, Task, Truth},
};
use tidegate_monitor::concept::{self, Detection, ErrorStream, News, level};

use crate::{
    Engine, lock,
    view::{ConceptState, ConceptView, DetectionView, DetectorView, ErrorUnit},
};

/// Of the stored form; a stream of another form starts afresh.
const FORM: u8 = 2;

/// The error stream of a version, and whether it changed since it was stored.
#[derive(Debug)]
pub struct Errors {
    stream: ErrorStream,
    changed: bool,
}

impl Errors {
    /// Watched by nobody.
    pub fn new(task: Task) -> Self {
        Self { stream: ErrorStream::new(task, &[], None), changed: false }
    }

    /// As it was stored, else of a version nobody labelled yet.
    pub fn restore(task: Task, names: &[DetectorName], stored: Option<&[u8]>) -> Self {
        let stored = stored.and_then(|bytes| bytes.split_first()).filter(|(form, _)| **form == FORM);
        let stream = stored.map(|(_, body)| postcard::from_bytes(body)).and_then(|read| {
            read.inspect_err(
                |error| tracing::error!(%error, "a stored error stream is damaged: it starts afresh"),
            )
            .ok()
        });
        let mut errors =
            Self { stream: stream.unwrap_or_else(|| ErrorStream::new(task, names, None)), changed: false };
        errors.stream.choose(names);
        errors
    }

    /// Watches with these detectors from now on.
    pub fn choose(&mut self, names: &[DetectorName]) {
        if !self.stream.watchers().iter().map(|watcher| watcher.name()).eq(names.iter().copied()) {
            self.stream.choose(names);
            self.changed = true;
        }
    }

    /// Takes a label for an answer. `usual` is the mean absolute error of a regression on its reference.
    pub fn take(
        &mut self,
        schema: &Schema,
        usual: Option<f64>,
        at: Time,
        answer: &Answered,
        truth: &Truth,
    ) -> Option<(f64, Vec<News>)> {
        let error = concept::error(schema, truth, answer)?;
        self.changed = true;
        self.stream.measure_by(usual);
        Some((error, self.stream.add(at, error)))
    }

    pub fn stream(&self) -> &ErrorStream {
        &self.stream
    }

    /// Its stored form, if it changed since the last call; give back with [`Self::mark_changed`] what could not
    /// be stored.
    pub fn take_changed(&mut self) -> Option<Result<Vec<u8>>> {
        std::mem::take(&mut self.changed).then(|| {
            postcard::to_extend(&self.stream, vec![FORM])
                .map_err(|error| Error::internal("an error stream could not be encoded").because(error))
        })
    }

    pub fn mark_changed(&mut self) {
        self.changed = true;
    }
}

/// A change of a version's errors, told once.
#[derive(Debug)]
pub struct Found {
    pub model: Model,
    pub what: String,
    pub rose: bool,
}

impl Found {
    pub fn new(model: Model, version: &Version, detection: &Detection) -> Self {
        let what = format!("version {}: {}", version.number, detection.sentence(version.schema.task));
        Self { model, what, rose: detection.rose() }
    }

    pub fn audit(&self, at: Time) -> Audit {
        Audit {
            time: at,
            model: Some(self.model.id),
            kind: EventKind::ConceptDrift,
            who: "Tidegate".into(),
            what: self.what.clone(),
            why: String::new(),
        }
    }
}

impl Engine {
    /// How the errors of a version (the champion if `None`) stand with its detectors.
    pub async fn concept(&self, name: &str, version: Option<u32>) -> Result<ConceptView> {
        let model = self.store.model(name).await?;
        let watched = self.watched_version(&model, version).await?;
        let number = self.store.version(watched.version).await?.number;
        let aggregate = lock(&watched.aggregate);
        Ok(concept_view(number, aggregate.schema().task, aggregate.errors.stream()))
    }

    /// Tells what the recorder found since the last call.
    pub(crate) async fn tell_concept_drift(&self) -> Result<()> {
        for found in self.recorder.take_found() {
            let message = format!("{}: {}", found.model.name, found.what);
            self.happened(EventKind::ConceptDrift, Some(&found.model.name), message, found.rose);
        }
        Ok(())
    }
}

fn concept_view(version: u32, task: Task, stream: &ErrorStream) -> ConceptView {
    let state = state(stream);
    let newest = |name| stream.detections().iter().rev().find(|found| found.detectors.contains(&name));
    let detectors = stream.watchers().iter().map(|watcher| DetectorView {
        name: watcher.name(),
        title: watcher.name().title().into(),
        window: watcher.window(),
        begun: watcher.begun(),
        mean: watcher.mean(),
        before: newest(watcher.name()).map(|found| found.before),
        warning: watcher.warns(),
        last: watcher.last(),
    });
    let detections = stream.detections().iter().rev().map(|detection| DetectionView {
        rose: detection.rose(),
        sentence: detection.sentence(task),
        detection: detection.clone(),
    });
    ConceptView {
        version,
        state,
        sentence: sentence(state, task, stream),
        unit: if task == Task::Regression { ErrorUnit::Absolute } else { ErrorUnit::Share },
        labels: stream.labels(),
        recent: stream.recent(),
        detectors: detectors.collect(),
        detections: detections.collect(),
        warnings: stream.warnings().iter().rev().copied().collect(),
    }
}

pub fn state(stream: &ErrorStream) -> ConceptState {
    if stream.watchers().is_empty() {
        ConceptState::Off
    } else if stream.labels() == 0 || stream.scale_needs() > 0 {
        ConceptState::Waiting
    } else if stream.risen().is_some() {
        ConceptState::Risen
    } else if stream.watchers().iter().any(|watcher| watcher.warns()) {
        ConceptState::Warning
    } else {
        ConceptState::Steady
    }
}

/// What a chart and a page say above the details.
pub fn sentence(state: ConceptState, task: Task, stream: &ErrorStream) -> String {
    let labels = crate::tiles::grouped(stream.labels());
    let recent = level(task, stream.recent().unwrap_or(0.0));
    match (state, stream.risen()) {
        (ConceptState::Off, _) => "not watched: no detector suits this model, or it is switched off".into(),
        (ConceptState::Waiting, _) if stream.labels() == 0 => "waiting for labels".into(),
        (ConceptState::Waiting, _) => {
            format!("learning the usual error: {} more labels", stream.scale_needs())
        }
        (ConceptState::Risen, Some(risen)) => risen.sentence(task),
        (ConceptState::Warning, _) => format!("near a limit: {recent} of late, over {labels} labels"),
        _ => format!("steady: {recent} of late, over {labels} labels"),
    }
}
