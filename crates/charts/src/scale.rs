//! Ranges and ticks of number axes. Must not know pixels, only how many ticks there is room for.

use crate::unit::{Scaled, Unit, decimals_of, number};

/// Values beyond this are drawn at the edge: no chart can tell them apart, and sums stay finite.
const LARGEST: f64 = 1e15;

/// A range and the labelled ticks inside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
}

/// What bounds a scale: the values on it, and the ends that the caller fixed.
pub(crate) struct Bounds {
    pub unit: Unit,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A range around `values` that starts and ends on a tick where the caller left it open.
pub(crate) fn fit(values: impl Iterator<Item = f64>, bounds: &Bounds, most_ticks: usize) -> Scale {
    let (least, most) = extremes(values);
    let (auto_low, auto_high) = open_range(least, most, bounds.unit);
    let fixed_low = bounds.low.filter(|v| v.is_finite()).map(clamped);
    let fixed_high = bounds.high.filter(|v| v.is_finite()).map(clamped);
    let low = fixed_low.unwrap_or(auto_low);
    let high = fixed_high.unwrap_or(auto_high);
    let (low, high) =
        if high - low > least_span(low, high) { (low, high) } else { (low, low + low.abs().max(1.0)) };
    let scaled = bounds.unit.scaled(low.abs().max(high.abs()));
    let step = nice_step(low * scaled.factor, high * scaled.factor, most_ticks.max(2) - 1) / scaled.factor;
    let step = if bounds.unit == Unit::Count { step.max(1.0) } else { step };
    let low = if fixed_low.is_none() { floor_to(low, step) } else { low };
    let high = if fixed_high.is_none() { -floor_to(-high, step) } else { high };
    let (low, high) = match fixed_high {
        _ if low < high => (low, high),
        None => (low, low + step),
        Some(_) => (high - step, high),
    };
    Scale { low, high, ticks: ticks(low, high, step, scaled) }
}

/// Ticks within a range that stays as it is.
pub(crate) fn within(low: f64, high: f64, unit: Unit, most_ticks: usize) -> Scale {
    fit(std::iter::empty(), &Bounds { unit, low: Some(low), high: Some(high) }, most_ticks)
}

fn clamped(value: f64) -> f64 {
    value.clamp(-LARGEST, LARGEST)
}

fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|v| v.is_finite())
        .map(clamped)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)))
}

/// Spans below this are rounding, not signal.
fn least_span(low: f64, high: f64) -> f64 {
    (low.abs().max(high.abs()) * 1e-9).max(1e-12)
}

/// The range with some air: from zero where that is what the unit means or where the values come near it,
/// else around the values with enough room that noise doesn't look like a cliff.
fn open_range(least: f64, most: f64, unit: Unit) -> (f64, f64) {
    if least > most {
        return (0.0, 1.0);
    }
    let constant = most - least <= least_span(least, most);
    if least >= 0.0 && (unit.starts_at_zero() || least < 0.4 * most || most <= 1e-12) {
        let top = if most > 1e-12 {
            most * 1.08
        } else if unit == Unit::Percent {
            0.01
        } else {
            1.0
        };
        return (0.0, if unit == Unit::Percent && most <= 1.0 { top.min(1.0) } else { top });
    }
    let room = match (constant, unit) {
        (true, Unit::Percent) => 0.02,
        (true, _) => (least.abs() * 0.1).max(1e-9),
        (false, _) => (most - least) * 0.3,
    };
    let (low, high) = (least - room, most + room);
    if unit == Unit::Percent && least >= 0.0 && most <= 1.0 {
        (low.max(0.0), high.min(1.0))
    } else {
        (low, high)
    }
}

/// The step of 1, 2, 2.5 or 5 times a power of ten that gives at most so many intervals with the least waste.
fn nice_step(low: f64, high: f64, most_intervals: usize) -> f64 {
    let span = high - low;
    let power = (span / most_intervals as f64).log10().floor();
    let candidates = (0..3).flat_map(|p| [1.0, 2.0, 2.5, 5.0].map(|m| m * 10_f64.powf(power + f64::from(p))));
    let cost = |step: f64| {
        let intervals = ((high / step - 1e-9).ceil() - (low / step + 1e-9).floor()).max(1.0);
        let excess = (intervals - most_intervals as f64).max(0.0);
        let sparse = (most_intervals as f64 - 1.0 - intervals).max(0.0) / most_intervals as f64;
        intervals * step / span + 0.5 * sparse + 10.0 * excess
    };
    candidates.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(span)
}

fn floor_to(value: f64, step: f64) -> f64 {
    let floored = (value / step + 1e-9).floor() * step;
    if floored == 0.0 { 0.0 } else { floored }
}

fn ticks(low: f64, high: f64, step: f64, unit: Scaled) -> Vec<(f64, String)> {
    let decimals = decimals_of(step * unit.factor);
    let first = (low / step - 1e-9).ceil();
    let count = ((high / step + 1e-9).floor() - first).clamp(-1.0, 50.0) as i64 + 1;
    let label = |value: f64| match number(value * unit.factor, decimals) {
        zero if zero == "0" => format!("0{}", unit.suffix.trim_start_matches(['k', 'M', 'G', 'T'])),
        number => format!("{number}{}", unit.suffix),
    };
    (0..count).map(|i| (first + i as f64) * step).map(|v| (v.clamp(low, high), label(v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], unit: Unit) -> Vec<String> {
        let bounds = Bounds { unit, low: None, high: None };
        fit(values.iter().copied(), &bounds, 6).ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_carry_their_unit() {
        assert_eq!(labels(&[0.6, 3.2], Unit::Milliseconds), ["0 ms", "1 ms", "2 ms", "3 ms", "4 ms"]);
        assert_eq!(labels(&[0.03, 0.27], Unit::Plain), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(&[4e6, 2.1e7], Unit::Bytes), ["0 MB", "5 MB", "10 MB", "15 MB", "20 MB", "25 MB"]);
        assert_eq!(labels(&[240.0, 385.0], Unit::PerSecond).last().unwrap(), "500/s");
        assert_eq!(labels(&[0.00002], Unit::Milliseconds)[1], "0.005 µs");
        assert_eq!(labels(&[12_000.0], Unit::Milliseconds).last().unwrap(), "15 s");
    }

    #[test]
    fn shares_stay_between_nothing_and_all() {
        assert_eq!(labels(&[0.97, 0.99], Unit::Percent).last().unwrap(), "100%");
        assert_eq!(labels(&[0.0, 1.0], Unit::Percent).first().unwrap(), "0%");
        assert_eq!(labels(&[0.0, 0.0], Unit::Percent).last().unwrap(), "1%");
    }

    #[test]
    fn a_value_next_to_nothing_leaves_a_range() {
        for value in [-4.6e-111, -5e-10, -1e-9, 0.0, 5e-10] {
            for (low, high) in [(None, None), (Some(value), None), (None, Some(value))] {
                let scale = fit([value].into_iter(), &Bounds { unit: Unit::Count, low, high }, 6);
                assert!(scale.low < scale.high, "{value} {low:?} {high:?}: {scale:?}");
            }
        }
    }

    #[test]
    fn a_constant_or_absent_series_gets_a_range_around_it() {
        for (values, unit) in
            [(vec![0.91; 3], Unit::Percent), (vec![-3.0], Unit::Plain), (vec![], Unit::Count)]
        {
            let scale = fit(values.iter().copied(), &Bounds { unit, low: None, high: None }, 5);
            assert!(scale.low < scale.high && scale.ticks.len() >= 2, "{scale:?}");
            assert!(values.iter().all(|v| scale.low < *v && *v < scale.high), "{scale:?}");
        }
    }
}
