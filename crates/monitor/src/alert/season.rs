//! What is usual at a time: mean and deviation of the past, by the hour, the weekday or both.
//!
//! Learns in the order of time and forgets what is older than its span, so that looking back over history gives
//! what was known then. Must not know which signal it learns.

use std::collections::{BTreeMap, VecDeque};

use tidegate_core::{
    Time,
    alert::{Season, Usual},
    time::{DAY_MS, HOUR_MS},
};

/// Fewer values of the past than this, in all or of the same time, say nothing.
const LEAST: usize = 24;
const LEAST_IN_SLOT: usize = 3;
/// The deviation of one time is drawn towards that of all times as if this many values spoke for it: four Mondays
/// alone would call every fifth Monday unusual.
const PRIOR: f64 = 4.0;
/// Less than this share of the mean is no deviation anybody cares about.
const LEAST_SHARE: f64 = 0.01;

#[derive(Debug, Clone)]
pub struct Seasonal {
    season: Season,
    span_ms: i64,
    /// The deviation is never taken to be less than this.
    floor: f64,
    slots: BTreeMap<i64, VecDeque<(Time, f64)>>,
}

impl Seasonal {
    /// Of the last `days` days; a deviation under `floor` counts as that.
    pub fn new(season: Season, days: u32, floor: f64) -> Self {
        Self { season, span_ms: i64::from(days) * DAY_MS, floor, slots: BTreeMap::new() }
    }

    /// Adds a value, later than all before; one that is no number is left out.
    pub fn learn(&mut self, time: Time, value: f64) {
        if value.is_finite() {
            self.slots.entry(self.slot(time)).or_default().push_back((time, value));
        }
    }

    /// What is usual at `time`; `None` until enough of the past is known.
    pub fn usual(&mut self, time: Time) -> Option<Usual> {
        let from = time.plus(-self.span_ms);
        for values in self.slots.values_mut() {
            while values.front().is_some_and(|(at, _)| *at < from) {
                values.pop_front();
            }
        }
        let own = self.slots.get(&self.slot(time)).filter(|values| values.len() >= LEAST_IN_SLOT)?;
        let (mean, squares) = spread(own);
        let all = self.slots.values().filter(|values| values.len() > 1);
        let (total, free) = all.fold((0.0, 0.0), |(total, free), values| {
            (total + spread(values).1, free + (values.len() - 1) as f64)
        });
        let known: usize = self.slots.values().map(VecDeque::len).sum();
        if known < LEAST || free == 0.0 {
            return None;
        }
        let variance = (squares + PRIOR * total / free) / ((own.len() - 1) as f64 + PRIOR);
        let sigma = variance.sqrt().max(self.floor).max(LEAST_SHARE * mean.abs());
        Some(Usual { mean, sigma, n: own.len() as u64 })
    }

    fn slot(&self, time: Time) -> i64 {
        let hour = time.0.div_euclid(HOUR_MS).rem_euclid(24);
        let day = time.0.div_euclid(DAY_MS).rem_euclid(7);
        match self.season {
            Season::None => 0,
            Season::HourOfDay => hour,
            Season::DayOfWeek => day,
            Season::HourOfWeek => day * 24 + hour,
        }
    }
}

/// Mean and the sum of squared distances from it.
fn spread(values: &VecDeque<(Time, f64)>) -> (f64, f64) {
    let mean = values.iter().map(|(_, value)| value).sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|(_, value)| (value - mean).powi(2)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::alert::deviation;

    /// Busy by day, quiet at night, with a little noise.
    fn busy(hour: i64) -> f64 {
        let day = if (8..20).contains(&hour.rem_euclid(24)) { 100.0 } else { 10.0 };
        day + (hour * 7_919 % 11) as f64 - 5.0
    }

    fn at(hour: i64) -> Time {
        Time(hour * HOUR_MS)
    }

    #[test]
    fn a_season_learns_that_nights_are_quiet() {
        let mut seasonal = Seasonal::new(Season::HourOfDay, 28, 0.0);
        let mut blind = Seasonal::new(Season::None, 28, 0.0);
        (0..14 * 24).for_each(|hour| {
            seasonal.learn(at(hour), busy(hour));
            blind.learn(at(hour), busy(hour));
        });
        let (night, noon) = (14 * 24 + 3, 14 * 24 + 12);
        let z =
            |learnt: &mut Seasonal, hour, value| deviation(value, &learnt.usual(at(hour)).unwrap()).unwrap();
        assert!(z(&mut seasonal, night, 10.0).abs() < 2.0);
        assert!(z(&mut seasonal, noon, 100.0).abs() < 2.0);
        assert!(z(&mut seasonal, noon, 10.0) < -10.0, "a night's traffic at noon is unusual");
        assert!(z(&mut blind, noon, 10.0) > -2.0, "which is not seen without the season");
    }

    #[test]
    fn it_says_nothing_too_early_and_forgets() {
        let mut seasonal = Seasonal::new(Season::HourOfDay, 3, 0.0);
        (0..2 * 24).for_each(|hour| seasonal.learn(at(hour), busy(hour)));
        assert_eq!(seasonal.usual(at(48)), None, "two days know each hour twice");
        (48..72).for_each(|hour| seasonal.learn(at(hour), busy(hour)));
        assert_eq!(seasonal.usual(at(72)).unwrap().n, 3);
        assert_eq!(seasonal.usual(at(72 + 24 * 10)), None, "all of it is too old");
    }

    #[test]
    fn weekdays_are_told_apart() {
        let mut seasonal = Seasonal::new(Season::HourOfWeek, 35, 0.0);
        let weekend = |hour: i64| (hour.div_euclid(24)).rem_euclid(7) >= 5;
        (0..4 * 7 * 24).for_each(|hour| {
            seasonal.learn(at(hour), if weekend(hour) { 1.0 } else { 50.0 } + (hour % 3) as f64)
        });
        let mean = |learnt: &mut Seasonal, day: i64| learnt.usual(at((28 + day) * 24)).unwrap().mean;
        assert!(mean(&mut seasonal, 6) < 5.0 && mean(&mut seasonal, 2) > 45.0);
    }

    proptest! {
        #[test]
        fn the_band_holds_the_mean_of_what_it_learnt(values in prop::collection::vec(-1e6_f64..1e6, 24..200)) {
            let mut seasonal = Seasonal::new(Season::None, 365, 0.1);
            values.iter().enumerate().for_each(|(hour, value)| seasonal.learn(at(hour as i64), *value));
            let usual = seasonal.usual(at(values.len() as i64)).unwrap();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            prop_assert!((usual.mean - mean).abs() <= 1e-6 * mean.abs().max(1.0));
            prop_assert!(usual.sigma >= 0.1 && usual.sigma.is_finite());
            prop_assert_eq!(usual.n, values.len() as u64);
        }
    }
}
