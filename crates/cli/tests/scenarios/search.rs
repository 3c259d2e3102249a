//! A search for hyper-parameters over the API: killed in the middle, taken up again, drawn, and put to use.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{records::over, steps::until, support::Server};

const MODEL: &str = "/api/models/diabetes";

/// All of the trials but how long they took.
fn trials(run: &Value) -> Vec<Value> {
    let mut trials = run["study"]["trials"].as_array().unwrap().clone();
    trials.iter_mut().for_each(|trial| trial["took_ms"] = json!(0));
    trials
}

#[tokio::test]
async fn a_search_cut_off_by_a_crash_goes_on_and_makes_the_same_trials() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let with = |search: Value| json!({ "plan": { "search": search, "seed": 3, "gates": { "latency_factor": 100 } } });
    let runs = format!("{MODEL}/runs");
    let odd = json!([{ "name": "gates.min_rows", "domain": { "kind": "whole", "low": 1, "high": 9, "log": false } }]);
    server
        .post(&runs, with(json!({ "parameters": odd })))
        .await
        .refused(409, "`gates.min_rows` cannot be searched");
    server.post(&runs, with(json!({ "trials": 0 }))).await.refused(409, "`search.trials` is 0");

    let plan = with(json!({ "trials": 14 }));
    let run = server.post(&runs, plan.clone()).await.json();
    let path = format!("/api/runs/{}", run["id"]);
    let begun = until("three trials", async || {
        let run = server.get(&path).await.expect(200);
        (run["study"]["trials"].as_array()?.len() >= 3).then_some(run)
    })
    .await;
    assert!(begun["ended"].is_null(), "it ended before it could be cut off");
    server.signal(Signal::KILL);
    drop(server);

    let server = Server::start_in(data.path(), &[]);
    let cut = server.get(&path).await.expect(200);
    assert_eq!(cut["state"], "interrupted");
    let kept = trials(&cut);
    // The third was told, and perhaps not written yet.
    assert!(kept.len() >= 2 && kept.len() < 14, "{} trials were kept", kept.len());
    server.post(&runs, json!({ "resume": 77 })).await.expect(404);
    let resumed = server.post(&runs, json!({ "resume": run["id"] })).await.json();
    let resumed = over(&server, &resumed).await;
    assert_eq!(resumed["state"], "held", "{}", resumed["error"]);
    assert_eq!(trials(&resumed)[..kept.len()], kept);
    assert!(resumed["log"].to_string().contains("search: best of 14 trials"), "{}", resumed["log"]);

    let whole = server.post(&runs, plan).await.json();
    let whole = over(&server, &whole).await;
    assert_eq!(trials(&whole), trials(&resumed), "as if it had not been cut off");
    let best = whole["study"]["best"].as_u64().unwrap() as usize;
    let losses: Vec<f64> = trials(&whole)
        .iter()
        .filter(|trial| trial["state"] == "complete")
        .map(|trial| trial["loss"].as_f64().unwrap())
        .collect();
    assert!(losses.iter().all(|loss| *loss >= trials(&whole)[best]["loss"].as_f64().unwrap()));
    drawn(&server, &whole).await;
}

async fn drawn(server: &Server, run: &Value) {
    let chart = |kind: &str| json!({ "kind": kind, "run": run["id"], "width": 600, "height": 200 });
    let ask = json!({ "last_s": 3600, "theme": "dark", "charts": [chart("search"), chart("importance")] });
    let charts = server.post(&format!("{MODEL}/charts"), ask).await.expect(200)["charts"].clone();
    let names: Vec<_> = charts[0]["frame"]["x"]["categories"].as_array().unwrap().clone();
    assert_eq!(names, ["rounds", "learning_rate", "leaves", "l2", "loss"]);
    assert_eq!(charts[0]["frame"]["series"].as_array().unwrap().len(), 14);
    let shares = charts[1]["frame"]["series"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|one| one["points"][0][1].as_f64().unwrap()).sum();
    assert!(shares.len() == 4 && (sum - 1.0).abs() < 1e-6, "{shares:?}");
}
