//! What drift is measured against: the bins and shares of a reference data set, or of the first predictions.
//!
//! Owns how a baseline is made. Must not know where it is kept.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Error, Result, Time,
    schema::{Answered, Feature, Schema},
};
use tidegate_monitor::{column::Reference, quality::Check};

use crate::{
    bucket::prediction_column,
    quality::learnt,
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
    /// The quality checks that its rows teach; kept elsewhere, and empty in a baseline from the disk.
    #[serde(skip)]
    pub checks: Vec<Check>,
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
        let checks = learnt(schema, columns, &features);
        let (id, rows) = (now.0.max(1) as u64, answers.len() as u64);
        Self { id, from, rows, features, prediction, quality, checks }
    }

    /// Exact to the last bit: a value that lies on an edge stays in its bin.
    pub fn encode(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|error| Error::internal("a baseline could not be encoded").because(error))
    }

    pub fn decode(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes)
            .map_err(|error| Error::internal("a stored baseline is damaged").because(error))
    }
}

pub fn reference(feature: &Feature, column: &Column) -> Reference {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_baseline_is_the_same_to_the_last_bit() {
        let schema = Schema {
            features: ["tenths", "sines"]
                .map(|name| Feature {
                    name: name.into(),
                    input: "x".into(),
                    column: None,
                    kind: tidegate_core::schema::FeatureKind::Numeric,
                })
                .to_vec(),
            ..Schema::default()
        };
        // As they come out of a tensor of 32-bit numbers: with many digits.
        let numbers =
            |of: fn(f32) -> f32| Column::Numbers((0..500_u16).map(|n| of(n.into()).into()).collect());
        let columns = [numbers(|n| n / 10.0), numbers(f32::sin)];
        let baseline = Baseline::new(
            &schema,
            BaselineFrom::Reference,
            &columns,
            &[],
            Some(37.672_933_436_520_28),
            Time(7),
        );
        assert!(!baseline.checks.is_empty());
        let stored = Baseline { checks: Vec::new(), ..baseline.clone() };
        assert_eq!(Baseline::decode(&baseline.encode().unwrap()).unwrap(), stored);
        assert!(Baseline::decode(b"damaged").is_err());
    }
}
