//! `kill -9` while a model is trained, judged or promoted: nothing is half promoted, the run is told as what became of
//! it, no file is left without a version, and the next run starts.

use std::{path::Path, sync::Arc, time::Duration};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    records::{champion, over, reference, runs},
    steps::{names, until},
    support::Server,
};

const DIABETES: &str = "/api/models/diabetes";

async fn begin(data: &Path, plan: Value) -> (Arc<Server>, Value) {
    let server = Arc::new(Server::start_in(data, &[]));
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let run = server.post(&format!("{DIABETES}/runs"), json!({ "plan": plan })).await.expect(201);
    (server, run)
}

fn quick(rounds: u32) -> Value {
    json!({ "rounds": rounds, "gates": { "min_rows": 1_000_000 } })
}

fn kill(server: Arc<Server>) {
    server.signal(Signal::KILL);
    drop(server);
}

/// The run as the next program tells it, once everything agrees with it.
async fn after(data: &Path, run: &Value) -> (Server, Value) {
    let server = Server::start_in(data, &[]);
    let run = server.get(&format!("/api/runs/{}", run["id"])).await.expect(200);
    let detail = server.get(DIABETES).await.expect(200);
    let aliases = &detail["model"]["aliases"];
    match run["state"].as_str().unwrap() {
        "interrupted" => {
            assert!(aliases["challenger"].is_null(), "an unjudged challenger waits: {aliases}");
            assert!(run["ended"].is_number() && run["challenger"] != aliases["champion"], "{run}");
        }
        "held" => assert_eq!(aliases["challenger"], run["challenger"], "{run}"),
        "promoted" => {
            assert_eq!(aliases["champion"], run["challenger"], "{run}");
            assert_eq!(aliases["previous"], run["parent"], "{run}");
        }
        other => panic!("a run that was killed is {other}"),
    }
    let versions = detail["versions"].as_array().unwrap();
    let mut known: Vec<_> = versions.iter().map(|version| version["sha256"].as_str().unwrap()).collect();
    known.sort_unstable();
    assert_eq!(names(&data.join("artifacts")), known, "files and versions differ");
    assert_eq!(names(&data.join("staging")), [""; 0]);
    let row = reference("diabetes", "progression")[0].0.clone();
    let answer = server.post(&format!("{DIABETES}/predict"), json!({ "rows": [row] })).await.expect(200);
    assert_eq!(answer["version"].as_u64().unwrap(), champion(&server, DIABETES).await.0);
    (server, run)
}

async fn the_next_run_ends_well(server: &Server) {
    let run = server.post(&format!("{DIABETES}/runs"), json!({ "plan": quick(9) })).await.expect(201);
    let run = over(server, &run).await;
    assert_eq!(run["state"], "held", "{}", run["error"]);
    assert!(run["challenger"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_trains() {
    for progress in [1, 40] {
        let data = tempfile::tempdir().unwrap();
        let long = json!({ "rounds": 1_000_000, "learning_rate": 0.0001 });
        let (server, run) = begin(data.path(), long).await;
        let path = format!("/api/runs/{}", run["id"]);
        until("progress", async || {
            let run = server.get(&path).await.expect(200);
            (run["progress"].as_array().unwrap().len() >= progress).then_some(())
        })
        .await;
        kill(server);
        let (server, run) = after(data.path(), &run).await;
        assert_eq!((&run["state"], &run["challenger"]), (&json!("interrupted"), &Value::Null));
        assert_eq!(champion(&server, DIABETES).await, (1, 1));
        the_next_run_ends_well(&server).await;
        assert_eq!(runs(&server, DIABETES).await.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_is_judged() {
    let mut states = Vec::new();
    for delay in [0, 90, 250, 500] {
        let data = tempfile::tempdir().unwrap();
        let (server, run) = begin(data.path(), quick(5)).await;
        let path = format!("/api/runs/{}", run["id"]);
        until("the comparison", async || {
            let run = server.get(&path).await.expect(200);
            (run["state"] == "comparing" || run["ended"].is_number()).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        kill(server);
        let (server, run) = after(data.path(), &run).await;
        assert_eq!(champion(&server, DIABETES).await.0, 1, "nothing was promoted");
        the_next_run_ends_well(&server).await;
        states.push(format!("{delay} ms: {}", run["state"]));
    }
    println!("{}", states.join(", "));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_is_promoted() {
    let mut states = Vec::new();
    for delay in [0, 2, 5, 9, 20, 60] {
        let data = tempfile::tempdir().unwrap();
        let (server, run) = begin(data.path(), quick(5)).await;
        let run = over(&server, &run).await;
        assert_eq!(run["state"], "held", "{}", run["error"]);
        let promote = format!("/api/runs/{}/promote", run["id"]);
        let request =
            server.request(reqwest::Method::POST, &promote).json(&json!({ "reason": "it is better" }));
        let asked = tokio::spawn(async move { request.send().await.map(|answer| answer.status()) });
        tokio::time::sleep(Duration::from_millis(delay)).await;
        kill(server);
        let answered = asked.await.unwrap();
        let (server, run) = after(data.path(), &run).await;
        let promoted = champion(&server, DIABETES).await.0 == 2;
        assert_eq!(run["state"], if promoted { "promoted" } else { "held" });
        assert!(promoted || answered.is_err(), "a promotion that was answered is lost");
        if promoted {
            server.post(&format!("{DIABETES}/rollback"), json!({ "reason": "back" })).await.expect(200);
            assert_eq!(champion(&server, DIABETES).await.0, 1);
        }
        the_next_run_ends_well(&server).await;
        states.push(format!("{delay} ms: {}", run["state"]));
    }
    println!("{}", states.join(", "));
}
