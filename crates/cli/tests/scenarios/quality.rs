//! Rows that are not as they should be: what is told, refused, counted and kept.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const MODEL: &str = "/api/models/diabetes";

async fn started() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    (folder, server)
}

impl Server {
    async fn quality(&self) -> Value {
        self.get(&format!("{MODEL}/quality?last_s=3600")).await.expect(200)
    }

    async fn put_checks(&self, checks: &[Value]) -> Answer {
        let request = self.request(Method::PUT, &format!("{MODEL}/quality/checks"));
        Answer::read(request.json(&json!({ "checks": checks })).send().await.unwrap()).await
    }

    /// A row like the first of the reference, with some values changed.
    async fn row(&self, changes: Value) -> Value {
        let mut row = self.get(MODEL).await.expect(200)["example"].clone();
        for (name, value) in changes.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    }

    async fn predict(&self, changes: Value) -> Answer {
        self.post(&format!("{MODEL}/predict"), json!({ "rows": [self.row(changes).await] })).await
    }
}

fn check(view: &Value, id: &str) -> Value {
    let checks = view["checks"].as_array().unwrap();
    checks.iter().find(|one| one["check"]["id"] == id).unwrap_or_else(|| panic!("no check {id}"))["check"]
        .clone()
}

fn shown(view: &Value, id: &str) -> Value {
    let checks = view["checks"].as_array().unwrap();
    checks.iter().find(|one| one["check"]["id"] == id).unwrap_or_else(|| panic!("no check {id}")).clone()
}

fn with(mut check: Value, field: &str, value: Value) -> Value {
    check[field] = value;
    check
}

#[tokio::test]
async fn checks_are_learnt_from_the_reference_which_passes_them() {
    let (_folder, server) = started().await;
    let view = server.quality().await;
    assert_eq!(view["learnt"]["from"], "reference");
    assert_eq!(view["learnt"]["rows"], 309);
    assert_eq!(check(&view, "sex.allowed")["expect"], json!({ "kind": "allowed", "values": ["1", "2"] }));
    assert_eq!(check(&view, "age.range")["expect"]["kind"], "range");
    // The whole reference, sent as traffic, fails none.
    let table =
        std::fs::read_to_string(crate::support::sample("diabetes").with_file_name("reference.csv")).unwrap();
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Value> = lines
        .map(|line| {
            let cells = names.iter().zip(line.split(',')).filter(|(name, _)| **name != "progression");
            cells.map(|(name, cell)| ((*name).to_owned(), json!(cell.parse::<f64>().unwrap()))).collect()
        })
        .collect();
    let answer = server.post(&format!("{MODEL}/predict"), json!({ "rows": rows })).await.expect(200);
    assert!(answer.get("warnings").is_none());
    server.get("/api/status").await.expect(200);
    let view = settled(&server, |view| view["totals"]["rows"] == 309).await;
    assert_eq!(view["totals"]["failed"], 0, "{}", failed(&view));
    assert_eq!(view["totals"]["violating_rows"], 0);
    assert!(view["totals"]["passed"].as_u64().unwrap() > 50, "{}", view["totals"]);
    assert_eq!(shown(&view, "age.range")["outcome"]["state"], "passed");
    let svg = server.get(&format!("{MODEL}/charts/quality.svg?last_s=900")).await;
    assert_eq!(svg.status, 200);
    let csv = server.get(&format!("{MODEL}/charts/quality_heatmap.csv?last_s=900")).await;
    assert_eq!(csv.status, 200);
}

/// Counting is a moment behind answering.
async fn settled(server: &Server, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..100 {
        let view = server.quality().await;
        if done(&view) {
            return view;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it never came: {}", server.quality().await["totals"]);
}

fn failed(view: &Value) -> String {
    let checks = view["checks"].as_array().unwrap().iter();
    let failed = checks.filter(|one| one["outcome"]["state"] == "failed");
    failed.map(|one| one["outcome"]["sentence"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn a_bad_row_is_counted_tagged_or_refused_as_its_check_says() {
    let (_folder, server) = started().await;
    // Counted.
    for _ in 0..10 {
        server.predict(json!({ "age": 400 })).await.expect(200);
    }
    let view = settled(&server, |view| shown(view, "age.range")["violations"] == 10).await;
    let range = shown(&view, "age.range");
    assert_eq!((&range["outcome"]["state"], &range["outcome"]["observed"]), (&json!("failed"), &json!(1.0)));
    let sentence = range["outcome"]["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("age: 100% of rows above ") && sentence.ends_with("reference never"),
        "{sentence}"
    );

    // Refused.
    let reject = with(check(&view, "age.range"), "action", json!("reject"));
    server.put_checks(&[reject]).await.expect(200);
    let refused = server.predict(json!({ "age": 400 })).await.expect(400);
    let said = refused["error"].as_str().unwrap();
    assert!(said.starts_with("row 0: `age` is 400, above "), "{said}");
    assert_eq!(refused["code"], "invalid");
    assert!(refused["hint"].as_str().unwrap().contains("`age.range`"), "{refused}");
    let view = settled(&server, |view| view["totals"]["rejected_requests"] == 1).await;
    assert_eq!(view["totals"]["rejected_rows"], 1);
    let tiles = server.get(&format!("{MODEL}/monitor")).await.expect(200);
    let errors =
        tiles["tiles"].as_array().unwrap().iter().find(|tile| tile["key"] == "errors").unwrap().clone();
    assert_eq!(errors["detail"], "1 of 11");

    // Tagged, in both dialects.
    let tag = with(check(&view, "sex.allowed"), "action", json!("tag"));
    server.put_checks(&[tag]).await.expect(200);
    let answer = server.predict(json!({ "sex": 7 })).await.expect(200);
    let warning = &answer["warnings"][0];
    assert_eq!(
        (&warning["row"], &warning["check"], &warning["value"]),
        (&json!(0), &json!("sex.allowed"), &json!("7"))
    );
    assert_eq!(warning["message"], "`sex` is `7`, which is not one of: 1, 2");
    let tagged = server.get(&format!("{MODEL}/quality/violations?action=tag")).await.expect(200);
    assert_eq!(tagged[0]["id"], answer["answers"][0]["id"]);
    assert_eq!(tagged.as_array().unwrap().len(), 1);
    let row = server.row(json!({ "sex": 9, "bmi": null })).await;
    let answer = infer(&server, &row).await.expect(200);
    assert_eq!(answer["parameters"]["quality_warnings"], "row 0: `sex` is `9`, which is not one of: 1, 2");
    let view = settled(&server, |view| view["totals"]["tagged_rows"] == 2).await;
    assert_eq!(shown(&view, "bmi.not_null")["violations"], 1);
    let examples = server.get(&format!("{MODEL}/quality/violations?check=bmi.not_null")).await.expect(200);
    assert_eq!(
        (&examples[0]["action"], &examples[0]["message"]),
        (&json!("warn"), &json!("`bmi` has no value"))
    );
}

#[tokio::test]
async fn a_column_that_falls_silent_raises_an_alert() {
    let (_folder, server) = started().await;
    let row = server.row(json!({ "bmi": null })).await;
    server.post(&format!("{MODEL}/predict"), json!({ "rows": vec![row; 40] })).await.expect(200);
    for _ in 0..200 {
        let open = server.get("/api/alerts?open=true").await.expect(200);
        let ours =
            open.as_array().unwrap().iter().find(|alert| alert["signal"] == "quality_violation").cloned();
        if let Some(alert) = ours {
            assert_eq!(alert["severity"], "act");
            assert_eq!(alert["message"], "bmi: 100% of rows without a value (40 of 40), reference never");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no alert: {}", server.get("/api/alerts").await.expect(200));
}

/// The row as one tensor.
async fn infer(server: &Server, row: &Value) -> Answer {
    let detail = server.get(MODEL).await.expect(200);
    let features = detail["versions"][0]["schema"]["features"].as_array().unwrap();
    let data: Vec<&Value> = features.iter().map(|feature| &row[feature["name"].as_str().unwrap()]).collect();
    let name = &features[0]["input"];
    let input = json!({ "name": name, "shape": [1, data.len()], "datatype": "FP32", "data": data });
    server.post("/v2/models/diabetes/infer", json!({ "inputs": [input] })).await
}

#[tokio::test]
async fn columns_missing_surplus_and_of_the_wrong_type_are_counted() {
    let (_folder, server) = started().await;
    server.predict(json!({ "age": "old" })).await.refused(400, "`age` is the text `old`");
    server.predict(json!({ "agee": 3 })).await.refused(400, "`agee`, which the model does not take");
    server.post(&format!("{MODEL}/predict"), json!({ "rows": [{ "age": 30 }] })).await.refused(400, "lacks");
    let view = settled(&server, |view| view["totals"]["rejected_requests"] == 3).await;
    for id in ["schema.type", "schema.extra", "schema.missing"] {
        let shown = shown(&view, id);
        assert_eq!((&shown["violations"], &shown["outcome"]["state"]), (&json!(1), &json!("failed")), "{id}");
    }
    // A column too many can be let pass.
    let lenient = with(check(&view, "schema.extra"), "action", json!("tag"));
    server.put_checks(&[lenient]).await.expect(200);
    let answer = server.predict(json!({ "agee": 3 })).await.expect(200);
    assert_eq!(answer["warnings"][0]["check"], "schema.extra");
    let strict = with(check(&view, "schema.type"), "action", json!("warn"));
    server.put_checks(&[strict]).await.refused(400, "check `schema.type`: `action` must be `reject`");
}

#[tokio::test]
async fn checks_are_edited_learnt_again_and_there_after_a_restart() {
    let (folder, server) = started().await;
    let view = server.quality().await;
    let range = check(&view, "age.range");
    let crossed = with(range.clone(), "expect", json!({ "kind": "range", "low": 9, "high": 1 }));
    server.put_checks(&[crossed]).await.refused(400, "check `age.range`: `low` must not be above `high`");
    let nowhere = with(with(range.clone(), "id", json!("x.range")), "column", json!("x"));
    server.put_checks(&[nowhere]).await.refused(400, "check `x.range`: `column` names no input");
    let edited = with(range.clone(), "expect", json!({ "kind": "range", "low": 18, "high": 99 }));
    server.put_checks(&[edited]).await.expect(200);
    assert_eq!(check(&server.quality().await, "age.range")["edited"], true);

    let learn = |body: Value| {
        let server = &server;
        async move { server.post(&format!("{MODEL}/quality/learn"), body).await }
    };
    let dry = learn(json!({ "dry_run": true })).await.expect(200);
    assert_eq!((&dry["applied"], &dry["changes"].as_array().unwrap().len()), (&json!(false), &1));
    assert_eq!(dry["changes"][0]["what"], "kept");
    let dry = learn(json!({ "dry_run": true, "replace_edited": true })).await.expect(200);
    assert_eq!(
        (&dry["changes"][0]["what"], &dry["changes"][0]["before"]),
        (&json!("changed"), &json!("18 to 99"))
    );
    assert_eq!(check(&server.quality().await, "age.range")["expect"]["high"], 99.0);
    learn(json!({ "from": "traffic" })).await.refused(409, "30 are needed to learn from");

    server.stop();
    let server = Server::start_in(folder.path(), &[]);
    let view = server.quality().await;
    assert_eq!(check(&view, "age.range")["expect"], json!({ "kind": "range", "low": 18.0, "high": 99.0 }));
    server.predict(json!({ "age": 12 })).await.expect(200);
    settled(&server, |view| shown(view, "age.range")["violations"] == 1).await;
    let all =
        server.post(&format!("{MODEL}/quality/learn"), json!({ "replace_edited": true })).await.expect(200);
    assert_eq!(all["applied"], true);
    assert_eq!(check(&server.quality().await, "age.range"), range);
    let audit = server.get(&format!("{MODEL}/audit")).await.expect(200);
    assert!(audit.to_string().contains("changed the quality checks age.range"), "{audit}");
}
