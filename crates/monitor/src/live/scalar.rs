//! One of the several numbers that a text or a vector is watched by, and which of them decides.

use serde::{Deserialize, Serialize};

use crate::{
    column::{Counts, Reference},
    drift::{Drift, State, drift},
};

/// How a number moved between reference and window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Moved {
    /// Means.
    pub reference: f64,
    pub current: f64,
    /// On the reference's bins.
    pub psi: f64,
    pub drifted: bool,
}

/// What is known of one number of several: enough to tell which of them decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub psi: f64,
    pub psi_noise: f64,
    /// How likely a difference as large is without drift.
    pub p: f64,
    pub state: State,
}

impl Part {
    pub fn of(drift: &Drift) -> Self {
        Self { psi: drift.psi, psi_noise: drift.psi_noise, p: drift.p, state: drift.state }
    }

    fn rank(&self) -> (u8, f64) {
        let state = match self.state {
            State::Drifted => 3,
            State::Undecided => 2,
            State::Stable => 1,
            State::NotEnough => 0,
        };
        (state, self.psi)
    }
}

/// A number's drift, with its means.
pub(super) fn moved(reference: &Reference, counts: &Counts, min_rows: u64, threshold: f64) -> (Moved, Part) {
    let found = drift(reference, counts, min_rows, threshold);
    let moved = Moved {
        reference: reference.mean,
        current: counts.mean().unwrap_or(reference.mean),
        psi: found.psi,
        drifted: found.state == State::Drifted,
    };
    (moved, Part::of(&found))
}

/// Makes the column's drift that of the part which moved most, its p-value adjusted for how many there are
/// (Bonferroni); gives the place of that part.
pub(super) fn decide(drift: &mut Drift, parts: &[Part]) -> usize {
    let better = |a: &Part, b: &Part| a.rank().0.cmp(&b.rank().0).then(a.psi.total_cmp(&b.psi));
    let Some((place, part)) = parts.iter().enumerate().max_by(|a, b| better(a.1, b.1)) else { return 0 };
    drift.psi = part.psi;
    drift.psi_noise = part.psi_noise;
    drift.state = part.state;
    drift.p = (part.p * parts.len() as f64).min(1.0);
    place
}

/// "1.4x", "0.6x".
pub(super) fn times(current: f64, reference: f64) -> String {
    let ratio = current / reference;
    if ratio.is_finite() && ratio >= 10.0 { format!("{ratio:.0}x") } else { format!("{ratio:.1}x") }
}
