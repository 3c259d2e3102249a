//! What the engine tells about models, monitoring and runs: plain data for every front end.
//!
//! Owns the shapes only. Must not know HTTP or how a number is computed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    alert::{Alert, Rule},
    event::Audit,
    inspection::Inspection,
    model::{Model, ModelSettings, Recording, Version},
    prediction::Timing,
    run::{Plan, RunState},
    schema::Schema,
};
use tidegate_monitor::drift::Drift;
use tidegate_train::Probe;
use utoipa::ToSchema;

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

/// Calm until something is wrong: always a word and a shape beside the colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    #[default]
    Healthy,
    Watch,
    Act,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Health {
    pub state: HealthState,
    /// Why, the most pressing first; empty when healthy.
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    pub state: HealthState,
    /// "income drifted since 13:46 (PSI 0.31, values higher)".
    pub sentence: String,
    pub since: Option<Time>,
    pub next: NextStep,
}

/// The step to offer as a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    Open,
    Retrain,
    Compare,
}

/// A card of the fleet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelSummary {
    pub name: String,
    /// "binary classifier, 30 inputs".
    pub kind: String,
    pub champion: Option<u32>,
    pub challenger: Option<u32>,
    pub deleted: Option<Time>,
    pub health: Health,
    pub pulse: Pulse,
    pub sparks: Sparks,
    pub worker: WorkerView,
    /// The retraining under way, if any.
    pub run: Option<RunPulse>,
}

/// The newest numbers of one model, over its window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Pulse {
    pub requests_per_s: f64,
    pub requests: u64,
    pub p99_ms: Option<f64>,
    pub error_share: Option<f64>,
    /// Accuracy (classification), 0 to 1.
    pub accuracy: Option<f64>,
    /// Mean absolute error (regression).
    pub mae: Option<f64>,
    pub drifted: Option<u32>,
    pub features: u32,
}

/// The last hour, or all of a younger model, in 60 points, oldest first.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Sparks {
    pub p99_ms: Vec<Option<f64>>,
    pub error_share: Vec<Option<f64>>,
    pub quality: Vec<Option<f64>>,
    pub drift: Vec<Option<f64>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct WorkerView {
    /// `ready`, `starting`, `restarting`, `quarantined`, `stopped`.
    pub state: String,
    pub reason: Option<String>,
    pub pid: Option<u32>,
    pub restarts: u32,
    pub queued: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunPulse {
    pub id: i64,
    pub state: RunState,
    pub step: u32,
    pub total: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelDetail {
    pub model: Model,
    pub kind: String,
    pub health: Health,
    pub versions: Vec<VersionView>,
    pub baseline: Baseline,
    pub labels: LabelCounts,
    pub rules: Vec<Rule>,
    /// Whether and how the champion can be retrained.
    pub probe: Probe,
    /// A row the page can start its form with: column name to value.
    pub example: BTreeMap<String, Cell>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    #[serde(flatten)]
    pub version: Version,
    pub champion: bool,
    pub challenger: bool,
    pub previous: bool,
    pub worker: WorkerView,
}

/// What drift is measured against.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Baseline {
    pub from: BaselineFrom,
    /// Rows it was made from so far.
    pub rows: u64,
    /// Rows it needs (when learnt from traffic).
    pub needed: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaselineFrom {
    /// The model's reference data set.
    Reference,
    /// Its first predictions.
    #[default]
    FirstPredictions,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabelCounts {
    pub matched: u64,
    pub unmatched: u64,
}

/// A model file looked at and tried, not yet deployed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Staged {
    pub token: String,
    pub file_name: String,
    pub sha256: String,
    pub bytes: u64,
    pub name: String,
    pub inspection: Inspection,
    pub schema: Schema,
    pub trial: Option<TrialView>,
    /// Set when it cannot be deployed.
    pub refused: Option<Refusal>,
    pub existing: Option<Existing>,
    pub probe: Probe,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrialView {
    pub load_ms: f64,
    pub first_run_ms: f64,
    pub median_run_ms: f64,
    pub peak_memory: u64,
    /// A clean error on the made-up inputs: told, not a reason to refuse.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    pub message: String,
    pub hint: Option<String>,
}

/// The model that already has this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Existing {
    pub next_version: u32,
    /// What changed in the signature, in words.
    pub diff: Vec<String>,
    /// The version with the very same bytes.
    pub same_as: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeployRequest {
    /// The model's name; another name than proposed may be given.
    pub name: Option<String>,
    pub who: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deployed {
    pub model: String,
    pub version: u32,
    pub created_model: bool,
    /// Champion at once, or waiting as challenger.
    pub champion: bool,
}

/// One value of a named row: a number, text, boolean, `null`, or nested lists for tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Cell {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    #[schema(no_recursion)]
    List(Vec<Cell>),
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PredictRequest {
    /// Named rows.
    pub rows: Vec<BTreeMap<String, Cell>>,
    /// Your own id: labels may name it.
    #[serde(default)]
    pub id: Option<String>,
    /// A version number; the champion if left out.
    #[serde(default)]
    pub version: Option<u32>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PredictAnswer {
    pub model: String,
    pub version: u32,
    pub answers: Vec<RowAnswer>,
    pub timing: Timing,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct RowAnswer {
    /// The prediction id that a label names later.
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<BTreeMap<String, f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Every output of a model whose task is not known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Cell>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LabelsRequest {
    pub labels: Vec<LabelRequest>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LabelRequest {
    /// A prediction id, or the id the client gave.
    pub id: String,
    pub label: tidegate_core::schema::Truth,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabelsAnswer {
    pub matched: u64,
    /// Named a prediction that had another label before.
    pub changed: u64,
    pub repeated: u64,
    /// Kept until their prediction appears.
    pub unmatched: u64,
}

/// Numbers of a model over a range of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonitorView {
    pub from: Time,
    pub to: Time,
    pub tiles: Vec<Tile>,
    /// Per input, the most drifted first, over the newest window.
    pub drift: Vec<FeatureDrift>,
    pub prediction_drift: Option<Drift>,
    pub baseline: Baseline,
    pub window_s: u32,
    pub metrics: Vec<MetricView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tile {
    /// `requests`, `latency`, `errors`, `quality`, `labels`, `drift`.
    pub key: String,
    pub title: String,
    pub value: String,
    pub unit: String,
    /// Change against the window before, or what the number stands on.
    pub detail: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Plain,
    Good,
    Watch,
    Act,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeatureDrift {
    pub feature: String,
    #[serde(flatten)]
    pub drift: Drift,
    pub since: Option<Time>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricView {
    pub name: String,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
}

/// Which charts to draw, for which range, in which size.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChartsRequest {
    /// Both or neither; else the last `last_s` seconds.
    #[serde(default)]
    pub from: Option<Time>,
    #[serde(default)]
    pub to: Option<Time>,
    #[serde(default)]
    pub last_s: Option<u32>,
    /// A version number; all versions if left out.
    #[serde(default)]
    pub version: Option<u32>,
    pub theme: tidegate_charts::Theme,
    /// Minutes the reader's clock is ahead of UTC.
    #[serde(default)]
    pub utc_offset_min: i32,
    pub charts: Vec<ChartRequest>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChartRequest {
    pub kind: ChartKind,
    /// For `drift` and `histogram`; the most drifted input if left out.
    #[serde(default)]
    pub feature: Option<String>,
    /// For `loss`.
    #[serde(default)]
    pub run: Option<i64>,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// p50, p95, p99.
    Latency,
    LatencyHeatmap,
    /// Answered and failed requests a second.
    Throughput,
    /// Accuracy or mean absolute error by prediction time, with its 95% band.
    Accuracy,
    /// Share of predictions that have a label.
    Coverage,
    /// PSI of one input over time.
    Drift,
    /// PSI of every input over time.
    Heatmap,
    /// Reference against the newest window.
    Histogram,
    /// Processor of machine and program.
    Cpu,
    Memory,
    Queue,
    /// Training and held-out loss of a run.
    Loss,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChartsAnswer {
    pub now: Time,
    pub from: Time,
    pub to: Time,
    pub charts: Vec<ChartView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChartView {
    pub kind: ChartKind,
    pub title: String,
    /// "since 13:46, values higher".
    pub note: String,
    pub feature: Option<String>,
    #[serde(flatten)]
    pub chart: tidegate_charts::Chart,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PromoteRequest {
    /// A version number; the challenger if left out.
    #[serde(default)]
    pub version: Option<u32>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub who: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReasonRequest {
    pub reason: String,
    pub who: Option<String>,
}

/// Fields left out stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ModelPatch {
    pub name: Option<String>,
    pub card: Option<String>,
    pub tags: Option<Vec<String>>,
    pub settings: Option<ModelSettings>,
    pub rules: Option<Vec<Rule>>,
    pub who: Option<String>,
}

/// What a retraining would use, before it starts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DryRun {
    pub probe: Probe,
    /// Labelled predictions in the window.
    pub labelled: u64,
    pub reference_rows: u64,
    pub train_rows: u64,
    pub held_out_new: u64,
    pub held_out_old: u64,
    /// What stands in the way, in words; empty when it can start.
    pub obstacles: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RetrainRequest {
    pub plan: Plan,
    pub who: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlertView {
    #[serde(flatten)]
    pub alert: Alert,
    pub model_name: String,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AlertPatch {
    pub acknowledged: Option<bool>,
    /// Minutes from now; 0 ends the snooze.
    pub snooze_min: Option<u32>,
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
    pub keep_minutes_days: u32,
    pub keep_hours_days: u32,
    /// What a new model records.
    pub default_recording: Recording,
    /// A folder whose models are deployed as they appear.
    pub watch_folder: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 8000,
            keep_in_tray: false,
            notifications: true,
            keep_predictions_days: 30,
            keep_minutes_days: 7,
            keep_hours_days: 90,
            default_recording: Recording::All,
            watch_folder: None,
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
