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
    let mut random = [0; 10];
    random.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..10]);
    PredictionId::new(now, random)
}

/// A fresh unguessable token.
pub fn token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
