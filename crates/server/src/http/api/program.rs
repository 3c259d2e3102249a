//! The program as a whole: its state, settings, audit trail and its own description.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use tidegate_engine::{
    Engine,
    view::{AuditView, Settings, Status, StorageView},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(settings, put_settings))
        .routes(routes!(audit))
        .routes(routes!(storage))
        .routes(routes!(compact_storage))
        .routes(routes!(openapi))
}

/// Load, memory, traffic and where the data lies.
#[utoipa::path(get, path = "/api/status", tag = "program",
    responses((status = 200, body = Status), (status = "default", body = ErrorBody)))]
async fn status(State(engine): State<Engine>) -> ApiResult<Json<Status>> {
    Ok(Json(engine.status().await?))
}

#[utoipa::path(get, path = "/api/settings", tag = "program", responses((status = 200, body = Settings)))]
async fn settings(State(engine): State<Engine>) -> Json<Settings> {
    Json(engine.settings())
}

/// Replaces the settings; fields left out return to their defaults.
#[utoipa::path(put, path = "/api/settings", tag = "program", request_body = Settings,
    responses((status = 200, body = Settings), (status = "default", body = ErrorBody)))]
async fn put_settings(
    State(engine): State<Engine>,
    JsonBody(settings): JsonBody<Settings>,
) -> ApiResult<Json<Settings>> {
    Ok(Json(engine.put_settings(settings).await?))
}

/// What takes how much of the data folder, and how long it is kept.
#[utoipa::path(get, path = "/api/storage", tag = "program",
    responses((status = 200, body = StorageView), (status = "default", body = ErrorBody)))]
async fn storage(State(engine): State<Engine>) -> ApiResult<Json<StorageView>> {
    Ok(Json(engine.storage().await?))
}

/// Writes the database anew without its free pages.
///
/// Nothing is recorded until it is done, seconds for each gigabyte, and predictions that find no room meanwhile are
/// dropped from the record. It needs as much free disk as the database has. Seldom needed: freed space is given back
/// by itself, unless `gives_back` is false.
#[utoipa::path(post, path = "/api/storage/compact", tag = "program",
    responses((status = 200, body = StorageView), (status = "default", body = ErrorBody)))]
async fn compact_storage(State(engine): State<Engine>) -> ApiResult<Json<StorageView>> {
    Ok(Json(engine.compact_storage().await?))
}

/// Who did what and why, newest first.
#[utoipa::path(get, path = "/api/audit", tag = "program",
    responses((status = 200, body = Vec<AuditView>), (status = "default", body = ErrorBody)))]
async fn audit(State(engine): State<Engine>) -> ApiResult<Json<Vec<AuditView>>> {
    Ok(Json(engine.audit(None).await?))
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "program",
    responses((status = 200, content_type = "application/json", body = serde_json::Value)))]
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi_json()).into_response()
}
