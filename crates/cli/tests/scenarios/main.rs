//! Stories of the program `tidegate` as a user meets it: real processes, real sockets, real models.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod datatypes;
mod folder;
mod life;
mod mistakes;
mod models;
mod samples;
mod support;
