//! Failures by kind, each tried over many seeds: found or rightly not, by which signal, after how long, and how often
//! something was told though nothing had happened. The trials are those of the engine's tests.
//!
//! `cargo run --release -p tidegate-benches --bin failures [seeds]`

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

#[path = "../crates/engine/tests/failures/trial.rs"]
mod trial;
#[path = "../crates/engine/tests/failures/world.rs"]
mod world;

use trial::{Outcome, RATE, Span, run};
use world::Failure;

const ALL: [Failure; 10] = [
    Failure::CovariateShift,
    Failure::LabelShift,
    Failure::ConceptDrift,
    Failure::StuckSensor,
    Failure::SilentSensor,
    Failure::UnitChange,
    Failure::NewCategory,
    Failure::SlowCreep,
    Failure::Season,
    Failure::None,
];
const SEEDS: u64 = 200;
/// Hours after the failure.
const AFTER: i64 = 4;

fn main() {
    let seeds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    println!(
        "{seeds} seeds each, {RATE} rows a minute, 60% labelled ten minutes late, windows of 15 minutes\n"
    );
    println!(
        "{:<28}{:>8}  {:<58}{:>14}{:>10}  false alarms",
        "failure", "found", "told by", "minutes", "rows"
    );
    for failure in ALL {
        let outcomes = tried(failure, seeds);
        println!("{}", line(failure, &outcomes));
    }
}

/// On all cores: each trial is its own world.
fn tried(failure: Failure, seeds: u64) -> Vec<Outcome> {
    let (next, outcomes) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            let outcome = run(failure, seed, Span::of(failure, AFTER));
            outcomes.lock().expect("no trial panics").push(outcome);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    outcomes.into_inner().expect("no trial panics")
}

fn line(failure: Failure, outcomes: &[Outcome]) -> String {
    let first: Vec<(f64, &str)> = outcomes.iter().filter_map(first).collect();
    let mut minutes: Vec<f64> = first.iter().map(|(minutes, _)| *minutes).collect();
    minutes.sort_by(f64::total_cmp);
    let at = |share: f64| minutes.get((minutes.len() as f64 * share) as usize).or(minutes.last()).copied();
    let delay = match (at(0.5), at(0.9)) {
        (Some(half), Some(most)) => format!("{half:.0} (90%: {most:.0})"),
        _ => "-".into(),
    };
    let rows = at(0.5).map_or("-".into(), |minutes| format!("{:.0}", minutes * RATE as f64));
    let found = match failure.is_usual() {
        true => "rightly not".into(),
        false => format!("{}/{}", first.len(), outcomes.len()),
    };
    let hours = Span::of(failure, AFTER).before as f64 * outcomes.len() as f64;
    format!(
        "{:<28}{found:>11}  {:<58}{delay:>14}{rows:>8}  {}",
        failure.title(),
        signals(outcomes),
        false_alarms(outcomes, hours)
    )
}

/// The first alert after the failure: its minutes and its signal.
fn first(outcome: &Outcome) -> Option<(f64, &str)> {
    let found = outcome.found.iter().map(|(signal, minutes)| (*minutes, signal.as_str()));
    found.min_by(|a, b| a.0.total_cmp(&b.0))
}

/// In which share of trials each signal told.
fn signals(outcomes: &[Outcome]) -> String {
    let mut told = BTreeMap::<&str, usize>::new();
    outcomes
        .iter()
        .flat_map(|outcome| outcome.found.keys())
        .for_each(|signal| *told.entry(signal).or_default() += 1);
    let mut told: Vec<_> = told.into_iter().collect();
    told.sort_by_key(|(_, trials)| std::cmp::Reverse(*trials));
    let share = |trials: usize| 100.0 * trials as f64 / outcomes.len().max(1) as f64;
    let words: Vec<_> =
        told.iter().map(|(signal, trials)| format!("{signal} {:.0}%", share(*trials))).collect();
    if words.is_empty() { "-".into() } else { words.join(", ") }
}

fn false_alarms(outcomes: &[Outcome], hours: f64) -> String {
    let mut alarms = BTreeMap::<&str, u32>::new();
    for (signal, count) in outcomes.iter().flat_map(|outcome| &outcome.false_alarms) {
        *alarms.entry(signal).or_default() += count;
    }
    let trials = outcomes.iter().filter(|outcome| !outcome.false_alarms.is_empty()).count();
    let all: u32 = alarms.values().sum();
    let named: Vec<_> = alarms.iter().map(|(signal, count)| format!("{signal} {count}")).collect();
    let named = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    format!("{all} in {:.0} days, {trials} trials{named}", hours / 24.0)
}
