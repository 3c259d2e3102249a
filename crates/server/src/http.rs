//! Every route: the management API, the inference protocol, live events and, for all other paths, the page.

mod api;
mod events;
mod page;
mod v2;

use axum::{Router, http::StatusCode, response::IntoResponse};
use tidegate_core::Error;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{App, error::ApiError, openapi::Document};

/// The routes that stand in the document.
pub(crate) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(api::routes())
        .merge(events::routes())
        .merge(v2::routes())
}

pub(crate) fn routes(app: App) -> Router {
    let (router, _) = documented().split_for_parts();
    router.fallback(page::page).method_not_allowed_fallback(wrong_method).with_state(app)
}

async fn wrong_method() -> impl IntoResponse {
    let error = Error::invalid("this path does not take this method").hint("see /api/openapi.json");
    ApiError::with_status(StatusCode::METHOD_NOT_ALLOWED, error)
}
