//! Whether a column is only as it is every day at this time.
//!
//! A reference holds all hours of the day, a window only its own: by night it differs from the reference without
//! anything being wrong. Such a difference is usual where an earlier day had it at the same time, and had all
//! hours together been like the reference. A shift that stays, sudden or slow, makes whole days unlike the
//! reference, so that no such day excuses it.

use crate::{
    column::{Counts, Reference},
    drift::drift,
};

/// The most that a whole day may differ from the reference, and the least that its hour must, in shares of the
/// threshold.
const DAY_AT_MOST: f64 = 0.25;
const HOUR_AT_LEAST: f64 = 0.25;

/// An earlier day: all of it, and the hours of the window's time of day.
#[derive(Debug, Clone, Copy)]
pub struct Day<'a> {
    pub whole: &'a Counts,
    pub hour: &'a Counts,
}

/// The PSI of a window against the same time of an earlier day, if that day shows that the window is usual.
pub fn usual(reference: &Reference, window: &Counts, day: Day, min_rows: u64, threshold: f64) -> Option<f64> {
    if day.hour.rows() < min_rows.max(1) {
        return None;
    }
    let psi = |counts: &Counts| drift(reference, counts, 1, threshold).psi;
    if psi(day.whole) > DAY_AT_MOST * threshold || psi(day.hour) < HOUR_AT_LEAST * threshold {
        return None;
    }
    let then = drift(&as_reference(reference, day.hour), window, 1, threshold);
    (then.psi < threshold || then.psi <= then.psi_noise).then_some(then.psi)
}

/// Counts in the place of the reference whose bins they are on.
fn as_reference(reference: &Reference, counts: &Counts) -> Reference {
    Reference {
        counts: counts.bins.clone(),
        rare: counts.unseen_rows,
        missing: counts.missing,
        n: counts.n,
        mean: counts.mean().unwrap_or(reference.mean),
        ..reference.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THRESHOLD: f64 = 0.2;

    /// Evenly spread between `from` and `from + 1`.
    fn spread(from: f64, n: usize) -> impl Iterator<Item = f64> {
        (0..n).map(move |i| from + (i as f64 + 0.5) / n as f64)
    }

    /// The hours of a day that goes up and down by `swing`.
    fn hours(swing: f64, shift: f64) -> Vec<Vec<f64>> {
        let middle = |hour: usize| (hour as f64 / 24.0 * std::f64::consts::TAU).sin() * swing + shift;
        (0..24).map(|hour| spread(middle(hour), 240).collect()).collect()
    }

    fn counts(reference: &Reference, values: impl IntoIterator<Item = f64>) -> Counts {
        let mut counts = Counts::new(reference);
        values.into_iter().for_each(|value| counts.add_number(reference, value));
        counts
    }

    /// At hour 6, where the swing is largest, with the day before moved by `before` and today by `now`.
    fn at_six(before: f64, now: f64) -> Option<f64> {
        let reference = Reference::numeric("usage", &hours(0.8, 0.0).concat());
        let day = hours(0.8, before);
        let (whole, hour) = (counts(&reference, day.concat()), counts(&reference, day[6].clone()));
        let window = counts(&reference, hours(0.8, now)[6].clone());
        usual(&reference, &window, Day { whole: &whole, hour: &hour }, 200, THRESHOLD)
    }

    #[test]
    fn what_every_day_shows_at_this_time_is_usual() {
        assert!(at_six(0.0, 0.0).is_some_and(|psi| psi < 1e-9));
    }

    #[test]
    fn what_moved_since_or_had_moved_before_is_not() {
        assert_eq!(at_six(0.0, 0.8), None, "it moved today");
        assert_eq!(at_six(1.0, 1.0), None, "it had moved yesterday already: that day excuses nothing");
    }

    #[test]
    fn a_day_without_seasons_excuses_nothing() {
        let values: Vec<f64> = spread(0.0, 5_000).collect();
        let reference = Reference::numeric("age", &values);
        let day = counts(&reference, values);
        let window = counts(&reference, spread(0.1, 300));
        assert_eq!(usual(&reference, &window, Day { whole: &day, hour: &day }, 200, THRESHOLD), None);
        let few = Counts::new(&reference);
        assert_eq!(usual(&reference, &window, Day { whole: &day, hour: &few }, 200, THRESHOLD), None);
    }

    proptest! {
        /// At any pace, within a day of being called drift, a creep is not excused by any of the days before.
        #[test]
        fn a_creep_is_not_excused_for_a_day(pace in 0.02_f64..3.0) {
            let reference = Reference::numeric("age", &spread(0.0, 5_000).collect::<Vec<_>>());
            // In days since it began; the reference is one wide.
            let shift = |day: f64| (day * pace).max(0.0);
            let called = (0.35 / pace).ceil();
            let excused = |hour: u32| {
                let now = called + f64::from(hour) / 24.0;
                let window = counts(&reference, spread(shift(now), 300));
                (1..8).any(|ago| {
                    let midnight = now.floor() - f64::from(ago);
                    let whole = (0..24).flat_map(|h| spread(shift(midnight + f64::from(h) / 24.0), 100));
                    let whole = counts(&reference, whole);
                    let then = counts(&reference, spread(shift(now - f64::from(ago)), 300));
                    usual(&reference, &window, Day { whole: &whole, hour: &then }, 200, THRESHOLD).is_some()
                })
            };
            prop_assert!((0..24).any(|hour| !excused(hour)), "a creep of {pace} a day");
        }
    }
}
