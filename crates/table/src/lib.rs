//! Data files as typed columns: CSV (plain or gzip) and Parquet.
//!
//! Owns what a cell means (numbers, categories, missing values) and in which type a column is kept. Types of CSV
//! columns follow pandas, so that whoever compares with a Python tool sees the same columns. Rows are streamed
//! into columns and never kept as text. Must not know models, statistics, HTTP or the data folder.

mod category;
mod cell;
mod column;
mod csv;
mod duplicates;
mod growing;
mod parquet;
mod read;
mod time;
mod write;

pub use category::{Categories, Strings};
pub use column::{Column, Data, Kind};
pub use read::{Left, Table, read, read_columns};
pub use time::{milliseconds, written as written_time};
pub use write::{write_csv, write_parquet};
