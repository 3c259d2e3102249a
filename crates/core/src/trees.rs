//! How trees are retrained: what a plan says beyond what all trainers take.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Trees {
    /// Rounds of boosting without a better loss on the rows that watch, after which it ends, and the trees after
    /// the best round are dropped; `null` goes through all.
    pub patience: Option<u32>,
    /// Boosted regression: this quantile of the truth is learnt instead of its mean, between 0 and 1.
    pub quantile: Option<f64>,
    /// Features of which a larger value never lowers the answer (the second class, of two) of what is learnt.
    pub rising: Vec<String>,
    /// Features of which a larger value never raises it.
    pub falling: Vec<String>,
    /// Features whose numbers name categories: groups of them are told from the others.
    pub categories: Vec<String>,
}
