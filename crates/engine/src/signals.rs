//! The numbers that alerts, health, tiles and cards are made of, each defined once, over one window.
//!
//! Pure. Must not know who asks. What a rule can watch is the one match in [`definition()`].

mod decide;
mod definition;

use std::{cmp::Ordering, collections::BTreeSet};

use tidegate_core::{
    alert::{Member, Signal},
    model::ModelSettings,
    schema::Task,
};
use tidegate_monitor::{
    accuracy::Tally,
    column::{Counts, Reference},
    concept::ErrorStream,
    drift::{Drift, PSI_THRESHOLD, State, benjamini_hochberg, drift},
    live::{Together, TogetherReference, together},
    metric::{Metric, MetricName},
    report::compare::Comparison,
    season::{self, Day},
};

pub use decide::Recomputed;
pub use definition::{Definition, definition};

use crate::{
    baseline::Baseline,
    bucket::Bucket,
    quality,
    season::{EarlierDay, Part},
    wide::InputCounts,
};

/// Of the inputs called drifted, at most this share by chance.
const FALSE_DISCOVERY_RATE: f64 = 0.01;
/// Fewer requests than this say nothing about failures or latency, and fewer rows nothing about labels.
const LEAST_REQUESTS: u64 = 20;
/// Columns together have drifted where the mean error of rows moved by so many standard deviations of it: a medium
/// effect (Cohen, 1988), about what a PSI of 0.2 is to a shift.
pub const TOGETHER_THRESHOLD: f64 = 0.5;
/// With many labels detectors find rises too small to matter.
const LEAST_RISE: f64 = 0.02;

/// What a window of one version shows.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Every input, the most drifted first.
    pub inputs: Vec<Drift>,
    /// How many of them, from the first on, are further away than chance gives among so many.
    pub significant: usize,
    /// Those inputs that the rows decided, as they did.
    pub exact: Vec<Comparison>,
    pub prediction: Option<Drift>,
    /// Likewise.
    pub prediction_exact: Option<Comparison>,
    /// How well the inputs' values go together; none of models with fewer than two inputs that are no text or tensor.
    pub together: Option<Together>,
    /// The predictions differ only as they do every day at this time.
    pub prediction_usual: bool,
    /// Errors rose, and are still up.
    pub risen: Option<Risen>,
    /// Share of missing values of each input, with its rows; the highest first.
    pub missing: Vec<(String, Reading)>,
    /// Quality checks of severity `act` that failed, how many there are, and the rows they looked at.
    pub failed_checks: Vec<Member>,
    pub act_checks: u64,
    pub checked_rows: u64,
    pub metrics: Vec<Metric>,
    pub labelled: u64,
    /// Sum over the labelled rows.
    pub label_lag_ms: u64,
    pub requests: u64,
    pub rows: u64,
    pub failed: u64,
    /// Requests that were answered but not recorded.
    pub dropped: u64,
    pub p50_us: Option<f64>,
    pub p95_us: Option<f64>,
    pub p99_us: Option<f64>,
}

/// A rise of errors that detectors found.
#[derive(Debug, Clone)]
pub struct Risen {
    /// In shares of wrong answers, or of what the error of a regression was.
    pub rise: f64,
    /// Since it rose.
    pub labels: u64,
    pub sentence: String,
}

/// A signal's value, and how many rows or requests it stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub value: f64,
    pub n: u64,
}

/// What the value of a signal depends on beside its window.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The input or metric, where the signal has one.
    pub subject: Option<&'a str>,
    pub min_rows: u64,
    pub window_ms: i64,
}

impl Signals {
    pub fn of(window: &Bucket, baseline: Option<&Baseline>, settings: &ModelSettings) -> Self {
        let comparable = baseline.filter(|baseline| baseline.id == window.baseline);
        let (inputs, significant) =
            comparable.map_or_else(Default::default, |baseline| inputs(window, baseline, settings));
        let (failed_checks, act_checks) = baseline
            .map_or_else(Default::default, |baseline| quality::failed_act(window, baseline, settings));
        Self {
            inputs,
            significant,
            exact: Vec::new(),
            prediction_exact: None,
            prediction: comparable.and_then(|baseline| prediction(window, baseline, settings)),
            together: comparable.and_then(|baseline| together_of(window, baseline, settings)),
            prediction_usual: false,
            risen: None,
            missing: comparable.map_or_else(Vec::new, |baseline| missing(window, baseline)),
            failed_checks,
            act_checks,
            checked_rows: window.quality.looked_at(),
            metrics: window.tally.as_ref().map(Tally::metrics).unwrap_or_default(),
            labelled: window.labelled,
            label_lag_ms: window.label_lag_ms,
            requests: window.requests,
            rows: window.rows,
            failed: window.failed,
            dropped: window.dropped,
            p50_us: window.total.quantile(0.5),
            p95_us: window.total.quantile(0.95),
            p99_us: window.total.quantile(0.99),
        }
    }

    pub fn metric(&self, name: MetricName) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    pub fn drifted(&self) -> impl Iterator<Item = &Drift> {
        self.inputs.iter().filter(|drift| drift.state == State::Drifted)
    }

    pub fn error_share(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failed as f64 / self.requests as f64)
    }

    /// What exceeds the threshold of a rule on many inputs, the worst first.
    pub fn members(&self, signal: Signal, subject: Option<&str>, threshold: f64) -> Vec<Member> {
        let asked = |name: &str| subject.is_none_or(|subject| subject == name);
        match signal {
            Signal::InputDrift => {
                let over = self.inputs[..self.significant].iter().filter(|drift| drift.psi > threshold);
                over.filter(|drift| asked(&drift.name)).map(member).collect()
            }
            Signal::PredictionDrift => self.prediction.iter().map(member).collect(),
            Signal::MultivariateDrift => self.together.iter().map(together_member).collect(),
            Signal::ConceptDrift => self.risen.iter().map(Risen::member).collect(),
            Signal::MissingShare => {
                let over = self.missing.iter().filter(|(name, share)| share.value > threshold && asked(name));
                over.map(|(name, share)| Member {
                    name: name.clone(),
                    value: share.value,
                    detail: format!("of {} rows", share.n),
                })
                .collect()
            }
            Signal::QualityViolation => self.failed_checks.clone(),
            _ => Vec::new(),
        }
    }

    fn quality_checks(&self) -> Option<Reading> {
        let value = self.failed_checks.len() as f64 / self.act_checks.max(1) as f64;
        let enough = self.act_checks > 0 && self.checked_rows >= LEAST_REQUESTS;
        enough.then_some(Reading { value, n: self.checked_rows })
    }

    fn enough(&self) -> bool {
        self.requests >= LEAST_REQUESTS
    }

    fn latency(&self, us: Option<f64>) -> Option<Reading> {
        let answered = self.requests - self.failed;
        us.filter(|_| self.enough()).map(|us| Reading { value: us / 1e3, n: answered })
    }

    fn quality(&self, name: &str, ask: &Ask) -> Option<Reading> {
        let metric = self.metrics.iter().find(|metric| metric.name.as_str() == name)?;
        (metric.n >= (ask.min_rows / 4).max(1)).then_some(Reading { value: metric.value, n: metric.n })
    }

    fn input_drift(&self, ask: &Ask) -> Option<Reading> {
        let found = self.inputs.iter().position(|drift| ask.subject.is_none_or(|name| name == drift.name))?;
        judged(&self.inputs[found], found < self.significant)
    }

    fn prediction_drift(&self, _: &Ask) -> Option<Reading> {
        let counts = |drift: &Drift| match &self.prediction_exact {
            Some(exact) => exact.drifted,
            None => drift.psi > drift.psi_noise && !self.prediction_usual,
        };
        self.prediction.as_ref().and_then(|drift| judged(drift, counts(drift)))
    }

    /// By how many standard deviations of a row's error the mean moved; what chance gives is as good as nothing.
    fn multivariate_drift(&self, _: &Ask) -> Option<Reading> {
        let found = self.together.as_ref().filter(|found| found.state != State::NotEnough)?;
        let outside = found.error < found.low || found.error > found.high;
        let usual = found.state == State::Stable && found.effect.abs() >= TOGETHER_THRESHOLD;
        Some(Reading { value: if outside && !usual { found.effect.abs() } else { 0.0 }, n: found.n })
    }

    /// No change found is a rise of nothing, so that an alert goes when errors have fallen.
    fn concept_drift(&self, _: &Ask) -> Option<Reading> {
        let risen = self.risen.as_ref();
        let reading = risen.map(|risen| Reading { value: risen.rise, n: risen.labels });
        Some(reading.unwrap_or(Reading { value: 0.0, n: 0 }))
    }

    pub fn any_drift(&self) -> bool {
        let drifted = |drift: &Drift| may_be_drift(drift.state);
        self.inputs.iter().any(drifted)
            || self.prediction.as_ref().is_some_and(drifted)
            || self.together.as_ref().is_some_and(|found| may_be_drift(found.state))
    }

    /// Calls off what an earlier day showed at the same time, though it was like the reference as a whole.
    pub fn excuse(
        &mut self,
        window: &Bucket,
        baseline: &Baseline,
        days: &[EarlierDay],
        settings: &ModelSettings,
    ) {
        let days: Vec<_> = days.iter().filter(|day| day.whole.baseline == baseline.id).collect();
        let least = settings.min_rows.into();
        let usual = |reference: &Reference, counts: &Counts, of: &dyn Fn(&Part) -> Option<Counts>| {
            days.iter().find_map(|day| {
                let (whole, hour) = (of(&day.whole)?, of(&day.hour)?);
                let day_counts = Day { whole: &whole, hour: &hour };
                Some((season::usual(reference, counts, day_counts, least, PSI_THRESHOLD)?, day.days_ago))
            })
        };
        let mut excused = BTreeSet::new();
        // What texts and tensors are watched by beside their bins is not kept by the hour.
        let by_bins = |drift: &&mut Drift| drift.text.is_none() && drift.vector.is_none();
        for drift in self.inputs.iter_mut().filter(|drift| may_be_drift(drift.state)).filter(by_bins) {
            let Some(index) = baseline.features.iter().position(|f| f.name == drift.name) else { continue };
            let (reference, counts) = (&baseline.features[index], &window.features[index]);
            if let Some(found) = usual(reference, counts, &|part| part.features.get(index).cloned()) {
                excuse(drift, found);
                excused.insert(drift.name.clone());
            }
        }
        // Those that count still come first.
        let counting = self.inputs.iter().take(self.significant);
        let called_off = counting.filter(|drift| excused.contains(&drift.name)).count();
        self.significant -= called_off;
        self.inputs.sort_by_key(|drift| excused.contains(&drift.name));
        if let (Some(drift), Some(reference), Some(counts)) =
            (&mut self.prediction, &baseline.prediction, &window.prediction)
            && may_be_drift(drift.state)
            && let Some(found) = usual(reference, counts, &|part| part.prediction.clone())
        {
            excuse(drift, found);
            self.prediction_usual = true;
        }
        if let (Some(found), Some(reference)) = (&mut self.together, &baseline.wide.together)
            && may_be_drift(found.state)
        {
            excuse_together(found, reference, &days, least);
        }
    }

    fn missing_share(&self, ask: &Ask) -> Option<Reading> {
        let found = self.missing.iter().find(|(name, _)| ask.subject.is_none_or(|asked| asked == name));
        found.map(|(_, share)| *share).filter(|share| share.n >= ask.min_rows.max(1))
    }
}

impl Risen {
    /// The rise that a version's errors are still up from.
    pub fn of(stream: &ErrorStream, task: Task) -> Option<Self> {
        let found = stream.risen()?;
        Some(Self { rise: stream.rise(), labels: found.labels, sentence: found.sentence(task) })
    }

    fn member(&self) -> Member {
        Member { name: "errors".into(), value: self.rise, detail: self.sentence.clone() }
    }
}

fn may_be_drift(state: State) -> bool {
    matches!(state, State::Drifted | State::Undecided)
}

fn ago(days: i64) -> String {
    if days == 1 { "yesterday".into() } else { format!("{days} days ago") }
}

fn excuse_together(found: &mut Together, reference: &TogetherReference, days: &[&EarlierDay], min_rows: u64) {
    let usual = days.iter().find_map(|day| {
        let (whole, hour) = (day.whole.together.as_ref()?, day.hour.together.as_ref()?);
        let then = together::usual(reference, found, whole, hour, min_rows, TOGETHER_THRESHOLD)?;
        Some((then, day.days_ago))
    });
    if let Some((then, days_ago)) = usual {
        found.state = State::Stable;
        found.sentence = format!(
            "as usual at this time of day: mean reconstruction error {:.2} now, {then:.2} {}",
            found.error,
            ago(days_ago)
        );
    }
}

fn together_of(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> Option<Together> {
    let (reference, counts) = baseline.wide.together.as_ref().zip(window.wide.together.as_ref())?;
    Some(together::judge(reference, counts, settings.min_rows.into(), TOGETHER_THRESHOLD))
}

fn together_member(found: &Together) -> Member {
    Member { name: "columns together".into(), value: found.effect.abs(), detail: found.sentence.clone() }
}

fn excuse(drift: &mut Drift, (then, days_ago): (f64, i64)) {
    let ago = ago(days_ago);
    let psi = drift.psi;
    drift.state = State::Stable;
    drift.direction = None;
    drift.sentence =
        format!("as usual at this time of day: PSI {psi:.2} against the reference, {then:.2} against {ago}");
}

/// What is not significant is as good as nothing, whatever the rule's threshold.
fn judged(drift: &Drift, significant: bool) -> Option<Reading> {
    let value = if significant { drift.psi } else { 0.0 };
    (drift.state != State::NotEnough).then_some(Reading { value, n: drift.n })
}

fn member(drift: &Drift) -> Member {
    Member { name: drift.name.clone(), value: drift.psi, detail: drift.sentence.clone() }
}

/// With many inputs one or the other exceeds any threshold by chance: what counts as drift must also be
/// significant among all of them (chi-square, or what texts and tensors are tested by; Benjamini-Hochberg). Gives how many are; they come first.
fn inputs(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> (Vec<Drift>, usize) {
    let min_rows = settings.min_rows.into();
    let of =
        |place| InputCounts::of(baseline, window, place)?.drift(baseline, place, min_rows, PSI_THRESHOLD);
    let drifts: Vec<_> = (0..baseline.features.len()).filter_map(of).collect();
    let p: Vec<f64> = drifts.iter().map(|drift| drift.p).collect();
    let corrected = benjamini_hochberg(&p).into_iter().map(|q| q <= FALSE_DISCOVERY_RATE);
    let mut judged: Vec<(Drift, bool)> = drifts.into_iter().zip(corrected).collect();
    for (drift, significant) in &mut judged {
        *significant &= drift.state != State::NotEnough;
        if drift.state == State::Drifted && !*significant {
            drift.state = State::Stable;
            drift.sentence = format!("PSI {:.2}, as chance gives among {} inputs", drift.psi, p.len());
        }
    }
    ranked(judged)
}

/// The significant ones first, then by distance; and how many are significant.
fn ranked(mut judged: Vec<(Drift, bool)>) -> (Vec<Drift>, usize) {
    let rank =
        |(drift, significant): &(Drift, bool)| (*significant, drift.state != State::NotEnough, drift.psi);
    judged.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(Ordering::Equal));
    let significant = judged.iter().filter(|(_, significant)| *significant).count();
    (judged.into_iter().map(|(drift, _)| drift).collect(), significant)
}

fn prediction(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> Option<Drift> {
    let (reference, counts) = baseline.prediction.as_ref().zip(window.prediction.as_ref())?;
    Some(drift(reference, counts, settings.min_rows.into(), PSI_THRESHOLD))
}

fn missing(window: &Bucket, baseline: &Baseline) -> Vec<(String, Reading)> {
    let pairs = baseline.features.iter().zip(&window.features);
    let mut shares: Vec<_> = pairs
        .map(|(reference, counts)| {
            let n = counts.n + counts.missing;
            let value = counts.missing as f64 / n.max(1) as f64;
            (reference.name.clone(), Reading { value, n })
        })
        .collect();
    shares.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
    shares
}

#[cfg(test)]
#[path = "signals_tests.rs"]
mod tests;
