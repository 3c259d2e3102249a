//! What must hold before a challenger replaces the champion, and how a comparison of the two is told.
//!
//! Owns the words of gates and comparisons; how they are computed is `monitor`'s. A plan stored by an older program
//! reads: what it does not know has its default.

use serde::{Deserialize, Serialize};

/// What must hold before a challenger replaces the champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Gates {
    /// On the newest held-out rows the primary metric may be worse by this much at most, surely. Points of accuracy,
    /// or a share of the champion's RMSE.
    pub new_margin: f64,
    /// On held-out rows of the reference set it may be worse by this much at most.
    pub old_margin: f64,
    /// How sure "surely" is: the confidence of every interval, 0.5 to 0.999.
    pub confidence: f64,
    /// The median run time may grow by this factor at most.
    pub latency_factor: f64,
    /// The file may grow by this factor at most; `null` only tells the sizes.
    pub size_factor: Option<f64>,
    /// Fewer held-out rows than this decide nothing.
    pub min_rows: u32,
    /// With fewer held-out rows, but as many labelled ones in all, every one of them is judged by a model trained
    /// without it, in this many parts; below 2 never.
    pub folds: u32,
    /// No part of the rows may surely lose much; `null` looks at no parts.
    pub slices: Option<SliceGate>,
    /// Further metrics that decide.
    pub metrics: Vec<MetricGate>,
    /// How the answers to recent traffic may change.
    pub outputs: OutputGate,
    /// A person must say yes, even when every gate passes.
    pub approval: bool,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            new_margin: 0.0,
            old_margin: 0.05,
            confidence: 0.95,
            latency_factor: 2.0,
            size_factor: None,
            min_rows: 30,
            folds: 5,
            slices: Some(SliceGate::default()),
            metrics: Vec::new(),
            outputs: OutputGate::default(),
            approval: true,
        }
    }
}

impl Gates {
    /// The first field that says nothing possible, in words.
    pub fn problem(&self) -> Option<String> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            let outside = !(low..=high).contains(&value);
            outside.then(|| format!("`gates.{name}` is {value}, it must be {low} to {high}"))
        };
        let slices = self.slices.as_ref();
        let outputs = &self.outputs;
        within("confidence", self.confidence, 0.5, 0.999)
            .or_else(|| within("new_margin", self.new_margin, 0.0, 1e9))
            .or_else(|| within("old_margin", self.old_margin, 0.0, 1e9))
            .or_else(|| within("latency_factor", self.latency_factor, 0.01, 1e6))
            .or_else(|| within("size_factor", self.size_factor?, 0.01, 1e6))
            .or_else(|| within("folds", self.folds.into(), 0.0, 20.0))
            .or_else(|| within("slices.margin", slices?.margin, 0.0, 1e9))
            .or_else(|| within("slices.min_rows", slices?.min_rows.into(), 2.0, 1e9))
            .or_else(|| within("outputs.rows", outputs.rows.into(), 0.0, 100_000.0))
            .or_else(|| within("outputs.most_psi", outputs.most_psi?, 0.0, 1e9))
            .or_else(|| within("outputs.least_agreement", outputs.least_agreement?, 0.0, 1.0))
            .or_else(|| self.metrics.iter().find_map(MetricGate::problem))
    }
}

/// Slices are the bins and categories of each input, and the pairs of inputs that lose most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct SliceGate {
    /// Smaller slices are not judged.
    pub min_rows: u32,
    /// No slice may surely lose more than this: points of accuracy, or a share of the champion's mean error.
    pub margin: f64,
}

impl Default for SliceGate {
    fn default() -> Self {
        Self { min_rows: 50, margin: 0.05 }
    }
}

/// One metric that decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MetricGate {
    pub metric: GateMetric,
    #[serde(default)]
    pub rows: GateRows,
    pub limit: Limit,
}

impl MetricGate {
    fn problem(&self) -> Option<String> {
        let (name, value) = match self.limit {
            Limit::Reach { value } if !value.is_finite() => ("value", value),
            Limit::Keep { share } if !(share >= 0.0 && share.is_finite()) => ("share", share),
            Limit::SurelyKeep { margin } if !(margin >= 0.0 && margin.is_finite()) => ("margin", margin),
            _ => return None,
        };
        Some(format!(
            "`gates.metrics`, {:?}: `limit.{name}` is {value}, it must be a number of 0 or more",
            self.metric
        ))
    }
}

/// Metrics that can be a gate; definitions as scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateMetric {
    Accuracy,
    F1,
    RocAuc,
    LogLoss,
    Brier,
    CalibrationError,
    Mae,
    Rmse,
    R2,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateRows {
    /// The newest labelled predictions that were held out.
    #[default]
    New,
    /// Rows of the reference set that were held out.
    Old,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Limit {
    /// The challenger is at least this good: no less, or no more where lower is better.
    Reach { value: f64 },
    /// Worse than the champion by this share of its value at most.
    Keep { share: f64 },
    /// Surely not worse by more than this, in the metric's unit (non-inferiority).
    SurelyKeep { margin: f64 },
}

/// How the answers to recorded requests may change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct OutputGate {
    /// The newest recorded rows that the challenger answers too; 0 asks it none.
    pub rows: u32,
    /// The population stability index of its answers against the recorded ones, at most; `null` only tells it.
    pub most_psi: Option<f64>,
    /// Share of rows answered alike, at least; `null` only tells it.
    pub least_agreement: Option<f64>,
}

impl Default for OutputGate {
    fn default() -> Self {
        Self { rows: 2_000, most_psi: None, least_agreement: None }
    }
}

/// Champion and challenger on the same rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Comparison {
    pub rows_new: u32,
    pub rows_old: u32,
    /// Parts of a cross-fitted comparison; 0 where the challenger itself answered held-out rows.
    #[serde(default)]
    pub folds: u32,
    pub lines: Vec<ComparisonLine>,
    pub passed: bool,
    /// So many more labelled rows would settle what is undecided, four times of five.
    #[serde(default)]
    pub more_rows: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ComparisonLine {
    /// e.g. "accuracy, new rows".
    pub what: String,
    pub unit: String,
    pub higher_is_better: bool,
    pub champion: f64,
    pub challenger: f64,
    /// Challenger minus champion, with its interval where one is computed.
    pub difference: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// `null` for lines that inform and do not decide.
    pub passed: Option<bool>,
    /// Why it passed or was held, in words.
    pub reason: String,
    /// The paired test of no difference.
    #[serde(default)]
    pub test: Option<PairedTest>,
    /// So many more labelled rows would decide this line, four times of five.
    #[serde(default)]
    pub more_rows: Option<u32>,
}

/// A test on pairs of answers to the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PairedTest {
    /// "McNemar, exact".
    pub name: String,
    /// Two-sided.
    pub p: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_of_an_older_program_read_with_the_new_ones_at_their_defaults() {
        let stored =
            r#"{"new_margin":0.01,"old_margin":0.1,"latency_factor":3.0,"min_rows":40,"approval":false}"#;
        let gates: Gates = serde_json::from_str(stored).unwrap();
        let expected = Gates {
            new_margin: 0.01,
            old_margin: 0.1,
            latency_factor: 3.0,
            min_rows: 40,
            approval: false,
            ..Gates::default()
        };
        assert_eq!(gates, expected);
        assert_eq!(gates.problem(), None);
        let line = r#"{"what":"w","unit":"","higher_is_better":true,"champion":1,"challenger":1,"difference":0,
            "low":null,"high":null,"passed":true,"reason":""}"#;
        let comparison = format!(r#"{{"rows_new":1,"rows_old":0,"lines":[{line}],"passed":true}}"#);
        assert_eq!(serde_json::from_str::<Comparison>(&comparison).unwrap().lines[0].test, None);
    }

    #[test]
    fn impossible_gates_are_named() {
        let said = |json: &str| serde_json::from_str::<Gates>(json).unwrap().problem().unwrap();
        assert_eq!(said(r#"{"confidence":1.0}"#), "`gates.confidence` is 1, it must be 0.5 to 0.999");
        assert!(said(r#"{"slices":{"min_rows":1}}"#).starts_with("`gates.slices.min_rows` is 1"));
        let keep = r#"{"metrics":[{"metric":"f1","limit":{"kind":"keep","share":-1}}]}"#;
        assert!(said(keep).contains("`limit.share` is -1"), "{}", said(keep));
    }
}
