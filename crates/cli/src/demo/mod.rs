//! `tidegate demo`: the whole story of a model in about a minute, with real requests over HTTP.
//!
//! Owns the story and what counts as having happened. A sample is deployed and asked; half-way its inputs
//! drift; labels come late; the drift is found, accuracy falls, an alert fires and starts a retraining; the
//! challenger beats the champion on held-out rows and is promoted. Any step that does not happen is a failure.

mod story;
mod traffic;

use std::path::{Path, PathBuf};

use clap::Args;
use tidegate_core::{Clock, Error, Result, Time};
use tidegate_engine::{Engine, SystemClock};
use tidegate_server::Limits;
use tokio::sync::oneshot;

use crate::client::Client;
use story::Story;
use traffic::Traffic;

const MODEL: &str = "breast-cancer";

#[derive(Debug, Args)]
pub struct Demo {
    /// Data folder, new or without the sample; a temporary one if left out.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder for report.html.
    #[arg(long, value_name = "DIR", default_value = "tidegate-demo")]
    out: PathBuf,
}

impl Demo {
    /// Tells the story against a server of its own and writes the report; fails if a step did not happen.
    pub async fn run(self) -> Result<()> {
        let temporary = tempfile::tempdir()
            .map_err(|error| Error::internal("no temporary folder can be made").because(error))?;
        let engine = tidegate_server::start(self.data.unwrap_or_else(|| temporary.path().to_owned())).await?;
        let told = serve_and_tell(&engine, &self.out).await;
        let closed = engine.shutdown().await;
        told.and(closed)
    }
}

async fn serve_and_tell(engine: &Engine, out: &Path) -> Result<()> {
    let listener = tidegate_server::bind("127.0.0.1:0").await?;
    let here = listener.local_addr().map_err(|cause| Error::internal("no address").because(cause))?;
    let (end, ended) = oneshot::channel::<()>();
    let stop = async move {
        // Over when told so, and also when the teller is gone.
        let _ = ended.await;
    };
    let server = tokio::spawn(tidegate_server::serve(engine.clone(), listener, Limits::default(), stop));
    let told = tell(engine, &format!("http://{here}"), out).await;
    drop(end);
    server.await.map_err(|panic| Error::internal("the server failed").because(panic))??;
    told
}

async fn tell(engine: &Engine, address: &str, out: &Path) -> Result<()> {
    let samples = engine.samples_folder().ok_or_else(|| {
        Error::not_found("the samples are not there").hint("set TIDEGATE_SAMPLES to the folder `models`")
    })?;
    let client = Client::new(address)?;
    let begin = SystemClock.now();
    let traffic = Traffic::read(&samples.join(MODEL))?;
    let outcome = Story::new(&client, traffic, begin).tell().await;
    let report = write_report(engine, out, begin).await;
    let table = outcome?;
    println!("{table}");
    println!("report: {}", report?.display());
    Ok(())
}

async fn write_report(engine: &Engine, out: &Path, begin: Time) -> Result<PathBuf> {
    let html = engine.report(MODEL, begin, SystemClock.now()).await?;
    let write = || {
        std::fs::create_dir_all(out)?;
        let path = out.join("report.html");
        std::fs::write(&path, html)?;
        Ok::<_, std::io::Error>(path)
    };
    write().map_err(|error| {
        Error::invalid(format!("the report can't be written to {}: {error}", out.display()))
            .hint("name another folder with --out")
    })
}
