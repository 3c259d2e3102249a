//! Channels that alerts are sent through, their log, and notes on charts.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tidegate_core::{Time, channel::Channel, event::Annotation};
use tidegate_engine::{
    Engine,
    view::{AnnotationPatch, AnnotationRequest, ChannelTest, DeliveryView},
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
        .routes(routes!(channels, add_channel))
        .routes(routes!(put_channel, delete_channel))
        .routes(routes!(test_channel))
        .routes(routes!(test_notification))
        .routes(routes!(deliveries))
        .routes(routes!(annotations, annotate))
        .routes(routes!(change_annotation, delete_annotation))
}

/// Secrets read `***`.
#[utoipa::path(get, path = "/api/channels", tag = "monitor",
    responses((status = 200, body = Vec<Channel>), (status = "default", body = ErrorBody)))]
async fn channels(State(engine): State<Engine>) -> ApiResult<Json<Vec<Channel>>> {
    Ok(Json(engine.channels().await?))
}

#[utoipa::path(post, path = "/api/channels", tag = "monitor", request_body = Channel,
    responses((status = 201, body = Channel), (status = "default", body = ErrorBody)))]
async fn add_channel(
    State(engine): State<Engine>,
    JsonBody(channel): JsonBody<Channel>,
) -> ApiResult<(StatusCode, Json<Channel>)> {
    Ok((StatusCode::CREATED, Json(engine.add_channel(channel).await?)))
}

/// A secret sent back as `***` stays as it is.
#[utoipa::path(put, path = "/api/channels/{id}", tag = "monitor", params(("id" = i64, Path)),
    request_body = Channel,
    responses((status = 200, body = Channel), (status = "default", body = ErrorBody)))]
async fn put_channel(
    State(engine): State<Engine>,
    Path(id): Path<i64>,
    JsonBody(channel): JsonBody<Channel>,
) -> ApiResult<Json<Channel>> {
    Ok(Json(engine.put_channel(id, channel).await?))
}

/// With what waits for it and its log.
#[utoipa::path(delete, path = "/api/channels/{id}", tag = "monitor", params(("id" = i64, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete_channel(State(engine): State<Engine>, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    engine.delete_channel(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a made-up alert at once, through a channel that need not be kept yet, and tells what came of it.
#[utoipa::path(post, path = "/api/channels/test", tag = "monitor", request_body = Channel,
    responses((status = 200, body = ChannelTest), (status = "default", body = ErrorBody)))]
async fn test_channel(
    State(engine): State<Engine>,
    JsonBody(channel): JsonBody<Channel>,
) -> ApiResult<Json<ChannelTest>> {
    Ok(Json(engine.test_channel(channel).await?))
}

/// Shows on the desktop how an alert arrives there, if notifications are on; open pages show it, too.
#[utoipa::path(post, path = "/api/notifications/test", tag = "monitor",
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn test_notification(State(engine): State<Engine>) -> StatusCode {
    engine.test_notification();
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those of this channel.
    channel: Option<i64>,
}

/// Messages sent or on their way, with every attempt; the newest first.
#[utoipa::path(get, path = "/api/deliveries", tag = "monitor", params(Which),
    responses((status = 200, body = Vec<DeliveryView>), (status = "default", body = ErrorBody)))]
async fn deliveries(
    State(engine): State<Engine>,
    Query(which): Query<Which>,
) -> ApiResult<Json<Vec<DeliveryView>>> {
    Ok(Json(engine.deliveries(which.channel).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Between {
    from: Option<i64>,
    to: Option<i64>,
}

/// Notes on a model's charts, oldest first.
#[utoipa::path(get, path = "/api/models/{name}/annotations", tag = "monitor",
    params(("name" = String, Path), Between),
    responses((status = 200, body = Vec<Annotation>), (status = "default", body = ErrorBody)))]
async fn annotations(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    Query(between): Query<Between>,
) -> ApiResult<Json<Vec<Annotation>>> {
    Ok(Json(engine.annotations(&name, between.from.map(Time), between.to.map(Time)).await?))
}

#[utoipa::path(post, path = "/api/models/{name}/annotations", tag = "monitor",
    params(("name" = String, Path)), request_body = AnnotationRequest,
    responses((status = 201, body = Annotation), (status = "default", body = ErrorBody)))]
async fn annotate(
    State(engine): State<Engine>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<AnnotationRequest>,
) -> ApiResult<(StatusCode, Json<Annotation>)> {
    Ok((StatusCode::CREATED, Json(engine.annotate(&name, request).await?)))
}

#[utoipa::path(patch, path = "/api/models/{name}/annotations/{id}", tag = "monitor",
    params(("name" = String, Path), ("id" = i64, Path)), request_body = AnnotationPatch,
    responses((status = 200, body = Annotation), (status = "default", body = ErrorBody)))]
async fn change_annotation(
    State(engine): State<Engine>,
    Path((name, id)): Path<(String, i64)>,
    JsonBody(patch): JsonBody<AnnotationPatch>,
) -> ApiResult<Json<Annotation>> {
    Ok(Json(engine.change_annotation(&name, id, patch).await?))
}

#[utoipa::path(delete, path = "/api/models/{name}/annotations/{id}", tag = "monitor",
    params(("name" = String, Path), ("id" = i64, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete_annotation(
    State(engine): State<Engine>,
    Path((name, id)): Path<(String, i64)>,
) -> ApiResult<StatusCode> {
    engine.delete_annotation(&name, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
