//! Stories of the program `tidegate` as a user meets it: real processes, real sockets, real models.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod accuracy;
mod backtest;
mod canary;
mod channels;
mod concept;
mod crash;
mod dangers;
mod data;
mod datatypes;
mod detect;
mod disk;
mod drift;
mod estimate;
mod external;
mod folder;
mod gates;
mod golden;
mod hostile;
mod killed;
mod killed_runs;
mod life;
mod live_drift;
mod live_wide;
mod mistakes;
mod models;
mod networks;
mod profile;
mod quality;
mod queue;
mod records;
mod report;
mod samples;
mod search;
mod steps;
mod support;
mod texts;
mod train;
mod watched;
