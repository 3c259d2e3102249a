//! The tests and distances there are, and what they are compared with.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    KolmogorovSmirnov,
    ChiSquare,
    Z,
    WassersteinNormed,
    JensenShannon,
    Psi,
    KullbackLeibler,
    Hellinger,
    Energy,
    CramerVonMises,
    T,
    /// scipy's `chi2_contingency`, which Evidently does not have.
    ChiSquareContingency,
    /// NannyML's, on the reference's bins alone.
    JensenShannonBase2,
    /// How well boosted trees tell the sides apart: the area under the ROC curve.
    DomainClassifier,
    /// Of vectors, by permutation.
    MaximumMeanDiscrepancy,
}

impl Method {
    /// Whether the score is a p-value, so that small means drift.
    pub fn is_p_value(self) -> bool {
        matches!(
            self,
            Self::KolmogorovSmirnov
                | Self::ChiSquare
                | Self::Z
                | Self::CramerVonMises
                | Self::T
                | Self::ChiSquareContingency
                | Self::MaximumMeanDiscrepancy
        )
    }
    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::KolmogorovSmirnov => "Kolmogorov-Smirnov",
            Self::ChiSquare => "chi-square",
            Self::Z => "z-test of proportions",
            Self::WassersteinNormed => "Wasserstein distance (normed)",
            Self::JensenShannon => "Jensen-Shannon distance",
            Self::Psi => "PSI",
            Self::KullbackLeibler => "Kullback-Leibler divergence",
            Self::Hellinger => "Hellinger distance",
            Self::Energy => "energy distance",
            Self::CramerVonMises => "Cramér-von Mises",
            Self::T => "t-test",
            Self::ChiSquareContingency => "chi-square of the contingency table",
            Self::JensenShannonBase2 => "Jensen-Shannon distance (base 2)",
            Self::DomainClassifier => "domain classifier (AUC)",
            Self::MaximumMeanDiscrepancy => "maximum mean discrepancy",
        }
    }
    /// Evidently's default.
    pub fn threshold(self) -> f64 {
        match self {
            Self::KolmogorovSmirnov | Self::ChiSquare | Self::Z | Self::T | Self::ChiSquareContingency => {
                0.05
            }
            Self::MaximumMeanDiscrepancy => 0.05,
            Self::DomainClassifier => 0.65,
            _ => 0.1,
        }
    }
    /// Whether a score says drift, with Evidently's care for the threshold itself.
    pub(super) fn is_drift(self, score: f64, threshold: f64) -> bool {
        match self {
            Self::KolmogorovSmirnov | Self::CramerVonMises | Self::MaximumMeanDiscrepancy => {
                score <= threshold
            }
            Self::ChiSquare | Self::Z | Self::T | Self::ChiSquareContingency => score < threshold,
            Self::Energy | Self::JensenShannonBase2 | Self::DomainClassifier => score > threshold,
            _ => score >= threshold,
        }
    }
}
