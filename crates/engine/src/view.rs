//! What the engine tells about models, monitoring and runs: plain data for every front end, a file a subject.
//!
//! Owns the shapes only. Must not know HTTP or how a number is computed.

mod accuracy;
mod alerts;
mod canary;
mod channels;
mod charts;
mod concept;
mod data;
mod drift_report;
mod explain;
mod fleet;
mod import;
mod model;
mod monitor;
mod predict;
mod program;
mod quality;
mod replay;
mod report;
mod retrain;
mod storage;
mod triggers;

pub use accuracy::*;
pub use alerts::*;
pub use canary::*;
pub use channels::*;
pub use charts::*;
pub use concept::*;
pub use data::*;
pub use drift_report::*;
pub use explain::*;
pub use fleet::*;
pub use import::*;
pub use model::*;
pub use monitor::*;
pub use predict::*;
pub use program::*;
pub use quality::*;
pub use replay::*;
pub use report::*;
pub use retrain::*;
pub use storage::*;
pub use triggers::*;
