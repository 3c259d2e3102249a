//! The router on a socket.

use std::{future::Future, time::Duration};

use axum::serve::ListenerExt;
use tidegate_core::{Error, Result};
use tidegate_engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{App, Limits, guard::Hosts};

/// Requests under way get this long to end once the server is to stop; platforms kill after 30 s.
const DRAIN: Duration = Duration::from_secs(20);

/// Listens at `host:port`; port 0 takes a free one.
pub async fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        let error = match cause.kind() {
            std::io::ErrorKind::AddrInUse => Error::conflict(format!("the address {address} is in use"))
                .hint("end the program that listens there, or choose another port; port 0 takes a free one"),
            std::io::ErrorKind::PermissionDenied => {
                Error::invalid(format!("this user may not listen at {address}"))
                    .hint("choose a port above 1023")
            }
            _ => Error::invalid(format!("can't listen at {address}: {cause}"))
                .hint("give an address of this machine with a port, e.g. 127.0.0.1:8000"),
        };
        error.because(cause)
    })
}

/// Answers on the listener until `stop` is over, then lets the requests under way end.
pub async fn serve(
    engine: Engine,
    listener: TcpListener,
    limits: Limits,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let failed = |cause: std::io::Error| Error::internal("the server failed").because(cause);
    let here = listener.local_addr().map_err(failed)?;
    let hosts = if here.ip().is_loopback() { Hosts::Loopback } else { Hosts::Any };
    let stopped = CancellationToken::new();
    let router = crate::routes(App { engine, limits, stop: stopped.clone() }, hosts);
    let listener = listener.tap_io(|tcp| {
        // Without this each small answer waits for the client's acknowledgement, some 40 ms.
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let begun = stopped.clone();
    let stopping = async move {
        stop.await;
        begun.cancel();
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(stopping).into_future();
    let late = async {
        stopped.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        done = server => done.map_err(failed),
        () = late => {
            tracing::warn!("requests were still under way after {} s", DRAIN.as_secs());
            Ok(())
        }
    }
}
