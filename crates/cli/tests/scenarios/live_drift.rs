//! Drift of inputs while requests come in.

use serde_json::{Value, json};

use crate::{
    models::identity,
    records::patch,
    support::{Answer, Server},
};

const COLOURS: &str = "/api/models/colours";
/// ONNX's number of strings.
const STRING: i32 = 8;

/// A model of one category, with a reference of three colours in equal parts.
async fn colours() -> Server {
    let server = Server::start();
    server.import("colours", identity(STRING)).await;
    let rows: String = (0..900).map(|row| format!("{}\n", ["red", "green", "blue"][row % 3])).collect();
    server.send(&format!("{COLOURS}/reference"), "text/csv", format!("x\n{rows}")).await.expect(200);
    server
}

async fn ask(server: &Server, colours: impl Iterator<Item = &'static str>) {
    let data: Vec<_> = colours.collect();
    let input = json!({ "name": "x", "datatype": "BYTES", "shape": [data.len()], "data": data });
    server.post("/v2/models/colours/infer", json!({ "inputs": [input] })).await.expect(200);
}

async fn drift(server: &Server) -> Value {
    // What was asked is counted once labels are answered.
    server.post("/api/labels", json!({ "labels": [{ "id": "none", "label": 1 }] })).await.expect(200);
    server.get(&format!("{COLOURS}/monitor?last_s=600")).await.expect(200)["drift"][0].clone()
}

#[tokio::test]
async fn a_new_category_is_named_with_its_share() {
    let server = colours().await;
    let known = ["red", "green", "blue"];
    ask(&server, (0..300).map(|row| known[row % 3])).await;
    let before = drift(&server).await;
    assert_eq!((&before["feature"], &before["state"]), (&json!("x"), &json!("stable")), "{before}");

    // Of 400 rows 100 are of a colour the reference does not have.
    ask(&server, (0..100).map(|_| "violet")).await;
    let after = drift(&server).await;
    assert_eq!((&after["state"], &after["direction"]), (&json!("drifted"), &json!("new_categories")));
    let sentence = after["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("new categories (violet 25%); "), "{sentence}");
    let first = &after["contributions"][0];
    assert_eq!(first["bin"], "new categories", "{after}");
    assert_eq!((&first["reference"], &first["current"]), (&json!(0.0), &json!(0.25)));
    assert!(first["share"].as_f64().unwrap() > 0.5, "{first}");
}

#[tokio::test]
async fn an_input_goes_by_the_definition_stored_for_it() {
    let server = colours().await;
    // Four in ten are red, where a third is usual: too little for a PSI of 0.2, and plain to a test.
    let shares = ["red", "red", "red", "red", "green", "green", "green", "blue", "blue", "blue"];
    ask(&server, (0..2_000).map(|row| shares[row % 10])).await;
    let ours = drift(&server).await;
    assert_eq!((&ours["state"], &ours["exact"]), (&json!("stable"), &Value::Null), "{ours}");

    let settings = server.get(COLOURS).await.expect(200)["model"]["settings"].clone();
    assert_eq!(settings["drift"], json!({ "definition": "tidegate", "columns": {} }));
    let with = |drift: Value| {
        let mut settings = settings.clone();
        settings["drift"] = drift;
        json!({ "settings": settings })
    };
    let wrong = with(json!({ "columns": { "colour": "scipy" } }));
    let refused = server.request(reqwest::Method::PATCH, COLOURS).json(&wrong).send().await.unwrap();
    Answer::read(refused).await.refused(400, "`settings.drift.columns`: the model has no input `colour`");

    let kept = patch(&server, COLOURS, with(json!({ "columns": { "x": "scipy" } }))).await;
    assert_eq!(kept["model"]["settings"]["drift"]["columns"], json!({ "x": "scipy" }));
    let theirs = drift(&server).await;
    assert_eq!(theirs["state"], "drifted", "{theirs}");
    let exact = &theirs["exact"];
    assert_eq!((&exact["definition"], &exact["n_current"]), (&json!("scipy"), &json!(2_000)));
    assert!(theirs["sentence"].as_str().unwrap().contains("recomputed from 2000 rows"), "{theirs}");
    let report = async |query: &str| {
        let report = server.get(&format!("{COLOURS}/drift-report?last_s=600{query}")).await.expect(200);
        report["columns"][0]["definition"].clone()
    };
    assert_eq!(report("").await, "scipy");
    assert_eq!(report("&definition=nannyml").await, "nannyml");

    // The model's own, with the input left to ours.
    let all = json!({ "definition": "nannyml", "columns": { "x": "tidegate" } });
    patch(&server, COLOURS, with(all)).await;
    assert_eq!(drift(&server).await["state"], "stable");
    patch(&server, COLOURS, with(json!({ "definition": "nannyml" }))).await;
    assert_eq!(report("").await, "nannyml");
}
