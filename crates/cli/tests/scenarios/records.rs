//! What is kept of predictions, how the truth comes to them, and what follows from it: alerts and retraining.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use crate::{models::slow, steps::until, support::Server};

const CANCER: &str = "/api/models/breast-cancer";
const DIABETES: &str = "/api/models/diabetes";

pub async fn with_sample(name: &str) -> Server {
    let server = Server::start();
    server.send(&format!("/api/samples/{name}"), "application/json", "").await.expect(201);
    server
}

pub async fn patch(server: &Server, path: &str, body: Value) -> Value {
    let request = server.request(reqwest::Method::PATCH, path).json(&body);
    crate::support::Answer::read(request.send().await.unwrap()).await.expect(200)
}

/// The ids of the answers to these rows.
pub async fn predict(server: &Server, model: &str, rows: &[Value]) -> Vec<String> {
    let answer = server.post(&format!("{model}/predict"), json!({ "rows": rows })).await.expect(200);
    let answers = answer["answers"].as_array().unwrap();
    answers.iter().map(|answer| answer["id"].as_str().unwrap().to_owned()).collect()
}

pub async fn label(server: &Server, labels: impl IntoIterator<Item = (String, Value)>) -> [u64; 4] {
    let labels: Vec<_> = labels.into_iter().map(|(id, label)| json!({ "id": id, "label": label })).collect();
    let told = server.post("/api/labels", json!({ "labels": labels })).await.expect(200);
    ["matched", "changed", "repeated", "unmatched"].map(|count| told[count].as_u64().unwrap())
}

/// The rows a sample comes with and what was true of each.
pub fn reference(sample: &str, target: &str) -> Vec<(Value, Value)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(sample).join("reference.csv");
    let mut reader = csv::Reader::from_path(file).unwrap();
    let rows = reader.deserialize::<BTreeMap<String, Value>>().map(|row| {
        let mut row = row.unwrap();
        let truth = row.remove(target).unwrap();
        let row: BTreeMap<_, _> = row.into_iter().map(|(name, cell)| (name, number(&cell))).collect();
        (json!(row), number(&truth))
    });
    rows.collect()
}

fn number(cell: &Value) -> Value {
    let number = cell.as_str().and_then(|text| text.parse::<f64>().ok());
    number.map_or_else(|| cell.clone(), |number| json!(number))
}

/// The same rows, with every measure three times as large.
fn shifted(rows: &[Value]) -> Vec<Value> {
    let shift = |row: &Value| {
        let tripled =
            row.as_object().unwrap().iter().map(|(name, value)| (name, 3.0 * value.as_f64().unwrap()));
        json!(tripled.collect::<BTreeMap<_, _>>())
    };
    rows.iter().map(shift).collect()
}

pub fn rows_of(all: &[(Value, Value)]) -> Vec<Value> {
    all.iter().map(|(row, _)| row.clone()).collect()
}

#[tokio::test]
async fn all_some_or_none_of_the_predictions_are_recorded() {
    const ASKED: u64 = 150;
    let server = with_sample("diabetes").await;
    let row = reference("diabetes", "progression")[0].0.clone();
    let mut requests = 0;
    for (recording, least, most) in [
        (json!({ "mode": "all" }), ASKED, ASKED),
        (json!({ "mode": "off" }), 0, 0),
        // Within six standard deviations.
        (json!({ "mode": "sampled", "share": 0.5 }), 38, 112),
    ] {
        patch(&server, DIABETES, json!({ "settings": { "recording": recording } })).await;
        let mut ids = Vec::new();
        for _ in 0..ASKED {
            ids.append(&mut predict(&server, DIABETES, std::slice::from_ref(&row)).await);
        }
        let [matched, _, _, unmatched] = label(&server, ids.into_iter().map(|id| (id, json!(1)))).await;
        assert!((least..=most).contains(&matched), "{recording}: {matched}");
        assert_eq!(
            matched + unmatched,
            ASKED,
            "a label of a prediction that was not kept is kept and counted"
        );
        requests += ASKED;
        let models = server.get("/api/models").await.expect(200);
        assert_eq!(models[0]["pulse"]["requests"], requests, "counters see every request");
    }
    let wrong = json!({ "settings": { "recording": { "mode": "sampled", "share": 1.5 } } });
    let request = server.request(reqwest::Method::PATCH, DIABETES).json(&wrong).send().await.unwrap();
    crate::support::Answer::read(request).await.refused(400, "`settings.recording.share`");
}

async fn accuracy(server: &Server) -> Option<f64> {
    let monitor = server.get(&format!("{CANCER}/monitor?last_s=3600")).await.expect(200);
    let metrics = monitor["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["name"] == "accuracy")?["value"].as_f64()
}

#[tokio::test]
async fn a_label_may_come_twice_and_may_change() {
    let server = with_sample("breast-cancer").await;
    let row = reference("breast-cancer", "diagnosis")[0].0.clone();
    let answer = server.post(&format!("{CANCER}/predict"), json!({ "rows": [row] })).await.expect(200);
    let (id, said) = (&answer["answers"][0]["id"], &answer["answers"][0]["label"]);
    let other = if said == "benign" { "malignant" } else { "benign" };
    let one = |label: Value| [(id.as_str().unwrap().to_owned(), label)];
    assert_eq!(label(&server, one(said.clone())).await, [1, 0, 0, 0]);
    assert_eq!(accuracy(&server).await, Some(1.0));
    assert_eq!(label(&server, one(said.clone())).await, [0, 0, 1, 0], "the same again changes nothing");
    assert_eq!(accuracy(&server).await, Some(1.0));
    assert_eq!(label(&server, one(json!(other))).await, [1, 1, 0, 0]);
    assert_eq!(accuracy(&server).await, Some(0.0), "the truth turned out to be another");
    let detail = server.get(CANCER).await.expect(200);
    assert_eq!(detail["labels"], json!({ "matched": 1, "unmatched": 0 }));
    server.post("/api/labels", json!({ "labels": [{ "id": id, "label": [1] }] })).await.refused(400, "label");
}

#[tokio::test]
async fn a_label_waits_for_its_prediction() {
    let server = with_sample("breast-cancer").await;
    let (row, truth) = reference("breast-cancer", "diagnosis")[0].clone();
    let early = [("visit-9".to_owned(), truth)];
    assert_eq!(label(&server, early).await, [0, 0, 0, 1]);
    let unknown = [("01890a5d-ac96-774b-bcce-b302099a8057:0".to_owned(), json!("benign"))];
    assert_eq!(label(&server, unknown).await, [0, 0, 0, 1]);
    assert_eq!(server.get("/api/status").await.expect(200)["unmatched_labels"], 2);

    let request = json!({ "rows": [row], "id": "visit-9" });
    server.post(&format!("{CANCER}/predict"), request).await.expect(200);
    until("the early label finds its prediction", async || {
        let detail = server.get(CANCER).await.expect(200);
        (detail["labels"] == json!({ "matched": 1, "unmatched": 1 })).then_some(())
    })
    .await;
    assert_eq!(accuracy(&server).await, Some(1.0));
    assert_eq!(server.get("/api/status").await.expect(200)["unmatched_labels"], 1);
}

/// Judged on the last seconds, so that a story need not last for minutes.
async fn judge_quickly(server: &Server, model: &str, triggers: Value) {
    let settings = json!({ "window_s": 5, "min_rows": 100, "triggers": triggers });
    let rule = json!({
        "signal": "input_drift", "direction": "above", "threshold": 0.2, "hold": 1, "cool_down_s": 0,
        "severity": "watch", "enabled": true,
    });
    patch(server, model, json!({ "settings": settings, "rules": [rule] })).await;
}

#[tokio::test]
async fn drift_raises_an_alert_that_can_be_put_off_and_goes_by_itself() {
    let server = with_sample("breast-cancer").await;
    judge_quickly(&server, CANCER, json!({})).await;
    let usual = rows_of(&reference("breast-cancer", "diagnosis"));
    let unusual = shifted(&usual);
    for _ in 0..3 {
        predict(&server, CANCER, &usual).await;
    }
    let monitor = server.get(&format!("{CANCER}/monitor?last_s=60")).await.expect(200);
    assert_eq!(monitor["drift"][0]["state"], "stable", "{}", monitor["drift"][0]);

    let alert = until("an alert", async || {
        predict(&server, CANCER, &unusual).await;
        server.get("/api/alerts?open=true").await.expect(200)[0].as_object().cloned()
    })
    .await;
    assert_eq!((&alert["signal"], &alert["model_name"]), (&json!("input_drift"), &json!("breast-cancer")));
    let message = alert["message"].as_str().unwrap();
    let members = alert["why"]["members"].as_array().unwrap();
    let worst = members[0]["name"].as_str().unwrap();
    match members.len() {
        1 => assert!(message.starts_with(&format!("{worst} drifted (PSI ")), "{message}"),
        many => assert!(message.starts_with(&format!("{many} inputs drifted")), "{message}"),
    }
    assert!(message.contains(worst), "{message}");
    let health = async || server.get(CANCER).await.expect(200)["health"].clone();
    assert_eq!(health().await["reasons"][0]["next"], "retrain");

    let path = format!("/api/alerts/{}", alert["id"]);
    let snoozed = patch(&server, &path, json!({ "snooze_min": 10 })).await;
    assert!(snoozed["snoozed_until"].is_number());
    assert_eq!(health().await["state"], "healthy", "a snoozed alert does not press");
    patch(&server, &path, json!({ "snooze_min": 0 })).await;
    assert_eq!(health().await["state"], "watch");
    assert_eq!(patch(&server, &path, json!({ "acknowledged": true })).await["acknowledged"], true);
    assert_eq!(health().await["state"], "healthy");

    until("the alert is over", async || {
        predict(&server, CANCER, &usual).await;
        let open = server.get("/api/alerts?open=true").await.expect(200);
        open.as_array().unwrap().is_empty().then_some(())
    })
    .await;
    let alerts = server.get("/api/alerts").await.expect(200);
    assert!(alerts[0]["until"].as_i64() > alerts[0]["since"].as_i64(), "{alerts}");
    let audit = server.get(&format!("{CANCER}/audit")).await.expect(200).to_string();
    assert!(audit.contains("alert_fired") && audit.contains("alert_cleared"));
}

pub async fn runs(server: &Server, model: &str) -> Vec<Value> {
    server.get(&format!("{model}/runs")).await.expect(200).as_array().unwrap().clone()
}

pub async fn over(server: &Server, run: &Value) -> Value {
    let path = format!("/api/runs/{}", run["id"]);
    until("the end of the run", async || {
        let run = server.get(&path).await.expect(200);
        run["ended"].is_number().then_some(run)
    })
    .await
}

pub async fn champion(server: &Server, model: &str) -> (u64, usize) {
    let detail = server.get(model).await.expect(200);
    let versions = detail["versions"].as_array().unwrap();
    let champion = versions.iter().find(|version| version["champion"] == true).unwrap();
    (champion["number"].as_u64().unwrap(), versions.len())
}

#[tokio::test]
async fn drift_with_labels_starts_a_retraining() {
    let server = with_sample("breast-cancer").await;
    judge_quickly(&server, CANCER, json!({ "on_drift": true })).await;
    let reference = reference("breast-cancer", "diagnosis");
    let unusual = shifted(&rows_of(&reference));
    let run = until("a run", async || {
        let ids = predict(&server, CANCER, &unusual).await;
        label(&server, ids.into_iter().zip(reference.iter().map(|(_, truth)| truth.clone()))).await;
        runs(&server, CANCER).await.pop()
    })
    .await;
    assert_eq!(run["trigger"]["by"], "conditions", "{run}");
    let why = &run["trigger"]["conditions"][0];
    assert_eq!(
        (&why["kind"], &why["holds"], &why["threshold"]),
        (&json!("drift"), &json!(true), &json!(120.0))
    );
    assert!(why["value"].as_f64() >= Some(120.0) && why["since"].is_number(), "{why}");
    assert!(why["says"].as_str().unwrap().contains("drifted"), "{why}");
    let audit = server.get(&format!("{CANCER}/audit")).await.expect(200).to_string();
    assert!(audit.contains("rows were labelled since"), "{audit}");
    let run = over(&server, &run).await;
    assert_eq!(run["state"], "held", "nobody said that it may promote: {}", run["error"]);
    assert_eq!(champion(&server, CANCER).await, (1, 2));
    assert_eq!(runs(&server, CANCER).await.len(), 1, "no second run so soon after the first");
}

#[tokio::test]
async fn a_schedule_starts_a_retraining() {
    let server = with_sample("diabetes").await;
    let wrong = json!({ "settings": { "triggers": { "schedule": "every day" } } });
    let request = server.request(reqwest::Method::PATCH, DIABETES).json(&wrong).send().await.unwrap();
    crate::support::Answer::read(request).await.refused(400, "not a cron expression");
    // A sixth field in front counts seconds.
    let schedule = "* * * * * *";
    patch(&server, DIABETES, json!({ "settings": { "triggers": { "schedule": schedule } } })).await;
    let run = until("a run", async || runs(&server, DIABETES).await.pop()).await;
    let why = &run["trigger"]["conditions"];
    assert_eq!((why[0]["kind"].as_str(), why.as_array().unwrap().len()), (Some("schedule"), 1), "{run}");
    let run = over(&server, &run).await;
    assert_eq!(run["state"], "held", "{}", run["error"]);
}

#[tokio::test]
async fn a_cancelled_retraining_leaves_nothing() {
    let server = with_sample("diabetes").await;
    let plan = json!({ "plan": { "rounds": 1_000_000, "learning_rate": 0.0001 } });
    let run = server.post(&format!("{DIABETES}/runs"), plan.clone()).await.json();
    let path = format!("/api/runs/{}", run["id"]);
    until("progress", async || {
        let run = server.get(&path).await.expect(200);
        assert!(run["ended"].is_null(), "it ended by itself: {run}");
        (run["progress"].as_array().unwrap().len() > 2).then_some(())
    })
    .await;
    server.post(&format!("{DIABETES}/runs"), plan).await.refused(409, "under way");
    server.post(&format!("{path}/cancel"), json!({})).await.expect(200);
    let run = over(&server, &run).await;
    assert_eq!((&run["state"], &run["challenger"]), (&json!("cancelled"), &Value::Null));
    assert_eq!(champion(&server, DIABETES).await, (1, 1));
    server.post(&format!("{path}/cancel"), json!({})).await.refused(409, "is over");
    server
        .post(&format!("{path}/promote"), json!({ "reason": "why not" }))
        .await
        .refused(409, "nothing waiting");
}

#[tokio::test]
async fn what_no_trainer_fits_is_not_retrained_and_the_reason_is_told() {
    let server = Server::start();
    server.import("slow", slow()).await;
    let probe = server.get("/api/models/slow").await.expect(200)["probe"].clone();
    let reason = probe["summary"].as_str().unwrap();
    println!("{probe}");
    assert!(!reason.is_empty() && probe["trainer"].is_null(), "{probe}");
    server.post("/api/models/slow/runs", json!({})).await.refused(409, reason);
    assert!(runs(&server, "/api/models/slow").await.is_empty());
}

#[tokio::test]
async fn what_a_gate_holds_is_promoted_with_a_reason_only_and_can_be_taken_back() {
    let server = with_sample("diabetes").await;
    let plan = json!({ "plan": { "rounds": 5, "gates": { "min_rows": 1_000_000 } } });
    let run = server.post(&format!("{DIABETES}/runs"), plan).await.json();
    let run = over(&server, &run).await;
    assert_eq!((&run["state"], &run["comparison"]["passed"]), (&json!("held"), &json!(false)), "{run}");
    assert_eq!(champion(&server, DIABETES).await, (1, 2));

    let promote = format!("/api/runs/{}/promote", run["id"]);
    server.post(&promote, json!({})).await.refused(400, "`reason` is empty");
    assert_eq!(champion(&server, DIABETES).await, (1, 2));
    let promoted = server.post(&promote, json!({ "reason": "the gate is too strict" })).await.expect(200);
    assert_eq!(promoted["state"], "promoted");
    assert_eq!(champion(&server, DIABETES).await, (2, 2));
    server.post(&promote, json!({ "reason": "again" })).await.refused(409, "nothing waiting");

    server.post(&format!("{DIABETES}/rollback"), json!({ "reason": "it was not" })).await.expect(200);
    assert_eq!(champion(&server, DIABETES).await, (1, 2));
    let row = reference("diabetes", "progression")[0].0.clone();
    let answer = server.post(&format!("{DIABETES}/predict"), json!({ "rows": [row] })).await.expect(200);
    assert_eq!(answer["version"], 1);
    let audit = server.get(&format!("{DIABETES}/audit")).await.expect(200).to_string();
    assert!(audit.contains("the gate is too strict") && audit.contains("it was not"), "{audit}");
}
