//! Texts, images and columns together drift while requests come in: seen, named, alerted and drawn.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    models::identity,
    records::{predict, reference, rows_of, with_sample},
    steps::until,
    support::Server,
};

const REVIEWS: &str = "/api/models/reviews";
const DIGITS: &str = "/api/models/digits-cnn";
const CANCER: &str = "/api/models/breast-cancer";
/// Of many rows within two seconds the first are looked at.
const NEXT_LOOK: Duration = Duration::from_millis(2_100);
/// ONNX's number of strings.
const STRING: i32 = 8;
const WORDS: [&str; 12] =
    ["the", "service", "was", "quick", "and", "food", "quite", "good", "but", "rather", "cold", "today"];

/// A text of about so many words; a fourth of them are of `new`.
fn review(row: usize, words: usize, new: &[&str]) -> String {
    let word = |place: usize| {
        // Knuth's multiplicative hash: no text is like its neighbour.
        let draw = ((row * 64 + place + 1) * 2_654_435_761 % (1 << 32)) >> 12;
        match new.is_empty() || !draw.is_multiple_of(4) {
            true => WORDS[draw % WORDS.len()],
            false => new[draw / 4 % new.len()],
        }
    };
    let said: Vec<_> = (0..words + row % 4).map(word).collect();
    said.join(" ")
}

async fn review_model() -> Server {
    let server = Server::start();
    server.import("reviews", identity(STRING)).await;
    let rows: String = (0..900).map(|row| format!("\"{}\"\n", review(row, 6, &[]))).collect();
    server.send(&format!("{REVIEWS}/reference"), "text/csv", format!("x\n{rows}")).await.expect(200);
    server
}

async fn ask(server: &Server, texts: impl Iterator<Item = String>) {
    let data: Vec<_> = texts.collect();
    let input = json!({ "name": "x", "datatype": "BYTES", "shape": [data.len()], "data": data });
    server.post("/v2/models/reviews/infer", json!({ "inputs": [input] })).await.expect(200);
}

async fn monitor(server: &Server, model: &str) -> Value {
    // What was asked is counted once labels are answered.
    server.post("/api/labels", json!({ "labels": [{ "id": "none", "label": 1 }] })).await.expect(200);
    server.get(&format!("/api/models/{model}/monitor?last_s=600")).await.expect(200)
}

/// The first alert of a signal, once it has fired.
async fn alerted(server: &Server, signal: &str) -> String {
    let alert = until("an alert", async || {
        let open = server.get("/api/alerts?open=true").await.expect(200);
        open.as_array().unwrap().iter().find(|alert| alert["signal"] == signal).cloned()
    })
    .await;
    alert["message"].as_str().unwrap().to_owned()
}

/// The title, the note and the names of the series of a chart.
async fn drawn(server: &Server, model: &str, kind: &str) -> (String, String, Vec<Value>) {
    let chart = json!({ "kind": kind, "width": 600, "height": 200 });
    let asked = json!({ "last_s": 600, "theme": "dark", "charts": [chart] });
    let answer = server.post(&format!("/api/models/{model}/charts"), asked).await.expect(200);
    let chart = &answer["charts"][0];
    let series = chart["frame"]["series"].as_array().unwrap().iter().map(|series| series["name"].clone());
    let text = |key: &str| chart[key].as_str().unwrap().to_owned();
    (text("title"), text("note"), series.collect())
}

#[tokio::test]
async fn texts_that_are_longer_and_of_new_words_are_told_so() {
    let server = review_model().await;
    ask(&server, (2_000..2_300).map(|row| review(row, 6, &[]))).await;
    let before = monitor(&server, "reviews").await["drift"][0].clone();
    assert_eq!(before["state"], "stable", "{before}");
    assert_eq!(before["text"]["texts"], 300);

    ask(&server, (3_000..3_400).map(|row| review(row, 16, &["fees", "claim"]))).await;
    let after = monitor(&server, "reviews").await["drift"][0].clone();
    assert_eq!(after["state"], "drifted", "{after}");
    let sentence = after["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("texts are 1.") && sentence.contains("of the words never seen"),
        "{sentence}"
    );
    let new = after["text"]["new_words"].as_array().unwrap();
    assert!(new.contains(&json!("fees")) && new.contains(&json!("claim")), "{new:?}");
    assert!(after["text"]["unknown_p"].as_f64().unwrap() < 0.01);

    let message = alerted(&server, "input_drift").await;
    assert!(message.starts_with("x drifted (PSI") && message.contains("texts are"), "{message}");
    let (title, note, series) = drawn(&server, "reviews", "unknown_words").await;
    assert_eq!((title.as_str(), series), ("Unknown words: x", vec![json!("usual"), json!("window")]));
    assert!(note.starts_with("new: ") && note.contains("fees"), "{note}");
    let (title, note, _) = drawn(&server, "reviews", "together").await;
    assert_eq!(
        (title.as_str(), note.as_str()),
        ("Columns together", "fewer than two inputs that are no text or tensor")
    );
}

/// The words and lengths that texts are measured against are on the disk.
#[tokio::test]
async fn texts_are_measured_against_the_same_words_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    server.import("reviews", identity(STRING)).await;
    let rows: String = (0..900).map(|row| format!("\"{}\"\n", review(row, 6, &[]))).collect();
    server.send(&format!("{REVIEWS}/reference"), "text/csv", format!("x\n{rows}")).await.expect(200);
    let unlike = || (3_000..3_400).map(|row| review(row, 6, &["fees", "claim"]));
    ask(&server, unlike()).await;
    let before = monitor(&server, "reviews").await["drift"][0].clone();
    assert_eq!((&before["state"], &before["direction"]), (&json!("drifted"), &json!("new_categories")));
    server.stop();

    let server = Server::start_in(folder.path(), &[]);
    ask(&server, unlike()).await;
    let after = monitor(&server, "reviews").await["drift"][0].clone();
    let told = |drift: &Value| {
        [drift["state"].clone(), drift["direction"].clone(), drift["text"]["unknown"].clone()]
    };
    assert_eq!(told(&after), told(&before));
}

#[tokio::test]
async fn images_that_lie_elsewhere_are_found_though_their_mean_stays() {
    let server = with_sample("digits-cnn").await;
    let all: Vec<Vec<Value>> = rows_of(&reference("digits-cnn", "digit")).iter().map(pixels).collect();
    let image = |pixels: &Vec<Value>| json!({ "image": pixels });
    predict(&server, DIGITS, &all[..400].iter().map(image).collect::<Vec<_>>()).await;
    let before = monitor(&server, "digits-cnn").await["drift"][0].clone();
    assert_eq!(before["state"], "stable", "{before}");
    assert_eq!(before["vector"]["width"], 64);
    sleep(NEXT_LOOK).await;

    // Upside down each image has the same pixels.
    let turned = |pixels: &Vec<Value>| image(&pixels.iter().rev().cloned().collect());
    predict(&server, DIGITS, &all[..500].iter().map(turned).collect::<Vec<_>>()).await;
    let after = monitor(&server, "digits-cnn").await["drift"][0].clone();
    assert_eq!(after["state"], "drifted", "{after}");
    assert!(after["shift"].as_f64().unwrap().abs() < 0.1, "{after}");
    assert!(after["vector"]["share_moved"].as_f64().unwrap() > 0.2, "{after}");
    let message = alerted(&server, "input_drift").await;
    assert!(message.contains("vectors lie") || message.contains("elements moved"), "{message}");
    let (title, note, series) = drawn(&server, "digits-cnn", "distance").await;
    assert!(title.starts_with("Distance from the centre: "), "{title}");
    assert!(note.contains("of 64 elements moved"), "{note}");
    assert_eq!(series, [json!("usual"), json!("window")]);
}

/// In their order, not in the alphabet's.
fn pixels(row: &Value) -> Vec<Value> {
    (0..64).map(|place| row[format!("p{place}")].clone()).collect()
}

/// Each column keeps its own values, in another row.
#[tokio::test]
async fn columns_that_come_apart_raise_an_alert_of_their_own() {
    let server = with_sample("breast-cancer").await;
    let all = rows_of(&reference("breast-cancer", "diagnosis"));
    predict(&server, CANCER, &all).await;
    let before = monitor(&server, "breast-cancer").await;
    assert_eq!(before["together"]["state"], "stable", "{}", before["together"]);

    let names: Vec<String> = all[0].as_object().unwrap().keys().cloned().collect();
    let mixed: Vec<Value> = (0..all.len() * 3)
        .map(|row| {
            let cell = |(place, name): (usize, &String)| {
                (name.clone(), all[(row * 7 + place * 53) % all.len()][name].clone())
            };
            Value::Object(names.iter().enumerate().map(cell).collect())
        })
        .collect();
    for rows in mixed.chunks(400) {
        sleep(NEXT_LOOK).await;
        predict(&server, CANCER, rows).await;
    }
    let after = monitor(&server, "breast-cancer").await;
    let together = &after["together"];
    assert_eq!(together["state"], "drifted", "{together}");
    assert!(together["error"].as_f64() > together["high"].as_f64());
    assert!(together["n"].as_u64().unwrap() >= 512, "{together}");
    let message = alerted(&server, "multivariate_drift").await;
    assert!(message.starts_with("columns no longer go together as they did, most of all "), "{message}");
    let (_, note, series) = drawn(&server, "breast-cancer", "together").await;
    assert!(note.starts_with("off most: "), "{note}");
    assert_eq!(series, [json!("usual"), json!("window")]);
}
