//! Times as people write them.

use jiff::Timestamp;
use tidegate_core::Time;

/// `2026-03-01` or `2026-03-01T12:00:00Z`.
pub fn shown(time: Time) -> String {
    let Ok(at) = Timestamp::from_millisecond(time.0) else { return time.0.to_string() };
    let text = at.to_string();
    text.strip_suffix("T00:00:00Z").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_shown_without_its_midnight() {
        assert_eq!(
            (shown(Time(86_400_000)), shown(Time(1_500))),
            ("1970-01-02".into(), "1970-01-01T00:00:01.5Z".into())
        );
    }
}
