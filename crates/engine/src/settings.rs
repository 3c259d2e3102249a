//! Settings of the program: what is kept how long, and which folder is watched.
//!
//! Owns what may be set. Must not know how it is carried out.

use tidegate_core::{Error, Result};

use crate::{Engine, lock, view::Settings};

const SETTINGS: &str = "settings";
const MOST_TRAININGS: u32 = 16;

impl Engine {
    pub fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub async fn put_settings(&self, settings: Settings) -> Result<Settings> {
        for (field, days) in [
            ("keep_predictions_days", settings.keep_predictions_days),
            ("keep_labels_days", settings.keep_labels_days),
            ("keep_minutes_days", settings.keep_minutes_days),
            ("keep_ten_minutes_days", settings.keep_ten_minutes_days),
            ("keep_hours_days", settings.keep_hours_days),
            ("keep_alerts_days", settings.keep_alerts_days),
            ("keep_run_logs_days", settings.keep_run_logs_days),
            ("keep_system_days", settings.keep_system_days),
        ] {
            if !(1..=3_650).contains(&days) {
                return Err(Error::invalid(format!("`{field}` must be 1 to 3650 days")));
            }
        }
        if !(1..=MOST_TRAININGS).contains(&settings.trainings) {
            return Err(Error::invalid(format!("`trainings` must be 1 to {MOST_TRAININGS} at once")));
        }
        let json = serde_json::to_string(&settings)
            .map_err(|error| Error::internal("the settings could not be encoded").because(error))?;
        self.store.put_setting(SETTINGS, &json).await?;
        let before = std::mem::replace(&mut *lock(&self.settings), settings.clone());
        self.training.set_most(settings.trainings);
        if before.watch_folder != settings.watch_folder {
            self.watch_settings_folder().await?;
        }
        Ok(settings)
    }

    pub(crate) async fn load_settings(store: &tidegate_store::Store) -> Result<Settings> {
        match store.setting(SETTINGS).await? {
            None => Ok(Settings::default()),
            Some(json) => serde_json::from_str(&json)
                .map_err(|error| Error::internal("the stored settings are damaged").because(error)),
        }
    }
}
