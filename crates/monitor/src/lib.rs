//! The mathematics of watching a model: drift, latency, accuracy, data quality, alerts, gates.
//!
//! Owns formulas and the running sums they need; every sum can be merged, so that minutes roll up to hours.
//! Must not know async, files, clocks, random sources, SQL or HTTP: time and seeds are parameters.

pub mod accuracy;
pub mod alert;
pub mod bins;
mod bootstrap;
pub mod bounds;
pub mod canary;
pub mod column;
pub mod concept;
pub mod detector;
pub mod drift;
pub mod estimate;
pub mod evaluate;
mod explain;
pub mod expression;
pub mod fairness;
pub mod gate;
pub mod importance;
pub mod latency;
pub mod live;
pub mod metric;
mod paired;
pub mod profile;
pub mod quality;
mod random;
pub mod report;
pub mod season;
pub mod sketch;
pub mod slices;
mod sparse;
pub mod special;
mod standard;
pub mod transport;
mod words;
