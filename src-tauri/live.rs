//! What the shell itself shows of the live ticks: notifications, the tray's status line, the badge.

use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;
use tidegate_engine::{
    Engine,
    view::{Happening, Live},
};
use tokio::sync::broadcast::error::RecvError;

use crate::{tray::Tray, window};

/// Follows the ticks until the engine closes.
pub async fn follow(app: AppHandle, engine: Engine) {
    let mut ticks = engine.subscribe();
    let mut alerts = 0;
    loop {
        let live = match ticks.recv().await {
            Ok(live) => live,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        app.state::<Tray>().tell(&live);
        if alerts != live.status.open_alerts {
            alerts = live.status.open_alerts;
            window::tell_alerts(&app, alerts);
        }
        notify(&app, &engine, &live).await;
    }
}

async fn notify(app: &AppHandle, engine: &Engine, live: &Live) {
    let worth: Vec<_> = live.happenings.iter().filter(|happening| happening.notify).collect();
    if worth.is_empty() || app.state::<Tray>().notifications_paused() || !engine.settings().notifications {
        return;
    }
    for Happening { model, message, .. } in worth {
        let title = model.as_deref().unwrap_or("Tidegate");
        if let Err(error) = app.notification().builder().title(title).body(message).show() {
            tracing::warn!(%error, "no desktop notification");
        }
    }
}
