//! Monitoring in numbers.

use axum::{Json, extract::State};
use serde::Deserialize;
use tidegate_core::{Clock, Time};
use tidegate_engine::{
    Engine, Range, SystemClock,
    view::{Definition, DriftReport, MonitorView},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(monitor)).routes(routes!(drift_report))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Over {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// A version number; all versions if left out.
    version: Option<u32>,
}

/// Tiles, drift per input and metrics over a range of time.
#[utoipa::path(get, path = "/api/models/{name}/monitor", tag = "monitor", params(("name" = String, Path), Over),
    responses((status = 200, body = MonitorView), (status = "default", body = ErrorBody)))]
async fn monitor(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(over): Query<Over>,
) -> ApiResult<Json<MonitorView>> {
    let range = Range::new(over.from.map(Time), over.to.map(Time), over.last_s, SystemClock.now())?;
    Ok(Json(engine.monitor(&name, over.version, range).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Window {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// Whose tests and thresholds for all columns. Left out, each column goes by the model's setting `drift`, and by
    /// `evidently` where that says `tidegate`.
    definition: Option<Definition>,
}

/// Drift recomputed from the recorded rows of a window against the reference data set: every column's test, score,
/// direction and contributions, and all columns together.
#[utoipa::path(get, path = "/api/models/{name}/drift-report", tag = "monitor",
    params(("name" = String, Path), Window),
    responses((status = 200, body = DriftReport), (status = "default", body = ErrorBody)))]
async fn drift_report(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(window): Query<Window>,
) -> ApiResult<Json<DriftReport>> {
    let (from, to) = (window.from.map(Time), window.to.map(Time));
    let range = Range::new(from, to, window.last_s, SystemClock.now())?;
    Ok(Json(engine.drift_report(&name, range, window.definition).await?))
}
