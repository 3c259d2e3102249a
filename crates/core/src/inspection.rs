//! What a model file says about itself, read without loading its weights, and what the security scan found.

use serde::{Deserialize, Serialize};

use crate::signature::Signature;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Inspection {
    pub ir_version: i64,
    pub opsets: Vec<Opset>,
    pub producer: String,
    pub producer_version: String,
    pub model_version: i64,
    pub graph_name: String,
    pub doc: String,
    pub signature: Signature,
    /// Operator types with how often each occurs, subgraphs included, most frequent first.
    pub operators: Vec<OperatorCount>,
    /// Elements in all initializers.
    pub parameters: u64,
    /// Bytes of all initializers, external ones included, as declared.
    pub initializer_bytes: u64,
    pub metadata: Vec<(String, String)>,
    /// Class labels from ZipMap, classifier attributes or metadata.
    pub class_labels: Vec<String>,
    /// Where the labels come from, e.g. `ZipMap`.
    pub class_labels_from: Option<String>,
    /// Outputs that hold probabilities, because a softmax, a sigmoid or a classifier gives them; the scores in
    /// other outputs are logits.
    #[serde(default)]
    pub probability_outputs: Vec<String>,
    /// Feature names found in the metadata.
    pub feature_names: Vec<String>,
    pub external_files: Vec<String>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Opset {
    /// Empty for the standard `ai.onnx` domain.
    pub domain: String,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OperatorCount {
    pub domain: String,
    pub name: String,
    pub count: u64,
}

/// One thing the security scan has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    pub verdict: Verdict,
    /// The node, initializer or field it is about.
    pub subject: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Worth knowing.
    Note,
    /// Not loaded.
    Refuse,
}

impl Inspection {
    /// The first reason not to load this file.
    pub fn refusal(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.verdict == Verdict::Refuse)
    }
}
