//! How a worker is started and what it may use. Must not know requests.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tidegate_core::{Error, Result};
use tokio::process::Command;

use crate::library;

/// How to start a worker: the program itself, with arguments that make its `main` call
/// [`worker_main`](crate::worker_main).
#[derive(Debug, Clone)]
pub struct Launcher {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// The ONNX Runtime library.
    pub library: PathBuf,
    /// Where optimised models are kept; grows by about the size of each model, and may be deleted at any time.
    pub cache: PathBuf,
}

/// What a worker may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space beyond what the bare worker has (Unix; elsewhere without effect).
    pub memory_bytes: u64,
    /// Processor time in a trial (Unix). A model at work may use as much as its requests' time allows.
    pub cpu_s: u64,
    /// Time until a model is loaded; in a trial, until its runs are over as well.
    pub wall: Duration,
}

impl Default for Limits {
    /// 8 GiB, 60 s of processor time, 60 s.
    fn default() -> Self {
        Self { memory_bytes: 8 << 30, cpu_s: 60, wall: Duration::from_secs(60) }
    }
}

impl Launcher {
    /// The running program, started as `<program> worker`, and the library as [`library::find`] finds it.
    pub fn this_program(cache: impl Into<PathBuf>) -> Result<Self> {
        let program = std::env::current_exe()
            .map_err(|cause| Error::internal("the path of the running program is unknown").because(cause))?;
        Ok(Self { program, args: vec!["worker".into()], library: library::find()?, cache: cache.into() })
    }

    /// The command, with an environment that holds nothing of ours: the library's reports about models are
    /// switched off before it can start them.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().env("ORT_DISABLE_TELEMETRY", "1").env("MALLOC_ARENA_MAX", "2");
        command.envs(KEPT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        command.current_dir(folder).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// What the loader of libraries and backtraces need.
#[cfg(not(windows))]
const KEPT: [&str; 3] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "RUST_BACKTRACE"];
#[cfg(windows)]
const KEPT: [&str; 4] = ["SystemRoot", "TEMP", "PATH", "RUST_BACKTRACE"];
