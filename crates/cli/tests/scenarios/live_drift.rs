//! Drift of inputs while requests come in.

use serde_json::{Value, json};

use crate::{models::identity, support::Server};

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
