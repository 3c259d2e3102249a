//! ADWIN of Bifet and Gavalda (2007): a window that is cut where its two parts differ in mean.
//!
//! The window is kept as sums over buckets of 1, 2, 4... values, a few of each size, so that a million values
//! take a hundred numbers.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Detector, Signal};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adwin {
    /// Probability of a false detection at one test.
    pub delta: f64,
    /// Values between two tests.
    pub clock: u32,
    /// Buckets of one size.
    pub max_buckets: usize,
    /// Values on each side of a cut.
    pub min_window: u32,
    /// Values before the first test.
    pub grace: u32,
    window: Window,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Window {
    ticks: u64,
    width: f64,
    total: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
    /// Row i holds buckets of 2^i values, oldest first.
    rows: Vec<VecDeque<Bucket>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Bucket {
    total: f64,
    squares: f64,
}

fn size(row: usize) -> f64 {
    (1_u64 << row) as f64
}

impl Default for Adwin {
    fn default() -> Self {
        Self { delta: 0.002, clock: 32, max_buckets: 5, min_window: 5, grace: 10, window: Window::default() }
    }
}

impl Adwin {
    /// Values in the window.
    pub fn width(&self) -> f64 {
        self.window.width
    }
    /// Their sum.
    pub fn total(&self) -> f64 {
        self.window.total
    }
    /// Their variance times their number, which River calls variance.
    pub fn squares(&self) -> f64 {
        self.window.squares
    }
    /// Their mean, 0 for none.
    pub fn mean(&self) -> f64 {
        if self.window.width > 0.0 { self.window.total / self.window.width } else { 0.0 }
    }

    fn tests_now(&self) -> bool {
        self.window.ticks.is_multiple_of(u64::from(self.clock)) && self.window.width > f64::from(self.grace)
    }
    /// Whether the window splits anywhere into parts whose means differ by more than chance.
    fn is_cut(&self) -> bool {
        let window = &self.window;
        let least = f64::from(self.min_window);
        // Logarithms cost more than all the rest: once a test, not once a cut.
        let confidence = (2.0 * window.width.ln() / self.delta).ln();
        let variance = window.squares / window.width;
        let (mut n, mut total) = (0.0, 0.0);
        for (row, buckets) in window.rows.iter().enumerate().rev() {
            for bucket in buckets {
                n += size(row);
                total += bucket.total;
                let rest = window.width - n;
                if n < least || rest < least {
                    continue;
                }
                let difference = total / n - (window.total - total) / rest;
                let m = 1.0 / (n - least + 1.0) + 1.0 / (rest - least + 1.0);
                if difference.abs() > (2.0 * m * variance * confidence).sqrt() + 2.0 / 3.0 * confidence * m {
                    return true;
                }
            }
        }
        false
    }
}

impl Window {
    fn insert(&mut self, x: f64, max_buckets: usize) {
        self.ticks += 1;
        self.width += 1.0;
        if self.width > 1.0 {
            let distance = x - self.total / (self.width - 1.0);
            self.squares += (self.width - 1.0) * distance * distance / self.width;
        }
        self.total += x;
        self.push(0, Bucket { total: x, squares: 0.0 }, max_buckets);
    }
    /// Adds a bucket to a row; the two oldest of a row that is too full become one of the next.
    fn push(&mut self, row: usize, bucket: Bucket, max_buckets: usize) {
        if self.rows.len() == row {
            self.rows.push(VecDeque::new());
        }
        let buckets = &mut self.rows[row];
        buckets.push_back(bucket);
        if buckets.len() <= max_buckets {
            return;
        }
        if let Some((first, second)) = buckets.pop_front().zip(buckets.pop_front()) {
            let distance = (first.total - second.total) / size(row);
            let squares = first.squares + second.squares + size(row) * distance * distance / 2.0;
            self.push(row + 1, Bucket { total: first.total + second.total, squares }, max_buckets);
        }
    }
}

impl Detector for Adwin {
    fn update(&mut self, x: f64) -> Signal {
        self.window.insert(x, self.max_buckets);
        if !self.tests_now() || !self.is_cut() {
            return Signal::NONE;
        }
        self.window = Window::default();
        Signal::DRIFT
    }
}
