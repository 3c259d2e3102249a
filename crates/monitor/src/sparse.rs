//! Rows by bin, where most bins are empty: what sketches and score histograms are made of.
//!
//! Owns counting, taking back and merging without error. Must not know what a bin stands for.

use serde::{Deserialize, Serialize};

/// Only bins that hold rows are kept, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sparse(Vec<(i32, u64)>);

impl Sparse {
    pub fn add(&mut self, bin: i32) {
        match self.0.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(at) => self.0[at].1 += 1,
            Err(at) => self.0.insert(at, (bin, 1)),
        }
    }
    /// Takes back a row that was added; nothing happens where there is none.
    pub fn remove(&mut self, bin: i32) {
        let Ok(at) = self.0.binary_search_by_key(&bin, |(bin, _)| *bin) else { return };
        self.0[at].1 -= 1;
        if self.0[at].1 == 0 {
            self.0.remove(at);
        }
    }
    pub fn merge(&mut self, other: &Self) {
        if other.0.is_empty() {
            return;
        }
        let mine = std::mem::take(&mut self.0);
        let mut merged = Vec::with_capacity(mine.len() + other.0.len());
        let (mut left, mut right) = (mine.into_iter().peekable(), other.0.iter().copied().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => merged.extend(left.next()),
                std::cmp::Ordering::Greater => merged.extend(right.next()),
                std::cmp::Ordering::Equal => {
                    merged.push((a.0, a.1 + b.1));
                    left.next();
                    right.next();
                }
            }
        }
        merged.extend(left);
        merged.extend(right);
        self.0 = merged;
    }
    /// Bins that hold rows, ascending, with their rows.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> + '_ {
        self.0.iter().copied()
    }
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, rows)| rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(bins: &[i32]) -> Sparse {
        let mut sparse = Sparse::default();
        bins.iter().for_each(|bin| sparse.add(*bin));
        sparse
    }

    proptest! {
        #[test]
        fn merging_is_counting_all_and_removing_takes_back(
            left in prop::collection::vec(-5_i32..9, 0..60),
            right in prop::collection::vec(-5_i32..9, 0..60),
        ) {
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(&merged, &of(&[left.clone(), right.clone()].concat()));
            prop_assert_eq!(merged.total() as usize, left.len() + right.len());
            right.iter().for_each(|bin| merged.remove(*bin));
            merged.remove(99);
            prop_assert_eq!(merged, of(&left));
        }
    }
}
