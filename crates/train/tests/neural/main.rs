//! Neural networks: every gradient rule against finite differences in ONNX Runtime itself, the reference values, and
//! whole trainings from file to file.

#![allow(clippy::unwrap_used, reason = "a test may end where it cannot go on")]

mod case;
#[path = "../common/mod.rs"]
mod common;
mod convolutions;
mod elementwise;
mod files;
mod forgetting;
mod inputs;
mod layers;
mod losses;
mod matrices;
mod moves;
mod networks;
mod recurrent;
mod reductions;
mod reference;
mod refusals;
mod torch;

use case::{Case, positive, spread};
