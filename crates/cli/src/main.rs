//! The program `tidegate`: the server without a window, and the commands that talk to it.
//!
//! Owns arguments, output and exit codes. Must not hold a rule of the product: each command is one verb of the
//! engine, or one request to the program that owns the data folder.

mod aligned;
mod client;
mod demo;
mod detect;
mod drift;
mod estimate;
mod import;
mod models;
mod output;
mod predict;
mod profile;
mod reach;
mod report;
mod serve;
mod train;
mod when;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use tidegate_core::Result;

/// Deploys ONNX models, watches them, retrains and promotes them.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves models, the API and the dashboard until it is told to stop.
    Serve(serve::Serve),
    /// Deploys a model file.
    Import(import::Import),
    /// Asks a model about rows.
    Predict(predict::Predict),
    /// Tells the story of a model in about a minute, with real requests, and writes a report.
    Demo(demo::Demo),
    Drift(drift::Drift),
    Detect(detect::Detect),
    Estimate(estimate::EstimateCommand),
    Profile(profile::ProfileCommand),
    Report(report::ReportCommand),
    Train(train::Train),
    /// Lists the models.
    Models(models::Models),
    /// Prints the OpenAPI document of the HTTP API.
    Openapi,
}

/// Where the data lies.
#[derive(Debug, Args)]
struct Data {
    /// Data folder; the user's own if left out.
    #[arg(long, value_name = "DIR", env = "TIDEGATE_DATA")]
    data: Option<PathBuf>,
}

/// How long a new model is tried.
#[derive(Debug, Args)]
struct Trial {
    /// A model that needs longer for its trial is refused, seconds.
    #[arg(long, value_name = "S", default_value_t = tidegate_server::TRIAL_S, value_parser = clap::value_parser!(u64).range(1..))]
    trial_seconds: u64,
}

impl Data {
    fn folder(&self) -> Result<PathBuf> {
        self.data.clone().map_or_else(tidegate_server::data_dir, Ok)
    }
}

fn main() -> ExitCode {
    // A worker is this program again; it must not start what the rest of `main` starts.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "worker") {
        return tidegate_runtime::worker_main();
    }
    let cli = Cli::parse();
    log_to_stderr(matches!(cli.command, Command::Serve(_)));
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            tracing::debug!(cause = ?error.cause, "failed");
            eprintln!("error: {}", error.message);
            if let Some(hint) = error.hint {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Standard output is for results; `RUST_LOG` says how much is told beside them.
fn log_to_stderr(serving: bool) {
    use tracing_subscriber::EnvFilter;
    let usual = if serving { "info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[tokio::main]
async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Drift(drift) => return drift.run(),
        Command::Serve(serve) => serve.run().await,
        Command::Import(import) => import.run().await,
        Command::Predict(predict) => predict.run().await,
        Command::Demo(demo) => demo.run().await,
        Command::Detect(detect) => detect.run(),
        Command::Estimate(estimate) => estimate.run(),
        Command::Profile(profile) => profile.run(),
        Command::Report(report) => report.run().await,
        Command::Train(train) => train.run().await,
        Command::Models(models) => models.run().await,
        Command::Openapi => print(&tidegate_server::openapi_json()),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a line to standard output; a reader that has gone (`| head`) is a reason to end, not to panic.
fn print(line: &str) -> Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|cause| tidegate_core::Error::internal("standard output can't be written").because(cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
