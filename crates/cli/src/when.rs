//! Times as people write them.

use jiff::{Span, SpanRelativeTo, Timestamp, civil::DateTime, tz::TimeZone};
use tidegate_core::{Error, Result, Time};

/// A date (`2026-03-01`), a date and time (`2026-03-01T12:00`, UTC unless it says otherwise), `now`, or how long
/// before now (`24h`, `7d`, `90m`).
pub fn read(text: &str, now: Time) -> Result<Time> {
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    let zoned = || text.parse::<Timestamp>().ok();
    let civil = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let before = || {
        let span: Span = text.parse().ok()?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Some(now.plus(-i64::try_from(length.as_millis()).ok()?.abs()))
    };
    let at = zoned().or_else(civil).map(|at| Time(at.as_millisecond()));
    at.or_else(before).ok_or_else(|| {
        Error::invalid(format!("`{text}` is no time")).hint(
            "write a date (2026-03-01), a time (2026-03-01T12:00:00Z), now, or a length before now (24h, 7d)",
        )
    })
}

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
    fn times_are_read_in_every_form() {
        let now = Time(100 * 3_600_000);
        let read = |text: &str| read(text, now).unwrap().0;
        assert_eq!(
            (read("24h"), read("1h 30m"), read("2d")),
            (76 * 3_600_000, 98 * 3_600_000 + 1_800_000, 52 * 3_600_000)
        );
        assert_eq!(
            (read("1970-01-02"), read("1970-01-01T00:00:01Z"), read("now")),
            (86_400_000, 1_000, now.0)
        );
        assert_eq!(read("1970-01-01 01:00"), 3_600_000);
        assert!(super::read("yesterday", now).unwrap_err().message.contains("`yesterday` is no time"));
    }

    #[test]
    fn a_day_is_shown_without_its_midnight() {
        assert_eq!(
            (shown(Time(86_400_000)), shown(Time(1_500))),
            ("1970-01-02".into(), "1970-01-01T00:00:01.5Z".into())
        );
    }
}
