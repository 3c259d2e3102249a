//! The engine over HTTP: the management API with its OpenAPI document, the Open Inference Protocol, live events
//! and the page.
//!
//! Owns what travels over the wire and who may ask. Holds no rule of the product: every handler calls one verb of
//! the engine.

mod body;
mod error;
mod guard;
mod http;
pub mod openapi;
mod serve;
mod start;

use axum::{Router, extract::FromRef};
use tidegate_engine::Engine;
use tokio_util::sync::CancellationToken;

pub use error::refused_file;
pub use openapi::openapi_json;
pub use serve::{bind, serve};
pub use start::{TRIAL_S, data_dir, samples_dir, start, start_with};

/// The largest bodies taken, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of a model file.
    pub model: u64,
    /// Of an inference request, of labels and of reference data.
    pub request: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { model: 2 << 30, request: 64 << 20 }
    }
}

/// What every handler can reach.
#[derive(Debug, Clone)]
struct App {
    engine: Engine,
    limits: Limits,
    /// Ends the streams that would never end by themselves.
    stop: CancellationToken,
}

impl FromRef<App> for Engine {
    fn from_ref(app: &App) -> Self {
        app.engine.clone()
    }
}

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.limits
    }
}

/// Every route, for a caller in this process or on this machine: requests that name another host are refused.
pub fn router(engine: Engine) -> Router {
    routes(App { engine, limits: Limits::default(), stop: CancellationToken::new() }, guard::Hosts::Loopback)
}

fn routes(app: App, hosts: guard::Hosts) -> Router {
    http::routes(app).layer(axum::middleware::from_fn_with_state(hosts, guard::guard))
}
