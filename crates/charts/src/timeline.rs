//! Ticks and labels of time axes: the calendar. Reads no clock and no time zone data; a fixed offset from UTC
//! is a parameter.

use tidegate_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

const STEPS: [i64; 27] = [
    100,
    200,
    500,
    SECOND_MS,
    2 * SECOND_MS,
    5 * SECOND_MS,
    10 * SECOND_MS,
    15 * SECOND_MS,
    30 * SECOND_MS,
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    10 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
    30 * DAY_MS,
    90 * DAY_MS,
    365 * DAY_MS,
];

/// The furthest times from the epoch that are drawn: what a page's `Date` can hold.
pub(crate) const FURTHEST_MS: i64 = 8_640_000_000_000_000;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Round times between `from` and `to` with their labels: with seconds on ranges under 3 minutes, as dates on
/// ranges over 2 days.
pub(crate) fn ticks(from: i64, to: i64, utc_offset_min: i32, most: usize) -> Vec<(f64, String)> {
    let offset = i64::from(utc_offset_min) * MINUTE_MS;
    let span = to - from;
    let least = if span > 2 * DAY_MS { DAY_MS } else { 0 };
    let fits = |step: &&i64| **step >= least && span / **step <= most.max(1) as i64;
    let step = STEPS.iter().find(fits).copied().unwrap_or_else(|| span / most.max(1) as i64);
    let first = -(-(from + offset)).div_euclid(step) * step;
    (0..)
        .map(|i| first + i * step)
        .take_while(|local| *local <= to + offset)
        .map(|local| ((local - offset) as f64, label(local, span, step)))
        .collect()
}

fn label(local: i64, span: i64, step: i64) -> String {
    let (year, month, day) = date(local);
    let (hour, minute, second) = time_of_day(local);
    if span > 300 * DAY_MS {
        format!("{year}-{month:02}-{day:02}")
    } else if span > 2 * DAY_MS || (span > DAY_MS && (hour, minute, second) == (0, 0, 0)) {
        format!("{day} {}", MONTHS[month as usize - 1])
    } else if step < SECOND_MS {
        format!("{hour:02}:{minute:02}:{second:02}.{}", local.rem_euclid(SECOND_MS) / 100)
    } else if span < 3 * MINUTE_MS {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{hour:02}:{minute:02}")
    }
}

/// A time as a reader of the summary would say it: "22 Nov 13:00".
pub(crate) fn say(ms: i64, utc_offset_min: i32) -> String {
    let local = ms + i64::from(utc_offset_min) * MINUTE_MS;
    let ((_, month, day), (hour, minute, _)) = (date(local), time_of_day(local));
    format!("{day} {} {hour:02}:{minute:02}", MONTHS[month as usize - 1])
}

/// ISO 8601 in UTC with milliseconds.
pub(crate) fn iso(ms: f64) -> String {
    let ms = (ms as i64).clamp(-FURTHEST_MS, FURTHEST_MS);
    let ((year, month, day), (hour, minute, second)) = (date(ms), time_of_day(ms));
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        ms.rem_euclid(SECOND_MS)
    )
}

fn time_of_day(ms: i64) -> (i64, i64, i64) {
    let ms = ms.rem_euclid(DAY_MS);
    (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / SECOND_MS % 60)
}

/// Year, month (1 to 12) and day of the proleptic Gregorian calendar.
/// After "civil_from_days" in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn date(ms: i64) -> (i64, i64, i64) {
    let days = ms.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_348_800_000; // 2026-11-22T12:00:00Z

    fn labels(from: i64, span: i64, offset: i32) -> Vec<String> {
        ticks(from, from + span, offset, 5).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(iso(NOON as f64), "2026-11-22T12:00:00.000Z");
        assert_eq!(iso(951_782_400_000.0), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(-1.0), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn labels_suit_the_range() {
        assert_eq!(labels(NOON, HOUR_MS, 0), ["12:00", "12:15", "12:30", "12:45", "13:00"]);
        assert_eq!(labels(NOON, 2 * MINUTE_MS, 0)[1], "12:00:30");
        assert_eq!(labels(NOON, 36 * HOUR_MS, 0), ["12:00", "23 Nov", "12:00", "24 Nov"]);
        assert_eq!(labels(NOON, 5 * DAY_MS, 0)[0], "23 Nov");
    }

    #[test]
    fn ticks_are_round_in_local_time() {
        let at = |offset| ticks(NOON + 1, NOON + 12 * HOUR_MS, offset, 4);
        assert_eq!(at(330)[0], ((NOON + 30 * MINUTE_MS) as f64, "18:00".to_owned()));
        assert_eq!(at(0)[0].1, "15:00");
    }
}
