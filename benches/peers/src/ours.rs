//! Our side, in memory.

use std::path::Path;

use serde_json::json;
use tidegate_monitor::{
    detector::{Adwin, Detector},
    estimate::cbpe::{Answers, Cbpe},
    report::compare::{self, Options, Values},
};
use tidegate_table::{Column, Data, Table};

use crate::{
    boosting, linear,
    process::{Measure, Result},
};

pub fn run(what: &str, data: &Path) -> Result<bool> {
    match what {
        "drift" => drift(data),
        "cbpe" => cbpe(data),
        "adwin" => adwin(data),
        "trees" => boosting::ours(data),
        "linear" => linear::ours(data),
        _ => Err(format!("no such work: {what}").into()),
    }
}

fn read(data: &Path, name: &str) -> Result<Table> {
    Ok(tidegate_table::read(&data.join(name).with_extension("parquet"))?)
}

fn drift(data: &Path) -> Result<bool> {
    let mut measure = Measure::start();
    let (reference, current) = (read(data, "reference")?, read(data, "current")?);
    measure.loaded();
    let mut columns = vec![];
    for (reference, current) in reference.columns.iter().zip(&current.columns) {
        let (r, c) = (Side::of(reference), Side::of(current));
        let column =
            compare::Column { name: &reference.name, reference: Some(r.values()), current: Some(c.values()) };
        columns.push(compare::column(column, Options::default()));
    }
    let compared = compare::judge(columns, Options::default().definition);
    measure.done(serde_json::to_value(compared)?)
}

/// A column in the form that the comparison takes.
enum Side<'a> {
    Numeric(&'a [f64]),
    Integer(Vec<f64>),
    Names(&'a [u32], Vec<String>),
}

impl<'a> Side<'a> {
    fn of(column: &'a Column) -> Self {
        match &column.data {
            Data::Float(values) | Data::Time(values) => Self::Numeric(values),
            Data::Integer(values) => Self::Integer(values.iter().map(|value| *value as f64).collect()),
            Data::Text(texts) => Self::Names(&texts.codes, texts.names.iter().map(str::to_owned).collect()),
            Data::Boolean(_) => Self::Integer(column.numbers().unwrap_or_default().into_owned()),
        }
    }
    fn values(&self) -> Values<'_> {
        match self {
            Self::Numeric(values) => Values::Numeric(values),
            Self::Integer(values) => Values::Integer(values),
            Self::Names(codes, names) => Values::Categorical { codes, names },
        }
    }
}

fn numbers(table: &Table, name: &str) -> Result<Vec<f64>> {
    let column = table.column(name).ok_or_else(|| format!("no column {name}"))?;
    Ok(column.numbers().ok_or("text where numbers belong")?.into_owned())
}

fn classes(table: &Table, name: &str) -> Result<Vec<usize>> {
    Ok(numbers(table, name)?.into_iter().map(|value| usize::from(value == 1.0)).collect())
}

fn cbpe(data: &Path) -> Result<bool> {
    let mut measure = Measure::start();
    let (reference, current) = (read(data, "answers_reference")?, read(data, "answers_current")?);
    let answers = |table: &Table| -> Result<Answers> {
        Ok(Answers { scores: vec![numbers(table, "p")?], predicted: classes(table, "yhat")? })
    };
    let (labelled, truth) = (answers(&reference)?, classes(&reference, "y")?);
    let asked = answers(&current)?;
    measure.loaded();
    let cbpe = Cbpe::fit(&labelled, &truth, 1);
    let estimates = cbpe.estimate(&asked);
    measure.done(json!({ "estimates": estimates, "calibrated": cbpe.is_calibrated() }))
}

fn adwin(data: &Path) -> Result<bool> {
    let mut measure = Measure::start();
    let values = numbers(&read(data, "errors")?, "error")?;
    measure.loaded();
    let mut detector = Adwin::default();
    let mut drift = vec![];
    for (index, value) in values.iter().enumerate() {
        if detector.update(*value).drift {
            drift.push(index);
        }
    }
    measure.done(json!({ "drift": drift, "updates": values.len() }))
}
