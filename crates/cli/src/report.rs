//! `tidegate report`: what a model did, as a file to keep.

use std::path::PathBuf;

use clap::Args;
use tidegate_core::{Clock, Error, Result, Time};
use tidegate_engine::{Engine, SystemClock};

use crate::{Data, output, print, reach::Reach, when};

/// Numbers, events, charts and drift of a model over a range of time, in one file.
#[derive(Debug, Args)]
#[command(after_help = "Example: tidegate report churn --from 7d --out churn.html\n\n\
    Times are dates (2026-03-01), dates with a time (2026-03-01T12:00:00Z), `now`, or lengths before now (24h, 7d).")]
pub struct ReportCommand {
    /// The model's name.
    model: String,
    #[arg(long, default_value = "24h")]
    from: String,
    #[arg(long, default_value = "now")]
    to: String,
    /// Ends in .html or .json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl ReportCommand {
    pub async fn run(self) -> Result<()> {
        let format = match self.out.extension().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => "html",
            Some("json") => "json",
            _ => {
                return Err(Error::invalid(format!("{} is neither HTML nor JSON", self.out.display()))
                    .hint("let --out end in .html or .json"));
            }
        };
        let now = SystemClock.now();
        let (from, to) = (when::read(&self.from, now)?, when::read(&self.to, now)?);
        if from >= to {
            return Err(Error::invalid(format!("--from ({}) is not before --to ({})", self.from, self.to)));
        }
        let text = match Reach::open(&self.data.folder()?).await? {
            Reach::Server(client) => {
                let (from, to) = (from.0.to_string(), to.0.to_string());
                let query = [("from", from.as_str()), ("to", to.as_str()), ("format", format)];
                client.get_text(&["api", "models", &self.model, "report"], &query).await?
            }
            Reach::Here(engine) => {
                let text = written(&engine, &self.model, from, to, format).await;
                let closed = engine.shutdown().await;
                let text = text?;
                closed?;
                text
            }
        };
        output::write(&self.out, &text)?;
        print(&format!(
            "{}: {} from {} to {}",
            self.out.display(),
            self.model,
            when::shown(from),
            when::shown(to)
        ))
    }
}

async fn written(engine: &Engine, model: &str, from: Time, to: Time, format: &str) -> Result<String> {
    if format == "html" {
        return engine.report(model, from, to).await;
    }
    serde_json::to_string(&engine.report_view(model, from, to).await?)
        .map_err(|cause| Error::internal("the report can't be written as JSON").because(cause))
}
