//! The numbers that alerts, health, tiles and cards are made of, each defined once, over one window.
//!
//! Pure. Must not know who asks.

use std::cmp::Ordering;

use tidegate_core::{alert::Signal, model::ModelSettings};
use tidegate_monitor::{
    accuracy::Tally,
    drift::{Drift, PSI_THRESHOLD, State, benjamini_hochberg, drift},
    metric::{Metric, MetricName},
};

use crate::{baseline::Baseline, bucket::Bucket};

/// Of the inputs called drifted, at most this share by chance.
const FALSE_DISCOVERY_RATE: f64 = 0.01;

/// What a window of one version shows.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Every input, the most drifted first.
    pub inputs: Vec<Drift>,
    /// Whether the distance of the first is more than chance gives among so many.
    pub significant: bool,
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
        let (inputs, significant) =
            comparable.map_or_else(Default::default, |baseline| inputs(window, baseline, settings));
        Self {
            inputs,
            significant,
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
        // What is not significant is as good as nothing, whatever the rule's threshold.
        let judged = |drift: &Drift, significant: bool| match drift.state {
            State::NotEnough => None,
            _ if significant => Some(drift.psi),
            _ => Some(0.0),
        };
        let labelled = |name| {
            self.metric(name).filter(|metric| metric.n >= (min_rows / 4).max(1)).map(|metric| metric.value)
        };
        match signal {
            Signal::InputDrift => self.inputs.first().and_then(|drift| judged(drift, self.significant)),
            Signal::PredictionDrift => {
                self.prediction.as_ref().and_then(|drift| judged(drift, drift.psi > drift.psi_noise))
            }
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

/// With many inputs one or the other exceeds any threshold by chance: what counts as drift must also be
/// significant among all of them (chi-square, Benjamini-Hochberg). Gives whether the first is.
fn inputs(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> (Vec<Drift>, bool) {
    let pairs = baseline.features.iter().zip(&window.features);
    let drifts: Vec<_> = pairs.map(|(r, c)| drift(r, c, settings.min_rows.into(), PSI_THRESHOLD)).collect();
    let p: Vec<f64> = drifts.iter().map(|drift| drift.chi_square.map_or(1.0, |test| test.p)).collect();
    let corrected = benjamini_hochberg(&p).into_iter().map(|q| q <= FALSE_DISCOVERY_RATE);
    let mut judged: Vec<(Drift, bool)> = drifts.into_iter().zip(corrected).collect();
    for (drift, significant) in &mut judged {
        if drift.state == State::Drifted && !*significant {
            drift.state = State::Stable;
            drift.sentence = format!("PSI {:.2}, as chance gives among {} inputs", drift.psi, p.len());
        }
    }
    let rank =
        |(drift, significant): &(Drift, bool)| (drift.state != State::NotEnough, *significant, drift.psi);
    judged.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(Ordering::Equal));
    let first = judged.first().is_some_and(|(_, significant)| *significant);
    (judged.into_iter().map(|(drift, _)| drift).collect(), first)
}

fn prediction(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> Option<Drift> {
    let (reference, counts) = baseline.prediction.as_ref().zip(window.prediction.as_ref())?;
    Some(drift(reference, counts, settings.min_rows.into(), PSI_THRESHOLD))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture::schema, rows::Column, view::BaselineFrom};
    use tidegate_core::{
        Time,
        prediction::Timing,
        schema::{Answered, Feature, Truth},
    };

    const ROWS: usize = 400;

    fn even(from: f64, to: f64) -> Vec<f64> {
        (0..ROWS).map(|i| from + (to - from) * i as f64 / ROWS as f64).collect()
    }

    fn no() -> Answered {
        Answered { label: Some("no".into()), probabilities: None, value: None }
    }

    /// A window of inputs, each column against an even spread from 0 to 1.
    fn signals(columns: &[Vec<f64>], labels: &[&str], failed: u64) -> Signals {
        let mut schema = schema();
        let first = schema.features[0].clone();
        schema.features =
            (0..columns.len()).map(|i| Feature { name: format!("f{i}"), ..first.clone() }).collect();
        let reference: Vec<_> = columns.iter().map(|_| Column::Numbers(even(0.0, 1.0))).collect();
        let answers = vec![no(); ROWS];
        let baseline = Baseline::new(&schema, BaselineFrom::Reference, &reference, &answers, None, Time(1));
        let mut window = Bucket::new(&schema, Some(&baseline));
        let columns: Vec<_> = columns.iter().cloned().map(Column::Numbers).collect();
        window.add_rows(&baseline, &columns, &answers);
        for label in labels {
            window.replace_label(&no(), None, &Truth::Class((*label).into()), 0);
        }
        let timing = Timing { queue_us: 0, run_us: 1, total_us: 2_000 };
        (0..20 - failed).for_each(|_| window.add_request(&timing, 1, None));
        (0..failed).for_each(|_| window.add_request(&timing, 1, Some(tidegate_core::Code::Invalid)));
        Signals::of(&window, Some(&baseline), &ModelSettings::default())
    }

    #[test]
    fn the_drifted_input_comes_first_and_is_what_the_alert_is_about() {
        let signals = signals(&[even(0.0, 1.0), even(0.5, 1.5), even(0.0, 1.0)], &[], 0);
        assert_eq!(signals.drifted().map(|drift| drift.name.as_str()).collect::<Vec<_>>(), ["f1"]);
        assert!(signals.significant);
        assert_eq!(signals.subject(Signal::InputDrift).unwrap().name, "f1");
        assert!(signals.value(Signal::InputDrift, 200).unwrap() > PSI_THRESHOLD);
        assert_eq!(signals.value(Signal::PredictionDrift, 200), Some(0.0));
    }

    #[test]
    fn no_drift_is_nothing_and_too_few_rows_say_nothing() {
        let calm = signals(&[even(0.0, 1.0)], &[], 0);
        assert_eq!((calm.drifted().count(), calm.value(Signal::InputDrift, 200)), (0, Some(0.0)));
        let few = signals(&[even(5.0, 6.0)[..100].to_vec()], &[], 0);
        assert_eq!(few.value(Signal::InputDrift, 200), None);
    }

    #[test]
    fn counts_against_another_baseline_are_not_compared() {
        let mut window = Bucket::new(&schema(), None);
        window.baseline = 7;
        let of = Signals::of(&window, None, &ModelSettings::default());
        assert!(of.inputs.is_empty() && of.prediction.is_none());
        assert_eq!(of.error_share(), None);
    }

    #[test]
    fn accuracy_waits_for_enough_labels_and_errors_for_enough_requests() {
        let labels = [["no"; 30], ["yes"; 30]].concat();
        let signals = signals(&[even(0.0, 1.0)], &labels, 5);
        assert_eq!(signals.value(Signal::Accuracy, 200), Some(0.5));
        assert_eq!(signals.value(Signal::Accuracy, 400), None);
        assert_eq!(signals.value(Signal::ErrorShare, 1), Some(0.25));
        assert!((signals.value(Signal::LatencyP99, 1).unwrap() - 2.0).abs() < 0.03);
        assert_eq!(signals.value(Signal::MeanAbsoluteError, 1), None);
    }
}
