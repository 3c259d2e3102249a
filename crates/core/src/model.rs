//! Models, their immutable versions and movable aliases.

use serde::{Deserialize, Serialize};

pub use crate::trigger::Triggers;
use crate::{
    ModelId, RunId, Time, VersionId,
    canary::CanarySettings,
    concept::ConceptSettings,
    drift::DriftSettings,
    id::{DatasetId, TrainingId},
    inspection::Inspection,
    runner::Runner,
    schema::Schema,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Model {
    pub id: ModelId,
    pub name: String,
    pub created: Time,
    /// Set while the model lies in the bin, from which it can be restored until it is purged.
    pub deleted: Option<Time>,
    pub tags: Vec<String>,
    /// The model card, Markdown.
    pub card: String,
    pub settings: ModelSettings,
    pub aliases: Aliases,
}

/// Names that move between versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Aliases {
    /// Answers requests.
    pub champion: Option<VersionId>,
    /// Waits behind the gate.
    pub challenger: Option<VersionId>,
    /// What the champion replaced; rollback goes there.
    pub previous: Option<VersionId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Version {
    pub id: VersionId,
    pub model: ModelId,
    /// 1, 2, 3... within the model.
    pub number: u32,
    pub created: Time,
    /// Of the model file, lower-case hex: its name in the artifact store.
    pub sha256: String,
    pub bytes: u64,
    pub source: Source,
    pub inspection: Inspection,
    pub schema: Schema,
}

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    Import {
        file: String,
    },
    Training {
        run: RunId,
        parent: VersionId,
    },
    /// Made from a data set alone.
    Data {
        training: TrainingId,
        dataset: DatasetId,
    },
}

/// What the owner of a model can set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ModelSettings {
    pub recording: Recording,
    /// Whether a request is answered only once what is recorded of it is on the disk: none is lost then, and each
    /// waits for the disk.
    pub durable: bool,
    /// Seconds of the newest predictions that drift and accuracy are judged on.
    pub window_s: u32,
    /// Fewer rows than this in the window give "not enough data".
    pub min_rows: u32,
    /// How many of the first predictions make the baseline when there is no reference data set.
    pub learn_rows: u32,
    /// A request that runs longer is stopped, milliseconds.
    pub timeout_ms: u32,
    /// Sessions that run side by side in the worker.
    pub sessions: u32,
    /// What trains it, unless a plan says otherwise.
    pub runner: Runner,
    pub triggers: Triggers,
    /// How a version takes over from the champion.
    pub canary: CanarySettings,
    pub drift: DriftSettings,
    pub concept: ConceptSettings,
    /// What an answer is worth, in the model's own terms.
    pub business_metric: Option<BusinessMetric>,
    /// The input whose groups should be treated alike.
    pub fairness_column: Option<String>,
    /// The class that is good to be given; the last one if left out.
    pub favourable_class: Option<String>,
    /// With more than three classes, the truth among this many of the most probable ones is a metric.
    pub top_k: u32,
    /// Accuracy of a stretch of which less than this share has labels is not judged, 0 to 1.
    pub least_coverage: f64,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            recording: Recording::All,
            durable: false,
            window_s: 900,
            min_rows: 200,
            learn_rows: 1_000,
            timeout_ms: 30_000,
            sessions: 1,
            runner: Runner::Builtin,
            triggers: Triggers::default(),
            canary: CanarySettings::default(),
            drift: DriftSettings::default(),
            concept: ConceptSettings::default(),
            business_metric: None,
            fairness_column: None,
            favourable_class: None,
            top_k: 3,
            least_coverage: 0.5,
        }
    }
}

/// The mean of an expression over labelled rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BusinessMetric {
    pub name: String,
    /// Over `y` (truth), `yhat` (answer), `p` and `p_<class>` (probabilities) and the features by name:
    /// `if(yhat == "yes", if(y == "yes", 120, -40), 0)`.
    pub expression: String,
    /// `EUR`, say; may be empty.
    #[serde(default)]
    pub unit: String,
    pub higher_is_better: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Recording {
    All,
    /// Each request is kept with this probability; counters and drift still see every request.
    Sampled {
        share: f64,
    },
    Off,
}
