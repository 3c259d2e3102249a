//! Rows back into typed columns: to be written to a file, and to be looked at for doubts. Pure.

use tidegate_core::schema::{Feature, FeatureKind, Schema, Truth};
use tidegate_table::{Categories, Column, Data};

use crate::{material::Labelled, view::Cell};

/// A column for each feature; one for each element of a tensor.
pub fn features(schema: &Schema, rows: &Labelled) -> Vec<Column> {
    schema.features.iter().flat_map(|feature| columns_of(feature, rows)).collect()
}

fn columns_of(feature: &Feature, rows: &Labelled) -> Vec<Column> {
    let cells = || rows.rows.iter().map(|row| row.get(&feature.name).unwrap_or(&Cell::Null));
    let column = |name: String, data| Column { name, data };
    match feature.kind {
        FeatureKind::Categorical => {
            let text = |cell: &Cell| match cell {
                Cell::Text(text) if !text.is_empty() => Some(text.clone()),
                Cell::Number(number) => Some(number.to_string()),
                Cell::Bool(truth) => Some(truth.to_string()),
                _ => None,
            };
            let texts: Vec<Option<String>> = cells().map(text).collect();
            vec![column(feature.name.clone(), Data::Text(texts.iter().map(Option::as_deref).collect()))]
        }
        FeatureKind::Tensor => {
            let flat: Vec<Vec<f64>> = cells().map(elements).collect();
            let width = flat.iter().map(Vec::len).max().unwrap_or(0);
            let at = |element: usize| {
                flat.iter().map(|row| row.get(element).copied().unwrap_or(f64::NAN)).collect::<Vec<f64>>()
            };
            (0..width).map(|i| column(format!("{}[{i}]", feature.name), numbers(at(i)))).collect()
        }
        _ => {
            let number = |cell: &Cell| elements(cell).first().copied().unwrap_or(f64::NAN);
            vec![column(feature.name.clone(), numbers(cells().map(number).collect()))]
        }
    }
}

/// The truths as they are written.
pub fn truths(name: &str, rows: &Labelled) -> Column {
    let of_numbers = rows.truths.iter().all(|truth| matches!(truth, Truth::Number(_)));
    let data = match of_numbers {
        true => numbers(rows.truths.iter().map(|truth| truth.number().unwrap_or(f64::NAN)).collect()),
        false => {
            let classes: Vec<String> = rows.truths.iter().map(Truth::class).collect();
            Data::Text(classes.iter().map(|class| Some(class.as_str())).collect::<Categories>())
        }
    };
    Column { name: name.into(), data }
}

fn elements(cell: &Cell) -> Vec<f64> {
    match cell {
        Cell::Number(number) => vec![*number],
        Cell::Bool(truth) => vec![f64::from(u8::from(*truth))],
        Cell::Text(text) => vec![text.parse().unwrap_or(f64::NAN)],
        Cell::List(items) => items.iter().flat_map(elements).collect(),
        Cell::Null => vec![f64::NAN],
    }
}

/// Whole numbers as such, as a file of them would be read.
fn numbers(values: Vec<f64>) -> Data {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = |value: &f64| value.fract() == 0.0 && value.abs() <= EXACT;
    match values.iter().all(whole) {
        true => Data::Integer(values.iter().map(|value| *value as i64).collect()),
        false => Data::Float(values),
    }
}
