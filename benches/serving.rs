//! What serving adds over a bare `Session::run`, and what recording costs.
//!
//! Everything is measured in one run on the same machine, in turns, so that noise is shared: read the ratios.
//! Run it with `make bench`; ONNX Runtime is found as the program finds it.

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use ort::{session::Session, value::Tensor as OrtTensor};
use serde_json::{Value, json};
use tidegate_core::{Result, Tensor, Value as TensorValue, tensor::Named};
use tidegate_engine::{Engine, Infer, Table};
use tidegate_server::Limits;

const MODEL: &str = "breast-cancer";
const FEATURES: usize = 30;
/// Runs of each kind between which the kinds take turns.
const ROUNDS: usize = 20;
const RUNS: usize = 100;
const CLIENTS: usize = 8;
const THROUGHPUT: Duration = Duration::from_secs(2);
const THROUGHPUT_ROUNDS: usize = 3;

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
    let samples = tidegate_server::samples_dir().expect("the samples are in the source tree");
    let row = first_row(&samples.join(MODEL))?;
    let data = tempfile::tempdir().expect("a temporary folder");
    let engine = tidegate_server::start(data.path().to_owned()).await?;
    engine.load_sample(MODEL).await?;
    let listener = tidegate_server::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr().expect("a bound address"));
    tokio::spawn(tidegate_server::serve(engine.clone(), listener, Limits::default(), std::future::pending()));
    let client = reqwest::Client::new();
    latency(&engine, &client, &address, &samples.join(MODEL).join("model.onnx"), &row).await?;
    throughput(&client, &address, &row).await;
    engine.shutdown().await
}

fn first_row(sample: &Path) -> Result<Vec<(String, f32)>> {
    let csv = std::fs::read(sample.join("holdout.csv")).expect("the sample has hold-out rows");
    let table = Table::read(&csv)?;
    let cells = table.header.iter().zip(&table.rows[0]);
    Ok(cells.filter_map(|(name, text)| Some((name.clone(), text.parse().ok()?))).collect())
}

/// A session with the worker's settings, in this process. `make bench` sets `ORT_DISABLE_TELEMETRY`.
fn bare_session(model: &Path) -> ort::Result<Session> {
    let library = tidegate_runtime::library::find().expect("ONNX Runtime is installed");
    let loaded = ort::init_from(library).expect("ONNX Runtime loads");
    let environment = loaded.with_telemetry(false).build()?;
    Session::builder(&environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .commit_from_file(model)
}

async fn latency(
    engine: &Engine,
    client: &reqwest::Client,
    address: &str,
    model: &Path,
    row: &[(String, f32)],
) -> Result<()> {
    let mut session = bare_session(model).expect("the sample loads");
    let values: Vec<f32> = row.iter().map(|(_, value)| *value).collect();
    let (v2_url, v2) = v2_request(address, &values);
    let (predict_url, predict) = predict_request(address, row);
    let health = format!("{address}/v2/health/live");
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..ROUNDS {
        for _ in 0..RUNS {
            let start = Instant::now();
            let input = OrtTensor::from_array(([1, FEATURES], values.clone())).expect("a tensor");
            drop(session.run(ort::inputs![input]).expect("a run"));
            times[0].push(start.elapsed());
        }
        for _ in 0..RUNS {
            let start = Instant::now();
            let tensor = Tensor::from_f32(vec![1, FEATURES], &values)?;
            let inputs = vec![Named::new("input", TensorValue::Tensor(tensor))];
            engine.infer(MODEL, Infer { inputs, ..Infer::default() }).await?;
            times[1].push(start.elapsed());
        }
        for _ in 0..RUNS {
            let start = Instant::now();
            client.get(&health).send().await.expect("an answer").bytes().await.expect("a body");
            times[2].push(start.elapsed());
        }
        for (kind, url, body) in [(3, &v2_url, &v2), (4, &predict_url, &predict)] {
            for _ in 0..RUNS {
                let start = Instant::now();
                post(client, url, body).await;
                times[kind].push(start.elapsed());
            }
        }
    }
    let names = [
        "bare Session::run",
        "engine (worker, recorded)",
        "HTTP alone (health)",
        "V2 REST, JSON",
        "named rows, JSON",
    ];
    let bare = quantile(&mut times[0], 0.5);
    println!("one row of {MODEL}, {} runs each, in turns\n", ROUNDS * RUNS);
    println!("{:<28}{:>12}{:>12}{:>14}", "", "p50 us", "p99 us", "added us");
    for (name, times) in names.iter().zip(&mut times) {
        let (p50, p99) = (quantile(times, 0.5), quantile(times, 0.99));
        println!("{name:<28}{p50:>12.1}{p99:>12.1}{:>14.1}", p50 - bare);
    }
    Ok(())
}

fn v2_request(address: &str, values: &[f32]) -> (String, Value) {
    let input = json!({"name": "input", "shape": [1, FEATURES], "datatype": "FP32", "data": values});
    (format!("{address}/v2/models/{MODEL}/infer"), json!({ "inputs": [input] }))
}

fn predict_request(address: &str, row: &[(String, f32)]) -> (String, Value) {
    let named: serde_json::Map<_, _> = row.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    (format!("{address}/api/models/{MODEL}/predict"), json!({ "rows": [named] }))
}

async fn post(client: &reqwest::Client, url: &str, body: &Value) {
    let response = client.post(url).json(body).send().await.expect("an answer");
    assert!(response.status().is_success(), "{}", response.status());
    response.bytes().await.expect("a body");
}

/// Requests a second over HTTP from several clients at once, recording on and off in turns.
async fn throughput(client: &reqwest::Client, address: &str, row: &[(String, f32)]) {
    let values: Vec<f32> = row.iter().map(|(_, value)| *value).collect();
    let (url, body) = v2_request(address, &values);
    let mut rates: [Vec<f64>; 2] = Default::default();
    for _ in 0..THROUGHPUT_ROUNDS {
        for (kind, mode) in ["off", "all"].into_iter().enumerate() {
            set_recording(client, address, mode).await;
            rates[kind].push(rate(client, &url, &body).await);
        }
    }
    let [off, on] = rates.map(|mut rates| {
        rates.sort_unstable_by(f64::total_cmp);
        rates[rates.len() / 2]
    });
    println!("\n{CLIENTS} clients over HTTP on this machine, median of {THROUGHPUT_ROUNDS} turns\n");
    println!("recording off {off:>10.0} requests/s");
    println!("recording on  {on:>10.0} requests/s   {:.2} of off", on / off);
}

async fn set_recording(client: &reqwest::Client, address: &str, mode: &str) {
    let url = format!("{address}/api/models/{MODEL}");
    let detail: Value = client.get(&url).send().await.expect("an answer").json().await.expect("JSON");
    let mut settings = detail["model"]["settings"].clone();
    settings["recording"] = json!({ "mode": mode });
    let changed = client.patch(&url).json(&json!({ "settings": settings })).send().await.expect("an answer");
    assert!(changed.status().is_success(), "{}", changed.status());
}

async fn rate(client: &reqwest::Client, url: &str, body: &Value) -> f64 {
    let start = Instant::now();
    let asking = (0..CLIENTS).map(|_| {
        let (client, url, body) = (client.clone(), url.to_owned(), body.clone());
        tokio::spawn(async move {
            let mut count = 0_u32;
            while start.elapsed() < THROUGHPUT {
                post(&client, &url, &body).await;
                count += 1;
            }
            count
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut total = 0;
    for task in asking {
        total += task.await.expect("a client ends");
    }
    f64::from(total) / start.elapsed().as_secs_f64()
}

fn quantile(times: &mut [Duration], q: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * q).round() as usize;
    times[index].as_secs_f64() * 1e6
}
