//! Each sample answers over HTTP as it does in Python's ONNX Runtime, and learns the truth afterwards.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    dangers::plus,
    support::{Answer, Server, sample},
};

/// Different processors round differently in the last bits.
const TOLERANCE: f64 = 1e-4;

fn golden(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../golden/samples.json")).unwrap();
    all[name].clone()
}

async fn deployed(server: &Server, name: &str) {
    server.import(name, std::fs::read(sample(name)).unwrap()).await;
}

fn assert_close(actual: &Value, expected: &Value) {
    let (actual, expected) = (actual.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        match (actual.as_f64(), expected.as_f64()) {
            (Some(a), Some(b)) => assert!((a - b).abs() <= TOLERANCE * b.abs().max(1.0), "{a} is not {b}"),
            _ => assert_eq!(actual, expected),
        }
    }
}

/// The bytes of a tensor that is written as JSON.
fn bytes(tensor: &Value) -> Bytes {
    let data = tensor["data"].as_array().unwrap();
    data.iter().flat_map(|value| (value.as_f64().unwrap() as f32).to_le_bytes()).collect()
}

/// The JSON of a tensor that came as bytes.
fn numbers(output: &Value, bytes: &[u8]) -> Value {
    if output["datatype"] == "BYTES" {
        let mut rest = bytes;
        let mut texts = Vec::new();
        while let Some((length, tail)) = rest.split_first_chunk() {
            let (text, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
            texts.push(String::from_utf8(text.to_vec()).unwrap());
            rest = tail;
        }
        return json!(texts);
    }
    let floats = bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk));
    json!(floats.collect::<Vec<_>>())
}

async fn answers_as_python_does(name: &str) {
    let server = Server::start();
    deployed(&server, name).await;
    let golden = golden(name);
    let request = json!({ "id": "mine", "inputs": golden["inputs"] });
    let answer = server.post(&format!("/v2/models/{name}/infer"), request).await.expect(200);
    assert_eq!((&answer["id"], &answer["model_version"]), (&json!("mine"), &json!("1")));
    assert_outputs(&answer, &golden, |index| answer["outputs"][index]["data"].clone());

    let mut input = golden["inputs"][0].clone();
    let raw = bytes(&input);
    input.as_object_mut().unwrap().remove("data");
    let (head, buffers) = server.infer_binary(name, vec![(input, raw)]).await;
    assert_outputs(&head, &golden, |index| numbers(&head["outputs"][index], &buffers[index]));
}

fn assert_outputs(answer: &Value, golden: &Value, data: impl Fn(usize) -> Value) {
    let (outputs, expected) = (answer["outputs"].as_array().unwrap(), golden["outputs"].as_array().unwrap());
    assert_eq!(outputs.len(), expected.len());
    for (index, (output, expected)) in outputs.iter().zip(expected).enumerate() {
        for field in ["name", "datatype", "shape"] {
            assert_eq!(output[field], expected[field], "{field}");
        }
        assert_eq!(output["parameters"]["keys"], expected["parameters"]["keys"]);
        assert_close(&data(index), &expected["data"]);
    }
}

#[tokio::test]
async fn the_classifier_answers_as_python_does() {
    answers_as_python_does("breast-cancer").await;
}

#[tokio::test]
async fn the_regressor_answers_as_python_does() {
    answers_as_python_does("diabetes").await;
}

#[tokio::test]
async fn the_network_answers_as_python_does() {
    answers_as_python_does("digits-cnn").await;
}

#[tokio::test]
async fn metadata_describes_what_inference_takes_and_gives() {
    let server = Server::start();
    deployed(&server, "breast-cancer").await;
    for path in ["/v2/models/breast-cancer", "/v2/models/breast-cancer/versions/1"] {
        let metadata = server.get(path).await.expect(200);
        assert_eq!(metadata["versions"], json!(["1"]));
        assert_eq!(metadata["inputs"], json!([{ "name": "input", "datatype": "FP32", "shape": [-1, 30] }]));
        assert_eq!(metadata["outputs"][1]["shape"], json!([-1, 2]));
        assert_eq!(metadata["outputs"][1]["parameters"]["keys"], json!(["benign", "malignant"]));
    }
    let ready = server.get("/v2/models/breast-cancer/ready").await.expect(200);
    assert_eq!(ready, json!({ "name": "breast-cancer", "ready": true }));
    server.get("/v2/models/breast-cancer/versions/2").await.refused(404, "no version 2");
}

#[tokio::test]
async fn the_whole_body_may_be_the_only_tensor() {
    let server = Server::start();
    deployed(&server, "diabetes").await;
    let golden = golden("diabetes");
    let request = server.request(reqwest::Method::POST, "/v2/models/diabetes/infer");
    let request = request.header("inference-header-content-length", 0).body(bytes(&golden["inputs"][0]));
    let answer = Answer::read(request.send().await.unwrap()).await;
    let (head, buffers) = crate::support::read_binary(answer);
    assert_close(&numbers(&head["outputs"][0], &buffers[0]), &golden["outputs"][0]["data"]);
}

#[tokio::test]
async fn rows_are_answered_by_name_and_the_truth_comes_later() {
    let server = Server::start();
    server.send("/api/samples/breast-cancer", "application/json", "").await.expect(201);
    let detail = server.get("/api/models/breast-cancer").await.expect(200);
    let row = &detail["example"];
    assert_eq!(row.as_object().unwrap().len(), 30, "a value for each feature");

    let request = json!({ "rows": [row, row], "id": "visit-7" });
    let answer = server.post("/api/models/breast-cancer/predict", request).await.expect(200);
    let first = &answer["answers"][0];
    let shares = first["probabilities"].as_object().unwrap();
    let sum: f64 = shares.values().map(|share| share.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6);
    assert!(shares.contains_key(first["label"].as_str().unwrap()));

    let labels = json!({ "labels": [{ "id": first["id"], "label": "benign" }] });
    let told = server.post("/api/labels", labels).await.expect(200);
    assert_eq!((&told["matched"], &told["unmatched"]), (&json!(1), &json!(0)));
    let csv = format!("id,label\n{},malignant\n", answer["answers"][1]["id"].as_str().unwrap());
    let told = server.send("/api/labels", "text/csv", csv).await.expect(200);
    assert_eq!(told["matched"], 1);
    let detail = server.get("/api/models/breast-cancer").await.expect(200);
    assert_eq!(detail["labels"]["matched"], 2);
}

#[tokio::test]
async fn a_chart_is_a_picture_or_its_numbers() {
    let server = Server::start();
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let picture = server.get("/api/models/diabetes/charts/latency.svg?width=400&height=200&theme=dark").await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, Some("image/svg+xml")));
    assert!(picture.body.starts_with(b"<svg"));
    let table = server.get("/api/models/diabetes/charts/latency.csv").await;
    assert!(table.header("content-type").unwrap().starts_with("text/csv"));
    assert!(table.body.starts_with(b"time,"));
    server.get("/api/models/diabetes/charts/weather.svg").await.refused(404, "weather");
}

#[tokio::test]
async fn two_versions_are_drawn_into_the_same_lines() {
    let server = Server::start();
    server.import("adder", plus(1.0)).await;
    server.import("adder", plus(2.0)).await;
    let table = server.get("/api/models/adder/charts/latency.csv?version=1&compare=2").await;
    let head = "time,v1 p50 (ms),v1 p99 (ms),v2 p50 (ms),v2 p99 (ms)";
    assert!(table.body.starts_with(head.as_bytes()), "{:?}", table.body);
    server.get("/api/models/adder/charts/latency.csv?version=1&compare=9").await.refused(404, "version 9");
    server.get("/api/models/adder/charts/latency.csv?compare=2").await.refused(400, "compare");
}
