//! Elastic weight consolidation (Kirkpatrick et al. 2017): numbers that the past depends on are held where they were.

use tidegate_core::Result;

use super::{program::Program, target::Task};
use crate::{inputs::Inputs, split::SplitMix64};

/// Rows that the importance of numbers is estimated from.
const ROWS: usize = 256;

pub(super) struct Anchor {
    at: Vec<f32>,
    /// The mean square of each number's gradient (the diagonal of the empirical Fisher information), times the
    /// strength.
    pull: Vec<f32>,
}

impl Anchor {
    pub fn of(
        program: &mut Program,
        inputs: &Inputs,
        task: &Task,
        past: &[usize],
        at: &[f32],
        strength: f64,
        seed: u64,
    ) -> Result<Self> {
        let mut rows = past.to_vec();
        SplitMix64(seed ^ 0x000e_3c00).shuffle(&mut rows);
        rows.truncate(ROWS);
        let mut sums = vec![0.0_f64; at.len()];
        for row in &rows {
            let step = program.step(at, inputs, task, &[*row], &[1.0])?;
            sums.iter_mut().zip(&step.gradient).for_each(|(sum, slope)| *sum += f64::from(*slope).powi(2));
        }
        let factor = strength / rows.len().max(1) as f64;
        Ok(Self { at: at.to_vec(), pull: sums.into_iter().map(|sum| (sum * factor) as f32).collect() })
    }

    /// Adds the gradient of pull / 2 * (value - at)^2.
    pub fn pull(&self, values: &[f32], gradient: &mut [f32]) {
        let held = self.at.iter().zip(&self.pull);
        for ((slope, value), (at, pull)) in gradient.iter_mut().zip(values).zip(held) {
            *slope += pull * (value - at);
        }
    }
}
