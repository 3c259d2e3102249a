//! Live ticks as server-sent events.

use std::convert::Infallible;

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use tidegate_engine::view::Live;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// What changes, twice a second: the `data` of each event is a `Live`.
#[utoipa::path(
    get, path = "/api/events", tag = "program",
    responses((status = 200, content_type = "text/event-stream", body = Live)),
)]
async fn events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ticks = app.engine.subscribe();
    let events = stream::unfold((ticks, app.stop), |(mut ticks, stop)| async move {
        let event = next(&mut ticks, &stop).await?;
        Some((Ok(event), (ticks, stop)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// A tick tells the whole state, so a listener that missed some goes on with the newest.
async fn next(ticks: &mut Receiver<Live>, stop: &CancellationToken) -> Option<Event> {
    loop {
        let tick = tokio::select! {
            tick = ticks.recv() => tick,
            () = stop.cancelled() => return None,
        };
        match tick {
            Ok(live) => match Event::default().json_data(live) {
                Ok(event) => return Some(event),
                Err(error) => tracing::error!(%error, "a tick could not be encoded"),
            },
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
