//! The protobuf types, generated from `proto/onnx-ml.proto` (Apache-2.0, the ONNX project).
//!
//! The fields are documented in that file.
#![allow(clippy::all, clippy::unwrap_used)]

include!(concat!(env!("OUT_DIR"), "/onnx.rs"));
