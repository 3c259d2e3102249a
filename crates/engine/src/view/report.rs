//! What a report tells, in numbers.

use serde::Serialize;
use tidegate_core::{Time, run::Run};

use super::{AuditView, ChartKind, MonitorView};

/// What a model did between two times.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReportView {
    pub model: String,
    /// "classification, 30 inputs".
    pub kind: String,
    pub from: Time,
    pub to: Time,
    pub monitor: MonitorView,
    /// Newest first.
    pub events: Vec<AuditView>,
    /// Retraining runs of that time, the oldest first.
    pub runs: Vec<Run>,
    pub charts: Vec<ReportChart>,
}

/// The numbers of one chart.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReportChart {
    pub kind: ChartKind,
    pub title: String,
    pub note: String,
    pub feature: Option<String>,
    pub frame: tidegate_charts::Frame,
}
