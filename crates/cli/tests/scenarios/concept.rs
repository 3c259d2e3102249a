//! Errors that rise while inputs stay as they were, and what a model's answers hang on.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_core::{Clock, Time, time::HOUR_MS};
use tidegate_engine::SystemClock;

use crate::{
    records::{label, predict, reference, with_sample},
    steps::until,
    support::{Answer, Server},
};

const CANCER: &str = "/api/models/breast-cancer";

/// Asks about all rows and tells the truth of each, or of every third the contrary.
async fn ask_and_label(server: &Server, rows: &[(Value, Value)], contrary: bool) {
    let asked: Vec<_> = rows.iter().map(|(row, _)| row.clone()).collect();
    let ids = predict(server, CANCER, &asked).await;
    let told = ids.into_iter().zip(rows).enumerate().map(|(index, (id, (_, truth)))| {
        let other = if truth == "benign" { "malignant" } else { "benign" };
        (id, if contrary && index % 3 == 0 { json!(other) } else { truth.clone() })
    });
    label(server, told).await;
}

#[tokio::test]
async fn errors_that_rise_under_unchanged_inputs_are_found_marked_and_told() {
    let server = with_sample("breast-cancer").await;
    let rows = reference("breast-cancer", "diagnosis");
    for _ in 0..3 {
        ask_and_label(&server, &rows, false).await;
    }
    let concept = async || server.get(&format!("{CANCER}/concept")).await.expect(200);
    assert_eq!(concept().await["state"], "steady");
    ask_and_label(&server, &rows, true).await;
    let found = concept().await;
    assert_eq!(found["state"], "risen", "{found}");
    let sentence = found["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("errors rose from ") && sentence.contains("ADWIN"), "{sentence}");
    let detection = &found["detections"][0];
    let level = |name: &str| detection[name].as_f64().unwrap_or_else(|| panic!("{found}"));
    assert!(level("before") < 0.1 && level("after") > 0.2, "{detection}");
    let alert = until("an alert", async || {
        let open = server.get("/api/alerts?open=true").await.expect(200);
        open.as_array().unwrap().iter().find(|alert| alert["signal"] == "concept_drift").cloned()
    })
    .await;
    assert!(alert["message"].as_str().unwrap().starts_with(sentence), "{alert}");
    let charts = json!({
        "last_s": 600, "theme": "dark", "charts": [
            { "kind": "concept", "width": 600, "height": 200 },
            { "kind": "latency", "width": 600, "height": 200 },
        ],
    });
    let drawn = server.post(&format!("{CANCER}/charts"), charts).await.expect(200);
    for chart in drawn["charts"].as_array().unwrap() {
        let marks = chart["frame"]["marks"].as_array().unwrap();
        assert!(marks.iter().any(|mark| mark["kind"] == "concept"), "{marks:?}");
    }
    let monitor = server.get(&format!("{CANCER}/monitor?last_s=600")).await.expect(200);
    let inputs = monitor["drift"].as_array().unwrap();
    assert_eq!(inputs.len(), 30);
    assert!(inputs.iter().all(|drift| drift["state"] == "stable"), "inputs are as they were: {inputs:?}");
}

/// Everything that is counted of the model: tiles, metrics, drift (but what an explanation adds to it), concept
/// drift, quality, and the requests on the disk.
async fn counted(server: &Server, now: Time) -> Value {
    let (from, to) = (now.plus(-HOUR_MS), now.plus(HOUR_MS));
    let mut monitor = server.get(&format!("{CANCER}/monitor?from={}&to={}", from.0, to.0)).await.expect(200);
    for input in monitor["drift"].as_array_mut().unwrap() {
        input.as_object_mut().unwrap().remove("on_answers");
    }
    monitor["drift"].as_array_mut().unwrap().sort_by_key(|input| input["feature"].to_string());
    let quality = server.get(&format!("{CANCER}/quality?last_s=3600")).await.expect(200);
    let concept = server.get(&format!("{CANCER}/concept")).await.expect(200);
    let report = server.get(&format!("{CANCER}/drift-report?last_s=3600")).await.expect(200);
    json!({
        "tiles": monitor["tiles"], "metrics": monitor["metrics"], "drift": monitor["drift"],
        "prediction_drift": monitor["prediction_drift"], "quality": quality["totals"], "concept": concept,
        "recorded": report["rows_current"],
    })
}

#[tokio::test]
async fn an_explanation_ranks_inputs_and_changes_no_counter() {
    let server = with_sample("breast-cancer").await;
    let rows = reference("breast-cancer", "diagnosis");
    server.get(&format!("{CANCER}/explain?from=5")).await.refused(400, "go together");
    ask_and_label(&server, &rows, false).await;
    // Quality is counted a moment later.
    until("the checks", async || {
        let quality = server.get(&format!("{CANCER}/quality?last_s=3600")).await.expect(200);
        (quality["totals"]["rows"] == rows.len()).then_some(())
    })
    .await;
    let now = SystemClock.now();
    let before = counted(&server, now).await;
    assert_eq!(before["recorded"], rows.len());
    // It leaves time to others: on a busy machine it takes as long as it may.
    let mut told = server.get(&format!("{CANCER}/explain")).await.expect(200);
    for _ in 0..900 {
        if told["state"] != "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        told = server.get(&format!("{CANCER}/explain")).await.expect(200);
    }
    assert_eq!(told["state"], "done", "{told}");
    let result = &told["result"];
    assert_eq!((&result["rows"], &result["labelled"]), (&json!(398), &json!(398)));
    let first = &result["features"][0];
    assert!(first["rank"] == 1 && first["answer"].as_f64().unwrap() > 0.0, "{first}");
    let after = counted(&server, now).await;
    for part in before.as_object().unwrap().keys() {
        assert_eq!(before[part], after[part], "{part} changed");
    }
    server.request(reqwest::Method::DELETE, &format!("{CANCER}/explain")).send().await.unwrap();
    let again = server.request(reqwest::Method::DELETE, &format!("{CANCER}/explain"));
    Answer::read(again.send().await.unwrap()).await.refused(409, "under way");
}
