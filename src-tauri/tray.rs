//! The icon in the tray and its menu. On Linux a tray icon tells no clicks: everything is in the menu.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{
    App, AppHandle, Manager,
    menu::{CheckMenuItem, MenuBuilder, MenuEvent, MenuItem},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};
use tidegate_engine::view::{HealthState, Live};

use crate::window;

pub struct Tray {
    status: MenuItem<tauri::Wry>,
    /// Until the program ends or the user clicks again.
    paused: AtomicBool,
}

pub fn open(app: &App) -> tauri::Result<()> {
    let status = MenuItem::with_id(app, "status", "Starting", false, None::<&str>)?;
    let pause = CheckMenuItem::with_id(app, "pause", "Pause notifications", true, false, None::<&str>)?;
    let menu = MenuBuilder::new(app)
        .item(&status)
        .separator()
        .text("open", "Open Tidegate")
        .item(&pause)
        .separator()
        .text("quit", "Quit")
        .build()?;
    let mut icon = TrayIconBuilder::with_id("main")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .tooltip("Tidegate")
        .on_menu_event(chosen)
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        });
    if let Some(image) = app.default_window_icon() {
        icon = icon.icon(image.clone());
    }
    icon.build(app)?;
    app.manage(Tray { status, paused: AtomicBool::new(false) });
    Ok(())
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => window::show(app),
        "pause" => {
            app.state::<Tray>().paused.fetch_xor(true, Ordering::Relaxed);
        }
        "quit" => app.exit(0),
        _ => {}
    }
}

impl Tray {
    pub fn notifications_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    pub fn tell(&self, live: &Live) {
        let health: Vec<_> = live.models.iter().map(|model| model.health).collect();
        if let Err(error) = self.status.set_text(sentence(&health)) {
            tracing::debug!(%error, "the tray could not be told");
        }
    }
}

/// "2 healthy, 1 watch, 1 needs you".
fn sentence(health: &[HealthState]) -> String {
    let count = |state| health.iter().filter(|one| **one == state).count();
    let act = count(HealthState::Act);
    let parts = [
        (count(HealthState::Healthy), "healthy"),
        (count(HealthState::Watch), "watch"),
        (act, if act == 1 { "needs you" } else { "need you" }),
    ];
    let told: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if told.is_empty() { "No models yet".into() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_line_counts_in_words() {
        use HealthState::{Act, Healthy, Watch};
        assert_eq!(sentence(&[]), "No models yet");
        assert_eq!(sentence(&[Healthy, Act, Healthy, Watch]), "2 healthy, 1 watch, 1 needs you");
        assert_eq!(sentence(&[Act, Act]), "2 need you");
    }
}
