//! Charts: many at once for the page, or one as a picture or a table for everyone else.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error as Unknown},
};
use tidegate_charts::Theme;
use tidegate_core::{Error, Result, Time};
use tidegate_engine::{
    Engine,
    view::{ChartKind, ChartRequest, ChartsAnswer, ChartsRequest},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(charts)).routes(routes!(chart_file))
}

/// Up to 32 charts of one model over one range, each as SVG with the numbers in it.
#[utoipa::path(post, path = "/api/models/{name}/charts", tag = "monitor", params(("name" = String, Path)),
    request_body = ChartsRequest,
    responses((status = 200, body = ChartsAnswer), (status = "default", body = ErrorBody)))]
async fn charts(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ChartsRequest>,
) -> ApiResult<Json<ChartsAnswer>> {
    Ok(Json(engine.charts(&name, request).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Look {
    /// The last seconds, 3600 if nothing is said.
    last_s: Option<u32>,
    /// With `to`, instead of `last_s`.
    from: Option<i64>,
    to: Option<i64>,
    /// A version number; all versions if left out.
    version: Option<u32>,
    /// Another version, drawn dashed into the same charts of lines; needs `version`.
    compare: Option<u32>,
    /// CSS pixels, 960 if left out.
    width: Option<u32>,
    /// CSS pixels, 320 if left out.
    height: Option<u32>,
    /// `dark` or `light`.
    #[param(inline)]
    theme: Option<Theme>,
    /// For `drift` and `histogram`; the most drifted input if left out.
    feature: Option<String>,
    /// For `loss`.
    run: Option<i64>,
    /// Minutes the reader's clock is ahead of UTC.
    utc_offset_min: Option<i32>,
}

/// One chart as a file: `latency.svg` is a picture, `latency.csv` the numbers in it.
#[utoipa::path(get, path = "/api/models/{name}/charts/{file}", tag = "monitor",
    params(("name" = String, Path), ("file" = String, Path, description = "a chart's kind, with the ending .svg or .csv"), Look),
    responses(
        (status = 200, content((String = "image/svg+xml"), (String = "text/csv"))),
        (status = "default", body = ErrorBody),
    ))]
async fn chart_file(
    State(engine): State<Engine>,
    Path((name, file)): Path<(String, String)>,
    Query(look): Query<Look>,
) -> ApiResult<Response> {
    let (kind, ending) = kind_and_ending(&file)?;
    let answer = engine.charts(&name, look.request(kind)).await?;
    let chart = answer.charts.into_iter().next().ok_or_else(|| Error::internal("no chart was drawn"))?.chart;
    Ok(match ending {
        Ending::Svg => ([(header::CONTENT_TYPE, "image/svg+xml")], chart.svg).into_response(),
        Ending::Csv => {
            let name = format!("attachment; filename=\"{file}\"");
            let kind = "text/csv; charset=utf-8".to_owned();
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], chart.frame.csv())
                .into_response()
        }
    })
}

impl Look {
    fn request(self, kind: ChartKind) -> ChartsRequest {
        let (width, height) = (self.width.unwrap_or(960), self.height.unwrap_or(320));
        ChartsRequest {
            from: self.from.map(Time),
            to: self.to.map(Time),
            last_s: self.last_s,
            version: self.version,
            compare: self.compare,
            theme: self.theme.unwrap_or(Theme::Light),
            utc_offset_min: self.utc_offset_min.unwrap_or(0),
            charts: vec![ChartRequest { kind, feature: self.feature, run: self.run, width, height }],
        }
    }
}

#[derive(Debug, PartialEq)]
enum Ending {
    Svg,
    Csv,
}

fn kind_and_ending(file: &str) -> Result<(ChartKind, Ending)> {
    let (kind, ending) = match file.rsplit_once('.') {
        Some((kind, "svg")) => (kind, Ending::Svg),
        Some((kind, "csv")) => (kind, Ending::Csv),
        _ => return Err(Error::not_found("a chart ends in .svg or .csv")),
    };
    let known = ChartKind::deserialize(IntoDeserializer::<Unknown>::into_deserializer(kind));
    Ok((known.map_err(|error| Error::not_found(format!("there is no such chart: {error}")))?, ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_the_chart_and_its_form() {
        assert_eq!(kind_and_ending("latency_heatmap.csv").unwrap(), (ChartKind::LatencyHeatmap, Ending::Csv));
        assert_eq!(kind_and_ending("drift.svg").unwrap(), (ChartKind::Drift, Ending::Svg));
        assert!(kind_and_ending("drift.png").is_err());
        let error = kind_and_ending("weather.svg").unwrap_err();
        assert!(error.message.contains("weather") && error.message.contains("throughput"), "{error}");
    }
}
