//! A model that ends its worker costs its own requests, nobody else's; and versions come and go under load without
//! one failed request.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    dangers,
    steps::{Load, assert_nothing_of_it, children, lives, names, pid, tensors, until, upload, worker},
    support::{Answer, Server, sample},
};

const DIVIDE: &str = "/v2/models/divide/infer";

fn quotient(a: i32, b: i32) -> Value {
    tensors(&[("a", "INT32", json!([1]), json!([a])), ("b", "INT32", json!([1]), json!([b]))])
}

/// The one quotient that does not fit its type: the processor refuses to compute it.
fn poison() -> Value {
    quotient(i32::MIN, -1)
}

async fn delete(server: &Server, model: &str) {
    let answer = server.request(Method::DELETE, &format!("/api/models/{model}")).send().await.unwrap();
    assert_eq!(answer.status(), 204);
}

async fn gone(process: u32) {
    until("the worker's end", async || (!lives(process)).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_costs_only_the_requests_in_that_worker() {
    let server = Arc::new(Server::start());
    server.import("divide", dangers::division()).await;
    server.import("steady", std::fs::read(sample("diabetes")).unwrap()).await;
    let row = tensors(&[("input", "FP32", json!([1, 10]), json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))]);
    let steady = Load::on(&server, 2, "/v2/models/steady/infer", &row);
    let dividing = Load::on(&server, 2, DIVIDE, &quotient(6, 3));
    let before = pid(&worker(&server, "divide", 1).await);
    let steady_before = pid(&worker(&server, "steady", 1).await);

    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let failed = server.post(DIVIDE, poison()).await;
        let crashed = Instant::now();
        failed.refused(503, "the model's worker ended");
        server.post(DIVIDE, quotient(8, 2)).await.expect(200);
        slowest = slowest.max(crashed.elapsed());
    }
    println!("answers again at most {slowest:?} after a crash");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");

    let (steady, dividing) = (steady.end().await, dividing.end().await);
    println!("meanwhile {} others asked this model and {} another", dividing.len(), steady.len());
    assert!(steady.iter().all(|asked| asked.succeeded()), "another model noticed");
    // The worker has one session: only the poison itself is in it when it ends.
    assert!(dividing.iter().all(|asked| asked.succeeded()), "a waiting request was lost");
    assert!(steady.len() > 20 && dividing.len() > 20, "there was no load");

    let now = worker(&server, "divide", 1).await;
    assert_eq!((&now["state"], &now["restarts"]), (&json!("ready"), &json!(3)));
    assert!(pid(&now) != before && !lives(before));
    assert_eq!(pid(&worker(&server, "steady", 1).await), steady_before);
    let audit = server.get("/api/models/divide/audit").await.expect(200).to_string();
    assert!(audit.contains("worker_crashed") && audit.contains("SIGFPE"), "{audit}");
}

#[tokio::test]
async fn a_model_that_keeps_crashing_is_put_in_quarantine_until_restarted() {
    let server = Server::start();
    server.import("divide", dangers::division()).await;
    for _ in 0..5 {
        server.post(DIVIDE, poison()).await.expect(503);
    }
    let quarantined = until("quarantine", async || {
        let worker = worker(&server, "divide", 1).await;
        (worker["state"] == "quarantined").then_some(worker)
    });
    let quarantined = quarantined.await;
    assert!(quarantined["reason"].as_str().unwrap().contains("SIGFPE"), "{quarantined}");
    let detail = server.get("/api/models/divide").await.expect(200);
    assert_eq!(detail["health"]["state"], "act");
    assert!(detail["health"]["reasons"][0]["sentence"].as_str().unwrap().starts_with("in quarantine: "));
    server.post(DIVIDE, quotient(6, 3)).await.refused(503, "in quarantine");
    assert_ne!(server.get("/v2/models/divide/ready").await.status, 200);

    server.post("/api/models/divide/restart", json!({})).await.expect(200);
    assert_eq!(worker(&server, "divide", 1).await["state"], "ready");
    let answer = server.post(DIVIDE, quotient(6, 3)).await.expect(200);
    assert_eq!(answer["outputs"][0]["data"], json!([2]));
}

/// Each in the way runtime libraries are known to die of: at load, at run, and by an output nobody can read.
#[tokio::test]
async fn models_that_crash_when_tried_are_refused_and_nothing_of_them_stays() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    for (model, said) in [
        (dangers::no_heads(), "does not load: the process that tried it crashed with SIGFPE"),
        (dangers::scalar_convolution(), "does not run: the process that tried it crashed with SIGABRT"),
        (dangers::absent_sequence(), "an optional sequence, which cannot be read safely when absent"),
    ] {
        upload(&server, "bad.onnx", model.clone()).await.refused(400, said);
        // Looked at first, as the window does: the reason is shown, and there is nothing to deploy.
        let path = "/api/imports?filename=bad.onnx";
        let staged = server.send(path, "application/octet-stream", model).await.expect(201);
        assert!(staged["refused"]["message"].as_str().unwrap().contains(said), "{}", staged["refused"]);
        let token = staged["token"].as_str().unwrap();
        server.post(&format!("/api/imports/{token}/deploy"), json!({})).await.refused(400, said);
        let models = server.get("/api/models").await.expect(200);
        assert_nothing_of_it(&models, data.path(), server.pid());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_change_under_load_without_a_failed_request() {
    let server = Arc::new(Server::start());
    server.import("sum", dangers::plus(1.0)).await;
    let first = pid(&worker(&server, "sum", 1).await);
    let request = tensors(&[("x", "FP32", json!([1]), json!([40]))]);
    let load = Load::on(&server, 3, "/v2/models/sum/infer", &request);

    let pause = || tokio::time::sleep(Duration::from_millis(200));
    pause().await;
    server.import("sum", dangers::plus(2.0)).await;
    gone(first).await;
    for _ in 0..2 {
        pause().await;
        server.post("/api/models/sum/rollback", json!({ "reason": "it was better" })).await.expect(200);
        pause().await;
        server.post("/api/models/sum/promote", json!({ "version": 2, "reason": "no" })).await.expect(200);
    }
    pause().await;
    server.post("/api/models/sum/restart", json!({})).await.expect(200);
    pause().await;

    let asked = load.end().await;
    let failed: Vec<_> = asked.iter().filter(|asked| !asked.succeeded()).map(|asked| &asked.answer).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let mut seen = std::collections::BTreeSet::new();
    for (_, answer) in asked.iter().filter_map(|asked| asked.answer.as_ref()) {
        let sum = answer["outputs"][0]["data"][0].as_f64().unwrap();
        let version = answer["model_version"].as_str().unwrap();
        assert_eq!(version, if sum == 41.0 { "1" } else { "2" }, "{sum}");
        seen.insert(version.to_owned());
    }
    assert_eq!(seen.len(), 2);
    let slowest = asked.iter().map(|asked| asked.took).max().unwrap();
    println!("{} requests while versions changed, the slowest took {slowest:?}", asked.len());
    until("one worker is left", async || (children(server.pid()).len() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_deleted_model_leaves_no_process_and_comes_back_whole() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    server.import("sum", dangers::plus(1.0)).await;
    let before = server.get("/api/models/sum").await.expect(200);
    let process = pid(&worker(&server, "sum", 1).await);
    delete(&server, "sum").await;
    gone(process).await;
    let request = tensors(&[("x", "FP32", json!([1]), json!([40]))]);
    server.post("/v2/models/sum/infer", request.clone()).await.refused(404, "sum");
    let models = server.get("/api/models?deleted=true").await.expect(200);
    assert!(models[0]["deleted"].is_number(), "{models}");

    let after = server.post("/api/models/sum/restore", json!({})).await.expect(200);
    assert_eq!(after["model"], before["model"]);
    let process = pid(&worker(&server, "sum", 1).await);
    server.post("/v2/models/sum/infer", request).await.expect(200);

    delete(&server, "sum").await;
    gone(process).await;
    let purged = server.request(Method::POST, "/api/models/sum/purge").json(&json!({ "reason": "old" }));
    assert_eq!(Answer::read(purged.send().await.unwrap()).await.status, 204);
    assert_eq!(names(&data.path().join("artifacts")), [""; 0]);
    server.post("/api/models/sum/restore", json!({})).await.refused(404, "no deleted model");
}
