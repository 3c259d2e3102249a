//! The HTTP client of clusters.

use std::{
    sync::{Once, OnceLock},
    time::Duration,
};

use reqwest::{RequestBuilder, StatusCode};
use tidegate_core::{Error, Result};

const CONNECT: Duration = Duration::from_secs(10);
/// Of an answer that tells of an error, characters.
const TOLD: usize = 400;

/// Redirects are not followed: a bearer token is told to no other address.
pub fn client() -> Result<reqwest::Client> {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    provide_tls();
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("tidegate/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Error::internal("no http client could be made").because(error))?;
    Ok(CLIENT.get_or_init(|| client).clone())
}

/// The answer's text, if it is one of success.
///
/// # Errors
/// `Unavailable` where it may be asked again: not reached, no answer, a server in trouble.
pub async fn ask(request: RequestBuilder) -> Result<String> {
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let text = answer.text().await.map_err(unreachable)?;
    let said = || format!("it answered {status}: {}", told(&text));
    Err(match status {
        status if status.is_success() => return Ok(text),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::invalid(said())
            .hint("`runner.token_file` must name a file that holds a token which may do this"),
        StatusCode::NOT_FOUND => Error::not_found(said()),
        StatusCode::CONFLICT => Error::conflict(said()),
        StatusCode::TOO_MANY_REQUESTS => Error::unavailable(said()),
        // One that is going down or coming up, or what stands before it.
        status if status.is_server_error() => Error::unavailable(said()),
        _ => Error::invalid(said()),
    })
}

pub fn check(url: &str, example: &str) -> Result<()> {
    let wrong = |fix: &str| Err(Error::invalid(format!("`runner.url` {fix}")));
    match reqwest::Url::parse(url) {
        Ok(url) if !["http", "https"].contains(&url.scheme()) => wrong("must begin with http:// or https://"),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            wrong("must hold no user or password: give a token_file instead")
        }
        Ok(_) => Ok(()),
        Err(_) => wrong(&format!("must be {example}")),
    }
}

/// The bearer token in a file.
pub fn token(path: &str) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::invalid(format!("`runner.token_file`: {path} can't be read: {error}")).because(error)
    })?;
    let token = text.trim();
    match token.is_empty() || token.len() > 4_096 || token.contains(|c: char| c.is_control() || c == ' ') {
        true => Err(Error::invalid(format!("`runner.token_file`: {path} holds no token"))
            .hint("a file with the token alone, such as ~/.ray/auth_token")),
        false => Ok(token.to_owned()),
    }
}

/// TLS is done by *ring*, as everywhere in the program.
pub fn provide_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // One that another part of the program chose is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// In words: what stands between here and there.
fn unreachable(error: reqwest::Error) -> Error {
    let what = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time",
        (_, true) => "it can't be reached",
        _ => "the request failed",
    };
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Error::unavailable(format!("{what}: {cause}")).because(error.without_url())
}

/// What a server said, cut to what can be read: of a traceback its last line, of an object its message.
pub fn told(text: &str) -> String {
    if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(text)
        && let Some(message) = object.get("message").and_then(|message| message.as_str())
    {
        return told(message);
    }
    let lines = || text.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphanumeric));
    let line = match text.starts_with("Traceback") {
        true => lines().next_back().unwrap_or_default().to_owned(),
        false => lines().collect::<Vec<_>>().join(" "),
    };
    match line.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "abc123\n").unwrap();
        assert_eq!(token(path).unwrap(), "abc123");
        for wrong in ["", "two words", "a\nb"] {
            std::fs::write(path, wrong).unwrap();
            assert!(token(path).unwrap_err().message.contains("holds no token"), "{wrong:?}");
        }
        assert!(token("/nowhere/token").unwrap_err().message.contains("can't be read"));
    }
}
