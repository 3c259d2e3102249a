//! Data sets: register, describe, mark, bin.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde::Deserialize;
use tidegate_core::{
    Error,
    id::{DatasetId, TrainingId},
};
use tidegate_engine::{
    Engine,
    view::{
        DatasetDetail, DatasetPatch, DatasetSummary, JoinRequest, ReasonRequest, RegisterRequest,
        TrainRequest, Training,
    },
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::import::receive;
use crate::{
    App, Limits,
    body::{Chunks, Coding, JsonBody, Path, Query},
    error::{ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(data_sets, register_data_set))
        .routes(routes!(upload_data_set))
        .routes(routes!(data_set, change_data_set, delete_data_set))
        .routes(routes!(restore_data_set))
        .routes(routes!(purge_data_set))
        .routes(routes!(join_data_set))
        .routes(routes!(train_first_model))
        .routes(routes!(trainings))
        .routes(routes!(training))
        .routes(routes!(cancel_training))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Those in the bin instead.
    #[serde(default)]
    deleted: bool,
}

/// Registered data sets and the references of models, newest first.
#[utoipa::path(get, path = "/api/datasets", tag = "data", params(Which),
    responses((status = 200, body = Vec<DatasetSummary>), (status = "default", body = ErrorBody)))]
async fn data_sets(
    State(engine): State<Engine>,
    Query(which): Query<Which>,
) -> ApiResult<Json<Vec<DatasetSummary>>> {
    Ok(Json(engine.data_sets(which.deleted).await?))
}

/// Registers a file of this machine, where it lies or as a copy. A file that is registered already answers as it is.
#[utoipa::path(post, path = "/api/datasets", tag = "data", request_body = RegisterRequest,
    responses((status = 201, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn register_data_set(
    State(engine): State<Engine>,
    JsonBody(request): JsonBody<RegisterRequest>,
) -> ApiResult<(StatusCode, Json<DatasetDetail>)> {
    Ok((StatusCode::CREATED, Json(engine.register_file(request).await?)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct File {
    /// The file's name: the data set is called after it unless `name` is given.
    filename: String,
    name: Option<String>,
}

/// Registers an uploaded CSV or Parquet file.
#[utoipa::path(post, path = "/api/datasets/upload", tag = "data", params(File),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn upload_data_set(
    State(engine): State<Engine>,
    State(limits): State<Limits>,
    Query(file): Query<File>,
    request: Request,
) -> ApiResult<(StatusCode, Json<DatasetDetail>)> {
    let (parts, body) = request.into_parts();
    if Coding::of(&parts.headers)? != Coding::Identity {
        let error = Error::unsupported("a compressed upload is not taken");
        return Err(error.hint("send the file as it is; a gzipped CSV is read as one").into());
    }
    let (_folder, path) = receive(&file.filename, Chunks::new(body, limits.model)).await?;
    Ok((StatusCode::CREATED, Json(engine.register_copy(&path, file.name).await?)))
}

/// What its columns look like, and who uses it.
#[utoipa::path(get, path = "/api/datasets/{id}", tag = "data", params(("id" = i64, Path)),
    responses((status = 200, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn data_set(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<DatasetDetail>> {
    Ok(Json(engine.data_set(DatasetId(id)).await?))
}

/// Renames, tags, notes, and decides which columns are personal; fields left out stay as they are.
#[utoipa::path(patch, path = "/api/datasets/{id}", tag = "data", params(("id" = i64, Path)),
    request_body = DatasetPatch,
    responses((status = 200, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn change_data_set(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(patch): JsonBody<DatasetPatch>,
) -> ApiResult<Json<DatasetDetail>> {
    Ok(Json(engine.change_data_set(DatasetId(id), patch).await?))
}

/// Into the bin; refused while a model or a run uses it.
#[utoipa::path(delete, path = "/api/datasets/{id}", tag = "data", params(("id" = i64, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete_data_set(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<StatusCode> {
    engine.delete_data_set(DatasetId(id), reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Back from the bin.
#[utoipa::path(post, path = "/api/datasets/{id}/restore", tag = "data", params(("id" = i64, Path)),
    responses((status = 200, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn restore_data_set(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
) -> ApiResult<Json<DatasetDetail>> {
    Ok(Json(engine.restore_data_set(DatasetId(id)).await?))
}

/// Removes a deleted data set for good; a file that was not copied stays where it lies.
#[utoipa::path(post, path = "/api/datasets/{id}/purge", tag = "data", params(("id" = i64, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn purge_data_set(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<StatusCode> {
    engine.purge_data_set(DatasetId(id), reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts the making of a first model; it goes on in the background and ends in a new model with a score card.
#[utoipa::path(post, path = "/api/datasets/{id}/train", tag = "data", params(("id" = i64, Path)),
    request_body = TrainRequest,
    responses((status = 201, body = Training), (status = "default", body = ErrorBody)))]
async fn train_first_model(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(request): JsonBody<TrainRequest>,
) -> ApiResult<(StatusCode, Json<Training>)> {
    Ok((StatusCode::CREATED, Json(engine.train_first_model(DatasetId(id), request).await?)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// Only those from this data set.
    dataset: Option<i64>,
}

/// First models made or in the making, newest first.
#[utoipa::path(get, path = "/api/trainings", tag = "data", params(Of),
    responses((status = 200, body = Vec<Training>), (status = "default", body = ErrorBody)))]
async fn trainings(State(engine): State<Engine>, Query(of): Query<Of>) -> ApiResult<Json<Vec<Training>>> {
    Ok(Json(engine.trainings(of.dataset.map(DatasetId)).await?))
}

#[utoipa::path(get, path = "/api/trainings/{id}", tag = "data", params(("id" = i64, Path)),
    responses((status = 200, body = Training), (status = "default", body = ErrorBody)))]
async fn training(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<Training>> {
    Ok(Json(engine.training(TrainingId(id)).await?))
}

#[utoipa::path(post, path = "/api/trainings/{id}/cancel", tag = "data", params(("id" = i64, Path)),
    responses((status = 200, body = Training), (status = "default", body = ErrorBody)))]
async fn cancel_training(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<Training>> {
    Ok(Json(engine.cancel_training(TrainingId(id)).await?))
}

/// Joins recorded predictions with their labels into a registered data set, by window and filter.
#[utoipa::path(post, path = "/api/models/{name}/datasets", tag = "data", params(("name" = String, Path)),
    request_body = JoinRequest,
    responses((status = 201, body = DatasetDetail), (status = "default", body = ErrorBody)))]
async fn join_data_set(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<JoinRequest>,
) -> ApiResult<(StatusCode, Json<DatasetDetail>)> {
    Ok((StatusCode::CREATED, Json(engine.join_data_set(&name, request).await?)))
}
