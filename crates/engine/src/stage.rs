//! The way of a model in: inspect and scan, try in a disposable worker, store, deploy.
//!
//! A staged model is looked at and tried but not yet anything's version; discarding it leaves nothing behind.
//! Must not know where the bytes came from.

use std::{
    io::{ErrorKind, Read},
    path::Path,
    sync::Arc,
    time::Duration,
};

use sha2::{Digest, Sha256};
use tidegate_core::{Code, Error, Result, Time, inspection::Inspection, model::Source};
use tidegate_onnx::proto::ModelProto;
use tidegate_runtime::Limits;
use tidegate_store::{Make, Staging};
use tidegate_train::Probe;

use crate::{
    Engine,
    admit::Admission,
    clock, lock,
    view::{DeployRequest, Deployed, Existing, Refusal, Staged, TrialView},
};

/// Staged models not deployed within this time are thrown away.
const STAGED_KEPT_MS: i64 = 30 * 60_000;
/// Larger files are served but not read whole to see whether they can be retrained.
const PROBE_BYTES: u64 = 512 << 20;

/// A staged file and what is known of it.
#[derive(Debug)]
pub(crate) struct Held {
    /// Its bytes; of a refused file only the view stays.
    pub folder: Option<Staging>,
    pub view: Staged,
    since: Time,
}

impl Engine {
    /// Looks at a model file on this machine and tries it; external data files beside it come along.
    pub async fn stage_file(&self, path: &Path) -> Result<Staged> {
        let name = telling_name(path);
        tidegate_onnx::recognise(path)?;
        let folder = self.store.stage()?;
        let (from, to) = (path.to_owned(), folder.path().to_owned());
        let original = blocking(move || copy_model(&from, &to)).await?;
        self.stage(folder, name, original).await
    }

    /// Looks at uploaded bytes and tries them.
    pub async fn stage_bytes(&self, file_name: &str, bytes: bytes::Bytes) -> Result<Staged> {
        let folder = self.store.stage()?;
        let model = folder.path().join("model.onnx");
        let named = folder.path().join("upload").with_extension(extension(file_name));
        blocking(move || {
            std::fs::write(&named, &bytes).map_err(write_error)?;
            tidegate_onnx::recognise(&named)?;
            std::fs::rename(&named, &model).map_err(write_error)
        })
        .await?;
        self.stage(folder, file_name.to_owned(), None).await
    }

    /// `refused` is what was found against the original, where that is not what is staged.
    async fn stage(&self, folder: Staging, file_name: String, refused: Option<Inspection>) -> Result<Staged> {
        let model = folder.path().join("model.onnx");
        let look = model.clone();
        let (inspection, sha256, bytes, probe) = blocking(move || look_at(&look)).await?;
        let inspection = refused.unwrap_or(inspection);
        let schema = tidegate_onnx::infer_schema(&inspection);
        let name = proposed_name(&file_name, &inspection);
        let refused = inspection.refusal().map(|finding| Refusal {
            message: format!("{}: {}", finding.subject, finding.message),
            hint: Some("nothing of this file was run or kept".into()),
        });
        let mut view = Staged {
            token: clock::token(),
            file_name,
            sha256,
            bytes,
            name,
            inspection,
            schema,
            trial: None,
            refused,
            existing: None,
            probe,
        };
        if view.refused.is_none() {
            match self.try_model(&model, view.bytes).await {
                Ok(trial) => view.trial = Some(trial),
                Err(error) => {
                    view.refused = Some(Refusal { message: error.message, hint: error.hint });
                }
            }
        }
        view.existing = self.existing(&view).await?;
        let folder = view.refused.is_none().then_some(folder);
        let held = Held { folder, view: view.clone(), since: self.clock.now() };
        lock(&self.staged).insert(view.token.clone(), held);
        Ok(view)
    }

    async fn try_model(&self, model: &Path, bytes: u64) -> Result<TrialView> {
        let limits = Limits {
            memory_bytes: (4 << 30) + bytes.saturating_mul(4),
            cpu_s: 60,
            wall: Duration::from_secs(self.options.trial_s),
        };
        let trial = self.launcher.trial(model, &limits).await?;
        Ok(TrialView {
            load_ms: trial.load_us as f64 / 1e3,
            first_run_ms: trial.first_run_us as f64 / 1e3,
            median_run_ms: trial.median_run_us as f64 / 1e3,
            peak_memory: trial.peak_memory_bytes,
            note: trial.note,
        })
    }

    /// What the model that already has this name makes of the file.
    async fn existing(&self, view: &Staged) -> Result<Option<Existing>> {
        let Ok(route) = self.route(&view.name) else { return Ok(None) };
        let versions = self.store.versions(route.id).await?;
        let Some(newest) = versions.iter().max_by_key(|version| version.number) else { return Ok(None) };
        Ok(Some(Existing {
            next_version: newest.number + 1,
            diff: tidegate_onnx::signature_diff(&newest.inspection.signature, &view.inspection.signature),
            same_as: versions.iter().find(|version| version.sha256 == view.sha256).map(|v| v.number),
        }))
    }

    pub fn staged(&self, token: &str) -> Result<Staged> {
        lock(&self.staged).get(token).map(|held| held.view.clone()).ok_or_else(|| no_staged(token))
    }

    /// Throws away what nobody deployed in time.
    pub(crate) async fn discard_old(&self) -> Result<()> {
        let now = self.clock.now();
        lock(&self.staged).retain(|_, held| now.since(held.since) < STAGED_KEPT_MS);
        Ok(())
    }

    /// Throws a staged model away.
    pub fn discard(&self, token: &str) -> Result<()> {
        lock(&self.staged).remove(token).map(drop).ok_or_else(|| no_staged(token))
    }

    /// Makes a staged model a version and serves it: champion of a new model; for a known one it replaces the
    /// champion when its signature fits, else it waits as challenger.
    pub async fn deploy(&self, token: &str, request: DeployRequest) -> Result<Deployed> {
        let view = self.staged(token)?;
        if let Some(refused) = &view.refused {
            return Err(refusal(refused));
        }
        let name = request.name.unwrap_or_else(|| view.name.clone());
        // Before the file is taken: a wrong name must not cost a second upload.
        tidegate_store::check_name(&name)?;
        let held = lock(&self.staged).remove(token).ok_or_else(|| no_staged(token))?;
        if let Err(error) = self.refuse_repeat(&name, &view.sha256).await {
            // Nor must a name that has these bytes already.
            lock(&self.staged).insert(token.into(), held);
            return Err(error);
        }
        let admission = Admission {
            make: self.making(&name, &view).await?,
            source: Source::Import { file: view.file_name.clone() },
            schema: None,
            who: request.who.unwrap_or_else(|| "you".into()),
        };
        self.admit(held, name, admission).await
    }

    /// Callers of the champion must not be broken by a file with other inputs: that one waits as challenger.
    async fn making(&self, name: &str, view: &Staged) -> Result<Make> {
        let Ok(route) = self.route(name) else { return Ok(Make::Champion) };
        let champion = self.champion_version(&route.model()).await?;
        let fits = champion.is_none_or(|champion| {
            let (old, new) = (&champion.inspection.signature, &view.inspection.signature);
            tidegate_onnx::signature_diff(old, new).is_empty()
        });
        Ok(if fits { Make::Champion } else { Make::Challenger })
    }

    async fn refuse_repeat(&self, name: &str, sha256: &str) -> Result<()> {
        let Ok(route) = self.route(name) else { return Ok(()) };
        let versions = self.store.versions(route.id).await?;
        match versions.iter().find(|version| version.sha256 == sha256) {
            Some(same) => {
                Err(Error::conflict(format!("these bytes are already version {} of `{name}`", same.number)))
            }
            None => Ok(()),
        }
    }
}

fn refusal(refused: &Refusal) -> Error {
    let error = Error::invalid(refused.message.clone());
    refused.hint.iter().fold(error, |error, hint| error.hint(hint))
}

/// The file's name; of `churn/model.onnx` and `churn/1/model.onnx` the folder says more.
fn telling_name(path: &Path) -> String {
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).and_then(|name| name.to_str()).map(str::to_owned)
    };
    let folders = path.ancestors().skip(1).map(|folder| name(Some(folder)));
    let telling = folders.flatten().find(|folder| folder.parse::<u32>().is_err());
    match (name(Some(path)), telling) {
        (Some(file), Some(folder)) if file == "model.onnx" => format!("{folder}.onnx"),
        (Some(file), _) => file,
        (None, _) => "model.onnx".into(),
    }
}

pub(crate) fn no_staged(token: &str) -> Error {
    Error::not_found(format!("no import `{token}` is waiting"))
        .hint("imports are kept for 30 minutes; add the file again")
}

fn write_error(error: std::io::Error) -> Error {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        return Error::unavailable("the disk is full: the model could not be stored")
            .hint("free some space on the disk of the data folder")
            .because(error);
    }
    let message = format!("the model could not be stored: {error}");
    Error::new(Code::Internal, message)
        .hint("check the free space and the rights of the data folder")
        .because(error)
}

fn extension(file_name: &str) -> &str {
    Path::new(file_name).extension().and_then(|extension| extension.to_str()).unwrap_or("onnx")
}

fn look_at(model: &Path) -> Result<(Inspection, String, u64, Probe)> {
    let inspection = tidegate_onnx::inspect(model)?;
    let (sha256, bytes) = hash(model).map_err(write_error)?;
    let probe = if bytes <= PROBE_BYTES && inspection.refusal().is_none() {
        tidegate_train::probe(&tidegate_onnx::read(model)?)
    } else {
        tidegate_train::probe(&ModelProto::default())
    };
    Ok((inspection, sha256, bytes, probe))
}

/// SHA-256 of a file in lower-case hex, and its bytes.
pub(crate) fn hash(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 20], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok((hex(&hasher.finalize()), bytes))
}

/// Lower-case, as artifacts are named.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies a model and the external data files it names, so that the original may move. Data files of a model that
/// is refused are left where they are; its inspection says why.
fn copy_model(from: &Path, to: &Path) -> Result<Option<Inspection>> {
    std::fs::copy(from, to.join("model.onnx")).map_err(write_error)?;
    let inspection = tidegate_onnx::inspect(from)?;
    if inspection.refusal().is_some() {
        return Ok(Some(inspection));
    }
    let folder = from.parent().unwrap_or(Path::new("."));
    for file in &inspection.external_files {
        let target = to.join(file);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(write_error)?;
        }
        std::fs::copy(folder.join(file), target).map_err(write_error)?;
    }
    Ok(None)
}

/// The file's name without its ending; Triton's `name/1/model.onnx` never reaches here as `model`.
fn proposed_name(file_name: &str, inspection: &Inspection) -> String {
    let stem = Path::new(file_name).file_stem().map_or("", |stem| stem.to_str().unwrap_or(""));
    let base = if stem.is_empty() { &inspection.graph_name } else { stem };
    let clean: String =
        base.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let clean = clean.trim_matches(['-', '.']).chars().take(100).collect::<String>();
    if clean.is_empty() { "model".into() } else { clean }
}

/// Runs work that blocks off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => Err(Error::internal("a background task failed").because(panic)),
    }
}

/// Kept apart so that [`Engine`] can hold it without naming its insides.
pub(crate) type StagedModels = Arc<std::sync::Mutex<std::collections::HashMap<String, Held>>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_proposed_from_the_file_or_its_folder() {
        assert_eq!(telling_name(Path::new("/m/churn/2/model.onnx")), "churn.onnx");
        assert_eq!(telling_name(Path::new("/m/churn.onnx")), "churn.onnx");
        let inspection = Inspection::default();
        assert_eq!(proposed_name("loan default (2).onnx", &inspection), "loan-default--2");
        assert_eq!(proposed_name("...", &inspection), "model");
    }
}
