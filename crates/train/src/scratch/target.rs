//! The column to predict: the task it makes, its classes or numbers.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_core::{
    Error, Result,
    schema::{Task, Truth},
};
use tidegate_table::{Column, Data, Table};

use super::request::Request;

/// Whole numbers of more distinct values than this are amounts, not classes.
const MOST_NUMBERED: usize = 20;
/// Classes of whole numbers come with at least so many rows each, on average.
const ROWS_A_CLASS: usize = 5;
/// More classes than this are names rather than classes.
const MOST_CLASSES: usize = 100;
/// Whole numbers up to here are exact in double precision.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A class as the data spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Whole(i64),
    Text(String),
}

impl Name {
    pub fn text(&self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub task: Task,
    /// For each row of the table the index of its class in `names`, or its number; NaN where there is none.
    pub values: Vec<f64>,
    /// The classes that can be learnt, sorted; then those that only stand in rows held out.
    pub names: Vec<Name>,
    /// Classes that can be learnt.
    pub classes: usize,
}

/// The target's values. Texts, truth values and whole numbers of few values make classes.
pub(super) fn read(table: &Table, request: &Request) -> Result<Target> {
    let column = need(table, &request.target, "target")?;
    if let Data::Time(_) = column.data {
        return Err(
            refused(column, "holds times").hint("name a column with classes or numbers as the target")
        );
    }
    let task = request.task.unwrap_or_else(|| told_by(column));
    if task == Task::Regression {
        let numbers = column.numbers().ok_or_else(|| {
            refused(column, "holds text, not numbers").hint("classes are predicted by a classification")
        })?;
        let finite = |value: &f64| if value.is_finite() { *value } else { f64::NAN };
        let values: Vec<f64> = numbers.iter().map(finite).collect();
        let first = values.iter().copied().find(|value| !value.is_nan());
        if first.is_some_and(|first| values.iter().all(|value| value.is_nan() || *value == first)) {
            return Err(refused(column, "has the same number in every row"));
        }
        return Ok(Target { task, values, names: Vec::new(), classes: 0 });
    }
    let each = names(column);
    let distinct: BTreeSet<&Name> = each.iter().flatten().collect();
    if distinct.len() > MOST_CLASSES {
        return Err(refused(column, &format!("has {} classes", distinct.len()))
            .hint(format!("at most {MOST_CLASSES} can be learnt; numbers are predicted by a regression")));
    }
    let index: BTreeMap<&Name, usize> = distinct.iter().copied().zip(0..).collect();
    let code = |name: &Option<Name>| name.as_ref().map_or(f64::NAN, |name| index[name] as f64);
    let values = each.iter().map(code).collect();
    let names: Vec<Name> = distinct.into_iter().cloned().collect();
    Ok(Target { task, values, classes: names.len(), names })
}

/// A column, or an error that names the columns there are.
pub(super) fn need<'a>(table: &'a Table, name: &str, what: &str) -> Result<&'a Column> {
    table.column(name).ok_or_else(|| match table.left.iter().find(|left| left.name == name) {
        Some(left) => Error::invalid(format!("the {what} column `{name}` {}", left.why)),
        None => {
            let known: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            Error::invalid(format!("the data has no column `{name}`, which is to be the {what}"))
                .hint(format!("its columns are {}", known.join(", ")))
        }
    })
}

fn refused(column: &Column, why: &str) -> Error {
    Error::invalid(format!("the target `{}` {why}", column.name))
}

fn told_by(column: &Column) -> Task {
    let numbers = match &column.data {
        Data::Text(_) | Data::Boolean(_) => return Task::Classification,
        _ => column.numbers().unwrap_or_default(),
    };
    let mut distinct = BTreeSet::new();
    let mut present = 0;
    for value in numbers.iter().filter(|value| !value.is_nan()) {
        present += 1;
        distinct.insert(value.to_bits());
        if !is_whole(*value) || distinct.len() > MOST_NUMBERED {
            return Task::Regression;
        }
    }
    if distinct.len() * ROWS_A_CLASS <= present { Task::Classification } else { Task::Regression }
}

fn is_whole(value: f64) -> bool {
    value.fract() == 0.0 && value.abs() <= EXACT
}

/// The class of each row. Truth values are spelt as pandas writes them.
fn names(column: &Column) -> Vec<Option<Name>> {
    let text = |text: &str| Name::Text(text.to_owned());
    match &column.data {
        Data::Text(texts) => texts.iter().map(|name| name.map(text)).collect(),
        Data::Boolean(values) => {
            values.iter().map(|value| value.map(|truth| text(if truth { "True" } else { "False" }))).collect()
        }
        Data::Integer(values) => values.iter().map(|value| Some(Name::Whole(*value))).collect(),
        Data::Float(values) | Data::Time(values) => {
            let whole = values.iter().all(|value| value.is_nan() || is_whole(*value));
            let name = |value: f64| if whole { Name::Whole(value as i64) } else { text(&value.to_string()) };
            values.iter().map(|value| (!value.is_nan()).then(|| name(*value))).collect()
        }
    }
}

impl Target {
    pub fn is_classification(&self) -> bool {
        self.task == Task::Classification
    }

    /// Numbers a row that a learner gives: a score for each class, one of the second for two, or the number.
    pub fn outputs(&self) -> usize {
        if self.classes > 2 { self.classes } else { 1 }
    }

    /// The classes that can be learnt.
    pub fn labels(&self) -> Vec<String> {
        self.names[..self.classes].iter().map(Name::text).collect()
    }

    pub fn truth(&self, row: usize) -> Truth {
        match self.task {
            Task::Classification => Truth::Class(self.names[self.values[row] as usize].text()),
            _ => Truth::Number(self.values[row]),
        }
    }

    /// Puts the classes of these rows before those that stand elsewhere only.
    pub fn learn_classes(&mut self, rows: &[usize]) -> Result<()> {
        if !self.is_classification() {
            return Ok(());
        }
        let seen: BTreeSet<usize> = rows.iter().map(|row| self.values[*row] as usize).collect();
        if seen.len() < 2 {
            let only = seen.first().map_or_else(String::new, |class| self.names[*class].text());
            return Err(Error::invalid(format!("every row to learn from has class `{only}`"))
                .hint("add rows of another class: one class alone teaches nothing"));
        }
        let unseen = (0..self.names.len()).filter(|class| !seen.contains(class));
        let order: Vec<usize> = seen.iter().copied().chain(unseen).collect();
        let place: BTreeMap<usize, usize> = order.iter().copied().zip(0..).collect();
        let moved = |value: &f64| if value.is_nan() { *value } else { place[&(*value as usize)] as f64 };
        self.values = self.values.iter().map(moved).collect();
        self.names = order.into_iter().map(|class| self.names[class].clone()).collect();
        self.classes = seen.len();
        Ok(())
    }

    /// That rows have no target, if some have none.
    pub fn warning(&self, rows: usize) -> Option<String> {
        let missing = self.values.iter().filter(|value| value.is_nan()).count();
        (missing > 0).then(|| format!("{missing} of {rows} rows have no target and are left out"))
    }
}
