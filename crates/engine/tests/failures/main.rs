//! Failures by kind, each tried over several seeds: found in time and by the right signal, or rightly not told.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod trial;
mod world;

use trial::{Outcome, Span, run};
use world::Failure;

const SEEDS: u64 = 20;

fn tried(failure: Failure, seeds: u64, after: i64) -> Vec<Outcome> {
    (0..seeds).map(|seed| run(failure, seed, Span::of(failure, after))).collect()
}

/// Found in all trials within so many minutes by that signal.
fn found_by(failure: Failure, signal: &str, within: f64) {
    let outcomes = tried(failure, SEEDS, 3);
    for (seed, outcome) in outcomes.iter().enumerate() {
        let minutes = outcome.found.get(signal).copied();
        assert!(
            minutes.is_some_and(|minutes| minutes <= within),
            "{}, seed {seed}: {:?} {:#?}",
            failure.title(),
            outcome.found,
            outcome.messages
        );
    }
    let early = outcomes.iter().filter(|outcome| !outcome.false_alarms.is_empty()).count();
    assert!(early <= 1, "{}: {early} of {SEEDS} told something before it happened", failure.title());
}

#[test]
fn a_covariate_shift_is_input_drift() {
    found_by(Failure::CovariateShift, "input drift", 20.0);
}

#[test]
fn a_label_shift_is_prediction_drift() {
    found_by(Failure::LabelShift, "prediction drift", 150.0);
}

#[test]
fn a_broken_sensor_is_input_drift() {
    found_by(Failure::StuckSensor, "input drift", 15.0);
    found_by(Failure::SilentSensor, "input drift", 15.0);
}

#[test]
fn another_unit_is_input_drift() {
    found_by(Failure::UnitChange, "input drift", 15.0);
}

#[test]
fn a_new_category_is_input_drift() {
    found_by(Failure::NewCategory, "input drift", 20.0);
}

/// Inputs and answers look as ever: only labels tell, ten minutes late.
#[test]
fn concept_drift_with_unchanged_inputs_is_found_by_its_errors_alone() {
    found_by(Failure::ConceptDrift, "concept drift", 60.0);
    for outcome in tried(Failure::ConceptDrift, 5, 2) {
        let blind = ["input drift", "prediction drift"];
        assert!(blind.iter().all(|signal| !outcome.found.contains_key(*signal)), "{:#?}", outcome.messages);
    }
}

#[test]
fn a_slow_creep_is_found_before_it_is_one_spread_wide() {
    for outcome in tried(Failure::SlowCreep, SEEDS, 8) {
        assert!(outcome.found.get("input drift").is_some_and(|minutes| *minutes < 240.0), "{outcome:#?}");
    }
}

#[test]
fn a_season_and_no_change_at_all_are_hardly_ever_an_alert() {
    let alarms = |failure, seeds| -> Vec<String> {
        let outcomes = tried(failure, seeds, 0);
        outcomes
            .into_iter()
            .filter(|outcome| !outcome.false_alarms.is_empty())
            .flat_map(|o| o.messages)
            .collect()
    };
    let season = alarms(Failure::Season, 4);
    assert!(season.len() <= 4, "in four days: {season:#?}");
    let none = alarms(Failure::None, 5);
    assert!(none.len() <= 3, "in five days: {none:#?}");
}
