//! How a challenger is judged: many figures on the same rows, gates that a plan sets, labels that would decide, and
//! recorded requests answered again before anyone promotes.

use serde_json::{Value, json};

use crate::{
    records::{label, over, predict, reference, rows_of, with_sample},
    steps::until,
    support::Server,
};

const CANCER: &str = "/api/models/breast-cancer";

/// The sample with recorded requests, of which the first so many have labels.
async fn labelled(count: usize) -> (Server, Vec<String>) {
    let server = with_sample("breast-cancer").await;
    let all = reference("breast-cancer", "diagnosis");
    let ids = predict(&server, CANCER, &rows_of(&all)).await;
    let truths = all.iter().map(|(_, truth)| truth.clone());
    label(&server, ids.iter().cloned().zip(truths).take(count)).await;
    (server, ids)
}

async fn run(server: &Server, plan: Value) -> Value {
    let run = server.post(&format!("{CANCER}/runs"), json!({ "plan": plan })).await.expect(201);
    over(server, &run).await
}

fn line<'a>(run: &'a Value, what: &str) -> &'a Value {
    let lines = run["comparison"]["lines"].as_array().unwrap();
    lines.iter().find(|line| line["what"] == what).unwrap_or_else(|| panic!("no `{what}` in {lines:?}"))
}

#[tokio::test]
async fn a_challenger_is_judged_by_every_gate_of_its_plan() {
    let (server, ids) = labelled(240).await;
    let wrong = json!({ "plan": { "gates": { "confidence": 2 } } });
    server.post(&format!("{CANCER}/runs"), wrong).await.refused(409, "`gates.confidence` is 2");
    let metrics = json!([
        { "metric": "roc_auc", "limit": { "kind": "reach", "value": 0.5 } },
        { "metric": "log_loss", "rows": "old", "limit": { "kind": "surely_keep", "margin": 5 } },
    ]);
    let outputs = json!({ "least_agreement": 0.2, "most_psi": 10 });
    let gates = json!({ "new_margin": 0.5, "latency_factor": 1000, "size_factor": 1000, "metrics": metrics,
        "outputs": outputs, "slices": { "min_rows": 5, "margin": 0.9 } });
    let run = run(&server, json!({ "gates": gates })).await;
    assert_eq!(run["state"], "held", "{}", run["error"]);
    let comparison = &run["comparison"];
    assert_eq!(
        (&comparison["passed"], &comparison["folds"], &comparison["rows_new"]),
        (&json!(true), &json!(0), &json!(60)),
        "{comparison}"
    );
    for decides in [
        "accuracy, new rows",
        "accuracy, old rows",
        "ROC AUC, new rows",
        "log loss, old rows",
        "worst part of the new rows",
        "median run time",
        "file size",
        "drift of answers to recent traffic",
        "agreement on recent traffic",
    ] {
        assert_eq!(line(&run, decides)["passed"], true, "{}", line(&run, decides));
    }
    let brier = line(&run, "Brier score, new rows");
    assert!(brier["passed"].is_null() && brier["low"].as_f64() <= brier["high"].as_f64(), "{brier}");
    assert!(line(&run, "accuracy, new rows")["test"]["name"].as_str().unwrap().starts_with("McNemar"));
    let agreement = line(&run, "agreement on recent traffic")["reason"].as_str().unwrap();
    assert!(agreement.contains(&format!("of {} rows answered alike", ids.len())), "{agreement}");
}

#[tokio::test]
async fn few_labels_are_judged_by_models_that_have_not_seen_them() {
    let (server, _) = labelled(48).await;
    let run = run(&server, json!({ "gates": { "min_rows": 40, "folds": 4, "latency_factor": 1000 } })).await;
    assert_eq!(run["state"], "held", "{}", run["error"]);
    let comparison = &run["comparison"];
    assert_eq!((&comparison["folds"], &comparison["rows_new"]), (&json!(4), &json!(48)), "{comparison}");
    assert!(line(&run, "accuracy, new rows")["challenger"].as_f64().unwrap() > 0.85, "{comparison}");
    assert!(run["log"].to_string().contains("4 models are trained"), "{}", run["log"]);
    let detail = server.get(CANCER).await.expect(200);
    assert_eq!(detail["versions"].as_array().unwrap().len(), 2, "models of parts are no versions");
}

/// The second run has nothing else to make: its challenger is that of the first.
#[tokio::test]
async fn the_same_inputs_give_the_same_bytes() {
    let (server, ids) = labelled(120).await;
    let plan = json!({ "seed": 7, "gates": { "latency_factor": 1000 } });
    let first = run(&server, plan.clone()).await;
    assert_eq!(first["state"], "held", "{}", first["error"]);
    let lineage = &first["lineage"];
    assert_eq!(lineage["data_sha256"].as_str().unwrap().len(), 64);
    let detail = server.get(CANCER).await.expect(200);
    assert_eq!(lineage["parent_sha256"], detail["versions"][1]["sha256"]);
    assert!(lineage["rows"].as_u64().unwrap() > 90 && lineage["program"].is_string(), "{lineage}");
    let second = run(&server, plan.clone()).await;
    assert_eq!(
        (&second["state"], &second["challenger"]),
        (&json!("held"), &first["challenger"]),
        "{}",
        second["error"]
    );
    assert!(second["log"].to_string().contains("version 2 again, byte for byte"), "{}", second["log"]);
    assert_eq!(second["lineage"], *lineage);
    assert_eq!(server.get(CANCER).await.expect(200)["versions"].as_array().unwrap().len(), 2);
    label(&server, [(ids[130].clone(), json!("benign"))]).await;
    let third = run(&server, plan).await;
    assert_ne!(third["lineage"]["data_sha256"], lineage["data_sha256"], "another label is other data");
}

#[tokio::test]
async fn a_held_run_is_compared_again_by_rows_that_were_labelled_since() {
    let (server, ids) = labelled(60).await;
    let first = run(&server, json!({ "rounds": 3, "gates": { "min_rows": 60, "folds": 0 } })).await;
    assert_eq!(
        (&first["comparison"]["rows_new"], &first["comparison"]["more_rows"]),
        (&json!(15), &json!(45))
    );
    let again = format!("/api/runs/{}/compare", first["id"]);
    server.post(&again, json!({})).await.refused(409, "no row was labelled since");
    let truths: Vec<_> =
        reference("breast-cancer", "diagnosis").into_iter().map(|(_, truth)| truth).collect();
    let told = async |from: usize, to: usize| {
        let pairs = ids.iter().cloned().zip(truths.iter().cloned());
        label(&server, pairs.skip(from).take(to - from)).await;
    };
    told(60, 70).await;
    server.post(&again, json!({})).await.expect(200);
    // Called off, the labels are still there to compare by.
    server.post(&format!("/api/runs/{}/cancel", first["id"]), json!({})).await;
    let held = async |rows: Option<u64>| {
        until("it is held again", async || {
            let run = server.get(&format!("/api/runs/{}", first["id"])).await.expect(200);
            let by = run["comparison"]["rows_new"].as_u64();
            (run["state"] == "held" && (rows.is_none() || by == rows)).then_some(run)
        })
        .await
    };
    if held(None).await["comparison"]["rows_new"] == 15 {
        server.post(&again, json!({})).await.expect(200);
    }
    let second = held(Some(25)).await;
    assert_eq!(
        (&second["comparison"]["rows_new"], &second["comparison"]["more_rows"]),
        (&json!(25), &json!(35)),
        "the rows learnt from are not among them"
    );
    // As many as were asked for: nobody has to press a button.
    told(70, 105).await;
    let third = held(Some(60)).await;
    assert!(third["comparison"]["more_rows"].is_null() || third["comparison"]["more_rows"] != 0, "{third}");
    assert_eq!(third["lineage"], first["lineage"]);
}

#[tokio::test]
async fn rows_that_would_decide_are_named_and_go_once_they_are_labelled() {
    let (server, ids) = labelled(60).await;
    let run = run(&server, json!({ "rounds": 3, "gates": { "min_rows": 200, "folds": 0 } })).await;
    assert_eq!(run["comparison"]["more_rows"], 185, "{}", run["comparison"]);
    assert_eq!(
        line(&run, "accuracy, new rows")["reason"].as_str().unwrap().find("label 185 more rows"),
        Some(0)
    );
    let path = format!("/api/runs/{}/rows-to-label?most=1000", run["id"]);
    let told = server.get(&path).await.expect(200);
    let unlabelled = ids.len() - 60;
    assert_eq!((&told["looked_at"], &told["unlabelled"]), (&json!(ids.len()), &json!(unlabelled)));
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(rows.len(), unlabelled);
    let apart = told["apart"].as_u64().unwrap() as usize;
    assert!(rows.iter().take(apart).all(|row| row["before"]["label"] != row["after"]["label"]));
    assert!(rows.iter().skip(apart).all(|row| row["before"]["label"] == row["after"]["label"]));
    let first = rows[0]["id"].as_str().unwrap();
    assert!(!ids[..60].iter().any(|id| id == first), "it has a label");
    assert_eq!(label(&server, [(first.to_owned(), json!("benign"))]).await, [1, 0, 0, 0]);
    let told = server.get(&path).await.expect(200);
    assert_eq!(told["unlabelled"], unlabelled - 1);
    assert!(!told["rows"].to_string().contains(first));
}

#[tokio::test]
async fn recorded_requests_are_answered_again_by_any_version() {
    let (server, ids) = labelled(80).await;
    let replay = format!("{CANCER}/replay");
    server.get(&replay).await.refused(404, "nothing of `breast-cancer` was replayed");
    server.post(&replay, json!({})).await.refused(400, "the model has no challenger");
    run(&server, json!({ "rounds": 2 })).await;
    server.post(&replay, json!({ "from": 5, "to": 5 })).await.refused(400, "`from` must be before `to`");
    let done = async |request: Value| {
        server.post(&replay, request).await.expect(202);
        until("the end of the replay", async || {
            let view = server.get(&replay).await.expect(200);
            (view["state"] != "running").then_some(view)
        })
        .await
    };
    let view = done(json!({})).await;
    let result = &view["result"];
    assert_eq!(
        (&view["state"], &view["version"], &view["done"]),
        (&json!("done"), &json!(2), &json!(ids.len()))
    );
    assert_eq!((&result["rows"], &result["labelled"]), (&json!(ids.len()), &json!(80)), "{view}");
    let what: Vec<_> = result["lines"].as_array().unwrap().iter().map(|line| &line["what"]).collect();
    assert_eq!(what[0], "accuracy, labelled rows");
    assert_eq!(what[what.len() - 1], "agreement on recent traffic");
    let sizes: Vec<f64> =
        result["changes"].as_array().unwrap().iter().map(|row| row["size"].as_f64().unwrap()).collect();
    assert!(!sizes.is_empty() && result["changes"][0]["features"].is_object(), "{result}");

    let same = done(json!({ "version": 1, "most": 50 })).await;
    assert_eq!((&same["result"]["rows"], &same["result"]["apart"]), (&json!(50), &json!(0)));
    assert_eq!(same["result"]["changes"], json!([]), "a version answers as it did");
    let long_ago = done(json!({ "from": 1, "to": 2 })).await;
    assert_eq!((&long_ago["state"], &long_ago["result"]), (&json!("failed"), &Value::Null));
    let gone = server.request(reqwest::Method::DELETE, &replay).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    server.get(&replay).await.expect(404);
    let models = server.get("/api/models").await.expect(200);
    assert_eq!(models[0]["pulse"]["requests"], 1, "a replay counts nothing");
}
