//! What a column is to the learner.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Feature {
    /// A number; rows up to a threshold are split from those above.
    #[default]
    Number,
    /// A number; a larger one never lowers a score, all else equal.
    Rising,
    /// A number; a larger one never raises a score, all else equal.
    Falling,
    /// The name of a category, as a number without order; groups of categories are split from the others.
    Category,
}

impl Feature {
    /// Whether its direction binds the scores.
    pub(crate) fn is_directed(self) -> bool {
        matches!(self, Self::Rising | Self::Falling)
    }
    /// Whether the values below and above a threshold may get these scores.
    pub(crate) fn allows(self, below: f64, above: f64) -> bool {
        match self {
            Self::Number | Self::Category => true,
            Self::Rising => below <= above,
            Self::Falling => below >= above,
        }
    }
}
