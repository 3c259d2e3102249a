//! The page: the files that Vite built, or a word on how to build them.
//!
//! Owns caching and what the page's scripts may do. Must not know any view: a path that is no file is the page's
//! own affair and gets `index.html`.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tidegate_core::Error;

use crate::error::ApiError;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
                      style-src 'self' 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Tidegate</title><h1>The page is not built</h1>\
    <p>This program was built without it. Run <code>make run</code>, or <code>npm ci &amp;&amp; npm run build</code> \
    in <code>ui/</code>, and build the program again. The API answers all the same: \
    <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>";

/// Answers every path that no route has.
pub(super) async fn page(request: Request) -> Response {
    let path = request.uri().path();
    if ["/api", "/v2"].iter().any(|root| path == *root || path.starts_with(&format!("{root}/"))) {
        let error = Error::not_found("there is no such path").hint("see /api/openapi.json");
        return ApiError::from(error).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let error = Error::invalid("the page is only read").hint("the API's paths begin with /api");
        return ApiError::with_status(StatusCode::METHOD_NOT_ALLOWED, error).into_response();
    }
    secured(answer(path.trim_start_matches('/')))
}

fn answer(path: &str) -> Response {
    if let Some(file) = Files::get(path) {
        return send(path, file);
    }
    // A missing script must not be answered with a page.
    let is_file =
        path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Files::get("index.html") {
        _ if is_file && !is_view(path) => {
            ApiError::from(Error::not_found("there is no such file")).into_response()
        }
        Some(index) => send("index.html", index),
        None => Html(NOT_BUILT).into_response(),
    }
}

/// Names of models may hold dots: `/models/churn.v2`.
fn is_view(path: &str) -> bool {
    path.starts_with("models/")
}

fn send(path: &str, file: EmbeddedFile) -> Response {
    // Vite writes a hash of the content into these names.
    let caching =
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, kind.as_str()), (header::CACHE_CONTROL, caching)], file.data.into_owned())
        .into_response()
}

fn secured(mut response: Response) -> Response {
    let set = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    response.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str) -> Response {
        page(Request::get(path).body(axum::body::Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn a_deep_link_is_the_page_and_an_unknown_api_path_is_not() {
        for path in ["/", "/models/churn.v2/monitor", "/settings"] {
            let response = get(path).await;
            assert_eq!(response.status(), 200, "{path}");
            assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        }
        for path in ["/api/nothing", "/v2/nothing", "/api", "/assets/gone-1234.js", "/favicon-gone.ico"] {
            assert_eq!(get(path).await.status(), 404, "{path}");
        }
    }
}
