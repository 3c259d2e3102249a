//! Concept drift: the errors of a version in the order their labels arrive, watched by streaming detectors.
//!
//! Owns what an error is, how it is scaled for the detectors, and what one detection says: since when, from
//! which level to which. Its state can be stored and goes on where it was. Must not know how labels find
//! their predictions.

mod history;
mod watcher;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    concept::DetectorName,
    schema::{Answered, Schema, Task, Truth},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};

use crate::accuracy::predicted;
pub use history::Change;
pub use watcher::Watcher;

/// Errors of a regression that tell its scale, where no reference does.
const SCALE_ERRORS: usize = 50;
/// An error of this many times the usual counts as the largest: detectors take values from 0 to 1.
const LARGEST: f64 = 4.0;
/// Weight of the newest error in the recent level.
const RECENT: f64 = 0.01;
/// Detections, and warnings, that are remembered.
const REMEMBERED: usize = 100;
/// A rise has gone by once recent errors are within this share of it.
const GONE_BY: f64 = 0.25;

/// How wrong one answer was: 1 or 0 for a class, the absolute error for a number. `None` where answer or truth
/// don't fit the task.
pub fn error(schema: &Schema, truth: &Truth, answer: &Answered) -> Option<f64> {
    match schema.task {
        Task::Classification => {
            let wrong = predicted(answer, &schema.labels)? != truth.class();
            Some(f64::from(u8::from(wrong)))
        }
        Task::Regression => {
            let error = (answer.value? - truth.number()?).abs();
            error.is_finite().then_some(error)
        }
        Task::Other => None,
    }
}

/// One change of the level of errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Detection {
    /// When the label arrived that gave it away.
    pub at: Time,
    /// When the first label after the change arrived, as far as can be told.
    pub since: Time,
    /// Mean error before and after the change: a share of wrong answers, or an absolute error in the target's
    /// unit.
    pub before: f64,
    pub after: f64,
    /// Labels on either side of the change.
    pub labels_before: u64,
    pub labels: u64,
    /// Who found it, and who found it later too.
    pub detectors: Vec<DetectorName>,
}

impl Detection {
    /// Whether errors became more, or larger.
    pub fn rose(&self) -> bool {
        self.after > self.before
    }

    /// "errors rose from 2.1% to 8.7% since 13:46 UTC (ADWIN, 640 labels)".
    pub fn sentence(&self, task: Task) -> String {
        let (what, verb) = match (task, self.rose()) {
            (Task::Regression, true) => ("the mean absolute error", "rose"),
            (Task::Regression, false) => ("the mean absolute error", "fell"),
            (_, true) => ("errors", "rose"),
            (_, false) => ("errors", "fell"),
        };
        let names: Vec<_> = self.detectors.iter().map(|name| name.title()).collect();
        format!(
            "{what} {verb} from {} to {} since {} ({}, {} labels)",
            level(task, self.before),
            level(task, self.after),
            clock(self.since, self.at),
            names.join(", "),
            self.labels
        )
    }
}

/// A mean error in words: a percentage, or a number of the target's unit.
pub fn level(task: Task, error: f64) -> String {
    match task {
        Task::Regression => crate::bins::short(error),
        _ => format!("{:.1}%", error * 100.0),
    }
}

/// The time of day, and how many days before `now` where it is more than one.
fn clock(time: Time, now: Time) -> String {
    let of_day = time.0.rem_euclid(DAY_MS);
    let clock = format!("{:02}:{:02} UTC", of_day / HOUR_MS, of_day / MINUTE_MS % 60);
    match now.since(time) / DAY_MS {
        0 => clock,
        1 => format!("{clock} a day before"),
        days => format!("{clock} {days} days before"),
    }
}

/// What a label did to the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// Errors changed.
    Detected(Detection),
    /// A detector confirmed a change another one had found before.
    Confirmed(Detection),
}

/// The errors of one version, in the order their labels arrive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorStream {
    regression: bool,
    /// The usual absolute error of a regression, once known; never changed, so that a new reference makes no
    /// drift.
    scale: Option<f64>,
    /// Errors kept until the scale is known.
    unscaled: Vec<(Time, f64)>,
    watchers: Vec<Watcher>,
    labels: u64,
    /// Exponentially weighted mean of the newest errors.
    recent: f64,
    detections: Vec<Detection>,
    /// Rises that have not gone by, oldest first. One that has does not come back: errors that hover about its limit
    /// would make it flap.
    lasting: Vec<Detection>,
    /// When a detector began to warn.
    warnings: Vec<Time>,
}

impl ErrorStream {
    /// Of a version nobody labelled yet. `scale` is as for [`Self::measure_by`].
    pub fn new(task: Task, names: &[DetectorName], scale: Option<f64>) -> Self {
        let regression = task == Task::Regression;
        let mut stream = Self {
            regression,
            scale: (!regression).then_some(1.0),
            unscaled: Vec::new(),
            watchers: names.iter().copied().map(Watcher::new).collect(),
            labels: 0,
            recent: 0.0,
            detections: Vec::new(),
            lasting: Vec::new(),
            warnings: Vec::new(),
        };
        stream.measure_by(scale);
        stream
    }

    /// The mean absolute error of a regression where all was well, as long as there are no labels; without it
    /// the first errors tell.
    pub fn measure_by(&mut self, scale: Option<f64>) {
        if self.regression && self.labels == 0 {
            self.scale = scale.filter(|scale| scale.is_finite());
        }
    }

    /// Watches with these detectors from now on; those that did already go on, new ones start afresh.
    pub fn choose(&mut self, names: &[DetectorName]) {
        let mut before = std::mem::take(&mut self.watchers);
        for name in names {
            let known = before.iter().position(|watcher| watcher.name() == *name);
            self.watchers.push(known.map_or_else(|| Watcher::new(*name), |known| before.remove(known)));
        }
    }

    /// Takes the error of one more label, and says what it gave away.
    pub fn add(&mut self, at: Time, error: f64) -> Vec<News> {
        self.labels += 1;
        let weight = RECENT.max(1.0 / self.labels as f64);
        self.recent += weight * (error - self.recent);
        match self.scale {
            Some(scale) => self.watch(at, error, scale),
            None => self.learn(at, error),
        }
    }

    fn learn(&mut self, at: Time, error: f64) -> Vec<News> {
        self.unscaled.push((at, error));
        if self.unscaled.len() < SCALE_ERRORS {
            return Vec::new();
        }
        let first = std::mem::take(&mut self.unscaled);
        let scale = first.iter().map(|(_, error)| error).sum::<f64>() / first.len() as f64;
        self.scale = Some(scale);
        first.into_iter().flat_map(|(at, error)| self.watch(at, error, scale)).collect()
    }

    fn watch(&mut self, at: Time, error: f64, scale: f64) -> Vec<News> {
        let scaled = if self.regression { scaled(error, scale) } else { error };
        let mut found = Vec::new();
        for watcher in &mut self.watchers {
            let warned = watcher.warns();
            if let Some(change) = watcher.update(at, error, scaled) {
                found.push((watcher.name(), change));
            } else if watcher.warns() && !warned {
                self.warnings.push(at);
            }
        }
        keep_newest(&mut self.warnings);
        let recent = self.recent;
        self.lasting.retain(|rise| recent > rise.before + GONE_BY * (rise.after - rise.before));
        found.into_iter().map(|(name, change)| self.detected(at, name, change)).collect()
    }

    /// A change that began before the last detection, in the same direction and by another detector, is the
    /// same one.
    fn detected(&mut self, at: Time, name: DetectorName, change: Change) -> News {
        let rose = change.after > change.before;
        if let Some(last) = self.detections.last_mut()
            && !last.detectors.contains(&name)
            && last.rose() == rose
            && change.since <= last.at
        {
            last.detectors.push(name);
            if let Some(rise) = self.lasting.last_mut().filter(|rise| rise.at == last.at) {
                rise.detectors.push(name);
            }
            return News::Confirmed(last.clone());
        }
        self.recent = change.after;
        let Change { since, before, after, labels_before, labels } = change;
        let detection = Detection { at, since, before, after, labels_before, labels, detectors: vec![name] };
        self.detections.push(detection.clone());
        keep_newest(&mut self.detections);
        if detection.rose() {
            self.lasting.push(detection.clone());
            keep_newest(&mut self.lasting);
        }
        News::Detected(detection)
    }

    /// The last rise of errors, as long as it has not gone by: recent errors have come back most of the way. Half
    /// of it would not do: what a few labels called the new level is often too high, and an alert would flap. Nor
    /// does a fall found since end it by itself: it may be that level's correction.
    pub fn risen(&self) -> Option<&Detection> {
        self.lasting.last()
    }

    /// How much errors rose, while they stay up; 0 else. In shares of wrong answers, or for a regression in
    /// shares of what the error was.
    pub fn rise(&self) -> f64 {
        let Some(last) = self.risen() else { return 0.0 };
        match self.regression {
            true => (last.after - last.before) / last.before.max(f64::MIN_POSITIVE),
            false => last.after - last.before,
        }
    }

    pub fn watchers(&self) -> &[Watcher] {
        &self.watchers
    }
    /// Oldest first.
    pub fn detections(&self) -> &[Detection] {
        &self.detections
    }
    /// When detectors began to warn, oldest first.
    pub fn warnings(&self) -> &[Time] {
        &self.warnings
    }
    pub fn labels(&self) -> u64 {
        self.labels
    }
    /// Of the newest labels, about a hundred; `None` before the first.
    pub fn recent(&self) -> Option<f64> {
        (self.labels > 0).then_some(self.recent)
    }
    /// Labels of a regression still needed before its usual error is known.
    pub fn scale_needs(&self) -> u64 {
        if self.scale.is_some() { 0 } else { (SCALE_ERRORS - self.unscaled.len()) as u64 }
    }
}

/// From 0 to 1. Against a usual error of 0 any error is the largest.
fn scaled(error: f64, scale: f64) -> f64 {
    if error == 0.0 { 0.0 } else { (error / (LARGEST * scale)).min(1.0) }
}

fn keep_newest<T>(list: &mut Vec<T>) {
    list.drain(..list.len().saturating_sub(REMEMBERED));
}

#[cfg(test)]
mod tests;
