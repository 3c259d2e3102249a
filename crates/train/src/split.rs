//! Rows left out of training to watch the loss on, drawn by a seeded generator.

pub(crate) use tidegate_trees::SplitMix64;

/// Fewer rows than this are all trained on.
const SPLIT_FROM: usize = 100;
/// One row in so many is left out.
const ONE_IN: usize = 10;

/// True for the rows that are left out: a tenth of them, none of fewer than 100.
pub(crate) fn held_out(rows: usize, seed: u64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..rows).collect();
    let mut random = SplitMix64(seed);
    let left_out = if rows < SPLIT_FROM { 0 } else { rows / ONE_IN };
    let mut mask = vec![false; rows];
    for chosen in 0..left_out {
        order.swap(chosen, chosen + random.below(rows - chosen));
        mask[order[chosen]] = true;
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_left_out_and_the_seed_decides_which() {
        let first = held_out(1000, 1);
        assert_eq!(first.iter().filter(|left_out| **left_out).count(), 100);
        assert_eq!(first, held_out(1000, 1));
        assert_ne!(first, held_out(1000, 2));
        assert_eq!(held_out(99, 1), [false; 99]);
    }
}
