//! Concept drift, and what a model's answers hang on.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tidegate_core::Time;
use tidegate_engine::{
    Engine,
    view::{ConceptView, ExplainView},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(concept)).routes(routes!(explain, cancel_explain))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// A version number; the champion if left out.
    version: Option<u32>,
}

/// How a version's errors stand with the detectors that watch them.
#[utoipa::path(get, path = "/api/models/{name}/concept", tag = "monitor", params(("name" = String, Path), Which),
    responses((status = 200, body = ConceptView), (status = "default", body = ErrorBody)))]
async fn concept(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> ApiResult<Json<ConceptView>> {
    Ok(Json(engine.concept(&name, which.version).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Window {
    /// Both or neither; the newest window if left out.
    from: Option<i64>,
    to: Option<i64>,
}

/// What the champion's answers hang on, and what the drift of its inputs does to them. The first call starts the
/// work in the background; ask again until it is no longer `running`.
#[utoipa::path(get, path = "/api/models/{name}/explain", tag = "monitor", params(("name" = String, Path), Window),
    responses((status = 200, body = ExplainView), (status = "default", body = ErrorBody)))]
async fn explain(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(window): Query<Window>,
) -> ApiResult<Json<ExplainView>> {
    Ok(Json(engine.explain(&name, window.from.map(Time), window.to.map(Time)).await?))
}

/// Ends the work on an explanation.
#[utoipa::path(delete, path = "/api/models/{name}/explain", tag = "monitor", params(("name" = String, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn cancel_explain(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<StatusCode> {
    engine.cancel_explain(&name)?;
    Ok(StatusCode::NO_CONTENT)
}
