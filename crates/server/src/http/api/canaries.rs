//! Canaries: a version takes over from the champion step by step.

use axum::{Json, extract::State, http::StatusCode};
use tidegate_core::id::CanaryId;
use tidegate_engine::{
    Engine,
    view::{CanaryRequest, CanaryView, ReasonRequest},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(canaries, start_canary))
        .routes(routes!(canary))
        .routes(routes!(advance_canary))
        .routes(routes!(abort_canary))
}

/// The canary under way or watched, and those before; newest first.
#[utoipa::path(get, path = "/api/models/{name}/canaries", tag = "retrain", params(("name" = String, Path)),
    responses((status = 200, body = Vec<CanaryView>), (status = "default", body = ErrorBody)))]
async fn canaries(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> ApiResult<Json<Vec<CanaryView>>> {
    Ok(Json(engine.canaries(&name).await?))
}

/// Lets a version answer a share of the requests, and more with every step that passes, until it is champion.
#[utoipa::path(post, path = "/api/models/{name}/canaries", tag = "retrain", params(("name" = String, Path)),
    request_body = Option<CanaryRequest>,
    responses((status = 201, body = CanaryView), (status = "default", body = ErrorBody)))]
async fn start_canary(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<CanaryRequest>,
) -> ApiResult<(StatusCode, Json<CanaryView>)> {
    Ok((StatusCode::CREATED, Json(engine.start_canary(&name, request).await?)))
}

/// Its steps and their checks, with both versions' numbers.
#[utoipa::path(get, path = "/api/canaries/{id}", tag = "retrain", params(("id" = i64, Path)),
    responses((status = 200, body = CanaryView), (status = "default", body = ErrorBody)))]
async fn canary(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<CanaryView>> {
    Ok(Json(engine.canary_of(CanaryId(id)).await?))
}

/// On to the next step, or to the end, whatever the checks say.
#[utoipa::path(post, path = "/api/canaries/{id}/advance", tag = "retrain", params(("id" = i64, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 200, body = CanaryView), (status = "default", body = ErrorBody)))]
async fn advance_canary(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<Json<CanaryView>> {
    Ok(Json(engine.advance_canary(CanaryId(id), reason).await?))
}

/// The champion answers everything again.
#[utoipa::path(post, path = "/api/canaries/{id}/abort", tag = "retrain", params(("id" = i64, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 200, body = CanaryView), (status = "default", body = ErrorBody)))]
async fn abort_canary(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<Json<CanaryView>> {
    Ok(Json(engine.abort_canary(CanaryId(id), reason).await?))
}
