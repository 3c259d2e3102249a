//! What each metric is and where its interval comes from, in words for whoever looks at the number.

use crate::metric::MetricName;

impl MetricName {
    /// What the value means. "Positive" is the last class of two.
    pub fn definition(self) -> &'static str {
        match self {
            Self::Accuracy => "share of labelled rows whose predicted class is the true one",
            Self::Precision => {
                "of the rows predicted positive, the share that are; with many classes the mean over them"
            }
            Self::Recall => {
                "of the positive rows, the share predicted so; with many classes the mean over them"
            }
            Self::F1 => "harmonic mean of precision and recall; with many classes the mean over them",
            Self::RocAuc => {
                "chance that a positive row scores above another; with many classes the mean of each against the rest"
            }
            Self::PrAuc => {
                "average precision: mean precision over the thresholds at which each positive is found; with many classes the mean of each against the rest"
            }
            Self::LogLoss => "mean negative natural logarithm of the probability given to the true class",
            Self::Brier => "mean squared error of the probabilities; with many classes summed over them",
            Self::CalibrationError => {
                "mean distance between stated probability and how often it came true, over ten bins"
            }
            Self::TopK => "share whose true class is among the k most probable",
            Self::Mae => "mean absolute difference of prediction and truth",
            Self::Rmse => "root of the mean squared difference of prediction and truth",
            Self::R2 => "share of the truth's variance that the predictions explain",
            Self::MeanError => "mean of prediction minus truth: above 0 the model predicts too high",
            Self::Mape => "mean absolute error in proportion to the truth, over rows whose truth is not 0",
            Self::Business => "mean of the model's own expression over labelled rows",
        }
    }
    /// The 95% interval's formula.
    pub fn interval_source(self) -> &'static str {
        match self {
            Self::Accuracy | Self::TopK => "Wilson's interval of a share",
            Self::Precision | Self::Recall => "Wilson's interval; with many classes the delta method",
            Self::F1 => "Wilson's interval of the Jaccard index; with many classes the delta method",
            Self::RocAuc => "DeLong's on binned scores, widened by what the bins can hide",
            Self::PrAuc => "normal on the logit scale (Boyd, Eng and Page 2013)",
            Self::LogLoss | Self::Brier | Self::Mae | Self::MeanError | Self::Mape | Self::Business => {
                "normal approximation of a mean"
            }
            Self::CalibrationError | Self::Rmse | Self::R2 => "delta method",
        }
    }
}
