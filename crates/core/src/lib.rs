//! The vocabulary of Tidegate: what every other crate speaks.
//!
//! Owns ids, time, tensors, signatures, models, predictions, labels, chart series, alerts, runs, events and
//! the error code. Must not know IO, async, SQL, ONNX Runtime or HTTP; time and seeds are parameters.

pub mod alert;
pub mod canary;
pub mod channel;
pub mod concept;
pub mod data;
pub mod drift;
pub mod error;
pub mod event;
mod gates;
pub mod id;
pub mod inspection;
pub mod model;
mod network;
pub mod prediction;
pub mod run;
pub mod runner;
pub mod schema;
mod search;
pub mod signature;
pub mod tensor;
pub mod time;
mod trees;
pub mod trigger;

pub use error::{Code, Error, Result};
pub use id::{ModelId, PredictionId, RowId, RunId, VersionId};
pub use tensor::{ElementType, Tensor, Value};
pub use time::{Clock, Time};
