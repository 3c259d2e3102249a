//! Retraining runs.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tidegate_core::{RunId, run::Run, runner::Runner};
use tidegate_engine::{
    Engine,
    view::{
        DryRun, QueueView, ReasonRequest, ReplayRequest, ReplayView, RetrainRequest, RowsToLabel,
        RunnerManifest, RunnerTest,
    },
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
        .routes(routes!(dry_run))
        .routes(routes!(model_runs, start_run))
        .routes(routes!(queue))
        .routes(routes!(run))
        .routes(routes!(cancel_run))
        .routes(routes!(promote_run))
        .routes(routes!(compare_run_again))
        .routes(routes!(test_runner))
        .routes(routes!(runner_manifest))
        .routes(routes!(rows_to_label))
        .routes(routes!(replay, start_replay, cancel_replay))
}

/// What a retraining would use, and what stands in its way.
#[utoipa::path(post, path = "/api/models/{name}/retrain/dry-run", tag = "retrain", params(("name" = String, Path)),
    request_body = RetrainRequest,
    responses((status = 200, body = DryRun), (status = "default", body = ErrorBody)))]
async fn dry_run(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<RetrainRequest>,
) -> ApiResult<Json<DryRun>> {
    Ok(Json(engine.dry_run(&name, &request).await?))
}

/// Starts a retraining.
#[utoipa::path(post, path = "/api/models/{name}/runs", tag = "retrain", params(("name" = String, Path)),
    request_body = RetrainRequest,
    responses((status = 201, body = Run), (status = "default", body = ErrorBody)))]
async fn start_run(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<RetrainRequest>,
) -> ApiResult<(StatusCode, Json<Run>)> {
    Ok((StatusCode::CREATED, Json(engine.retrain(&name, request, None).await?)))
}

/// Newest first.
#[utoipa::path(get, path = "/api/models/{name}/runs", tag = "retrain", params(("name" = String, Path)),
    responses((status = 200, body = Vec<Run>), (status = "default", body = ErrorBody)))]
async fn model_runs(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<Json<Vec<Run>>> {
    Ok(Json(engine.runs(&name).await?))
}

/// Retrainings of all models that are under way or wait for their turn.
#[utoipa::path(get, path = "/api/queue", tag = "retrain",
    responses((status = 200, body = QueueView), (status = "default", body = ErrorBody)))]
async fn queue(State(engine): State<Engine>) -> Json<QueueView> {
    Json(engine.queue())
}

#[utoipa::path(get, path = "/api/runs/{id}", tag = "retrain", params(("id" = i64, Path)),
    responses((status = 200, body = Run), (status = "default", body = ErrorBody)))]
async fn run(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<Run>> {
    Ok(Json(engine.run(RunId(id)).await?))
}

#[utoipa::path(post, path = "/api/runs/{id}/cancel", tag = "retrain", params(("id" = i64, Path)),
    responses((status = 200, body = Run), (status = "default", body = ErrorBody)))]
async fn cancel_run(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<Run>> {
    Ok(Json(engine.cancel_run(RunId(id)).await?))
}

/// Makes what a run trained the champion, whatever its gates said.
#[utoipa::path(post, path = "/api/runs/{id}/promote", tag = "retrain", params(("id" = i64, Path)),
    request_body = Option<ReasonRequest>,
    responses((status = 200, body = Run), (status = "default", body = ErrorBody)))]
async fn promote_run(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(reason): JsonBody<ReasonRequest>,
) -> ApiResult<Json<Run>> {
    Ok(Json(engine.promote_run(RunId(id), reason).await?))
}

/// Compares what a run made with its champion once more, by the rows that were labelled since.
#[utoipa::path(post, path = "/api/runs/{id}/compare", tag = "retrain", params(("id" = i64, Path)),
    responses((status = 200, body = Run), (status = "default", body = ErrorBody)))]
async fn compare_run_again(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<Json<Run>> {
    Ok(Json(engine.compare_again(RunId(id)).await?))
}

/// Asks what is to train whether it is there.
#[utoipa::path(post, path = "/api/runners/test", tag = "retrain", request_body = Runner,
    responses((status = 200, body = RunnerTest), (status = "default", body = ErrorBody)))]
async fn test_runner(
    State(engine): State<Engine>,
    JsonBody(runner): JsonBody<Runner>,
) -> ApiResult<Json<RunnerTest>> {
    Ok(Json(engine.test_runner(&runner).await?))
}

/// The Job that a Kubernetes runner applies.
#[utoipa::path(post, path = "/api/runners/manifest", tag = "retrain", request_body = Runner,
    responses((status = 200, body = RunnerManifest), (status = "default", body = ErrorBody)))]
async fn runner_manifest(
    State(engine): State<Engine>,
    JsonBody(runner): JsonBody<Runner>,
) -> ApiResult<Json<RunnerManifest>> {
    Ok(Json(engine.runner_manifest(&runner)?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Most {
    /// Rows at most; 100 if left out, 1,000 at most.
    most: Option<u32>,
}

/// Recorded rows without a label, those first that would tell most between the champion and the run's challenger.
#[utoipa::path(get, path = "/api/runs/{id}/rows-to-label", tag = "retrain", params(("id" = i64, Path), Most),
    responses((status = 200, body = RowsToLabel), (status = "default", body = ErrorBody)))]
async fn rows_to_label(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    Query(most): Query<Most>,
) -> ApiResult<Json<RowsToLabel>> {
    Ok(Json(engine.rows_to_label(RunId(id), most.most).await?))
}

/// The replay under way, or the last one.
#[utoipa::path(get, path = "/api/models/{name}/replay", tag = "retrain", params(("name" = String, Path)),
    responses((status = 200, body = ReplayView), (status = "default", body = ErrorBody)))]
async fn replay(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<Json<ReplayView>> {
    Ok(Json(engine.last_replay(&name)?))
}

/// Answers recorded requests again, by any version: what would change if it were champion. Nothing of it is recorded
/// or counted. It goes on in the background; one under way is ended.
#[utoipa::path(post, path = "/api/models/{name}/replay", tag = "retrain", params(("name" = String, Path)),
    request_body = ReplayRequest,
    responses((status = 202, body = ReplayView), (status = "default", body = ErrorBody)))]
async fn start_replay(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<ReplayRequest>,
) -> ApiResult<(StatusCode, Json<ReplayView>)> {
    Ok((StatusCode::ACCEPTED, Json(engine.start_replay(&name, request).await?)))
}

/// Ends a replay.
#[utoipa::path(delete, path = "/api/models/{name}/replay", tag = "retrain", params(("name" = String, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn cancel_replay(State(engine): State<Engine>, Path(name): Path<String>) -> ApiResult<StatusCode> {
    engine.cancel_replay(&name)?;
    Ok(StatusCode::NO_CONTENT)
}
