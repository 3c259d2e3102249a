//! Data quality of a model: which checks it has, what they show, and how they are changed or learnt again.
//!
//! Owns the verbs. What a check means is `tidegate_monitor::quality`'s affair; how a request is looked at is in
//! [`guard`], how the checks of a version are kept and learnt in [`set`] and [`keep`].

mod findings;
mod guard;
mod keep;
mod look;
mod relearn;
mod set;
mod show;

pub use findings::Findings;
pub use guard::{Asked, Guard, misfit_rows};
pub use set::{Active, learnt, values};
pub use show::{Coarse, failed_act};
