//! Columns that hold more than SQLite's own types: JSON, words of an enum, ids. Writing can not fail for our
//! types; reading names table, column and row.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tidegate_core::{Error, PredictionId, Result};
use uuid::Uuid;

use crate::error::corrupt;

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::internal("a value can not be written as json").because(error))
}

/// The word an enum without data is written as.
pub(crate) fn to_word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        _ => Err(Error::internal("a value has no word to be stored as")),
    }
}

/// One place in the database, to be named when it holds nonsense.
pub(crate) struct Cell<R> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: R,
}

pub(crate) fn cell<R: std::fmt::Display>(table: &'static str, column: &'static str, row: R) -> Cell<R> {
    Cell { table, column, row }
}

impl<R: std::fmt::Display> Cell<R> {
    pub(crate) fn corrupt(self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        corrupt(self.table, self.column, self.row, cause)
    }
    pub(crate) fn json<T: DeserializeOwned>(self, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.corrupt(error))
    }
    pub(crate) fn word<T: DeserializeOwned>(self, word: String) -> Result<T> {
        serde_json::from_value(Value::String(word)).map_err(|error| self.corrupt(error))
    }
    pub(crate) fn prediction(self, bytes: &[u8]) -> Result<PredictionId> {
        Uuid::from_slice(bytes).map(PredictionId).map_err(|error| self.corrupt(error))
    }
    pub(crate) fn count<T: TryFrom<i64>>(self, number: i64) -> Result<T> {
        T::try_from(number).map_err(|_| self.corrupt(format!("{number} is out of range")))
    }
}

/// How a prediction's id is stored: its 16 bytes, which sort by time.
pub(crate) fn id_bytes(id: &PredictionId) -> &[u8] {
    id.0.as_bytes()
}
