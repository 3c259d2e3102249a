//! What the stories about failures share: waiting for something, clients that never stop asking, and looking at
//! processes and folders.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{Answer, Server};

/// Far more than anything here takes, also on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until there is something to see.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// One request of a [`Load`]; without an answer when the connection broke.
pub struct Asked {
    pub answer: Option<(u16, Value)>,
    pub answered: Instant,
    pub took: Duration,
}

impl Asked {
    pub fn succeeded(&self) -> bool {
        self.answer.as_ref().is_some_and(|(status, _)| *status == 200)
    }
}

/// Clients that ask the same again and again until the load ends, or the server does.
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<Asked>>>,
}

impl Load {
    pub fn on(server: &Arc<Server>, clients: usize, path: &str, body: &Value) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let (server, stop) = (server.clone(), stop.clone());
            let (path, body) = (path.to_owned(), body.clone());
            tokio::spawn(async move {
                let mut all = Vec::new();
                while !stop.load(Ordering::Relaxed)
                    && all.last().is_none_or(|asked: &Asked| asked.answer.is_some())
                {
                    all.push(ask(&server, &path, &body).await);
                }
                all
            })
        };
        Self { clients: (0..clients).map(client).collect(), stop }
    }

    pub async fn end(self) -> Vec<Asked> {
        self.stop.store(true, Ordering::Relaxed);
        self.broken().await
    }

    /// What was asked until the server was gone.
    pub async fn broken(self) -> Vec<Asked> {
        let mut all = Vec::new();
        for client in self.clients {
            all.append(&mut client.await.unwrap());
        }
        all
    }
}

async fn ask(server: &Server, path: &str, body: &Value) -> Asked {
    let begun = Instant::now();
    let sent = server.request(reqwest::Method::POST, path).json(body).send().await;
    let answer = match sent {
        Ok(response) => {
            let status = response.status().as_u16();
            response.json().await.ok().map(|body| (status, body))
        }
        Err(_) => None,
    };
    Asked { answer, answered: Instant::now(), took: begun.elapsed() }
}

/// A request of tensors, each its name, datatype, shape and values.
pub fn tensors(inputs: &[(&str, &str, Value, Value)]) -> Value {
    let input = |(name, datatype, shape, data): &(&str, &str, Value, Value)| json!({ "name": name, "datatype": datatype, "shape": shape, "data": data });
    json!({ "inputs": inputs.iter().map(input).collect::<Vec<_>>() })
}

/// Sends bytes as a model file.
pub async fn upload(server: &Server, file: &str, model: impl Into<reqwest::Body>) -> Answer {
    server.send(&format!("/api/models?filename={file}"), "application/octet-stream", model).await
}

/// The worker of a version, as the API tells it.
pub async fn worker(server: &Server, model: &str, version: u64) -> Value {
    let detail = server.get(&format!("/api/models/{model}")).await.expect(200);
    let versions = detail["versions"].as_array().unwrap();
    versions.iter().find(|found| found["number"] == version).unwrap()["worker"].clone()
}

pub fn pid(worker: &Value) -> u32 {
    worker["pid"].as_u64().unwrap_or_else(|| panic!("no process: {worker}")) as u32
}

/// Whether the process is there.
pub fn lives(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// The processes that a process started.
pub fn children(parent: u32) -> Vec<u32> {
    let started = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default().to_owned();
        let mut fields = after_name.split(' ');
        fields.next() != Some("Z") && fields.next() == Some(&parent.to_string())
    };
    let names = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.to_str()?.parse().ok()).filter(started).collect()
}

/// The names in a folder, sorted; none if there is no such folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// That nothing of a refused model stayed: no row, no file on its way or in its place, no process.
#[track_caller]
pub fn assert_nothing_of_it(models: &Value, data: &Path, server: u32) {
    assert_eq!(models, &json!([]));
    for folder in ["artifacts", "staging", "cache"] {
        assert_eq!(names(&data.join(folder)), [""; 0], "{folder}");
    }
    assert_eq!(children(server), [0; 0], "a process lives on");
}

/// What the server tells whoever listens, from the moment of asking.
pub struct Happenings(Arc<Mutex<Vec<Value>>>);

impl Happenings {
    pub async fn of(server: &Server) -> Self {
        let mut events = server.request(reqwest::Method::GET, "/api/events").send().await.unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        tokio::spawn(async move {
            let mut rest = Vec::new();
            while let Ok(Some(chunk)) = events.chunk().await {
                rest.extend_from_slice(&chunk);
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    let Some(data) = line.strip_prefix(b"data:") else { continue };
                    let live: Value = serde_json::from_slice(data).unwrap();
                    heard.lock().unwrap().extend(live["happenings"].as_array().unwrap().iter().cloned());
                }
            }
        });
        Self(told)
    }

    /// How many of them said this so far.
    pub fn that_say(&self, words: &str) -> usize {
        let said = |happening: &&Value| happening["message"].as_str().unwrap().contains(words);
        self.0.lock().unwrap().iter().filter(said).count()
    }

    pub async fn wait_for(&self, words: &str) {
        until(words, async || (self.that_say(words) > 0).then_some(())).await;
    }
}
