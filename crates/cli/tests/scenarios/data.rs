//! Data sets as things of their own: registered, marked, used, binned.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    records::{label, over, predict, rows_of},
    steps::until,
    support::{Answer, Server, sample},
};

const PEOPLE: &str =
    "email,age,churned\nada@example.org,41,yes\nbob@example.org,52,no\neve@example.org,,no\n";

async fn register(server: &Server, file: &Path, rest: Value) -> Answer {
    let mut request = json!({ "path": file });
    request.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    server.post("/api/datasets", request).await
}

async fn patch(server: &Server, id: &Value, patch: Value) -> Answer {
    let request = server.request(Method::PATCH, &format!("/api/datasets/{id}"));
    Answer::read(request.json(&patch).send().await.unwrap()).await
}

async fn delete(server: &Server, id: &Value) -> Answer {
    let request = server.request(Method::DELETE, &format!("/api/datasets/{id}"));
    Answer::read(request.send().await.unwrap()).await
}

fn column<'a>(detail: &'a Value, name: &str) -> &'a Value {
    let columns = detail["columns_seen"].as_array().unwrap();
    columns.iter().find(|column| column["name"] == name).unwrap()
}

#[tokio::test]
async fn a_file_is_registered_where_it_lies_and_described() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("people.csv");
    fs::write(&file, PEOPLE).unwrap();
    let detail = register(&server, &file, json!({ "tags": ["eu"] })).await.expect(201);
    assert_eq!(
        (&detail["name"], &detail["rows"], &detail["format"]),
        (&json!("people.csv"), &json!(3), &json!("csv"))
    );
    assert_eq!((&detail["file"], &detail["tags"]), (&json!("here"), &json!(["eu"])));
    let age = column(&detail, "age");
    assert_eq!((&age["missing"], &age["numbers"]["mean"]), (&json!(1), &json!(46.5)));
    assert_eq!((&column(&detail, "email")["personal"], &detail["undecided"]), (&json!("email"), &json!(1)));

    // A person decides; the same file again is the same data set.
    let marked =
        patch(&server, &detail["id"], json!({ "personal": { "email": "nothing" }, "notes": "test" })).await;
    let marked = marked.expect(200);
    assert_eq!((&column(&marked, "email")["personal"], &marked["undecided"]), (&Value::Null, &json!(0)));
    patch(&server, &detail["id"], json!({ "personal": { "mail": "email" } }))
        .await
        .refused(400, "no column `mail`");
    assert_eq!(register(&server, &file, json!({})).await.expect(201)["id"], detail["id"]);

    fs::remove_file(&file).unwrap();
    let gone = server.get(&format!("/api/datasets/{}", detail["id"])).await.expect(200);
    assert_eq!(gone["file"], "missing");
    register(&server, &file, json!({})).await.refused(400, "there is no file");
}

#[tokio::test]
async fn an_upload_is_kept_and_goes_through_the_bin() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start_in(folder.path(), &[]);
    let kind = "application/octet-stream";
    let detail = server.send("/api/datasets/upload?filename=people.csv", kind, PEOPLE).await.expect(201);
    let copy = folder.path().join("datasets").join(format!("{}.csv", detail["sha256"].as_str().unwrap()));
    assert!(copy.is_file() && detail["path"].is_null());
    server.send("/api/datasets/upload?filename=x.csv", kind, "a,b\n1\n").await.refused(400, "line 2");

    assert_eq!(delete(&server, &detail["id"]).await.status, 204);
    assert_eq!(server.get("/api/datasets").await.expect(200), json!([]));
    assert_eq!(server.get("/api/datasets?deleted=true").await.expect(200)[0]["name"], "people.csv");
    server.post(&format!("/api/datasets/{}/restore", detail["id"]), json!({})).await.expect(200);
    let purge = format!("/api/datasets/{}/purge", detail["id"]);
    server.post(&purge, json!({})).await.refused(409, "not in the bin");
    delete(&server, &detail["id"]).await;

    // A copy outlives the program, and goes when it is purged.
    server.stop();
    let server = Server::start_in(folder.path(), &[]);
    assert!(copy.is_file());
    assert_eq!(server.post(&purge, json!({})).await.status, 204);
    assert!(!copy.exists());
    drop(data);
}

#[tokio::test]
async fn a_registered_set_becomes_a_reference_unless_it_changed() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    server.post("/api/samples/breast-cancer", json!({})).await.expect(201);
    let name = server.get("/api/models").await.expect(200)[0]["name"].as_str().unwrap().to_owned();
    let listed = server.get("/api/datasets").await.expect(200);
    assert_eq!(listed[0]["reference_of"], name.as_str());
    delete(&server, &listed[0]["id"]).await.refused(409, "belongs to a model");

    let csv = fs::read_to_string(sample(&name).with_file_name("holdout.csv")).unwrap();
    let file = folder.path().join("newer.csv");
    fs::write(&file, &csv).unwrap();
    let set = register(&server, &file, json!({})).await.expect(201);
    let reference = format!("/api/models/{name}/reference?dataset={}", set["id"]);
    let baseline = server.post(&reference, json!({})).await.expect(200);
    assert_eq!(baseline["rows"], set["rows"]);
    let used = server.get(&format!("/api/datasets/{}", set["id"])).await.expect(200);
    assert_eq!(used["used_by"], json!([{ "what": "reference", "model": name }]));
    delete(&server, &set["id"]).await.refused(409, "is the reference data set of model");

    fs::write(&file, csv.replacen('1', "2", 1)).unwrap();
    server.post(&reference, json!({})).await.refused(409, "has changed since it was registered");
    fs::remove_file(&file).unwrap();
    server.post(&reference, json!({})).await.refused(409, "is gone");
}

/// Two groups of customers apart by `visits`; the e-mail address tells each one.
fn customers(rows: usize) -> String {
    let row = |row: usize| {
        let stays = row.is_multiple_of(2);
        let visits = if stays { 8 + row % 5 } else { row % 6 };
        let plan = ["basic", "pro", "team"][row % 3];
        format!("c{row}@example.org,{visits},{plan},{}\n", if stays { "yes" } else { "no" })
    };
    format!("email,visits,plan,stays\n{}", (0..rows).map(row).collect::<String>())
}

async fn ended(server: &Server, id: &Value) -> Value {
    for _ in 0..1_200 {
        let training = server.get(&format!("/api/trainings/{id}")).await.expect(200);
        if training["state"] != "queued" && training["state"] != "running" {
            return training;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the training does not end");
}

#[tokio::test]
async fn a_data_set_becomes_a_model_that_answers_and_can_be_retrained() {
    let server = Server::start();
    let kind = "application/octet-stream";
    let set =
        server.send("/api/datasets/upload?filename=customers.csv", kind, customers(300)).await.expect(201);
    let train = format!("/api/datasets/{}/train", set["id"]);
    let wrong = json!({ "target": "leaves", "name": "stays" });
    server.post(&train, wrong).await.refused(400, "`target`: the data set has no column `leaves`");
    let asked = json!({ "target": "stays", "name": "stays", "method": "linear", "seed": 3 });
    let begun = server.post(&train, asked.clone()).await.expect(201);
    delete(&server, &set["id"]).await.refused(409, "learns from `customers.csv` now");
    let done = ended(&server, &begun["id"]).await;
    assert_eq!((&done["state"], &done["model"]), (&json!("done"), &json!("stays")), "{done}");
    let card = &done["card"];
    assert_eq!((&card["primary"], &card["rows"]["held_out"]), (&json!("accuracy"), &json!(76)));
    assert!(card["metrics"].as_array().unwrap().iter().any(|metric| metric["value"] == 1.0));
    let left = &card["left_out"].as_array().unwrap()[0];
    assert_eq!((&left["name"], &left["why"]), (&json!("email"), &json!("was excluded")));
    assert!(done["log"].to_string().contains("`email` is left out: it holds e-mail addresses"));

    let rows = json!({ "rows": [{ "visits": 9, "plan": "pro" }, { "visits": 1, "plan": "basic" }] });
    let answer = server.post("/api/models/stays/predict", rows).await.expect(200);
    assert_eq!(
        (&answer["answers"][0]["label"], &answer["answers"][1]["label"]),
        (&json!("yes"), &json!("no")),
        "{answer}"
    );
    let model = server.get("/api/models/stays").await.expect(200);
    assert_eq!((&model["baseline"]["from"], &model["baseline"]["rows"]), (&json!("reference"), &json!(300)));
    assert!(
        model["model"]["card"].as_str().unwrap().contains("Made from the data set customers.csv by linear")
    );
    assert_eq!(model["versions"][0]["source"]["from"], "data");
    server.post(&train, asked).await.refused(409, "there is a model `stays` already");
}

/// Points inside a ring and on it, every ninth without its first number, and where each lies.
fn rings(rows: usize) -> Vec<(Value, Value)> {
    let point = |row: usize| {
        let (turn, on) = (row as f64 * 2.4, row.is_multiple_of(2));
        let distance = if on { 3.0 } else { 0.004 * (row % 250) as f64 };
        let x = if row % 9 == 4 { Value::Null } else { json!(distance * turn.cos()) };
        (json!({ "x": x, "y": distance * turn.sin() }), json!(if on { "ring" } else { "middle" }))
    };
    (0..rows).map(point).collect()
}

#[tokio::test]
async fn a_network_made_from_a_table_is_watched_while_it_learns_and_retrained() {
    let server = Server::start();
    let rows = rings(600);
    let line = |(row, place): &(Value, Value)| {
        format!("{},{},{}\n", row["x"].as_f64().map_or(String::new(), |x| x.to_string()), row["y"], place)
    };
    let csv = format!("x,y,place\n{}", rows.iter().map(line).collect::<String>().replace('"', ""));
    let kind = "application/octet-stream";
    let set = server.send("/api/datasets/upload?filename=rings.csv", kind, csv).await.expect(201);
    let asked = json!({ "target": "place", "name": "rings", "method": "mlp" });
    let begun = server.post(&format!("/api/datasets/{}/train", set["id"]), asked).await.expect(201);
    let path = format!("/api/trainings/{}", begun["id"]);
    let told = until("a loss", async || {
        let training = server.get(&path).await.expect(200);
        assert_ne!(training["state"], "failed", "{training}");
        (training["loss"].is_number() || training["state"] == "done").then_some(training)
    })
    .await;
    assert!(told["step"].as_u64() <= told["total"].as_u64(), "{told}");
    let done = ended(&server, &begun["id"]).await;
    assert_eq!((&done["state"], &done["card"]["method"]), (&json!("done"), &json!("mlp")), "{done}");
    let accuracy = &done["card"]["metrics"].as_array().unwrap()[0];
    assert!(accuracy["name"] == "accuracy" && accuracy["value"].as_f64().unwrap() > 0.9, "{accuracy}");

    let model = "/api/models/rings";
    let probe = server.get(model).await.expect(200)["probe"].clone();
    assert_eq!(probe["summary"], "can be retrained: neural network, continue or full");
    let new = &rows[..80];
    let ids = predict(&server, model, &rows_of(new)).await;
    label(&server, ids.into_iter().zip(new.iter().map(|(_, place)| place.clone()))).await;
    for mode in ["continue", "full"] {
        let plan = json!({ "mode": mode, "rounds": 20, "gates": { "latency_factor": 100 } });
        let run = server.post(&format!("{model}/runs"), json!({ "plan": plan })).await.expect(201);
        let run = over(&server, &run).await;
        assert!(run["comparison"].is_object() && run["error"].is_null(), "{run}");
        assert!(run["log"].to_string().contains("neural network, "), "{}", run["log"]);
    }
}

#[tokio::test]
async fn a_training_is_cancelled_and_leaves_nothing() {
    let server = Server::start();
    let kind = "application/octet-stream";
    let set =
        server.send("/api/datasets/upload?filename=customers.csv", kind, customers(2_000)).await.expect(201);
    let asked = json!({ "target": "stays", "name": "stays" });
    let begun = server.post(&format!("/api/datasets/{}/train", set["id"]), asked).await.expect(201);
    let cancel = format!("/api/trainings/{}/cancel", begun["id"]);
    server.post(&cancel, json!({})).await.expect(200);
    assert_eq!(ended(&server, &begun["id"]).await["state"], "cancelled");
    server.post(&cancel, json!({})).await.refused(409, "is over");
    assert_eq!(server.get("/api/models").await.expect(200), json!([]));
    assert_eq!(delete(&server, &set["id"]).await.status, 204);
}

/// Asks the sample about its holdout, some rows at a time, and labels every answer; how many rows.
async fn asked_and_labelled(server: &Server, name: &str) -> usize {
    let mut reader = csv::Reader::from_path(sample(name).with_file_name("holdout.csv")).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.unwrap();
        let mut row = serde_json::Map::new();
        for (column, cell) in header.iter().zip(&record) {
            match column == "diagnosis" {
                true => labels.push(cell.to_owned()),
                false => _ = row.insert(column.clone(), json!(cell.parse::<f64>().unwrap())),
            }
        }
        rows.push(Value::Object(row));
    }
    let path = format!("/api/models/{name}/predict");
    let mut known = Vec::new();
    for (rows, labels) in rows.chunks(20).zip(labels.chunks(20)) {
        let answer = server.post(&path, json!({ "rows": rows })).await.expect(200);
        let answers = answer["answers"].as_array().unwrap().iter().zip(labels);
        known.extend(answers.map(|(answer, label)| json!({ "id": answer["id"], "label": label })));
    }
    server.post("/api/labels", json!({ "labels": known })).await.expect(200);
    rows.len()
}

#[tokio::test]
async fn predictions_become_a_data_set_that_a_model_learns_from() {
    let server = Server::start();
    server.post("/api/samples/breast-cancer", json!({})).await.expect(201);
    let rows = asked_and_labelled(&server, "breast-cancer").await;
    let join = "/api/models/breast-cancer/datasets";
    let all = json!({ "from": 0, "to": 4_000_000_000_000_i64, "format": "parquet", "name": "all" });
    let mut set = Value::Null;
    // Labels are matched in the order they came, a moment after they were answered.
    for _ in 0..100 {
        let joined = server.post(join, all.clone()).await;
        if joined.status == 201 && joined.json()["rows"] == rows {
            set = joined.json();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((&set["rows"], &set["format"]), (&json!(rows), &json!("parquet")), "{set}");
    assert!(
        set["lineage"]["summary"].as_str().unwrap().starts_with("predictions of breast-cancer, 1970-01-01")
    );
    assert_eq!(column(&set, "prediction_time")["kind"], "timestamp");
    let only =
        json!({ "from": 0, "to": 4_000_000_000_000_i64, "filter": "y == \"malignant\"", "name": "bad" });
    let bad = server.post(join, only).await.expect(201);
    assert_eq!((column(&bad, "diagnosis")["distinct"].clone(), &bad["format"]), (json!(1), &json!("csv")));
    assert!(bad["rows"].as_u64().unwrap() < rows as u64);
    let wrong = json!({ "from": 0, "to": 1, "filter": "colour == 1" });
    server.post(join, wrong).await.refused(400, "`filter`");

    // The reference and the set, the newest rows held out; the rows are named so that they are known again.
    let data = json!({ "labelled": false, "datasets": [set["id"]], "split": "time" });
    let plan = json!({ "plan": { "rounds": 20, "data": data, "gates": { "min_rows": 10 } } });
    let dry = server.post("/api/models/breast-cancer/retrain/dry-run", plan.clone()).await.expect(200);
    assert_eq!((&dry["obstacles"], &dry["labelled"]), (&json!([]), &json!(rows)), "{dry}");
    let run = server.post("/api/models/breast-cancer/runs", plan).await.expect(201);
    let mut over = Value::Null;
    for _ in 0..1_200 {
        over = server.get(&format!("/api/runs/{}", run["id"])).await.expect(200);
        if !["queued", "preparing", "training", "comparing"].contains(&over["state"].as_str().unwrap()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(over["comparison"].is_object(), "{over}");
    assert_eq!(over["data"]["parts"], dry["data"]["parts"]);
    let parts = over["data"]["parts"].as_array().unwrap();
    let newest = parts.iter().find(|part| part["part"] == "held out, new").unwrap();
    assert_eq!(newest["rows"].as_u64().unwrap(), (rows as f64 * 0.25).round() as u64);
    let used = server.get(&format!("/api/datasets/{}", set["id"])).await.expect(200);
    assert_eq!(used["used_by"][0]["what"], "run");

    // A Parquet set can be the reference as well.
    let reference = format!("/api/models/breast-cancer/reference?dataset={}", set["id"]);
    assert_eq!(server.post(&reference, json!({})).await.expect(200)["rows"], rows);
}
