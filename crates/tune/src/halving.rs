//! Asynchronous successive halving (Li and others 2020): at each rung only the best of those that reached it go on.
//! Must not know how trials are made.

use tidegate_core::run::Trial;

/// The steps at which trials are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rungs(Vec<u32>);

/// A trial runs for at least a third of its length: less says little of one that learns slowly.
const SHORTEST: u32 = 3;

impl Rungs {
    /// From a third of `steps` on, each `reduction` times the last, none in the last half.
    pub fn new(steps: u32, reduction: u32) -> Self {
        let mut rungs = Vec::new();
        let mut rung = (steps / SHORTEST).max(1);
        while rung <= steps / 2 {
            rungs.push(rung);
            rung = rung.saturating_mul(reduction.max(2));
        }
        Self(rungs)
    }

    /// Which rung a trial that has made `step` steps stands on, if on one.
    pub fn at(&self, step: u32) -> Option<usize> {
        self.0.iter().position(|rung| *rung == step)
    }
}

/// Whether a trial with this loss at a rung goes on: it must be among the best one in `reduction` of all that
/// reached the rung, itself counted. The first always goes on, as does every one while fewer than `reduction` came
/// so far and none was better.
pub fn goes_on(others: &[Trial], rung: usize, loss: f64, reduction: u32) -> bool {
    if !loss.is_finite() {
        return false;
    }
    let reached = others.iter().filter_map(|trial| trial.rungs.get(rung));
    let (all, better) =
        reached.fold((1, 0), |(all, better), other| (all + 1, better + usize::from(*other < loss)));
    better < (all / reduction.max(2) as usize).max(1)
}
