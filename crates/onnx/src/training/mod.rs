//! Training graphs: from a model's forward pass to an ordinary ONNX graph that puts out the loss and its gradient.
//!
//! Owns what can be differentiated and how. The forward pass is brought to one form ([`normalise`]), cut before its
//! last activation ([`cut`]), its operators without a rule of their own are taken apart ([`take_apart`]), and the
//! backward pass is added as nodes that any ONNX Runtime runs ([`training_graph`]). Shapes are what an execution
//! on a batch found ([`Facts`]). Must not know who executes, nor optimisers, nor data sets.

mod apart;
mod apart_norm;
mod backward;
mod beginning;
mod cut;
mod facts;
mod flat;
mod loss;
mod normalise;
mod old_forms;
mod parameters;
mod recurrent;
mod rules;
mod tape;
#[cfg(test)]
mod tests;

pub use apart::take_apart;
pub use backward::{gradients, obstacles};
pub use beginning::{begin_at, beginnings};
pub use cut::{Cut, Ending, cut};
pub use facts::{Fact, Facts, expose};
pub use flat::{BatchStatistics, TrainingGraph, evaluation_graph, training_graph};
pub use loss::Loss;
pub use normalise::{normalise, outline, prune};
pub use parameters::{Parameter, Role, parameters, quantised, running_statistics};
