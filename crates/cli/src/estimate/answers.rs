//! Probabilities, predictions and truths from the columns of a file.

use std::path::Path;

use tidegate_core::{Error, Result};
use tidegate_monitor::estimate::cbpe::Answers;
use tidegate_table::{Column, Data, Table};

/// Which columns hold what.
#[derive(Debug)]
pub struct Columns {
    /// Class and column; with one alone the class is the positive one.
    classes: Vec<(String, String)>,
    predicted: Option<String>,
    target: Option<String>,
    positive: Option<String>,
}

/// What a file holds.
#[derive(Debug)]
pub struct Read {
    /// The rows that have all probabilities and a prediction.
    pub answers: Answers,
    pub left_out: usize,
    /// Of them those with a truth, and it; when the file has the target's column.
    pub labelled: Option<(Answers, Vec<usize>)>,
}

impl Columns {
    /// `probabilities`: columns, each the name of its class or `class=column`.
    pub fn new(
        probabilities: &[String],
        predicted: Option<String>,
        target: Option<String>,
        positive: Option<String>,
    ) -> Result<Self> {
        let named = |text: &String| match text.split_once('=') {
            Some((class, column)) => (class.to_owned(), column.to_owned()),
            None => (text.clone(), text.clone()),
        };
        let classes: Vec<_> = probabilities.iter().map(named).collect();
        if classes.len() > 1 && positive.is_some() {
            return Err(Error::invalid("--positive goes with one --proba column only"));
        }
        Ok(Self { classes, predicted, target, positive })
    }

    fn is_binary(&self) -> bool {
        self.classes.len() == 1
    }

    /// `labelled`: whether the target must be there.
    pub fn read(&self, file: &Path, labelled: bool) -> Result<Read> {
        let table = tidegate_table::read(file)?;
        let target = match &self.target {
            Some(name) if labelled || table.column(name).is_some() => Some(table.need(name, file)?),
            _ => None,
        };
        let scores = self.scores(&table, file)?;
        let predicted = match &self.predicted {
            Some(name) => self.labels(table.need(name, file)?, file)?,
            None => most_probable(&scores),
        };
        let truth = target.map(|column| self.labels(column, file)).transpose()?;
        let whole =
            |row: &usize| predicted[*row].is_some() && scores.iter().all(|class| !class[*row].is_nan());
        let rows: Vec<usize> = (0..predicted.len()).filter(whole).collect();
        let labelled = truth.map(|truth| {
            let rows: Vec<usize> = rows.iter().copied().filter(|row| truth[*row].is_some()).collect();
            (answers(&rows, &scores, &predicted), rows.iter().filter_map(|row| truth[*row]).collect())
        });
        let left_out = predicted.len() - rows.len();
        Ok(Read { answers: answers(&rows, &scores, &predicted), left_out, labelled })
    }

    fn scores(&self, table: &Table, file: &Path) -> Result<Vec<Vec<f64>>> {
        let class = |(_, name): &(String, String)| {
            let wrong = |what: String| Error::invalid(format!("{}: column `{name}` {what}", file.display()));
            let column = table.need(name, file)?;
            let scores = column.numbers().ok_or_else(|| wrong("holds text, not probabilities".into()))?;
            match scores.iter().position(|p| !p.is_nan() && !(0.0..=1.0).contains(p)) {
                Some(row) => {
                    Err(wrong(format!("is {} in row {}, which is no probability", scores[row], row + 1)))
                }
                None => Ok(scores.into_owned()),
            }
        };
        self.classes.iter().map(class).collect()
    }

    /// The class of each row as `Answers` counts them.
    fn labels(&self, column: &Column, file: &Path) -> Result<Vec<Option<usize>>> {
        let values = texts(column);
        let classify = |(row, value): (usize, Option<String>)| {
            let Some(value) = value else { return Ok(None) };
            self.class(&value).map(Some).ok_or_else(|| {
                let place =
                    format!("{}: column `{}` is `{value}` in row {}", file.display(), column.name, row + 1);
                match self.is_binary() {
                    true => Error::invalid(format!("{place}, neither 1 nor 0"))
                        .hint("name the positive class with --positive"),
                    false => Error::invalid(format!("{place}, which is no class of --proba"))
                        .hint("name the classes: --proba class=column,class=column"),
                }
            })
        };
        values.enumerate().map(classify).collect()
    }

    fn class(&self, value: &str) -> Option<usize> {
        match (&self.positive, self.is_binary()) {
            (Some(positive), _) => Some(usize::from(same(value, positive))),
            (None, true) if same(value, "1") || same(value, "true") => Some(1),
            (None, true) if same(value, "0") || same(value, "false") => Some(0),
            (None, true) => None,
            (None, false) => self.classes.iter().position(|(class, _)| same(value, class)),
        }
    }
}

/// Values as the file writes them, but whole numbers without a fraction.
fn texts(column: &Column) -> Box<dyn Iterator<Item = Option<String>> + '_> {
    match &column.data {
        Data::Text(texts) => Box::new(texts.iter().map(|text| text.map(str::to_owned))),
        Data::Boolean(values) => Box::new(values.iter().map(|value| value.map(|value| value.to_string()))),
        Data::Integer(values) => Box::new(values.iter().map(|value| Some(value.to_string()))),
        Data::Float(values) | Data::Time(values) => {
            Box::new(values.iter().map(|value| (!value.is_nan()).then(|| value.to_string())))
        }
    }
}

/// `1` and `1.0` are one class, `True` and `true` too.
fn same(value: &str, class: &str) -> bool {
    let numbers = || value.parse::<f64>().ok().zip(class.parse::<f64>().ok());
    value == class || value.eq_ignore_ascii_case(class) || numbers().is_some_and(|(a, b)| a == b)
}

fn most_probable(scores: &[Vec<f64>]) -> Vec<Option<usize>> {
    let rows = scores.first().map_or(0, Vec::len);
    let best = |row: usize| match scores {
        [positive] => Some(usize::from(positive[row] >= 0.5)),
        _ => (0..scores.len()).rev().max_by(|a, b| scores[*a][row].total_cmp(&scores[*b][row])),
    };
    (0..rows).map(best).collect()
}

fn answers(rows: &[usize], scores: &[Vec<f64>], predicted: &[Option<usize>]) -> Answers {
    Answers {
        scores: scores.iter().map(|class| rows.iter().map(|row| class[*row]).collect()).collect(),
        predicted: rows.iter().filter_map(|row| predicted[*row]).collect(),
    }
}
