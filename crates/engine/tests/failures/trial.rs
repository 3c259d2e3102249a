//! One failure tried once: a reference, traffic before and after, labels that come late, and what was told when.

use std::collections::{BTreeMap, VecDeque};

use tidegate_core::{
    Time,
    model::ModelSettings,
    schema::{Answered, Truth},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_engine::rehearsal::{Rehearsal, Rows, Signal};

use super::world::{Failure, Random, World, schema};

/// Rows of each minute.
pub const RATE: usize = 20;
const REFERENCE_ROWS: usize = 5_000;
/// Rows that get a label, so long after they were answered.
const LABELLED: f64 = 0.6;
const LATE_MS: i64 = 10 * MINUTE_MS;
const START: Time = Time(20_000 * DAY_MS);

/// Hours before and after the failure.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// That nobody looks at.
    pub unseen: i64,
    pub before: i64,
    pub after: i64,
}

impl Span {
    /// A season takes a day to know; what is usual is looked at for a day.
    pub fn of(failure: Failure, after: i64) -> Self {
        match failure {
            Failure::Season => Span { unseen: 48, before: 24, after: 0 },
            Failure::None => Span { unseen: 0, before: 24, after: 0 },
            Failure::SlowCreep => Span { unseen: 0, before: 2, after: 8 },
            _ => Span { unseen: 0, before: 2, after },
        }
    }
}

/// What was told of one trial.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Alerts before anything happened, by signal.
    pub false_alarms: BTreeMap<String, u32>,
    /// Minutes from the failure to the first alert of each signal.
    pub found: BTreeMap<String, f64>,
    pub messages: Vec<String>,
}

pub fn name(signal: Signal) -> String {
    match signal {
        Signal::InputDrift => "input drift".into(),
        Signal::PredictionDrift => "prediction drift".into(),
        Signal::ConceptDrift => "concept drift".into(),
        Signal::Accuracy => "accuracy".into(),
        other => format!("{other:?}"),
    }
}

pub fn run(failure: Failure, seed: u64, span: Span) -> Outcome {
    let mut random = Random::new(seed);
    let onset = START.plus((span.unseen + span.before) * HOUR_MS);
    let world = World { failure, onset };
    let mut rehearsal =
        Rehearsal::new(&schema(), ModelSettings::default(), &reference(&world, &mut random), START);
    let mut waiting: VecDeque<(Time, Answered, Truth)> = VecDeque::new();
    let mut outcome = Outcome::default();
    for minute in 1..=(span.unseen + span.before + span.after) * 60 {
        let now = START.plus(minute * MINUTE_MS);
        let rows = world.rows(now, RATE, &mut random);
        rehearsal.answer(now, &rows);
        for (answer, truth) in rows.answers.into_iter().zip(rows.truths) {
            if let Some(truth) = truth.filter(|_| random.chance(LABELLED)) {
                waiting.push_back((now, answer, truth));
            }
        }
        while let Some((asked, ..)) = waiting.front()
            && now.since(*asked) >= LATE_MS
            && let Some((asked, answer, truth)) = waiting.pop_front()
        {
            rehearsal.label(asked, &answer, &truth, now);
        }
        if minute <= span.unseen * 60 {
            rehearsal.pass(now);
            continue;
        }
        for told in rehearsal.evaluate(now) {
            let signal = name(told.signal);
            outcome.messages.push(format!(
                "{signal} at {} min: {}",
                now.since(onset) / MINUTE_MS,
                told.message
            ));
            if now < onset || failure.is_usual() {
                *outcome.false_alarms.entry(signal).or_default() += 1;
            } else {
                let minutes = now.since(onset) as f64 / MINUTE_MS as f64;
                outcome.found.entry(signal).or_insert(minutes);
            }
        }
    }
    outcome
}

/// As data sets are: from all hours of the day.
fn reference(world: &World, random: &mut Random) -> Rows {
    let hours = 24_usize;
    let mut whole: Option<Rows> = None;
    for hour in 0..hours {
        let at = START.plus(hour as i64 * HOUR_MS - DAY_MS);
        let part = world.rows(at, REFERENCE_ROWS / hours, random);
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => append(whole, part),
        }
    }
    whole.expect("a day has hours")
}

fn append(whole: &mut Rows, part: Rows) {
    use tidegate_monitor::transport::Values::{Names, Numbers};
    for (mine, theirs) in whole.columns.iter_mut().zip(part.columns) {
        match (mine, theirs) {
            (Numbers(mine), Numbers(theirs)) => mine.extend(theirs),
            (Names(mine), Names(theirs)) => mine.extend(theirs),
            _ => unreachable!("columns keep their kind"),
        }
    }
    whole.answers.extend(part.answers);
    whole.truths.extend(part.truths);
}
