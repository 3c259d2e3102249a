//! Health in words and shape, the pulse and the sparklines of a model's card.
//!
//! Must not know how a signal is computed (see [`crate::signals`]).

use std::sync::{Arc, Mutex};

use tidegate_core::{
    Result, Time,
    alert::{Alert, Severity},
    model::{Model, ModelSettings},
    time::{HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::metric::MetricName;

use crate::{
    Engine,
    aggregate::{Aggregate, FINE_MS},
    baseline::Baseline,
    bucket::Bucket,
    lock,
    route::{Watched, worker_view},
    signals::{Risen, Signals, definition},
    view::{Health, HealthState, NextStep, Pulse, Reason, Sparks},
};

const SPARK_POINTS: i64 = 60;

/// The signals of a version's newest window.
pub fn signals(watched: &Watched, settings: &ModelSettings, now: Time) -> Signals {
    live_signals(&watched.aggregate, now.plus(-i64::from(settings.window_s) * 1000), now.plus(1), settings)
}

/// The signals of a window in memory: what is usual at its time of day is no drift.
pub fn live_signals(aggregate: &Mutex<Aggregate>, from: Time, to: Time, settings: &ModelSettings) -> Signals {
    let (window, baseline, risen) = {
        let aggregate = lock(aggregate);
        (aggregate.window(from, to), aggregate.baseline().cloned(), risen(&aggregate))
    };
    let mut signals = Signals::of(&window, baseline.as_deref(), settings);
    signals.risen = risen;
    if let Some(baseline) = baseline.filter(|_| signals.any_drift()) {
        let days = lock(aggregate).season.days_before(from, to);
        signals.excuse(&window, &baseline, &days, settings);
    }
    signals
}

/// Whether errors are up, whatever the window.
pub fn risen(aggregate: &Aggregate) -> Option<Risen> {
    Risen::of(aggregate.errors.stream(), aggregate.schema().task)
}

/// The last hour (of a younger model: all of it), in as many points as a card shows.
pub fn sparks(watched: &Watched, now: Time) -> Sparks {
    let (points, baseline) = spark_points(watched, now);
    let settings = ModelSettings { min_rows: 1, ..ModelSettings::default() };
    let mut sparks = Sparks::default();
    for point in points {
        let signals = point.map(|bucket| Signals::of(&bucket, baseline.as_deref(), &settings));
        let signals = signals.as_ref();
        let quality = |signals: &Signals| {
            let metric = signals.metric(MetricName::Accuracy).or_else(|| signals.metric(MetricName::Mae));
            metric.map(|metric| metric.value)
        };
        sparks.p99_ms.push(signals.and_then(|s| s.p99_us).map(|us| us / 1e3));
        sparks.error_share.push(signals.and_then(Signals::error_share));
        sparks.quality.push(signals.and_then(quality));
        sparks.drift.push(signals.and_then(|s| s.inputs.first()).map(|drift| drift.psi));
    }
    sparks
}

/// The buckets of a card's points; `None` where nothing was asked.
fn spark_points(watched: &Watched, now: Time) -> (Vec<Option<Bucket>>, Option<Arc<Baseline>>) {
    let aggregate = lock(&watched.aggregate);
    let since = now.plus(-HOUR_MS);
    // From before a restart there are only minutes; a minute holds what its fine buckets do.
    let fine_from = aggregate.fine(since, now).next().map_or(now, |(first, _)| first.floor(MINUTE_MS));
    let minutes: Vec<_> = aggregate.minutes(since, fine_from).collect();
    let first = minutes.first().map_or(fine_from, |(first, _)| *first);
    let step_ms = (now.since(first) / SPARK_POINTS / FINE_MS + 1) * FINE_MS;
    let start = now.floor(step_ms).plus(-(SPARK_POINTS - 1) * step_ms);
    let mut points: Vec<Option<Bucket>> = vec![None; SPARK_POINTS as usize];
    let fine = aggregate.fine(fine_from.max(start), now.plus(1));
    for (time, bucket) in minutes.into_iter().filter(|(time, _)| *time >= start).chain(fine) {
        if let Some(slot) = points.get_mut((time.since(start) / step_ms) as usize) {
            slot.get_or_insert_with(|| aggregate.empty()).merge(bucket);
        }
    }
    (points, aggregate.baseline().cloned())
}

impl Engine {
    /// The newest window in a few numbers.
    pub(crate) fn pulse(&self, model: &Model, watched: &Watched, now: Time) -> Pulse {
        let mut signals = signals(watched, &model.settings, now);
        let window_ms = i64::from(model.settings.window_s) * 1000;
        self.decide_as_known(model, &mut signals, now.plus(-window_ms), now.plus(1));
        let recent = lock(&watched.aggregate).requests(now.plus(-10_000), now.plus(1));
        let metric = |name| signals.metric(name).map(|metric| metric.value);
        Pulse {
            requests_per_s: recent as f64 / 10.0,
            requests: signals.requests,
            p99_ms: signals.p99_us.map(|us| us / 1e3),
            error_share: signals.error_share(),
            accuracy: metric(MetricName::Accuracy),
            mae: metric(MetricName::Mae),
            drifted: (!signals.inputs.is_empty()).then(|| signals.drifted().count() as u32),
            features: signals.inputs.len() as u32,
            dropped: signals.dropped,
        }
    }

    /// Open alerts and the worker's state, as reasons; the most pressing first.
    pub(crate) async fn health(&self, model: &Model) -> Result<Health> {
        let alerts = self.open_alerts(model.id).await?;
        Ok(self.health_given(model, alerts.iter()))
    }

    pub(crate) fn health_given<'a>(&self, model: &Model, alerts: impl Iterator<Item = &'a Alert>) -> Health {
        let now = self.clock.now();
        let awake = alerts
            .filter(|alert| !alert.acknowledged && alert.snoozed_until.is_none_or(|until| until <= now));
        let mut reasons: Vec<_> = awake.map(alert_reason).collect();
        reasons.extend(self.worker_reason(model));
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.state));
        Health { state: reasons.first().map(|reason| reason.state).unwrap_or_default(), reasons }
    }

    fn worker_reason(&self, model: &Model) -> Option<Reason> {
        let route = self.route(&model.name).ok().filter(|route| route.id == model.id)?;
        let sentence = match (route.broken(), route.champion()) {
            (Some(why), _) => format!("it could not be loaded: {why}"),
            (None, Ok(champion)) => {
                let worker = worker_view(&champion.deployment);
                let reason = worker.reason.filter(|_| worker.state == "quarantined")?;
                format!("in quarantine: {reason}")
            }
            (None, Err(_)) => return None,
        };
        Some(Reason { state: HealthState::Act, sentence, since: None, next: NextStep::Open })
    }
}

fn alert_reason(alert: &Alert) -> Reason {
    Reason {
        state: match alert.severity {
            Severity::Watch => HealthState::Watch,
            Severity::Act => HealthState::Act,
        },
        sentence: alert.message.clone(),
        since: Some(alert.since),
        next: if definition(alert.signal).of_answers { NextStep::Retrain } else { NextStep::Open },
    }
}
