//! Retrainings of several models: who waits for whom, and what a kill leaves of it.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    records::{label, over, patch, predict, reference, rows_of, runs},
    steps::until,
    support::Server,
};

const DIABETES: &str = "/api/models/diabetes";
const CANCER: &str = "/api/models/breast-cancer";

/// So slow that it ends by being cancelled only.
fn endless() -> Value {
    json!({ "plan": { "rounds": 1_000_000, "learning_rate": 0.0001 } })
}

async fn samples(server: &Server) {
    for sample in ["diabetes", "breast-cancer"] {
        server.send(&format!("/api/samples/{sample}"), "application/json", "").await.expect(201);
    }
}

async fn state(server: &Server, run: &Value) -> String {
    let run = server.get(&format!("/api/runs/{}", run["id"])).await.expect(200);
    run["state"].as_str().unwrap().to_owned()
}

async fn trains(server: &Server, run: &Value) {
    until("its turn", async || (state(server, run).await == "training").then_some(())).await;
}

#[tokio::test]
async fn a_second_training_waits_in_line_and_can_leave_it() {
    let server = Server::start();
    samples(&server).await;
    let first = server.post(&format!("{DIABETES}/runs"), endless()).await.expect(201);
    trains(&server, &first).await;
    let second = server.post(&format!("{CANCER}/runs"), json!({})).await.expect(201);
    let queue = server.get("/api/queue").await.expect(200);
    assert_eq!(queue["at_once"], 1);
    let told: Vec<_> = queue["runs"].as_array().unwrap().iter().map(|run| &run["position"]).collect();
    assert_eq!(told, [&Value::Null, &json!(1)], "{queue}");
    assert_eq!(queue["runs"][1]["model"], "breast-cancer");
    assert_eq!(server.get("/api/models").await.expect(200)[0]["run"]["position"], 1);

    server.post(&format!("/api/runs/{}/cancel", second["id"]), json!({})).await.expect(200);
    assert_eq!(over(&server, &second).await["state"], "cancelled", "without waiting for its turn");
    assert_eq!(state(&server, &first).await, "training");

    let third = server.post(&format!("{CANCER}/runs"), json!({})).await.expect(201);
    let mut settings = server.get("/api/settings").await.expect(200);
    settings["trainings"] = json!(0);
    let put = |settings: &Value| server.request(reqwest::Method::PUT, "/api/settings").json(settings);
    let refused = put(&settings).send().await.unwrap();
    crate::support::Answer::read(refused).await.refused(400, "`trainings`");
    settings["trainings"] = json!(2);
    assert_eq!(put(&settings).send().await.unwrap().status(), 200);
    let third = over(&server, &third).await;
    assert_eq!(third["state"], "held", "beside the first: {}", third["error"]);
    assert_eq!(state(&server, &first).await, "training");
    server.post(&format!("/api/runs/{}/cancel", first["id"]), json!({})).await.expect(200);
    over(&server, &first).await;
    assert!(server.get("/api/queue").await.expect(200)["runs"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_kill_loses_no_place_in_line_and_what_a_trigger_started_is_tried_once_more() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    samples(&server).await;
    // The plan of the last run is the one that triggers use.
    let slow = server.post(&format!("{DIABETES}/runs"), endless()).await.expect(201);
    trains(&server, &slow).await;
    server.post(&format!("/api/runs/{}/cancel", slow["id"]), json!({})).await.expect(200);
    over(&server, &slow).await;
    let triggers = json!({ "new_labels": 100, "cool_down_min": 0 });
    patch(&server, DIABETES, json!({ "settings": { "triggers": triggers } })).await;
    let rows: Vec<_> = reference("diabetes", "progression").into_iter().take(120).collect();
    let ids = predict(&server, DIABETES, &rows_of(&rows)).await;
    label(&server, ids.into_iter().zip(rows.iter().map(|(_, truth)| truth.clone()))).await;
    let newest = async |server: &Server| runs(server, DIABETES).await.into_iter().next();
    let triggered = until("a run by its trigger", async || {
        newest(&server).await.filter(|run| run["trigger"]["by"] == "conditions")
    })
    .await;
    assert_eq!(triggered["trigger"]["conditions"][0]["kind"], "new_labels");
    trains(&server, &triggered).await;
    let waiting = server.post(&format!("{CANCER}/runs"), json!({})).await.expect(201);
    server.signal(Signal::KILL);
    drop(server);

    let server = Server::start_in(data.path(), &[]);
    let ended = over(&server, &triggered).await;
    assert_eq!(ended["state"], "interrupted");
    let waited = over(&server, &waiting).await;
    assert_eq!(waited["state"], "held", "it waited on: {}", waited["error"]);
    let again = until("it is tried again", async || {
        newest(&server).await.filter(|run| run["retry_of"] == triggered["id"])
    })
    .await;
    trains(&server, &again).await;
    server.signal(Signal::KILL);
    drop(server);

    // Not a third time; new rows would have to be labelled first.
    let server = Server::start_in(data.path(), &[]);
    assert_eq!(over(&server, &again).await["state"], "interrupted");
    let view = server.get(&format!("{DIABETES}/triggers")).await.expect(200);
    assert_eq!(
        (&view["would_fire"], &view["conditions"][0]["value"]),
        (&json!(false), &json!(0.0)),
        "{view}"
    );
    assert_eq!(newest(&server).await.unwrap()["id"], again["id"]);
    let challenger = server.get(DIABETES).await.expect(200)["model"]["aliases"]["challenger"].clone();
    assert!(challenger.is_null(), "{challenger}");
}
