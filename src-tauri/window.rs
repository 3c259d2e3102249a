//! The one window. Must not know what it shows.

use std::path::{Path, PathBuf};

use tauri::{
    App, AppHandle, Manager, WebviewWindow, WebviewWindowBuilder,
    webview::{DownloadEvent, NewWindowResponse},
};

const LABEL: &str = "main";
const TITLE: &str = "Tidegate";

/// Opens the window as `tauri.conf.json` describes it, in the place where the user left it.
pub fn open(app: &App) -> tauri::Result<WebviewWindow> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let config = config.expect("tauri.conf.json describes the window `main`");
    WebviewWindowBuilder::from_config(app, config)?
        // Everything is in the one page: a link elsewhere opens nothing.
        .on_navigation(own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|page, event| {
            if let DownloadEvent::Requested { destination, .. } = event {
                *destination =
                    saved_at(destination, page.path().download_dir().ok(), page.path().home_dir().ok());
            }
            true
        })
        .build()
}

/// Whether an address is the page itself (on Windows its scheme is http), or Vite's during `tauri dev`.
fn own_page(url: &tauri::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    matches!(url.scheme(), "tauri" | "blob" | "about")
        || host == "tauri.localhost"
        || tauri::is_dev() && host == "localhost"
}

/// Where an export goes: the user's folder for downloads, as chosen by WebKit, which also finds a free name. On a
/// system without such a folder that choice is the folder the program was started in: then the home folder.
fn saved_at(chosen: &Path, downloads: Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    match (downloads, home, chosen.file_name()) {
        (None, Some(home), Some(name)) => home.join(name),
        _ => chosen.to_owned(),
    }
}

/// Brings the window to the front, from the tray or from under others.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Open alerts, where the task bar and the list of windows can be seen.
pub fn tell_alerts(app: &AppHandle, open: u32) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let title = if open == 0 { TITLE.to_owned() } else { format!("({open}) {TITLE}") };
    let told =
        window.set_title(&title).and_then(|()| window.set_badge_count((open > 0).then_some(open.into())));
    if let Err(error) = told {
        tracing::debug!(%error, "no badge here");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_go_home_where_there_is_no_folder_for_downloads() {
        let home = || Some(PathBuf::from("/home/ada"));
        let downloads = Some(PathBuf::from("/home/ada/Downloads"));
        let chosen = Path::new("/home/ada/Downloads/chart.svg");
        assert_eq!(saved_at(chosen, downloads, home()), chosen);
        assert_eq!(saved_at(Path::new("/opt/chart.svg"), None, home()), Path::new("/home/ada/chart.svg"));
    }

    #[test]
    fn only_the_page_itself_may_be_shown() {
        for (address, own) in [
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/", true),
            ("https://example.org/", false),
        ] {
            assert_eq!(own_page(&address.parse().unwrap()), own, "{address}");
        }
    }
}
