use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use super::*;
use tidegate_core::{
    alert::{Direction, Rule, Why},
    channel::{Secret, Target},
    time::ManualClock,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::fixture;

const NOW: Time = Time(2_000_000_000_000);

struct Scene {
    engine: Engine,
    clock: Arc<ManualClock>,
    model: Model,
    dir: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let engine = fixture::engine(&dir, clock.clone()).await;
        fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let model = engine.store.model("m").await.unwrap();
        Self { engine, clock, model, dir }
    }

    async fn add(&self, url: &str) -> Channel {
        let secret = Some(Secret("s3cret".into()));
        let target = Target::Webhook { url: url.into(), secret };
        let channel = Channel {
            id: 0,
            name: "ops".into(),
            enabled: true,
            target,
            severity: Severity::Watch,
            models: Vec::new(),
            resolved: true,
            group_s: 10,
        };
        self.engine.add_channel(channel).await.unwrap()
    }

    async fn tell(&self, message: &str, severity: Severity, status: NoticeStatus) {
        let alert =
            Alert { message: message.into(), severity, model: self.model.id, ..test_notice(NOW).alert };
        self.engine.enqueue(&self.model, &alert, status).await.unwrap();
    }

    /// The log once so many attempts were made for its newest message.
    async fn after(&self, attempts: u32) -> DeliveryView {
        for _ in 0..600 {
            self.engine.deliver().await.unwrap();
            let newest = self.engine.deliveries(None).await.unwrap().into_iter().next();
            if let Some(newest) = newest.filter(|it| it.delivery.attempts.len() as u32 >= attempts) {
                return newest;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("attempt {attempts} was not made");
    }
}

/// A server that fails so many times before it takes what comes, and counts.
async fn flaky(failures: u32) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let mut some = [0; 65_536];
            let _ = stream.read(&mut some).await;
            let status = if number < failures { "503 Busy" } else { "200 OK" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, asked)
}

#[tokio::test]
async fn a_message_is_grouped_tried_again_and_logged() {
    let scene = Scene::new().await;
    let (url, asked) = flaky(2).await;
    scene.add(&url).await;
    scene.tell("one", Severity::Watch, NoticeStatus::Firing).await;
    scene.tell("two", Severity::Act, NoticeStatus::Firing).await;
    scene.engine.deliver().await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0, "others may join it for ten seconds");
    scene.clock.advance(10_000);
    let first = scene.after(1).await.delivery;
    assert_eq!((first.notices.len(), first.state), (2, DeliveryState::Waiting));
    assert_eq!(first.due, NOW.plus(20_000));
    scene.tell("three", Severity::Watch, NoticeStatus::Resolved).await;
    for _ in 0..600 {
        scene.engine.deliver().await.unwrap();
        let log = scene.engine.deliveries(None).await.unwrap();
        if log.iter().all(|it| it.delivery.state == DeliveryState::Sent) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        scene.clock.advance(1_000);
    }
    let log = scene.engine.deliveries(None).await.unwrap();
    assert!(log.iter().all(|it| it.delivery.state == DeliveryState::Sent), "{log:?}");
    assert_eq!(log[0].delivery.notices[0].status, NoticeStatus::Resolved, "a message of its own");
    let attempts: Vec<_> = log[1].delivery.attempts.iter().chain(&log[0].delivery.attempts).collect();
    assert_eq!(attempts.iter().filter(|attempt| !attempt.ok).count(), 2);
    assert!(attempts.iter().any(|attempt| attempt.answer.starts_with("it answered 503")));
    assert!(attempts.iter().any(|attempt| attempt.ok && attempt.answer.starts_with("200")));
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_queue_goes_on_after_a_restart_even_in_the_middle_of_an_attempt() {
    let scene = Scene::new().await;
    let (url, asked) = flaky(0).await;
    scene.add(&url).await;
    scene.tell("one", Severity::Watch, NoticeStatus::Firing).await;
    let waiting = scene.engine.store.due_deliveries(NOW.plus(10_000)).await.unwrap().remove(0);
    // As a crash leaves it: begun, and nothing known of how it went.
    scene.engine.store.begin_delivery(waiting.id).await.unwrap().unwrap();
    scene.engine.shutdown().await.unwrap();
    scene.clock.advance(10_000);
    let engine = fixture::engine(&scene.dir, scene.clock.clone()).await;
    let again = Scene { engine, ..scene };
    let sent = again.after(1).await.delivery;
    assert_eq!((sent.state, sent.attempts[0].number), (DeliveryState::Sent, 2));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    again.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_channel_gets_only_what_it_takes_and_shows_no_secret() {
    let scene = Scene::new().await;
    let shown = scene.add("http://127.0.0.1:1/").await;
    let Target::Webhook { secret, .. } = &shown.target else { panic!() };
    assert_eq!(secret.as_ref().unwrap().reveal(), Secret::HIDDEN);
    let narrow = Channel { severity: Severity::Act, resolved: false, ..shown.clone() };
    scene.engine.put_channel(shown.id, narrow.clone()).await.unwrap();
    let kept = scene.engine.store.channel(shown.id).await.unwrap();
    let Target::Webhook { secret, .. } = &kept.target else { panic!() };
    assert_eq!(secret.as_ref().unwrap().reveal(), "s3cret");
    scene.tell("small", Severity::Watch, NoticeStatus::Firing).await;
    scene.tell("over", Severity::Act, NoticeStatus::Resolved).await;
    assert!(scene.engine.deliveries(None).await.unwrap().is_empty());
    let elsewhere = Channel { models: vec!["other".into()], ..narrow };
    scene.engine.put_channel(shown.id, elsewhere).await.unwrap();
    scene.tell("big", Severity::Act, NoticeStatus::Firing).await;
    assert!(scene.engine.deliveries(None).await.unwrap().is_empty());
    // A rule that names its channels overrides what a channel takes.
    let rule =
        Rule { channels: Some(vec![shown.id]), ..Rule::new(Signal::ErrorShare, Direction::Above, 0.1) };
    let why = Why {
        rule,
        rule_name: String::new(),
        compared: 1.0,
        clears_at: 0.0,
        windows: Vec::new(),
        usual: None,
        members: Vec::new(),
    };
    let alert = Alert { why: Some(why), ..test_notice(NOW).alert };
    scene.engine.enqueue(&scene.model, &alert, NoticeStatus::Firing).await.unwrap();
    assert_eq!(scene.engine.deliveries(Some(shown.id)).await.unwrap().len(), 1);
    let new = Channel { id: 0, ..shown };
    let error = scene.engine.add_channel(new).await.unwrap_err();
    assert!(error.message.contains("hidden"), "{error}");
    scene.engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_test_says_what_came_of_it() {
    let scene = Scene::new().await;
    let (url, _) = flaky(1).await;
    let channel = scene.add(&url).await;
    let first = scene.engine.test_channel(channel.clone()).await.unwrap();
    assert!(!first.ok && first.answer.starts_with("it answered 503"), "{first:?}");
    assert!(scene.engine.test_channel(channel).await.unwrap().ok);
    assert!(scene.engine.deliveries(None).await.unwrap().is_empty(), "a test is not queued");
    scene.engine.shutdown().await.unwrap();
}
