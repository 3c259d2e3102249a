//! Drift recomputed from rows.

use serde::Serialize;
use tidegate_core::Time;
pub use tidegate_monitor::report::compare::Definition;
use tidegate_monitor::report::{DomainClassifier, compare::Compared, multivariate::Reconstruction};
use utoipa::ToSchema;

/// What a window's recorded rows say against the reference data set: the numbers of each column name their test, rows
/// and threshold, and in whose definition it is told.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DriftReport {
    pub model: String,
    /// The champion, whose reference it is.
    pub version: u32,
    pub from: Time,
    pub to: Time,
    pub rows_reference: u64,
    pub rows_current: u64,
    /// Older requests of the window were left out, as there are too many to read.
    pub truncated: bool,
    /// The inputs, then the prediction and its score.
    #[serde(flatten)]
    pub table: Compared,
    /// Of the inputs together, as NannyML; `None` without rows or variance.
    pub reconstruction: Option<Reconstruction>,
    /// Of the inputs together; `None` with fewer than 50 rows on a side.
    pub domain_classifier: Option<DomainClassifier>,
}
