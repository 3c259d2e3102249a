//! The numbers that alerts, health, tiles and cards are made of, each defined once, over one window.
//!
//! Pure. Must not know who asks.

use tidegate_core::{alert::Signal, model::ModelSettings};
use tidegate_monitor::{
    accuracy::Tally,
    drift::{Drift, PSI_THRESHOLD, State, drift},
    metric::{Metric, MetricName},
};

use crate::{baseline::Baseline, bucket::Bucket};

/// What a window of one version shows.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Every input, the most drifted first.
    pub inputs: Vec<Drift>,
    pub prediction: Option<Drift>,
    pub metrics: Vec<Metric>,
    pub labelled: u64,
    pub requests: u64,
    pub failed: u64,
    pub p99_us: Option<f64>,
}

impl Signals {
    pub fn of(window: &Bucket, baseline: Option<&Baseline>, settings: &ModelSettings) -> Self {
        let comparable = baseline.filter(|baseline| baseline.id == window.baseline);
        Self {
            inputs: comparable.map_or_else(Vec::new, |baseline| inputs(window, baseline, settings)),
            prediction: comparable.and_then(|baseline| prediction(window, baseline, settings)),
            metrics: window.tally.as_ref().map(Tally::metrics).unwrap_or_default(),
            labelled: window.labelled,
            requests: window.requests,
            failed: window.failed,
            p99_us: window.total.quantile(0.99),
        }
    }

    pub fn metric(&self, name: MetricName) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    pub fn drifted(&self) -> impl Iterator<Item = &Drift> {
        self.inputs.iter().filter(|drift| drift.state == State::Drifted)
    }

    pub fn error_share(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failed as f64 / self.requests as f64)
    }

    /// The value a rule compares with its threshold; `None` while there is too little to say.
    pub fn value(&self, signal: Signal, min_rows: u64) -> Option<f64> {
        let judged = |drift: &Drift| (drift.state != State::NotEnough).then_some(drift.psi);
        let labelled = |name| {
            self.metric(name).filter(|metric| metric.n >= (min_rows / 4).max(1)).map(|metric| metric.value)
        };
        match signal {
            Signal::InputDrift => self.inputs.first().and_then(judged),
            Signal::PredictionDrift => self.prediction.as_ref().and_then(judged),
            Signal::Accuracy => labelled(MetricName::Accuracy),
            Signal::MeanAbsoluteError => labelled(MetricName::Mae),
            Signal::ErrorShare => self.error_share().filter(|_| self.requests >= 20),
            Signal::LatencyP99 => self.p99_us.filter(|_| self.requests >= 20).map(|us| us / 1e3),
        }
    }

    /// The column a signal is about.
    pub fn subject(&self, signal: Signal) -> Option<&Drift> {
        match signal {
            Signal::InputDrift => self.inputs.first(),
            Signal::PredictionDrift => self.prediction.as_ref(),
            _ => None,
        }
    }
}

fn inputs(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> Vec<Drift> {
    let pairs = baseline.features.iter().zip(&window.features);
    let mut drifts: Vec<_> =
        pairs.map(|(r, c)| drift(r, c, settings.min_rows.into(), PSI_THRESHOLD)).collect();
    drifts.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    drifts
}

fn rank(drift: &Drift) -> f64 {
    if drift.state == State::NotEnough { -1.0 } else { drift.psi }
}

fn prediction(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> Option<Drift> {
    let (reference, counts) = baseline.prediction.as_ref().zip(window.prediction.as_ref())?;
    Some(drift(reference, counts, settings.min_rows.into(), PSI_THRESHOLD))
}
