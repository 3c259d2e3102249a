//! What happened: the audit trail, and the marks on charts.

use serde::{Deserialize, Serialize};

use crate::{ModelId, Time};

/// One change, who made it and why. Append-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Audit {
    pub time: Time,
    pub model: Option<ModelId>,
    pub kind: EventKind,
    pub who: String,
    /// What was done, in words.
    pub what: String,
    /// The reason given, may be empty.
    pub why: String,
}

/// A person's note at a time, drawn on charts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Annotation {
    pub id: i64,
    pub time: Time,
    pub text: String,
    pub who: String,
    pub changed: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Imported,
    Deployed,
    Promoted,
    /// A version answers a share of the requests from now on.
    CanaryStarted,
    /// It goes on with a larger share.
    CanaryAdvanced,
    /// A person ended it, or what it was about went away.
    CanaryEnded,
    /// A version did worse than the champion, which answers everything again.
    SteppedBack,
    RolledBack,
    Deleted,
    Restored,
    Purged,
    Edited,
    ReferenceSet,
    AlertFired,
    AlertCleared,
    /// The errors of a version changed for more than chance.
    ConceptDrift,
    RetrainStarted,
    RetrainEnded,
    WorkerCrashed,
    Quarantined,
    /// Requests were answered but not recorded.
    RecordsDropped,
    /// Somebody wanted to see how an alert reaches the desktop.
    NotificationTested,
}
