//! Inputs that no single set of bins describes, watched live: running text, vectors, and columns together.
//!
//! Owns what the reference fixes of them, the counters, which can be merged, and what a window's counters say. Must not
//! know rows that are gone: everything is judged from counters.

mod scalar;
pub mod text;
pub mod together;
pub mod vectors;

pub use scalar::Moved;
pub use text::{TextCounts, TextReference, TextShift};
pub use together::{Together, TogetherCounts, TogetherReference};
pub use vectors::{VectorCounts, VectorReference, VectorShift};

/// Parts of a set of rows: what is learnt from, and what has to be as new to it as a window's rows will be.
fn halves<T>(rows: &[T]) -> (impl Iterator<Item = &T> + Clone, impl Iterator<Item = &T> + Clone) {
    // Of a single row both.
    let second = rows.len().min(2) - usize::from(!rows.is_empty());
    (rows.iter().step_by(2), rows.iter().skip(second).step_by(2))
}
