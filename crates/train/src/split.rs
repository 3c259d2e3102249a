//! Rows left out of training to watch the loss on, drawn by a seeded generator.

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

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
pub(crate) struct SplitMix64(pub u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    /// Uniform in `0..bound`, up to a bias of `bound` / 2^64.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
    /// Uniform in 0..1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Every order alike (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
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

    #[test]
    fn the_generator_gives_the_published_numbers() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
