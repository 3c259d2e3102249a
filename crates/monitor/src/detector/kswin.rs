//! KSWIN of Raab and others (2020): a Kolmogorov-Smirnov test of the newest values against earlier ones.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Detector, Signal};
use crate::{
    random::SplitMix,
    report::{Sample, smirnov},
};

/// A gap of the distribution functions up to this is never a drift.
const LEAST_GAP: f64 = 0.1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kswin {
    pub alpha: f64,
    /// Values kept.
    pub window: usize,
    /// Newest values that are tested against as many drawn from the rest of the window.
    pub newest: usize,
    pub seed: u64,
    random: SplitMix,
    values: VecDeque<f64>,
}

impl Kswin {
    /// The draws follow from the seed; they are not Python's, so that single indices can differ from River's.
    pub fn new(seed: u64) -> Self {
        let (random, values) = (SplitMix(seed), VecDeque::new());
        Self { alpha: 0.005, window: 100, newest: 30, seed, random, values }
    }
    /// As many of the earlier values as there are new ones, without replacement.
    fn drawn(&mut self) -> Vec<f64> {
        let earlier = self.window - self.newest;
        let mut indices: Vec<usize> = (0..earlier).collect();
        for i in 0..self.newest.min(earlier) {
            let other = i + self.random.below(earlier - i);
            indices.swap(i, other);
        }
        indices.into_iter().take(self.newest).map(|index| self.values[index]).collect()
    }
}

impl Detector for Kswin {
    fn update(&mut self, x: f64) -> Signal {
        self.values.push_back(x);
        if self.values.len() > self.window {
            self.values.pop_front();
        }
        if self.values.len() < self.window {
            return Signal::NONE;
        }
        let newest: Vec<f64> = self.values.iter().skip(self.window - self.newest).copied().collect();
        let test = smirnov::test(&Sample::new(&self.drawn()), &Sample::new(&newest));
        if test.p > self.alpha || test.statistic <= LEAST_GAP {
            return Signal::NONE;
        }
        self.values.clear();
        self.random = SplitMix(self.seed);
        Signal::DRIFT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_a_jump() {
        let mut random = SplitMix(9);
        let mut detector = Kswin::new(1);
        let mut value = |i: usize| random.below(1_000) as f64 + if i < 500 { 0.0 } else { 600.0 };
        let found = (0..700).find(|i| detector.update(value(*i)).drift);
        assert!(found.is_some_and(|found| (500..540).contains(&found)), "{found:?}");
    }

    #[test]
    fn constant_values_never_drift() {
        let mut detector = Kswin::new(1);
        assert!((0..300).all(|_| detector.update(4.0) == Signal::NONE));
    }
}
