//! What runs behind the window: the engine on its data folder, the router for the page, and the same routes on a
//! port of this machine for other programs.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use tauri::{
    AppHandle, Manager,
    async_runtime::{JoinHandle, block_on, spawn},
};
use tidegate_core::{Code, Error, Result};
use tidegate_engine::Engine;
use tidegate_server::Limits;
use tokio::{net::TcpListener, sync::oneshot};

use crate::live;

/// The port's server, until the program ends.
struct Served {
    /// Dropped, it tells the server to stop.
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<()>>,
}

/// Opens the data folder; refused, with who holds it, while another program owns it.
pub fn open(app: &AppHandle) -> Result<()> {
    let (engine, served) = block_on(async {
        let engine = tidegate_server::start(data_dir()?).await?;
        let served = serve(&engine).await?;
        Ok::<_, Error>((engine, served))
    })?;
    app.manage(tidegate_server::router(engine.clone()));
    app.manage(engine);
    app.manage(Mutex::new(Some(served)));
    Ok(())
}

/// The folder named by `TIDEGATE_DATA`, else the one that `tidegate serve` takes too.
fn data_dir() -> Result<PathBuf> {
    std::env::var_os("TIDEGATE_DATA").map_or_else(tidegate_server::data_dir, |named| Ok(named.into()))
}

async fn serve(engine: &Engine) -> Result<Served> {
    let listener = listen(engine.settings().port).await?;
    let address =
        listener.local_addr().map_err(|error| Error::internal("the port has no address").because(error))?;
    engine.announce(&format!("http://{address}"))?;
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        // Sent or dropped, both mean stop.
        let _ = stopped.await;
    };
    let task = spawn(tidegate_server::serve(engine.clone(), listener, Limits::default(), stopped));
    Ok(Served { stop, task })
}

/// A port of this machine only: the wished one, or any when another program has that.
async fn listen(port: u16) -> Result<TcpListener> {
    match tidegate_server::bind(&format!("127.0.0.1:{port}")).await {
        Err(error) if error.code == Code::Conflict => {
            tracing::warn!(port, "the port is in use: another one is taken");
            tidegate_server::bind("127.0.0.1:0").await
        }
        bound => bound,
    }
}

pub fn follow(app: &AppHandle) {
    spawn(live::follow(app.clone(), app.state::<Engine>().inner().clone()));
}

/// Whether closing the window leaves the program in the tray.
pub fn keeps_in_tray(app: &AppHandle) -> bool {
    app.try_state::<Engine>().is_some_and(|engine| engine.settings().keep_in_tray)
}

/// Lets the requests under way end, writes down what is not yet written, and ends the workers.
pub fn close(app: &AppHandle) {
    let (Some(engine), Some(served)) = (app.try_state::<Engine>(), app.try_state::<Mutex<Option<Served>>>())
    else {
        return;
    };
    let served = served.lock().unwrap_or_else(PoisonError::into_inner).take();
    let closed = block_on(async {
        if let Some(Served { stop, task }) = served {
            drop(stop);
            if let Ok(Err(error)) = task.await {
                tracing::error!(%error, cause = ?error.cause, "the port's server failed");
            }
        }
        engine.shutdown().await
    });
    if let Err(error) = closed {
        tracing::error!(%error, cause = ?error.cause, "the data folder could not be closed in order");
    }
}
