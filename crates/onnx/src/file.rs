//! Whole model files, weights included, in and out of memory.

use std::path::Path;

use prost::Message;
use tidegate_core::{Code, Error, Result};

use crate::proto::ModelProto;

/// Reads a whole model file into memory, weights included; external data stays where it is.
pub fn read(path: &Path) -> Result<ModelProto> {
    let metadata = std::fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
    if !metadata.is_file() {
        return Err(Error::invalid(format!("{} is not a regular file", path.display())));
    }
    let bytes = std::fs::read(path).map_err(|cause| unreadable(path, cause))?;
    decode(&bytes)
        .map_err(|error| Error { message: format!("{}: {}", path.display(), error.message), ..error })
}

/// A model from the bytes of its file.
pub fn decode(bytes: &[u8]) -> Result<ModelProto> {
    ModelProto::decode(bytes).map_err(|cause| {
        Error::invalid("not a readable ONNX model")
            .hint("export it again, or check the download")
            .because(cause)
    })
}

/// The bytes of a model file: what a conforming writer gives, fields in the order of their numbers.
pub fn encode(model: &ModelProto) -> Vec<u8> {
    model.encode_to_vec()
}

/// Names the file and tells a missing one from one that cannot be read.
pub(crate) fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    let code = match cause.kind() {
        std::io::ErrorKind::NotFound => Code::NotFound,
        _ => Code::Invalid,
    };
    Error::new(code, format!("{} cannot be read: {cause}", path.display())).because(cause)
}
