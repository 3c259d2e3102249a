//! A search for hyper-parameters: what is tried, how long, and what each trial came to.

use serde::{Deserialize, Serialize};

/// How good settings are looked for before the training proper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Search {
    pub sampler: Sampler,
    /// Trials at most.
    pub trials: u32,
    /// No trial begins later than this many minutes after the first; `null` has no such end.
    pub minutes: Option<u32>,
    /// After a third of a trial's length only the best one in so many goes on (asynchronous successive halving);
    /// `null` lets each run to its end.
    pub reduction: Option<u32>,
    /// What is varied; empty takes what suits the trainer.
    pub parameters: Vec<Parameter>,
}

impl Default for Search {
    fn default() -> Self {
        Self { sampler: Sampler::Tpe, trials: 30, minutes: None, reduction: Some(3), parameters: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Each trial is drawn evenly from the domain.
    Random,
    /// Tree-structured Parzen estimators (Bergstra and others 2011): where trials went well, more are tried.
    #[default]
    Tpe,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Parameter {
    /// A field of the plan, for example `learning_rate` or `network.weight_decay`.
    pub name: String,
    pub domain: Domain,
}

/// The values that a parameter can take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Domain {
    Real { low: f64, high: f64, log: bool },
    Whole { low: i64, high: i64, log: bool },
    Choice { options: Vec<String> },
}

/// One set of values, and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trial {
    /// By parameter, in the search's order; of a choice, which of its options.
    pub values: Vec<f64>,
    pub state: TrialState,
    /// Loss on the rows that watch, at the end or where it was stopped; `null` if it failed before.
    pub loss: Option<f64>,
    /// The same at each rung that it reached.
    pub rungs: Vec<f64>,
    /// Rounds, iterations or epochs it went through.
    pub steps: u32,
    pub took_ms: u64,
    /// Why it failed, in words.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    Complete,
    /// Stopped at a rung, as others were better there.
    Stopped,
    Failed,
}

/// A search and its trials so far: all that is needed to go on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Study {
    /// With the parameters that are varied.
    pub search: Search,
    pub trials: Vec<Trial>,
    /// Index of the complete trial with the lowest loss.
    pub best: Option<usize>,
    /// By parameter: the share of what moves the loss; empty while there are too few trials to say.
    pub importance: Vec<f64>,
}

impl Search {
    /// The first field that makes no sense, in words.
    pub fn problem(&self) -> Option<String> {
        if self.trials == 0 {
            return Some("`search.trials` is 0".into());
        }
        if self.minutes == Some(0) {
            return Some("`search.minutes` is 0".into());
        }
        if self.reduction.is_some_and(|reduction| reduction < 2) {
            return Some("`search.reduction` is less than 2".into());
        }
        self.parameters.iter().find_map(Parameter::problem)
    }
}

impl Parameter {
    fn problem(&self) -> Option<String> {
        let wrong = match &self.domain {
            Domain::Real { low, high, .. } if !(low.is_finite() && high.is_finite() && low < high) => {
                "has no range: `low` must be below `high`"
            }
            Domain::Real { low, log: true, .. } if *low <= 0.0 => {
                "is on a log scale, so that `low` must be above 0"
            }
            Domain::Whole { low, high, .. } if low >= high => "has no range: `low` must be below `high`",
            Domain::Whole { low, log: true, .. } if *low <= 0 => {
                "is on a log scale, so that `low` must be above 0"
            }
            Domain::Choice { options } if options.len() < 2 => "has less than two options",
            _ => return None,
        };
        Some(format!("`search.parameters` `{}` {wrong}", self.name))
    }
}

impl Domain {
    /// A value of this domain in words.
    pub fn told(&self, value: f64) -> String {
        match self {
            Self::Real { .. } => short(value),
            Self::Whole { .. } => format!("{value:.0}"),
            Self::Choice { options } => options.get(value as usize).cloned().unwrap_or_default(),
        }
    }
}

/// Three digits that matter, without an exponent where it reads well.
fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.2e}");
    }
    let digits = if size == 0.0 { 0 } else { (2 - size.log10().floor() as i32).max(0) as usize };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_without_a_range_is_named() {
        let with = |domain| {
            let parameters = vec![Parameter { name: "l2".into(), domain }];
            Search { parameters, ..Search::default() }.problem().unwrap_or_default()
        };
        assert_eq!(with(Domain::Real { low: 0.0, high: 1.0, log: false }), "");
        assert!(with(Domain::Real { low: 0.0, high: 1.0, log: true }).contains("`l2` is on a log scale"));
        assert!(with(Domain::Real { low: f64::NAN, high: 1.0, log: false }).contains("no range"));
        assert!(with(Domain::Whole { low: 3, high: 3, log: false }).contains("no range"));
        assert!(with(Domain::Choice { options: vec!["one".into()] }).contains("two options"));
        assert!(Search { reduction: Some(1), ..Search::default() }.problem().is_some());
    }

    #[test]
    fn values_are_told_shortly() {
        let real = Domain::Real { low: 0.0, high: 1.0, log: false };
        assert_eq!(
            [0.1, 0.012_345, 0.000_01, 31.0, 0.0].map(|v| real.told(v)),
            ["0.1", "0.0123", "1.00e-5", "31", "0"]
        );
        assert_eq!(Domain::Choice { options: vec!["a".into(), "b".into()] }.told(1.0), "b");
        assert_eq!(Domain::Whole { low: 1, high: 200, log: true }.told(100.0), "100");
    }
}
