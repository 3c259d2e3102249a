//! The rows a job learns from, as a file: CSV or Parquet.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, ConvertedType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DoubleType},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use tidegate_core::{Error, Result, runner::DataFormat};

/// Columns of one length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    pub columns: Vec<Column>,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// `None` is missing: an empty cell of CSV, a null of Parquet.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

/// Writes the rows in a format.
pub fn write(rows: &Rows, format: DataFormat, path: &Path) -> Result<()> {
    let written = match format {
        DataFormat::Csv => write_csv(rows, path).map_err(|error| error.to_string()),
        DataFormat::Parquet => write_parquet(rows, path).map_err(|error| error.to_string()),
    };
    written.map_err(|why| Error::unavailable(format!("{} can't be written: {why}", path.display())))
}

fn write_csv(rows: &Rows, path: &Path) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(rows.columns.iter().map(|column| &column.name))?;
    for row in 0..rows.count {
        for column in &rows.columns {
            match &column.values {
                Values::Numbers(values) => {
                    writer.write_field(values[row].map(|value| value.to_string()).unwrap_or_default())?;
                }
                Values::Texts(values) => writer.write_field(values[row].as_deref().unwrap_or_default())?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

/// One row group: what a model learns from here fits the memory.
fn write_parquet(rows: &Rows, path: &Path) -> Result<(), ParquetError> {
    let fields =
        rows.columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("rows").with_fields(fields).build()?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, properties)?;
    let mut group = writer.next_row_group()?;
    for column in &rows.columns {
        let Some(mut to) = group.next_column()? else { break };
        match &column.values {
            Values::Numbers(values) => {
                let there: Vec<f64> = values.iter().flatten().copied().collect();
                to.typed::<DoubleType>().write_batch(&there, Some(&levels(values)), None)?;
            }
            Values::Texts(values) => {
                let there: Vec<ByteArray> =
                    values.iter().flatten().map(|text| text.as_str().into()).collect();
                to.typed::<ByteArrayType>().write_batch(&there, Some(&levels(values)), None)?;
            }
        }
        to.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, converted) = match column.values {
        Values::Numbers(_) => (Physical::DOUBLE, ConvertedType::NONE),
        Values::Texts(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_converted_type(converted)
        .build()
}

fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_hold_the_same_and_gaps_stay_gaps() {
        let texts = ["north", "a, \"b\"\nc"].map(|text| Some(text.to_owned()));
        let rows = Rows {
            columns: vec![
                Column { name: "age".into(), values: Values::Numbers(vec![Some(0.1), None, Some(-3e300)]) },
                Column { name: "region".into(), values: Values::Texts([&texts[..], &[None]].concat()) },
            ],
            count: 3,
        };
        let folder = tempfile::tempdir().unwrap();
        for format in [DataFormat::Csv, DataFormat::Parquet] {
            let path = folder.path().join(format!("rows.{}", format.name()));
            write(&rows, format, &path).unwrap();
            let table = tidegate_table::read(&path).unwrap();
            let age = table.column("age").unwrap().numbers().unwrap().into_owned();
            assert_eq!((age[0], age[1].is_nan(), age[2]), (0.1, true, -3e300), "{format:?}");
            let region = table.column("region").unwrap();
            assert_eq!((region.len(), region.missing()), (3, 1), "{format:?}");
        }
    }
}
