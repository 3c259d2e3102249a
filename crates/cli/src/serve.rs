//! `tidegate serve`: the engine and the router on a socket, until a signal.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use tidegate_core::{Error, Result};
use tidegate_engine::CommandChannels;
use tidegate_server::Limits;

use crate::{Data, Trial, print};

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address to listen at; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000", env = "TIDEGATE_HTTP")]
    http: String,
    /// Folder whose models are deployed as they appear: NAME.onnx or NAME/1/model.onnx.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Largest model file taken over HTTP, MiB.
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().model >> 20)]
    max_model: u64,
    /// Largest other request taken over HTTP, MiB.
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().request >> 20)]
    max_request: u64,
    /// Let alert channels start programs even where --http is reachable from other machines: whoever can reach it
    /// can then run programs here.
    #[arg(long)]
    allow_command_channels: bool,
    #[command(flatten)]
    trial: Trial,
}

impl Serve {
    pub async fn run(self) -> Result<()> {
        let limits = Limits { model: mebibytes(self.max_model), request: mebibytes(self.max_request) };
        let stop = signalled()?;
        let folder = self.data.folder()?;
        // The port first: a program that can't listen must not start workers.
        let listener = match tidegate_server::bind(&self.http).await {
            Ok(listener) => listener,
            Err(error) => return Err(owned(&folder).await.unwrap_or(error)),
        };
        let here = listener.local_addr().map_err(|cause| Error::internal("no address").because(cause))?;
        let commands = self.command_channels(here.ip());
        let engine = tidegate_server::start_with(folder, self.trial.trial_seconds, commands).await?;
        let served = async {
            let http = format!("http://{here}");
            engine.announce(&http)?;
            if let Some(folder) = &self.models {
                engine.watch_folder(folder).await?;
            }
            print(&format!("listening on {http}"))?;
            tidegate_server::serve(engine.clone(), listener, limits, stop).await
        };
        let served = served.await;
        let closed = engine.shutdown().await;
        served.and(closed)
    }

    fn command_channels(&self, listening_at: IpAddr) -> CommandChannels {
        match self.allow_command_channels || listening_at.is_loopback() {
            true => CommandChannels::Allowed,
            false => CommandChannels::Refused,
        }
    }
}

/// Whoever owns the folder most likely has the port as well, and is what the user should hear of.
async fn owned(folder: &Path) -> Option<Error> {
    match tidegate_store::owner(folder) {
        Ok(Some(_)) => tidegate_server::start(folder.to_owned()).await.err(),
        _ => None,
    }
}

fn mebibytes(count: u64) -> u64 {
    count.saturating_mul(1 << 20)
}

/// Over once the program is asked to end. Listens from the call on, so that a signal during start-up counts.
#[cfg(unix)]
fn signalled() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |cause| Error::internal("signals can't be awaited").because(cause);
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

#[cfg(not(unix))]
fn signalled() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "ctrl+c can't be awaited");
            std::future::pending::<()>().await;
        }
        tracing::info!("stopping");
    })
}
