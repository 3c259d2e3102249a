//! Ray Jobs over REST, as Ray 2.60 answers (`docs/external-training.md` says what was tried).
//!
//! Owns how a job is submitted, asked for and stopped. Ray has no way to fetch a file: the result comes through the
//! shared folder. Must not know when that is done.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate_core::{Error, Result, runner::RayRunner};

use crate::{
    folder::{Job, hex},
    follow::{Place, Status, Terms},
    http::{ask, client, token, told},
    line::Lines,
    package,
};

/// Ray hands out a log whole, each time: the longer it is the rarer it is asked for.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
const UPLOADED_WITHIN: Duration = Duration::from_secs(300);
/// A job that was told to stop may take so long.
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Ray<'a> {
    of: &'a RayRunner,
    key: String,
    token: Option<String>,
    /// Bytes of the log that were read.
    read: usize,
    lines: Lines,
}

#[derive(Debug, Deserialize)]
struct Details {
    status: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    driver_exit_code: Option<i64>,
}

#[derive(Deserialize)]
struct Logs {
    logs: String,
}

#[derive(Deserialize)]
struct Version {
    ray_version: String,
}

impl<'a> Ray<'a> {
    pub fn new(of: &'a RayRunner) -> Result<Self> {
        Self::with_key(of, "")
    }

    /// For a job that was submitted before.
    pub fn with_key(of: &'a RayRunner, key: &str) -> Result<Self> {
        let token = of.token_file.as_deref().map(token).transpose()?;
        Ok(Self { of, key: key.into(), token, read: 0, lines: Lines::default() })
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = format!("{}{path}", self.of.url.trim_end_matches('/'));
        let time_out = if method == Method::PUT { UPLOADED_WITHIN } else { ANSWERED_WITHIN };
        let request = client()?.request(method, url).timeout(time_out);
        Ok(self.token.iter().fold(request, |request, token| request.bearer_auth(token)))
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, request: RequestBuilder) -> Result<T> {
        let text = ask(request).await?;
        serde_json::from_str(&text).map_err(|error| {
            Error::invalid(format!("`runner.url`: this is no answer of Ray's: {}", told(&text)))
                .hint("give the address of the dashboard, such as http://127.0.0.1:8265")
                .because(error)
        })
    }

    /// Uploads the package, unless the cluster has it.
    async fn upload(&self, job: &Job) -> Result<String> {
        let (packed, code) = (job.clone(), self.of.code.clone());
        let zip = tokio::task::spawn_blocking(move || package::pack(&packed, code.as_deref().map(Path::new)));
        let zip = zip.await.map_err(|error| Error::internal("packing broke off").because(error))??;
        let name = format!("_ray_pkg_{}.zip", &hex(&Sha256::digest(&zip))[..32]);
        let path = format!("/api/packages/gcs/{name}");
        match ask(self.request(Method::GET, &path)?).await {
            Ok(_) => {}
            Err(error) if error.code == tidegate_core::Code::NotFound => {
                ask(self.request(Method::PUT, &path)?.body(zip)).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(format!("gcs://{name}"))
    }

    async fn details(&self) -> Result<Details> {
        self.json(self.request(Method::GET, &format!("/api/jobs/{}", self.key))?).await
    }

    pub async fn version(&self) -> Result<String> {
        let version: Version = self.json(self.request(Method::GET, "/api/version")?).await?;
        Ok(version.ray_version)
    }
}

impl Place for Ray<'_> {
    fn terms(&self) -> Terms {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        // A second for each MiB of log.
        let pause = Duration::from_secs((self.read >> 20) as u64).clamp(PAUSE, LONGEST_PAUSE);
        Terms {
            timeout: seconds(self.of.timeout_s),
            lost_after: seconds(self.of.lost_after_s),
            pause,
            remote: true,
        }
    }

    async fn submit(&mut self, job: &Job) -> Result<()> {
        self.key.clone_from(&job.key);
        let package = self.upload(job).await?;
        let environment: serde_json::Map<String, Value> = job
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .chain(self.of.env.iter().map(|(name, value)| (name.clone(), json!(value))))
            .collect();
        let body = json!({
            "entrypoint": self.of.entrypoint,
            "submission_id": job.key,
            "runtime_env": { "working_dir": package, "env_vars": environment },
            "metadata": { "tidegate": job.key },
            "entrypoint_num_cpus": self.of.cpus,
            "entrypoint_num_gpus": self.of.gpus,
        });
        match ask(self.request(Method::POST, "/api/jobs/")?.json(&body)).await {
            // A head on another node answers 500 for what is 400 on this.
            Err(error) if error.message.contains("already exists") => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn status(&mut self) -> Result<Status> {
        let details = self.details().await.map_err(|error| match error.code {
            tidegate_core::Code::NotFound => Error::invalid(format!(
                "the cluster does not know the job {} any more: it was restarted, or the job was deleted",
                self.key
            ))
            .hint("retrain again"),
            _ => error,
        })?;
        let message = details.message.unwrap_or_default();
        Ok(match (&details.status[..], details.driver_exit_code) {
            ("PENDING", _) => Status::Waiting(format!("waiting: {}", told(&message))),
            ("RUNNING", _) => Status::Running,
            ("SUCCEEDED", _) => Status::Succeeded,
            ("STOPPED", _) => Status::Failed("was stopped on the cluster".into()),
            ("FAILED", Some(code)) => Status::Failed(format!("ended with exit code {code}")),
            ("FAILED", None) => Status::Failed(format!("failed: {}", why(&message))),
            (other, _) => Status::Waiting(format!("{}: {}", other.to_lowercase(), told(&message))),
        })
    }

    async fn lines(&mut self, over: bool) -> Result<Vec<String>> {
        let request = self.request(Method::GET, &format!("/api/jobs/{}/logs", self.key))?;
        let Logs { logs } = self.json(request).await?;
        // One that became shorter was begun anew.
        let new = logs.as_bytes().get(self.read..).unwrap_or(logs.as_bytes());
        let mut found = self.lines.take(new);
        self.read = logs.len();
        if over {
            found.extend(self.lines.rest());
        }
        Ok(found)
    }

    async fn cancel(&mut self) -> Result<()> {
        let begun = Instant::now();
        ask(self.request(Method::POST, &format!("/api/jobs/{}/stop", self.key))?).await?;
        while ["PENDING", "RUNNING"].contains(&&self.details().await?.status[..]) {
            if begun.elapsed() > STOPPED_WITHIN {
                return Err(Error::unavailable(format!("the job {} was told to stop and runs on", self.key)));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// Of a traceback of many lines the first sentence and the last.
fn why(message: &str) -> String {
    let lines = || message.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, last) = (lines().next().unwrap_or_default(), lines().next_back().unwrap_or_default());
    if first == last { told(first) } else { format!("{} {}", told(first), told(last)) }
}

pub fn check(of: &RayRunner) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`runner.{field}` {fix}")));
    crate::http::check(&of.url, "the address of a dashboard, such as http://127.0.0.1:8265")?;
    if of.entrypoint.trim().is_empty() {
        return wrong("entrypoint", "must say what to run, such as `python train.py`");
    }
    let whole = |count: f64| (0.0..=10_000.0).contains(&count);
    if !whole(of.cpus) || !whole(of.gpus) {
        return wrong("cpus", "and `runner.gpus` must be 0 to 10000");
    }
    crate::shared::check(&of.shared)?;
    crate::shared::check_times(of.timeout_s, of.lost_after_s)?;
    crate::environment::check(&of.env)
}

/// That the head answers, the code is there and the shared folder can be written.
pub async fn test(of: &RayRunner) -> Result<String> {
    let version = Ray::new(of)?.version().await?;
    if let Some(code) = of.code.as_deref().filter(|code| !Path::new(code).is_dir()) {
        return Err(Error::invalid(format!("`runner.code`: {code} is no folder on this machine")));
    }
    crate::shared::test(&of.shared)?;
    Ok(format!("Ray {version} answers, and {} can be written", of.shared.folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracebacks_are_told_by_their_last_line() {
        let message = "runtime_env setup failed: Failed to set up runtime environment.\nTraceback (most recent call \
                       last):\n  File \"x.py\", line 1\nOSError: Failed to download";
        let said = why(message);
        assert!(
            said.starts_with("runtime_env setup failed") && said.ends_with("Failed to download"),
            "{said}"
        );
        let trace = "Traceback (most recent call last):\n  File \"x\"\nTypeError: unexpected keyword\n.\n";
        assert_eq!(told(trace), "TypeError: unexpected keyword");
    }
}
