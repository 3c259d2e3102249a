//! The desktop app: the window over the same engine and router that `tidegate serve` runs.
//!
//! Owns the window, the tray, notifications and files from outside. Must not hold a rule of the product: what the
//! page can do here it can do over HTTP too.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod bridge;
mod drop;
mod live;
mod program;
mod tray;
mod window;

use std::process::ExitCode;

use tauri::{App, AppHandle, Manager, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return tidegate_runtime::worker_main();
    }
    set_webkit_up();
    log_to_stderr();
    match build() {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_run)).unwrap_or(1)),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `RUST_LOG` says how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// On NVIDIA some windows stay blank without this (tauri#9304), and virtual screens draw three times faster.
#[allow(unsafe_code)]
fn set_webkit_up() {
    const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if cfg!(target_os = "linux") && std::env::var_os(NAME).is_none() {
        // SAFETY: the first thing `main` does; no other thread runs yet.
        unsafe { std::env::set_var(NAME, "1") };
    }
}

fn build() -> tauri::Result<App> {
    // A window closed into the tray must not come back hidden.
    let kept = StateFlags::all() - StateFlags::VISIBLE;
    tauri::Builder::default()
        // Must be the first: a second start ends here and brings the first to the front.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(kept).build())
        .manage(bridge::Feed::default())
        .manage(drop::Waiting::default())
        .invoke_handler(tauri::generate_handler![
            bridge::request,
            bridge::subscribe,
            drop::open_files,
            drop::stage,
            drop::register
        ])
        .on_window_event(|window, event| match event {
            WindowEvent::DragDrop(event) => drop::on_drag(window, event),
            WindowEvent::CloseRequested { api, .. } if program::keeps_in_tray(window.app_handle()) => {
                api.prevent_close();
                if let Err(error) = window.hide() {
                    tracing::warn!(%error, "the window could not be hidden");
                }
            }
            _ => {}
        })
        .setup(|app| {
            set_up(app).or_else(|error| {
                tell(app.handle(), &error.to_string());
                Ok(())
            })
        })
        .build(tauri::generate_context!())
}

/// Opens the data folder and then the window: without the one the other has nothing to show.
fn set_up(app: &App) -> Result<(), Box<dyn std::error::Error>> {
    program::open(app.handle())?;
    tray::open(app)?;
    program::follow(app.handle());
    tauri::async_runtime::spawn(quit_on_signal(app.handle().clone()));
    window::open(app)?;
    Ok(())
}

/// Ctrl+C in the terminal and the end of the user's session close the program as Quit does.
async fn quit_on_signal(app: AppHandle) {
    let asked = async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                asked = tokio::signal::ctrl_c() => asked,
                _ = terminate.recv() => Ok(()),
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    };
    match asked.await {
        Ok(()) => app.exit(0),
        Err(error) => tracing::warn!(%error, "signals can't be heard"),
    }
}

/// Says why the program can't start, and ends it.
fn tell(app: &AppHandle, why: &str) {
    tracing::error!("{why}");
    let dialog = app.dialog().message(why).title("Tidegate can't start").kind(MessageDialogKind::Error);
    let app = app.clone();
    dialog.show(move |_| app.exit(1));
}

fn on_run(app: &AppHandle, event: RunEvent) {
    if let RunEvent::Exit = event {
        program::close(app);
    }
}
