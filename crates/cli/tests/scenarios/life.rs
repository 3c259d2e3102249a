//! How the server comes up, stays, and goes down.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;

use crate::{
    models::slow,
    support::{Server, run, sample, text},
};

#[tokio::test]
async fn what_was_asked_before_the_end_is_answered() {
    let mut server = Server::start();
    server.import("slow", slow()).await;
    // Someone watches, too: an answer that would never end must not keep the server up.
    let mut events = server.request(Method::GET, "/api/events").send().await.unwrap();
    let tick = events.chunk().await.unwrap().unwrap();
    assert!(tick.starts_with(b"data:"), "{}", text(&tick));

    let n = 2_000_000;
    let request = server.request(Method::POST, "/v2/models/slow/infer");
    let input = json!({ "name": "n", "datatype": "INT64", "shape": [], "data": [n] });
    let request = request.json(&json!({ "inputs": [input] }));
    let asked = Instant::now();
    let answer = tokio::spawn(async move { request.send().await.unwrap() });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!answer.is_finished(), "the model is too fast for this story");
    server.signal(Signal::TERM);

    let answer = answer.await.unwrap();
    let took = asked.elapsed();
    assert_eq!(answer.status(), 200, "after {took:?}");
    let sum = answer.json::<serde_json::Value>().await.unwrap()["outputs"][0]["data"][0].as_f64();
    assert_eq!(sum, Some(f64::from(n)));
    assert!(server.ended(Duration::from_secs(10)).success());
    assert!(reqwest::get(format!("{}/api/status", server.url)).await.is_err());
}

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let before = server.get("/api/models/diabetes").await.expect(200);
    server.stop();
    let server = Server::start_in(folder.path(), &[]);
    let after = server.get("/api/models/diabetes").await.expect(200);
    assert_eq!(after["model"], before["model"]);
    server.get("/v2/models/diabetes/ready").await.expect(200);
    let answer = server.post("/api/models/diabetes/predict", json!({ "rows": [after["example"]] })).await;
    assert!(answer.expect(200)["answers"][0]["value"].is_number());
}

#[tokio::test]
async fn a_folder_of_models_is_deployed() {
    let (data, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::copy(sample("diabetes"), models.path().join("first.onnx")).unwrap();
    let server = Server::start_in(data.path(), &["--models", models.path().to_str().unwrap()]);
    server.get("/v2/models/first/ready").await.expect(200);
    std::fs::copy(sample("breast-cancer"), models.path().join("second.onnx")).unwrap();
    let begun = Instant::now();
    while server.get("/v2/models/second/ready").await.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it was not deployed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn a_busy_port_is_told() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["serve", "--data", folder.path().to_str().unwrap(), "--http", &address]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains(&format!("error: the address {address} is in use")), "{told}");
    assert!(told.contains("hint: ") && output.stdout.is_empty(), "{told}");
}
