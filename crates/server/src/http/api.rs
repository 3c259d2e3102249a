//! The management API: thin handlers, each one verb of the engine. See `openapi.rs` for the document.

mod accuracy;
mod alerts;
mod canaries;
mod channels;
mod charts;
mod concept;
mod datasets;
mod import;
mod labels;
mod models;
mod monitor;
mod program;
mod quality;
mod report;
mod retrain;
mod triggers;

use utoipa_axum::router::OpenApiRouter;

use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    [
        program::routes(),
        import::routes(),
        models::routes(),
        labels::routes(),
        monitor::routes(),
        quality::routes(),
        report::routes(),
        charts::routes(),
        concept::routes(),
        datasets::routes(),
        retrain::routes(),
        triggers::routes(),
        alerts::routes(),
        canaries::routes(),
        accuracy::routes(),
        channels::routes(),
    ]
    .into_iter()
    .fold(OpenApiRouter::new(), OpenApiRouter::merge)
}
