//! How much a killed server loses: it is ended with `kill -9` at full rate again and again, and what it had answered
//! is looked for on the disk.
//!
//! The loss of a round is the age of the oldest answer that is gone, counted from the kill. Run it with `make bench`;
//! the number of rounds may follow the program's name.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tidegate_core::{Error, Result, schema::Truth};
use tidegate_engine::{Engine, view::LabelRequest};
use tidegate_server::Limits;

const MODEL: &str = "breast-cancer";
const ROUNDS: usize = 20;
const CLIENTS: usize = 4;
/// Of load before each kill.
const LOAD: Duration = Duration::from_millis(1_500);
/// Answers older than this at the kill are looked for all at once.
const RECENT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "worker") {
        return tidegate_runtime::worker_main();
    }
    let runtime = tokio::runtime::Runtime::new().expect("tokio starts");
    let done = match &arguments[1..] {
        [first, folder] if first == "serve" => runtime.block_on(serve(Path::new(folder))),
        [rounds] => runtime.block_on(bench(rounds.parse().unwrap_or(ROUNDS))),
        _ => runtime.block_on(bench(ROUNDS)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The server that is killed: this program as its own child.
async fn serve(folder: &Path) -> Result<()> {
    let listener = tidegate_server::bind("127.0.0.1:0").await?;
    let here = listener.local_addr().map_err(|error| Error::internal("no address").because(error))?;
    let engine = tidegate_server::start(folder.to_owned()).await?;
    if engine.model(MODEL).await.is_err() {
        engine.load_sample(MODEL).await?;
    }
    println!("http://{here}");
    tidegate_server::serve(engine, listener, Limits::default(), std::future::pending()).await
}

async fn bench(rounds: usize) -> Result<()> {
    let data = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{CLIENTS} clients ask {MODEL} over HTTP, the server is killed after {LOAD:?}; {rounds} times\n"
    );
    println!("{:>5} {:>9} {:>6} {:>15}", "round", "answers", "lost", "oldest lost, ms");
    let mut losses = Vec::new();
    for round in 1..=rounds.max(1) {
        let (killed, answers) = round_of_load(data.path()).await;
        let lost = lost(data.path(), killed, &answers).await?;
        let oldest = lost.iter().map(|answered| killed - *answered).max().unwrap_or_default();
        let ms = oldest.as_secs_f64() * 1e3;
        println!("{round:>5} {:>9} {:>6} {ms:>15.0}", answers.len(), lost.len());
        losses.push(ms);
    }
    losses.sort_unstable_by(f64::total_cmp);
    let (median, worst) = (losses[losses.len() / 2], losses[losses.len() - 1]);
    println!("\nmedian loss {median:.0} ms, worst {worst:.0} ms");
    Ok(())
}

/// When each answer came, and its id.
type Answers = Vec<(Instant, String)>;

async fn round_of_load(folder: &Path) -> (Instant, Answers) {
    let (mut server, url) = start(folder);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let detail = client.get(format!("{url}/api/models/{MODEL}")).send().await.expect("the model");
    let detail: Value = detail.json().await.expect("JSON");
    let body = json!({ "rows": [detail["example"]] });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(ask(client.clone(), format!("{url}/api/models/{MODEL}/predict"), body.clone())))
        .collect();
    tokio::time::sleep(LOAD).await;
    server.kill().expect("the server can be killed");
    let killed = Instant::now();
    server.wait().expect("the server ends");
    let mut answers = Vec::new();
    for client in clients {
        answers.append(&mut client.await.expect("a client ends"));
    }
    // What had been on its way when it was killed may arrive a moment later.
    answers.iter_mut().for_each(|(at, _)| *at = (*at).min(killed));
    answers.sort_unstable();
    (killed, answers)
}

fn start(folder: &Path) -> (Child, String) {
    let mut server = Command::new(std::env::current_exe().expect("this program"))
        .arg("serve")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut url = String::new();
    let stdout = server.stdout.take().expect("its output");
    BufReader::new(stdout).read_line(&mut url).expect("its address");
    (server, url.trim().to_owned())
}

/// Asks until the server is gone.
async fn ask(client: reqwest::Client, url: String, body: Value) -> Answers {
    let mut answers = Vec::new();
    loop {
        let Ok(answer) = client.post(&url).json(&body).send().await else { return answers };
        let Ok(answer) = answer.json::<Value>().await else { return answers };
        let id = answer["answers"][0]["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}"));
        answers.push((Instant::now(), id.to_owned()));
    }
}

/// When those were answered that are not on the disk.
async fn lost(folder: &Path, killed: Instant, answers: &Answers) -> Result<Vec<Instant>> {
    let engine = tidegate_server::start(folder.to_owned()).await?;
    let (old, recent): (Vec<_>, Vec<_>) = answers.iter().partition(|(at, _)| killed - *at > RECENT);
    let mut gone = Vec::new();
    for chunk in [&old[..]].into_iter().chain(recent.chunks(100)) {
        // One by one only where something is missing, with another truth: the same again would be no news.
        if missing(&engine, chunk, "benign").await? > 0 {
            for one in chunk {
                if missing(&engine, std::slice::from_ref(one), "malignant").await? > 0 {
                    gone.push(one.0);
                }
            }
        }
    }
    engine.shutdown().await?;
    Ok(gone)
}

/// How many of them no label finds.
async fn missing(engine: &Engine, answers: &[&(Instant, String)], truth: &str) -> Result<u64> {
    let label =
        |(_, id): &&(Instant, String)| LabelRequest { id: id.clone(), label: Truth::Class(truth.into()) };
    Ok(engine.label(answers.iter().map(label).collect()).await?.unmatched)
}
