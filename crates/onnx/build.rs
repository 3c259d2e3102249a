//! Generates the protobuf types from `proto/onnx-ml.proto`; needs no `protoc`.

use std::error::Error;

const PROTO: &str = "proto/onnx-ml.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO}");
    let descriptors = protox::compile([PROTO], ["proto"])?;
    // The comments of the proto file are no Rust documentation: their indented pieces would become doctests.
    prost_build::Config::new().disable_comments(["."]).compile_fds(descriptors)?;
    Ok(())
}
