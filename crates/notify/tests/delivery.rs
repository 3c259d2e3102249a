//! Messages handed over to real servers on the loopback address, and to real programs.

#![allow(clippy::unwrap_used, reason = "a server of a test that fails is a failed test")]

use std::time::Instant;

use tidegate_core::{
    ModelId, Time,
    alert::{Alert, Severity, Signal},
    channel::{Channel, Notice, NoticeStatus, Secret, Security, Target},
    id::AlertId,
};
use tidegate_notify::{Message, check, send, verify};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const NOW: Time = Time(1_795_353_350_000);

fn notice(message: &str) -> Notice {
    let alert = Alert {
        id: AlertId(7),
        model: ModelId(1),
        rule: "input_drift".into(),
        signal: Signal::InputDrift,
        subject: Some("income".into()),
        severity: Severity::Act,
        since: NOW,
        until: None,
        value: f64::NAN,
        threshold: 0.2,
        message: message.into(),
        why: None,
        snoozed_until: None,
        acknowledged: false,
    };
    Notice { status: NoticeStatus::Firing, time: NOW, model: "churn".into(), alert }
}

fn channel(target: Target) -> Channel {
    Channel {
        id: 1,
        name: "ops".into(),
        enabled: true,
        target,
        severity: Severity::Watch,
        models: Vec::new(),
        resolved: true,
        group_s: 10,
    }
}

async fn deliver(target: Target, notices: &[Notice]) -> Result<String, tidegate_core::Error> {
    let channel = channel(target);
    check(&channel)?;
    send(&channel, &Message { delivery: 41, sent: NOW, channel: &channel.name, notices }).await
}

/// Answers one request with a status line; gives its head and body.
async fn http(status: &'static str) -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = request(&mut stream).await;
        stream
            .write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nhi").as_bytes())
            .await
            .unwrap();
        request
    });
    (url, served)
}

async fn request(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn a_webhook_carries_its_json_and_a_signature_that_verifies() {
    let (url, served) = http("204 No Content").await;
    let target = Target::Webhook { url, secret: Some(Secret("s3cret".into())) };
    let answer = deliver(target, &[notice("income drifted")]).await.unwrap();
    assert!(answer.starts_with("204"), "{answer}");
    let (head, body) = served.await.unwrap();
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    };
    assert!(verify("s3cret", &header("tidegate-signature"), &body, NOW, 300));
    assert_eq!(header("tidegate-delivery"), "41");
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&json["version"], &json["channel"]), (&1.into(), &"ops".into()));
    let alert = &json["alerts"][0];
    assert_eq!((&alert["status"], &alert["subject"]), (&"firing".into(), &"income".into()));
    assert!(alert["value"].is_null(), "what is no number is null");
    assert_eq!(json["text"], "churn: income drifted");
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_the_address() {
    let (url, served) = http("500 Internal Server Error").await;
    let error = deliver(Target::Slack { url: Secret(url) }, &[notice("a < b & c")]).await.unwrap_err();
    assert_eq!(error.message, "it answered 500 Internal Server Error hi");
    let body: serde_json::Value = serde_json::from_str(&served.await.unwrap().1).unwrap();
    assert_eq!(body["text"], "churn: a &lt; b &amp; c");
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = Secret(format!("http://{gone}/t0ken"));
    let error = deliver(Target::Slack { url }, &[notice("x")]).await.unwrap_err();
    assert!(error.message.starts_with("it can't be reached"), "{error}");
    assert!(!error.message.contains("t0ken") && !format!("{:?}", error.cause).contains("t0ken"));
}

/// Takes one mail and gives what was said to it.
async fn smtp() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let mut said = String::new();
        let mut in_data = false;
        writer.write_all(b"220 sink\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            said += &format!("{line}\n");
            let answer: &[u8] = match (in_data, line.as_str()) {
                (true, ".") => b"250 kept\r\n",
                (true, _) => continue,
                (_, "DATA") => b"354 go on\r\n",
                (_, "QUIT") => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            in_data = line == "DATA";
            writer.write_all(answer).await.unwrap();
            if line == "." {
                break;
            }
        }
        said
    });
    (port, served)
}

fn email(port: u16) -> Target {
    Target::Email {
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        user: None,
        password: None,
        from: "Tidegate <tidegate@example.org>".into(),
        to: vec!["ops@example.org".into(), "ada@example.org".into()],
    }
}

#[tokio::test]
async fn a_mail_reaches_everybody_and_lists_every_alert() {
    let (port, served) = smtp().await;
    let mut resolved = notice("accuracy is back");
    resolved.status = NoticeStatus::Resolved;
    let answer = deliver(email(port), &[notice("income drifted"), resolved]).await.unwrap();
    assert_eq!(answer, "250 kept");
    let said = served.await.unwrap();
    for wanted in [
        "RCPT TO:<ops@example.org>",
        "RCPT TO:<ada@example.org>",
        "Subject: 1 alert, 1 resolved",
        "churn: income drifted",
        "Resolved, churn: accuracy is back",
    ] {
        assert!(said.contains(wanted), "no {wanted} in {said}");
    }
}

#[test]
fn channels_that_can_not_work_are_refused() {
    let message = |target| check(&channel(target)).unwrap_err().message;
    let webhook = |url: &str| Target::Webhook { url: url.into(), secret: None };
    assert!(message(webhook("ftp://x")).contains("http://"));
    assert!(message(webhook("https://u:p@example.org")).contains("password"));
    let Target::Email { host, port, security, from, to, .. } = email(25) else { panic!() };
    let secret = Some(Secret("s3cret".into()));
    let clear = Target::Email { host, port, security, user: Some("u".into()), password: secret, from, to };
    assert!(message(clear).contains("`target.security`"));
    let command = Target::Command { program: " ".into(), args: Vec::new(), timeout_s: 5 };
    assert!(message(command).contains("`target.program`"));
}

#[cfg(unix)]
mod commands {
    use super::*;

    fn shell(script: &str, timeout_s: u32) -> Target {
        Target::Command { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], timeout_s }
    }

    #[tokio::test]
    async fn a_command_reads_the_json_and_its_failure_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let kept = dir.path().join("alert.json");
        let script = format!("cat > {}; echo done", kept.display());
        assert_eq!(deliver(shell(&script, 10), &[notice("x")]).await.unwrap(), "done");
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
        assert_eq!(json["alerts"][0]["message"], "x");
        let error = deliver(shell("echo no such room >&2; exit 3", 10), &[notice("x")]).await.unwrap_err();
        assert!(error.message.contains('3') && error.message.ends_with("no such room"), "{error}");
        let nowhere = Target::Command { program: "/nowhere".into(), args: Vec::new(), timeout_s: 5 };
        assert!(deliver(nowhere, &[notice("x")]).await.unwrap_err().message.contains("can't be started"));
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_ended_with_what_it_started() {
        let begun = Instant::now();
        let error = deliver(shell("sleep 600 & sleep 600", 1), &[notice("x")]).await.unwrap_err();
        assert_eq!(error.message, "it was ended after 1 seconds");
        assert!(begun.elapsed().as_secs() < 60);
    }
}
