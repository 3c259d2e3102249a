//! How good the answers were, with labels and without: metrics, slices, fairness, estimates.

use serde::{Deserialize, Serialize};
use tidegate_core::{Time, schema::Task};
use tidegate_monitor::{
    accuracy::ReliabilityBin,
    estimate::Reweighted,
    evaluate::ConfusionMatrix,
    fairness::Fairness,
    slices::{FeatureSlices, WorstSlices},
};
use utoipa::ToSchema;

/// Every metric that labelled rows of a range allow. Rows count at the time of their prediction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricsView {
    pub from: Time,
    pub to: Time,
    pub task: Task,
    pub coverage: CoverageView,
    /// Empty without labels.
    pub metrics: Vec<MeasuredView>,
    pub confusion: Option<ConfusionMatrix>,
    /// How often a probability came true: of the positive class's with two, else of the highest one.
    pub calibration: Vec<ReliabilityBin>,
    pub residuals: Option<ResidualsView>,
    /// Why a metric one would expect is missing; in words.
    pub notes: Vec<String>,
}

/// How much of the truth is known, and after how long.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CoverageView {
    /// Answered rows, and those among them that have a label.
    pub rows: u64,
    pub labelled: u64,
    /// `labelled / rows`; missing without rows.
    pub share: Option<f64>,
    /// What the settings ask for.
    pub least_share: f64,
    /// Enough labels for the metrics to be judged; with fewer, those that came first may not be like the others.
    pub mature: bool,
    /// From prediction to label, of half and of nine in ten labels, milliseconds; within 2%.
    pub lag_median_ms: Option<f64>,
    pub lag_p90_ms: Option<f64>,
}

/// A number with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeasuredView {
    /// As in the settings and charts: `roc_auc`.
    pub name: String,
    /// "ROC AUC".
    pub title: String,
    pub value: f64,
    /// 95% interval.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How far the exact value can lie from this one at most; missing where it is exact.
    pub bound: Option<f64>,
    /// Rows it is from.
    pub n: u64,
    /// Of the target, a percentage, or the business metric's own; empty for a plain number.
    pub unit: String,
    /// Missing where the best is in between.
    pub higher_is_better: Option<bool>,
    pub definition: String,
    /// Where the interval comes from.
    pub interval: String,
}

/// Prediction minus truth.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResidualsView {
    pub n: u64,
    pub quantiles: Vec<QuantileView>,
    /// A quantile lies within this share of the residual that was seen.
    pub relative_error: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct QuantileView {
    pub q: f64,
    pub value: f64,
}

/// What slices and their search measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SliceMetric {
    Accuracy,
    /// Mean absolute error.
    Mae,
    /// The model's own expression.
    Business,
}

/// The recorded labelled rows that a view is made of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LabelledRowsView {
    pub from: Time,
    pub to: Time,
    pub version: u32,
    /// Rows used; the newest, where there are more than `most`.
    pub n: u64,
    pub most: u64,
    /// Rows left out as the metric has no value for them.
    pub without_value: u64,
}

/// The model on the rows of each bin and category.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlicesView {
    pub rows: LabelledRowsView,
    pub metric: SliceMetric,
    pub higher_is_better: bool,
    /// On all rows; missing without any.
    pub overall: Option<f64>,
    pub features: Vec<FeatureSlices>,
    pub note: String,
}

/// Where the model does worst.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorstSlicesView {
    pub rows: LabelledRowsView,
    pub metric: SliceMetric,
    pub higher_is_better: bool,
    #[serde(flatten)]
    pub found: WorstSlices,
    pub note: String,
}

/// How a classifier treats the groups of one input.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FairnessView {
    pub rows: LabelledRowsView,
    pub column: String,
    /// The class that is good to be given.
    pub favourable_class: String,
    #[serde(flatten)]
    pub fairness: Fairness,
    pub note: String,
}

/// How accuracy is estimated while labels are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateMethod {
    /// Confidence-based performance estimation (CBPE).
    Confidence,
    /// Direct loss estimation (DLE).
    Loss,
}

/// Accuracy without labels, over a range.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EstimateView {
    pub from: Time,
    pub to: Time,
    /// Missing where nothing is estimated; `note` says why.
    pub method: Option<EstimateMethod>,
    /// When it was fitted, and on how many labelled rows.
    pub fitted: Option<Time>,
    pub fitted_rows: u64,
    /// Of a direct loss estimation: the share of the errors' variance that it foresees on rows it did not learn from.
    pub foreseen: Option<f64>,
    /// Over all answered rows; the band is three standard errors of sampling.
    pub metrics: Vec<MeasuredView>,
    /// The estimate against the truth, on the rows whose labels came.
    pub errors: Vec<EstimateError>,
    pub note: String,
}

/// How far an estimate is off.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EstimateError {
    pub name: String,
    pub title: String,
    pub realised: f64,
    pub estimated: f64,
    /// `realised - estimated`, with the realised value's 95% interval about it.
    pub difference: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    /// "estimator off by 0.8 points on 1,240 labelled rows".
    pub sentence: String,
}

/// The reference's realised metric, weighted to look like the newest window.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReweightedView {
    /// `accuracy` or `mae`.
    pub name: String,
    pub title: String,
    pub window_from: Time,
    pub window_to: Time,
    /// Missing where rows are too few or too unlike the reference; `note` says which.
    pub found: Option<Reweighted>,
    pub note: String,
}
