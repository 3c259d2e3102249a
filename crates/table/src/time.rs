//! Dates and times written as text.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{Categories, Data};

/// Milliseconds since the Unix epoch in ISO 8601, UTC.
pub fn written(ms: f64) -> String {
    Timestamp::from_millisecond(ms.round() as i64).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

/// Texts that are all dates or times become one column of times.
pub(crate) fn recognised(data: Data) -> Data {
    match data {
        Data::Text(texts) => all(&texts).map_or(Data::Text(texts), Data::Time),
        other => other,
    }
}

/// Milliseconds since the Unix epoch of every row, NaN where missing; `None` unless every text is a date or time
/// in ISO 8601's form (`2026-03-01`, `2026-03-01 12:30:00`, `2026-03-01T12:30:00Z`). Without an offset it is UTC.
fn all(texts: &Categories) -> Option<Vec<f64>> {
    if texts.names.is_empty() {
        return None;
    }
    let times = texts.names.iter().map(milliseconds).collect::<Option<Vec<f64>>>()?;
    Some(texts.codes.iter().map(|code| times.get(*code as usize).copied().unwrap_or(f64::NAN)).collect())
}

/// Of a date or time in ISO 8601's form; `None` for any other text.
pub fn milliseconds(text: &str) -> Option<f64> {
    // Anything shorter or without a hyphen there is a name or a number to most readers.
    if text.as_bytes().get(4) != Some(&b'-') || text.len() < 10 {
        return None;
    }
    let zoned = || text.parse::<Timestamp>().ok();
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    Some(zoned().or_else(civil)?.as_millisecond() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read() {
        assert_eq!(milliseconds("1970-01-02"), Some(86_400_000.0));
        assert_eq!(milliseconds("1970-01-01 00:00:01.5"), Some(1_500.0));
        assert_eq!(milliseconds("1970-01-01T02:00:00+02:00"), Some(0.0));
        for text in ["1970-01", "12:00:00", "2026-13-01", "1999-model", "", "2026-02-3x"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
