//! What a rule compares with its threshold, made from values of its windows.
//!
//! Pure arithmetic. Must not know which windows there are.

use tidegate_core::alert::{Direction, Usual};

/// How far a value moved from the one before, or that as a share of the one before. `None` where there is
/// nothing to take a share of.
pub fn change(now: f64, before: f64, relative: bool) -> Option<f64> {
    let moved = now - before;
    let measured = if relative { moved / before.abs() } else { moved };
    measured.is_finite().then_some(measured)
}

/// A signed figure seen from a direction, so that it is worse the greater it is.
pub fn towards(direction: Direction, signed: f64) -> f64 {
    match direction {
        Direction::Above => signed,
        Direction::Below => -signed,
        Direction::Either => signed.abs(),
    }
}

/// How many times faster than allowed a budget of failures is used up: `bad / (1 - objective)`, 1 is the pace that
/// uses it up exactly by its end (SRE workbook, chapter 5). `None` for an objective that allows none.
pub fn burn_rate(bad: f64, objective: f64) -> Option<f64> {
    let rate = bad / (1.0 - objective);
    rate.is_finite().then_some(rate)
}

/// How many standard deviations a value is above what is usual.
pub fn deviation(value: f64, usual: &Usual) -> Option<f64> {
    let z = (value - usual.mean) / usual.sigma;
    z.is_finite().then_some(z)
}

/// How many requests are to be expected within `window_ms`, by what came within `before_ms`.
pub fn expected(came: u64, before_ms: i64, window_ms: i64) -> f64 {
    came as f64 * window_ms as f64 / before_ms.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_signed_and_nothing_has_no_share() {
        assert_eq!(change(3.0, 2.0, false), Some(1.0));
        assert_eq!(change(1.0, 2.0, true), Some(-0.5));
        assert_eq!(change(-1.0, -2.0, true), Some(0.5));
        assert_eq!(change(1.0, 0.0, true), None);
        assert_eq!(change(f64::NAN, 1.0, false), None);
        assert_eq!(towards(Direction::Below, -0.5), 0.5);
        assert_eq!(towards(Direction::Either, -0.5), 0.5);
    }

    /// The workbook's example: 14.4 times the pace uses 2% of a 30-day budget in one hour.
    #[test]
    fn a_burn_rate_is_the_pace_of_the_budget() {
        let rate = burn_rate(0.0144, 0.999).unwrap();
        assert!((rate - 14.4).abs() < 1e-9, "{rate}");
        assert!((rate * 1.0 / (30.0 * 24.0) - 0.02).abs() < 1e-12);
        assert_eq!(burn_rate(0.1, 1.0), None);
    }

    #[test]
    fn what_to_expect_follows_the_time_before() {
        assert_eq!(expected(600, 60 * 60_000, 5 * 60_000), 50.0);
        assert_eq!(expected(0, 0, 5), 0.0);
    }
}
