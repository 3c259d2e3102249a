//! Where a retraining's work is done: here by a native trainer, or by a job handed to something else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Time;
pub use crate::data::DataFormat;

/// What does the training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Runner {
    /// The native trainer that fits the file.
    #[default]
    Builtin,
    /// A program on this machine.
    Command(CommandRunner),
    /// A job on a Ray cluster, over its REST interface.
    Ray(RayRunner),
    /// A batch/v1 Job on a Kubernetes cluster.
    Kubernetes(Box<KubernetesRunner>),
}

impl Runner {
    pub fn is_builtin(&self) -> bool {
        *self == Self::Builtin
    }
}

/// A program that is started in the job's folder, without a shell unless the program is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CommandRunner {
    /// A path, or a name that is looked for in `PATH`.
    pub program: String,
    #[serde(default)]
    pub args: Vec<String>,
    /// Added to the program's environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub data: DataFormat,
    /// It is ended after so many seconds.
    #[serde(default = "an_hour")]
    pub timeout_s: u32,
    /// It is ended when it and what it started hold more memory than this, MiB; `null`: no limit.
    #[serde(default)]
    pub memory_mib: Option<u32>,
}

/// What the job hands back goes through a folder that both sides see: Ray has no way to fetch a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RayRunner {
    /// Of the dashboard: `http://127.0.0.1:8265`.
    pub url: String,
    /// A line for the cluster's shell, run in the uploaded folder: `python train.py`.
    pub entrypoint: String,
    /// A folder on this machine that is uploaded beside the job's own files.
    #[serde(default)]
    pub code: Option<String>,
    #[serde(flatten)]
    pub shared: Shared,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub data: DataFormat,
    /// Processors that the entry point takes up.
    #[serde(default)]
    pub cpus: f64,
    #[serde(default)]
    pub gpus: f64,
    /// A file on this machine that holds the bearer token.
    #[serde(default)]
    pub token_file: Option<String>,
    #[serde(default = "an_hour")]
    pub timeout_s: u32,
    /// The run fails when the cluster can't be reached for so many seconds.
    #[serde(default = "five_minutes")]
    pub lost_after_s: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KubernetesRunner {
    /// Of the API server, or of `kubectl proxy`: `http://127.0.0.1:8001`; empty: as the kubeconfig says, or, in a pod,
    /// its own cluster.
    #[serde(default)]
    pub url: String,
    /// A kubeconfig on this machine; `null`: that of `$KUBECONFIG`, or `~/.kube/config`.
    #[serde(default)]
    pub kubeconfig: Option<String>,
    /// Of the kubeconfig; `null`: the current one.
    #[serde(default)]
    pub context: Option<String>,
    /// A file on this machine that holds the bearer token.
    #[serde(default)]
    pub token_file: Option<String>,
    /// A file on this machine that holds the certificate of who signed the server's own (PEM).
    #[serde(default)]
    pub ca_file: Option<String>,
    #[serde(default = "default_namespace")]
    pub namespace: String,
    pub image: String,
    /// In place of the image's entry point; empty: that.
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub args: Vec<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The claim of the volume that `folder` is on; mounted at `there`.
    pub claim: String,
    #[serde(flatten)]
    pub shared: Shared,
    #[serde(default)]
    pub data: DataFormat,
    #[serde(default = "one_cpu")]
    pub cpu: String,
    #[serde(default = "two_gibibytes")]
    pub memory: String,
    #[serde(default)]
    pub gpus: u32,
    #[serde(default)]
    pub service_account: Option<String>,
    #[serde(default = "an_hour")]
    pub timeout_s: u32,
    #[serde(default = "five_minutes")]
    pub lost_after_s: u32,
    /// The cluster forgets a finished job after so many seconds.
    #[serde(default = "a_day")]
    pub keep_s: u32,
}

/// One folder, as it is called here and where the job runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Shared {
    /// On this machine.
    pub folder: String,
    /// Where the job runs; `null`: the same.
    #[serde(default)]
    pub there: Option<String>,
}

impl Shared {
    pub fn there(&self) -> &str {
        self.there.as_deref().unwrap_or(&self.folder)
    }
}

/// A job that was handed over, as a run keeps it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = TrainingJob)]
pub struct Job {
    /// What it is called where it runs; the same job is never started twice.
    pub key: String,
    /// "ray at http://127.0.0.1:8265".
    pub place: String,
    /// What is known of it: "running", "the cluster can't be reached".
    pub state: String,
    pub step: u32,
    pub total: u32,
    /// The newest of each.
    pub metrics: BTreeMap<String, f64>,
    /// What it wrote, but for its progress: the first lines and the last.
    pub lines: Vec<String>,
    /// Lines left out between them.
    pub left_out: u64,
    pub submitted: Option<Time>,
}

/// First and last lines that are kept.
const FIRST: usize = 100;
const LAST: usize = 400;

impl Job {
    pub fn keep(&mut self, line: String) {
        if self.lines.len() >= FIRST + LAST {
            self.lines.remove(FIRST);
            self.left_out += 1;
        }
        self.lines.push(line);
    }
}

fn an_hour() -> u32 {
    3_600
}

fn five_minutes() -> u32 {
    300
}

fn a_day() -> u32 {
    86_400
}

fn default_namespace() -> String {
    "default".into()
}

fn one_cpu() -> String {
    "1".into()
}

fn two_gibibytes() -> String {
    "2Gi".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_lines_are_kept() {
        let mut job = Job::default();
        (0..1_000).for_each(|line| job.keep(line.to_string()));
        assert_eq!((job.lines.len(), job.left_out), (500, 500));
        assert_eq!((&job.lines[99][..], &job.lines[100][..], &job.lines[499][..]), ("99", "600", "999"));
    }
}
