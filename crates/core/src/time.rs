//! Points in time. Nothing here reads a clock: callers pass a [`Clock`] or a [`Time`].

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct Time(pub i64);

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl Time {
    /// The start of the bucket of `width_ms` milliseconds this time falls in.
    pub fn floor(self, width_ms: i64) -> Time {
        Time(self.0.div_euclid(width_ms) * width_ms)
    }
    #[must_use]
    pub fn plus(self, ms: i64) -> Time {
        Time(self.0.saturating_add(ms))
    }
    /// Milliseconds from `earlier` to this time (negative if this is the earlier one).
    pub fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the present comes from: the system's clock in the program, a hand-moved one in tests.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Time;
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

impl ManualClock {
    pub fn at(time: Time) -> Self {
        Self(std::sync::atomic::AtomicI64::new(time.0))
    }
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_floors_to_its_bucket_also_before_the_epoch() {
        assert_eq!(Time(61_500).floor(MINUTE_MS), Time(60_000));
        assert_eq!(Time(-1).floor(MINUTE_MS), Time(-60_000));
    }
}
