//! How good the answers were, with labels and without.

use axum::{Json, extract::State};
use serde::Deserialize;
use tidegate_core::{Clock, Result, Time};
use tidegate_engine::{
    Engine, Range, SystemClock,
    view::{
        EstimateView, FairnessView, MetricsView, ReweightedView, SliceMetric, SlicesView, WorstSlicesView,
    },
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(metrics))
        .routes(routes!(slices))
        .routes(routes!(worst_slices))
        .routes(routes!(fairness))
        .routes(routes!(estimate))
        .routes(routes!(reweighted))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Over {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// A version number; all versions if left out, and the champion where single rows are asked for.
    version: Option<u32>,
    /// For slices: `accuracy`, `mae` or `business`; what fits the task if left out.
    #[param(inline)]
    metric: Option<SliceMetric>,
    /// For slices: of this input only.
    feature: Option<String>,
}

impl Over {
    fn range(&self) -> Result<Range> {
        Range::new(self.from.map(Time), self.to.map(Time), self.last_s, SystemClock.now())
    }
}

/// Every metric of a range with its interval, how much of the truth is known, calibration and confusion.
#[utoipa::path(get, path = "/api/models/{name}/metrics", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = MetricsView), (status = "default", body = ErrorBody)))]
async fn metrics(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<MetricsView>> {
    Ok(Json(engine.metrics(&name, over.version, over.range()?).await?))
}

/// The model on the recorded labelled rows of each bin and category of its inputs.
#[utoipa::path(get, path = "/api/models/{name}/slices", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = SlicesView), (status = "default", body = ErrorBody)))]
async fn slices(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<SlicesView>> {
    let range = over.range()?;
    Ok(Json(engine.slices(&name, over.version, range, over.metric, over.feature).await?))
}

/// The slices on which the model does worst, searched over single inputs and pairs.
#[utoipa::path(get, path = "/api/models/{name}/slices/worst", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = WorstSlicesView), (status = "default", body = ErrorBody)))]
async fn worst_slices(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<WorstSlicesView>> {
    Ok(Json(engine.worst_slices(&name, over.version, over.range()?, over.metric).await?))
}

/// How a classifier treats the groups of the input that its settings name.
#[utoipa::path(get, path = "/api/models/{name}/fairness", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = FairnessView), (status = "default", body = ErrorBody)))]
async fn fairness(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<FairnessView>> {
    Ok(Json(engine.fairness(&name, over.version, over.range()?).await?))
}

/// Accuracy estimated without labels, and how far the estimate is off where labels have come.
#[utoipa::path(get, path = "/api/models/{name}/estimate", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = EstimateView), (status = "default", body = ErrorBody)))]
async fn estimate(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<EstimateView>> {
    Ok(Json(engine.estimate(&name, over.version, over.range()?).await?))
}

/// A second opinion on the estimate: the reference's realised metric, weighted to look like the newest window.
#[utoipa::path(get, path = "/api/models/{name}/estimate/reweighted", tag = "monitor",
    params(("name" = String, Path)),
    responses((status = 200, body = ReweightedView), (status = "default", body = ErrorBody)))]
async fn reweighted(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> ApiResult<Json<ReweightedView>> {
    Ok(Json(engine.reweighted(&name).await?))
}
