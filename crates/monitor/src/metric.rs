//! A measured figure with its interval, and the names figures go by.

use serde::{Deserialize, Serialize};

/// Definitions as scikit-learn's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MetricName {
    /// Share of right answers.
    Accuracy,
    /// Of the positive (last) class with two classes, else the unweighted mean over classes.
    F1,
    Precision,
    Recall,
    RocAuc,
    /// Average precision: the mean precision over the thresholds at which each positive is found.
    PrAuc,
    /// Mean negative natural logarithm of the probability given to the truth.
    LogLoss,
    /// Mean squared error of the probabilities.
    Brier,
    /// Expected distance of a probability from how often it comes true.
    CalibrationError,
    /// Share whose truth is among the most probable classes.
    TopK,
    /// Mean absolute error, in the target's unit.
    Mae,
    /// Root of the mean squared error, in the target's unit.
    Rmse,
    /// Share of the target's variance explained.
    R2,
    /// Mean of prediction minus truth, in the target's unit.
    MeanError,
    /// Mean absolute error in proportion to the truth, over the rows whose truth is not 0.
    Mape,
    /// Mean of the model's own expression over labelled rows.
    Business,
}

impl MetricName {
    pub const ALL: [Self; 16] = [
        Self::Accuracy,
        Self::F1,
        Self::Precision,
        Self::Recall,
        Self::RocAuc,
        Self::PrAuc,
        Self::LogLoss,
        Self::Brier,
        Self::CalibrationError,
        Self::TopK,
        Self::Mae,
        Self::Rmse,
        Self::R2,
        Self::MeanError,
        Self::Mape,
        Self::Business,
    ];

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::RocAuc => "roc_auc",
            Self::PrAuc => "pr_auc",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
            Self::CalibrationError => "calibration_error",
            Self::TopK => "top_k",
            Self::Mae => "mae",
            Self::Rmse => "rmse",
            Self::R2 => "r2",
            Self::MeanError => "mean_error",
            Self::Mape => "mape",
            Self::Business => "business",
        }
    }
    /// As on a chart.
    pub fn title(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::F1 => "F1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::RocAuc => "ROC AUC",
            Self::LogLoss => "log loss",
            Self::Brier => "Brier score",
            Self::Mae => "MAE",
            Self::Rmse => "RMSE",
            Self::R2 => "R²",
            Self::PrAuc => "PR AUC",
            Self::CalibrationError => "calibration error",
            Self::TopK => "top-k accuracy",
            Self::MeanError => "mean error",
            Self::Mape => "MAPE",
            Self::Business => "business metric",
        }
    }
    /// A mean error is best at 0; a business metric says for itself.
    pub fn higher_is_better(self) -> bool {
        matches!(
            self,
            Self::Accuracy
                | Self::F1
                | Self::Precision
                | Self::Recall
                | Self::RocAuc
                | Self::PrAuc
                | Self::TopK
                | Self::R2
        )
    }
}

/// One figure over `n` rows, with its 95% interval where one is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Metric {
    pub name: MetricName,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    /// How far the exact value can lie from this one at most, where it comes from binned scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
}

impl Metric {
    pub fn new(name: MetricName, value: f64, n: u64) -> Self {
        Self { name, value, low: None, high: None, n, bound: None }
    }
    #[must_use]
    pub fn within(mut self, (low, high): (f64, f64)) -> Self {
        self.low = Some(low);
        self.high = Some(high);
        self
    }
}

/// Standard normal quantile of 0.975.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Wilson's 95% interval of a share of `hits` in `n`; `(0, 1)` for no rows.
pub fn wilson(hits: u64, n: u64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (n as f64, hits as f64 / n as f64);
    let z2 = Z95 * Z95;
    let middle = share + z2 / (2.0 * n);
    let half = Z95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    let (low, high) = ((middle - half) / scale, (middle + half) / scale);
    (low.clamp(0.0, share), high.clamp(share, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// scipy `binomtest(8, 10).proportion_ci(method="wilson")`.
    #[test]
    fn wilson_agrees_with_scipy() {
        let (low, high) = wilson(8, 10);
        assert!((low - 0.490_162_471_536_642_1).abs() < 1e-9, "{low}");
        assert!((high - 0.943_317_848_545_624_8).abs() < 1e-9, "{high}");
    }

    proptest! {
        #[test]
        fn wilson_contains_the_share(n in 0_u64..5_000, part in 0.0_f64..=1.0) {
            let hits = (n as f64 * part) as u64;
            let (low, high) = wilson(hits, n);
            let share = if n == 0 { 0.5 } else { hits as f64 / n as f64 };
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        }
    }
}
