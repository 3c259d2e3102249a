//! Alerts on their way out: a signed webhook that fails once, and programs that only this machine may have started.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use reqwest::Method;
use serde_json::{Value, json};
use tidegate_core::{Clock, Time};
use tidegate_engine::SystemClock;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{
    records::patch,
    steps::until,
    support::{Answer, Server, program},
};

const DIABETES: &str = "/api/models/diabetes";
const SECRET: &str = "s3cret";

/// A message as it arrived, and when.
#[derive(Clone)]
struct Got {
    signature: String,
    body: String,
    at: Time,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn is_genuine(&self) -> bool {
        tidegate_notify::verify(SECRET, &self.signature, &self.body, self.at, 60)
    }
}

/// Takes messages, the second of which it fails to.
async fn receiver() -> (String, Arc<Mutex<Vec<Got>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(Vec::new()));
    let all = got.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = all.lock().unwrap().len() + 1;
            let status = if number == 2 { "500 Internal Server Error" } else { "200 OK" };
            let message = take(stream, status).await;
            all.lock().unwrap().push(message);
        }
    });
    (url, got)
}

async fn take(stream: TcpStream, status: &str) -> Got {
    let mut stream = BufReader::new(stream);
    let (mut length, mut signature) = (0, String::new());
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        match line.trim_end().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some((tidegate_notify::SIGNATURE, value)) => value.clone_into(&mut signature),
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.unwrap();
    Got { signature, body: String::from_utf8(body).unwrap(), at: SystemClock.now() }
}

async fn with_sample(server: &Server) {
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
}

/// Makes a rule that any traffic fires, and traffic.
async fn fire(server: &Server) {
    let rule = json!({
        "signal": "throughput", "direction": "above", "threshold": 0.001, "window_s": 60, "hold": 1,
        "cool_down_s": 0, "severity": "act", "enabled": true,
    });
    patch(server, DIABETES, json!({ "rules": [rule] })).await;
    let row = server.get(DIABETES).await.expect(200)["example"].clone();
    server.post(&format!("{DIABETES}/predict"), json!({ "rows": [row] })).await.expect(200);
}

/// The only message in the log, once so many attempts were made.
async fn delivery(server: &Server, attempts: usize) -> Value {
    until("an attempt to deliver", async || {
        let log = server.get("/api/deliveries").await.expect(200);
        let log = log.as_array().unwrap();
        assert!(log.len() <= 1, "{log:?}");
        log.first().filter(|one| one["attempts"].as_array().unwrap().len() >= attempts).cloned()
    })
    .await
}

#[tokio::test]
async fn a_webhook_is_tested_signed_tried_again_and_logged() {
    let server = Server::start();
    with_sample(&server).await;
    let (url, got) = receiver().await;
    let target = json!({ "kind": "webhook", "url": url, "secret": SECRET });
    let channel = json!({ "name": "ops", "target": target, "group_s": 0 });
    let channel = server.post("/api/channels", channel).await.expect(201);
    assert_eq!(channel["target"]["secret"], "***");

    // The test button sends the channel as it is shown.
    let told = server.post("/api/channels/test", channel.clone()).await.expect(200);
    assert_eq!(told["ok"], true, "{told}");
    let test = got.lock().unwrap()[0].clone();
    assert_eq!((test.is_genuine(), &test.json()["alerts"][0]["status"]), (true, &json!("test")));
    assert_eq!(server.get("/api/deliveries").await.expect(200), json!([]), "a test is not queued");

    fire(&server).await;
    let first = delivery(&server, 1).await;
    assert_eq!((&first["state"], &first["attempts"][0]["ok"]), (&json!("waiting"), &json!(false)), "{first}");
    let answer = first["attempts"][0]["answer"].as_str().unwrap();
    assert!(answer.starts_with("it answered 500"), "{answer}");
    let second = delivery(&server, 2).await;
    assert_eq!((&second["state"], &second["channel_name"]), (&json!("sent"), &json!("ops")), "{second}");
    assert_eq!((&second["attempts"][1]["ok"], &second["attempts"][1]["number"]), (&json!(true), &json!(2)));

    let got = got.lock().unwrap().clone();
    let [_, failed, sent] = &got[..] else { panic!("{} messages", got.len()) };
    for message in [failed, sent] {
        assert!(message.is_genuine(), "{}", message.signature);
        let altered = message.body.replace("diabetes", "another");
        assert!(!tidegate_notify::verify(SECRET, &message.signature, &altered, message.at, 60));
        let json = message.json();
        assert_eq!(json["delivery"], second["id"], "a repetition is told by it");
        let alert = &json["alerts"][0];
        assert_eq!((&alert["status"], &alert["model"]), (&json!("firing"), &json!("diabetes")));
        assert!(json["text"].as_str().unwrap().contains("requests a second"), "{json}");
    }
}

pub fn elsewhere(data: &Path, switch: &[&str]) -> Server {
    let mut command = program();
    command.arg("serve").arg("--data").arg(data).args(["--http", "0.0.0.0:0"]).args(switch);
    Server::start_as(command)
}

#[tokio::test]
async fn a_server_that_others_can_reach_starts_no_program_unless_told_to() {
    let data = tempfile::tempdir().unwrap();
    let written = data.path().join("written");
    let program = format!("cat > '{}'", written.display());
    let target = json!({ "kind": "command", "program": "sh", "args": ["-c", program] });
    let channel = json!({ "name": "run", "target": target, "group_s": 0 });
    const SAID: &str = "refused while the server can be reached from other machines";

    let server = elsewhere(data.path(), &[]);
    for path in ["/api/channels", "/api/channels/test"] {
        let refused = server.post(path, channel.clone()).await;
        refused.refused(409, SAID);
        assert!(refused.json()["hint"].as_str().unwrap().contains("--allow-command-channels"));
    }
    let harmless = json!({ "name": "run", "target": { "kind": "slack", "url": "http://127.0.0.1:1/" } });
    let harmless = server.post("/api/channels", harmless).await.expect(201);
    let put = server.request(Method::PUT, &format!("/api/channels/{}", harmless["id"])).json(&channel);
    Answer::read(put.send().await.unwrap()).await.refused(409, SAID);
    let delete = server.request(Method::DELETE, &format!("/api/channels/{}", harmless["id"]));
    assert_eq!(delete.send().await.unwrap().status(), 204);
    server.stop();

    // Allowed by the operator, and on the loopback address.
    for server in [elsewhere(data.path(), &["--allow-command-channels"]), Server::start()] {
        let kept = server.post("/api/channels", channel.clone()).await.expect(201);
        let told = server.post("/api/channels/test", kept).await.expect(200);
        assert_eq!(told["ok"], true, "{told}");
        let message: Value = serde_json::from_slice(&std::fs::read(&written).unwrap()).unwrap();
        assert_eq!(message["alerts"][0]["status"], "test");
        std::fs::remove_file(&written).unwrap();
        server.stop();
    }

    // Made while it was allowed, it is refused at the delivery.
    let server = elsewhere(data.path(), &[]);
    with_sample(&server).await;
    fire(&server).await;
    let refused = delivery(&server, 1).await;
    let attempt = &refused["attempts"][0];
    assert_eq!(attempt["ok"], false);
    assert!(attempt["answer"].as_str().unwrap().contains(SAID), "{attempt}");
    assert!(!written.exists(), "the program was started");
}
