//! Neural networks retrained over the API: the loss in sight, the challenger compared, promoted and at work.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    records::{champion, label, over, predict, reference, rows_of, with_sample},
    steps::until,
    support::Server,
};

/// A digit's picture, rows and columns exchanged.
fn transposed(row: &Value) -> Value {
    let line = |x: usize| (0..8).map(|y| row[format!("p{}", 8 * y + x)].clone()).collect::<Vec<_>>();
    json!({ "image": [(0..8).map(line).collect::<Vec<_>>()] })
}

/// Pictures come in transposed; the network learns them without forgetting the upright ones.
#[tokio::test]
async fn a_network_learns_on_with_its_loss_in_sight_and_answers_once_promoted() {
    let server = with_sample("digits-cnn").await;
    let model = "/api/models/digits-cnn";
    let probe = server.get(model).await.expect(200)["probe"].clone();
    assert_eq!(probe["trainer"], "neural_network", "{probe}");
    assert_eq!(probe["summary"], "can be retrained: neural network, continue or full");
    let wrong = json!({ "plan": { "network": { "batch": 0 } } });
    server.post(&format!("{model}/runs"), wrong).await.refused(409, "`network.batch` is 0");

    let new: Vec<_> = reference("digits-cnn", "digit").into_iter().take(300).collect();
    let pictures: Vec<Value> = new.iter().map(|(row, _)| transposed(row)).collect();
    let ids = predict(&server, model, &pictures).await;
    label(&server, ids.into_iter().zip(new.iter().map(|(_, truth)| truth.clone()))).await;
    let network = json!({ "learning_rate": 0.003, "replay": 500, "patience": null });
    let plan =
        json!({ "mode": "continue", "rounds": 30, "network": network, "gates": { "latency_factor": 100 } });
    let plan = json!({ "plan": plan });
    let run = server.post(&format!("{model}/runs"), plan).await.json();
    let path = format!("/api/runs/{}", run["id"]);
    let told = until("a loss", async || {
        let run = server.get(&path).await.expect(200);
        run["progress"].as_array().unwrap().last().cloned()
    })
    .await;
    assert!(
        told["loss"].as_f64().unwrap() > 0.0 && told["step"].as_u64() <= told["total"].as_u64(),
        "{told}"
    );
    let run = over(&server, &run).await;
    assert_eq!(run["state"], "held", "{}", run["error"]);
    assert_eq!(run["comparison"]["passed"], true, "{}", run["comparison"]);
    let lines = run["comparison"]["lines"].as_array().unwrap();
    let gain = |line: usize| lines[line]["difference"].as_f64().unwrap();
    assert!(gain(0) > 0.3 && gain(1) > -0.05, "new rows, then old ones: {lines:?}");
    assert!(run["log"].to_string().contains("neural network, 1898 numbers trained"), "{}", run["log"]);
    server.post(&format!("{path}/promote"), json!({ "reason": "" })).await.expect(200);
    assert_eq!(champion(&server, model).await.0, 2);
    let example = server.get(model).await.expect(200)["example"].clone();
    let answer = server.post(&format!("{model}/predict"), json!({ "rows": [example] })).await.expect(200);
    assert_eq!(answer["version"], 2, "{answer}");
}

/// What scikit-learn and torch write is imported, given data, and learns from it.
#[tokio::test]
async fn files_of_other_makers_are_retrained() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/digits-cnn/reference.csv");
    let csv = std::fs::read_to_string(models).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../train/tests/data");
    for (name, mode) in [("mlp-digits", "continue"), ("torch-mlp-dynamo", "full")] {
        let server = Server::start();
        server.import(name, std::fs::read(fixtures.join(format!("{name}.onnx"))).unwrap()).await;
        let model = format!("/api/models/{name}");
        server.send(&format!("{model}/reference"), "text/csv", csv.clone()).await.expect(200);
        let labelled: Vec<_> = reference("digits-cnn", "digit").into_iter().take(200).collect();
        let ids = predict(&server, &model, &rows_of(&labelled)).await;
        label(&server, ids.into_iter().zip(labelled.iter().map(|(_, truth)| truth.clone()))).await;
        let (network, gates) =
            (json!({ "learning_rate": 0.005 }), json!({ "latency_factor": 100, "new_margin": 0.1 }));
        let plan = json!({ "mode": mode, "rounds": 25, "network": network, "gates": gates });
        let run = server.post(&format!("{model}/runs"), json!({ "plan": plan })).await.json();
        let run = over(&server, &run).await;
        assert_eq!(
            (&run["state"], &run["comparison"]["passed"]),
            (&json!("held"), &json!(true)),
            "{name}: {run}"
        );
        let lines = run["comparison"]["lines"].as_array().unwrap();
        let accuracies = [0, 1].map(|line| lines[line]["challenger"].as_f64().unwrap());
        assert!(accuracies.iter().all(|accuracy| *accuracy > 0.9), "{name}: {lines:?}");
        let losses = run["progress"].as_array().unwrap();
        assert!(losses.len() > 10 && losses[0]["loss"].as_f64() > losses[losses.len() - 1]["loss"].as_f64());
    }
}
