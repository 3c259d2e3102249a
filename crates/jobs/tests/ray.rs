//! The Ray client against a double that answers as a head of Ray 2.60.0 was heard to answer.
//! `tests/real_ray.rs` asks a real one.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod common;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path as Named, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tidegate_core::{
    Code,
    runner::{RayRunner, Runner},
};

use common::{Ear, job};

#[derive(Default)]
struct Head {
    packages: HashMap<String, Bytes>,
    jobs: HashMap<String, Job>,
    submissions: usize,
    /// So many requests are answered as by a head that is not there.
    away: usize,
    token: Option<String>,
}

struct Job {
    body: Value,
    looks: usize,
    status: &'static str,
}

type Shared = Arc<Mutex<Head>>;

async fn double(head: Shared) -> String {
    let app = Router::new()
        .route("/api/version", get(version))
        .route("/api/packages/gcs/{name}", get(package).put(upload))
        .route("/api/jobs/", post(submit))
        .route("/api/jobs/{id}", get(details))
        .route("/api/jobs/{id}/logs", get(logs))
        .route("/api/jobs/{id}/stop", post(stop))
        .layer(DefaultBodyLimit::max(1 << 30))
        .layer(from_fn_with_state(head.clone(), gate))
        .with_state(head);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn gate(State(head): State<Shared>, request: Request, next: Next) -> Response {
    {
        let mut head = head.lock().unwrap();
        if head.away > 0 {
            head.away -= 1;
            return (StatusCode::BAD_GATEWAY, "").into_response();
        }
        let given = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        if let Some(token) = &head.token
            && given != Some(format!("Bearer {token}"))
        {
            return (StatusCode::UNAUTHORIZED, "Unauthorized: Missing authentication token").into_response();
        }
    }
    next.run(request).await
}

async fn version() -> Json<Value> {
    Json(
        json!({ "version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259", "session_name": "session_1" }),
    )
}

async fn package(State(head): State<Shared>, Named(name): Named<String>) -> Response {
    match head.lock().unwrap().packages.contains_key(&name) {
        true => "".into_response(),
        false => (StatusCode::NOT_FOUND, format!("Package gcs://{name} does not exist")).into_response(),
    }
}

async fn upload(State(head): State<Shared>, Named(name): Named<String>, body: Bytes) {
    head.lock().unwrap().packages.insert(name, body);
}

async fn submit(State(head): State<Shared>, Json(body): Json<Value>) -> Response {
    let known = [
        "entrypoint",
        "submission_id",
        "runtime_env",
        "metadata",
        "entrypoint_num_cpus",
        "entrypoint_num_gpus",
    ];
    if let Some(name) = body.as_object().unwrap().keys().find(|name| !known.contains(&&name[..])) {
        let told = format!(
            "Traceback (most recent call last):\nTypeError: JobSubmitRequest.__init__() got an unexpected keyword argument '{name}'\n"
        );
        return (StatusCode::BAD_REQUEST, told).into_response();
    }
    let mut head = head.lock().unwrap();
    head.submissions += 1;
    let id = body["submission_id"].as_str().unwrap().to_owned();
    if head.jobs.contains_key(&id) {
        let told = format!(
            "Traceback (most recent call last):\n  File \"job_head.py\", line 419, in submit_job\nRuntimeError: Request \
             failed with status code 400: Traceback (most recent call last):\nValueError: Job with submission_id {id} \
             already exists. Please use a different submission_id.\n.\n"
        );
        return (StatusCode::INTERNAL_SERVER_ERROR, told).into_response();
    }
    head.jobs.insert(id.clone(), Job { body, looks: 0, status: "PENDING" });
    Json(json!({ "job_id": id, "submission_id": id })).into_response()
}

fn missing(id: &str) -> Response {
    (StatusCode::NOT_FOUND, format!("Job {id} does not exist")).into_response()
}

async fn details(State(head): State<Shared>, Named(id): Named<String>) -> Response {
    let mut head = head.lock().unwrap();
    let Some(job) = head.jobs.get_mut(&id) else { return missing(&id) };
    job.looks += 1;
    let entrypoint = job.body["entrypoint"].as_str().unwrap().to_owned();
    let next = match (job.status, job.looks, &entrypoint[..]) {
        ("STOPPED", ..) => "STOPPED",
        (_, 1, _) => "PENDING",
        (_, _, "setup" | "fail") => "FAILED",
        (_, 2..=3, _) | (_, _, "forever") => "RUNNING",
        _ => "SUCCEEDED",
    };
    if next == "SUCCEEDED" && job.status != next {
        let output = PathBuf::from(job.body["runtime_env"]["env_vars"]["TIDEGATE_OUTPUT"].as_str().unwrap());
        std::fs::write(output.join("model.onnx"), b"a better model").unwrap();
        std::fs::write(output.join("metrics.json"), br#"{"mse": 0.25}"#).unwrap();
    }
    job.status = next;
    let (message, exit) = match (next, &entrypoint[..]) {
        ("PENDING", _) => (
            "Job has not started yet. It may be waiting for the runtime environment to be set up.",
            Value::Null,
        ),
        ("RUNNING", _) => ("Job is currently running.", Value::Null),
        ("STOPPED", _) => ("Job was intentionally stopped.", Value::Null),
        ("FAILED", "setup") => (
            "runtime_env setup failed: Failed to set up runtime environment.\nTraceback (most recent call last):\nOSError: Failed to download runtime_env file package.\n",
            Value::Null,
        ),
        ("FAILED", _) => (
            "Job entrypoint command failed with exit code 3, last available logs (truncated to 20,000 chars):\nno such column\n",
            json!(3),
        ),
        _ => ("Job finished successfully.", json!(0)),
    };
    Json(json!({
        "type": "SUBMISSION", "job_id": null, "submission_id": id, "driver_info": null, "status": next,
        "entrypoint": entrypoint, "message": message, "error_type": null, "start_time": 1, "end_time": null,
        "metadata": job.body["metadata"], "runtime_env": job.body["runtime_env"],
        "driver_agent_http_address": null, "driver_node_id": null, "driver_exit_code": exit,
    }))
    .into_response()
}

async fn logs(State(head): State<Shared>, Named(id): Named<String>) -> Response {
    let head = head.lock().unwrap();
    let Some(job) = head.jobs.get(&id) else { return missing(&id) };
    let whole = "INFO job_manager.py:581 -- Runtime env is setting up.\n{\"event\": \"progress\", \"step\": 1, \"total\": 2, \
                 \"metrics\": {\"loss\": 0.5}}\nhalf of a line\n{\"event\": \"progress\", \"step\": 2, \"total\": 2}\nno such column\n";
    let end = match job.looks {
        0 | 1 => 10,
        2 => 130,
        3 => 160,
        _ => whole.len(),
    };
    let end = if job.status == "FAILED" { whole.len() } else { end };
    Json(json!({ "logs": whole[..end] })).into_response()
}

async fn stop(State(head): State<Shared>, Named(id): Named<String>) -> Response {
    let mut head = head.lock().unwrap();
    let Some(job) = head.jobs.get_mut(&id) else { return missing(&id) };
    let stopped = !["SUCCEEDED", "FAILED", "STOPPED"].contains(&job.status);
    job.status = "STOPPED";
    Json(json!({ "stopped": stopped })).into_response()
}

/// What Python, which is what unpacks it, makes of an archive: the names of its files, or what one of them holds.
fn unzipped(archive: &Path, how: &[&str]) -> String {
    let script = "import sys, zipfile\n\
                  z = zipfile.ZipFile(sys.argv[1])\n\
                  assert z.testzip() is None\n\
                  print(' '.join(sorted(z.namelist())) if sys.argv[2] == '-l' else z.read(sys.argv[3]).decode(), end='')";
    let out =
        std::process::Command::new("python3").args(["-c", script]).arg(archive).args(how).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn ray(url: &str, entrypoint: &str, folder: &Path) -> RayRunner {
    let shared = folder.join("shared");
    std::fs::create_dir_all(&shared).unwrap();
    serde_json::from_value(json!({
        "url": url, "entrypoint": entrypoint, "folder": shared, "lost_after_s": 2, "env": { "EPOCHS": "2" },
    }))
    .unwrap()
}

#[tokio::test]
async fn a_job_is_packed_submitted_once_followed_and_fetched() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let code = folder.path().join("code");
    std::fs::create_dir_all(code.join("pkg/__pycache__")).unwrap();
    std::fs::write(code.join("train.py"), b"print()").unwrap();
    std::fs::write(code.join("pkg/part.py"), b"").unwrap();
    std::fs::write(code.join("pkg/__pycache__/part.pyc"), b"").unwrap();
    let url = double(head.clone()).await;
    let runner = Runner::Ray(RayRunner {
        code: Some(code.to_str().unwrap().into()),
        ..ray(&url, "python train.py", folder.path())
    });
    assert!(tidegate_jobs::test(&runner).await.unwrap().starts_with("Ray 2.60.0 answers"));
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    let made = ear.follow(&runner, &job).await.unwrap();
    assert_eq!(
        (&made.model[..], &made.metrics[..]),
        (&b"a better model"[..], &[("mse".to_owned(), 0.25)][..])
    );
    assert_eq!(ear.steps(), [1, 2], "each once, though the log comes whole every time");
    assert_eq!(ear.lines()[1..], ["half of a line", "no such column"]);
    assert_eq!(
        ear.states()[1],
        "waiting: Job has not started yet. It may be waiting for the runtime environment to be set up."
    );

    // The same order again: the job that is there is taken for it.
    Ear::default().follow(&runner, &job).await.unwrap();
    let head = head.lock().unwrap();
    assert_eq!((head.submissions, head.jobs.len(), head.packages.len()), (2, 1, 1));
    let body = &head.jobs[&job.key].body;
    assert_eq!(body["runtime_env"]["env_vars"]["EPOCHS"], "2");
    let (name, bytes) = head.packages.iter().next().unwrap();
    assert_eq!(body["runtime_env"]["working_dir"], format!("gcs://{name}"));
    let archive = folder.path().join("package.zip");
    std::fs::write(&archive, bytes).unwrap();
    assert_eq!(unzipped(&archive, &["-l"]), "data.csv job.json parent.onnx pkg/part.py train.py");
    let data = unzipped(&archive, &["-p", "data.csv"]);
    assert_eq!(data, "x,y,w,n\n1,2,1,0\n2,4,1,0\n3,6,1,0\n");
}

#[tokio::test]
async fn failures_say_what_the_cluster_said() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let url = double(head).await;
    for (number, (entrypoint, said)) in [
        ("fail", "the job ended with exit code 3; its last lines"),
        ("setup", "the job failed: runtime_env setup failed: Failed to set up runtime environment. OSError: Failed to download"),
    ]
    .into_iter()
    .enumerate()
    {
        let runner = Runner::Ray(ray(&url, entrypoint, folder.path()));
        let error = Ear::default().follow(&runner, &job(folder.path(), &runner, number as i64)).await.unwrap_err();
        assert!(error.code == Code::Invalid && error.message.contains(said), "{error}");
        assert!(error.message.contains("no such column"), "{error}");
    }
}

#[tokio::test]
async fn a_cancelled_job_is_stopped_there() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let url = double(head.clone()).await;
    let runner = Runner::Ray(ray(&url, "forever", folder.path()));
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    let (follower, watcher) = tokio::join!(ear.follow(&runner, &job), async {
        ear.until("it runs", |ear| ear.states().contains(&"running".into())).await;
        ear.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let () = watcher;
    assert_eq!(follower.unwrap_err().code, Code::Conflict);
    assert_eq!(head.lock().unwrap().jobs[&job.key].status, "STOPPED");
}

#[tokio::test]
async fn one_that_nobody_follows_any_more_is_stopped_by_its_key() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let url = double(head.clone()).await;
    let runner = Runner::Ray(ray(&url, "forever", folder.path()));
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    tokio::select! {
        ended = ear.follow(&runner, &job) => panic!("{ended:?}"),
        () = ear.until("it runs", |ear| ear.states().contains(&"running".into())) => {}
    }
    for key in [&job.key[..], "tidegate-9-never-submitted"] {
        tidegate_jobs::abandon(&runner, key).await.unwrap();
    }
    assert_eq!(head.lock().unwrap().jobs[&job.key].status, "STOPPED");
}

#[tokio::test]
async fn a_cluster_that_comes_back_goes_on_and_one_that_does_not_is_given_up() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let url = double(head.clone()).await;
    let runner = Runner::Ray(ray(&url, "python train.py", folder.path()));
    let lost =
        |states: &[String]| states.iter().any(|state| state.starts_with("can't be reached, trying again"));
    let ear = Ear::default();
    let order = job(folder.path(), &runner, 1);
    let (made, ()) = tokio::join!(ear.follow(&runner, &order), async {
        ear.until("it waits", |ear| ear.states().len() > 1).await;
        head.lock().unwrap().away = 2;
    });
    assert_eq!(made.unwrap().model, b"a better model");
    assert!(lost(&ear.states()), "{:?}", ear.states());
    assert_eq!(ear.steps(), [1, 2]);

    let ear = Ear::default();
    let order = job(folder.path(), &runner, 2);
    let (gone, ()) = tokio::join!(ear.follow(&runner, &order), async {
        ear.until("it waits", |ear| ear.states().len() > 1).await;
        head.lock().unwrap().away = usize::MAX;
    });
    let error = gone.unwrap_err();
    assert!(error.code == Code::Unavailable && error.message.contains("for 2 seconds"), "{error}");
    assert!(error.hint.unwrap().contains("may still run there"));

    head.lock().unwrap().away = 0;
    let ear = Ear::default();
    let order = job(folder.path(), &runner, 3);
    let (gone, ()) = tokio::join!(ear.follow(&runner, &order), async {
        ear.until("it waits", |ear| ear.states().len() > 1).await;
        head.lock().unwrap().jobs.clear();
    });
    let error = gone.unwrap_err();
    assert!(
        error.message.contains("does not know the job") && error.message.contains("restarted"),
        "{error}"
    );
}

#[tokio::test]
async fn the_token_is_shown_and_what_is_no_head_is_told() {
    let (head, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let url = double(head.clone()).await;
    head.lock().unwrap().token = Some("s3cret".into());
    let without = ray(&url, "python train.py", folder.path());
    let error = tidegate_jobs::test(&Runner::Ray(without.clone())).await.unwrap_err();
    assert!(error.message.contains("401") && error.hint.unwrap().contains("token_file"), "{}", error.message);
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret\n").unwrap();
    let with = RayRunner { token_file: Some(file.to_str().unwrap().into()), ..without };
    tidegate_jobs::test(&Runner::Ray(with)).await.unwrap();

    let nobody = RayRunner { url: "http://127.0.0.1:1".into(), ..ray(&url, "x", folder.path()) };
    let error = tidegate_jobs::test(&Runner::Ray(nobody)).await.unwrap_err();
    assert!(error.message.contains("it can't be reached"), "{error}");
    let unwritable = serde_json::from_value(json!({
        "url": url, "entrypoint": "x", "folder": "/nowhere/shared", "token_file": file,
    }))
    .unwrap();
    let error = tidegate_jobs::test(&Runner::Ray(unwritable)).await.unwrap_err();
    assert!(error.message.contains("`runner.folder`: /nowhere/shared can't be written"), "{error}");
}

#[test]
fn fields_that_can_not_work_are_named() {
    let of = |change: Value| {
        let mut fields =
            json!({ "kind": "ray", "url": "http://head:8265", "entrypoint": "x", "folder": "/mnt" });
        fields.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        tidegate_jobs::check(&serde_json::from_value(fields).unwrap()).map_err(|error| error.message)
    };
    of(json!({})).unwrap();
    for (change, field) in [
        (json!({ "url": "head:8265" }), "`runner.url`"),
        (json!({ "url": "http://me:you@head" }), "`runner.url`"),
        (json!({ "entrypoint": " " }), "`runner.entrypoint`"),
        (json!({ "folder": "shared" }), "`runner.folder`"),
        (json!({ "there": "/a/../b" }), "`runner.there`"),
        (json!({ "timeout_s": 0 }), "`runner.timeout_s`"),
        (json!({ "lost_after_s": 0 }), "`runner.lost_after_s`"),
        (json!({ "cpus": -1.0 }), "`runner.cpus`"),
        (json!({ "env": { "1A": "" } }), "`runner.env`"),
        (json!({ "env": { "TIDEGATE_SEED": "1" } }), "`runner.env`"),
    ] {
        let error = of(change).unwrap_err();
        assert!(error.starts_with(field), "{error}");
    }
}
