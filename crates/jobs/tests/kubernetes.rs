//! The manifest against the published schema, and the client against a double of the API server.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod common;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path as Named, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tidegate_core::{Code, runner::Runner};

use common::{Ear, job};

#[derive(Default)]
struct Server {
    jobs: HashMap<String, (Value, usize)>,
    created: usize,
    /// The job's file system: what its mount path is here.
    mount: PathBuf,
}

type Shared = Arc<Mutex<Server>>;

async fn double(server: Shared) -> String {
    let app = Router::new()
        .route(
            "/version",
            get(async || Json(json!({ "major": "1", "minor": "37", "gitVersion": "v1.37.0" }))),
        )
        .route("/apis/batch/v1/namespaces/training/jobs", get(list).post(create))
        .route("/apis/batch/v1/namespaces/training/jobs/{name}", get(one).delete(delete))
        .route("/api/v1/namespaces/training/pods", get(pods))
        .route("/api/v1/namespaces/training/pods/{name}/log", get(log))
        .with_state(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn refused(code: StatusCode, reason: &str, message: String) -> Response {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "code": code.as_u16(),
    });
    (code, Json(status)).into_response()
}

fn missing(name: &str) -> Response {
    refused(StatusCode::NOT_FOUND, "NotFound", format!("jobs.batch \"{name}\" not found"))
}

async fn list() -> Json<Value> {
    Json(json!({ "kind": "JobList", "apiVersion": "batch/v1", "metadata": {}, "items": [] }))
}

async fn create(State(server): State<Shared>, Json(manifest): Json<Value>) -> Response {
    let mut server = server.lock().unwrap();
    server.created += 1;
    let name = manifest["metadata"]["name"].as_str().unwrap().to_owned();
    if server.jobs.contains_key(&name) {
        let message = format!("jobs.batch \"{name}\" already exists");
        return refused(StatusCode::CONFLICT, "AlreadyExists", message);
    }
    server.jobs.insert(name, (manifest.clone(), 0));
    (StatusCode::CREATED, Json(manifest)).into_response()
}

fn image(manifest: &Value) -> &str {
    manifest["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap()
}

async fn one(State(server): State<Shared>, Named(name): Named<String>) -> Response {
    let mut server = server.lock().unwrap();
    let mount = server.mount.clone();
    let Some((manifest, looks)) = server.jobs.get_mut(&name) else { return missing(&name) };
    *looks += 1;
    let mut answer = manifest.clone();
    let condition = |kind: &str, reason: &str, message: &str| json!({ "active": 0, "conditions": [{ "type": kind, "status": "True", "reason": reason, "message": message }] });
    answer["status"] = match (*looks, image(manifest)) {
        (3.., "train:1") => {
            let output = mount.join(&name).join("out");
            std::fs::write(output.join("model.onnx"), b"a better model").unwrap();
            condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
        }
        (3.., "broken:1") => {
            condition("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        _ => json!({ "active": 1, "ready": 1 }),
    };
    Json(answer).into_response()
}

async fn delete(
    State(server): State<Shared>,
    Named(name): Named<String>,
    Json(options): Json<Value>,
) -> Response {
    assert_eq!(options["propagationPolicy"], "Foreground", "its pods must not be left");
    match server.lock().unwrap().jobs.remove(&name) {
        Some((manifest, _)) => Json(manifest).into_response(),
        None => missing(&name),
    }
}

async fn pods(State(server): State<Shared>, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let server = server.lock().unwrap();
    let name = query["labelSelector"].strip_prefix("batch.kubernetes.io/job-name=").unwrap();
    let pod = server.jobs.get(name).map(|(manifest, looks)| {
        let state = match (*looks, image(manifest)) {
            (_, "nowhere:1") => {
                json!({ "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling image" } })
            }
            (3.., "broken:1") => json!({ "terminated": { "exitCode": 3, "reason": "Error" } }),
            _ => json!({ "running": { "startedAt": "2026-11-26T12:00:00Z" } }),
        };
        let phase = if state["waiting"].is_null() { "Running" } else { "Pending" };
        let status = json!({
            "name": "train", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": state,
        });
        json!({
            "metadata": { "name": format!("{name}-x7f2q") },
            "status": { "phase": phase, "containerStatuses": [status] },
        })
    });
    let items: Vec<Value> = pod.into_iter().collect();
    Json(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items }))
}

async fn log(State(server): State<Shared>, Named(name): Named<String>) -> Response {
    let server = server.lock().unwrap();
    let (job, _) = name.rsplit_once('-').unwrap();
    let Some((manifest, looks)) = server.jobs.get(job) else { return missing(job) };
    if image(manifest) == "nowhere:1" {
        let message = "container \"train\" in pod is waiting to start: trying and failing to pull image";
        return refused(StatusCode::BAD_REQUEST, "BadRequest", message.into());
    }
    let whole = "loading\n{\"event\":\"progress\",\"step\":1,\"total\":2}\n{\"event\":\"progress\",\"step\":2,\"total\":2}\nno such column\n";
    whole[..(looks * 40).min(whole.len())].to_owned().into_response()
}

fn runner(url: &str, image: &str, folder: &Path) -> Runner {
    let shared = folder.join("shared");
    std::fs::create_dir_all(&shared).unwrap();
    serde_json::from_value(json!({
        "kind": "kubernetes", "url": url, "namespace": "training", "image": image, "command": ["python", "train.py"],
        "env": { "EPOCHS": "2" }, "claim": "models", "folder": shared, "there": "/shared", "gpus": 1, "timeout_s": 600,
    }))
    .unwrap()
}

#[test]
fn the_manifest_is_what_the_published_schema_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let manifest: Value = serde_json::from_str(
        &tidegate_jobs::manifest(&runner("http://api", "train:1", folder.path())).unwrap(),
    )
    .unwrap();
    let schema: Value = serde_json::from_str(include_str!("kubernetes/job-batch-v1.json")).unwrap();
    let definitions = &schema["definitions"];
    let root = &definitions["io.k8s.api.batch.v1.Job"];
    assert_eq!(problems(definitions, root, &manifest, "job"), Vec::<String>::new());
    assert_eq!((&manifest["apiVersion"], &manifest["kind"]), (&json!("batch/v1"), &json!("Job")));
    let spec = &manifest["spec"];
    assert_eq!((&spec["backoffLimit"], &spec["activeDeadlineSeconds"]), (&json!(0), &json!(600)));
    assert_eq!(spec["ttlSecondsAfterFinished"], 86_400);
    let pod = &spec["template"]["spec"];
    assert_eq!(
        (&pod["restartPolicy"], &pod["automountServiceAccountToken"]),
        (&json!("Never"), &json!(false))
    );
    let container = &pod["containers"][0];
    assert_eq!(
        container["resources"]["limits"],
        json!({ "cpu": "1", "memory": "2Gi", "nvidia.com/gpu": "1" })
    );
    assert_eq!(container["volumeMounts"][0]["mountPath"], "/shared");

    // The schema is one that finds something.
    let mut wrong = manifest.clone();
    wrong["spec"]["backoffLimit"] = json!("none");
    wrong["spec"]["template"]["spec"]["containers"][0]["comand"] = json!([]);
    wrong["spec"]["template"]["spec"]["containers"][0]["name"].take();
    let found = problems(definitions, root, &wrong, "job");
    assert_eq!(found.len(), 3, "{found:?}");
}

/// Where a value is not what a schema says: its type, its choices, its fields.
fn problems(definitions: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return problems(definitions, &definitions[name.rsplit('/').next().unwrap()], value, at);
    }
    let mut found = Vec::new();
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    if !types.is_empty() && !types.iter().any(is) {
        found.push(format!("{at}: {value} is no {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            found.push(format!("{at} lacks {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Object(_)) => {
                found.extend(problems(definitions, &schema["additionalProperties"], inner, &at));
            }
            (Value::Null, Value::Bool(true)) => {}
            (Value::Null, _) => found.push(format!("{at} is not known")),
            (of, _) => found.extend(problems(definitions, of, inner, &at)),
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(problems(definitions, &schema["items"], inner, &format!("{at}[{index}]")));
    }
    found
}

#[tokio::test]
async fn a_job_is_applied_once_followed_and_its_result_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(Mutex::new(Server { mount: folder.path().join("shared"), ..Server::default() }));
    let runner = runner(&double(server.clone()).await, "train:1", folder.path());
    assert!(tidegate_jobs::test(&runner).await.unwrap().starts_with("Kubernetes v1.37.0 answers"));
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    let made = ear.follow(&runner, &job).await.unwrap();
    assert_eq!(made.model, b"a better model");
    assert_eq!(
        (ear.steps(), ear.lines()),
        (vec![1, 2], vec!["loading".to_owned(), "no such column".to_owned()])
    );

    Ear::default().follow(&runner, &job).await.unwrap();
    let server = server.lock().unwrap();
    assert_eq!((server.created, server.jobs.len()), (2, 1), "its name is taken: it is there already");
    let container = &server.jobs[&job.key].0["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["workingDir"], format!("/shared/{}", job.key));
    let variables = container["env"].as_array().unwrap();
    assert!(variables.contains(&json!({ "name": "EPOCHS", "value": "2" })));
    let output = format!("/shared/{}/out", job.key);
    assert!(variables.contains(&json!({ "name": "TIDEGATE_OUTPUT", "value": output })), "{variables:?}");
}

#[tokio::test]
async fn a_failure_tells_the_exit_code_and_what_the_cluster_says() {
    let folder = tempfile::tempdir().unwrap();
    let runner = runner(&double(Shared::default()).await, "broken:1", folder.path());
    let error = Ear::default().follow(&runner, &job(folder.path(), &runner, 1)).await.unwrap_err();
    let said = "the job ended with exit code 3: Job has reached the specified backoff limit; its last lines";
    assert!(error.message.starts_with(said) && error.message.contains("no such column"), "{error}");
}

#[tokio::test]
async fn one_that_waits_says_why_and_is_deleted_when_it_is_cancelled() {
    let (server, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let runner = runner(&double(server.clone()).await, "nowhere:1", folder.path());
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    let (gone, ()) = tokio::join!(ear.follow(&runner, &job), async {
        ear.until("why it waits", |ear| ear.states().iter().any(|state| state.contains("ImagePullBackOff")))
            .await;
        ear.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(gone.unwrap_err().code, Code::Conflict);
    assert!(server.lock().unwrap().jobs.is_empty());
}

#[tokio::test]
async fn one_that_nobody_follows_any_more_is_deleted_by_its_key() {
    let (server, folder) = (Shared::default(), tempfile::tempdir().unwrap());
    let runner = runner(&double(server.clone()).await, "nowhere:1", folder.path());
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    tokio::select! {
        ended = ear.follow(&runner, &job) => panic!("{ended:?}"),
        () = ear.until("it waits", |ear| ear.states().iter().any(|state| state.contains("ImagePullBackOff"))) => {}
    }
    for _ in 0..2 {
        tidegate_jobs::abandon(&runner, &job.key).await.unwrap();
    }
    assert!(server.lock().unwrap().jobs.is_empty());
}

#[tokio::test]
async fn the_cluster_is_that_of_a_context_of_a_kubeconfig() {
    let folder = tempfile::tempdir().unwrap();
    let url = double(Shared::default()).await;
    let config = folder.path().join("config");
    let text = format!(
        r#"{{ "apiVersion": "v1", "kind": "Config", "current-context": "away",
            "clusters": [{{ "name": "here", "cluster": {{ "server": "{url}" }} }},
                         {{ "name": "gone", "cluster": {{ "server": "http://127.0.0.1:9" }} }}],
            "users": [{{ "name": "ada", "user": {{ "token": "secret" }} }}],
            "contexts": [{{ "name": "away", "context": {{ "cluster": "gone", "user": "ada" }} }},
                         {{ "name": "lab", "context": {{ "cluster": "here", "user": "ada" }} }}] }}"#
    );
    std::fs::write(&config, text).unwrap();
    let of = |context: Option<&str>, path: &Path| {
        let mut runner = serde_json::to_value(runner("", "train:1", folder.path())).unwrap();
        (runner["kubeconfig"], runner["context"]) = (json!(path), json!(context));
        serde_json::from_value::<Runner>(runner).unwrap()
    };
    let told = tidegate_jobs::test(&of(Some("lab"), &config)).await.unwrap();
    assert!(told.starts_with("Kubernetes v1.37.0 answers"), "{told}");
    for (context, path, said) in [
        (None, &config, "it can't be reached"),
        (Some("moon"), &config, "`runner.kubeconfig`"),
        (None, &folder.path().join("nothing"), "`runner.kubeconfig`"),
    ] {
        let error = tidegate_jobs::test(&of(context, path)).await.unwrap_err();
        assert!(error.message.contains(said), "{error}");
    }
    let mut both = serde_json::to_value(of(None, &config)).unwrap();
    both["url"] = json!(url);
    let error = tidegate_jobs::check(&serde_json::from_value(both).unwrap()).unwrap_err();
    assert!(error.message.starts_with("`runner.kubeconfig`"), "{error}");
}

#[test]
fn fields_that_can_not_work_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = serde_json::to_value(runner("http://api", "train:1", folder.path())).unwrap();
    for (field, value) in [
        ("url", json!("api:6443")),
        ("namespace", json!("Training")),
        ("image", json!("two words")),
        ("claim", json!("")),
        ("cpu", json!("many")),
        ("memory", json!("4GB")),
        ("service_account", json!("a/b")),
        ("there", json!("shared")),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let error = tidegate_jobs::check(&serde_json::from_value(wrong).unwrap()).unwrap_err();
        assert!(error.message.starts_with(&format!("`runner.{field}`")), "{error}");
    }
}
