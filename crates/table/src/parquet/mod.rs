//! Parquet into columns, row group by row group, without an intermediate format.

mod element;
mod group;
mod number;

use std::{fs::File, path::Path};

use ::parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    schema::types::ColumnDescriptor,
};
use tidegate_core::{Error, Result};

use self::{element::Element, group::Chunks};
use crate::{
    Column, Left, Table,
    read::{check_names, unreadable},
    time,
};

pub(crate) fn read(path: &Path, names: Option<&[String]>) -> Result<Table> {
    let file = File::open(path).map_err(|cause| unreadable(path, cause))?;
    let reader = SerializedFileReader::new(file).map_err(|cause| broken(path, None, cause))?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let header: Vec<String> = schema.columns().iter().map(|column| name(column)).collect();
    check_names(path, names, &header)?;
    let mut table = Table { rows: reader.metadata().file_metadata().num_rows() as usize, ..Table::default() };
    for (index, column) in schema.columns().iter().enumerate() {
        let name = header[index].clone();
        if names.is_some_and(|names| !names.contains(&name)) {
            continue;
        }
        match Element::of(column) {
            Err(why) => table.left.push(Left { name, why }),
            Ok(element) => {
                let data = Chunks { file: &reader, index }.read(element);
                let data = time::recognised(data.map_err(|cause| broken(path, Some(&name), cause))?);
                let column = Column { name, data };
                if column.len() != table.rows {
                    return Err(short(path, &column, table.rows));
                }
                table.columns.push(column);
            }
        }
    }
    Ok(table)
}

/// Fields of a struct are columns of their own, `outer.inner`.
fn name(column: &ColumnDescriptor) -> String {
    column.path().string()
}

fn broken(path: &Path, column: Option<&str>, cause: ParquetError) -> Error {
    let place = column.map_or(String::new(), |name| format!(", column `{name}`"));
    Error::invalid(format!("{}{place} can't be read as Parquet: {cause}", path.display())).because(cause)
}

fn short(path: &Path, column: &Column, rows: usize) -> Error {
    let (file, name, held) = (path.display(), &column.name, column.len());
    Error::invalid(format!("{file}, column `{name}`: {held} rows where the file says {rows}"))
        .hint("the file is damaged; write it anew")
}
