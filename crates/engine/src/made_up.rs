//! Made-up history and traffic, for the benchmarks: what a recorder would have saved, through the same counters,
//! roll-up and retention. No part of the product calls it.

use tidegate_core::{
    Error, Result, Tensor, Time, Value, VersionId,
    inspection::Inspection,
    model::Source,
    prediction::{Prediction, Timing},
    schema::{Answer, Answered, Feature, FeatureKind, Schema, Task, Truth},
    tensor::Named,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_store::{Level, Make, NewVersion};

use crate::{
    Engine,
    aggregate::{Aggregate, Observation},
    baseline::Baseline,
    bucket::Bucket,
    clock,
    view::BaselineFrom,
};

/// Different minutes and hours of a model, repeated in turn: nothing is compressed across rows, so their number
/// does not matter to what they take.
const MINUTES: usize = 48;
const HOURS: usize = 24;
/// In each minute.
const REQUESTS: usize = 60;
const ROWS: usize = 5;
const REFERENCE_ROWS: usize = 2_000;
/// Each fourth feature is a category.
const CATEGORIES: u64 = 12;

/// Models without a file, with the counters of some stretches.
pub struct MadeUp {
    engine: Engine,
    models: Vec<Model>,
}

struct Model {
    version: VersionId,
    minutes: Vec<Vec<u8>>,
    hours: Vec<Vec<u8>>,
}

impl MadeUp {
    /// Adds models called `model-1`, `model-2`..., each with so many inputs, a baseline and labels for a third of
    /// its predictions.
    pub async fn new(engine: &Engine, models: usize, features: usize) -> Result<Self> {
        let schema = schema(features);
        let mut made = Vec::new();
        for number in 1..=models {
            made.push(make_model(engine, &schema, number).await?);
        }
        Ok(Self { engine: engine.clone(), models: made })
    }

    /// Saves a day's counters of every model, minute by minute or, where those would be gone by now, hour by hour;
    /// rolls them up and lets go of what is old, as the clock says.
    pub async fn day(&self, day: Time, by_minute: bool) -> Result<()> {
        self.stretch(day, DAY_MS, by_minute).await
    }

    /// The minutes of the first `length_ms` of a day.
    pub async fn part_of_day(&self, day: Time, length_ms: i64) -> Result<()> {
        self.stretch(day, length_ms, true).await
    }

    async fn stretch(&self, from: Time, length_ms: i64, by_minute: bool) -> Result<()> {
        let (level, width_ms) = if by_minute { (Level::Minute, MINUTE_MS) } else { (Level::Hour, HOUR_MS) };
        for (offset, model) in self.models.iter().enumerate() {
            let bodies = if by_minute { &model.minutes } else { &model.hours };
            let rows: Vec<_> = (0..length_ms / width_ms)
                .map(|index| (from.plus(index * width_ms), index as usize * 7 + offset))
                .map(|(at, turn)| (model.version, level, at, bodies[turn % bodies.len()].clone()))
                .collect();
            self.engine.store.put_buckets(&rows).await?;
            rows.iter().for_each(|(version, _, at, _)| self.engine.stale.add(*version, *at));
        }
        self.engine.roll_up().await?;
        self.engine.retain().await?;
        self.engine.copy_journal().await
    }
}

impl Engine {
    /// Records a request as if the champion had answered it: the recorder alone, without a worker.
    pub fn record_made_up(
        &self,
        model: &str,
        inputs: Vec<Named>,
        outputs: Vec<Named>,
        rows: u32,
    ) -> Result<()> {
        let served = self.route(model)?.champion()?;
        let now = self.clock.now();
        let prediction = Prediction {
            id: clock::prediction_id(now),
            client_id: None,
            time: now,
            version: served.version.id,
            rows,
            timing: Timing { queue_us: 3, run_us: 40, total_us: 90 },
            error: None,
            inputs,
            outputs,
        };
        self.recorder.observe(prediction, served.watched.clone(), None, true);
        Ok(())
    }
}

fn schema(features: usize) -> Schema {
    let feature = |index: usize| match index % 4 {
        3 => Feature {
            name: format!("category_{index}"),
            input: format!("category_{index}"),
            column: None,
            kind: FeatureKind::Categorical,
        },
        _ => Feature {
            name: format!("number_{index}"),
            input: format!("number_{index}"),
            column: None,
            kind: FeatureKind::Numeric,
        },
    };
    Schema {
        task: Task::Classification,
        features: (0..features).map(feature).collect(),
        labels: vec!["no".into(), "yes".into()],
        answer: Answer { label: Some("label".into()), scores: Some("scores".into()), ..Answer::default() },
        target: None,
    }
}

async fn make_model(engine: &Engine, schema: &Schema, number: usize) -> Result<Model> {
    let now = engine.clock.now();
    let mut random = Noise(number as u64);
    let staging = engine.store.stage()?;
    std::fs::write(staging.model(), format!("made up {number}"))
        .map_err(|error| Error::internal("a made-up model could not be written").because(error))?;
    let new = NewVersion {
        name: format!("model-{number}"),
        staging,
        sha256: format!("{number:064x}"),
        bytes: 0,
        source: Source::Import { file: "made up".into() },
        inspection: Inspection::default(),
        schema: schema.clone(),
        make: Make::Champion,
    };
    let version = engine.store.insert_version(new, "bench", now).await?.version.id;
    let reference = request(schema, version, now, REFERENCE_ROWS, &mut random)?;
    let seen = Observation::of(schema, &reference);
    let baseline =
        Baseline::new(schema, BaselineFrom::Reference, &seen.columns, &seen.answers, Some(0.9), now);
    engine.store.put_baseline(version, &baseline.encode()?).await?;
    let minutes = (0..MINUTES)
        .map(|_| minute(schema, version, &baseline, now, &mut random))
        .collect::<Result<Vec<_>>>()?;
    let hours = (0..HOURS).map(|hour| whole(&minutes, hour)).collect::<Result<_>>()?;
    let minutes = minutes.iter().map(Bucket::encode).collect::<Result<_>>()?;
    Ok(Model { version, minutes, hours })
}

/// The counters of one minute.
fn minute(
    schema: &Schema,
    version: VersionId,
    baseline: &Baseline,
    now: Time,
    random: &mut Noise,
) -> Result<Bucket> {
    let mut aggregate = Aggregate::new(schema.clone(), Some(baseline.clone()), 0);
    let at = now.floor(MINUTE_MS);
    for _ in 0..REQUESTS {
        let asked = request(schema, version, at, ROWS, random)?;
        let seen = Observation::of(schema, &asked);
        aggregate.add(&asked, &seen);
        for row in seen.into_rows().iter().take(ROWS / 3 + 1) {
            let wrong = random.next_u64().is_multiple_of(9);
            let truth = Truth::Class(if wrong { "no" } else { label(&row.answer) }.into());
            aggregate.label(at, row, None, &truth, 60_000);
        }
    }
    let saved = aggregate.take_dirty().pop();
    Ok(saved.map_or_else(|| aggregate.empty(), |(_, bucket)| bucket))
}

fn label(answer: &Answered) -> &str {
    answer.label.as_deref().unwrap_or("no")
}

/// The counters of one hour.
fn whole(minutes: &[Bucket], hour: usize) -> Result<Vec<u8>> {
    let mut whole = minutes[hour % minutes.len()].clone();
    (1..60).for_each(|minute| whole.roll(&minutes[(hour + minute * 5) % minutes.len()]));
    whole.encode()
}

fn request(
    schema: &Schema,
    version: VersionId,
    at: Time,
    rows: usize,
    random: &mut Noise,
) -> Result<Prediction> {
    let mut inputs = Vec::new();
    for (index, feature) in schema.features.iter().enumerate() {
        let tensor = if feature.kind == FeatureKind::Categorical {
            let names = (0..rows).map(|_| format!("kind {}", random.next_u64() % CATEGORIES)).collect();
            Tensor::from_strings(vec![rows, 1], names)?
        } else {
            let scale = 10_f64.powi(index as i32 % 6 - 2);
            let values: Vec<f32> = (0..rows).map(|_| (normal(random) * scale) as f32).collect();
            Tensor::from_f32(vec![rows, 1], &values)?
        };
        inputs.push(Named::new(&feature.input, Value::Tensor(tensor)));
    }
    let yes: Vec<f32> = (0..rows).map(|_| unit(random) as f32).collect();
    let labels = yes.iter().map(|p| if *p > 0.5 { "yes" } else { "no" }.to_owned()).collect();
    let scores: Vec<f32> = yes.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let spread = |median: f64, random: &mut Noise| (median * (0.4 * normal(random)).exp()) as u32;
    Ok(Prediction {
        id: clock::prediction_id(at),
        client_id: None,
        time: at,
        version,
        rows: rows as u32,
        timing: Timing {
            queue_us: spread(20.0, random),
            run_us: spread(300.0, random),
            total_us: spread(900.0, random),
        },
        error: None,
        inputs,
        outputs: vec![
            Named::new("label", Value::Tensor(Tensor::from_strings(vec![rows], labels)?)),
            Named::new("scores", Value::Tensor(Tensor::from_f32(vec![rows, 2], &scores)?)),
        ],
    })
}

/// Steele, Lea and Flood's SplitMix64 (2014).
struct Noise(u64);

impl Noise {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// From 0 to 1.
fn unit(random: &mut Noise) -> f64 {
    random.next_u64() as f64 / u64::MAX as f64
}

/// About normal: the sum of twelve.
fn normal(random: &mut Noise) -> f64 {
    (0..12).map(|_| unit(random)).sum::<f64>() - 6.0
}
