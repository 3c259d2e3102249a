//! Hyper-parameter search: what to try next, which trial to stop, and what mattered.
//!
//! Owns the samplers (random, TPE), asynchronous successive halving and importance. Pure functions of a search, its
//! trials so far and a seed, so that a search taken up again after a crash makes the trials it would have made.
//! Must not know what is trained, plans, clocks or storage.

mod halving;
mod importance;
mod parzen;
mod sample;

pub use halving::{Rungs, goes_on};
pub use importance::importance;
pub use sample::{place, suggest};

use tidegate_core::run::{Trial, TrialState};

/// Index of the complete trial with the lowest loss, the first of equals.
pub fn best(trials: &[Trial]) -> Option<usize> {
    let losses = trials.iter().enumerate().filter(|(_, trial)| trial.state == TrialState::Complete);
    let losses =
        losses.filter_map(|(index, trial)| Some((index, trial.loss.filter(|loss| loss.is_finite())?)));
    losses.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests;
