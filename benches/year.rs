//! A year of 20 models with 20 inputs each: how large the database gets and how long charts take to read.
//!
//! A clock moved by hand goes through the year. The last weeks are saved minute by minute, what came before hour by
//! hour (its minutes would be gone by now); both go through the program's own roll-up and retention.
//! Run it with `make bench-year`; other numbers of models and days can follow: `year 4 120`.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use tidegate_charts::Theme;
use tidegate_core::{
    Clock, Result, Time,
    time::{DAY_MS, ManualClock},
};
use tidegate_engine::{
    CommandChannels, Engine, Options, Range,
    made_up::MadeUp,
    view::{ChartKind, ChartRequest, ChartsRequest},
};
use tidegate_runtime::Launcher;

const FEATURES: usize = 20;
const BY_MINUTE: i64 = 21;
const START: Time = Time(20_000 * DAY_MS);
/// Half past nine, so that no level ends just now.
const LAST_MS: i64 = 19 * DAY_MS / 48;
const CHARTS: [ChartKind; 9] = [
    ChartKind::Throughput,
    ChartKind::Latency,
    ChartKind::LatencyHeatmap,
    ChartKind::Queue,
    ChartKind::Accuracy,
    ChartKind::Coverage,
    ChartKind::Drift,
    ChartKind::Heatmap,
    ChartKind::Histogram,
];
const RANGES: [(&str, u32); 7] = [
    ("1 h", 3_600),
    ("6 h", 6 * 3_600),
    ("24 h", 86_400),
    ("7 d", 7 * 86_400),
    ("30 d", 30 * 86_400),
    ("90 d", 90 * 86_400),
    ("1 y", 365 * 86_400),
];

fn main() -> ExitCode {
    let number = |place, default| {
        std::env::args()
            .nth(place)
            .map_or(default, |text| text.parse().expect("a number of models, then of days"))
    };
    let (models, days) = (number(1, 20), number(2, 365) as i64);
    let runtime = tokio::runtime::Runtime::new().expect("tokio starts");
    match runtime.block_on(bench(models, days)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn bench(models: usize, days: i64) -> Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Arc::new(ManualClock::at(START));
    let begun = Instant::now();
    let engine = open(folder.path().join("data"), clock.clone()).await?;
    fill(&engine, &clock, models, days).await?;
    engine.shutdown().await?;
    println!("{days} days of {models} models with {FEATURES} inputs, made in {:.0?}\n", begun.elapsed());
    let engine = open(folder.path().join("data"), clock.clone()).await?;
    size(&engine).await?;
    queries(&engine, clock.now(), models).await?;
    engine.shutdown().await
}

/// An engine without workers: the models have no file.
async fn open(data_dir: PathBuf, clock: Arc<ManualClock>) -> Result<Engine> {
    let nowhere = PathBuf::from("/nowhere");
    let launcher = Launcher {
        program: nowhere.clone(),
        args: Vec::new(),
        library: nowhere,
        cache: data_dir.join("cache"),
    };
    let command_channels = CommandChannels::Refused;
    Engine::open(Options { data_dir, launcher, clock, samples: None, trial_s: 1, command_channels }).await
}

async fn fill(engine: &Engine, clock: &ManualClock, models: usize, days: i64) -> Result<()> {
    let made_up = MadeUp::new(engine, models, FEATURES).await?;
    for day in 0..days {
        let start = START.plus(day * DAY_MS);
        clock.advance(DAY_MS);
        made_up.day(start, day >= days - BY_MINUTE).await?;
    }
    // The present day, as far as it has come.
    clock.advance(LAST_MS);
    made_up.part_of_day(START.plus(days * DAY_MS), LAST_MS).await
}

async fn size(engine: &Engine) -> Result<()> {
    let storage = engine.storage().await?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "database {:.0} MB, of which {:.1} MB free",
        megabytes(storage.database_bytes),
        megabytes(storage.free_bytes)
    );
    for kind in storage.kinds.iter().filter(|kind| kind.rows.is_some()) {
        let rows = kind.rows.unwrap_or(0);
        let kept = kind.keep_days.map_or("for ever".into(), |days| format!("{days} days"));
        println!(
            "  {:<26}{:>9} rows{:>8.1} MB{:>7} bytes a row, kept {kept}",
            kind.title,
            rows,
            megabytes(kind.bytes),
            kind.bytes / rows.max(1)
        );
    }
    Ok(())
}

async fn queries(engine: &Engine, now: Time, models: usize) -> Result<()> {
    println!("\nnine charts of a model at once, and the numbers beside them; each of {models} models\n");
    println!(
        "{:<8}{:>10}{:>12}{:>16}{:>13}{:>17}{:>14}",
        "range", "points", "read, most", "charts, median", "charts, max", "numbers, median", "numbers, max"
    );
    for (name, last_s) in RANGES {
        let (mut charts, mut numbers, mut read, mut points) = (Vec::new(), Vec::new(), 0, 0);
        for model in (1..=models).map(|number| format!("model-{number}")) {
            let begun = Instant::now();
            let answer = engine.charts(&model, request(last_s)).await?;
            charts.push(begun.elapsed());
            read = read.max(answer.read);
            points = answer.to.since(answer.from) / answer.step_ms;
            let begun = Instant::now();
            engine.monitor(&model, None, Range::new(None, None, Some(last_s), now)?).await?;
            numbers.push(begun.elapsed());
        }
        println!(
            "{name:<8}{points:>10}{read:>12}{:>13.1} ms{:>10.1} ms{:>14.1} ms{:>11.1} ms",
            quantile(&mut charts, 0.5),
            quantile(&mut charts, 1.0),
            quantile(&mut numbers, 0.5),
            quantile(&mut numbers, 1.0)
        );
    }
    Ok(())
}

fn request(last_s: u32) -> ChartsRequest {
    let chart = |kind| ChartRequest { kind, feature: None, run: None, width: 600, height: 220 };
    ChartsRequest {
        from: None,
        to: None,
        last_s: Some(last_s),
        version: None,
        compare: None,
        theme: Theme::Light,
        utc_offset_min: 0,
        charts: CHARTS.into_iter().map(chart).collect(),
    }
}

/// Milliseconds.
fn quantile(times: &mut [Duration], q: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * q).round() as usize].as_secs_f64() * 1e3
}
