//! How a model's inputs read as features and its outputs as answers, inferred from its inspection.
//!
//! Inference is a proposal: what cannot be told from the file is left out, and the owner can edit the rest.

mod answer;
mod features;

use tidegate_core::{inspection::Inspection, schema::Schema};

pub use features::name_features;

/// The schema of an inspected model.
///
/// - A matrix input `[N, d]` gives d features, named by the metadata or `x0`, `x1`...; inputs `[N]` and `[N, 1]`
///   give one feature each, of the kind of their element type; everything else one tensor feature.
/// - Inputs that have a default give no features, unless all have one.
/// - A single column `[N, 1]` that a sigmoid gives is the score of a binary classifier: the probability of the
///   second label.
pub fn infer_schema(inspection: &Inspection) -> Schema {
    let features = features::infer(&inspection.signature, &inspection.feature_names);
    let (task, labels, answer) = answer::infer(inspection);
    Schema { task, features, labels, answer, target: None }
}
