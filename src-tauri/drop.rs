//! Files from outside: dropped on the window, or chosen in the system's dialog.
//!
//! The drop is taken here and not from the page's own events, which a page could forge. Paths stay on this side;
//! the page gets a token and the file's name, and asks `stage` to have a model looked at and tried, or `register` to have
//! data registered.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, DragDropEvent, Emitter, Manager, State, Window, ipc};
use tauri_plugin_dialog::DialogExt;
use tidegate_engine::{Engine, view::RegisterRequest};

use crate::bridge;

/// What the page hears as the event `drag`.
#[derive(Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Drag {
    Over,
    Left,
    Dropped { files: Vec<Incoming> },
}

/// One file that waits to be staged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incoming {
    token: String,
    file_name: String,
}

/// The paths behind the tokens.
#[derive(Default)]
pub struct Waiting {
    paths: Mutex<HashMap<String, PathBuf>>,
    last: AtomicU64,
}

impl Waiting {
    fn keep(&self, paths: &[PathBuf]) -> Vec<Incoming> {
        paths.iter().map(|path| self.keep_one(path)).collect()
    }

    fn keep_one(&self, path: &Path) -> Incoming {
        let token = self.last.fetch_add(1, Ordering::Relaxed).to_string();
        self.lock().insert(token.clone(), path.to_owned());
        let file_name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Incoming { token, file_name }
    }

    /// Each token is good for one time.
    fn take(&self, token: &str) -> Option<PathBuf> {
        self.lock().remove(token)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, PathBuf>> {
        self.paths.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

pub fn on_drag(window: &Window, event: &DragDropEvent) {
    let drag = match event {
        DragDropEvent::Enter { .. } => Drag::Over,
        DragDropEvent::Leave => Drag::Left,
        DragDropEvent::Drop { paths, .. } => Drag::Dropped { files: window.state::<Waiting>().keep(paths) },
        // The whole window is one target: where the pointer is makes no difference.
        _ => return,
    };
    if let Err(error) = window.emit("drag", drag) {
        tracing::error!(%error, "the page could not be told of the drop");
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    Models,
    Data,
}

/// Asks for files with the system's dialog; empty when it was closed.
#[tauri::command]
pub async fn open_files(
    wanted: Wanted,
    app: AppHandle,
    waiting: State<'_, Waiting>,
) -> Result<Vec<Incoming>, String> {
    let dialog = app.dialog().file();
    let dialog = match wanted {
        Wanted::Models => dialog.set_title("Add models").add_filter("ONNX models", &["onnx"]),
        Wanted::Data => {
            dialog.set_title("Add data").add_filter("CSV and Parquet", &["csv", "gz", "parquet", "pq"])
        }
    };
    let dialog = dialog.add_filter("All files", &["*"]);
    let chosen = dialog.blocking_pick_files().unwrap_or_default();
    let paths: Vec<_> = chosen.into_iter().filter_map(|file| file.into_path().ok()).collect();
    Ok(waiting.keep(&paths))
}

/// Has one file looked at and tried; the answer is framed as `request`'s, the same as of `POST /api/imports`.
#[tauri::command]
pub async fn stage(
    token: String,
    waiting: State<'_, Waiting>,
    engine: State<'_, Engine>,
) -> Result<ipc::Response, String> {
    let path = waiting.take(&token).ok_or("this file was already taken, drop it again")?;
    let response = match engine.stage_file(&path).await {
        Ok(staged) => Json(staged).into_response(),
        Err(error) => tidegate_server::refused_file(error),
    };
    bridge::to_page(response).await
}

/// Registers one file as a data set where it lies; the answer is framed as `request`'s, the same as of
/// `POST /api/datasets`.
#[tauri::command]
pub async fn register(
    token: String,
    waiting: State<'_, Waiting>,
    engine: State<'_, Engine>,
) -> Result<ipc::Response, String> {
    let path = waiting.take(&token).ok_or("this file was already taken, drop it again")?;
    let request = RegisterRequest { path: path.to_string_lossy().into_owned(), ..RegisterRequest::default() };
    let response = match engine.register_file(request).await {
        Ok(registered) => Json(registered).into_response(),
        Err(error) => tidegate_server::refused_file(error),
    };
    bridge::to_page(response).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_for_its_path_once() {
        let waiting = Waiting::default();
        let files = waiting.keep(&[PathBuf::from("/m/a.onnx"), PathBuf::from("/n/a.onnx")]);
        assert_eq!(files[0].file_name, "a.onnx");
        assert_ne!(files[0].token, files[1].token);
        assert_eq!(waiting.take(&files[1].token), Some(PathBuf::from("/n/a.onnx")));
        assert_eq!(waiting.take(&files[1].token), None);
        assert_eq!(waiting.take("/etc/passwd"), None);
    }
}
