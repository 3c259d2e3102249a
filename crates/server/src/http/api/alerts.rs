//! Alerts, the rules that make them, and what a rule would have done.

use axum::{Json, extract::State};
use serde::Deserialize;
use tidegate_core::id::AlertId;
use tidegate_engine::{
    Engine,
    view::{AlertPatch, AlertView, Backtest, BacktestRequest, RuleChoices, RulesView, SnoozeRequest},
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
        .routes(routes!(alerts))
        .routes(routes!(rule_choices))
        .routes(routes!(change_alert))
        .routes(routes!(rules))
        .routes(routes!(snooze))
        .routes(routes!(backtest))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those that have not cleared.
    #[serde(default)]
    open: bool,
    /// Only those of this model.
    model: Option<String>,
}

/// Newest first.
#[utoipa::path(get, path = "/api/alerts", tag = "monitor", params(Which),
    responses((status = 200, body = Vec<AlertView>), (status = "default", body = ErrorBody)))]
async fn alerts(State(engine): State<Engine>, Query(which): Query<Which>) -> ApiResult<Json<Vec<AlertView>>> {
    Ok(Json(engine.alerts(which.open, which.model.as_deref()).await?))
}

/// Signals, metrics and burn rates that rules can be made of.
#[utoipa::path(get, path = "/api/alerts/choices", tag = "monitor",
    responses((status = 200, body = RuleChoices), (status = "default", body = ErrorBody)))]
async fn rule_choices(State(engine): State<Engine>) -> Json<RuleChoices> {
    Json(engine.rule_choices())
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

/// The rules of a model in words, and how each stands. They are changed with the model.
#[utoipa::path(get, path = "/api/models/{name}/alerts/rules", tag = "monitor", params(("name" = String, Path)),
    responses((status = 200, body = RulesView), (status = "default", body = ErrorBody)))]
async fn rules(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<Json<RulesView>> {
    Ok(Json(engine.rules_of(&name).await?))
}

/// Puts off a rule, or all rules of a model: alerts open, but nobody is told before the time is up.
#[utoipa::path(post, path = "/api/models/{name}/alerts/snooze", tag = "monitor",
    params(("name" = String, Path)), request_body = SnoozeRequest,
    responses((status = 200, body = RulesView), (status = "default", body = ErrorBody)))]
async fn snooze(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<SnoozeRequest>,
) -> ApiResult<Json<RulesView>> {
    Ok(Json(engine.snooze_rules(&name, request).await?))
}

/// How often and when a rule would have fired, over stored history. Changes nothing.
#[utoipa::path(post, path = "/api/models/{name}/alerts/backtest", tag = "monitor",
    params(("name" = String, Path)), request_body = BacktestRequest,
    responses((status = 200, body = Backtest), (status = "default", body = ErrorBody)))]
async fn backtest(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<BacktestRequest>,
) -> ApiResult<Json<Backtest>> {
    Ok(Json(engine.backtest(&name, request).await?))
}
