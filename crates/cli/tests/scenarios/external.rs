//! Training by a command: a model that nothing here can train gets better, and whatever goes wrong is told and leaves
//! nothing behind.

use std::{fmt::Write as _, path::Path};

use reqwest::Method;
use serde_json::{Value, json};
use tidegate_onnx::proto::{AttributeProto, GraphProto, attribute_proto::AttributeType};

use crate::{
    channels::elsewhere,
    models::{FLOAT, model, node, value},
    records::patch,
    steps::until,
    support::{Answer, Server, sample},
};

const PRICES: &str = "/api/models/prices";

/// `y = 0.125 size + 0.375 age + 0.5`, as a support vector machine: no trainer here fits it.
fn machine() -> Vec<u8> {
    let floats = |name: &str, values: &[f32]| AttributeProto {
        name: Some(name.into()),
        r#type: Some(AttributeType::Floats as i32),
        floats: values.to_vec(),
        ..AttributeProto::default()
    };
    let mut svm = node("SVMRegressor", &["x"], &["y"]);
    svm.domain = Some("ai.onnx.ml".into());
    svm.attribute = vec![
        floats("coefficients", &[1.0]),
        floats("support_vectors", &[0.125, 0.375]),
        floats("rho", &[0.5]),
        floats("kernel_params", &[1.0, 0.0, 3.0]),
        AttributeProto {
            name: Some("n_supports".into()),
            r#type: Some(AttributeType::Int as i32),
            i: Some(1),
            ..AttributeProto::default()
        },
        AttributeProto {
            name: Some("kernel_type".into()),
            r#type: Some(AttributeType::String as i32),
            s: Some("LINEAR".into()),
            ..AttributeProto::default()
        },
    ];
    let graph = GraphProto {
        input: vec![value("x", FLOAT, &[-1, 2])],
        output: vec![value("y", FLOAT, &[-1, 1])],
        node: vec![svm],
        ..GraphProto::default()
    };
    let bytes = model(graph);
    let mut made = tidegate_onnx::decode(&bytes).unwrap();
    made.opset_import.push(tidegate_onnx::proto::OperatorSetIdProto {
        domain: Some("ai.onnx.ml".into()),
        version: Some(3),
    });
    tidegate_onnx::encode(&made)
}

/// Prices that the machine does not know yet: `2 size - age + 3`.
fn prices() -> String {
    let mut csv = "size,age,price\n".to_owned();
    for row in 0..400 {
        let (size, age) = (f64::from(row % 20) / 20.0, f64::from(row / 20) / 20.0);
        writeln!(csv, "{size},{age},{}", 2.0 * size - age + 3.0).unwrap();
    }
    csv
}

async fn with_machine(server: &Server) {
    server.import("prices", machine()).await;
    let path = format!("{PRICES}/reference?target=price");
    let answer = server.send(&path, "text/csv", prices()).await;
    assert!(answer.status.is_success(), "{}", answer.json());
}

fn command(program: &str, args: &[&str], more: Value) -> Value {
    let mut runner = json!({ "kind": "command", "program": program, "args": args });
    runner.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    runner
}

fn shell(line: &str, more: Value) -> Value {
    command("sh", &["-c", line], more)
}

fn trainer(more: Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/external/svm.py");
    command("python3", &[script.to_str().unwrap()], more)
}

async fn start(server: &Server, runner: &Value) -> i64 {
    let run =
        server.post(&format!("{PRICES}/runs"), json!({ "plan": { "runner": runner } })).await.expect(201);
    run["id"].as_i64().unwrap()
}

async fn ended(server: &Server, id: i64) -> Value {
    until("the end of a run", async || {
        let run = server.get(&format!("/api/runs/{id}")).await.expect(200);
        let over =
            !["queued", "preparing", "training", "comparing"].contains(&run["state"].as_str().unwrap());
        over.then_some(run)
    })
    .await
}

async fn train(server: &Server, runner: &Value) -> Value {
    let id = start(server, runner).await;
    ended(server, id).await
}

#[tokio::test]
async fn what_nothing_here_can_train_is_trained_by_a_script() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    with_machine(&server).await;
    let model = server.get(PRICES).await.expect(200);
    assert_eq!(model["probe"]["trainer"], Value::Null, "{}", model["probe"]);
    server.post(&format!("{PRICES}/runs"), json!({})).await.refused(409, "SVMRegressor");

    let runner = trainer(json!({ "timeout_s": 60, "memory_mib": 2_000, "env": { "EPOCHS": "60" } }));
    let tested = server.post("/api/runners/test", runner.clone()).await.expect(200);
    assert_eq!(tested["ok"], true, "{tested}");
    let dry = json!({ "plan": { "runner": runner } });
    let dry = server.post(&format!("{PRICES}/retrain/dry-run"), dry).await.expect(200);
    assert_eq!(dry["obstacles"], json!([]));

    let run = train(&server, &runner).await;
    assert_eq!(run["state"], "held", "{run}");
    let job = &run["job"];
    assert_eq!(
        (&job["step"], &job["total"], &job["state"]),
        (&json!(60), &json!(60), &json!("done")),
        "{job}"
    );
    assert_eq!(job["lines"], json!([format!("learning from {} rows", run_rows(&run))]));
    let curve = run["progress"].as_array().unwrap();
    assert_eq!(curve.len(), 60);
    assert!(curve[59]["loss"].as_f64().unwrap() < 0.01 * curve[0]["loss"].as_f64().unwrap());
    let said = run["log"].to_string();
    assert!(said.contains("made a model of 1 KiB, mse "), "{said}");
    assert!(
        !data.path().join("jobs").join("1").join(job["key"].as_str().unwrap()).exists(),
        "it is tidied up"
    );

    let promote = json!({ "reason": "it knows the prices" });
    server.post(&format!("/api/runs/{}/promote", run["id"]), promote).await.expect(200);
    let asked = json!({ "rows": [{ "size": 0.5, "age": 0.25 }] });
    let answer = server.post(&format!("{PRICES}/predict"), asked).await.expect(200);
    let price = answer["answers"][0]["value"].as_f64().unwrap();
    assert!((price - 3.75).abs() < 0.05, "{price}");
    let versions = server.get(PRICES).await.expect(200);
    assert_eq!(versions["versions"][0]["source"]["from"], "training", "{versions}");
}

/// Of the log: so many reference rows were learnt from.
fn run_rows(run: &Value) -> u64 {
    let data = run["log"][0].as_str().unwrap();
    data.strip_prefix("data: ").unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_goes_wrong_is_told_and_the_champion_stays() {
    let server = Server::start();
    with_machine(&server).await;
    let wrong = sample("diabetes");
    let wrong = format!("cp '{}' \"$TIDEGATE_OUTPUT/model.onnx\"", wrong.display());
    let hungry = "x = []\nwhile True: x.append(bytearray(8 << 20)); x[-1][::4096] = b'x' * 2048";
    let cases = [
        (
            shell("echo loading; echo 'no such column: sise' >&2; exit 3", json!({})),
            "ended with exit code 3",
            "no such column: sise",
        ),
        (shell("echo slow; sleep 60", json!({ "timeout_s": 1 })), "was ended after 1 seconds", "slow"),
        (
            command("python3", &["-c", hungry], json!({ "memory_mib": 150 })),
            "it may have 150 (`memory_mib`)",
            "wrote nothing",
        ),
        (shell("kill -SEGV $$", json!({})), "was ended by signal 11", "nothing"),
        (shell("echo done", json!({})), "ended well but made no model", "done"),
        (
            shell(": > \"$TIDEGATE_OUTPUT/model.onnx\"", json!({})),
            "made a model of 0 bytes",
            "TIDEGATE_OUTPUT",
        ),
        (
            shell("echo junk > \"$TIDEGATE_OUTPUT/model.onnx\"", json!({})),
            "is no ONNX model",
            "written whole",
        ),
        (shell(&wrong, json!({})), "another signature than the champion", "parent.onnx"),
        (shell("cp parent.onnx \"$TIDEGATE_OUTPUT/model.onnx\"", json!({})), "handed the champion back", ""),
        (command("/nowhere/train", &[], json!({})), "`/nowhere/train` can't be started", "whole path"),
    ];
    for (runner, what, also) in cases {
        let run = train(&server, &runner).await;
        let error = run["error"].as_str().unwrap_or_default();
        assert!(run["state"] == "failed" && error.contains(what) && error.contains(also), "{runner}: {run}");
        assert_eq!(run["challenger"], Value::Null);
    }
    let after = server.get(PRICES).await.expect(200);
    assert_eq!(
        (after["versions"].as_array().unwrap().len(), &after["model"]["aliases"]["champion"]),
        (1, &json!(1))
    );
}

#[tokio::test]
async fn a_cancelled_job_ends_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start();
    with_machine(&server).await;
    let pids = folder.path().join("pids");
    // One that does not listen when it is asked to end, and a child of it in the background.
    let line =
        format!("trap '' TERM; sleep 300 & echo $$ $! > '{}'; echo begun; wait; sleep 300", pids.display());
    let id = start(&server, &shell(&line, json!({}))).await;
    let run = until("its first line", async || {
        let run = server.get(&format!("/api/runs/{id}")).await.expect(200);
        (run["job"]["lines"] == json!(["begun"])).then_some(run)
    })
    .await;
    assert_eq!((&run["state"], &run["job"]["state"]), (&json!("training"), &json!("running")));
    let written = std::fs::read_to_string(&pids).unwrap();
    server.post(&format!("/api/runs/{id}/cancel"), json!({})).await.expect(200);
    assert_eq!(ended(&server, id).await["state"], "cancelled");
    for pid in written.split_whitespace() {
        until("the end of what it started", async || gone(pid).then_some(())).await;
    }
}

#[tokio::test]
async fn a_job_does_not_outlive_a_program_that_was_killed_once_that_is_back() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start_in(data.path(), &[]);
    with_machine(&server).await;
    let pids = folder.path().join("pids");
    let line =
        format!("trap '' TERM; setsid sleep 300 & echo $$ $! > '{}'; echo begun; wait", pids.display());
    let id = start(&server, &shell(&line, json!({}))).await;
    until("its first line", async || {
        let run = server.get(&format!("/api/runs/{id}")).await.expect(200);
        (run["job"]["lines"] == json!(["begun"])).then_some(())
    })
    .await;
    let written = std::fs::read_to_string(&pids).unwrap();
    server.signal(rustix::process::Signal::KILL);
    drop(server);
    assert!(written.split_whitespace().any(|pid| !gone(pid)), "nobody ended it");

    let server = Server::start_in(data.path(), &[]);
    for pid in written.split_whitespace() {
        until("the end of what was left behind", async || gone(pid).then_some(())).await;
    }
    let run = until("it is told", async || {
        let run = server.get(&format!("/api/runs/{id}")).await.expect(200);
        (run["job"]["state"] == "ended").then_some(run)
    })
    .await;
    assert_eq!(run["state"], "interrupted");
    assert!(run["log"].to_string().contains("as nobody followed it any more"), "{}", run["log"]);
}

/// Whether a process is over; one that nobody has waited for yet is.
fn gone(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.is_empty() || stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn much_output_is_kept_in_bounds_and_shown_while_it_comes() {
    let server = Server::start();
    with_machine(&server).await;
    let run = train(
        &server,
        &shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; exit 1", json!({})),
    )
    .await;
    let job = &run["job"];
    let lines = job["lines"].as_array().unwrap();
    assert_eq!((lines.len(), job["left_out"].as_u64().unwrap()), (500, 19_500));
    assert_eq!((&lines[0], &lines[499]), (&json!("line 0"), &json!("line 19999")));
    assert!(run["error"].as_str().unwrap().contains("line 19998 / line 19999"));
}

#[tokio::test]
async fn a_job_gets_its_rows_as_parquet_too() {
    let server = Server::start();
    with_machine(&server).await;
    let line = "head -c 4 data.parquet; echo; cat job.json; exit 1";
    let run = train(&server, &shell(line, json!({ "data": "parquet" }))).await;
    let lines = run["job"]["lines"].as_array().unwrap();
    assert_eq!(lines[0], "PAR1");
    let text: Vec<&str> = lines[1..].iter().map(|line| line.as_str().unwrap()).collect();
    let told: Value = serde_json::from_str(&text.join("\n")).unwrap();
    assert_eq!((&told["data"]["format"], &told["data"]["target"]), (&json!("parquet"), &json!("price")));
    assert_eq!(told["data"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!((&told["key"], &told["parameters"]["rounds"]), (&run["job"]["key"], &json!(100)));
}

#[tokio::test]
async fn a_server_that_others_can_reach_hands_nothing_over_unless_told_to() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    with_machine(&server).await;
    let runner = shell("exit 0", json!({}));
    patch(&server, PRICES, json!({ "settings": { "runner": runner, "triggers": { "promote": true } } }))
        .await;
    let kept = server.get(PRICES).await.expect(200);
    assert_eq!(kept["model"]["settings"]["runner"]["program"], "sh");
    server.stop();

    const SAID: &str = "refused while the server can be reached from other machines";
    let server = elsewhere(data.path(), &[]);
    server.post(&format!("{PRICES}/runs"), json!({ "plan": { "runner": runner } })).await.refused(409, SAID);
    server.post("/api/runners/test", runner.clone()).await.refused(409, SAID);
    let other = json!({ "settings": { "runner": shell("exit 1", json!({})) } });
    let other = server.request(Method::PATCH, PRICES).json(&other).send().await.unwrap();
    Answer::read(other).await.refused(409, SAID);
    server.stop();
    let server = elsewhere(data.path(), &["--allow-command-channels"]);
    assert_eq!(server.post("/api/runners/test", runner).await.expect(200)["ok"], true);
    server.stop();
}
