//! Report mode: two whole samples through the classic tests, exactly as scipy, Evidently and NannyML compute
//! them.
//!
//! Owns the formulas on raw values; agrees with those libraries to 1e-9 for distances and statistics and to
//! 1e-6 (relative) for p-values. The live path on fixed bins is `drift`'s.

pub mod compare;
pub mod cramer;
pub mod distance;
pub(crate) mod domain;
pub(crate) mod effect;
pub mod evidently;
mod histogram;
pub mod kolmogorov;
mod method;
pub mod multivariate;
pub mod nannyml;
pub(crate) mod pca;
mod sample;
pub mod significance;
pub mod smirnov;
mod sort;
mod text;
mod vectors;

pub use domain::{Asked, DomainClassifier};
pub use effect::{Effect, EffectSize};
pub use method::Method;
pub use sample::{Pair, Sample, Walk};
pub use text::TextDrift;
pub use vectors::{Rebuilt, VectorDrift, Vectors};
