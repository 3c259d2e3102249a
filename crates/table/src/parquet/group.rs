//! The values of one column, over all row groups.

use ::parquet::{
    basic::Type,
    column::reader::{ColumnReaderImpl, get_typed_column_reader},
    data_type::{
        BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type,
        Int64Type, Int96Type,
    },
    errors::Result,
    file::reader::{ChunkReader, FileReader, SerializedFileReader},
};

use super::{
    element::Element,
    number::{Number, Whole, half},
};
use crate::{Data, category::Interner};

/// Rows that are decoded at once.
const BATCH: usize = 8_192;

/// A column of a file.
pub(super) struct Chunks<'a, R: ChunkReader> {
    pub file: &'a SerializedFileReader<R>,
    pub index: usize,
}

impl<R: ChunkReader + 'static> Chunks<'_, R> {
    pub(super) fn read(&self, element: Element) -> Result<Data> {
        Ok(match element {
            Element::Boolean => self.booleans()?,
            Element::Integer if self.physical() == Type::INT32 => {
                self.whole::<Int32Type>(|whole, value| whole.push(i64::from(*value)))?
            }
            Element::Integer => self.whole::<Int64Type>(|whole, value| whole.push(*value))?,
            Element::Unsigned if self.physical() == Type::INT32 => {
                self.whole::<Int32Type>(|whole, value| whole.push(i64::from(value.cast_unsigned())))?
            }
            Element::Unsigned => {
                self.whole::<Int64Type>(|whole, value| whole.push_unsigned(value.cast_unsigned()))?
            }
            Element::Float => Data::Float(self.numbers(|number| number)?),
            Element::Decimal { divisor } => Data::Float(self.numbers(|number| number / divisor)?),
            Element::Half => Data::Float(self.floats::<FixedLenByteArrayType>(half)?),
            Element::Time { scale } => Data::Time(self.numbers(|number| number * scale)?),
            Element::Text => self.texts()?,
        })
    }

    /// From any type that holds numbers.
    fn numbers(&self, scaled: impl Fn(f64) -> f64) -> Result<Vec<f64>> {
        match self.physical() {
            Type::INT32 => self.floats::<Int32Type>(|value| scaled(value.number())),
            Type::INT64 => self.floats::<Int64Type>(|value| scaled(value.number())),
            Type::INT96 => self.floats::<Int96Type>(|value| scaled(value.number())),
            Type::FLOAT => self.floats::<FloatType>(|value| scaled(value.number())),
            Type::BYTE_ARRAY => self.floats::<ByteArrayType>(|value| scaled(value.number())),
            Type::FIXED_LEN_BYTE_ARRAY => {
                self.floats::<FixedLenByteArrayType>(|value| scaled(value.number()))
            }
            Type::DOUBLE | Type::BOOLEAN => self.floats::<DoubleType>(|value| scaled(*value)),
        }
    }

    fn floats<T: DataType>(&self, number: impl Fn(&T::T) -> f64) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(self.rows());
        self.each::<T>(|value| {
            values.push(value.map_or(f64::NAN, &number));
            Ok(())
        })?;
        Ok(values)
    }

    fn whole<T: DataType>(&self, push: impl Fn(&mut Whole, &T::T)) -> Result<Data> {
        let mut whole = Whole::with_capacity(self.rows());
        self.each::<T>(|value| {
            match value {
                Some(value) => push(&mut whole, value),
                None => whole.push_missing(),
            }
            Ok(())
        })?;
        Ok(whole.finish())
    }

    fn booleans(&self) -> Result<Data> {
        let mut values = Vec::with_capacity(self.rows());
        self.each::<BoolType>(|value| {
            values.push(value.copied());
            Ok(())
        })?;
        Ok(Data::Boolean(values))
    }

    fn texts(&self) -> Result<Data> {
        let mut texts = Interner::default();
        self.each::<ByteArrayType>(|value| {
            match value {
                Some(value) => texts.push(value.as_utf8()?),
                None => texts.push_missing(),
            }
            Ok(())
        })?;
        Ok(Data::Text(texts.finish()))
    }

    fn rows(&self) -> usize {
        self.file.metadata().file_metadata().num_rows().max(0) as usize
    }

    fn physical(&self) -> Type {
        self.file.metadata().file_metadata().schema_descr().column(self.index).physical_type()
    }

    /// Every row's value in order, `None` where it is missing.
    fn each<T: DataType>(&self, mut take: impl FnMut(Option<&T::T>) -> Result<()>) -> Result<()> {
        let present = self.file.metadata().file_metadata().schema_descr().column(self.index).max_def_level();
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        for group in 0..self.file.num_row_groups() {
            let chunk = self.file.get_row_group(group)?.get_column_reader(self.index)?;
            let mut chunk: ColumnReaderImpl<T> = get_typed_column_reader(chunk);
            loop {
                values.clear();
                levels.clear();
                let (rows, ..) = chunk.read_records(BATCH, Some(&mut levels), None, &mut values)?;
                if rows == 0 {
                    break;
                }
                let mut values = values.iter();
                // A column that must be there in every row has no levels.
                for row in 0..rows {
                    let here = levels.get(row).is_none_or(|level| *level == present);
                    take(if here { values.next() } else { None })?;
                }
            }
        }
        Ok(())
    }
}
