//! Alerts: what fired, acknowledged or snoozed.

use axum::{Json, extract::State};
use serde::Deserialize;
use tidegate_core::id::AlertId;
use tidegate_engine::{
    Engine,
    view::{AlertPatch, AlertView},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alerts)).routes(routes!(change_alert))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those that have not cleared.
    #[serde(default)]
    open: bool,
}

/// Newest first.
#[utoipa::path(get, path = "/api/alerts", tag = "monitor", params(Which),
    responses((status = 200, body = Vec<AlertView>), (status = "default", body = ErrorBody)))]
async fn alerts(State(engine): State<Engine>, Query(which): Query<Which>) -> ApiResult<Json<Vec<AlertView>>> {
    Ok(Json(engine.alerts(which.open).await?))
}

#[utoipa::path(patch, path = "/api/alerts/{id}", tag = "monitor", params(("id" = i64, Path)),
    request_body = AlertPatch,
    responses((status = 200, body = AlertView), (status = "default", body = ErrorBody)))]
async fn change_alert(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(patch): JsonBody<AlertPatch>,
) -> ApiResult<Json<AlertView>> {
    Ok(Json(engine.change_alert(AlertId(id), patch).await?))
}
