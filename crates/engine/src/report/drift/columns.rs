//! Rows of a data set and of recorded requests as the columns that a comparison takes.
//!
//! Pure. Must not know where rows come from.

use std::collections::HashMap;

use tidegate_core::{
    Tensor,
    prediction::Prediction,
    schema::{Answered, Feature, FeatureKind, Schema},
    tensor::Named,
};
use tidegate_monitor::report::{
    Vectors,
    compare::{Column, Values, reads_as_text},
};

use crate::{answers::answers, table::Table};

/// Elements of vectors kept of a side: a comparison samples its rows anyway.
const MOST_ELEMENTS: usize = 20_000_000;

/// The features of a schema, then the prediction and its score where there are any.
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<Gathered>,
    inputs: usize,
    rows: usize,
}

#[derive(Debug)]
struct Gathered {
    name: String,
    kind: FeatureKind,
    data: Data,
}

#[derive(Debug)]
enum Data {
    /// NaN where missing.
    Numbers(Vec<f64>),
    Names(Names),
    Vectors {
        values: Vec<f32>,
        width: usize,
    },
}

/// Each distinct name once, and a code for each row.
#[derive(Debug, Default)]
struct Names {
    codes: Vec<u32>,
    names: Vec<String>,
    known: HashMap<String, u32>,
}

impl Names {
    fn push(&mut self, name: &str) {
        let code = match self.known.get(name) {
            Some(code) => *code,
            None => {
                let code = self.names.len() as u32;
                self.names.push(name.to_owned());
                self.known.insert(name.to_owned(), code);
                code
            }
        };
        self.codes.push(code);
    }
    fn push_missing(&mut self) {
        self.codes.push(u32::MAX);
    }
}

impl Gathered {
    fn empty(feature: &Feature) -> Self {
        let data = match feature.kind {
            FeatureKind::Categorical => Data::Names(Names::default()),
            FeatureKind::Tensor => Data::Vectors { values: vec![], width: 0 },
            _ => Data::Numbers(vec![]),
        };
        Self { name: feature.name.clone(), kind: feature.kind, data }
    }

    fn push_text(&mut self, text: &str) {
        match &mut self.data {
            Data::Numbers(values) => values.push(number(text)),
            Data::Names(names) if text.is_empty() => names.push_missing(),
            Data::Names(names) => names.push(text),
            Data::Vectors { .. } => {}
        }
    }

    fn push_vector(&mut self, row: impl ExactSizeIterator<Item = f32>) {
        let Data::Vectors { values, width } = &mut self.data else { return };
        if *width == 0 {
            *width = row.len();
        }
        // A vector of another length can't be compared with the others.
        if row.len() == *width && values.len() + *width <= MOST_ELEMENTS {
            values.extend(row);
        }
    }

    /// The values of one request.
    fn push_tensor(&mut self, tensor: &Tensor, rows: usize, column: Option<usize>) {
        let width = tensor.len().checked_div(rows).unwrap_or(0).max(1);
        let first = column.unwrap_or(0);
        if let Some(strings) = tensor.strings() {
            strings.iter().skip(first).step_by(width).for_each(|text| self.push_text(text));
            return;
        }
        let numbers = tensor.to_f64().unwrap_or_default();
        match &mut self.data {
            Data::Numbers(values) => values.extend(numbers.iter().skip(first).step_by(width)),
            // A category that the model takes as a number.
            Data::Names(names) => {
                numbers.iter().skip(first).step_by(width).for_each(|number| names.push(&number.to_string()));
            }
            Data::Vectors { .. } => {
                numbers.chunks_exact(width).for_each(|row| self.push_vector(row.iter().map(|v| *v as f32)));
            }
        }
    }

    fn values(&self) -> Values<'_> {
        match &self.data {
            Data::Numbers(values) if self.kind == FeatureKind::Integer => Values::Integer(values),
            Data::Numbers(values) => Values::Numeric(values),
            Data::Names(Names { codes, names, .. }) => Values::Categorical { codes, names },
            Data::Vectors { values, width } => Values::Vectors(Vectors { values, width: *width }),
        }
    }

    fn is_text(&self) -> bool {
        match &self.data {
            Data::Names(Names { codes, names, .. }) => {
                reads_as_text(names.len(), codes.iter().filter(|code| **code != u32::MAX).count())
            }
            _ => false,
        }
    }
}

impl Columns {
    /// A data set's rows, and what a model answered to some of them.
    pub fn of_table(schema: &Schema, table: &Table, answers: &[Answered]) -> Self {
        let mut columns: Vec<Gathered> = schema.features.iter().map(Gathered::empty).collect();
        let places: Vec<Option<usize>> =
            schema.features.iter().map(|feature| table.column(&feature.name)).collect();
        let elements: Vec<usize> = (0..table.header.len())
            .filter(|place| Some(&table.header[*place]) != schema.target.as_ref())
            .collect();
        for row in &table.rows {
            for (column, place) in columns.iter_mut().zip(&places) {
                match place {
                    Some(place) => column.push_text(&row[*place]),
                    None => column.push_vector(elements.iter().map(|place| number(&row[*place]) as f32)),
                }
            }
        }
        Self::with_answers(columns, table.rows.len(), answers)
    }

    /// The rows of recorded requests, with their answers.
    pub fn of_predictions(schema: &Schema, recorded: Vec<Prediction>) -> Self {
        let mut columns: Vec<Gathered> = schema.features.iter().map(Gathered::empty).collect();
        let (mut rows, mut answered) = (0, Vec::new());
        for prediction in recorded {
            let count = prediction.rows as usize;
            for (column, feature) in columns.iter_mut().zip(&schema.features) {
                if let Some(tensor) = tensor(&prediction.inputs, &feature.input) {
                    column.push_tensor(tensor, count, feature.column);
                }
            }
            answered.extend(answers(schema, &prediction.outputs, prediction.rows));
            rows += count;
        }
        Self::with_answers(columns, rows, &answered)
    }

    fn with_answers(mut columns: Vec<Gathered>, rows: usize, answers: &[Answered]) -> Self {
        let inputs = columns.len();
        let labelled = answers.iter().any(|answer| answer.label.is_some());
        if labelled {
            let mut names = Names::default();
            answers.iter().filter_map(|answer| answer.label.as_deref()).for_each(|label| names.push(label));
            columns.push(gathered("prediction", FeatureKind::Categorical, Data::Names(names)));
        } else if answers.iter().any(|answer| answer.value.is_some()) {
            let values = answers.iter().filter_map(|answer| answer.value).collect();
            columns.push(gathered("prediction", FeatureKind::Numeric, Data::Numbers(values)));
        }
        if answers.iter().any(|answer| answer.probabilities.is_some()) {
            let scores =
                answers.iter().filter_map(|answer| score(answer.probabilities.as_deref()?)).collect();
            columns.push(gathered("score", FeatureKind::Numeric, Data::Numbers(scores)));
        }
        Self { columns, inputs, rows }
    }

    /// How many of the columns are inputs; they come first.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
    pub fn rows(&self) -> usize {
        self.rows
    }
}

fn gathered(name: &str, kind: FeatureKind, data: Data) -> Gathered {
    Gathered { name: name.to_owned(), kind, data }
}

/// The probability of the second of two classes, else of the likeliest.
fn score(probabilities: &[f64]) -> Option<f64> {
    match probabilities {
        [_, second] => Some(*second),
        many => many.iter().copied().reduce(f64::max),
    }
}

fn number(text: &str) -> f64 {
    match text {
        "true" | "True" | "TRUE" => 1.0,
        "false" | "False" | "FALSE" => 0.0,
        text => text.parse().unwrap_or(f64::NAN),
    }
}

fn tensor<'a>(values: &'a [Named], name: &str) -> Option<&'a Tensor> {
    values.iter().find(|named| named.name == name)?.value.as_tensor()
}

/// The columns of both sides by name. Free text is told from categories by both sides.
pub fn paired<'a>(reference: &'a Columns, current: &'a Columns) -> Vec<Column<'a>> {
    let pair = |column: &'a Gathered| {
        let other = current.columns.iter().find(|other| other.name == column.name);
        let text = column.is_text() && other.is_none_or(Gathered::is_text);
        let typed = |values| match values {
            Values::Categorical { codes, names } if text => Values::Text { codes, names },
            values => values,
        };
        Column {
            name: &column.name,
            reference: Some(typed(column.values())),
            current: other.map(|other| typed(other.values())),
        }
    };
    reference.columns.iter().map(pair).collect()
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
