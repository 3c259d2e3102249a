//! The page's way to the program: the HTTP router, called in-process, and the live ticks over a channel.
//!
//! Owns how a request and its answer travel through the window's IPC. Must not know any route.
//!
//! `request` is invoked with the body as raw bytes and three headers, `tidegate-method`, `tidegate-path` and
//! (with a body) `tidegate-content-type`. Its answer is raw bytes too, since bytes as JSON are twenty times
//! slower: four bytes, little endian, give the length of a JSON head `{"status": 200, "headers": [["name",
//! "value"], ..]}`, the rest is the body.

use std::sync::Mutex;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderName, Request, Response, header},
};
use serde::Serialize;
use tauri::{
    State,
    async_runtime::{JoinHandle, spawn},
    ipc::{self, Channel, InvokeBody},
};
use tidegate_engine::{Engine, view::Live};
use tokio::sync::broadcast::error::RecvError;
use tower::ServiceExt;

#[tauri::command]
pub async fn request(call: ipc::Request<'_>, router: State<'_, Router>) -> Result<ipc::Response, String> {
    let request = to_http(call.headers(), call.body())?;
    let response = match router.inner().clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    to_page(response).await
}

/// The HTTP request that the page means.
fn to_http(headers: &axum::http::HeaderMap, body: &InvokeBody) -> Result<Request<Body>, String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let method = text("tidegate-method").ok_or("the header tidegate-method is missing")?;
    let path = text("tidegate-path").ok_or("the header tidegate-path is missing")?;
    let InvokeBody::Raw(bytes) = body else { return Err("the body must be raw bytes".into()) };
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    if let Some(kind) = text("tidegate-content-type") {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(Body::from(bytes.clone())).map_err(|error| format!("not a request: {error}"))
}

/// Any answer of the router, framed for the page.
pub async fn to_page(response: Response<Body>) -> Result<ipc::Response, String> {
    let (parts, body) = response.into_parts();
    if parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"text/event-stream") {
        return Err("this answer never ends: use subscribe".into());
    }
    let body = to_bytes(body, usize::MAX).await.map_err(|error| format!("the answer broke off: {error}"))?;
    let headers = parts.headers.iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    Ok(ipc::Response::new(frame(parts.status.as_u16(), headers, &body)))
}

fn frame<'a>(status: u16, headers: impl Iterator<Item = (&'a HeaderName, &'a str)>, body: &Bytes) -> Vec<u8> {
    #[derive(Serialize)]
    struct Head<'a> {
        status: u16,
        headers: Vec<(&'a str, &'a str)>,
    }
    let headers = headers.map(|(name, value)| (name.as_str(), value)).collect();
    let head = serde_json::to_vec(&Head { status, headers }).expect("numbers and strings are valid JSON");
    let length = u32::try_from(head.len()).expect("hyper limits heads to far less than 4 GiB");
    [&length.to_le_bytes(), head.as_slice(), body].concat()
}

/// The task that feeds the page; a page that was loaded again takes over from the one before.
#[derive(Default)]
pub struct Feed(Mutex<Option<JoinHandle<()>>>);

/// Sends every live tick of the engine (two a second) to the page.
#[tauri::command]
pub fn subscribe(live: Channel<Live>, engine: State<'_, Engine>, feed: State<'_, Feed>) {
    let mut ticks = engine.subscribe();
    let task = spawn(async move {
        loop {
            match ticks.recv().await {
                Ok(tick) => {
                    if live.send(tick).is_err() {
                        return;
                    }
                }
                // A tick tells the whole state: a page too slow for some goes on with the newest.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    let before = feed.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).replace(task);
    if let Some(before) = before {
        before.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        http::{HeaderMap, HeaderValue, StatusCode},
        routing::post,
    };

    fn call(method: &'static str, path: &'static str) -> HeaderMap {
        HeaderMap::from_iter([
            (HeaderName::from_static("tidegate-method"), HeaderValue::from_static(method)),
            (HeaderName::from_static("tidegate-path"), HeaderValue::from_static(path)),
            (HeaderName::from_static("tidegate-content-type"), HeaderValue::from_static("text/csv")),
        ])
    }

    #[tokio::test]
    async fn a_request_reaches_its_route_with_body_type_and_query() {
        let echo = |request: Request<Body>| async move {
            let told = format!("{} {:?}: ", request.uri(), request.headers()[header::CONTENT_TYPE]);
            let body = to_bytes(request.into_body(), 100).await.unwrap();
            (StatusCode::CREATED, [told.into_bytes(), body.to_vec()].concat())
        };
        let router = Router::new().route("/api/labels", post(echo));
        let request =
            to_http(&call("POST", "/api/labels?dry=1"), &InvokeBody::Raw(vec![0, 159, 146, 150])).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1000).await.unwrap();
        let kind = (&header::CONTENT_TYPE, parts.headers[header::CONTENT_TYPE].to_str().unwrap());
        let framed = frame(parts.status.as_u16(), [kind].into_iter(), &body);

        let length = u32::from_le_bytes(framed[..4].try_into().unwrap()) as usize;
        let head: serde_json::Value = serde_json::from_slice(&framed[4..4 + length]).unwrap();
        assert_eq!(head["status"], 201);
        assert_eq!(head["headers"][0][0], "content-type");
        assert_eq!(&framed[4 + length..], b"/api/labels?dry=1 \"text/csv\": \x00\x9f\x92\x96");
    }

    #[test]
    fn a_request_without_a_path_or_with_a_json_body_is_refused() {
        let mut headers = call("GET", "/api/status");
        assert!(to_http(&headers, &InvokeBody::Json(serde_json::Value::Null)).is_err());
        headers.remove("tidegate-path");
        assert!(to_http(&headers, &InvokeBody::Raw(vec![])).unwrap_err().contains("tidegate-path"));
    }

    #[tokio::test]
    async fn an_endless_answer_is_refused_instead_of_awaited() {
        let endless = Response::builder().header(header::CONTENT_TYPE, "text/event-stream");
        let response = endless.body(Body::empty()).unwrap();
        assert!(to_page(response).await.is_err());
    }
}
