use super::*;
use crate::{fixture::schema, rows::Column, view::BaselineFrom};
use tidegate_core::{
    Time,
    alert::Direction,
    drift::{DriftSettings, DriftTerms},
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
        window.replace_label(&no().into(), None, &Truth::Class((*label).into()), 0);
    }
    let timing = Timing { queue_us: 0, run_us: 1, total_us: 2_000 };
    (0..20 - failed).for_each(|_| window.add_request(&timing, 1, None));
    (0..failed).for_each(|_| window.add_request(&timing, 1, Some(tidegate_core::Code::Invalid)));
    Signals::of(&window, Some(&baseline), &ModelSettings::default())
}

fn of_subject(signals: &Signals, signal: Signal, subject: Option<&str>, min_rows: u64) -> Option<f64> {
    let ask = Ask { subject, min_rows, window_ms: 10_000 };
    (definition(signal).read)(signals, &ask).map(|reading| reading.value)
}

fn value(signals: &Signals, signal: Signal, min_rows: u64) -> Option<f64> {
    of_subject(signals, signal, None, min_rows)
}

#[test]
fn the_drifted_input_comes_first_and_is_what_the_alert_is_about() {
    let signals = signals(&[even(0.0, 1.0), even(0.5, 1.5), even(0.0, 1.0)], &[], 0);
    assert_eq!(signals.drifted().map(|drift| drift.name.as_str()).collect::<Vec<_>>(), ["f1"]);
    assert_eq!(signals.significant, 1);
    let members = signals.members(Signal::InputDrift, None, PSI_THRESHOLD);
    assert_eq!(members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["f1"]);
    assert!(value(&signals, Signal::InputDrift, 200).unwrap() > PSI_THRESHOLD);
    assert_eq!(value(&signals, Signal::PredictionDrift, 200), Some(0.0));
}

#[test]
fn no_drift_is_nothing_and_too_few_rows_say_nothing() {
    let calm = signals(&[even(0.0, 1.0)], &[], 0);
    assert_eq!((calm.drifted().count(), value(&calm, Signal::InputDrift, 200)), (0, Some(0.0)));
    let few = signals(&[even(5.0, 6.0)[..100].to_vec()], &[], 0);
    assert_eq!(value(&few, Signal::InputDrift, 200), None);
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
    assert_eq!(value(&signals, Signal::Accuracy, 200), Some(0.5));
    assert_eq!(value(&signals, Signal::Accuracy, 400), None);
    assert_eq!(value(&signals, Signal::ErrorShare, 1), Some(0.25));
    assert!((value(&signals, Signal::LatencyP99, 1).unwrap() - 2.0).abs() < 0.03);
    assert_eq!(value(&signals, Signal::MeanAbsoluteError, 1), None);
}

#[test]
fn one_input_or_metric_is_watched_by_its_name() {
    let labels = [["no"; 30], ["yes"; 30]].concat();
    let signals = signals(&[even(0.0, 1.0), even(0.5, 1.5)], &labels, 0);
    let drift = |name| of_subject(&signals, Signal::InputDrift, Some(name), 200);
    assert_eq!((drift("f0"), drift("f9")), (Some(0.0), None));
    assert!(drift("f1").unwrap() > PSI_THRESHOLD);
    assert!(signals.members(Signal::InputDrift, Some("f0"), PSI_THRESHOLD).is_empty());
    let metric = |name| of_subject(&signals, Signal::Metric, Some(name), 200);
    assert_eq!((metric("accuracy"), metric("rmse")), (Some(0.5), None));
}

#[test]
fn traffic_labels_and_missing_values_are_signals_too() {
    let holes: Vec<f64> =
        even(0.0, 1.0).iter().enumerate().map(|(i, x)| if i % 4 == 0 { f64::NAN } else { *x }).collect();
    let signals = signals(&[even(0.0, 1.0), holes], &["no"; 10], 5);
    assert_eq!(value(&signals, Signal::MissingShare, 200), Some(0.25));
    assert_eq!(of_subject(&signals, Signal::MissingShare, Some("f0"), 200), Some(0.0));
    assert_eq!(signals.members(Signal::MissingShare, None, 0.1)[0].name, "f1");
    assert_eq!(value(&signals, Signal::Throughput, 1), Some(2.0));
    // Fifteen requests of a row each were answered.
    assert_eq!(value(&signals, Signal::LabelCoverage, 1), None);
    assert_eq!(value(&signals, Signal::LabelLag, 1), Some(0.0));
    assert!((value(&signals, Signal::LatencyP50, 1).unwrap() - 2.0).abs() < 0.03);
}

#[test]
fn every_signal_is_listed_once_and_starts_on_its_worse_side() {
    for signal in Signal::ALL {
        let known = definition(*signal);
        assert!(known.first.is_finite() && known.worse != Direction::Either, "{signal:?}");
        assert_eq!(Signal::ALL.iter().filter(|other| *other == signal).count(), 1);
    }
}

fn rows(name: &'static str, current: &[f64]) -> Comparison {
    let still = even(0.0, 1.0);
    let values = tidegate_monitor::report::compare::Values::Numeric;
    let column = tidegate_monitor::report::compare::Column {
        name,
        reference: Some(values(&still)),
        current: Some(values(current)),
    };
    tidegate_monitor::report::compare::column(column, Default::default())
}

fn state(signals: &Signals, name: &str) -> State {
    signals.inputs.iter().find(|drift| drift.name == name).unwrap().state
}

#[test]
fn what_counters_leave_undecided_the_rows_decide() {
    let mut signals = signals(&[even(0.0, 1.0), even(0.0, 1.0), even(0.5, 1.5)], &[], 0);
    assert_eq!(signals.significant, 1);
    let undecided = ["f0", "f1"];
    for drift in &mut signals.inputs {
        if undecided.contains(&drift.name.as_str()) {
            drift.state = State::Undecided;
        }
    }
    let (still, moved) = (even(0.0, 1.0), even(0.3, 1.3));
    let inputs = vec![rows("f0", &moved), rows("f1", &still), rows("f2", &still)];
    signals.decide(&Recomputed { inputs, prediction: None }, &DriftSettings::default());
    let states = ["f0", "f1", "f2"].map(|name| state(&signals, name));
    assert_eq!(states, [State::Drifted, State::Stable, State::Drifted]);
    assert_eq!((signals.significant, signals.exact.len()), (2, 2));
    let told = &signals.inputs.iter().find(|drift| drift.name == "f0").unwrap().sentence;
    assert!(told.contains("recomputed from 400 rows: Kolmogorov-Smirnov, p "), "{told}");
}

#[test]
fn what_goes_by_another_definition_the_rows_decide_though_counters_are_sure() {
    let mut signals = signals(&[even(0.0, 1.0), even(0.5, 1.5)], &[], 0);
    let theirs = DriftSettings {
        columns: [("f0".to_owned(), DriftTerms::Evidently)].into(),
        ..DriftSettings::default()
    };
    assert!(signals.need_rows(&theirs) && !signals.need_rows(&DriftSettings::default()));
    let inputs = vec![rows("f0", &even(0.1, 1.1)), rows("f1", &even(0.0, 1.0))];
    signals.decide(&Recomputed { inputs, prediction: None }, &theirs);
    assert_eq!(["f0", "f1"].map(|name| state(&signals, name)), [State::Drifted, State::Drifted]);
    assert_eq!(signals.exact.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["f0"]);
    assert!(value(&signals, Signal::InputDrift, 200).unwrap() > PSI_THRESHOLD);
}

#[test]
fn undecided_predictions_are_decided_by_the_rows_too() {
    let by_rows = |current: &[f64]| {
        let mut signals = signals(&[even(0.0, 1.0)], &[], 0);
        let prediction = signals.prediction.as_mut().unwrap();
        (prediction.state, prediction.psi, prediction.psi_noise) = (State::Undecided, 0.3, 0.4);
        assert!(signals.prediction_needs_rows(&DriftSettings::default()));
        assert_eq!(value(&signals, Signal::PredictionDrift, 200), Some(0.0), "as much as chance gives");
        let prediction = Some(rows("prediction", current));
        signals.decide(&Recomputed { inputs: Vec::new(), prediction }, &DriftSettings::default());
        (signals.prediction.as_ref().unwrap().state, value(&signals, Signal::PredictionDrift, 200))
    };
    assert_eq!(by_rows(&even(0.4, 1.4)), (State::Drifted, Some(0.3)));
    assert_eq!(by_rows(&even(0.0, 1.0)), (State::Stable, Some(0.0)));
    // So few that they say nothing leave it as it was.
    assert_eq!(by_rows(&[]), (State::Undecided, Some(0.0)));
}
