//! Predictions on named rows, the labels that arrive for them, and the reference data they are held against.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde::Deserialize;
use tidegate_core::id::DatasetId;
use tidegate_engine::{
    Engine, label_rows,
    view::{Baseline, LabelRequest, LabelsAnswer, LabelsRequest, PredictAnswer, PredictRequest},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    body::{JsonBody, Path, Query, RawBody, json},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(predict)).routes(routes!(label)).routes(routes!(set_reference))
}

/// Answers named rows in words: label, probabilities, value.
#[utoipa::path(post, path = "/api/models/{name}/predict", tag = "predict", params(("name" = String, Path)),
    request_body = PredictRequest,
    responses((status = 200, body = PredictAnswer), (status = "default", body = ErrorBody)))]
async fn predict(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<PredictRequest>,
) -> ApiResult<Json<PredictAnswer>> {
    Ok(Json(engine.predict(&name, request).await?))
}

/// What turned out to be true: as JSON, or as CSV with the columns `id` and `label`.
#[utoipa::path(post, path = "/api/labels", tag = "predict",
    request_body(content(
        (LabelsRequest = "application/json"),
        (String = "text/csv", example = "id,label\n01890a5d-ac96-774b-bcce-b302099a8057:3,benign\n"),
    )),
    responses((status = 200, body = LabelsAnswer), (status = "default", body = ErrorBody)))]
async fn label(
    State(engine): State<Engine>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> ApiResult<Json<LabelsAnswer>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let labels = if kind.starts_with("text/csv") {
        let rows = label_rows(&body)?;
        rows.into_iter().map(|(id, label)| LabelRequest { id, label }).collect()
    } else {
        json::<LabelsRequest>(&body)?.labels
    };
    Ok(Json(engine.label(labels).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Target {
    /// The column that holds the truth.
    target: Option<String>,
    /// A registered data set instead of a body.
    dataset: Option<i64>,
}

/// Makes a CSV or Parquet file, or a registered data set, the model's reference; its columns name the features.
#[utoipa::path(post, path = "/api/models/{name}/reference", tag = "predict",
    params(("name" = String, Path), Target),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Baseline), (status = "default", body = ErrorBody)))]
async fn set_reference(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(target): Query<Target>,
    RawBody(csv): RawBody,
) -> ApiResult<Json<Baseline>> {
    Ok(Json(match target.dataset {
        Some(id) => engine.set_registered_reference(&name, DatasetId(id), target.target).await?,
        None => engine.set_reference(&name, csv, target.target).await?,
    }))
}
