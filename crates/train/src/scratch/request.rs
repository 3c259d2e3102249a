//! What is asked for.

use serde::{Deserialize, Serialize};
pub use tidegate_core::data::LearnMethod as Method;
use tidegate_core::{Error, Result, schema::Task};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The column to predict.
    pub target: String,
    /// Told by the target's values if left out.
    pub task: Option<Task>,
    pub method: Method,
    /// A column whose order divides the rows: the newest are held out, and nothing is learnt from later rows.
    pub time: Option<String>,
    /// Columns that nothing is to be learnt from.
    pub exclude: Vec<String>,
    /// Share of the rows held out, between 0 and 1.
    pub holdout: f64,
    pub seed: u64,
    /// SHA-256 of the data file in hexadecimal, to be told in the model.
    pub data_sha256: String,
}

impl Request {
    /// A quarter of the rows held out, everything else told by the data.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            task: None,
            method: Method::Auto,
            time: None,
            exclude: Vec::new(),
            holdout: 0.25,
            seed: 0,
            data_sha256: String::new(),
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.task == Some(Task::Other) {
            return Err(Error::invalid("`task` is neither classification nor regression"));
        }
        match self.holdout > 0.0 && self.holdout < 1.0 {
            true => Ok(()),
            false => Err(Error::invalid(format!("`holdout` is {}, not a share of the rows", self.holdout))
                .hint("0.25 holds out a quarter of them")),
        }
    }
}
