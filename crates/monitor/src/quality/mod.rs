//! Data quality: what a row and a stretch of rows must look like, learnt from the reference and editable.
//!
//! Owns the checks, how they are learnt, the counters they need and their outcomes. A check on a row is put to
//! each request before the model runs ([`RowChecks`]); a check on a stretch of time is put to mergeable
//! counters ([`Window`]). Must not know requests, tensors, storage or what happens to a row that fails.

mod check;
mod common;
mod compare;
mod cross;
mod distinct;
mod learn;
mod outcome;
mod row;
mod shape;
mod violation;
mod window;

pub use check::{Action, Check, Expectation, Level, SchemaPart, ValueType};
pub use common::Common;
pub use compare::{Difference, compare};
pub use cross::Cross;
pub use distinct::Distinct;
pub use learn::{LEARN_ROWS, Sample, Values, learn};
pub use outcome::{CheckState, Evidence, Outcome, evaluate};
pub use row::{ColumnChecks, RowChecks};
pub use violation::{advice, violates};
pub use window::{Broken, ColumnSums, Order, Plan, Window};

#[cfg(test)]
mod tests;
