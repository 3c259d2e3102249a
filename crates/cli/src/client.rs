//! The HTTP API of the program that owns a data folder.

use reqwest::{Response, Url};
use serde_json::Value;
use tidegate_core::{Code, Error, Result};

/// A running server.
#[derive(Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
}

impl Client {
    pub fn new(address: &str) -> Result<Self> {
        let base = Url::parse(address)
            .map_err(|cause| Error::internal(format!("`{address}` is not an address")).because(cause))?;
        let http = reqwest::Client::builder().no_proxy().build();
        Ok(Self { base, http: http.map_err(|cause| Error::internal("no HTTP client").because(cause))? })
    }

    pub async fn get(&self, path: &[&str]) -> Result<Value> {
        answer(self.http.get(self.url(path)?).send().await).await
    }

    /// The body as it is.
    pub async fn get_text(&self, path: &[&str], query: &[(&str, &str)]) -> Result<String> {
        let mut url = self.url(path)?;
        url.query_pairs_mut().extend_pairs(query);
        let response = self.http.get(url).send().await.map_err(broken)?;
        if !response.status().is_success() {
            return Err(answer(Ok(response))
                .await
                .err()
                .unwrap_or_else(|| Error::internal("the server failed")));
        }
        response.text().await.map_err(broken)
    }

    pub async fn post_json(&self, path: &[&str], body: &Value) -> Result<Value> {
        answer(self.http.post(self.url(path)?).json(body).send().await).await
    }

    pub async fn patch_json(&self, path: &[&str], body: &Value) -> Result<Value> {
        answer(self.http.patch(self.url(path)?).json(body).send().await).await
    }

    pub async fn post_bytes(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        body: reqwest::Body,
    ) -> Result<Value> {
        let mut url = self.url(path)?;
        url.query_pairs_mut().extend_pairs(query);
        answer(self.http.post(url).body(body).send().await).await
    }

    /// The parts are names as they are, spaces and slashes included.
    fn url(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.base.clone();
        let mut parts =
            url.path_segments_mut().map_err(|()| Error::internal("the server's address has no path"))?;
        parts.pop_if_empty().extend(path);
        drop(parts);
        Ok(url)
    }
}

async fn answer(response: reqwest::Result<Response>) -> Result<Value> {
    let response = response.map_err(broken)?;
    let fine = response.status().is_success();
    let status = response.status();
    let bytes = response.bytes().await.map_err(broken)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|cause| {
        Error::internal(format!("the server answered {status} without JSON")).because(cause)
    })?;
    if fine { Ok(value) } else { Err(told(&value)) }
}

fn broken(cause: reqwest::Error) -> Error {
    Error::unavailable("the program that owns the data folder does not answer")
        .hint("end it and try again")
        .because(cause)
}

/// The server's error, as it was there.
fn told(body: &Value) -> Error {
    let code = serde_json::from_value(body["code"].clone()).unwrap_or(Code::Internal);
    let error = Error::new(code, body["error"].as_str().unwrap_or("the server refused without a reason"));
    body["hint"].as_str().into_iter().fold(error, |error, hint| error.hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_paths() {
        let client = Client::new("http://127.0.0.1:8000").unwrap();
        let url = client.url(&["api", "models", "a b/c", "predict"]).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:8000/api/models/a%20b%2Fc/predict");
    }

    #[test]
    fn an_error_crosses_the_wire_whole() {
        let error = told(
            &serde_json::json!({"error": "no such model", "code": "not_found", "hint": "look", "id": "1"}),
        );
        assert_eq!((error.code, error.message.as_str()), (Code::NotFound, "no such model"));
        assert_eq!(error.hint.as_deref(), Some("look"));
    }
}
