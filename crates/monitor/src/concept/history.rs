//! The errors since a detector started, coarser the older they are: enough to tell when they changed and by
//! how much, whichever detector found that they did.

use serde::{Deserialize, Serialize};
use tidegate_core::Time;

/// Sums kept at most; when there are more, the older half is merged by pairs.
const BLOCKS: usize = 256;
/// Labels on each side of a change.
const LEAST: u64 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Block {
    from: Time,
    n: u64,
    sum: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    /// Oldest first.
    blocks: Vec<Block>,
}

/// Where a stream of errors splits best into a part before and a part after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub since: Time,
    /// Mean errors.
    pub before: f64,
    pub after: f64,
    pub labels_before: u64,
    pub labels: u64,
}

impl History {
    pub fn push(&mut self, at: Time, error: f64) {
        self.blocks.push(Block { from: at, n: 1, sum: error });
        if self.blocks.len() > BLOCKS {
            let newer = self.blocks.split_off(BLOCKS / 2);
            let merged = self.blocks.chunks(2).map(|pair| Block {
                from: pair[0].from,
                n: pair.iter().map(|block| block.n).sum(),
                sum: pair.iter().map(|block| block.sum).sum(),
            });
            self.blocks = merged.chain(newer).collect();
        }
    }

    pub fn n(&self) -> u64 {
        self.blocks.iter().map(|block| block.n).sum()
    }

    pub fn mean(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| self.sum() / n as f64)
    }

    pub fn begun(&self) -> Option<Time> {
        self.blocks.first().map(|block| block.from)
    }

    fn sum(&self) -> f64 {
        self.blocks.iter().map(|block| block.sum).sum()
    }

    /// The most likely place of one change of the mean: where the two parts' squared distance, weighted by their
    /// sizes, is largest (least squares). Starts anew with the part after it.
    pub fn split(&mut self) -> Option<Change> {
        let (n, sum) = (self.n(), self.sum());
        let (mut n0, mut sum0) = (0, 0.0);
        let mut best: Option<(f64, usize, Change)> = None;
        for (index, block) in self.blocks.iter().enumerate() {
            if n0 >= LEAST && n - n0 >= LEAST {
                let n1 = n - n0;
                let (before, after) = (sum0 / n0 as f64, (sum - sum0) / n1 as f64);
                let weight = n0 as f64 * n1 as f64 / n as f64 * (after - before).powi(2);
                if best.is_none_or(|(most, ..)| weight > most) {
                    let change = Change { since: block.from, before, after, labels_before: n0, labels: n1 };
                    best = Some((weight, index, change));
                }
            }
            n0 += block.n;
            sum0 += block.sum;
        }
        let (_, index, change) = best?;
        self.blocks.drain(..index);
        Some(change)
    }
}
