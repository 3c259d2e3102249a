//! One detector at work on a stream of errors, with what it takes to say what it found.

use serde::{Deserialize, Serialize};
use tidegate_core::{Time, concept::DetectorName};

use super::history::{Change, History};
use crate::detector::{Adwin, Ddm, Detector, Eddm, HddmA, HddmW, Kswin, PageHinkley, Signal};

/// Any detector with its state; the order of the variants is part of what is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum State {
    Adwin(Adwin),
    PageHinkley(PageHinkley),
    Ddm(Ddm),
    Eddm(Eddm),
    HddmA(HddmA),
    HddmW(HddmW),
    Kswin(Kswin),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watcher {
    state: State,
    history: History,
    warning: bool,
    last: Option<Time>,
}

impl Watcher {
    pub fn new(name: DetectorName) -> Self {
        let state = match name {
            DetectorName::Adwin => State::Adwin(Adwin::default()),
            DetectorName::PageHinkley => State::PageHinkley(PageHinkley::default()),
            DetectorName::Ddm => State::Ddm(Ddm::default()),
            DetectorName::Eddm => State::Eddm(Eddm::default()),
            DetectorName::HddmA => State::HddmA(HddmA::default()),
            DetectorName::HddmW => State::HddmW(HddmW::default()),
            DetectorName::Kswin => State::Kswin(Kswin::new(0)),
        };
        Self { state, history: History::default(), warning: false, last: None }
    }

    pub fn name(&self) -> DetectorName {
        match self.state {
            State::Adwin(_) => DetectorName::Adwin,
            State::PageHinkley(_) => DetectorName::PageHinkley,
            State::Ddm(_) => DetectorName::Ddm,
            State::Eddm(_) => DetectorName::Eddm,
            State::HddmA(_) => DetectorName::HddmA,
            State::HddmW(_) => DetectorName::HddmW,
            State::Kswin(_) => DetectorName::Kswin,
        }
    }

    /// Takes an error, as it is and scaled to 0..1; gives the change if the detector found one.
    pub(super) fn update(&mut self, at: Time, error: f64, scaled: f64) -> Option<Change> {
        self.history.push(at, error);
        let Signal { drift, warning } = self.detector().update(scaled);
        self.warning = warning;
        if !drift {
            return None;
        }
        self.last = Some(at);
        self.history.split()
    }

    fn detector(&mut self) -> &mut dyn Detector {
        match &mut self.state {
            State::Adwin(detector) => detector,
            State::PageHinkley(detector) => detector,
            State::Ddm(detector) => detector,
            State::Eddm(detector) => detector,
            State::HddmA(detector) => detector,
            State::HddmW(detector) => detector,
            State::Kswin(detector) => detector,
        }
    }

    /// Whether it is near its limit.
    pub fn warns(&self) -> bool {
        self.warning
    }
    /// Labels since it started, or since the last change it found.
    pub fn window(&self) -> u64 {
        self.history.n()
    }
    /// Mean error over its window; `None` before the first label.
    pub fn mean(&self) -> Option<f64> {
        self.history.mean()
    }
    /// When its window begins.
    pub fn begun(&self) -> Option<Time> {
        self.history.begun()
    }
    /// When it last found a change.
    pub fn last(&self) -> Option<Time> {
        self.last
    }
}
