//! How good the answers are, with labels and without: metrics, estimates, slices, fairness and their settings.

use serde_json::{Value, json};

use crate::{
    records::{label, patch, predict, reference, with_sample},
    support::{Answer, Server},
};

const CANCER: &str = "/api/models/breast-cancer";
const DIABETES: &str = "/api/models/diabetes";

fn metric<'a>(view: &'a Value, list: &str, name: &str) -> &'a Value {
    let metrics = view[list].as_array().unwrap();
    metrics.iter().find(|metric| metric["name"] == name).unwrap_or_else(|| panic!("no {name}: {view}"))
}

/// Every row of a sample's reference asked, and the truth told of all but the last `unlabelled`.
async fn asked_and_labelled(
    server: &Server,
    model: &str,
    sample: &str,
    target: &str,
    unlabelled: usize,
) -> usize {
    let rows = reference(sample, target);
    let asked: Vec<Value> = rows.iter().map(|(row, _)| row.clone()).collect();
    let ids = predict(server, model, &asked).await;
    let known = rows.len() - unlabelled;
    label(server, ids.into_iter().zip(rows).take(known).map(|(id, (_, truth))| (id, truth))).await;
    rows_flush(server, model).await;
    known
}

/// What was sent is counted once labels are answered.
async fn rows_flush(server: &Server, model: &str) {
    server.get(&format!("{model}/metrics")).await.expect(200);
}

#[tokio::test]
async fn a_classifiers_answers_are_measured_estimated_and_cut_into_slices() {
    let server = with_sample("breast-cancer").await;
    let before = server.get(&format!("{CANCER}/metrics")).await.expect(200);
    assert_eq!((&before["metrics"], &before["coverage"]["share"]), (&json!([]), &Value::Null));

    let known = asked_and_labelled(&server, CANCER, "breast-cancer", "diagnosis", 100).await;
    let view = server.get(&format!("{CANCER}/metrics")).await.expect(200);
    for name in [
        "accuracy",
        "f1",
        "precision",
        "recall",
        "roc_auc",
        "pr_auc",
        "log_loss",
        "brier",
        "calibration_error",
    ] {
        let metric = metric(&view, "metrics", name);
        assert_eq!(metric["n"], known, "{metric}");
        let [low, value, high] = ["low", "value", "high"].map(|part| metric[part].as_f64().unwrap());
        assert!(
            low <= value && value <= high && !metric["definition"].as_str().unwrap().is_empty(),
            "{metric}"
        );
    }
    assert!(metric(&view, "metrics", "roc_auc")["value"].as_f64().unwrap() > 0.9);
    assert_eq!((&view["coverage"]["mature"], &view["coverage"]["labelled"]), (&json!(true), &json!(known)));
    assert!(view["coverage"]["lag_median_ms"].as_f64().unwrap() < 600_000.0);
    let confusion: u64 = view["confusion"]["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(confusion as usize, known);

    let estimate = server.get(&format!("{CANCER}/estimate")).await.expect(200);
    assert_eq!(estimate["method"], "confidence");
    let estimated = metric(&estimate, "metrics", "accuracy");
    assert_eq!(estimated["n"], known + 100, "labels are not needed");
    let error = metric(&estimate, "errors", "accuracy");
    assert_eq!(error["n"], known);
    assert!(error["difference"].as_f64().unwrap().abs() < 0.05, "{error}");
    let sentence = error["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("estimator off by ") && sentence.ends_with("labelled rows"), "{sentence}");
    let second = server.get(&format!("{CANCER}/estimate/reweighted")).await.expect(200);
    let found = &second["found"];
    let [low, reference, high] = ["low", "reference", "high"].map(|part| found[part].as_f64().unwrap());
    assert!(low <= reference && reference <= high, "the same rows need no other weights: {second}");

    let slices = server.get(&format!("{CANCER}/slices?feature=mean_radius")).await.expect(200);
    let slices_of = slices["features"][0]["slices"].as_array().unwrap();
    assert_eq!(slices["features"].as_array().unwrap().len(), 1);
    assert_eq!(slices_of.iter().map(|slice| slice["n"].as_u64().unwrap()).sum::<u64>() as usize, known);
    let worst = server.get(&format!("{CANCER}/slices/worst")).await.expect(200);
    assert_eq!(
        worst["searched_rows"].as_u64().unwrap() + worst["measured_rows"].as_u64().unwrap(),
        known as u64
    );
    assert!(worst["slices_searched"].as_u64().unwrap() > 100);
    server.get(&format!("{CANCER}/slices?feature=size")).await.refused(404, "no input `size`");
    server.get(&format!("{CANCER}/slices?metric=mae")).await.refused(400, "`metric`");
}

#[tokio::test]
async fn groups_are_compared_once_a_column_is_named() {
    let server = with_sample("breast-cancer").await;
    let known = asked_and_labelled(&server, CANCER, "breast-cancer", "diagnosis", 0).await;
    server.get(&format!("{CANCER}/fairness")).await.refused(400, "`settings.fairness_column`");
    for (settings, said) in [
        (json!({ "fairness_column": "sex" }), "no input `sex`"),
        (json!({ "favourable_class": "cured" }), "no class `cured`"),
        (json!({ "least_coverage": 2 }), "`settings.least_coverage`"),
    ] {
        let request = server.request(reqwest::Method::PATCH, CANCER).json(&json!({ "settings": settings }));
        Answer::read(request.send().await.unwrap()).await.refused(400, said);
    }
    let settings = json!({ "fairness_column": "mean_radius", "favourable_class": "benign" });
    patch(&server, CANCER, json!({ "settings": settings })).await;
    let view = server.get(&format!("{CANCER}/fairness")).await.expect(200);
    let groups = view["groups"].as_array().unwrap();
    assert_eq!(groups.iter().map(|group| group["n"].as_u64().unwrap()).sum::<u64>() as usize, known);
    assert_eq!(view["comparisons"][0]["criterion"], "demographic_parity");
    assert_eq!(view["comparisons"][0]["four_fifths"], "adverse", "large tumours are seldom called benign");
}

#[tokio::test]
async fn a_regressions_errors_are_measured_estimated_and_worth_something() {
    let server = with_sample("diabetes").await;
    let known = asked_and_labelled(&server, DIABETES, "diabetes", "progression", 50).await;
    let wrong = json!({ "name": "cost", "expression": "abs(y - yhatt)", "higher_is_better": false });
    let request = server.request(reqwest::Method::PATCH, DIABETES);
    let request = request.json(&json!({ "settings": { "business_metric": wrong } }));
    Answer::read(request.send().await.unwrap()).await.refused(400, "column 9: there is no `yhatt`");
    let right = json!({
        "name": "cost", "expression": "if(abs(y - yhat) > 50, 20, 0)", "unit": "EUR", "higher_is_better": false,
    });
    patch(&server, DIABETES, json!({ "settings": { "business_metric": right } })).await;
    let view = server.get(&format!("{DIABETES}/metrics")).await.expect(200);
    for name in ["mae", "rmse", "r2", "mean_error", "mape", "business"] {
        let metric = metric(&view, "metrics", name);
        assert_eq!(metric["n"], known, "{metric}");
        assert!(metric["low"].is_number() && metric["high"].is_number(), "{metric}");
    }
    let cost = metric(&view, "metrics", "business");
    assert!((0.0..=20.0).contains(&cost["value"].as_f64().unwrap()) && cost["unit"] == "EUR", "{cost}");
    let quantiles = view["residuals"]["quantiles"].as_array().unwrap();
    assert!(quantiles.is_sorted_by_key(|quantile| quantile["value"].as_f64().unwrap()));

    let estimate = server.get(&format!("{DIABETES}/estimate")).await.expect(200);
    assert_eq!(estimate["method"], "loss");
    assert_eq!(metric(&estimate, "metrics", "mae")["n"], known + 50);
    let error = metric(&estimate, "errors", "mae");
    let [realised, estimated] = ["realised", "estimated"].map(|part| error[part].as_f64().unwrap());
    assert!((realised / estimated - 1.0).abs() < 0.15, "{error}");
    let worst = server.get(&format!("{DIABETES}/slices/worst?metric=business")).await.expect(200);
    assert_eq!((&worst["metric"], &worst["higher_is_better"]), (&json!("business"), &json!(false)));
}

#[tokio::test]
async fn every_chart_of_answers_is_drawn_with_labels_and_without() {
    let server = with_sample("breast-cancer").await;
    let kinds = [
        "accuracy",
        "coverage",
        "confidence",
        "calibration",
        "confusion",
        "residuals",
        "roc",
        "precision_recall",
    ];
    let charts: Vec<Value> =
        kinds.iter().map(|kind| json!({ "kind": kind, "width": 500, "height": 200 })).collect();
    let ask = json!({ "last_s": 900, "theme": "dark", "charts": charts });
    let path = format!("{CANCER}/charts");
    let empty = server.post(&path, ask.clone()).await.expect(200);
    assert!(empty["charts"].as_array().unwrap().iter().all(|chart| chart["note"] != ""), "{empty}");
    asked_and_labelled(&server, CANCER, "breast-cancer", "diagnosis", 0).await;
    let full = server.post(&path, ask).await.expect(200);
    for kind in ["confidence", "calibration", "confusion", "roc", "precision_recall"] {
        let chart = full["charts"].as_array().unwrap().iter().find(|chart| chart["kind"] == kind).unwrap();
        let series = chart["frame"]["series"].as_array().unwrap();
        assert!(series.iter().any(|series| series["points"].as_array().unwrap().len() > 1), "{kind}");
    }
}
