//! What a rule can watch: each signal with its meaning, its unit and how its value is read.
//!
//! Must not know who asks nor how a window is judged.

use tidegate_core::alert::{Direction, Signal};
use tidegate_monitor::{drift::PSI_THRESHOLD, metric::MetricName};

use super::{Ask, LEAST_REQUESTS, LEAST_RISE, Reading, Signals, TOGETHER_THRESHOLD};
use crate::view::{Counted, SignalUnit, SubjectOf};

type Read = fn(&Signals, &Ask) -> Option<Reading>;

/// What there is to know about a signal.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// "accuracy", to go into sentences.
    pub title: &'static str,
    pub unit: SignalUnit,
    pub counted: Counted,
    /// The side on which it is worse.
    pub worse: Direction,
    /// The threshold of a new rule.
    pub first: f64,
    pub subject: SubjectOf,
    /// Says how good the answers are: a retraining may help.
    pub of_answers: bool,
    /// The value a rule compares with its threshold; `None` while there is too little to say.
    pub read: Read,
}

/// Adds nothing to `Signal` but the meaning: a new one is a variant there and an arm here.
pub fn definition(signal: Signal) -> Definition {
    use Counted::{Labels, Requests, Rows};
    use Direction::{Above, Below};
    use SignalUnit::{Milliseconds, PerSecond, Plain, Seconds, Share};
    match signal {
        Signal::InputDrift => {
            of("drift of an input (PSI)", Plain, Rows, Above, PSI_THRESHOLD, Signals::input_drift)
                .any_input()
                .answers()
        }
        Signal::PredictionDrift => {
            of("drift of the predictions (PSI)", Plain, Rows, Above, PSI_THRESHOLD, Signals::prediction_drift)
                .answers()
        }
        Signal::Accuracy => {
            of("accuracy", Share, Labels, Below, 0.9, |s, ask| s.quality(MetricName::Accuracy.as_str(), ask))
                .answers()
        }
        Signal::MeanAbsoluteError => of("mean absolute error", Plain, Labels, Above, 1.0, |s, ask| {
            s.quality(MetricName::Mae.as_str(), ask)
        })
        .answers(),
        Signal::Metric => of("a metric", Plain, Labels, Below, 0.9, |s, ask| s.quality(ask.subject?, ask))
            .metric()
            .answers(),
        Signal::ErrorShare => of("share of failed requests", Share, Requests, Above, 0.01, |s, _| {
            s.enough().then(|| Reading { value: s.error_share().unwrap_or(0.0), n: s.requests })
        }),
        Signal::LatencyP50 => {
            of("latency p50", Milliseconds, Requests, Above, 50.0, |s, _| s.latency(s.p50_us))
        }
        Signal::LatencyP95 => {
            of("latency p95", Milliseconds, Requests, Above, 100.0, |s, _| s.latency(s.p95_us))
        }
        Signal::LatencyP99 => {
            of("latency p99", Milliseconds, Requests, Above, 100.0, |s, _| s.latency(s.p99_us))
        }
        Signal::Throughput => of("requests a second", PerSecond, Requests, Below, 1.0, |s, ask| {
            let value = s.requests as f64 * 1e3 / ask.window_ms.max(1) as f64;
            Some(Reading { value, n: s.requests })
        }),
        Signal::LabelCoverage => of("label coverage", Share, Rows, Below, 0.5, |s, _| {
            let value = s.labelled as f64 / s.rows.max(1) as f64;
            (s.rows >= LEAST_REQUESTS).then_some(Reading { value: value.min(1.0), n: s.rows })
        }),
        Signal::LabelLag => of("delay of labels", Seconds, Labels, Above, 3_600.0, |s, _| {
            let value = s.label_lag_ms as f64 / 1e3 / s.labelled.max(1) as f64;
            (s.labelled > 0).then_some(Reading { value, n: s.labelled })
        }),
        Signal::MissingShare => {
            of("share of missing values", Share, Rows, Above, 0.1, Signals::missing_share).any_input()
        }
        Signal::QualityViolation => {
            of("share of failed quality checks", Share, Rows, Above, 0.0, |s, _| s.quality_checks())
        }
        Signal::MultivariateDrift => of(
            "drift of columns together",
            SignalUnit::Sigmas,
            Rows,
            Above,
            TOGETHER_THRESHOLD,
            Signals::multivariate_drift,
        )
        .answers(),
        Signal::ConceptDrift => {
            of("rise of errors", Share, Labels, Above, LEAST_RISE, Signals::concept_drift).answers()
        }
    }
}

fn of(
    title: &'static str,
    unit: SignalUnit,
    counted: Counted,
    worse: Direction,
    first: f64,
    read: Read,
) -> Definition {
    Definition { title, unit, counted, worse, first, subject: SubjectOf::None, of_answers: false, read }
}

impl Definition {
    fn answers(self) -> Self {
        Self { of_answers: true, ..self }
    }
    fn any_input(self) -> Self {
        Self { subject: SubjectOf::AnyInput, ..self }
    }
    fn metric(self) -> Self {
        Self { subject: SubjectOf::Metric, ..self }
    }
}
