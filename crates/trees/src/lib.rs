//! Boosted decision trees and forests on histograms: numbers in, trees and scores out.
//!
//! Owns the learner itself: bins, gradients, splits, rounds, and scoring rows with what was learnt. Everything is
//! synchronous and single-threaded, and chance comes from a seed alone: the same rows, settings and seed give the
//! same trees. Must not know
//! files, ONNX, plans, time, or what the numbers mean.
//!
//! ```
//! use tidegate_trees::{Loss, Matrix, Problem, Settings, fit};
//!
//! let rows = Matrix { columns: 1, data: (0..100u8).map(f32::from).collect() };
//! let truth: Vec<f64> = (0..100).map(|row| f64::from(u8::from(row >= 50))).collect();
//! let weight = vec![1.0; 100];
//! let problem = Problem { rows: &rows, truth: &truth, weight: &weight, held_out: &[], features: &[], loss: Loss::Logistic, outputs: 1 };
//! let learnt = fit(&problem, Settings::default());
//! assert!(learnt.probabilities(&rows)[99] > 0.9);
//! ```

mod bins;
mod boost;
mod feature;
mod forest;
mod grow;
mod histogram;
mod loss;
mod matrix;
mod plant;
mod random;
mod split;
mod tree;

pub use boost::{Boosted, Problem, Settings, Step, continue_fit, fit};
pub use feature::Feature;
pub use forest::{Columns, Forest, Forestry, forest};
pub use loss::{Loss, sigmoid, softmax};
pub use matrix::Matrix;
pub use random::SplitMix64;
pub use tree::{Grown, Tree, threshold};
