//! What drift is measured against: the bins and shares of a reference data set, or of the first predictions.
//!
//! Owns how a baseline is made. Must not know where it is kept.

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Error, Result, Time,
    schema::{Answered, Feature, Schema},
};
use tidegate_monitor::{column::Reference, live::text, quality::Check};

use crate::{
    bucket::{
        prediction_column,
        sections::{self, Sections},
    },
    quality::learnt,
    rows::{self, Column},
    view::BaselineFrom,
    wide::WideReference,
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
    /// Of texts, tensors and columns together. It follows the rest in a section of its own; a baseline from before
    /// there was one has nothing.
    #[serde(skip)]
    pub wide: WideReference,
}

/// Sections of parts added later, behind what serde writes.
const WIDE: u8 = 1;

impl Baseline {
    pub fn new(
        schema: &Schema,
        from: BaselineFrom,
        columns: &[Column],
        answers: &[Answered],
        quality: Option<f64>,
        now: Time,
    ) -> Self {
        let mut features: Vec<_> =
            schema.features.iter().zip(columns).map(|(f, c)| reference(f, c)).collect();
        let prediction = (!answers.is_empty()).then(|| named("prediction", &prediction_column(answers)));
        let checks = learnt(schema, columns, &features);
        let wide = WideReference::new(schema, columns);
        for (place, (reference, column)) in features.iter_mut().zip(columns).enumerate() {
            if let (true, Column::Texts(texts)) = (wide.is_text(place), column) {
                *reference = Reference::numeric(reference.name.clone(), &lengths(texts));
            }
        }
        let (id, rows) = (now.0.max(1) as u64, answers.len() as u64);
        Self { id, from, rows, features, prediction, quality, checks, wide }
    }

    /// Exact to the last bit: a value that lies on an edge stays in its bin.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut bytes = postcard::to_stdvec(self)
            .map_err(|error| Error::internal("a baseline could not be encoded").because(error))?;
        if !self.wide.is_empty() {
            let mut sections = Sections::new();
            sections.put(WIDE, &self.wide)?;
            bytes.extend(sections.finish());
        }
        Ok(bytes)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::internal("a stored baseline is damaged");
        let (mut baseline, rest): (Self, _) =
            postcard::take_from_bytes(bytes).map_err(|error| damaged().because(error))?;
        let sections = sections::split(rest)?.unwrap_or_default();
        if let Some((_, body)) = sections.iter().find(|(tag, _)| *tag == WIDE) {
            baseline.wide = postcard::from_bytes(body).map_err(|error| damaged().because(error))?;
        }
        Ok(baseline)
    }
}

pub fn reference(feature: &Feature, column: &Column) -> Reference {
    named(&feature.name, column)
}

fn named(name: &str, column: &Column) -> Reference {
    match column {
        Column::Numbers(values) | Column::Tensors { means: values, .. } => Reference::numeric(name, values),
        Column::Texts(values) => {
            let values: Vec<_> = values.iter().cloned().map(Some).collect();
            Reference::categorical(name, &values)
        }
    }
}

/// Characters of each text.
pub fn lengths(texts: &[String]) -> Vec<f64> {
    texts.iter().map(|text| text::length(text)).collect()
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
        assert!(stored.wide.together.is_some());
        // As an older program wrote it.
        let old = postcard::to_stdvec(&baseline).unwrap();
        let without = Baseline { wide: WideReference::default(), ..stored };
        assert_eq!(Baseline::decode(&old).unwrap(), without);
        assert_eq!(without.encode().unwrap(), old);
    }
}
