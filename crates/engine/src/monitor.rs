//! Monitoring as it is looked at: tiles, drift per input, and the series behind the charts.
//!
//! Owns which buckets answer a question of time. Must not know how a chart is drawn.

use std::{collections::BTreeMap, sync::Arc};

use tidegate_core::{
    Error, Result, Time, VersionId,
    alert::Signal,
    model::Model,
    schema::Task,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use tidegate_monitor::metric::{Metric, MetricName};
use tidegate_store::Level;

use crate::{
    Engine,
    aggregate::FINE_MS,
    baseline::Baseline,
    bucket::Bucket,
    lock,
    route::Watched,
    signals::Signals,
    view::{FeatureDrift, MetricView, MonitorView, Tile, Tone},
};

/// Charts show about this many points.
const POINTS: i64 = 240;

/// A range of time and the width of a point in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: Time,
    pub to: Time,
    pub step_ms: i64,
}

impl Range {
    /// Both ends, else the last seconds before `now` (an hour if nothing is said).
    pub fn new(from: Option<Time>, to: Option<Time>, last_s: Option<u32>, now: Time) -> Result<Self> {
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (None, None) => (now.plus(-i64::from(last_s.unwrap_or(3_600)) * 1000), now),
            _ => return Err(Error::invalid("`from` and `to` go together").hint("give both, or `last_s`")),
        };
        let length = to.since(from);
        if !(1_000..=3_660 * DAY_MS).contains(&length) {
            return Err(Error::invalid(
                "the range must be between a second and ten years long, from before to",
            ));
        }
        let fine = now.since(from) <= HOUR_MS + MINUTE_MS;
        let unit = if fine {
            FINE_MS
        } else if length <= 3 * DAY_MS {
            MINUTE_MS
        } else {
            HOUR_MS
        };
        let step_ms = (length / POINTS / unit).max(1) * unit;
        Ok(Self { from, to, step_ms })
    }

    fn level(self) -> Option<Level> {
        match self.step_ms {
            step if step < MINUTE_MS || step % MINUTE_MS != 0 => None,
            step if step < HOUR_MS || step % HOUR_MS != 0 => Some(Level::Minute),
            _ => Some(Level::Hour),
        }
    }
}

/// Buckets of a range, merged to its steps; steps without traffic are absent.
#[derive(Debug)]
pub struct Steps {
    pub range: Range,
    pub empty: Bucket,
    pub baseline: Option<Baseline>,
    pub buckets: BTreeMap<Time, Bucket>,
}

impl Steps {
    pub fn whole(&self) -> Bucket {
        let mut whole = self.empty.clone();
        self.buckets.values().for_each(|bucket| whole.merge(bucket));
        whole
    }

    fn add(&mut self, time: Time, bucket: &Bucket) {
        let step = time.floor(self.range.step_ms);
        self.buckets.entry(step).or_insert_with(|| self.empty.clone()).merge(bucket);
    }

    /// Every step from `from` to `to`, with its bucket if it has one.
    pub fn each(&self) -> impl Iterator<Item = (Time, Option<&Bucket>)> {
        let (first, step) = (self.range.from.floor(self.range.step_ms), self.range.step_ms);
        let count = self.range.to.since(first).div_euclid(step) + 1;
        (0..count).map(move |index| {
            let time = first.plus(index * step);
            (time, self.buckets.get(&time))
        })
    }
}

impl Engine {
    /// The counters that answer for `version` of a model (the champion's if `None`).
    pub(crate) async fn watched_version(&self, model: &Model, version: Option<u32>) -> Result<Arc<Watched>> {
        let versions = self.store.versions(model.id).await?;
        let found = versions.iter().find(|candidate| match version {
            Some(number) => candidate.number == number,
            None => Some(candidate.id) == model.aliases.champion,
        });
        let found = found.ok_or_else(|| match version {
            Some(number) => Error::not_found(format!("model `{}` has no version {number}", model.name)),
            None => Error::unavailable(format!("model `{}` has no champion", model.name)),
        })?;
        self.watched(model, found).await
    }

    /// Buckets of a model over a range. All versions are merged where none is named; counts of inputs are the
    /// champion's, as other versions may have other baselines.
    pub(crate) async fn steps(&self, model: &Model, version: Option<u32>, range: Range) -> Result<Steps> {
        let main = self.watched_version(model, version).await?;
        let (empty, baseline) = {
            let aggregate = lock(&main.aggregate);
            (aggregate.empty(), aggregate.baseline().cloned())
        };
        let mut steps = Steps { range, empty, baseline, buckets: BTreeMap::new() };
        let ids: Vec<VersionId> = match version {
            Some(_) => vec![main.version],
            None => self.store.versions(model.id).await?.iter().map(|version| version.id).collect(),
        };
        match range.level() {
            None => {
                for watched in self.known(&ids) {
                    let aggregate = lock(&watched.aggregate);
                    aggregate.fine(range.from, range.to).for_each(|(time, bucket)| steps.add(time, bucket));
                }
            }
            Some(level) => self.add_stored(&ids, level, &mut steps).await?,
        }
        Ok(steps)
    }

    /// Buckets of each version that answered in a range, oldest version first.
    pub(crate) async fn steps_by_version(
        &self,
        model: &Model,
        version: Option<u32>,
        range: Range,
    ) -> Result<Vec<Steps>> {
        let numbers: Vec<u32> = match version {
            Some(number) => vec![number],
            None => self.store.versions(model.id).await?.iter().map(|version| version.number).collect(),
        };
        let mut by_version = Vec::new();
        for number in numbers {
            let steps = self.steps(model, Some(number), range).await?;
            if !steps.buckets.is_empty() {
                by_version.push(steps);
            }
        }
        Ok(by_version)
    }

    fn known(&self, ids: &[VersionId]) -> Vec<Arc<Watched>> {
        let watched = lock(&self.watched);
        ids.iter().filter_map(|id| watched.get(id).cloned()).collect()
    }

    /// Stored buckets, except minutes that memory knows better; the newest hours come from minutes.
    async fn add_stored(&self, ids: &[VersionId], level: Level, steps: &mut Steps) -> Result<()> {
        let (from, to) = (steps.range.from, steps.range.to);
        let rolled_up = match level {
            Level::Minute => from,
            _ => self.clock.now().floor(HOUR_MS).plus(-HOUR_MS).max(from),
        };
        if rolled_up > from {
            for row in self.store.buckets(ids, level, from.floor(HOUR_MS), rolled_up).await? {
                steps.add(row.time, &Bucket::decode(&row.body)?);
            }
        }
        let known = self.known(ids);
        for row in self.store.buckets(ids, Level::Minute, rolled_up.floor(MINUTE_MS), to).await? {
            let in_memory = known.iter().any(|watched| {
                watched.version == row.version && lock(&watched.aggregate).holds_minute(row.time)
            });
            if !in_memory {
                steps.add(row.time, &Bucket::decode(&row.body)?);
            }
        }
        for watched in known {
            let aggregate = lock(&watched.aggregate);
            aggregate.minutes(rolled_up, to).for_each(|(time, bucket)| steps.add(time, bucket));
        }
        Ok(())
    }

    /// The newest minutes of a version from the disk, for the counters of a fresh start.
    pub(crate) async fn stored_minutes(&self, version: VersionId) -> Result<Vec<(Time, Bucket)>> {
        let now = self.clock.now();
        let rows = self.store.buckets(&[version], Level::Minute, now.plus(-HOUR_MS), now.plus(1)).await?;
        rows.into_iter().map(|row| Ok((row.time, Bucket::decode(&row.body)?))).collect()
    }

    pub async fn monitor(&self, name: &str, version: Option<u32>, range: Range) -> Result<MonitorView> {
        let model = self.store.model(name).await?;
        let steps = self.steps(&model, version, range).await?;
        let before = Range { from: range.from.plus(-range.to.since(range.from)), to: range.from, ..range };
        let whole = steps.whole();
        let earlier = self.steps(&model, version, before).await?.whole();
        let watched = self.watched_version(&model, version).await?;
        let now = self.clock.now();
        let newest = crate::health::signals(&watched, &model.settings, now);
        let over_range = Signals::of(&whole, steps.baseline.as_ref(), &model.settings);
        let since = self.drift_since(&model).await?;
        let drift = newest.inputs.iter().map(|drift| FeatureDrift {
            feature: drift.name.clone(),
            since: since.get(&drift.name).copied(),
            drift: drift.clone(),
        });
        let task = lock(&watched.aggregate).schema().task;
        let newest_champion = self.champion_version(&model).await?;
        Ok(MonitorView {
            from: range.from,
            to: range.to,
            tiles: tiles(task, &whole, &earlier, range, &newest, &over_range),
            drift: drift.collect(),
            prediction_drift: newest.prediction.clone(),
            baseline: self.baseline_view(&model, newest_champion.as_ref()).await?,
            window_s: model.settings.window_s,
            metrics: over_range.metrics.iter().map(metric_view).collect(),
        })
    }

    pub(crate) async fn champion_version(
        &self,
        model: &Model,
    ) -> Result<Option<tidegate_core::model::Version>> {
        match model.aliases.champion {
            Some(id) => self.store.version(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Since when each input is drifting, from the open alerts.
    async fn drift_since(&self, model: &Model) -> Result<BTreeMap<String, Time>> {
        let alerts = self.open_alerts(model.id).await?;
        let drifting = alerts.into_iter().filter(|alert| alert.signal == Signal::InputDrift);
        Ok(drifting.filter_map(|alert| Some((alert.subject?, alert.since))).collect())
    }
}

fn metric_view(metric: &Metric) -> MetricView {
    MetricView {
        name: metric.name.title().into(),
        value: metric.value,
        low: metric.low,
        high: metric.high,
        n: metric.n,
    }
}

fn tiles(
    task: Task,
    whole: &Bucket,
    earlier: &Bucket,
    range: Range,
    newest: &Signals,
    over: &Signals,
) -> Vec<Tile> {
    let mut tiles =
        vec![requests_tile(whole, earlier, range), latency_tile(whole, earlier), errors_tile(whole)];
    if task != Task::Other {
        tiles.push(quality_tile(task, over, earlier));
        tiles.push(labels_tile(whole));
    }
    tiles.push(drift_tile(newest));
    tiles
}

fn tile(key: &str, title: &str, value: String, unit: &str, detail: String, tone: Tone) -> Tile {
    Tile { key: key.into(), title: title.into(), value, unit: unit.into(), detail, tone }
}

const NOTHING: &str = "–";

fn requests_tile(whole: &Bucket, earlier: &Bucket, range: Range) -> Tile {
    let seconds = range.to.since(range.from) as f64 / 1e3;
    let rate = whole.requests as f64 / seconds;
    let detail = match (whole.requests, earlier.requests) {
        (0, _) => "no traffic in this range".into(),
        (now, 0) => format!("{} in this range", grouped(now)),
        (now, before) => {
            format!("{:+.0}% on the range before", (now as f64 / before as f64 - 1.0) * 100.0)
        }
    };
    tile("requests", "Requests", significant(rate), "/s", detail, Tone::Plain)
}

fn latency_tile(whole: &Bucket, earlier: &Bucket) -> Tile {
    let quantile = |bucket: &Bucket| bucket.total.quantile(0.99).map(|us| us / 1e3);
    let (value, detail, tone) = match (quantile(whole), quantile(earlier)) {
        (None, _) => (NOTHING.into(), "no answers yet".into(), Tone::Plain),
        (Some(now), None) => {
            let median = whole.total.quantile(0.5).unwrap_or(0.0) / 1e3;
            (significant(now), format!("half within {} ms", significant(median)), Tone::Plain)
        }
        (Some(now), Some(before)) if now < before => {
            (significant(now), format!("{} ms lower", significant(before - now)), Tone::Good)
        }
        (Some(now), Some(before)) => {
            (significant(now), format!("{} ms higher", significant(now - before)), Tone::Plain)
        }
    };
    tile("latency", "Latency p99", value, "ms", detail, tone)
}

fn errors_tile(whole: &Bucket) -> Tile {
    let share = if whole.requests == 0 { 0.0 } else { whole.failed as f64 / whole.requests as f64 };
    let tone = if share >= 0.05 { Tone::Act } else { Tone::Plain };
    let value = if whole.requests == 0 { NOTHING.into() } else { significant(share * 100.0) };
    let detail = format!("{} of {}", grouped(whole.failed), grouped(whole.requests));
    tile("errors", "Errors", value, "%", detail, tone)
}

fn quality_tile(task: Task, signals: &Signals, earlier: &Bucket) -> Tile {
    let regression = task == Task::Regression;
    let (name, title) = match regression {
        true => (MetricName::Mae, "Mean absolute error"),
        false => (MetricName::Accuracy, "Accuracy"),
    };
    let Some(metric) = signals.metric(name) else {
        return tile("quality", title, NOTHING.into(), "", "no labels yet".into(), Tone::Plain);
    };
    let half = metric.low.zip(metric.high).map(|(low, high)| (high - low) / 2.0);
    let before = earlier.tally.iter().flat_map(|tally| tally.metrics()).find(|m| m.name == name);
    let (scale, unit) = if regression { (1.0, "") } else { (100.0, "%") };
    let unit =
        half.map_or(unit.to_owned(), |half| format!("{unit} ± {}", significant(half * scale)).trim().into());
    let detail = match &before {
        None => format!("on {} labelled rows", grouped(metric.n)),
        Some(before) => change(metric.value - before.value, regression),
    };
    let worse = before_worse(before.as_ref().map(|before| metric.value - before.value), regression);
    let tone = if worse { Tone::Watch } else { Tone::Plain };
    tile("quality", title, significant(metric.value * scale), &unit, detail, tone)
}

fn before_worse(change: Option<f64>, regression: bool) -> bool {
    change.is_some_and(|change| if regression { change > 0.0 } else { change < -0.01 })
}

fn change(difference: f64, regression: bool) -> String {
    let direction = if difference < 0.0 { "lower" } else { "higher" };
    match regression {
        true => format!("{} {direction}", significant(difference.abs())),
        false => format!("{:.1} points {direction}", difference.abs() * 100.0),
    }
}

fn labels_tile(whole: &Bucket) -> Tile {
    let share = if whole.rows == 0 { 0.0 } else { whole.labelled as f64 / whole.rows as f64 };
    let detail = match whole.label_lag_ms.checked_div(whole.labelled) {
        None => "labels may come later".into(),
        Some(lag) => format!("after {} on average", duration(lag as i64)),
    };
    let value = if whole.rows == 0 { NOTHING.into() } else { format!("{:.0}", share * 100.0) };
    tile("labels", "Labels arrived", value, "%", detail, Tone::Plain)
}

fn drift_tile(signals: &Signals) -> Tile {
    let names: Vec<_> = signals.drifted().map(|drift| drift.name.as_str()).collect();
    let (value, unit) = match signals.inputs.len() {
        0 => (NOTHING.into(), String::new()),
        all => (names.len().to_string(), format!("of {all}")),
    };
    let undecided =
        signals.inputs.first().is_some_and(|drift| drift.state == tidegate_monitor::drift::State::NotEnough);
    let (detail, tone) = match (signals.inputs.is_empty(), undecided, names.len()) {
        (true, ..) => ("learning what is normal".into(), Tone::Plain),
        (_, true, _) => ("not enough rows in the window".into(), Tone::Plain),
        (_, _, 0) => ("all inputs look as usual".into(), Tone::Good),
        (_, _, count) => {
            let more = if count > 2 { format!(" and {} more", count - 2) } else { String::new() };
            (format!("{}{more}", names[..count.min(2)].join(", ")), Tone::Watch)
        }
    };
    tile("drift", "Drifted inputs", value, &unit, detail, tone)
}

/// Three significant digits.
pub(crate) fn significant(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        v if v >= 100.0 => grouped(value.round() as u64),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.095 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// 14980 as "14,980".
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

pub(crate) fn duration(ms: i64) -> String {
    match ms {
        ..=999 => format!("{ms} ms"),
        1_000..=119_999 => format!("{:.0} s", ms as f64 / 1e3),
        120_000..=7_199_999 => format!("{:.0} min", ms as f64 / 6e4),
        _ => format!("{:.0} h", ms as f64 / 3.6e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_picks_its_step_and_level() {
        let now = Time(10 * DAY_MS);
        let last = |seconds| Range::new(None, None, Some(seconds), now).unwrap();
        assert_eq!((last(900).step_ms, last(900).level()), (2_000, None));
        assert_eq!(last(3_600).step_ms, 14_000);
        assert_eq!(last(86_400).level(), Some(Level::Minute));
        assert_eq!(last(30 * 86_400).level(), Some(Level::Hour));
        assert!(Range::new(Some(Time(5)), None, None, now).is_err());
        assert!(Range::new(Some(now), Some(Time(0)), None, now).is_err());
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(14_980), "14,980");
        assert_eq!(grouped(7), "7");
        assert_eq!(significant(1.836), "1.84");
        assert_eq!(significant(312.4), "312");
        assert_eq!(significant(0.0213), "0.021");
    }
}
