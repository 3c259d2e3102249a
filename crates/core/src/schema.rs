//! How a model's tensors read as rows of named features, and its outputs as answers.
//!
//! Inferred on import from the signature, the metadata and the reference data set; shown as inferred and
//! editable.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Schema {
    pub task: Task,
    /// In the order of the model's inputs and columns.
    pub features: Vec<Feature>,
    /// Class names in the order of the scores, empty unless a classifier.
    pub labels: Vec<String>,
    pub answer: Answer,
    /// The column of a data set that holds the truth.
    pub target: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    Classification,
    Regression,
    /// No label, score or single number was recognised: served and watched, but without accuracy.
    #[default]
    Other,
}

/// One named value of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Feature {
    pub name: String,
    /// The model input it goes to.
    pub input: String,
    /// Its column in that input, where the input is a matrix of many features.
    pub column: Option<usize>,
    pub kind: FeatureKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    Numeric,
    Integer,
    Boolean,
    Categorical,
    /// A tensor per row (an image, an embedding): watched through the mean of its elements.
    Tensor,
}

/// Which outputs hold the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answer {
    /// A tensor with one label (number or string) a row.
    pub label: Option<String>,
    /// A score per class: a tensor [rows, classes], or a sequence of maps (ZipMap); or a tensor [rows, 1] with the
    /// score of the second of two classes (a sigmoid).
    pub scores: Option<String>,
    /// True when the scores are logits, so that a softmax gives probabilities.
    pub logits: bool,
    /// A tensor with one number a row.
    pub value: Option<String>,
}

/// What one row was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Probability per class, in the order of [`Schema::labels`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// What turned out to be true for one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "a label is a number or a text")]
pub enum Truth {
    Number(f64),
    Class(String),
}

impl Truth {
    /// As a class name; whole numbers are written without a fraction, so that `1.0` and `"1"` agree.
    pub fn class(&self) -> String {
        match self {
            Truth::Number(number) => number.to_string(),
            Truth::Class(class) => class.clone(),
        }
    }
    pub fn number(&self) -> Option<f64> {
        match self {
            Truth::Number(number) => Some(*number),
            Truth::Class(class) => class.trim().parse().ok(),
        }
    }
}
