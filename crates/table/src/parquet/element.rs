//! What the values of a Parquet column are, from its physical and logical type.

use ::parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    schema::types::ColumnDescriptor,
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Element {
    Boolean,
    Integer,
    /// Whole numbers without a sign in all their 64 bits.
    Unsigned,
    Float,
    Half,
    /// Whole numbers to be divided by a power of ten.
    Decimal {
        divisor: f64,
    },
    /// Milliseconds are the value times this.
    Time {
        scale: f64,
    },
    Text,
}

impl Element {
    /// Or why the column is of no use.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, &'static str> {
        if column.max_rep_level() > 0 {
            return Err("holds lists");
        }
        if let Some(time) = time(column) {
            return Ok(time);
        }
        let decimal = column.converted_type() == ConvertedType::DECIMAL
            || matches!(column.logical_type_ref(), Some(LogicalType::Decimal(_)));
        match column.physical_type() {
            Type::INT32 | Type::INT64 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY if decimal => {
                Ok(Self::Decimal { divisor: 10_f64.powi(column.type_scale()) })
            }
            Type::BOOLEAN => Ok(Self::Boolean),
            Type::INT32 | Type::INT64 if is_unsigned(column) => Ok(Self::Unsigned),
            Type::INT32 | Type::INT64 => Ok(Self::Integer),
            Type::FLOAT | Type::DOUBLE => Ok(Self::Float),
            // Nanoseconds of a day, and the day: the old form of a time, which reads as milliseconds.
            Type::INT96 => Ok(Self::Time { scale: 1.0 }),
            Type::BYTE_ARRAY => Ok(Self::Text),
            Type::FIXED_LEN_BYTE_ARRAY if column.logical_type_ref() == Some(&LogicalType::Float16) => {
                Ok(Self::Half)
            }
            Type::FIXED_LEN_BYTE_ARRAY => Err("holds bytes"),
        }
    }
}

fn is_unsigned(column: &ColumnDescriptor) -> bool {
    use ConvertedType::{UINT_8, UINT_16, UINT_32, UINT_64};
    matches!(column.converted_type(), UINT_8 | UINT_16 | UINT_32 | UINT_64)
        || matches!(column.logical_type_ref(), Some(LogicalType::Integer(integer)) if !integer.is_signed)
}

fn time(column: &ColumnDescriptor) -> Option<Element> {
    const DAY_MS: f64 = 86_400_000.0;
    let scale = match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => DAY_MS,
        (Some(LogicalType::Timestamp(timestamp)), _) => match timestamp.unit {
            TimeUnit::MILLIS => 1.0,
            TimeUnit::MICROS => 1e-3,
            TimeUnit::NANOS => 1e-6,
        },
        (None, ConvertedType::TIMESTAMP_MILLIS) => 1.0,
        (None, ConvertedType::TIMESTAMP_MICROS) => 1e-3,
        _ => return None,
    };
    Some(Element::Time { scale })
}
