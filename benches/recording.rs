//! What recording costs: throughput with and without it, the recorder alone, and the price of `durable`.
//!
//! Everything is measured in one run on the same machine, in turns, so that noise is shared: read the ratios.
//! Run it with `make bench`.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use tidegate_core::{
    Result, Tensor, Value,
    model::{ModelSettings, Recording},
    tensor::Named,
};
use tidegate_engine::{Engine, Infer, Table, view::ModelPatch};

const MODEL: &str = "breast-cancer";
const FEATURES: usize = 30;
/// Rows of a large request.
const BATCH: usize = 64;
const CLIENTS: usize = 4;
const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 7;
/// Rows a second that the recorder is asked to keep up with.
const RATE: f64 = 50_000.0;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return tidegate_runtime::worker_main();
    }
    let runtime = tokio::runtime::Runtime::new().expect("tokio starts");
    match runtime.block_on(bench()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<()> {
    let data = tempfile::tempdir().expect("a temporary folder");
    let engine = tidegate_server::start(data.path().to_owned()).await?;
    engine.load_sample(MODEL).await?;
    throughput(&engine).await?;
    alone(&engine).await?;
    durable(&engine).await?;
    engine.shutdown().await
}

async fn set(engine: &Engine, change: impl FnOnce(ModelSettings) -> ModelSettings) -> Result<()> {
    let settings = change(engine.model(MODEL).await?.model.settings);
    engine.change_model(MODEL, ModelPatch { settings: Some(settings), ..ModelPatch::default() }).await?;
    Ok(())
}

/// Rows as the model usually gets them: what fails its quality checks costs more to count and to tell.
fn inputs(rows: usize) -> Result<Vec<Named>> {
    let samples = tidegate_server::samples_dir().expect("the samples are in the source tree");
    let csv =
        std::fs::read(samples.join(MODEL).join("reference.csv")).expect("the sample has reference rows");
    let table = Table::read(&csv)?;
    let row = |row: &Vec<String>| -> Vec<f32> {
        row.iter().take(FEATURES).map(|cell| cell.parse().expect("a number")).collect()
    };
    let values: Vec<f32> = table.rows.iter().take(rows).flat_map(row).collect();
    let tensor = Tensor::from_f32(vec![rows, FEATURES], &values)?;
    Ok(vec![Named::new("input", Value::Tensor(tensor))])
}

async fn throughput(engine: &Engine) -> Result<()> {
    println!("{CLIENTS} clients in this process ask {MODEL}; median of {TURNS} turns\n");
    for rows in [BATCH, 1] {
        let mut rates: [Vec<f64>; 2] = Default::default();
        let before = engine.status().await?.dropped_records;
        for _ in 0..TURNS {
            for (kind, recording) in [Recording::Off, Recording::All].into_iter().enumerate() {
                set(engine, |settings| ModelSettings { recording, ..settings }).await?;
                let (answered, took, _) = ask(engine, rows, CLIENTS).await?;
                rates[kind].push(answered as f64 * rows as f64 / took.as_secs_f64());
                engine.flush().await?;
            }
        }
        let [off, on] = rates.map(|mut rates| median(&mut rates));
        let dropped = engine.status().await?.dropped_records - before;
        println!("{rows:>3} rows a request: {off:>9.0} rows/s without recording");
        println!("{:>20}{on:>9.0} rows/s with it, {:.3} of that; {dropped} requests dropped", "", on / off);
    }
    Ok(())
}

/// Requests answered, how long it took, and the time of each.
async fn ask(engine: &Engine, rows: usize, clients: usize) -> Result<(usize, Duration, Vec<Duration>)> {
    let (inputs, begun) = (inputs(rows)?, Instant::now());
    let asking = (0..clients).map(|_| {
        let (engine, inputs) = (engine.clone(), inputs.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < TURN {
                let asked = Instant::now();
                engine.infer(MODEL, Infer { inputs: inputs.clone(), ..Infer::default() }).await?;
                times.push(asked.elapsed());
            }
            Ok::<_, tidegate_core::Error>(times)
        })
    });
    let mut times = Vec::new();
    for task in asking.collect::<Vec<_>>() {
        times.extend(task.await.expect("a client ends")?);
    }
    Ok((times.len(), begun.elapsed(), times))
}

/// The recorder fed at a steady rate and as fast as it goes, without a worker.
async fn alone(engine: &Engine) -> Result<()> {
    set(engine, |settings| ModelSettings { recording: Recording::All, ..settings }).await?;
    println!("\nthe recorder alone, who feeds it included\n");
    let inputs_of = [inputs(BATCH)?, inputs(1)?];
    for (inputs, rows) in inputs_of.iter().zip([BATCH, 1]) {
        let answer = engine.infer(MODEL, Infer { inputs: inputs.clone(), ..Infer::default() }).await?;
        for rate in [Some(RATE), None] {
            engine.flush().await?;
            let before = engine.status().await?.dropped_records;
            let (cpu, begun, mut sent) = (cpu(), Instant::now(), 0_usize);
            while begun.elapsed() < TURN {
                let due = rate
                    .map_or(sent / rows + 64, |rate| (begun.elapsed().as_secs_f64() * rate) as usize / rows);
                while sent / rows < due {
                    engine.record_made_up(MODEL, inputs.clone(), answer.outputs.clone(), rows as u32)?;
                    sent += rows;
                }
                match rate {
                    Some(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                    None => tokio::task::yield_now().await,
                }
            }
            engine.flush().await?;
            let took = begun.elapsed().as_secs_f64();
            let dropped = (engine.status().await?.dropped_records - before) as usize * rows;
            println!(
                "{rows:>3} rows a request{}: {:>9.0} rows/s recorded, {dropped} dropped, {:.2} us of CPU a row sent",
                if rate.is_some() { ", paced    " } else { ", unbridled" },
                (sent - dropped) as f64 / took,
                (self::cpu() - cpu) * 1e6 / sent as f64
            );
        }
    }
    Ok(())
}

async fn durable(engine: &Engine) -> Result<()> {
    println!("\n`durable`: answered once it is on the disk; one row a request, median of {TURNS} turns\n");
    for clients in [1, 8, 64] {
        let mut measured: [[Vec<f64>; 3]; 2] = Default::default();
        for _ in 0..TURNS {
            for (kind, durable) in [false, true].into_iter().enumerate() {
                set(engine, |settings| ModelSettings { durable, ..settings }).await?;
                let (answered, took, mut times) = ask(engine, 1, clients).await?;
                times.sort_unstable();
                let quantile = |q: f64| times[((times.len() - 1) as f64 * q) as usize].as_secs_f64() * 1e3;
                measured[kind][0].push(answered as f64 / took.as_secs_f64());
                measured[kind][1].push(quantile(0.5));
                measured[kind][2].push(quantile(0.99));
            }
        }
        for (name, measured) in ["not durable", "durable"].iter().zip(measured) {
            let [rate, p50, p99] = measured.map(|mut values| median(&mut values));
            println!(
                "{clients:>3} clients, {name:<12}{rate:>8.0} requests/s, p50 {p50:>7.2} ms, p99 {p99:>7.2} ms"
            );
        }
    }
    set(engine, |settings| ModelSettings { durable: false, ..settings }).await
}

/// Processor time of this process so far, seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: the 12th and 13th fields are user and system time in hundredths.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (field(11) + field(12)) / 100.0
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
