//! A canary: a version that answers a share of a model's requests before it answers all of them, and is watched after.
//!
//! Owns the words only. Must not know how a request is routed or a check computed. What an older program stored reads:
//! fields it did not know have their defaults.

use serde::{Deserialize, Serialize};

use crate::{ModelId, RunId, Time, VersionId, id::CanaryId, time::SECOND_MS};

/// How a version takes over from the champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct CanarySettings {
    /// Whether a retraining that is promoted without asking goes this way; else it answers everything at once.
    pub automatic: bool,
    /// Share of the requests at each step, above 0 to 1, each larger than the one before. After the last one the
    /// version becomes champion.
    pub shares: Vec<f64>,
    /// A step lasts at least so long, seconds,
    pub step_s: u32,
    /// and until the version was asked so often in it.
    pub min_requests: u32,
    /// After a promotion of any kind the new champion is held against its predecessor for so long, seconds, and the
    /// predecessor answers again where it does worse; 0 looks no further.
    pub watch_s: u32,
    pub tolerance: CanaryTolerance,
}

impl Default for CanarySettings {
    fn default() -> Self {
        Self {
            automatic: false,
            shares: vec![0.1, 0.5, 1.0],
            step_s: 600,
            min_requests: 100,
            watch_s: 0,
            tolerance: CanaryTolerance::default(),
        }
    }
}

/// How much worse than the champion a version may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct CanaryTolerance {
    /// It may fail more requests by this much of them, surely; 0 to 1.
    pub errors: f64,
    /// Its 95th percentile of latency may be so many times the champion's,
    pub latency_factor: f64,
    /// or so many milliseconds more, where that is more.
    pub latency_ms: f64,
    /// The population stability index of its answers against the champion's in the same time, at most.
    pub psi: f64,
    /// Its labelled answers may be worse by this much, surely: points of accuracy, or a share of the mean absolute error.
    pub accuracy: f64,
    /// Fewer labelled rows than this on either side don't decide.
    pub min_labels: u32,
}

impl Default for CanaryTolerance {
    fn default() -> Self {
        Self { errors: 0.01, latency_factor: 1.5, latency_ms: 5.0, psi: 0.25, accuracy: 0.05, min_labels: 50 }
    }
}

/// A day.
const LONGEST_S: u32 = 86_400;
const MOST_STEPS: usize = 20;

impl CanarySettings {
    /// The first field that says nothing possible, in words.
    pub fn problem(&self) -> Option<String> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            let outside = !(low..=high).contains(&value);
            outside.then(|| format!("`{name}` is {value}, it must be {low} to {high}"))
        };
        let tolerance = &self.tolerance;
        self.shares_problem()
            .or_else(|| within("step_s", self.step_s.into(), 1.0, LONGEST_S.into()))
            .or_else(|| within("min_requests", self.min_requests.into(), 1.0, 1e9))
            .or_else(|| within("watch_s", self.watch_s.into(), 0.0, f64::from(LONGEST_S) * 7.0))
            .or_else(|| within("tolerance.errors", tolerance.errors, 0.0, 1.0))
            .or_else(|| within("tolerance.latency_factor", tolerance.latency_factor, 0.1, 1e6))
            .or_else(|| within("tolerance.latency_ms", tolerance.latency_ms, 0.0, 1e6))
            .or_else(|| within("tolerance.psi", tolerance.psi, 0.0, 1e6))
            .or_else(|| within("tolerance.accuracy", tolerance.accuracy, 0.0, 1e6))
            .or_else(|| within("tolerance.min_labels", tolerance.min_labels.into(), 2.0, 1e9))
    }

    fn shares_problem(&self) -> Option<String> {
        let rising = self.shares.windows(2).all(|pair| pair[0] < pair[1]);
        let possible = self.shares.iter().all(|share| *share > 0.0 && *share <= 1.0);
        let few = (1..=MOST_STEPS).contains(&self.shares.len());
        let words = "`shares` must be 1 to 20 numbers above 0 and at most 1, each larger than the one before";
        (!(rising && possible && few)).then(|| words.to_owned())
    }

    pub fn step_ms(&self) -> i64 {
        i64::from(self.step_s) * SECOND_MS
    }

    pub fn watch_ms(&self) -> i64 {
        i64::from(self.watch_s) * SECOND_MS
    }
}

/// One version on its way to become champion, or watched after it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Canary {
    pub id: CanaryId,
    pub model: ModelId,
    pub challenger: VersionId,
    /// What it is to replace.
    pub champion: VersionId,
    /// The retraining that made it, if that waited for a decision.
    pub run: Option<RunId>,
    /// As they were when it began.
    pub settings: CanarySettings,
    /// Whether a request belongs to the share follows from this and the request's id.
    pub seed: u64,
    pub who: String,
    /// The reason given, may be empty.
    pub why: String,
    pub state: CanaryState,
    pub created: Time,
    pub ended: Option<Time>,
    /// Those that began, in their order; none where it was promoted at once, and only is watched.
    pub steps: Vec<CanaryStep>,
    /// After it became champion.
    pub watch: Option<CanaryStep>,
    /// Why it ended as it did, in words; empty until then.
    pub reason: String,
}

impl Canary {
    /// The step or watch that is under way; the last one where it is over.
    pub fn current(&self) -> Option<&CanaryStep> {
        self.watch.as_ref().or(self.steps.last())
    }

    pub fn current_mut(&mut self) -> Option<&mut CanaryStep> {
        self.watch.as_mut().or(self.steps.last_mut())
    }

    /// How long the step or watch under way lasts at least.
    pub fn lasts_ms(&self) -> i64 {
        if self.watch.is_some() { self.settings.watch_ms() } else { self.settings.step_ms() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CanaryState {
    /// It answers a share of the requests.
    Running,
    /// It is champion, and held against its predecessor.
    Watching,
    Promoted,
    /// It did worse than the champion, which answers everything again.
    SteppedBack,
    /// A person ended it, or what it was about went away.
    Aborted,
}

impl CanaryState {
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Running | Self::Watching)
    }
}

/// A share for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CanaryStep {
    pub share: f64,
    pub started: Time,
    pub ended: Option<Time>,
    /// Requests that each was asked in it, failed ones too.
    pub champion_requests: u64,
    pub challenger_requests: u64,
    /// As they stood when it was looked at last.
    pub checks: Vec<CanaryCheck>,
}

impl CanaryStep {
    pub fn new(share: f64, started: Time) -> Self {
        Self { share, started, ended: None, champion_requests: 0, challenger_requests: 0, checks: Vec::new() }
    }
}

/// Both versions by one measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CanaryCheck {
    pub kind: CanaryCheckKind,
    /// Shares from 0 to 1 for errors and accuracy, milliseconds, the target's unit for an error; `null` where there
    /// is nothing to say. The PSI has no value of the champion's.
    pub champion: Option<f64>,
    pub challenger: Option<f64>,
    /// What the challenger's may be: at most, but of accuracy at least.
    pub limit: Option<f64>,
    /// Requests or rows they stand on.
    pub champion_n: u64,
    pub challenger_n: u64,
    /// `null` while there is too little to decide by.
    pub passed: Option<bool>,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CanaryCheckKind {
    /// Share of failed requests.
    Errors,
    /// 95th percentile, milliseconds.
    Latency,
    /// PSI of the answers.
    Outputs,
    /// Share of right answers among labelled ones.
    Accuracy,
    /// Mean absolute error of labelled answers.
    MeanAbsoluteError,
    /// Alerts that fired since the step began.
    Alerts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_program_read_and_impossible_ones_are_named() {
        let read = |json: &str| serde_json::from_str::<CanarySettings>(json).unwrap();
        assert_eq!(read("{}"), CanarySettings::default());
        assert_eq!(read("{}").problem(), None);
        for shares in ["[]", "[0]", "[0.5,0.5]", "[0.5,0.1]", "[1.5]", "[null]"] {
            let Ok(settings) = serde_json::from_str::<CanarySettings>(&format!(r#"{{"shares":{shares}}}"#))
            else {
                continue;
            };
            assert!(settings.problem().unwrap().starts_with("`shares` must be"), "{shares}");
        }
        let said = |json: &str| read(json).problem().unwrap();
        assert_eq!(said(r#"{"step_s":0}"#), "`step_s` is 0, it must be 1 to 86400");
        assert!(said(r#"{"tolerance":{"latency_factor":0}}"#).starts_with("`tolerance.latency_factor` is 0"));
    }
}
