//! `tidegate import`: a model file in, through whoever owns the data folder.

use std::path::{Path, PathBuf};

use clap::Args;
use tidegate_core::{Error, Result};
use tidegate_engine::{Engine, view::DeployRequest};

use crate::{Data, Trial, client::Client, print, reach::Reach};

#[derive(Debug, Args)]
pub struct Import {
    /// The model file.
    file: PathBuf,
    /// The model's name; taken from the file if left out.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    trial: Trial,
}

impl Import {
    pub async fn run(self) -> Result<()> {
        let (model, version) = match Reach::open_with(&self.data.folder()?, self.trial.trial_seconds).await? {
            Reach::Server(client) => self.send(&client).await?,
            Reach::Here(engine) => {
                let deployed = deploy(&engine, &self.file, self.name).await;
                let closed = engine.shutdown().await;
                let deployed = deployed?;
                closed?;
                deployed
            }
        };
        print(&format!("{model} version {version} is deployed"))
    }

    async fn send(&self, client: &Client) -> Result<(String, u64)> {
        let name = self.file.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Error::invalid(format!("{} has no file name", self.file.display())))?;
        refuse_what_cannot_travel(&self.file)?;
        let mut query = vec![("filename", name)];
        query.extend(self.name.as_deref().map(|name| ("name", name)));
        let file = tokio::fs::File::open(&self.file).await.map_err(|cause| {
            Error::invalid(format!("{} can't be read: {cause}", self.file.display())).because(cause)
        })?;
        let deployed = client.post_bytes(&["api", "models"], &query, file.into()).await?;
        let model = deployed["model"].as_str().unwrap_or(name).to_owned();
        Ok((model, deployed["version"].as_u64().unwrap_or(0)))
    }
}

/// What is no file would only break the connection, and of a model in several files one alone would arrive.
fn refuse_what_cannot_travel(file: &Path) -> Result<()> {
    let inspection = tidegate_onnx::inspect(file)?;
    if let Some(finding) = inspection.refusal() {
        return Err(Error::invalid(format!("{}: {}", finding.subject, finding.message)));
    }
    match inspection.external_files.first() {
        None => Ok(()),
        Some(data) => Err(Error::unsupported(format!(
            "{} keeps data in `{data}`, which can't be sent to a running server",
            file.display()
        ))
        .hint("put both into the folder that the server watches, or import while no server runs")),
    }
}

async fn deploy(engine: &Engine, file: &Path, name: Option<String>) -> Result<(String, u64)> {
    let staged = engine.stage_file(file).await?;
    let deployed = engine.deploy(&staged.token, DeployRequest { name, who: None }).await?;
    Ok((deployed.model, deployed.version.into()))
}
