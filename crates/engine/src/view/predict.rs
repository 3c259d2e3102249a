//! Named rows, their answers, and labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_core::prediction::Timing;
use utoipa::ToSchema;

use super::QualityWarning;

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
    /// Rows that failed quality checks set to `tag`; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<QualityWarning>,
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
