//! A table out: CSV or Parquet, in a form that [`crate::read`] gives back as it was.

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use ::parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::Result as ParquetResult,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};
use tidegate_core::{Error, Result};

use crate::{Column, Data, Table};

/// Numbers in their shortest form, times in ISO 8601, missing values empty.
pub fn write_csv(table: &Table, path: &Path) -> Result<()> {
    let failed = |cause: ::csv::Error| unwritable(path, cause);
    let mut writer = ::csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(table.columns.iter().map(|column| &column.name)).map_err(failed)?;
    for row in 0..table.rows {
        writer.write_record(table.columns.iter().map(|column| column.data.text(row))).map_err(failed)?;
    }
    writer.flush().map_err(|cause| unwritable(path, cause))
}

/// One row group, compressed; every column may have missing values.
pub fn write_parquet(table: &Table, path: &Path) -> Result<()> {
    let file = File::create(path).map_err(|cause| unwritable(path, cause))?;
    parquet(table, BufWriter::new(file)).map_err(|cause| unwritable(path, cause))
}

fn unwritable(path: &Path, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid(format!("{} can't be written: {cause}", path.display())).because(cause)
}

fn parquet(table: &Table, file: BufWriter<File>) -> ParquetResult<()> {
    let fields = table.columns.iter().map(field).collect::<ParquetResult<Vec<_>>>()?;
    let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for column in &table.columns {
        match &column.data {
            Data::Float(values) => {
                put::<DoubleType>(&mut group, values.iter().map(|x| (!x.is_nan()).then_some(*x)))?;
            }
            Data::Integer(values) => put::<Int64Type>(&mut group, values.iter().map(|x| Some(*x)))?,
            Data::Boolean(values) => put::<BoolType>(&mut group, values.iter().copied())?,
            Data::Text(values) => {
                put::<ByteArrayType>(&mut group, values.iter().map(|x| x.map(ByteArray::from)))?
            }
            Data::Time(values) => {
                put::<Int64Type>(&mut group, values.iter().map(|x| (!x.is_nan()).then(|| x.round() as i64)))?;
            }
        }
    }
    group.close()?;
    writer.close().map(drop)
}

fn field(column: &Column) -> ParquetResult<TypePtr> {
    let (physical, logical) = match &column.data {
        Data::Float(_) => (Physical::DOUBLE, None),
        Data::Integer(_) => (Physical::INT64, None),
        Data::Boolean(_) => (Physical::BOOLEAN, None),
        Data::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Data::Time(_) => {
            let time = LogicalType::timestamp(true, TimeUnit::MILLIS);
            (Physical::INT64, Some(time))
        }
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
        .map(Arc::new)
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, BufWriter<File>>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> ParquetResult<()> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Categories, read};

    #[test]
    fn a_table_comes_back_as_it_was() {
        let text = |values: &[Option<&str>]| Data::Text(values.iter().copied().collect::<Categories>());
        let column = |name: &str, data| Column { name: name.into(), data };
        let table = Table {
            rows: 3,
            left: vec![],
            columns: vec![
                column("price", Data::Float(vec![0.1, -3.5, 1e300])),
                column("count", Data::Integer(vec![1, -2, i64::MAX])),
                column("member", Data::Boolean(vec![Some(true), None, Some(false)])),
                column("plan", text(&[Some("a,b"), None, Some("c\"d")])),
                column("at", Data::Time(vec![0.0, 1_500.0, 86_400_000.0])),
            ],
        };
        let folder = tempfile::tempdir().unwrap();
        for (name, write) in
            [("t.csv", write_csv as fn(&Table, &Path) -> Result<()>), ("t.parquet", write_parquet)]
        {
            let path = folder.path().join(name);
            write(&table, &path).unwrap();
            assert_eq!(read(&path).unwrap(), table, "{name}");
        }
    }
}
