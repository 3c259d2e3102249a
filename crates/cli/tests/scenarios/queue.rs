//! Retrainings of several models: who waits for whom, and what a kill leaves of it.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    records::{label, over, patch, predict, reference, rows_of, runs},
    steps::until,
    support::{Server, sample},
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
async fn a_first_model_in_the_making_stands_in_the_same_line() {
    let server = Server::start();
    samples(&server).await;
    let slow = server.post(&format!("{DIABETES}/runs"), endless()).await.expect(201);
    trains(&server, &slow).await;
    let rows: String = (0..40).map(|row| format!("{row},{}\n", row % 2)).collect();
    let csv = format!("age,bought\n{rows}");
    let kind = "application/octet-stream";
    let set = server.send("/api/datasets/upload?filename=buyers.csv", kind, csv).await.expect(201);
    let asked = json!({ "target": "bought", "name": "buyers", "method": "linear" });
    let first = server.post(&format!("/api/datasets/{}/train", set["id"]), asked).await.expect(201);
    let second = server.post(&format!("{CANCER}/runs"), json!({})).await.expect(201);
    let queue = server.get("/api/queue").await.expect(200);
    let waits = &queue["trainings"][0];
    assert_eq!(
        (&waits["id"], &waits["model"], &waits["position"]),
        (&first["id"], &json!("buyers"), &json!(1)),
        "{queue}"
    );
    assert_eq!(queue["runs"][1]["position"], 2, "{queue}");
    let training = format!("/api/trainings/{}", first["id"]);
    server.post(&format!("{training}/cancel"), json!({})).await.expect(200);
    until("it leaves the line", async || {
        (server.get(&training).await.expect(200)["state"] == "cancelled").then_some(())
    })
    .await;
    let queue = server.get("/api/queue").await.expect(200);
    assert_eq!((&queue["trainings"], &queue["runs"][1]["position"]), (&json!([]), &json!(1)), "{queue}");
    for run in [second, slow] {
        server.post(&format!("/api/runs/{}/cancel", run["id"]), json!({})).await.expect(200);
        over(&server, &run).await;
    }
}

#[tokio::test]
async fn rows_of_a_changed_file_are_learnt_from() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    samples(&server).await;
    let file = folder.path().join("new rows.csv");
    let all = std::fs::read_to_string(sample("breast-cancer").with_file_name("holdout.csv")).unwrap();
    let lines: Vec<&str> = all.lines().collect();
    let write = |rows: usize| std::fs::write(&file, lines[..=rows].join("\n") + "\n").unwrap();
    write(20);
    let triggers = json!({ "file": file, "cool_down_min": 0 });
    patch(&server, CANCER, json!({ "settings": { "triggers": triggers } })).await;
    until("it is seen as it lies there", async || {
        let view = server.get(&format!("{CANCER}/triggers")).await.expect(200);
        view["conditions"][0]["says"].as_str().unwrap().ends_with("has not changed").then_some(())
    })
    .await;
    let mut learnt = Vec::new();
    for (rows, number) in [(60, 1), (100, 2)] {
        write(rows);
        let run = until("a run by the file", async || {
            let runs = runs(&server, CANCER).await;
            (runs.len() == number).then(|| runs[0].clone())
        })
        .await;
        let run = over(&server, &run).await;
        assert!(run["comparison"].is_object(), "{}", run["error"]);
        let parts = run["data"]["parts"].as_array().unwrap();
        let new = parts.iter().filter(|part| part["part"].as_str().unwrap().ends_with(", new"));
        assert_eq!(new.map(|part| part["rows"].as_u64().unwrap()).sum::<u64>(), rows as u64, "{parts:?}");
        learnt.push(run["plan"]["data"]["datasets"].clone());
    }
    assert_eq!((learnt[0].as_array().unwrap().len(), learnt[1].as_array().unwrap().len()), (1, 1));
    assert_ne!(learnt[0], learnt[1], "in the place of what was registered of it before");
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
