//! `tidegate report`: the same file from a running server and from the data folder.

use serde_json::{Value, json};

use crate::{
    golden::{Files, refused},
    support::{Server, run, text},
};

const MOST_BYTES: usize = 1_000_000;

#[tokio::test]
async fn a_report_is_one_file_from_a_server_or_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (files, data) = (Files::new(), folder.path().to_str().unwrap());
    let [html, report] =
        ["report.html", "report.json"].map(|name| files.put(name, "").to_str().unwrap().to_owned());
    let server = Server::start_in(folder.path(), &[]);
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let row = server.get("/api/models/diabetes").await.expect(200)["example"].clone();
    for _ in 0..20 {
        server.post("/api/models/diabetes/predict", json!({ "rows": [row] })).await.expect(200);
    }
    let write = |out: &str| {
        let output = run(&["report", "diabetes", "--from", "1h", "--out", out, "--data", data]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        std::fs::read_to_string(out).unwrap()
    };
    let check = |page: String, numbers: Value| {
        assert!(page.len() < MOST_BYTES && page.contains("<svg") && page.contains("diabetes: what happened"));
        assert!(!page.contains("<script") && !page.contains("src=\"http"));
        assert_eq!(numbers["model"], "diabetes");
        assert!(numbers["charts"].as_array().unwrap().iter().any(|chart| chart["kind"] == "throughput"));
        assert!(numbers.to_string().len() < MOST_BYTES && numbers["to"].as_i64() > numbers["from"].as_i64());
    };
    check(write(&html), serde_json::from_str(&write(&report)).unwrap());
    let page = server.get("/api/models/diabetes/report?last_s=600&format=html").await;
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    server.get("/api/models/diabetes/report?format=pdf").await.expect(400);
    server.get("/api/models/gone/report").await.refused(404, "gone");
    server.stop();
    check(write(&html), serde_json::from_str(&write(&report)).unwrap());
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let error = |line: &[&str]| refused(&[&["report", "churn", "--data", data], line].concat());
    assert!(error(&["--out", "report.pdf"]).contains("let --out end in .html or .json"));
    assert!(error(&["--out", "x.html", "--from", "yesterday"]).contains("`yesterday` is no time"));
    assert!(error(&["--out", "x.html", "--from", "1h", "--to", "2h"]).contains("is not before --to"));
    assert!(error(&["--out", "x.html"]).contains("churn"));
}
