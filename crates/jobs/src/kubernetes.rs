//! A batch/v1 Job on a Kubernetes cluster, typed as its API is published.
//!
//! Owns the manifest, and how it is applied, asked for and deleted. The result comes through the shared volume. Must
//! not know when that is done.

mod connect;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use k8s_openapi::{
    api::{
        batch::v1::{Job as Manifest, JobSpec},
        core::v1::{
            Container, EnvVar, PersistentVolumeClaimVolumeSource, Pod, PodSpec, PodTemplateSpec,
            ResourceRequirements, Volume, VolumeMount,
        },
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, LogParams, PostParams},
};
use tidegate_core::{Code, Error, Result, runner::KubernetesRunner};

use crate::{
    folder::Job,
    follow::{Place, Status, Terms},
    http::told,
    line::Lines,
};

const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A job that was deleted may take so long to go: its pods have half a minute to end.
const GONE_WITHIN: Duration = Duration::from_secs(45);
const CONTAINER: &str = "train";
const VOLUME: &str = "shared";
/// By which the job's pods are found.
const JOB_NAME: &str = "batch.kubernetes.io/job-name";

/// What is applied: one pod, tried once, which ends after its time and is forgotten after another.
pub fn manifest(of: &KubernetesRunner, key: &str, environment: &[(String, String)]) -> Manifest {
    let labels = BTreeMap::from([
        ("app.kubernetes.io/managed-by".to_owned(), "tidegate".to_owned()),
        ("app.kubernetes.io/component".to_owned(), "training".to_owned()),
    ]);
    let pod = PodSpec {
        restart_policy: Some("Never".into()),
        service_account_name: of.service_account.clone(),
        automount_service_account_token: Some(of.service_account.is_some()),
        containers: vec![container(of, key, environment)],
        volumes: Some(vec![Volume {
            name: VOLUME.into(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: of.claim.clone(),
                ..PersistentVolumeClaimVolumeSource::default()
            }),
            ..Volume::default()
        }]),
        ..PodSpec::default()
    };
    Manifest {
        metadata: ObjectMeta {
            name: Some(key.into()),
            namespace: Some(of.namespace.clone()),
            labels: Some(labels.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(JobSpec {
            backoff_limit: Some(0),
            active_deadline_seconds: Some(of.timeout_s.into()),
            ttl_seconds_after_finished: Some(of.keep_s.try_into().unwrap_or(i32::MAX)),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() }),
                spec: Some(pod),
            },
            ..JobSpec::default()
        }),
        status: None,
    }
}

fn container(of: &KubernetesRunner, key: &str, environment: &[(String, String)]) -> Container {
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    let variable = |(name, value): (&String, &String)| EnvVar {
        name: name.clone(),
        value: Some(value.clone()),
        ..EnvVar::default()
    };
    let own = environment.iter().map(|(name, value)| (name, value));
    let mut resources = BTreeMap::from([
        ("cpu".to_owned(), Quantity(of.cpu.clone())),
        ("memory".to_owned(), Quantity(of.memory.clone())),
    ]);
    if of.gpus > 0 {
        resources.insert("nvidia.com/gpu".into(), Quantity(of.gpus.to_string()));
    }
    Container {
        name: CONTAINER.into(),
        image: Some(of.image.clone()),
        command: some(&of.command),
        args: some(&of.args),
        working_dir: Some(format!("{}/{key}", of.shared.there())),
        env: Some(own.chain(&of.env).map(variable).collect()),
        resources: Some(ResourceRequirements {
            limits: Some(resources.clone()),
            requests: Some(resources),
            ..ResourceRequirements::default()
        }),
        volume_mounts: Some(vec![VolumeMount {
            name: VOLUME.into(),
            mount_path: of.shared.there().into(),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    }
}

pub struct Kubernetes<'a> {
    of: &'a KubernetesRunner,
    client: Client,
    key: String,
    read: usize,
    lines: Lines,
}

impl<'a> Kubernetes<'a> {
    pub async fn new(of: &'a KubernetesRunner) -> Result<Self> {
        Self::with_key(of, "").await
    }

    /// For a job that was submitted before.
    pub async fn with_key(of: &'a KubernetesRunner, key: &str) -> Result<Self> {
        let client = connect::client(of).await?;
        Ok(Self { of, client, key: key.into(), read: 0, lines: Lines::default() })
    }

    fn jobs(&self) -> Api<Manifest> {
        Api::namespaced(self.client.clone(), &self.of.namespace)
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.of.namespace)
    }

    /// There is one, since it is tried once.
    async fn pod(&self) -> Result<Option<Pod>> {
        let of_job = ListParams::default().labels(&format!("{JOB_NAME}={}", self.key));
        Ok(self.pods().list(&of_job).await.map_err(connect::error)?.items.into_iter().next())
    }

    pub async fn version(&self) -> Result<String> {
        let version = self.client.apiserver_version().await.map_err(connect::error)?;
        // That jobs may be seen says more than that the server answers.
        self.jobs().list(&ListParams::default().limit(1)).await.map_err(connect::error)?;
        Ok(version.git_version)
    }
}

impl Place for Kubernetes<'_> {
    fn terms(&self) -> Terms {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let pause = Duration::from_secs((self.read >> 20) as u64).clamp(PAUSE, LONGEST_PAUSE);
        let (timeout, lost_after) = (seconds(self.of.timeout_s), seconds(self.of.lost_after_s));
        Terms { timeout, lost_after, pause, remote: true }
    }

    async fn submit(&mut self, job: &Job) -> Result<()> {
        self.key.clone_from(&job.key);
        let manifest = manifest(self.of, &job.key, &job.environment);
        match self.jobs().create(&PostParams::default(), &manifest).await.map_err(connect::error) {
            // Its name is the key: it is there already.
            Err(error) if error.code == Code::Conflict => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn status(&mut self) -> Result<Status> {
        let found = self.jobs().get(&self.key).await.map_err(connect::error);
        let found = found.map_err(|error| match error.code {
            Code::NotFound => Error::invalid(format!(
                "the cluster does not know the job {} any more: it was deleted",
                self.key
            ))
            .hint("retrain again"),
            _ => error,
        })?;
        let status = found.status.unwrap_or_default();
        for condition in status.conditions.iter().flatten().filter(|condition| condition.status == "True") {
            match &condition.type_[..] {
                "Complete" => return Ok(Status::Succeeded),
                "Failed" => {
                    let message = condition.message.clone().unwrap_or_default();
                    return Ok(Status::Failed(match self.pod().await?.as_ref().and_then(exit_code) {
                        Some(code) => format!("ended with exit code {code}: {message}"),
                        None => format!("failed: {message}"),
                    }));
                }
                _ => {}
            }
        }
        let pod = self.pod().await?;
        Ok(match pod.as_ref().and_then(|pod| pod.status.as_ref()) {
            None => Status::Waiting("waiting for a pod".into()),
            Some(status) if status.phase.as_deref() == Some("Pending") => {
                Status::Waiting(waiting(pod.as_ref()))
            }
            Some(_) => Status::Running,
        })
    }

    async fn lines(&mut self, over: bool) -> Result<Vec<String>> {
        let name = self.pod().await?.and_then(|pod| pod.metadata.name);
        let mut found = Vec::new();
        if let Some(name) = name {
            let of_job = LogParams { container: Some(CONTAINER.into()), ..LogParams::default() };
            let log = match self.pods().logs(&name, &of_job).await.map_err(connect::error) {
                // Its container has not begun.
                Err(error) if error.code == Code::Invalid => String::new(),
                log => log?,
            };
            let new = log.as_bytes().get(self.read..).unwrap_or(log.as_bytes());
            found = self.lines.take(new);
            self.read = log.len();
        }
        if over {
            found.extend(self.lines.rest());
        }
        Ok(found)
    }

    async fn cancel(&mut self) -> Result<()> {
        let (jobs, begun) = (self.jobs(), Instant::now());
        let deleted = jobs.delete(&self.key, &DeleteParams::foreground()).await.map(drop);
        let mut answer = deleted.map_err(connect::error);
        while begun.elapsed() < GONE_WITHIN {
            match answer {
                Err(error) if error.code == Code::NotFound => return Ok(()),
                Err(error) => return Err(error),
                Ok(()) => tokio::time::sleep(PAUSE).await,
            }
            answer = jobs.get(&self.key).await.map(drop).map_err(connect::error);
        }
        Err(Error::unavailable(format!("the job {} was deleted and is still there", self.key)))
    }
}

fn exit_code(pod: &Pod) -> Option<i32> {
    let containers = pod.status.as_ref()?.container_statuses.as_ref()?;
    let state = containers.iter().find(|container| container.name == CONTAINER)?.state.as_ref()?;
    Some(state.terminated.as_ref()?.exit_code)
}

/// Why its pod has not begun: no room, no image.
fn waiting(pod: Option<&Pod>) -> String {
    let status = pod.and_then(|pod| pod.status.as_ref());
    let container = status.and_then(|status| {
        let state = status.container_statuses.as_ref()?.first()?.state.as_ref()?;
        let waiting = state.waiting.as_ref()?;
        Some((waiting.reason.clone()?, waiting.message.clone().unwrap_or_default()))
    });
    let unscheduled = status.and_then(|status| {
        let condition = status.conditions.as_ref()?.iter().find(|condition| condition.status == "False")?;
        Some((condition.reason.clone()?, condition.message.clone().unwrap_or_default()))
    });
    match container.or(unscheduled) {
        Some((reason, message)) => format!("waiting: {reason} {}", told(&message)).trim_end().to_owned(),
        None => "waiting for its pod to begin".into(),
    }
}

pub fn check(of: &KubernetesRunner) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`runner.{field}` {fix}")));
    if of.url.is_empty() {
        if of.token_file.is_some() || of.ca_file.is_some() {
            return wrong("url", "is empty: a token or an authority is that of an address");
        }
    } else {
        let example = "an API server's address, or that of `kubectl proxy`: http://127.0.0.1:8001";
        crate::http::check(&of.url, example)?;
        if of.kubeconfig.is_some() || of.context.is_some() {
            return wrong("kubeconfig", "names a cluster, and so does `url`: leave one of them out");
        }
    }
    let label = |text: &str| {
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        (1..=63).contains(&text.len())
            && text.chars().all(|c| ends(c) || c == '-')
            && text.starts_with(ends)
            && text.ends_with(ends)
    };
    let dotted = |text: &str| text.len() <= 253 && text.split('.').all(label);
    if !label(&of.namespace) {
        return wrong("namespace", "must be a name such as `training`: lower-case letters, digits and `-`");
    }
    if of.image.trim().is_empty() || of.image.contains(char::is_whitespace) {
        return wrong("image", "must name an image, such as `registry.example.org/train:3`");
    }
    if !dotted(&of.claim) {
        return wrong("claim", "must name a PersistentVolumeClaim");
    }
    if of.service_account.as_deref().is_some_and(|name| !dotted(name)) {
        return wrong("service_account", "must be the name of a ServiceAccount");
    }
    let quantity = |text: &str| {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        number.parse::<f64>().is_ok_and(|number| number > 0.0)
            && ["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"].contains(&&text[number.len()..])
    };
    if !quantity(&of.cpu) {
        return wrong("cpu", "must be a quantity such as `2` or `500m`");
    }
    if !quantity(&of.memory) {
        return wrong("memory", "must be a quantity such as `4Gi`");
    }
    crate::shared::check(&of.shared)?;
    crate::shared::check_times(of.timeout_s, of.lost_after_s)?;
    crate::environment::check(&of.env)
}

pub async fn test(of: &KubernetesRunner) -> Result<String> {
    let version = Kubernetes::new(of).await?.version().await?;
    crate::shared::test(&of.shared)?;
    Ok(format!("Kubernetes {version} answers, and {} can be written", of.shared.folder))
}
