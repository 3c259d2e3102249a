//! Ids. Rows of the database are numbered; predictions carry time-ordered UUIDs (version 7), so that one can
//! be found again by its time without an index entry per row.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Time};

macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbered! {
    ModelId,
    /// One immutable version of a model.
    VersionId,
    /// One retraining, from trigger to promotion or hold.
    RunId,
    AlertId,
    /// A data set: registered, or reference, evaluation or training rows of a model.
    DatasetId,
    /// The making of a first model from a data set alone.
    TrainingId,
    /// A version that answers a share of the requests before it answers all.
    CanaryId,
}

/// One inference request that was answered (or failed); it may carry many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PredictionId(pub Uuid);

impl PredictionId {
    /// A time-ordered id from the millisecond it was made in and 80 random bits.
    pub fn new(time: Time, random: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(time.0.max(0) as u64, &random).into_uuid())
    }
    /// The millisecond the id was made in.
    pub fn time(self) -> Time {
        let bytes = self.0.as_bytes();
        Time(bytes[..6].iter().fold(0_i64, |ms, byte| ms << 8 | i64::from(*byte)))
    }
}

impl fmt::Display for PredictionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One row of one prediction: what a label belongs to. Written `uuid` for row 0 and `uuid:row` for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId {
    pub prediction: PredictionId,
    pub row: u32,
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            0 => self.prediction.fmt(f),
            row => write!(f, "{}:{row}", self.prediction),
        }
    }
}

impl FromStr for RowId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (uuid, row) = text.split_once(':').unwrap_or((text, "0"));
        let parsed = Uuid::parse_str(uuid).ok().zip(row.parse().ok());
        let (uuid, row) = parsed.ok_or_else(|| Error::invalid(format!("`{text}` is not a prediction id")))?;
        Ok(Self { prediction: PredictionId(uuid), row })
    }
}

impl Serialize for RowId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_id_reads_back_and_keeps_its_time() {
        let prediction = PredictionId::new(Time(1_790_000_000_123), [7; 10]);
        for row in [0, 41] {
            let id = RowId { prediction, row };
            assert_eq!(id.to_string().parse::<RowId>().unwrap(), id);
        }
        assert_eq!(prediction.time(), Time(1_790_000_000_123));
        assert!("order-17".parse::<RowId>().is_err());
    }
}
