//! What starts retrainings by themselves. They are set in the settings of a model.

use axum::{Json, extract::State};
use tidegate_engine::{
    Engine,
    view::{TriggersBacktest, TriggersBacktestRequest, TriggersView},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(triggers)).routes(routes!(backtest_triggers))
}

/// Whether a retraining would start by itself now: which conditions hold, and what stands in the way.
#[utoipa::path(get, path = "/api/models/{name}/triggers", tag = "retrain", params(("name" = String, Path)),
    responses((status = 200, body = TriggersView), (status = "default", body = ErrorBody)))]
async fn triggers(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<Json<TriggersView>> {
    Ok(Json(engine.triggers(&name).await?))
}

/// When triggers would have fired over stored history; those of the model if none are given.
#[utoipa::path(post, path = "/api/models/{name}/triggers/backtest", tag = "retrain",
    params(("name" = String, Path)), request_body = Option<TriggersBacktestRequest>,
    responses((status = 200, body = TriggersBacktest), (status = "default", body = ErrorBody)))]
async fn backtest_triggers(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<TriggersBacktestRequest>,
) -> ApiResult<Json<TriggersBacktest>> {
    Ok(Json(engine.backtest_triggers(&name, request).await?))
}
