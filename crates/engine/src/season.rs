//! What a version's inputs and answers looked like at the same time of earlier days.
//!
//! Owns the hours of the last days, in memory, as they are on the disk. Must not know when a difference is usual.

use std::collections::BTreeMap;

use tidegate_core::{
    Time,
    time::{DAY_MS, HOUR_MS},
};
use tidegate_monitor::{column::Counts, live::TogetherCounts};

use crate::bucket::Bucket;

/// Days that are looked back on: each day of the week once.
const DAYS: i64 = 7;
/// How long hours are kept.
pub const KEPT_MS: i64 = (DAYS + 1) * DAY_MS;
/// A day with fewer hours than this says nothing about its whole.
const LEAST_HOURS: u32 = 20;

/// Counts against one baseline.
#[derive(Debug, Clone)]
pub struct Part {
    pub baseline: u64,
    pub features: Vec<Counts>,
    pub prediction: Option<Counts>,
    pub together: Option<TogetherCounts>,
}

impl Part {
    fn of(bucket: &Bucket) -> Self {
        Self {
            baseline: bucket.baseline,
            features: bucket.features.clone(),
            prediction: bucket.prediction.clone(),
            together: bucket.wide.together.clone(),
        }
    }

    /// Counts against another baseline are left out.
    fn merge(&mut self, other: &Self) {
        if self.baseline != other.baseline {
            return;
        }
        self.features.iter_mut().zip(&other.features).for_each(|(mine, theirs)| mine.merge(theirs));
        if let (Some(mine), Some(theirs)) = (&mut self.prediction, &other.prediction) {
            mine.merge(theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.together, &other.together) {
            mine.merge(theirs);
        }
    }
}

/// An earlier day: its whole, and the hours around the time asked for.
#[derive(Debug)]
pub struct EarlierDay {
    pub days_ago: i64,
    pub whole: Part,
    pub hour: Part,
}

#[derive(Debug, Default)]
pub struct Season {
    hours: BTreeMap<Time, Part>,
    /// The sum of each day's hours, and how many there are.
    days: BTreeMap<Time, (Part, u32)>,
}

impl Season {
    /// Adds an hour that is over; one that is known already stays.
    pub fn add(&mut self, hour: Time, bucket: &Bucket) {
        if bucket.rows == 0 || bucket.baseline == 0 || self.hours.contains_key(&hour) {
            return;
        }
        let part = Part::of(bucket);
        let known = self.days.get_mut(&hour.floor(DAY_MS));
        // Of a day whose hours were counted against an older baseline only the newer ones can be compared.
        match known.filter(|(whole, _)| whole.baseline == part.baseline) {
            Some((whole, hours)) => {
                whole.merge(&part);
                *hours += 1;
            }
            None => {
                self.days.insert(hour.floor(DAY_MS), (part.clone(), 1));
            }
        }
        self.hours.insert(hour, part);
    }

    pub fn knows(&self, hour: Time) -> bool {
        self.hours.contains_key(&hour)
    }

    pub fn forget(&mut self, now: Time) {
        self.hours = self.hours.split_off(&now.plus(-KEPT_MS));
        self.days = self.days.split_off(&now.plus(-KEPT_MS).floor(DAY_MS));
    }

    /// The whole days before `from`, each with its hours of the same time of day, the newest first.
    pub fn days_before(&self, from: Time, to: Time) -> Vec<EarlierDay> {
        let of = |days_ago: i64| {
            let (from, to) = (from.plus(-days_ago * DAY_MS), to.plus(-days_ago * DAY_MS));
            let (whole, hours) = self.days.get(&from.floor(DAY_MS))?;
            let mut parts = self.hours.range(from.floor(HOUR_MS)..to).map(|(_, part)| part);
            let mut hour = parts.next()?.clone();
            parts.for_each(|part| hour.merge(part));
            let usable = *hours >= LEAST_HOURS && whole.baseline == hour.baseline;
            usable.then(|| EarlierDay { days_ago, whole: whole.clone(), hour })
        };
        (1..=DAYS).filter_map(of).collect()
    }
}
