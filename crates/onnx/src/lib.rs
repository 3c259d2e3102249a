//! ONNX files: read and write their protobufs, inspect and scan them without loading weights.
//!
//! Owns the ONNX format (`proto/onnx-ml.proto`, from the `onnx` package 1.23.2). Must not know ONNX Runtime,
//! HTTP, SQL or the clock.

mod file;
pub mod proto;

pub use file::{decode, encode, read};
