//! Isotonic regression of 0/1 outcomes on scores, as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.

use serde::{Deserialize, Serialize};

/// A non-decreasing function through points, linear between them, constant outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// Scores in a row that share one value.
#[derive(Debug, Clone, Copy)]
struct Block {
    rows: f64,
    hits: f64,
    /// Distinct scores it spans.
    width: usize,
}

impl Block {
    fn mean(self) -> f64 {
        self.hits / self.rows
    }
}

impl Isotonic {
    /// The least-squares non-decreasing fit, by pooling adjacent violators; `None` without rows. Scores must be
    /// finite.
    pub fn fit(scores: &[f64], hits: &[bool]) -> Option<Self> {
        let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(hits.iter().copied()).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Self::fit_ascending(rows.into_iter())
    }
    /// As [`Self::fit`], of rows whose scores ascend.
    pub(super) fn fit_ascending(rows: impl Iterator<Item = (f64, bool)>) -> Option<Self> {
        let mut rows = rows.peekable();
        let (mut x, mut blocks) = (vec![], Vec::<Block>::new());
        while let Some((score, hit)) = rows.next() {
            let mut block = Block { rows: 1.0, hits: f64::from(u8::from(hit)), width: 1 };
            while let Some((_, hit)) = rows.next_if(|(next, _)| *next == score) {
                block.rows += 1.0;
                block.hits += f64::from(u8::from(hit));
            }
            x.push(score);
            pool(&mut blocks, block);
        }
        let y: Vec<f64> =
            blocks.iter().flat_map(|block| std::iter::repeat_n(block.mean(), block.width)).collect();
        (!x.is_empty()).then(|| Self::through(&x, &y))
    }
    /// Keeps only the points where the function bends.
    fn through(x: &[f64], y: &[f64]) -> Self {
        let bends = |i: usize| i == 0 || i + 1 == y.len() || y[i] != y[i - 1] || y[i] != y[i + 1];
        let (x, y) = (0..x.len()).filter(|i| bends(*i)).map(|i| (x[i], y[i])).unzip();
        Self { x, y }
    }
    pub fn calibrate(&self, score: f64) -> f64 {
        let after = self.x.partition_point(|x| *x <= score);
        if after == 0 {
            return self.y[0];
        }
        if after == self.x.len() {
            return self.y[after - 1];
        }
        let (low, high) = (self.x[after - 1], self.x[after]);
        let slope = (self.y[after] - self.y[after - 1]) / (high - low);
        self.y[after - 1] + slope * (score - low)
    }
}

/// Adds a block, joining it with those before that it would fall below.
fn pool(blocks: &mut Vec<Block>, mut block: Block) {
    while let Some(last) = blocks.pop_if(|last| last.mean() >= block.mean()) {
        block = Block {
            rows: last.rows + block.rows,
            hits: last.hits + block.hits,
            width: last.width + block.width,
        };
    }
    blocks.push(block);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Expected values from scikit-learn 1.9.1: `IsotonicRegression(out_of_bounds="clip")` fitted on these rows.
    #[test]
    fn it_agrees_with_scikit_learn() {
        let scores = [0.1, 0.2, 0.2, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
        let hits = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1].map(|hit| hit == 1);
        let fitted = Isotonic::fit(&scores, &hits).unwrap();
        for (score, expected) in EXPECTED {
            assert!(
                (fitted.calibrate(score) - expected).abs() < 1e-12,
                "{score}: {}",
                fitted.calibrate(score)
            );
        }
    }
    const EXPECTED: [(f64, f64); 10] = [
        (0.0, 0.0),
        (0.15, 0.1666666666666666),
        (0.2, 0.3333333333333333),
        (0.36, 0.36666666666666664),
        (0.45, 0.5),
        (0.55, 0.5833333333333334),
        (0.65, 0.6666666666666666),
        (0.8, 0.6666666666666666),
        (0.85, 0.8333333333333331),
        (1.0, 1.0),
    ];

    proptest! {
        #[test]
        fn it_never_falls_and_keeps_the_mean(rows in prop::collection::vec((0_u8..20, any::<bool>()), 1..80)) {
            let (scores, hits): (Vec<f64>, Vec<bool>) =
                rows.into_iter().map(|(score, hit)| (f64::from(score) / 20.0, hit)).unzip();
            let fitted = Isotonic::fit(&scores, &hits).unwrap();
            let grid: Vec<f64> = (-2..24).map(|i| fitted.calibrate(f64::from(i) / 20.0)).collect();
            prop_assert!(grid.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            let mean = scores.iter().map(|score| fitted.calibrate(*score)).sum::<f64>() / scores.len() as f64;
            let share = hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64;
            prop_assert!((mean - share).abs() < 1e-9);
        }
    }
}
