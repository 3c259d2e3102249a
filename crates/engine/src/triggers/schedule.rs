//! Times on a clock of some place: when a schedule is due, whether it is quiet, when a day began.
//!
//! Pure: the present is a parameter. Must not know what starts.

use std::str::FromStr;

use croner::Cron;
use jiff::{Timestamp, ToSpan, Zoned, civil, tz::TimeZone};
use tidegate_core::{Error, Result, Time, trigger::QuietHours};

/// Reads a five-field cron expression; a sixth field in front counts seconds.
pub fn parse_cron(schedule: &str) -> Result<Cron> {
    Cron::from_str(schedule).map_err(|error| {
        Error::invalid(format!("`settings.triggers.schedule` is not a cron expression: {error}"))
            .hint("five fields: minute hour day month weekday, for example `0 3 * * 1`; times are those of `time_zone`")
    })
}

/// A time zone by its IANA name, from the data that came with the program.
pub fn parse_zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        Error::invalid(format!("`settings.triggers.time_zone` knows no place called `{name}`"))
            .hint("an IANA name such as `Europe/Berlin`, or `UTC`")
    })
}

pub fn parse_clock(field: &str, text: &str) -> Result<civil::Time> {
    civil::Time::strptime("%H:%M", text).map_err(|_| {
        Error::invalid(format!("`settings.triggers.quiet.{field}` is not a time of day: `{text}`"))
            .hint("hours and minutes, such as `22:00`")
    })
}

fn zoned(at: Time, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()))
}

fn time(zoned: &Zoned) -> Time {
    Time(zoned.timestamp().as_millisecond())
}

/// The first time after `after` that a schedule names. A time that a clock change leaves out is made up for right
/// after it; one that comes twice counts once.
pub fn next(cron: &Cron, zone: &TimeZone, after: Time) -> Option<Time> {
    let next = cron.find_next_occurrence(&zoned(after, zone)?, false).ok()?;
    Some(time(&next))
}

/// When the day began that `now` lies in.
pub fn day_began(zone: &TimeZone, now: Time) -> Time {
    let began = zoned(now, zone).and_then(|now| now.start_of_day().ok());
    began.map_or(now, |began| time(&began))
}

/// When the day after that of `now` begins.
pub fn day_ends(zone: &TimeZone, now: Time) -> Time {
    let next = zoned(now, zone).and_then(|now| now.tomorrow().ok()?.start_of_day().ok());
    next.map_or(now, |next| time(&next))
}

/// Until when it is quiet, if it is.
pub fn quiet_until(quiet: &QuietHours, zone: &TimeZone, now: Time) -> Option<Time> {
    let (from, to) = (parse_clock("from", &quiet.from).ok()?, parse_clock("to", &quiet.to).ok()?);
    let here = zoned(now, zone)?;
    let clock = here.time();
    let (is_quiet, ends_today) = match from <= to {
        true => (from <= clock && clock < to, true),
        false => (clock >= from || clock < to, clock < to),
    };
    let day = if ends_today { here.date() } else { here.date().checked_add(1.day()).ok()? };
    let end = is_quiet.then(|| day.to_datetime(to).to_zoned(zone.clone()).ok())??;
    Some(time(&end))
}

/// A day and minute at that place: "29 Mar 03:00 Europe/Berlin".
pub fn told(at: Time, zone: &TimeZone) -> String {
    let place = zone.iana_name().unwrap_or_default();
    zoned(at, zone).map_or_else(String::new, |at| format!("{} {place}", at.strftime("%-d %b %H:%M")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::time::HOUR_MS;

    fn at(text: &str) -> Time {
        Time(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn from(schedule: &str, zone: &str, after: &str) -> Time {
        next(&parse_cron(schedule).unwrap(), &parse_zone(zone).unwrap(), at(after)).unwrap()
    }

    #[test]
    fn a_schedule_goes_by_the_clock_of_its_place() {
        assert_eq!(from("0 3 * * *", "UTC", "2026-11-22T13:15:50Z"), at("2026-11-23T03:00:00Z"));
        assert_eq!(from("0 3 * * *", "Europe/Berlin", "2026-11-22T13:15:50Z"), at("2026-11-23T02:00:00Z"));
        assert_eq!(from("0 3 * * 1", "Asia/Kolkata", "2026-11-22T13:15:50Z"), at("2026-11-22T21:30:00Z"));
        assert!(parse_cron("every day").unwrap_err().message.contains("cron"));
        assert!(parse_zone("Berlin").unwrap_err().message.contains("`settings.triggers.time_zone`"));
    }

    #[test]
    fn an_hour_that_is_left_out_loses_no_run() {
        // Clocks in Berlin went from 2:00 to 3:00 at 01:00 UTC.
        let first = from("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z");
        let day = at("2026-03-29T00:00:00Z")..at("2026-03-29T04:00:00Z");
        assert!(day.contains(&first), "{first:?}");
        let second = from("30 2 * * *", "Europe/Berlin", "2026-03-29T04:00:00Z");
        assert_eq!(second, at("2026-03-30T00:30:00Z"));
    }

    #[test]
    fn an_hour_that_comes_twice_runs_once() {
        // Clocks in Berlin went from 3:00 back to 2:00 at 01:00 UTC: 2:30 was at 00:30 and at 01:30 UTC.
        let first = from("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z");
        assert_eq!(first, at("2026-10-25T00:30:00Z"));
        let zone = parse_zone("Europe/Berlin").unwrap();
        let second = next(&parse_cron("30 2 * * *").unwrap(), &zone, first).unwrap();
        assert_eq!(second, at("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_clock_changes() {
        let zone = parse_zone("Europe/Berlin").unwrap();
        let night = QuietHours { from: "22:00".into(), to: "06:00".into() };
        let until = |text: &str| quiet_until(&night, &zone, at(text));
        assert_eq!(until("2026-11-22T20:59:00Z"), None);
        assert_eq!(until("2026-11-22T21:00:00Z"), Some(at("2026-11-23T05:00:00Z")));
        assert_eq!(until("2026-11-23T04:59:00Z"), Some(at("2026-11-23T05:00:00Z")));
        assert_eq!(until("2026-11-23T05:00:00Z"), None, "the first minute that is not");
        // Seven hours long when an hour is left out.
        assert_eq!(until("2026-03-28T21:00:00Z"), Some(at("2026-03-29T04:00:00Z")));
        let noon = QuietHours { from: "11:30".into(), to: "13:00".into() };
        assert_eq!(quiet_until(&noon, &zone, at("2026-11-22T11:00:00Z")), Some(at("2026-11-22T12:00:00Z")));
        assert_eq!(quiet_until(&noon, &zone, at("2026-11-22T22:00:00Z")), None);
    }

    #[test]
    fn a_day_has_the_hours_that_its_place_gives_it() {
        let zone = parse_zone("Europe/Berlin").unwrap();
        let length = |text: &str| day_ends(&zone, at(text)).since(day_began(&zone, at(text)));
        assert_eq!(length("2026-03-29T12:00:00Z"), 23 * HOUR_MS);
        assert_eq!(length("2026-10-25T12:00:00Z"), 25 * HOUR_MS);
        assert_eq!(day_began(&zone, at("2026-11-22T22:59:00Z")), at("2026-11-21T23:00:00Z"));
        assert_eq!(told(at("2026-03-29T01:00:00Z"), &zone), "29 Mar 03:00 Europe/Berlin");
    }
}
