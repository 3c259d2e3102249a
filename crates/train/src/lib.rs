//! Data set in, ONNX bytes out: the native trainers.
//!
//! Owns which trainer fits a file: linear models by L-BFGS, boosted trees and forests by a histogram learner, neural
//! networks by gradients that a worker of the runtime computes; what stands before them and is kept as it is ([`kept`]);
//! how their results are edited into the file in place, so that names, outputs and metadata survive; and how a table
//! alone makes a first model ([`scratch`]). Everything is synchronous and single-threaded: the same file, rows, plan and
//! seed give the same bytes. Must not know storage, HTTP, async or the clock.

mod dataset;
mod graph;
mod inputs;
mod kept;
mod linear;
mod neural;
mod pipeline;
mod probe;
pub mod scratch;
pub mod search;
mod split;
mod train;
mod trees;

#[cfg(test)]
extern crate self as tidegate_train;
#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;

pub use dataset::{Dataset, Texts};
pub use probe::{Probe, Trainer, probe};
pub use train::{Trained, train};
