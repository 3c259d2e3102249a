//! Folders whose models are deployed as they appear.
//!
//! Owns when a file is whole: its size has stood still for a while and it reads as a model to its end. Must not
//! know what a model is beyond that and its file name.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{
    RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use tidegate_core::{Code, Error, Result, event::EventKind};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{Engine, lock, stage::blocking, view::DeployRequest};

/// A file is left alone until it has not changed for this long.
const SETTLE: Duration = Duration::from_millis(1_000);
/// One that breaks off, or lacks its data files, may still be on its way: it is left alone for this long.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(250);

impl Engine {
    /// Watches the folder that the settings name, and no longer the one they named before.
    pub(crate) async fn watch_settings_folder(&self) -> Result<()> {
        let token = self.stop.child_token();
        if let Some(before) = lock(&self.watching).replace(token.clone()) {
            before.cancel();
        }
        match self.settings().watch_folder {
            Some(folder) => self.watch_until(Path::new(&folder), token).await,
            None => Ok(()),
        }
    }

    /// Deploys what the folder holds, then what appears in it. Returns once the present content is deployed.
    pub async fn watch_folder(&self, folder: &Path) -> Result<()> {
        self.watch_until(folder, self.stop.clone()).await
    }

    async fn watch_until(&self, folder: &Path, stop: CancellationToken) -> Result<()> {
        let folder = folder.canonicalize().map_err(|error| {
            Error::invalid(format!("{} can't be watched: {error}", folder.display()))
                .hint("name a folder that exists")
        })?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let tell = sender.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // The receiver only goes away with the program.
            let changes = event.into_iter().filter(changes_content);
            changes.flat_map(|event| event.paths).for_each(|path| drop(tell.send(path)));
        })
        .map_err(|error| Error::internal("the folder can't be watched").because(error))?;
        watcher
            .watch(&folder, RecursiveMode::Recursive)
            .map_err(|error| Error::internal("the folder can't be watched").because(error))?;
        for path in models_in(&folder) {
            if reads_whole(&path).await {
                self.deploy_watched(&folder, &path).await;
            } else {
                // Perhaps it is being copied just now; the receiver is still here.
                let _ = sender.send(path);
            }
        }
        drop(sender);
        let engine = self.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = engine.follow(&folder, receiver) => {}
                () = stop.cancelled() => {}
            }
            drop(watcher);
        });
        Ok(())
    }

    async fn follow(&self, folder: &Path, mut changes: mpsc::UnboundedReceiver<PathBuf>) {
        let mut waiting: HashMap<PathBuf, (u64, Instant)> = HashMap::new();
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                path = changes.recv() => {
                    let Some(path) = path else { return };
                    if model_name(folder, &path).is_some() || path.is_dir() {
                        waiting.insert(path.clone(), (size(&path), Instant::now()));
                    }
                }
                _ = look.tick() => {
                    for (path, still) in settled(&mut waiting) {
                        if path.is_dir() {
                            waiting.remove(&path);
                            waiting.extend(inside(folder, &path));
                        } else if still >= PATIENCE || reads_whole(&path).await {
                            waiting.remove(&path);
                            self.deploy_watched(folder, &path).await;
                        }
                    }
                }
            }
        }
    }

    async fn deploy_watched(&self, folder: &Path, path: &Path) {
        let Some(name) = model_name(folder, path) else { return };
        let outcome = async {
            let staged = self.stage_file(path).await?;
            let request = DeployRequest { name: Some(name.clone()), who: Some("watched folder".into()) };
            self.deploy(&staged.token, request).await.inspect_err(|_| {
                // Refused or known already: nobody will come back for it.
                let _ = self.discard(&staged.token);
            })
        };
        match outcome.await {
            Ok(_) => {}
            Err(error) if error.code == Code::Conflict => tracing::debug!(%error, "already deployed"),
            Err(error) => {
                let message = format!("{} was not deployed: {error}", path.display());
                self.happened(EventKind::Imported, None, message, true);
            }
        }
    }
}

/// Reading a file is no change: our own look at it must not lead to another.
fn changes_content(event: &notify::Event) -> bool {
    match event.kind {
        notify::EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        notify::EventKind::Access(_) => false,
        _ => true,
    }
}

/// Files that stand still, and for how long they have. Those that went away leave the list.
fn settled(waiting: &mut HashMap<PathBuf, (u64, Instant)>) -> Vec<(PathBuf, Duration)> {
    waiting.retain(|path, _| path.exists());
    for (path, (known, since)) in &mut *waiting {
        let now = size(path);
        if now != *known {
            (*known, *since) = (now, Instant::now());
        }
    }
    let aged = waiting.iter().map(|(path, (_, since))| (path.clone(), since.elapsed()));
    aged.filter(|(_, still)| *still >= SETTLE).collect()
}

/// What a new folder holds: it may have come before the folder was watched.
fn inside(folder: &Path, new: &Path) -> Vec<(PathBuf, (u64, Instant))> {
    let found = models_in(folder).into_iter().filter(|path| path.starts_with(new));
    found.map(|path| (path.clone(), (size(&path), Instant::now()))).collect()
}

/// Whether a file is a model to its end and its data files are there.
async fn reads_whole(path: &Path) -> bool {
    let path = path.to_owned();
    let inspected = blocking(move || tidegate_onnx::inspect(&path)).await;
    inspected.is_ok_and(|inspection| inspection.refusal().is_none())
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// `name.onnx` in the folder, or `name/<number>/model.onnx` as Triton keeps them.
fn model_name(folder: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?;
    let parts: Vec<&str> = inside.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [file] => file.strip_suffix(".onnx").filter(|name| !name.is_empty()).map(str::to_owned),
        [name, number, "model.onnx"] if number.parse::<u32>().is_ok() => Some((*name).to_owned()),
        _ => None,
    }
}

/// Models in a folder, versions of one model in their order.
fn models_in(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in list(folder) {
        if entry.is_dir() {
            found.extend(
                list(&entry).iter().map(|version| version.join("model.onnx")).filter(|file| file.is_file()),
            );
        } else {
            found.push(entry);
        }
    }
    found.retain(|path| model_name(folder, path).is_some());
    found.sort_by_key(|path| (model_name(folder, path), version_number(path)));
    found
}

fn version_number(path: &Path) -> u32 {
    let parent = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    parent.and_then(|name| name.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_files_and_tritons_layout_are_models() {
        let folder = Path::new("/models");
        let name = |path: &str| model_name(folder, Path::new(path));
        assert_eq!(name("/models/churn.onnx"), Some("churn".into()));
        assert_eq!(name("/models/churn/2/model.onnx"), Some("churn".into()));
        assert_eq!(name("/models/churn/model.onnx"), None);
        assert_eq!(name("/models/notes.txt"), None);
        assert_eq!(name("/models/.onnx"), None);
    }
}
