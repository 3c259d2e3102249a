//! A POST of JSON: a webhook with its signature, or Slack's shape.

use std::{
    sync::{Once, OnceLock},
    time::Duration,
};

use serde_json::json;
use tidegate_core::{Error, Result, channel::Secret};

use crate::{Message, SIGNATURE, shortened, signature};

const TIME_OUT: Duration = Duration::from_secs(10);
/// Of an answer, so much is read, bytes.
const READ: usize = 4_096;

pub(crate) async fn webhook(url: &str, secret: Option<&Secret>, message: &Message<'_>) -> Result<String> {
    let body = message.json()?;
    let mut request = client()?.post(url).header("tidegate-delivery", message.delivery.to_string());
    if let Some(secret) = secret {
        request = request.header(SIGNATURE, signature(secret.reveal(), message.sent, &body));
    }
    post(request, body).await
}

/// Slack's incoming webhooks, and what takes their JSON (Mattermost, Rocket.Chat, Discord's `/slack`).
pub(crate) async fn slack(url: &Secret, message: &Message<'_>) -> Result<String> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let section =
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": escaped(&message.text()) } });
    let body = json!({ "text": escaped(&message.subject()), "blocks": [section] });
    post(client()?.post(url.reveal()), body.to_string()).await
}

async fn post(request: reqwest::RequestBuilder, body: String) -> Result<String> {
    let answer = request
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .map_err(|error| Error::unavailable(problem(&error)).because(error.without_url()))?;
    let status = answer.status();
    let text = read(answer).await;
    let said = shortened(&format!("{status} {text}"));
    if status.is_success() { Ok(said) } else { Err(Error::unavailable(format!("it answered {said}"))) }
}

/// The beginning of an answer; one that breaks off is what came of it.
async fn read(mut answer: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= READ {
            break;
        }
    }
    bytes.truncate(READ);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// In words, without the address.
fn problem(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", TIME_OUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let what = if error.is_connect() { "it can't be reached" } else { "the request failed" };
    format!("{what}: {cause}")
}

/// Redirects are not followed: what is signed for one address is told to no other.
fn client() -> Result<reqwest::Client> {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    provide_tls();
    let client = reqwest::Client::builder()
        .timeout(TIME_OUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Error::internal("no http client could be made").because(error))?;
    Ok(CLIENT.get_or_init(|| client).clone())
}

/// TLS is done by *ring*, for HTTP and SMTP alike.
pub(crate) fn provide_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // One that another part of the program chose is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

pub(crate) fn check(field: &str, url: &str) -> Result<()> {
    let wrong = |fix: &str| Err(Error::invalid(format!("`{field}` {fix}")));
    match reqwest::Url::parse(url) {
        Ok(url) if !["http", "https"].contains(&url.scheme()) => wrong("must begin with http:// or https://"),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            wrong("must hold no user or password: give a secret instead")
        }
        Ok(_) => Ok(()),
        Err(_) => wrong("must be an address such as https://example.org/hook"),
    }
}
