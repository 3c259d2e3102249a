//! Outputs to answers: label, probabilities and value of each row, as the schema says.
//!
//! Pure. Must not know workers, storage or HTTP.

use tidegate_core::{
    Tensor, Value,
    schema::{Answered, Schema},
    tensor::{Keys, Named},
};

use crate::{rows::number, view::Cell};

/// What each row was answered, as far as the schema knows.
pub fn answers(schema: &Schema, outputs: &[Named], rows: u32) -> Vec<Answered> {
    let rows = rows as usize;
    let answer = &schema.answer;
    let find = |name: &Option<String>| {
        name.as_ref().and_then(|name| outputs.iter().find(|output| output.name == *name))
    };
    let scores = find(&answer.scores)
        .map(|output| probabilities(schema, &output.value, rows))
        .unwrap_or_else(|| vec![None; rows]);
    let labels = find(&answer.label).and_then(|output| label_column(output.value.as_tensor()?));
    let mut labels = labels.into_iter().flatten();
    let values = find(&answer.value).and_then(|output| output.value.as_tensor()?.to_f64());
    let width = values.as_ref().map_or(1, |values| (values.len() / rows.max(1)).max(1));
    scores
        .into_iter()
        .enumerate()
        .map(|(row, probabilities)| {
            let label = labels.next().or_else(|| {
                probabilities.as_ref().and_then(|p: &Vec<f64>| schema.labels.get(arg_max(p)?).cloned())
            });
            let value = values.as_ref().and_then(|values| values.get(row * width).copied());
            Answered { label, probabilities, value }
        })
        .collect()
}

fn label_column(tensor: &Tensor) -> Option<Vec<String>> {
    if let Some(strings) = tensor.strings() {
        return Some(strings.to_vec());
    }
    if let Some(integers) = tensor.to_i64() {
        return Some(integers.iter().map(i64::to_string).collect());
    }
    tensor.to_f64().map(|numbers| numbers.iter().map(f64::to_string).collect())
}

fn arg_max(values: &[f64]) -> Option<usize> {
    values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(index, _)| index)
}

fn probabilities(schema: &Schema, value: &Value, rows: usize) -> Vec<Option<Vec<f64>>> {
    match value {
        Value::Tensor(tensor) => {
            let Some(values) = tensor.to_f64() else { return vec![None; rows] };
            let width = (values.len() / rows.max(1)).max(1);
            let mut scores: Vec<_> =
                values.chunks(width).map(|row| Some(row_probabilities(row, schema.answer.logits))).collect();
            scores.resize(rows, None);
            scores
        }
        Value::Sequence(items) => {
            let mut scores = map_probabilities(schema, items);
            scores.resize(rows, None);
            scores
        }
        _ => vec![None; rows],
    }
}

fn row_probabilities(row: &[f64], logits: bool) -> Vec<f64> {
    match (row, logits) {
        ([single], true) => {
            let p = 1.0 / (1.0 + (-single).exp());
            vec![1.0 - p, p]
        }
        ([single], false) => vec![1.0 - single, *single],
        (_, false) => row.to_vec(),
        (_, true) => {
            let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers: Vec<f64> = row.iter().map(|score| (score - highest).exp()).collect();
            let sum: f64 = powers.iter().sum();
            powers.into_iter().map(|power| power / sum).collect()
        }
    }
}

/// ZipMap's answers in the order of the labels. All rows have the same keys, as a rule: they are looked up once.
fn map_probabilities(schema: &Schema, items: &[Value]) -> Vec<Option<Vec<f64>>> {
    let mut known: Option<(&Keys, Option<Vec<usize>>)> = None;
    let rows = items.iter().map(|item| {
        let Value::Map(map) = item else { return None };
        if known.as_ref().is_none_or(|(keys, _)| **keys != map.keys) {
            known = Some((&map.keys, places(&schema.labels, &map.keys)));
        }
        let (values, places) = (map.values.to_f64()?, known.as_ref()?.1.as_ref()?);
        places.iter().map(|place| values.get(*place).copied()).collect()
    });
    rows.collect()
}

/// Where each label is among the keys; `None` where one is missing.
fn places(labels: &[String], keys: &Keys) -> Option<Vec<usize>> {
    let keys = keys.to_strings();
    labels.iter().map(|label| keys.iter().rposition(|key| key == label)).collect()
}

/// Any value as nested cells, for answers of models whose task is not known.
pub fn cells(value: &Value) -> Cell {
    match value {
        Value::None => Cell::Null,
        Value::Sequence(items) => Cell::List(items.iter().map(cells).collect()),
        Value::Map(map) => {
            let pairs = map.keys.to_strings().into_iter().zip(map.values.to_f64().unwrap_or_default());
            Cell::List(pairs.map(|(key, value)| Cell::List(vec![Cell::Text(key), number(value)])).collect())
        }
        Value::Tensor(tensor) => {
            let flat: Vec<Cell> = match (tensor.strings(), tensor.to_f64()) {
                (Some(strings), _) => strings.iter().cloned().map(Cell::Text).collect(),
                (None, Some(numbers)) => numbers.into_iter().map(number).collect(),
                (None, None) => return Cell::Null,
            };
            nest(&tensor.shape, &mut flat.into_iter())
        }
    }
}

fn nest(shape: &[usize], flat: &mut impl Iterator<Item = Cell>) -> Cell {
    match shape {
        [] => flat.next().unwrap_or(Cell::Null),
        [length, rest @ ..] => Cell::List((0..*length).map(|_| nest(rest, flat)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{
        schema::{Answer, Task},
        tensor::Map,
    };

    #[test]
    fn zip_map_and_logits_both_give_probabilities_in_label_order() {
        let mut schema = Schema {
            task: Task::Classification,
            labels: vec!["no".into(), "yes".into()],
            answer: Answer { scores: Some("p".into()), ..Answer::default() },
            ..Schema::default()
        };
        let map = Map {
            keys: Keys::Strings(vec!["yes".into(), "no".into()]),
            values: Tensor::from_f32(vec![2], &[0.75, 0.25]).unwrap(),
        };
        let zipped = [Named::new("p", Value::Sequence(vec![Value::Map(map)]))];
        let answer = &answers(&schema, &zipped, 1)[0];
        assert_eq!(answer.probabilities, Some(vec![0.25, 0.75]));
        assert_eq!(answer.label.as_deref(), Some("yes"));

        schema.answer.logits = true;
        let logits = [Named::new("p", Value::Tensor(Tensor::from_f32(vec![1, 2], &[3.0, 3.0]).unwrap()))];
        assert_eq!(answers(&schema, &logits, 1)[0].probabilities, Some(vec![0.5, 0.5]));
    }
}
