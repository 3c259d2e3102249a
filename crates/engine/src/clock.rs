//! The only place that reads the wall clock and the system's random source.

use tidegate_core::{Clock, PredictionId, Time};

/// The system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
    fn now(&self) -> Time {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Time(since_epoch.map_or(0, |elapsed| elapsed.as_millis() as i64))
    }
}

/// A fresh prediction id.
pub fn prediction_id(now: Time) -> PredictionId {
    // Bytes 6 to 9 of a version 4 UUID are not wholly random: they say what it is.
    let [a, b, c, d, e, f, _, _, _, _, g, h, i, j, ..] = uuid::Uuid::new_v4().into_bytes();
    PredictionId::new(now, [a, b, c, d, e, f, g, h, i, j])
}

/// A fresh unguessable token.
pub fn token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// 64 random bits.
pub fn random() -> u64 {
    // The version and the variant lie in the upper halves.
    let bits = uuid::Uuid::new_v4().as_u128();
    (bits ^ (bits >> 64)) as u64
}
