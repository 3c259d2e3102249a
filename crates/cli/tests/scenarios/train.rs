//! `tidegate train`: a data file alone becomes a model that the server takes and that answers named rows.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use tidegate_train::{Trainer, probe};

use crate::{
    golden::{Files, printed, refused},
    support::{Server, run, sample, text},
};

pub fn train(data: &Path, target: &str, out: &Path, more: &[&str]) -> Value {
    let base =
        ["train", "--data", data.to_str().unwrap(), "--target", target, "--out", out.to_str().unwrap()];
    printed(&[&base[..], &["--format", "json"], more].concat())
}

fn not_trained(data: &Path, target: &str, more: &[&str]) -> String {
    let out = data.with_extension("onnx");
    let base =
        ["train", "--data", data.to_str().unwrap(), "--target", target, "--out", out.to_str().unwrap()];
    let told = refused(&[&base[..], more].concat());
    assert!(!out.exists(), "{told}");
    told
}

fn part_of(name: &str, part: &str) -> PathBuf {
    sample(name).with_file_name(part)
}

fn metric(of: &Value, name: &str) -> f64 {
    let metrics = of["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["name"] == name).unwrap()["value"].as_f64().unwrap()
}

/// Rows of a CSV file of numbers, the last column being the truth.
fn rows(file: &Path) -> Vec<(Value, String)> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let last = record.len() - 1;
        let number = |cell: &str| cell.parse::<f64>().unwrap();
        let row: Map<String, Value> = header
            .iter()
            .zip(&record)
            .take(last)
            .map(|(name, cell)| (name.into(), json!(number(cell))))
            .collect();
        (row.into(), record[last].to_owned())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

async fn answers(server: &Server, model: &str, rows: Value) -> Vec<Value> {
    let answer = server.post(&format!("/api/models/{model}/predict"), json!({ "rows": rows })).await;
    answer.expect(200)["answers"].as_array().unwrap().clone()
}

/// Customers with categories, gaps, truth values and columns of no use. Who leaves follows from a rule, but for one
/// in ten.
pub fn customers(files: &Files) -> PathBuf {
    let mut csv = "customer_id,joined,plan,region,age,tickets,member,note,country,churned\n".to_owned();
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for row in 0..600_u64 {
        let (plan, region) = (draw(3) as usize, draw(5) as usize);
        let (age, tickets, member, odd) = (18 + draw(60), draw(8), draw(2) == 1, draw(10) == 0);
        let age_shown = if draw(10) == 0 { String::new() } else { age.to_string() };
        let leaves = (tickets + [3, 1, 0][plan] + u64::from(!member) * 2 > 6) != odd;
        writeln!(
            csv,
            "{},2026-0{}-1{},{},{},{age_shown},{tickets},{},customer said {row},nowhere,{}",
            1_000 + row * 3,
            1 + row / 70,
            row % 10,
            ["basic", "plus", "pro"][plan],
            ["north", "south", "east", "west", ""][region],
            if member { "True" } else { "False" },
            if leaves { "yes" } else { "no" },
        )
        .unwrap();
    }
    files.put("customers.csv", csv)
}

#[tokio::test]
async fn a_classifier_is_made_imported_and_asked() {
    let files = Files::new();
    let model = files.put("tumours.onnx", "");
    let card = train(&part_of("breast-cancer", "reference.csv"), "diagnosis", &model, &[]);
    assert_eq!((&card["task"], &card["labels"]), (&json!("classification"), &json!(["benign", "malignant"])));
    assert!(metric(&card, "accuracy") > 0.93 && metric(&card["baseline"], "accuracy") < 0.7, "{card}");
    assert_eq!(card["cross_validation"]["candidates"].as_array().unwrap().len(), 11);
    assert_eq!(card["columns"].as_array().unwrap().len(), 30);
    let intervals = card["metrics"].as_array().unwrap().iter();
    for metric in intervals {
        let of = |name: &str| metric[name].as_f64().unwrap();
        assert!(of("low") <= of("value") && of("value") <= of("high"), "{metric}");
    }
    let beside: Value =
        serde_json::from_slice(&std::fs::read(model.with_extension("card.json")).unwrap()).unwrap();
    assert_eq!(beside, card);

    let bytes = std::fs::read(&model).unwrap();
    let probed = probe(&tidegate_onnx::decode(&bytes).unwrap());
    let expected = if card["method"] == "mlp" { Trainer::NeuralNetwork } else { Trainer::Linear };
    assert_eq!(probed.trainer, Some(expected), "{}", probed.summary);
    let server = Server::start();
    server.import("tumours", bytes).await;
    let held_out = rows(&part_of("breast-cancer", "holdout.csv"));
    let asked: Vec<&Value> = held_out.iter().map(|(row, _)| row).collect();
    let found = answers(&server, "tumours", json!(asked)).await;
    let right = found.iter().zip(&held_out).filter(|(answer, (_, truth))| answer["label"] == truth.as_str());
    assert!(right.count() as f64 / held_out.len() as f64 > 0.94);
}

#[tokio::test]
async fn a_regressor_is_made_by_each_method() {
    let files = Files::new();
    let data = part_of("diabetes", "reference.csv");
    let server = Server::start();
    for (method, trainer) in [
        ("linear", Trainer::Linear),
        ("gbdt", Trainer::BoostedTrees),
        ("forest", Trainer::RandomForest),
        ("mlp", Trainer::NeuralNetwork),
    ] {
        let model = files.put(&format!("{method}.onnx"), "");
        let card = train(&data, "progression", &model, &["--method", method]);
        assert_eq!((&card["task"], &card["method"]), (&json!("regression"), &json!(method)));
        assert!(metric(&card, "mae") < 0.85 * metric(&card["baseline"], "mae"), "{card}");
        let bytes = std::fs::read(&model).unwrap();
        let probed = probe(&tidegate_onnx::decode(&bytes).unwrap());
        assert_eq!(probed.trainer, Some(trainer), "{}", probed.summary);
        server.import(method, bytes).await;
        let held_out = rows(&part_of("diabetes", "holdout.csv"));
        let asked: Vec<&Value> = held_out.iter().map(|(row, _)| row).collect();
        let found = answers(&server, method, json!(asked)).await;
        let error = |(answer, (_, truth)): (&Value, &(Value, String))| {
            (answer["value"].as_f64().unwrap() - truth.parse::<f64>().unwrap()).abs()
        };
        let mae = found.iter().zip(&held_out).map(error).sum::<f64>() / held_out.len() as f64;
        assert!(mae < 55.0, "{method}: {mae}");
    }
}

#[tokio::test]
async fn categories_gaps_and_truth_values_are_taken_as_they_come() {
    let files = Files::new();
    let data = customers(&files);
    let server = Server::start();
    let mut scores = Vec::new();
    for method in ["linear", "gbdt", "forest", "mlp"] {
        let model = files.put(&format!("{method}.onnx"), "");
        let card = train(&data, "churned", &model, &["--method", method]);
        assert!(metric(&card, "accuracy") > metric(&card["baseline"], "accuracy") + 0.1, "{card}");
        scores.push(metric(&card, "accuracy"));
        let used: Vec<&str> =
            card["columns"].as_array().unwrap().iter().map(|used| used["name"].as_str().unwrap()).collect();
        assert_eq!(used, ["plan", "region", "age", "tickets", "member"]);
        let left: Vec<&str> =
            card["left_out"].as_array().unwrap().iter().map(|left| left["name"].as_str().unwrap()).collect();
        assert_eq!(left, ["customer_id", "joined", "note", "country"]);
        assert_eq!(card["columns"][1]["categories"], 4);
        assert!(card["columns"][2]["missing"].as_u64().unwrap() > 20);

        server.import(method, std::fs::read(&model).unwrap()).await;
        let row = |plan: Value, region: Value, age: Value, tickets: u64, member: Value| json!({ "plan": plan, "region": region, "age": age, "tickets": tickets, "member": member });
        let found = answers(
            &server,
            method,
            json!([
                row(json!("basic"), json!("north"), json!(30), 7, json!(false)),
                row(json!("pro"), json!(null), json!(null), 0, json!("True")),
                row(json!("never seen"), json!(""), json!(50), 3, json!(null)),
            ]),
        )
        .await;
        assert_eq!((&found[0]["label"], &found[1]["label"]), (&json!("yes"), &json!("no")), "{method}");
        let shares = &found[2]["probabilities"];
        assert!((shares["yes"].as_f64().unwrap() + shares["no"].as_f64().unwrap() - 1.0).abs() < 1e-5);
    }
    let best = scores.iter().copied().fold(0.0, f64::max);
    assert!(scores.iter().all(|score| best - score < 0.06), "{scores:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let files = Files::new();
    let data = customers(&files);
    for method in ["gbdt", "mlp"] {
        let made = |name: &str, more: &[&str]| {
            let model = files.put(name, "");
            let card = train(&data, "churned", &model, &[&["--method", method], more].concat());
            (std::fs::read(model).unwrap(), card["model_sha256"].clone())
        };
        let first = made("first.onnx", &[]);
        assert_eq!(first, made("second.onnx", &[]));
        assert_ne!(first.0, made("third.onnx", &["--seed", "1"]).0);
        let model = tidegate_onnx::decode(&first.0).unwrap();
        let told = |key: &str| {
            let mut entries = model.metadata_props.iter();
            entries.find(|entry| entry.key() == key).map(|entry| entry.value().to_owned()).unwrap()
        };
        assert_eq!((model.producer_name(), &told("tidegate_target")[..]), ("tidegate", "churned"));
        assert_eq!((&told("tidegate_method")[..], told("tidegate_data_sha256").len()), (method, 64));
    }
}

#[test]
fn the_newest_rows_are_held_out_where_there_is_a_time() {
    let files = Files::new();
    let data = customers(&files);
    let card = train(&data, "churned", &files.put("m.onnx", ""), &["--time", "joined", "--method", "linear"]);
    assert_eq!(card["rows"]["how"], "the newest by `joined` are held out");
    assert_eq!((&card["rows"]["learnt"], &card["rows"]["held_out"]), (&json!(450), &json!(150)));
    let told = text(
        &run(&[
            "train",
            "--data",
            data.to_str().unwrap(),
            "--target",
            "churned",
            "--out",
            data.with_file_name("told.onnx").to_str().unwrap(),
            "--method",
            "linear",
            "--exclude",
            "region,age",
        ])
        .stdout,
    );
    assert!(told.contains("region is left out: it was excluded") && told.contains("95% interval"), "{told}");
    assert!(told.contains("chosen") && told.contains("next: tidegate import"), "{told}");
}

#[test]
fn what_gives_the_answer_away_is_told() {
    let files = Files::new();
    let mut csv = "a,refund,code,y\n".to_owned();
    for row in 0..200_u32 {
        let y = row * 7 % 10 < 4;
        writeln!(
            csv,
            "{},{},{},{}",
            row % 9,
            if y { 5 + row % 3 } else { 0 },
            ["k", "z"][usize::from(y)],
            u8::from(y)
        )
        .unwrap();
    }
    let card = train(&files.put("leaky.csv", csv), "y", &files.put("m.onnx", ""), &["--method", "linear"]);
    let warnings = card["warnings"].to_string();
    assert!(
        warnings.contains("column `refund` alone") && warnings.contains("column `code` alone"),
        "{warnings}"
    );
    assert!(warnings.contains("equal one learnt from") && !warnings.contains("column `a`"), "{warnings}");
    assert_eq!(card["labels"], json!(["0", "1"]));
}

#[tokio::test]
async fn strange_names_and_values_do_no_harm() {
    let files = Files::new();
    let mut csv =
        "label,probabilities,\"num bers, \"\"q\"\"\",features,größe,wert one-hot,wert,z\n".to_owned();
    for row in 0..120_u32 {
        let huge = ["1e300", "-inf", "inf", "1e38", "-3", ""][row as usize % 6];
        let text = ["ä", "b'b", "c\"\"c", "", " "][row as usize % 5];
        writeln!(
            csv,
            "{row}.5,{huge},{},{},{},\"{text}\",{text:?},{}",
            row % 7,
            row % 5,
            row % 3,
            row % 2 * 3
        )
        .unwrap();
    }
    let csv = csv.replace("\\\"", "\"");
    let model = files.put("strange.onnx", "");
    let card = train(&files.put("strange.csv", csv), "z", &model, &[]);
    assert_eq!(card["labels"], json!(["0", "3"]));
    let server = Server::start();
    server.import("strange", std::fs::read(&model).unwrap()).await;
    let detail = server.get("/api/models/strange").await.expect(200);
    let found = answers(&server, "strange", json!([detail["example"]])).await;
    assert!(found[0]["label"] == "0" || found[0]["label"] == "3", "{found:?}");
}

#[test]
fn what_cannot_be_learnt_is_refused_with_the_reason() {
    let files = Files::new();
    let data = customers(&files);
    assert!(not_trained(&data, "churn", &[]).contains("its columns are customer_id, joined"));
    assert!(not_trained(&data, "joined", &[]).contains("`joined` holds times"));
    assert!(not_trained(&data, "note", &[]).contains("has 600 classes"));
    assert!(not_trained(&data, "plan", &["--task", "regression"]).contains("holds text, not numbers"));
    assert!(not_trained(&data, "churned", &["--exclude", "nothing"]).contains("no column `nothing`"));
    assert!(not_trained(&data, "churned", &["--time", "note"]).contains("holds text"));
    assert!(not_trained(&data, "churned", &["--holdout", "1"]).contains("`holdout` is 1"));
    assert!(not_trained(&data, "country", &[]).contains("has class `nowhere`"));
    let all = "customer_id,joined,plan,region,age,tickets,member,note,country";
    assert!(not_trained(&data, "churned", &["--exclude", all]).contains("no column is left"));
    let few = files.put("few.csv", "a,y\n1,0\n2,1\n3,\n");
    assert!(not_trained(&few, "y", &[]).contains("2 rows have a value of `y`"));
    assert!(not_trained(&files.put("broken.csv", "a,y\n1,0\n2\n"), "y", &[]).contains("line 3"));
    assert!(not_trained(&files.put("empty.csv", ""), "y", &[]).contains("empty"));
    assert!(
        not_trained(&files.put("binary.csv", [0xff, 0xfe, 0x00, 0x0a, 0x41]), "y", &[]).contains("UTF-8")
    );
}

#[test]
fn the_data_is_never_overwritten() {
    let files = Files::new();
    let data = customers(&files);
    let before = std::fs::read(&data).unwrap();
    let path = data.to_str().unwrap();
    let told = refused(&["train", "--data", path, "--target", "churned", "--out", path]);
    assert!(told.contains("can't become the model"), "{told}");
    assert_eq!(std::fs::read(&data).unwrap(), before);
    let nowhere = data.with_file_name("none").join("m.onnx");
    let told = refused(&["train", "--data", path, "--target", "churned", "--out", nowhere.to_str().unwrap()]);
    assert!(told.contains("the folder of"), "{told}");
}
