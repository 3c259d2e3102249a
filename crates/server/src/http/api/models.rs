//! Models: list, look, change, promote, roll back, delete, restore.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tidegate_engine::{
    Engine,
    view::{AuditView, ModelDetail, ModelPatch, ModelSummary, PromoteRequest, ReasonRequest},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(models))
        .routes(routes!(model, change_model, delete_model))
        .routes(routes!(restore_model))
        .routes(routes!(purge_model))
        .routes(routes!(promote_model))
        .routes(routes!(rollback_model))
        .routes(routes!(restart_model))
        .routes(routes!(model_audit))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Deleted models too.
    #[serde(default)]
    deleted: bool,
}

#[utoipa::path(get, path = "/api/models", tag = "models", params(Which),
    responses((status = 200, body = Vec<ModelSummary>), (status = "default", body = ErrorBody)))]
async fn models(
    State(engine): State<Engine>,
    Query(which): Query<Which>,
) -> ApiResult<Json<Vec<ModelSummary>>> {
    Ok(Json(engine.models(which.deleted).await?))
}

#[utoipa::path(get, path = "/api/models/{name}", tag = "models", params(("name" = String, Path)),
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn model(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.model(&name).await?))
}

/// Renames, and changes the card, tags, settings and alert rules; fields left out stay as they are.
#[utoipa::path(patch, path = "/api/models/{name}", tag = "models", params(("name" = String, Path)),
    request_body = ModelPatch,
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn change_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(patch): JsonBody<ModelPatch>,
) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.change_model(&name, patch).await?))
}

/// Out of service and into the bin.
#[utoipa::path(delete, path = "/api/models/{name}", tag = "models", params(("name" = String, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<StatusCode> {
    engine.delete(&name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Back from the bin, whole.
#[utoipa::path(post, path = "/api/models/{name}/restore", tag = "models", params(("name" = String, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn restore_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.restore(&name, reason).await?))
}

/// Removes a deleted model for good, with its files and history.
#[utoipa::path(post, path = "/api/models/{name}/purge", tag = "models", params(("name" = String, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn purge_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<StatusCode> {
    engine.purge(&name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a version the champion; no request fails meanwhile.
#[utoipa::path(post, path = "/api/models/{name}/promote", tag = "models", params(("name" = String, Path)),
    request_body = PromoteRequest,
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn promote_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<PromoteRequest>,
) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.promote(&name, request).await?))
}

/// Champion and previous champion change places.
#[utoipa::path(post, path = "/api/models/{name}/rollback", tag = "models", params(("name" = String, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn rollback_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.roll_back(&name, reason).await?))
}

/// New workers for the model; ends a quarantine.
#[utoipa::path(post, path = "/api/models/{name}/restart", tag = "models", params(("name" = String, Path)),
    responses((status = 200, body = ModelDetail), (status = "default", body = ErrorBody)))]
async fn restart_model(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> ApiResult<Json<ModelDetail>> {
    Ok(Json(engine.restart(&name).await?))
}

/// Who did what to this model and why, newest first.
#[utoipa::path(get, path = "/api/models/{name}/audit", tag = "models", params(("name" = String, Path)),
    responses((status = 200, body = Vec<AuditView>), (status = "default", body = ErrorBody)))]
async fn model_audit(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> ApiResult<Json<Vec<AuditView>>> {
    Ok(Json(engine.audit(Some(&name)).await?))
}
