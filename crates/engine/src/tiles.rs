//! The figures above the charts, in words.
//!
//! Pure. Owns what a tile says and its tone. Must not know where its numbers come from.

use tidegate_core::schema::Task;
use tidegate_monitor::{
    drift::{Drift, State},
    estimate::Expected,
    metric::MetricName,
};

use crate::{
    Range,
    bucket::Bucket,
    signals::Signals,
    view::{Tile, Tone},
};

pub(crate) fn tiles(
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
        tiles.push(quality_tile(task, over, whole, earlier));
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
        // Beyond a factor of three a percentage says less than the number itself.
        (now, before) if now / 3 > before => {
            format!("{} /s in the range before", significant(before as f64 / seconds))
        }
        (now, before) => format!("{:+.0}% on the range before", (now as f64 / before as f64 - 1.0) * 100.0)
            .replace('-', "−"),
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
    let detail = match whole.requests {
        0 => "no requests yet".into(),
        requests => format!("{} of {}", grouped(whole.failed), grouped(requests)),
    };
    tile("errors", "Errors", value, "%", detail, tone)
}

fn quality_tile(task: Task, signals: &Signals, whole: &Bucket, earlier: &Bucket) -> Tile {
    let regression = task == Task::Regression;
    let (name, title) = match regression {
        true => (MetricName::Mae, "Mean absolute error"),
        false => (MetricName::Accuracy, "Accuracy"),
    };
    let Some(metric) = signals.metric(name) else { return estimated_tile(title, whole) };
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

/// Until labels come.
fn estimated_tile(title: &str, whole: &Bucket) -> Tile {
    let expected = whole.performance.expected.as_ref();
    let accuracy = expected.and_then(Expected::accuracy).map(|share| (significant(share * 100.0), "%"));
    let error = expected.and_then(Expected::mean_absolute_error).map(|error| (significant(error), ""));
    let (value, unit, detail) = match accuracy.or(error) {
        Some((value, unit)) => (value, unit, "estimated until labels come"),
        None => (NOTHING.into(), "", "no labels yet"),
    };
    tile("quality", title, value, unit, detail.into(), Tone::Plain)
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
    let mean = whole.label_lag_ms.checked_div(whole.labelled);
    let detail = match (whole.performance.lag.quantile(0.5), mean) {
        (Some(median), _) => format!("median lag {}", duration(median as i64)),
        (None, Some(mean)) => format!("after {} on average", duration(mean as i64)),
        (None, None) => "labels may come later".into(),
    };
    let value = if whole.rows == 0 { NOTHING.into() } else { format!("{:.0}", share * 100.0) };
    tile("labels", "Labels arrived", value, "%", detail, Tone::Plain)
}

/// Which side has too few rows to tell drift from chance.
pub(crate) fn too_few(drift: &Drift) -> String {
    match drift.n_reference < drift.n {
        true => format!("the reference has only {} rows", grouped(drift.n_reference)),
        false => format!("only {} rows in the window", grouped(drift.n)),
    }
}

fn drift_tile(signals: &Signals) -> Tile {
    let names: Vec<_> = signals.drifted().map(|drift| drift.name.as_str()).collect();
    let undecided = signals.inputs.first().filter(|drift| drift.state == State::NotEnough);
    let (value, unit) = match (signals.inputs.len(), undecided) {
        (0, _) | (_, Some(_)) => (NOTHING.into(), String::new()),
        (all, None) => (names.len().to_string(), format!("of {all}")),
    };
    let (detail, tone) = match (signals.inputs.is_empty(), undecided, names.len()) {
        (true, ..) => ("learning what is normal".into(), Tone::Plain),
        (_, Some(drift), _) => (too_few(drift), Tone::Plain),
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
    fn numbers_read_well() {
        assert_eq!(grouped(14_980), "14,980");
        assert_eq!(grouped(7), "7");
        assert_eq!(significant(1.836), "1.84");
        assert_eq!(significant(312.4), "312");
        assert_eq!(significant(0.0213), "0.021");
    }
}
