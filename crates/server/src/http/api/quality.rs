//! Data quality: checks, what they show, and rows that fail them.

use axum::{Json, extract::State};
use serde::Deserialize;
use tidegate_core::{Clock, Time};
use tidegate_engine::{
    Engine, Range, SystemClock, ViolationFilter,
    view::{
        QualityChange, QualityCheck, QualityLearnAnswer, QualityLearnRequest, QualityView, QualityViolation,
    },
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path, Query},
    error::{ApiResult, ErrorBody},
};

const LISTED: u32 = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(quality))
        .routes(routes!(change_quality))
        .routes(routes!(learn_quality))
        .routes(routes!(quality_violations))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Over {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// A version number; the champion if left out.
    version: Option<u32>,
}

impl Over {
    fn range(&self) -> tidegate_core::Result<Range> {
        Range::new(self.from.map(Time), self.to.map(Time), self.last_s, SystemClock.now())
    }
}

/// Every check of a version, with what it shows over a range of time and in its steps.
#[utoipa::path(get, path = "/api/models/{name}/quality", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = QualityView), (status = "default", body = ErrorBody)))]
async fn quality(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<QualityView>> {
    Ok(Json(engine.quality(&name, over.version, over.range()?).await?))
}

/// Changes, adds and removes checks; in force with the next request. Checks not named stay as they are.
#[utoipa::path(put, path = "/api/models/{name}/quality/checks", tag = "monitor", params(("name" = String, Path)),
    request_body = QualityChange,
    responses((status = 200, body = Vec<QualityCheck>), (status = "default", body = ErrorBody)))]
async fn change_quality(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(change): JsonBody<QualityChange>,
) -> ApiResult<Json<Vec<QualityCheck>>> {
    Ok(Json(engine.change_quality(&name, change).await?))
}

/// Learns the checks again from the reference data set or from recorded rows; with `dry_run` only tells what
/// would change. Checks that were edited by hand stay unless `replace_edited`.
#[utoipa::path(post, path = "/api/models/{name}/quality/learn", tag = "monitor", params(("name" = String, Path)),
    request_body = Option<QualityLearnRequest>,
    responses((status = 200, body = QualityLearnAnswer), (status = "default", body = ErrorBody)))]
async fn learn_quality(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<QualityLearnRequest>,
) -> ApiResult<Json<QualityLearnAnswer>> {
    Ok(Json(engine.learn_quality(&name, request).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// A check's id.
    check: Option<String>,
    /// `warn`, `tag` or `reject`.
    action: Option<String>,
    /// From this time on.
    from: Option<i64>,
    /// And before this one.
    to: Option<i64>,
    /// A version number; all versions if left out.
    version: Option<u32>,
    /// 100 if left out, at most 1000.
    limit: Option<u32>,
}

/// Rows that failed checks, newest first: every tagged one, of the others the newest as examples.
#[utoipa::path(get, path = "/api/models/{name}/quality/violations", tag = "monitor",
    params(("name" = String, Path), Which),
    responses((status = 200, body = Vec<QualityViolation>), (status = "default", body = ErrorBody)))]
async fn quality_violations(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> ApiResult<Json<Vec<QualityViolation>>> {
    let filter = ViolationFilter {
        check: which.check.as_deref(),
        action: which.action.as_deref(),
        from: Time(which.from.unwrap_or(0)),
        to: Time(which.to.unwrap_or(i64::MAX)),
        limit: which.limit.unwrap_or(LISTED),
    };
    Ok(Json(engine.violations(&name, which.version, filter).await?))
}
