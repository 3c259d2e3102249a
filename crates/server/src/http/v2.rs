//! The Open Inference Protocol V2 over REST, with its binary tensor extension.
//!
//! Owns what is particular to this dialect; the work is the engine's, as for every other. What it leaves open is
//! decided so: a model that is not ready answers 400, as Triton does; the server is ready once it answers, as
//! each model has a readiness of its own; NaN and the infinities are `null` in JSON both ways (in a request
//! `null` is NaN) and exact in binary tensors; maps of class scores are a tensor, see `maps`.

mod binary;
mod codec;
mod maps;
mod metadata;
mod request;
mod response;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tidegate_core::{Code, Error};
use tidegate_engine::{Engine, Infer};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{Path, RawBody},
    error,
};
use metadata::{ModelMetadata, ServerMetadata};

/// Size of the JSON before the binary tensors, on requests and answers.
const JSON_LENGTH: &str = "inference-header-content-length";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(v2_server))
        .routes(routes!(v2_live))
        .routes(routes!(v2_ready))
        .routes(routes!(v2_model))
        .routes(routes!(v2_model_version))
        .routes(routes!(v2_model_ready))
        .routes(routes!(v2_version_ready))
        .routes(routes!(v2_infer))
        .routes(routes!(v2_infer_version))
}

/// An error in this dialect's form: `{"error": "..."}`.
struct V2Error(Error);

impl From<Error> for V2Error {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = V2Error)]
struct V2ErrorBody {
    error: String,
}

impl IntoResponse for V2Error {
    fn into_response(self) -> Response {
        let id = error::log(&self.0);
        let error = match self.0.code {
            Code::Internal => format!("{} (log entry {id})", self.0),
            _ => self.0.to_string(),
        };
        let body = (error::status(self.0.code), Json(V2ErrorBody { error }));
        error::with_retry(self.0.code, body.into_response())
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = V2Live)]
struct Live {
    live: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = V2Ready)]
struct Ready {
    ready: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = V2ModelReady)]
struct ModelReady {
    name: String,
    ready: bool,
}

#[utoipa::path(get, path = "/v2", tag = "inference", responses((status = 200, body = ServerMetadata)))]
async fn v2_server() -> Json<ServerMetadata> {
    Json(ServerMetadata::ours())
}

#[utoipa::path(get, path = "/v2/health/live", tag = "inference", responses((status = 200, body = Live)))]
async fn v2_live() -> Json<Live> {
    Json(Live { live: true })
}

#[utoipa::path(get, path = "/v2/health/ready", tag = "inference", responses((status = 200, body = Ready)))]
async fn v2_ready() -> Json<Ready> {
    Json(Ready { ready: true })
}

#[utoipa::path(get, path = "/v2/models/{name}", tag = "inference", params(("name" = String, Path)),
    responses((status = 200, body = ModelMetadata), (status = "default", body = V2ErrorBody)))]
async fn v2_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> Result<Json<ModelMetadata>, V2Error> {
    Ok(Json(metadata::of(&engine, name, None).await?))
}

#[utoipa::path(get, path = "/v2/models/{name}/versions/{version}", tag = "inference",
    params(("name" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = ModelMetadata), (status = "default", body = V2ErrorBody)))]
async fn v2_model_version(
    State(engine): State<Engine>,
    Path((name, version)): Path<(String, u32)>,
) -> Result<Json<ModelMetadata>, V2Error> {
    Ok(Json(metadata::of(&engine, name, Some(version)).await?))
}

#[utoipa::path(get, path = "/v2/models/{name}/ready", tag = "inference", params(("name" = String, Path)),
    responses((status = 200, body = ModelReady), (status = 400, body = ModelReady, description = "Not ready"),
        (status = "default", body = V2ErrorBody)))]
async fn v2_model_ready(State(engine): State<Engine>, Path(name): Path<String>) -> Result<Response, V2Error> {
    readiness(&engine, name, None)
}

#[utoipa::path(get, path = "/v2/models/{name}/versions/{version}/ready", tag = "inference",
    params(("name" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = ModelReady), (status = 400, body = ModelReady, description = "Not ready"),
        (status = "default", body = V2ErrorBody)))]
async fn v2_version_ready(
    State(engine): State<Engine>,
    Path((name, version)): Path<(String, u32)>,
) -> Result<Response, V2Error> {
    readiness(&engine, name, Some(version))
}

fn readiness(engine: &Engine, name: String, version: Option<u32>) -> Result<Response, V2Error> {
    let ready = match engine.ready(&name, version) {
        Ok(()) => true,
        Err(error) if error.code == Code::NotFound => return Err(error.into()),
        Err(_) => false,
    };
    let status = if ready { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok((status, Json(ModelReady { name, ready })).into_response())
}

/// Runs the champion on tensors, as JSON or with binary tensors after the JSON.
#[utoipa::path(post, path = "/v2/models/{name}/infer", tag = "inference", params(("name" = String, Path)),
    request_body(content((request::Schema = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = response::Schema), (status = "default", body = V2ErrorBody)))]
async fn v2_infer(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, V2Error> {
    infer(&engine, name, None, &headers, body).await
}

/// Runs one version on tensors.
#[utoipa::path(post, path = "/v2/models/{name}/versions/{version}/infer", tag = "inference",
    params(("name" = String, Path), ("version" = u32, Path)),
    request_body(content((request::Schema = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = response::Schema), (status = "default", body = V2ErrorBody)))]
async fn v2_infer_version(
    State(engine): State<Engine>,
    Path((name, version)): Path<(String, u32)>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, V2Error> {
    infer(&engine, name, Some(version), &headers, body).await
}

async fn infer(
    engine: &Engine,
    name: String,
    version: Option<u32>,
    headers: &HeaderMap,
    body: bytes::Bytes,
) -> Result<Response, V2Error> {
    let asked = match json_length(headers)? {
        // The whole body is the model's only input.
        Some(0) => request::Asked::raw(metadata::only_input(engine, &name, version).await?, body)?,
        length => request::Asked::read(body, length)?,
    };
    let infer =
        Infer { version, inputs: asked.inputs, outputs: asked.form.names(), client_id: asked.id.clone() };
    let inferred = engine.infer(&name, infer).await?;
    Ok(response::write(name, asked.id, &asked.form, inferred)?)
}

fn json_length(headers: &HeaderMap) -> Result<Option<usize>, Error> {
    let Some(value) = headers.get(JSON_LENGTH) else { return Ok(None) };
    let length = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    length
        .map(Some)
        .ok_or_else(|| Error::invalid("the header Inference-Header-Content-Length is not a number of bytes"))
}
