//! A made-up world that a classifier was fitted to exactly, and the ways in which it, or what the model sees of it,
//! can change.

use std::f64::consts::TAU;

use tidegate_core::{
    Time,
    schema::{Answer, Answered, Feature, FeatureKind, Schema, Task, Truth},
    time::{DAY_MS, HOUR_MS},
};
use tidegate_engine::rehearsal::Rows;
use tidegate_monitor::transport::Values;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing happens.
    None,
    /// Other people come: older, with more income.
    CovariateShift,
    /// Positives become 85% of rows, from a half; positives and negatives look as before.
    LabelShift,
    /// The same inputs mean something else.
    ConceptDrift,
    /// A sensor repeats its last value.
    StuckSensor,
    /// A sensor says nothing any more.
    SilentSensor,
    /// Income comes in cents.
    UnitChange,
    /// A plan that the model was not fitted to.
    NewCategory,
    /// Income rises by a quarter of its spread an hour.
    SlowCreep,
    /// Usage and plans follow the hour of the day, as they did in the reference.
    Season,
}

impl Failure {
    pub fn title(self) -> &'static str {
        match self {
            Failure::None => "no change",
            Failure::CovariateShift => "covariate shift",
            Failure::LabelShift => "label shift",
            Failure::ConceptDrift => "concept drift, same inputs",
            Failure::StuckSensor => "sensor stuck",
            Failure::SilentSensor => "sensor silent (NaN)",
            Failure::UnitChange => "unit change",
            Failure::NewCategory => "new category, 15% of rows",
            Failure::SlowCreep => "slow creep, 0.25 sd an hour",
            Failure::Season => "season of the day",
        }
    }

    /// Whether it is right to say nothing.
    pub fn is_usual(self) -> bool {
        matches!(self, Failure::None | Failure::Season)
    }
}

/// Steele, Lea and Flood's SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(1))
    }
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.share()).ln()).sqrt() * (TAU * self.share()).cos()
    }
    pub fn chance(&mut self, p: f64) -> bool {
        self.share() < p
    }
}

/// One row as it is, each number in its own standard deviations.
#[derive(Clone, Copy)]
struct Person {
    age: f64,
    income: f64,
    usage: f64,
    temperature: f64,
    plan: &'static str,
}

pub struct World {
    pub failure: Failure,
    /// When it happens.
    pub onset: Time,
}

impl World {
    /// Rows of one moment, as the model sees and answers them, with their truths.
    pub fn rows(&self, at: Time, count: usize, random: &mut Random) -> Rows {
        let mut rows = Rows {
            columns: Vec::new(),
            answers: Vec::with_capacity(count),
            truths: Vec::with_capacity(count),
        };
        let (mut numbers, mut plans) = (vec![Vec::new(); 4], Vec::with_capacity(count));
        for _ in 0..count {
            let person = self.person(at, random);
            let truth = random.chance(sigmoid(self.score(&person, at)));
            let seen = self.seen(person, at);
            let values =
                [45.0 + 12.0 * seen.age, seen.income, 30.0 + 8.0 * seen.usage, 20.0 + 3.0 * seen.temperature];
            numbers.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
            plans.push(seen.plan.to_owned());
            rows.answers.push(answer(&seen));
            rows.truths.push(Some(Truth::Class(class(truth).into())));
        }
        rows.columns = numbers.into_iter().map(Values::Numbers).chain([Values::Names(plans)]).collect();
        rows
    }

    fn is(&self, failure: Failure, at: Time) -> bool {
        self.failure == failure && at >= self.onset
    }

    fn person(&self, at: Time, random: &mut Random) -> Person {
        // Positives are so much more common; who they are follows from them.
        let wanted = self.is(Failure::LabelShift, at).then(|| random.chance(0.85));
        loop {
            let person = self.anyone(at, random);
            let positive = random.chance(sigmoid(score(&person)));
            if wanted.is_none_or(|wanted| wanted == positive) {
                return person;
            }
        }
    }

    fn anyone(&self, at: Time, random: &mut Random) -> Person {
        let season = if self.failure == Failure::Season { season(at) } else { 0.0 };
        let hours = at.since(self.onset) as f64 / HOUR_MS as f64;
        let shifted = if self.is(Failure::CovariateShift, at) { 0.7 } else { 0.0 };
        let crept = if self.is(Failure::SlowCreep, at) { 0.25 * hours } else { 0.0 };
        let plan = match random.share() - 0.3 * season {
            share if share < 0.55 => "basic",
            share if share < 0.85 => "plus",
            _ => "pro",
        };
        let new = self.is(Failure::NewCategory, at) && random.chance(0.15);
        Person {
            age: random.normal() + shifted,
            income: random.normal() + shifted + crept,
            usage: random.normal() + 0.9 * season,
            temperature: random.normal(),
            plan: if new { "student" } else { plan },
        }
    }

    /// What the world makes of a row.
    fn score(&self, person: &Person, at: Time) -> f64 {
        if self.is(Failure::ConceptDrift, at) {
            // What counted against now counts for.
            return score(&Person { usage: -person.usage, age: -person.age, ..*person });
        }
        score(person)
    }

    /// What the model sees of a row.
    fn seen(&self, person: Person, at: Time) -> Person {
        let mut seen = Person { income: (6.0 + 0.5 * person.income).exp(), ..person };
        if self.is(Failure::StuckSensor, at) {
            seen.temperature = 0.4;
        }
        if self.is(Failure::SilentSensor, at) {
            seen.temperature = f64::NAN;
        }
        if self.is(Failure::UnitChange, at) {
            seen.income *= 100.0;
        }
        seen
    }
}

/// From -1 to 1 over the day.
fn season(at: Time) -> f64 {
    (at.0.rem_euclid(DAY_MS) as f64 / DAY_MS as f64 * TAU).sin()
}

/// Log odds.
fn score(person: &Person) -> f64 {
    let plan = match person.plan {
        "pro" => 1.2,
        "plus" => 0.2,
        "student" => -1.5,
        _ => -0.4,
    };
    1.6 * person.age + 1.2 * person.income - 1.4 * person.usage + 0.7 * person.temperature + plan
}

fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

fn class(positive: bool) -> &'static str {
    if positive { "yes" } else { "no" }
}

/// The model: the world's own score, of what it sees. A missing value counts as the usual one, an unknown plan as basic.
fn answer(seen: &Person) -> Answered {
    let income = (seen.income.ln() - 6.0) / 0.5;
    let temperature = if seen.temperature.is_nan() { 0.0 } else { seen.temperature };
    let plan = if seen.plan == "student" { "basic" } else { seen.plan };
    let p = sigmoid(score(&Person { income, temperature, plan, ..*seen }));
    let label = Some(class(p > 0.5).to_owned());
    Answered { label, probabilities: Some(vec![1.0 - p, p]), value: None }
}

pub fn schema() -> Schema {
    let feature = |name: &str, kind| Feature { name: name.into(), input: name.into(), column: None, kind };
    Schema {
        task: Task::Classification,
        features: vec![
            feature("age", FeatureKind::Numeric),
            feature("income", FeatureKind::Numeric),
            feature("usage", FeatureKind::Numeric),
            feature("temperature", FeatureKind::Numeric),
            feature("plan", FeatureKind::Categorical),
        ],
        labels: vec!["no".into(), "yes".into()],
        answer: Answer { label: Some("label".into()), scores: Some("scores".into()), ..Answer::default() },
        target: None,
    }
}
