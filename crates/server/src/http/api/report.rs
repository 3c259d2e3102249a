//! The report of a model: a page to keep and send, or the numbers in it.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tidegate_core::{Clock, Time};
use tidegate_engine::{Engine, Range, SystemClock, view::ReportView};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(report))
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReportFormat {
    /// One page that needs nothing else, charts drawn.
    #[default]
    Html,
    Json,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// `html` (if nothing is said) or `json`.
    #[serde(default)]
    #[param(inline)]
    format: ReportFormat,
}

/// What a model did over a range of time: numbers, events, retraining, charts, drift.
#[utoipa::path(get, path = "/api/models/{name}/report", tag = "monitor", params(("name" = String, Path), Asked),
    responses(
        (status = 200, content((String = "text/html"), (ReportView = "application/json"))),
        (status = "default", body = ErrorBody),
    ))]
async fn report(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let (from, to) = (asked.from.map(Time), asked.to.map(Time));
    let Range { from, to, .. } = Range::new(from, to, asked.last_s, SystemClock.now())?;
    Ok(match asked.format {
        ReportFormat::Json => Json(engine.report_view(&name, from, to).await?).into_response(),
        ReportFormat::Html => {
            let html = engine.report(&name, from, to).await?;
            // Kept as a file: the policy of this server's own page is not the report's.
            let disposition = "attachment; filename=\"report.html\"";
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (headers, html).into_response()
        }
    })
}
