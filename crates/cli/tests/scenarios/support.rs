//! A server process of its own for each story, and how to talk to it.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use reqwest::{Method, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command.env_remove("TIDEGATE_DATA").env_remove("TIDEGATE_HTTP").env_remove("TIDEGATE_SAMPLES");
    command
}

/// `tidegate` with these arguments, to its end.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name).join("model.onnx")
}

pub struct Server {
    child: Child,
    pub url: String,
    http: reqwest::Client,
    /// The data folder, when nobody else keeps it.
    _folder: Option<TempDir>,
}

impl Server {
    /// On a data folder of its own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self::start_in(folder.path(), &[]);
        server._folder = Some(folder);
        server
    }

    pub fn start_in(data: &Path, arguments: &[&str]) -> Self {
        let mut command = program();
        command.arg("serve").arg("--data").arg(data).args(["--http", "127.0.0.1:0"]).args(arguments);
        Self::start_as(command)
    }

    /// By a command that becomes the server.
    pub fn start_as(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            let mut told = String::new();
            child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
            panic!("the server did not start: {told}");
        };
        // Nobody reads what it logs: a full pipe must not stop it.
        let mut errors = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url: url.to_owned(), child, http, _folder: None }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::read(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    pub async fn send(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", kind).body(body);
        Answer::read(request.send().await.unwrap()).await
    }

    /// Deploys bytes as a model.
    pub async fn import(&self, name: &str, model: Vec<u8>) {
        let path = format!("/api/models?filename={name}.onnx");
        self.send(&path, "application/octet-stream", model).await.expect(201);
    }

    /// Runs a model with binary tensors both ways; each input is its JSON and its bytes.
    pub async fn infer_binary(&self, model: &str, inputs: Vec<(Value, Bytes)>) -> (Value, Vec<Bytes>) {
        let (headers, buffers): (Vec<Value>, Vec<Bytes>) = inputs
            .into_iter()
            .map(|(mut input, bytes)| {
                input["parameters"] = json!({ "binary_data_size": bytes.len() });
                (input, bytes)
            })
            .unzip();
        let head = json!({ "inputs": headers, "parameters": { "binary_data_output": true } }).to_string();
        let mut body = head.clone().into_bytes();
        buffers.iter().for_each(|bytes| body.extend_from_slice(bytes));
        let request = self.request(Method::POST, &format!("/v2/models/{model}/infer"));
        let request = request.header("inference-header-content-length", head.len()).body(body);
        read_binary(Answer::read(request.send().await.unwrap()).await)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end; panics when it takes longer than `limit`.
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < limit, "it still runs after {limit:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        assert!(self.ended(Duration::from_secs(20)).success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary tensors of an answer, one for each output.
pub fn read_binary(answer: Answer) -> (Value, Vec<Bytes>) {
    let length = answer.header("inference-header-content-length").and_then(|length| length.parse().ok());
    let length: usize = length.unwrap_or_else(|| panic!("no binary tensors: {}", text(&answer.body)));
    let head: Value = serde_json::from_slice(&answer.body[..length]).unwrap();
    let mut rest = answer.body.slice(length..);
    let outputs = head["outputs"].as_array().unwrap();
    let buffers = outputs
        .iter()
        .map(|output| rest.split_to(output["parameters"]["binary_data_size"].as_u64().unwrap() as usize));
    let buffers = buffers.collect();
    assert!(rest.is_empty(), "bytes follow the last tensor");
    (head, buffers)
}

/// What came back, read to its end.
pub struct Answer {
    pub status: StatusCode,
    headers: reqwest::header::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", text(&self.body)))
    }

    /// Its JSON, if the status is as expected.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", text(&self.body));
        self.json()
    }

    /// That it was refused so, with words that hold `said`.
    #[track_caller]
    pub fn refused(&self, status: u16, said: &str) {
        let error = self.expect(status)["error"].as_str().unwrap().to_owned();
        assert!(error.contains(said), "`{error}` does not say `{said}`");
    }
}
