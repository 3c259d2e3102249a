//! ONNX files: read and write their protobufs, inspect and scan them without loading weights, and tell what
//! their rows and answers are, and how a graph is trained.
//!
//! Owns the ONNX format (`proto/onnx-ml.proto`, from the `onnx` package 1.23.2). Must not know ONNX Runtime,
//! HTTP, SQL or the clock.

mod describe;
mod element;
mod file;
mod inspect;
pub mod node;
pub mod proto;
mod recognise;
mod schema;
pub mod training;
mod wire;

pub use describe::{describe, describe_shape, signature_diff};
pub use element::{data_type, element_name, element_type};
pub use file::{decode, encode, read};
pub use inspect::inspect;
pub use recognise::recognise;
pub use schema::{infer_schema, name_features};
