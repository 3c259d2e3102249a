//! The program as a whole: status, settings, what is sent to whoever watches.

use serde::{Deserialize, Serialize};
use tidegate_core::{Time, event::Audit, model::Recording};
use utoipa::ToSchema;

use super::{CanaryPulse, HealthState, Pulse, RunPulse};

/// The program as a whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Status {
    pub version: String,
    pub data_dir: String,
    /// `http://127.0.0.1:8000`, once listening.
    pub http: Option<String>,
    pub started: Time,
    pub now: Time,
    pub system: System,
    pub requests_per_s: f64,
    pub open_alerts: u32,
    pub store_bytes: u64,
    /// Recorded predictions lost because the queue was full.
    pub dropped_records: u64,
    /// Labels kept whose prediction is not known (yet).
    pub unmatched_labels: u64,
}

/// Processor and memory, of the machine and of this program with its workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct System {
    /// Of the whole machine, 0 to 1.
    pub cpu: f64,
    /// Of this program and its workers, in cores.
    pub process_cpu: f64,
    pub memory_used: u64,
    pub memory_total: u64,
    pub process_memory: u64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    #[serde(flatten)]
    pub audit: Audit,
    pub model_name: Option<String>,
}

/// A sample that ships with the program.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Sample {
    pub name: String,
    pub title: String,
    pub description: String,
    pub licence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Settings {
    /// Loopback port of the desktop app.
    pub port: u16,
    /// Closing the window leaves the program in the tray.
    pub keep_in_tray: bool,
    pub notifications: bool,
    /// Recorded predictions are kept this long, days.
    pub keep_predictions_days: u32,
    /// Labels, by the time of their prediction.
    pub keep_labels_days: u32,
    /// Counters of each minute; those of days are kept for ever.
    pub keep_minutes_days: u32,
    /// Counters of ten minutes, at least as long as minutes.
    pub keep_ten_minutes_days: u32,
    /// Counters of hours and of six hours, at least as long as ten minutes.
    pub keep_hours_days: u32,
    /// Alerts, once they have cleared.
    pub keep_alerts_days: u32,
    /// Logs and loss curves of retrainings; what they compared and decided is kept for ever.
    pub keep_run_logs_days: u32,
    /// Samples of processor and memory.
    pub keep_system_days: u32,
    /// What a new model records.
    pub default_recording: Recording,
    /// A folder whose models are deployed as they appear.
    pub watch_folder: Option<String>,
    /// Retrainings at once, of all models; the others wait in line.
    pub trainings: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 8000,
            keep_in_tray: false,
            notifications: true,
            keep_predictions_days: 30,
            keep_labels_days: 30,
            keep_minutes_days: 7,
            keep_ten_minutes_days: 30,
            keep_hours_days: 90,
            keep_alerts_days: 365,
            keep_run_logs_days: 90,
            keep_system_days: 7,
            default_recording: Recording::All,
            watch_folder: None,
            trainings: 1,
        }
    }
}

/// Sent twice a second to whoever listens, and at once when something happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Live {
    pub now: Time,
    pub status: Status,
    pub models: Vec<ModelPulse>,
    /// What happened since the last one.
    pub happenings: Vec<Happening>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelPulse {
    pub name: String,
    pub champion: Option<u32>,
    pub challenger: Option<u32>,
    pub health: HealthState,
    pub pulse: Pulse,
    pub run: Option<RunPulse>,
    /// A version that answers a share of the requests, or is watched after its promotion.
    pub canary: Option<CanaryPulse>,
    /// Grows with every recorded request, label or change: redraw when it moved.
    pub revision: u64,
}

/// Something worth a toast or a desktop notification.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Happening {
    pub time: Time,
    pub kind: tidegate_core::event::EventKind,
    pub model: Option<String>,
    pub message: String,
    /// Worth a desktop notification.
    pub notify: bool,
}
