//! What a client gets wrong is told in words that name it, with the right status.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    models::{FLOAT, identity},
    support::{Answer, Server, sample},
};

async fn with_identity() -> Server {
    let server = Server::start();
    server.import("same", identity(FLOAT)).await;
    server
}

#[tokio::test]
async fn a_wrong_tensor_is_named() {
    let server = with_identity().await;
    let tensor = |name: &str, datatype: &str, shape: Value, data: Value| json!({ "inputs": [{ "name": name, "datatype": datatype, "shape": shape, "data": data }] });
    for (request, said) in [
        (tensor("z", "FP32", json!([1]), json!([1])), "no input `z`"),
        (tensor("x", "FP32", json!([1, 1]), json!([1])), "input `x`"),
        (tensor("x", "FP32", json!([2]), json!([1])), "input `x`: 4 bytes do not fill"),
        (tensor("x", "FP32", json!([-1]), json!([1])), "can't be read"),
        (tensor("x", "FP64", json!([1]), json!([1])), "input `x`"),
        (tensor("x", "FP31", json!([1]), json!([1])), "`FP31` is not a datatype"),
        (tensor("x", "FP32", json!([1]), json!(["one"])), "input `x`: `data`"),
        (json!({ "inputs": [] }), "input `x` is missing"),
        (json!({ "inputs": [{ "name": "x", "datatype": "FP32", "shape": [1] }] }), "`data` is missing"),
        (json!({}), "inputs"),
    ] {
        server.post("/v2/models/same/infer", request).await.refused(400, said);
    }
    let nan = r#"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[NaN]}]}"#;
    server.send("/v2/models/same/infer", "application/json", nan).await.refused(400, "can't be read");
    let mut unknown = tensor("x", "FP32", json!([1]), json!([1]));
    unknown["outputs"] = json!([{ "name": "w" }]);
    server.post("/v2/models/same/infer", unknown).await.refused(400, "no output `w`");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let server = with_identity().await;
    let request = json!({ "inputs": [] });
    for path in ["/v2/models/gone", "/v2/models/gone/ready", "/api/models/gone", "/api/models/gone/monitor"] {
        server.get(path).await.refused(404, "gone");
    }
    server.post("/v2/models/gone/infer", request.clone()).await.refused(404, "gone");
    server.post("/v2/models/same/versions/9/infer", request).await.refused(404, "9");
    server.get("/api/imports/gone").await.expect(404);
    server.get("/api/runs/77").await.expect(404);
    server.get("/api/nothing").await.refused(404, "no such path");
    server.get("/v2/nothing").await.refused(404, "no such path");
    let answer = Answer::read(server.request(Method::PUT, "/api/models").send().await.unwrap()).await;
    answer.refused(405, "does not take this method");
}

#[tokio::test]
async fn too_much_is_refused_with_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &["--max-request", "1", "--max-model", "2"]);
    server.import("same", identity(FLOAT)).await;
    let too_much = vec![b' '; (1 << 20) + 1];
    server.send("/v2/models/same/infer", "application/json", too_much).await.refused(413, "1 MiB");
    let too_much = vec![0; (2 << 20) + 1];
    let path = "/api/imports?filename=big.onnx";
    server.send(path, "application/octet-stream", too_much).await.refused(413, "2 MiB");
}

#[tokio::test]
async fn a_wrong_row_names_the_feature() {
    let server = Server::start();
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let path = "/api/models/diabetes/predict";
    server.post(path, json!({ "rows": [{ "height": 7 }] })).await.expect(400);
    let detail = server.get("/api/models/diabetes").await.expect(200);
    let mut row = detail["example"].clone();
    let name = row.as_object().unwrap().keys().next().unwrap().clone();
    row[&name] = json!("tall");
    server.post(path, json!({ "rows": [row] })).await.refused(400, &name);
    server.send(path, "application/json", "{").await.refused(400, "JSON");
}

#[tokio::test]
async fn a_file_that_is_no_model_is_not_kept() {
    let server = Server::start();
    let answer = server.send("/api/imports?filename=notes.onnx", "text/plain", "remember the milk").await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert!(answer.json()["hint"].is_string() || answer.json()["error"].is_string());
    server.send("/api/imports", "text/plain", "").await.refused(400, "filename");
    assert_eq!(server.get("/api/models").await.expect(200), json!([]));
}

#[tokio::test]
async fn the_same_bytes_twice_are_a_conflict() {
    let server = Server::start();
    let model = std::fs::read(sample("diabetes")).unwrap();
    server.import("diabetes", model.clone()).await;
    let path = "/api/models?filename=diabetes.onnx";
    server.send(path, "application/octet-stream", model).await.refused(409, "already version 1");
}

#[tokio::test]
async fn a_page_of_another_site_gets_nothing_done() {
    let server = with_identity().await;
    let foreign = server.request(Method::DELETE, "/api/models/same").header("origin", "https://evil.example");
    Answer::read(foreign.send().await.unwrap()).await.refused(403, "another site");
    let rebound = server.request(Method::GET, "/api/status").header("host", "evil.example");
    Answer::read(rebound.send().await.unwrap()).await.refused(403, "evil.example");
    let own = server.request(Method::DELETE, "/api/models/same").header("origin", &server.url);
    assert_eq!(own.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn a_deep_link_is_the_page() {
    let server = Server::start();
    for path in ["/", "/models/churn/monitor", "/settings"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"));
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(server.get("/assets/gone.js").await.status, 404);
}

#[tokio::test]
async fn the_document_is_served() {
    let server = Server::start();
    let served = server.get("/api/openapi.json").await.expect(200);
    let printed = crate::support::run(&["openapi"]);
    assert!(printed.status.success());
    assert_eq!(served, serde_json::from_slice::<Value>(&printed.stdout).unwrap());
}
