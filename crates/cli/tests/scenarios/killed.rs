//! `kill -9` under load: what was committed is there, and how much of the newest is lost is measured.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    dangers::plus,
    steps::{Load, children, lives, names, until},
    support::Server,
};

/// Predictions are committed every 150 ms. The window allowed for is larger, as a commit takes its time on a
/// machine that has other things to do; what it truly was is printed.
const WINDOW: Duration = Duration::from_millis(1_000);

/// Labels one answered prediction after the other and remembers what was acknowledged.
fn label_all_along(server: &Arc<Server>, row: Value) -> (Arc<AtomicBool>, Arc<Mutex<Vec<String>>>) {
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (server, stopped, told) = (server.clone(), stop.clone(), acknowledged.clone());
    tokio::spawn(async move {
        while !stopped.load(Ordering::Relaxed) {
            let id = format!("labelled-{}", told.lock().unwrap().len());
            let predict = json!({ "rows": [row], "id": id });
            let labels = json!({ "labels": [{ "id": id, "label": 150 }] });
            for (path, body) in [("/api/models/diabetes/predict", predict), ("/api/labels", labels)] {
                let sent = server.request(reqwest::Method::POST, path).json(&body).send().await;
                let Ok(answer) = sent else { return };
                if answer.status() != 200 || answer.bytes().await.is_err() {
                    return;
                }
            }
            told.lock().unwrap().push(id);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    (stop, acknowledged)
}

async fn registry(server: &Server) -> Vec<Value> {
    let mut all = vec![server.get("/api/settings").await.expect(200)];
    for model in ["diabetes", "sum"] {
        let mut detail = server.get(&format!("/api/models/{model}")).await.expect(200);
        for version in detail["versions"].as_array_mut().unwrap() {
            version.as_object_mut().unwrap().remove("worker");
        }
        all.extend(["model", "versions"].map(|part| detail[part].clone()));
    }
    all
}

async fn label(server: &Server, ids: &[String]) -> Value {
    let labels: Vec<_> = ids.iter().map(|id| json!({ "id": id, "label": 150 })).collect();
    server.post("/api/labels", json!({ "labels": labels })).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_its_registry_and_all_but_the_newest_moments() {
    let data = tempfile::tempdir().unwrap();
    let server = Arc::new(Server::start_in(data.path(), &[]));
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    server.import("sum", plus(1.0)).await;
    server.import("sum", plus(2.0)).await;
    server.post("/api/models/sum/rollback", json!({ "reason": "two is too much" })).await.expect(200);
    let row = server.get("/api/models/diabetes").await.expect(200)["example"].clone();
    let before = registry(&server).await;
    let audit = server.get("/api/audit").await.expect(200);

    let load = Load::on(&server, 2, "/api/models/diabetes/predict", &json!({ "rows": [row] }));
    let (_stop, labelled) = label_all_along(&server, row);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let workers = children(server.pid());
    assert_eq!(workers.len(), 2, "one for each champion: {workers:?}");
    server.signal(Signal::KILL);
    let killed = Instant::now();
    let asked = load.broken().await;
    until("the workers' end", async || workers.iter().all(|pid| !lives(*pid)).then_some(())).await;
    let process = server.pid();
    drop(server);

    let server = Server::start_in(data.path(), &[]);
    let shared = names(Path::new("/dev/shm"));
    assert!(
        !shared.iter().any(|name| name.starts_with(&format!("tidegate-worker-{process}-"))),
        "{shared:?}"
    );
    assert!(registry(&server).await == before, "the registry is not what it was");
    let known: HashSet<_> = audit.as_array().unwrap().iter().map(Value::to_string).collect();
    let now = server.get("/api/audit").await.expect(200);
    let now: HashSet<_> = now.as_array().unwrap().iter().map(Value::to_string).collect();
    assert!(known.is_subset(&now), "the audit trail lost {:?}", known.difference(&now));

    let acknowledged = labelled.lock().unwrap().clone();
    assert!(acknowledged.len() > 5, "only {} labels", acknowledged.len());
    let told = label(&server, &acknowledged).await;
    assert_eq!(told["repeated"], acknowledged.len(), "labels that were acknowledged are lost: {told}");

    let mut answered: Vec<(Instant, String)> = asked
        .iter()
        .filter_map(|asked| asked.answer.as_ref().map(|(_, body)| (asked.answered, body)))
        .map(|(at, body)| (at, body["answers"][0]["id"].as_str().unwrap().to_owned()))
        .collect();
    answered.sort();
    let (old, new): (Vec<_>, Vec<_>) = answered.into_iter().partition(|(at, _)| killed - *at >= WINDOW);
    let old: Vec<String> = old.into_iter().map(|(_, id)| id).collect();
    assert!(old.len() > 50, "only {} predictions before the last moments", old.len());
    let told = label(&server, &old).await;
    assert_eq!((&told["matched"], &told["unmatched"]), (&json!(old.len()), &json!(0)), "{told}");

    let (mut lost, mut window) = (0, Duration::ZERO);
    for (at, id) in &new {
        if label(&server, std::slice::from_ref(id)).await["unmatched"] == 1 {
            lost += 1;
            window = window.max(killed - *at);
        }
    }
    println!("{} of {} answers lost, the oldest {window:?} before the kill", lost, old.len() + new.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_every_prediction_that_a_durable_model_answered() {
    let data = tempfile::tempdir().unwrap();
    let server = Arc::new(Server::start_in(data.path(), &[]));
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let detail = server.get("/api/models/diabetes").await.expect(200);
    let mut settings = detail["model"]["settings"].clone();
    settings["durable"] = json!(true);
    let patch = server.request(reqwest::Method::PATCH, "/api/models/diabetes");
    let patched = patch.json(&json!({ "settings": settings })).send().await.unwrap();
    assert_eq!(patched.status(), 200);

    let row = &detail["example"];
    let load = Load::on(&server, 8, "/api/models/diabetes/predict", &json!({ "rows": [row] }));
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.signal(Signal::KILL);
    let killed = Instant::now();
    let asked = load.broken().await;
    drop(server);

    let newest = asked.iter().filter(|asked| asked.succeeded()).map(|asked| asked.answered).max().unwrap();
    let answered: Vec<String> = asked
        .iter()
        .filter(|asked| asked.succeeded())
        .filter_map(|asked| asked.answer.as_ref())
        .map(|(_, body)| body["answers"][0]["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(answered.len() > 50, "only {} predictions", answered.len());
    assert!(killed.saturating_duration_since(newest) < WINDOW, "the load had ended before the kill");
    let server = Server::start_in(data.path(), &[]);
    let told = label(&server, &answered).await;
    let expected = (&json!(answered.len()), &json!(0));
    assert_eq!((&told["matched"], &told["unmatched"]), expected, "answered predictions are lost: {told}");
    println!("all of {} answers are there, the newest {:?} before the kill", answered.len(), killed - newest);
}
