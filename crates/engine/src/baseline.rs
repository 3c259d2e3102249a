//! What drift is measured against: the bins and shares of a reference data set, or of the first predictions.
//!
//! Owns how a baseline is made. Must not know where it is kept.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Error, Result, Time,
    schema::{Answered, Feature, Schema},
};
use tidegate_monitor::column::Reference;

use crate::{
    bucket::prediction_column,
    rows::{self, Column},
    view::BaselineFrom,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Tells baselines apart: the time it was made, never 0.
    pub id: u64,
    pub from: BaselineFrom,
    pub rows: u64,
    pub features: Vec<Reference>,
    pub prediction: Option<Reference>,
    /// Accuracy (or mean absolute error, for a regression) on the reference rows, where their truth is known.
    pub quality: Option<f64>,
}

impl Baseline {
    pub fn new(
        schema: &Schema,
        from: BaselineFrom,
        columns: &[Column],
        answers: &[Answered],
        quality: Option<f64>,
        now: Time,
    ) -> Self {
        let features: Vec<_> = schema.features.iter().zip(columns).map(|(f, c)| reference(f, c)).collect();
        let prediction = (!answers.is_empty()).then(|| named("prediction", &prediction_column(answers)));
        Self { id: now.0.max(1) as u64, from, rows: answers.len() as u64, features, prediction, quality }
    }

    pub fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self)
            .map_err(|error| Error::internal("a baseline could not be encoded").because(error))
    }

    pub fn decode(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map_err(|error| Error::internal("a stored baseline is damaged").because(error))
    }
}

fn reference(feature: &Feature, column: &Column) -> Reference {
    named(&feature.name, column)
}

fn named(name: &str, column: &Column) -> Reference {
    match column {
        Column::Numbers(values) => Reference::numeric(name, values),
        Column::Texts(values) => {
            let values: Vec<_> = values.iter().cloned().map(Some).collect();
            Reference::categorical(name, &values)
        }
    }
}

/// Rows kept until there are enough to learn a baseline from.
#[derive(Debug, Default)]
pub struct Learning {
    columns: Vec<Column>,
    answers: Vec<Answered>,
}

impl Learning {
    pub fn rows(&self) -> u64 {
        self.answers.len() as u64
    }

    pub fn add(&mut self, columns: Vec<Column>, answers: Vec<Answered>) {
        self.answers.extend(answers);
        rows::append(&mut self.columns, columns);
    }

    pub fn finish(self, schema: &Schema, now: Time) -> Baseline {
        Baseline::new(schema, BaselineFrom::FirstPredictions, &self.columns, &self.answers, None, now)
    }
}
