//! A version takes over step by step under load: no request fails on the way, whether it does well, badly, slowly or
//! crashes, and `kill -9` leaves nothing half promoted.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use tidegate_onnx::proto::{AttributeProto, GraphProto, attribute_proto::AttributeType};
use tokio::task::JoinHandle;

use crate::{
    dangers::{division, plus, whole},
    models::{BOOL, FLOAT, INT64, model, node, scalar, value},
    records::{champion, label, over, patch, predict, reference, rows_of},
    steps::{Happenings, tensors, until, worker},
    support::{Answer, Server},
};

const SUM: &str = "/api/models/sum";
const CANARIES: &str = "/api/models/sum/canaries";

/// `y = x + 1`, after so many rounds of nothing.
fn slow_plus(rounds: i64) -> Vec<u8> {
    let body = GraphProto {
        name: Some("round".into()),
        input: vec![value("i", INT64, &[]), value("go", BOOL, &[]), value("sum", FLOAT, &[-1])],
        output: vec![value("go_on", BOOL, &[]), value("next", FLOAT, &[-1])],
        node: vec![node("Identity", &["go"], &["go_on"]), node("Add", &["sum", "zero"], &["next"])],
        ..GraphProto::default()
    };
    let mut repeat = node("Loop", &["rounds", "", "x"], &["looped"]);
    repeat.attribute = vec![AttributeProto {
        name: Some("body".into()),
        r#type: Some(AttributeType::Graph as i32),
        g: Some(body),
        ..AttributeProto::default()
    }];
    model(GraphProto {
        input: vec![value("x", FLOAT, &[-1])],
        output: vec![value("y", FLOAT, &[-1])],
        initializer: vec![whole("rounds", &[], rounds), scalar("zero", 0.0), scalar("one", 1.0)],
        node: vec![repeat, node("Add", &["looped", "one"], &["y"])],
        ..GraphProto::default()
    })
}

/// `y = x + 1` for a multiple of so many rows, and a failed run for any other number of them.
fn only_in(rows: i64) -> Vec<u8> {
    let mut folded = whole("folded", &[2], -1);
    folded.int64_data = vec![-1, rows];
    model(GraphProto {
        input: vec![value("x", FLOAT, &[-1])],
        output: vec![value("y", FLOAT, &[-1])],
        initializer: vec![folded, whole("flat", &[1], -1), scalar("one", 1.0)],
        node: vec![
            node("Reshape", &["x", "folded"], &["table"]),
            node("Reshape", &["table", "flat"], &["back"]),
            node("Add", &["back", "one"], &["y"]),
        ],
        ..GraphProto::default()
    })
}

/// One answered request: its id, status and version.
type Asked = (String, u16, String);

/// Clients that ask with an id and numbers of their own, until they are ended.
struct Traffic {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<Asked>>>,
}

impl Traffic {
    fn on(server: &Arc<Server>, rows: usize) -> Self {
        let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let client = |_| {
            let (server, stop, next) = (server.clone(), stop.clone(), next.clone());
            tokio::spawn(async move {
                let mut all = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(asked) = ask(&server, n, rows).await else { break };
                    all.push(asked);
                }
                all
            })
        };
        Self { clients: (0..3).map(client).collect(), stop }
    }

    async fn end(self) -> Vec<Asked> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for client in self.clients {
            all.append(&mut client.await.unwrap());
        }
        all
    }
}

/// `None` when the connection broke.
async fn ask(server: &Server, n: usize, rows: usize) -> Option<Asked> {
    let id = format!("customer-{n}");
    let data: Vec<_> = (0..rows).map(|row| ((n + row) * 7_919 % 997) as f64 / 10.0).collect();
    let mut body = tensors(&[("x", "FP32", json!([rows]), json!(data))]);
    body["id"] = json!(id);
    let sent = server.request(Method::POST, "/v2/models/sum/infer").json(&body).send().await.ok()?;
    let status = sent.status().as_u16();
    let answer: Value = sent.json().await.ok()?;
    Some((id, status, answer["model_version"].as_str().unwrap_or_default().to_owned()))
}

#[track_caller]
fn all_answered(asked: &[Asked]) {
    let failed: Vec<_> = asked.iter().filter(|(_, status, _)| *status != 200).take(3).collect();
    assert!(failed.is_empty(), "{failed:?} of {}", asked.len());
    assert!(asked.len() > 50, "there was no load: {}", asked.len());
}

/// Version 1 answers, version 2 waits.
async fn two_versions(server: &Server, first: Vec<u8>, second: Vec<u8>) {
    server.import("sum", first).await;
    server.import("sum", second).await;
    server.post(&format!("{SUM}/rollback"), json!({})).await.expect(200);
}

fn steps(shares: Value) -> Value {
    json!({ "shares": shares, "step_s": 2, "min_requests": 60,
        "tolerance": { "latency_ms": 60.0, "latency_factor": 4.0 } })
}

async fn start(server: &Server, settings: Value) -> Value {
    let request = json!({ "version": 2, "settings": settings, "who": "ada" });
    server.post(CANARIES, request).await.expect(201)
}

async fn ended(server: &Server, canary: &Value) -> Value {
    let path = format!("/api/canaries/{}", canary["id"]);
    until("the canary's end", async || {
        let canary = server.get(&path).await.expect(200);
        (!["running", "watching"].contains(&canary["state"].as_str().unwrap())).then_some(canary)
    })
    .await
}

fn check<'a>(step: &'a Value, kind: &str) -> &'a Value {
    step["checks"].as_array().unwrap().iter().find(|check| check["kind"] == kind).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_version_takes_over_step_by_step_without_a_failed_request() {
    let server = Arc::new(Server::start());
    two_versions(&server, plus(1.0), plus(1.001)).await;
    let traffic = Traffic::on(&server, 1);
    let canary = start(&server, steps(json!([0.2, 0.6, 1.0]))).await;
    assert_eq!((&canary["state"], &canary["waits"]["requests"]), (&json!("running"), &json!(60)));
    assert_eq!(champion(&server, SUM).await.0, 1);

    // Nobody changes meanwhile which version answers.
    let under_way = "a canary of version 2 is under way";
    server.post(CANARIES, json!({ "version": 2 })).await.refused(409, under_way);
    server.post(&format!("{SUM}/promote"), json!({ "version": 2 })).await.refused(409, under_way);
    server.post(&format!("{SUM}/rollback"), json!({})).await.refused(409, under_way);
    let path = "/api/models?filename=sum.onnx";
    server.send(path, "application/octet-stream", plus(3.0)).await.refused(409, under_way);

    let over = ended(&server, &canary).await;
    assert_eq!(over["state"], "promoted", "{}", over["reason"]);
    let asked = traffic.end().await;
    all_answered(&asked);
    assert_eq!(champion(&server, SUM).await.0, 2);
    let detail = server.get(SUM).await.expect(200);
    assert_eq!(detail["model"]["aliases"]["previous"], over["champion"]);
    let done = over["steps"].as_array().unwrap();
    assert_eq!(done.len(), 3);
    for (step, share) in done.iter().zip([0.2, 0.6]) {
        let count = |field: &str| step[field].as_f64().unwrap();
        let (mine, n) =
            (count("challenger_requests"), count("champion_requests") + count("challenger_requests"));
        let sigma = (n * share * (1.0 - share)).sqrt();
        println!("{mine} of {n} requests for a share of {share}");
        assert!(mine >= 60.0 && (mine - n * share).abs() < 5.0 * sigma, "{mine} of {n} for {share}");
        for kind in ["errors", "latency", "outputs"] {
            assert_eq!(check(step, kind)["passed"], true, "{}", check(step, kind));
        }
        assert!(check(step, "latency")["champion"].is_number());
    }
    assert_eq!(check(&done[2], "latency")["passed"], true, "held against the champion's figures of before");

    // Each answer is recorded, and counted under the version that gave it.
    let mine = asked.iter().filter(|(_, _, version)| version == "2").count();
    until("the counters of the champion", async || {
        let models = server.get("/api/models").await.expect(200);
        (models[0]["pulse"]["requests"] == mine).then_some(())
    })
    .await;
    let labels: Vec<_> = asked.iter().map(|(id, ..)| json!({ "id": id, "label": 50.0 })).collect();
    let told = server.post("/api/labels", json!({ "labels": labels })).await.expect(200);
    assert_eq!(told["matched"], asked.len());
    let audit = server.get(&format!("{SUM}/audit")).await.expect(200).to_string();
    for said in ["version 2 answers 20% of the requests", "version 2 answers 60%", "passed the 3 steps"] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_meets_the_same_version_and_labels_find_it() {
    let server = Arc::new(Server::start());
    two_versions(&server, plus(1.0), plus(1.001)).await;
    let canary = start(&server, json!({ "shares": [0.5], "step_s": 3_600 })).await;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for n in 0..60 {
        first.push(ask(&server, n, 1).await.unwrap());
    }
    for n in 0..60 {
        second.push(ask(&server, n, 1).await.unwrap());
    }
    assert_eq!(first, second);
    let mine = first.iter().filter(|(_, _, version)| version == "2").count();
    assert!((10..=50).contains(&mine), "{mine} of 60");
    let labels: Vec<_> = first.iter().map(|(id, ..)| json!({ "id": id, "label": 50.0 })).collect();
    let told = server.post("/api/labels", json!({ "labels": labels })).await.expect(200);
    assert_eq!(told["matched"], 60);
    let canary_path = format!("/api/canaries/{}", canary["id"]);
    until("the labels, under both", async || {
        let canary = server.get(&canary_path).await.expect(200);
        let checks = canary["steps"][0]["checks"].as_array()?;
        let labelled = checks.iter().find(|check| check["kind"] == "mean_absolute_error")?;
        let n = |field: &str| labelled[field].as_u64().unwrap();
        (n("champion_n") == 60 - mine as u64 && n("challenger_n") == mine as u64).then_some(())
    })
    .await;

    server.post(&format!("{canary_path}/advance"), json!({ "who": "ada" })).await.expect(200);
    assert_eq!(champion(&server, SUM).await.0, 2, "there was one step");
    server.post(&format!("{canary_path}/abort"), json!({})).await.refused(409, "is over");
}

/// How a version that does worse ends: everything answered, the champion as before, the reason told.
async fn steps_back(second: Vec<u8>, rows: usize, said: &str) {
    let server = Arc::new(Server::start());
    two_versions(&server, plus(1.0), second).await;
    let told = Happenings::of(&server).await;
    let traffic = Traffic::on(&server, rows);
    let canary = start(&server, steps(json!([0.5, 1.0]))).await;
    let over = ended(&server, &canary).await;
    // What was asked of it before is still answered by it, slow as it may be.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let asked = traffic.end().await;
    all_answered(&asked);
    assert_eq!(over["state"], "stepped_back");
    // Also where the first to be asked did not answer, a client's id names the answer that it got.
    let labels: Vec<_> = asked.iter().map(|(id, ..)| json!({ "id": id, "label": 50.0 })).collect();
    let labelled = server.post("/api/labels", json!({ "labels": labels })).await.expect(200);
    assert_eq!(labelled["matched"], asked.len());
    let reason = over["reason"].as_str().unwrap();
    assert!(reason.contains(said), "`{reason}` does not say `{said}`");
    assert_eq!(champion(&server, SUM).await.0, 1);
    assert!(asked.iter().rev().take(5).all(|(_, _, version)| version == "1"), "it answers on");
    told.wait_for("version 2 stepped back").await;
    let audit = server.get(&format!("{SUM}/audit")).await.expect(200);
    let entry = audit.as_array().unwrap().iter().find(|entry| entry["kind"] == "stepped_back").unwrap();
    assert_eq!(entry["why"], reason);
    assert_eq!(worker(&server, "sum", 2).await["state"], "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_answers_otherwise_steps_back() {
    steps_back(plus(1_000.0), 1, "PSI ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_version_steps_back() {
    steps_back(slow_plus(200_000), 1, "95% of its answers took").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_fails_steps_back_and_the_champion_answers_for_it() {
    steps_back(only_in(2), 3, "it failed ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_crashes_steps_back_at_once() {
    let server = Arc::new(Server::start());
    let add = model(GraphProto {
        input: vec![value("a", 6, &[-1]), value("b", 6, &[-1])],
        output: vec![value("y", 6, &[-1])],
        node: vec![node("Add", &["a", "b"], &["y"])],
        ..GraphProto::default()
    });
    two_versions(&server, add, division()).await;
    let canary = start(&server, json!({ "shares": [0.5], "step_s": 3_600 })).await;
    let quotient = |a: i32, b: i32| {
        tensors(&[("a", "INT32", json!([1]), json!([a])), ("b", "INT32", json!([1]), json!([b]))])
    };
    let infer = "/v2/models/sum/infer";
    let mut met = false;
    for n in 0..40 {
        let mut body = quotient(i32::MIN, -1);
        body["id"] = json!(format!("one-{n}"));
        let answer = server.post(infer, body).await.expect(200);
        assert_eq!((&answer["model_version"], &answer["id"]), (&json!("1"), &json!(format!("one-{n}"))));
        met |= server.get(&format!("/api/canaries/{}", canary["id"])).await.expect(200)["state"]
            == "stepped_back";
    }
    let over = ended(&server, &canary).await;
    assert!(over["reason"].as_str().unwrap().contains("its worker "), "{}", over["reason"]);
    assert!(met, "it was waited for");
    assert_eq!(champion(&server, SUM).await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_promoted_at_once_is_watched_and_steps_back() {
    let server = Arc::new(Server::start());
    two_versions(&server, plus(1.0), plus(1_000.0)).await;
    let settings = json!({ "canary": { "watch_s": 3, "min_requests": 20 } });
    patch(&server, SUM, json!({ "settings": settings })).await;
    let traffic = Traffic::on(&server, 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.post(&format!("{SUM}/promote"), json!({ "version": 2, "reason": "new" })).await.expect(200);
    let canary = server.get(CANARIES).await.expect(200)[0].clone();
    assert_eq!((&canary["state"], &canary["steps"]), (&json!("watching"), &json!([])));
    let path = format!("/api/canaries/{}/abort", canary["id"]);
    server.post(&path, json!({})).await.refused(409, "is the champion already");
    let over = ended(&server, &canary).await;
    assert_eq!(over["state"], "stepped_back", "{over}");
    assert!(over["reason"].as_str().unwrap().contains("PSI "), "{}", over["reason"]);
    assert_eq!(champion(&server, SUM).await.0, 1);
    all_answered(&traffic.end().await);

    // Rolled back by hand, there is nothing left to watch.
    server.post(&format!("{SUM}/promote"), json!({ "version": 2 })).await.expect(200);
    server.post(&format!("{SUM}/rollback"), json!({ "who": "ada" })).await.expect(200);
    let canary = server.get(CANARIES).await.expect(200)[0].clone();
    assert_eq!((&canary["state"], &canary["reason"]), (&json!("aborted"), &json!("rolled back by ada")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_canary_is_refused_and_one_can_be_aborted() {
    let server = Arc::new(Server::start());
    server.import("sum", plus(1.0)).await;
    server.post(CANARIES, json!({})).await.refused(409, "has no challenger");
    // Waits as challenger, as it takes other inputs.
    server.import("sum", division()).await;
    server.post(CANARIES, json!({})).await.refused(409, "takes other inputs than version 1");
    server.post(CANARIES, json!({ "version": 7 })).await.refused(404, "no version 7");
    server.post(CANARIES, json!({ "version": 1 })).await.refused(409, "is the champion already");
    let wrong = json!({ "version": 2, "settings": { "shares": [0.5, 0.1] } });
    server.post(CANARIES, wrong).await.refused(400, "`shares` must be");
    assert_eq!(server.get(CANARIES).await.expect(200), json!([]));
    server.import("sum", plus(2.0)).await;
    server.import("sum", plus(3.0)).await;
    let canary =
        server.post(CANARIES, json!({ "version": 3, "settings": { "shares": [0.99] } })).await.expect(201);
    let aborted = format!("/api/canaries/{}/abort", canary["id"]);
    let over = server.post(&aborted, json!({ "who": "ada" })).await.expect(200);
    assert_eq!((&over["state"], &over["reason"]), (&json!("aborted"), &json!("aborted by ada")));
    assert_eq!(champion(&server, SUM).await.0, 4);
    // One that is under way when its model is deleted goes with it, and does not come back.
    server.post(CANARIES, json!({ "version": 3 })).await.expect(201);
    Answer::read(server.request(Method::DELETE, SUM).send().await.unwrap()).await;
    server.post(&format!("{SUM}/restore"), json!({})).await.expect(200);
    let newest = server.get(CANARIES).await.expect(200)[0].clone();
    assert_eq!((&newest["state"], &newest["reason"]), (&json!("aborted"), &json!("the model was deleted")));
}

/// The canary as the next program tells it, agreeing with the aliases and with who answers.
async fn after(data: &Path, canary: &Value) -> (Arc<Server>, Value) {
    let server = Arc::new(Server::start_in(data, &[]));
    let canary = server.get(&format!("/api/canaries/{}", canary["id"])).await.expect(200);
    let expected = match canary["state"].as_str().unwrap() {
        "running" | "stepped_back" | "aborted" => 1,
        "watching" | "promoted" => 2,
        other => panic!("{other}"),
    };
    assert_eq!(champion(&server, SUM).await.0, expected, "{canary}");
    (server, canary)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_goes_on_and_is_never_half_promoted() {
    let mut states = Vec::new();
    for (step, delay) in [(1, 0), (1, 700), (2, 0), (2, 900), (2, 1_300), (2, 1_900), (2, 2_100)] {
        let data = tempfile::tempdir().unwrap();
        let server = Arc::new(Server::start_in(data.path(), &[]));
        two_versions(&server, plus(1.0), plus(1.001)).await;
        let traffic = Traffic::on(&server, 1);
        let canary = start(
            &server,
            json!({ "shares": [0.4, 0.8], "step_s": 1, "min_requests": 20,
            "watch_s": 2, "tolerance": { "latency_ms": 200.0 } }),
        )
        .await;
        let path = format!("/api/canaries/{}", canary["id"]);
        until("the step", async || {
            let canary = server.get(&path).await.expect(200);
            (canary["steps"].as_array().unwrap().len() >= step).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        server.signal(Signal::KILL);
        traffic.end().await;
        drop(server);
        let (server, found) = after(data.path(), &canary).await;
        states.push(format!("step {step} and {delay} ms: {}", found["state"]));
        let traffic = Traffic::on(&server, 1);
        let over = ended(&server, &canary).await;
        all_answered(&traffic.end().await);
        assert_eq!(over["state"], "promoted", "{}", over["reason"]);
        assert_eq!(champion(&server, SUM).await.0, 2);
    }
    println!("{}", states.join(", "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retraining_goes_through_its_canary_by_itself() {
    let server = Arc::new(Server::start());
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let diabetes = "/api/models/diabetes";
    let canary = json!({ "automatic": true, "shares": [0.5], "step_s": 1, "min_requests": 20,
        "tolerance": { "latency_ms": 200.0, "psi": 10.0 } });
    patch(&server, diabetes, json!({ "settings": { "canary": canary } })).await;
    let known = reference("diabetes", "progression");
    let ids = predict(&server, diabetes, &rows_of(&known)[..120]).await;
    label(&server, ids.into_iter().zip(known.iter().map(|(_, truth)| truth.clone()))).await;
    let plan = json!({ "rounds": 5, "gates": { "min_rows": 1, "approval": false, "new_margin": 1e6,
        "old_margin": 1e6, "latency_factor": 1e6, "slices": null } });
    let run = server.post(&format!("{diabetes}/runs"), json!({ "plan": plan })).await.expect(201);
    let run = over(&server, &run).await;
    assert_eq!(run["state"], "canary", "{} {}", run["log"], run["comparison"]["lines"]);
    assert_eq!(champion(&server, diabetes).await.0, 1);
    let row = known[0].0.clone();
    let path = format!("/api/runs/{}", run["id"]);
    let promoted = until("the promotion", async || {
        server.post(&format!("{diabetes}/predict"), json!({ "rows": [row] })).await.expect(200);
        let run = server.get(&path).await.expect(200);
        (run["state"] != "canary").then_some(run)
    });
    assert_eq!(promoted.await["state"], "promoted");
    assert_eq!(champion(&server, diabetes).await.0, 2);
}
