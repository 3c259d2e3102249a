//! A file in, a table out: which reader takes it, and the table itself.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use tidegate_core::{Error, Result};

use crate::{Column, csv, parquet};

/// Typed columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: usize,
    /// Columns of the file that are of no use here.
    pub left: Vec<Left>,
}

/// A column that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub name: String,
    pub why: &'static str,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
    /// As [`Self::column`]; the error names the columns there are.
    pub fn need(&self, name: &str, file: &Path) -> Result<&Column> {
        self.column(name).ok_or_else(|| match self.left.iter().find(|left| left.name == name) {
            Some(left) => Error::invalid(format!("{}: column `{name}` {}", file.display(), left.why)),
            None => no_column(file, name, self.columns.iter().map(|column| column.name.as_str())),
        })
    }
}

fn no_column<'a>(file: &Path, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    Error::invalid(format!("{} has no column `{name}`", file.display()))
        .hint(format!("its columns are {}", known.collect::<Vec<_>>().join(", ")))
}

/// That a file has all columns that are asked for, told before it is read.
pub(crate) fn check_names(file: &Path, asked: Option<&[String]>, header: &[String]) -> Result<()> {
    match asked.unwrap_or_default().iter().find(|name| !header.contains(name)) {
        Some(name) => Err(no_column(file, name, header.iter().map(String::as_str))),
        None => Ok(()),
    }
}

/// All columns of a CSV or Parquet file.
///
/// What the file is follows from its first bytes; everything that is neither Parquet nor gzip is read as CSV.
/// Errors name the file, and in a CSV line and column.
pub fn read(path: &Path) -> Result<Table> {
    read_columns(path, None)
}

/// Only the columns with these names, in the file's order; a name that is not there is an error.
pub fn read_columns(path: &Path, names: Option<&[String]>) -> Result<Table> {
    let table = match first_bytes(path)? {
        [b'P', b'A', b'R', b'1'] => parquet::read(path, names),
        [0x1f, 0x8b, ..] => csv::read(path, names, || Ok(MultiGzDecoder::new(open(path)?))),
        _ if is_parquet_by_name(path) => {
            Err(Error::invalid(format!("{} is not a Parquet file", path.display()))
                .hint("it does not begin with `PAR1`; if it is CSV, rename it"))
        }
        _ => csv::read(path, names, || open(path)),
    }?;
    for name in names.unwrap_or_default() {
        table.need(name, path)?;
    }
    if table.rows == 0 {
        return Err(Error::invalid(format!("{} holds no rows", path.display())));
    }
    Ok(table)
}

fn is_parquet_by_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq"))
}

fn open(path: &Path) -> Result<BufReader<File>> {
    File::open(path)
        .map(|file| BufReader::with_capacity(1 << 16, file))
        .map_err(|cause| unreadable(path, cause))
}

fn first_bytes(path: &Path) -> Result<[u8; 4]> {
    let mut bytes = [0; 4];
    let mut file = open(path)?;
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]).map_err(|cause| unreadable(path, cause))? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(bytes)
}

pub(crate) fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::invalid(format!("{} can't be read: {cause}", path.display())).because(cause)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
