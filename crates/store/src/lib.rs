//! The data folder: SQLite for what is known, files for what is large.
//!
//! Owns the folder's lock, the database, the artifacts (`artifacts/<sha256>/`) and the data sets
//! (`datasets/<sha256>.csv` or `.parquet`). The only crate that says sqlx: rows are private and leave as types of
//! `tidegate_core`. Must not know ONNX Runtime, HTTP or the mathematics of monitoring: buckets and baselines
//! are opaque bytes. Reads no clock: every change takes its time.

mod alerts;
mod annotations;
mod artifacts;
mod audit;
mod block;
mod buckets;
mod canaries;
mod datasets;
mod deliveries;
mod error;
mod files;
mod journal;
mod labels;
mod models;
mod open;
mod owner;
mod predictions;
mod purge;
mod quality;
mod recording;
mod reservoir;
mod retention;
mod rows;
mod runs;
mod settings;
mod space;
mod streams;
mod system;
mod trainings;
mod versions;

pub use alerts::AlertFilter;
pub use artifacts::Staging;
pub use buckets::{Bucket, Level};
pub use datasets::{Dataset, DatasetChange, NewDataset, Place, Role};
pub use labels::{ChangedLabel, ClientLabel, LabelCounts, LabelReport, Labelled, check_truth};
pub use models::{ModelChange, check_name};
pub use open::Store;
pub use owner::{Owner, owner};
pub use predictions::PredictionCounts;
pub use quality::{Change, Violation, ViolationFilter};
pub use reservoir::Reservoir;
pub use space::{Space, TableSpace};
pub use system::SystemSample;
pub use trainings::StoredTraining;
pub use versions::{Inserted, Make, NewVersion};
