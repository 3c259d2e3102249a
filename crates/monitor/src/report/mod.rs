//! Report mode: two whole samples through the classic tests, exactly as scipy, Evidently and NannyML compute
//! them.
//!
//! Owns the formulas on raw values; agrees with those libraries to 1e-9 for distances and statistics and to
//! 1e-6 (relative) for p-values. The live path on fixed bins is `drift`'s.

pub mod compare;
pub mod cramer;
pub mod distance;
pub mod evidently;
mod histogram;
pub mod kolmogorov;
mod method;
pub mod nannyml;
mod sample;
pub mod significance;
pub mod smirnov;
mod sort;

pub use method::Method;
pub use sample::{Pair, Sample, Walk};
