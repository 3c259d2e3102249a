//! The most common values of a column in a few counters (Misra and Gries 1982; merged as in Agarwal et al.,
//! "Mergeable Summaries", 2012), with the error of each count.

use serde::{Deserialize, Serialize};

/// Values counted at a time: a count lacks at most one part in nine of the rows.
const KEPT: usize = 8;
/// A value with fewer rows than one in so many isn't worth storing.
const STORED: u64 = 20;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Common {
    n: u64,
    /// The most that any count may lack.
    lost: u64,
    counts: Vec<(u64, u64)>,
}

impl Common {
    /// A value by its bits or its hash.
    pub fn add(&mut self, value: u64) {
        self.n += 1;
        if let Some((_, count)) = self.counts.iter_mut().find(|(known, _)| *known == value) {
            *count += 1;
        } else if self.counts.len() < KEPT {
            self.counts.push((value, 1));
        } else {
            self.lost += 1;
            self.counts.iter_mut().for_each(|(_, count)| *count -= 1);
            self.counts.retain(|(_, count)| *count > 0);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.lost += other.lost;
        for (value, count) in &other.counts {
            match self.counts.iter_mut().find(|(known, _)| known == value) {
                Some((_, mine)) => *mine += count,
                None => self.counts.push((*value, *count)),
            }
        }
        self.sort();
        if let Some((_, surplus)) = self.counts.get(KEPT).copied() {
            self.lost += surplus;
            self.counts.iter_mut().for_each(|(_, count)| *count = count.saturating_sub(surplus));
            self.counts.retain(|(_, count)| *count > 0);
        }
    }

    /// Without the values that are not common at all, to be stored.
    #[must_use]
    pub fn pruned(&self) -> Self {
        let mut pruned = self.clone();
        pruned.sort();
        let kept = pruned.counts.iter().take_while(|(_, count)| count * STORED >= self.n).count();
        pruned.lost += pruned.counts.get(kept).map_or(0, |(_, count)| *count);
        pruned.counts.truncate(kept);
        pruned
    }

    pub fn n(&self) -> u64 {
        self.n
    }

    /// The least and the most share of rows that the most common value can have.
    pub fn share(&self) -> Option<(f64, f64)> {
        let top = self.counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        (self.n > 0).then(|| {
            let n = self.n as f64;
            (top as f64 / n, ((top + self.lost) as f64 / n).min(1.0))
        })
    }

    /// The bits or hash of the most common value.
    pub fn value(&self) -> Option<u64> {
        self.counts.iter().max_by_key(|(_, count)| *count).map(|(value, _)| *value)
    }

    /// Most common first; the same whatever order they came in.
    fn sort(&mut self) {
        self.counts.sort_unstable_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
    }
}
