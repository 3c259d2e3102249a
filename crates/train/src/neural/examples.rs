//! Which rows are trained on, and which watch.

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan},
};

use crate::{dataset::Dataset, split::SplitMix64};

/// Rows by their places.
#[derive(Debug)]
pub(super) struct Examples {
    pub train: Vec<usize>,
    pub watch: Vec<usize>,
    /// Rows of the model's past: of those marked as old, or of all where none is.
    pub past: Vec<usize>,
}

/// Fitting again takes all rows; continuing takes the new ones and as many of the old as are to be replayed.
pub(super) fn choose(data: &Dataset, held_out: &[bool], plan: &Plan) -> Result<Examples> {
    let old = data.old.min(data.rows());
    let mut kept: Vec<usize> = (0..old).collect();
    if let (Mode::Continue, Some(replay)) = (plan.mode, plan.network.replay) {
        SplitMix64(plan.seed ^ 0x7e91_a5ed).shuffle(&mut kept);
        kept.truncate(replay as usize);
        kept.sort_unstable();
    }
    kept.extend(old..data.rows());
    let (watch, train): (Vec<usize>, Vec<usize>) = kept.into_iter().partition(|row| held_out[*row]);
    let counts = |rows: &[usize]| rows.iter().any(|row| data.weight[*row] > 0.0);
    if !counts(&train) {
        return Err(Error::invalid("no row is left to train on")
            .hint("send labels, or replay old rows with `network.replay`"));
    }
    let past = if old > 0 { (0..old).collect() } else { (0..data.rows()).collect() };
    Ok(Examples { train, watch: if counts(&watch) { watch } else { Vec::new() }, past })
}
