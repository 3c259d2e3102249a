//! Named rows to tensors and back: how a schema is applied to inputs (to outputs, see [`crate::answers`]).
//!
//! Pure. Must not know workers, storage or HTTP.

use std::collections::BTreeMap;

use tidegate_core::{
    ElementType, Error, Result, Tensor, Value,
    schema::{Feature, FeatureKind, Schema},
    signature::{Dim, Port, Signature},
    tensor::Named,
};
use tidegate_monitor::live::vectors;

use crate::view::Cell;

pub type Row = BTreeMap<String, Cell>;

/// Input tensors from named rows; every feature must be there, and nothing else.
pub fn tensors(schema: &Schema, signature: &Signature, rows: &[Row]) -> Result<Vec<Named>> {
    refuse_none(rows)?;
    if schema.features.is_empty() {
        return Err(Error::unsupported("this model's inputs do not read as named rows")
            .hint("send tensors to /v2/models/{name}/infer"));
    }
    refuse_unknown_names(schema, rows)?;
    let mut inputs: Vec<(&str, Vec<&Feature>)> = Vec::new();
    for feature in &schema.features {
        match inputs.iter_mut().find(|(input, _)| *input == feature.input) {
            Some((_, features)) => features.push(feature),
            None => inputs.push((&feature.input, vec![feature])),
        }
    }
    inputs.into_iter().map(|(input, features)| input_tensor(signature, input, &features, rows)).collect()
}

pub fn refuse_none(rows: &[Row]) -> Result<()> {
    match rows {
        [] => Err(Error::invalid("`rows` is empty").hint("send at least one row of named values")),
        _ => Ok(()),
    }
}

fn refuse_unknown_names(schema: &Schema, rows: &[Row]) -> Result<()> {
    for (index, row) in rows.iter().enumerate() {
        let unknown = row.keys().find(|name| !schema.features.iter().any(|feature| feature.name == **name));
        if let Some(name) = unknown {
            return Err(Error::invalid(format!("row {index} has `{name}`, which the model does not take"))
                .hint(format!("it takes {}", list_names(schema))));
        }
    }
    Ok(())
}

fn list_names(schema: &Schema) -> String {
    let names: Vec<_> = schema.features.iter().take(8).map(|feature| format!("`{}`", feature.name)).collect();
    let more = if schema.features.len() > 8 { ", ..." } else { "" };
    format!("{}{more}", names.join(", "))
}

fn input_tensor(signature: &Signature, input: &str, features: &[&Feature], rows: &[Row]) -> Result<Named> {
    let port = signature.input(input).ok_or_else(|| Error::internal(format!("no input `{input}`")))?;
    let Some((element, shape)) = port.kind.as_tensor() else {
        return Err(Error::unsupported(format!("input `{input}` is not a tensor")));
    };
    let mut cells = Vec::with_capacity(rows.len() * features.len());
    for (index, row) in rows.iter().enumerate() {
        for feature in features {
            let cell = row.get(&feature.name).ok_or_else(|| {
                Error::invalid(format!("row {index} lacks `{}`", feature.name))
                    .hint("every feature must be given; null stands for a missing value")
            })?;
            cells.push((index, *feature, cell));
        }
    }
    let shape = tensor_shape(port, shape, features, rows.len(), &cells)?;
    let tensor = if element == ElementType::String {
        Tensor::from_strings(shape, texts(&cells)?)?
    } else {
        let each = if features[0].kind == FeatureKind::Tensor { shape.iter().skip(1).product() } else { 1 };
        let numbers = numbers(&cells, element, each)?;
        Tensor::from_f64(element, shape, &numbers)?
    };
    Ok(Named::new(input, Value::Tensor(tensor)))
}

type Placed<'a> = (usize, &'a Feature, &'a Cell);

fn tensor_shape(
    port: &Port,
    declared: Option<&[Dim]>,
    features: &[&Feature],
    rows: usize,
    cells: &[Placed<'_>],
) -> Result<Vec<usize>> {
    if let Some(Dim::Fixed(batch)) = declared.and_then(<[Dim]>::first)
        && usize::try_from(*batch) != Ok(rows)
    {
        return Err(Error::invalid(format!(
            "input `{}` takes exactly {batch} row(s), not {rows}",
            port.name
        )));
    }
    if features[0].kind == FeatureKind::Tensor {
        let mut shape = vec![rows];
        match declared.map(|dims| dims.iter().skip(1).map(Dim::fixed).collect::<Option<Vec<_>>>()) {
            Some(Some(fixed)) => shape.extend(fixed),
            _ => shape.extend(nested_shape(cells[0].2)),
        }
        return Ok(shape);
    }
    match (features[0].column, declared.map(<[Dim]>::len)) {
        (None, Some(1)) => Ok(vec![rows]),
        _ => Ok(vec![rows, features.len()]),
    }
}

fn nested_shape(cell: &Cell) -> Vec<usize> {
    let mut shape = Vec::new();
    let mut at = cell;
    while let Cell::List(items) = at {
        shape.push(items.len());
        let Some(first) = items.first() else { break };
        at = first;
    }
    shape
}

fn texts(cells: &[Placed<'_>]) -> Result<Vec<String>> {
    let told = |(row, feature, cell): &Placed<'_>| {
        text(cell).ok_or_else(|| Error::invalid(format!("row {row}: `{}` must be text", feature.name)))
    };
    cells.iter().map(told).collect()
}

/// As an input of texts takes it; `None` for lists.
pub fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string()),
        Cell::Bool(truth) => Some(truth.to_string()),
        // As in a data set, where a category without a value is an empty text.
        Cell::Null => Some(String::new()),
        Cell::List(_) => None,
    }
}

/// Whether the model takes a feature as a text.
pub fn takes_text(signature: &Signature, feature: &Feature) -> bool {
    let element = signature.input(&feature.input).and_then(|port| port.kind.as_tensor()).map(|found| found.0);
    element == Some(ElementType::String) && feature.kind != FeatureKind::Tensor
}

/// `each` numbers from each cell.
fn numbers(cells: &[Placed<'_>], element: ElementType, each: usize) -> Result<Vec<f64>> {
    let mut numbers = Vec::with_capacity(cells.len());
    for (row, feature, cell) in cells {
        let before = numbers.len();
        let problem = match push_numbers(cell, element, &mut numbers) {
            Ok(()) if numbers.len() - before == each => continue,
            Ok(()) => format!("holds {} numbers, not {each}", numbers.len() - before),
            Err(problem) => problem,
        };
        return Err(Error::invalid(format!("row {row}: `{}` {problem}", feature.name))
            .hint(format!("the model wants {element:?}")));
    }
    Ok(numbers)
}

fn push_numbers(cell: &Cell, element: ElementType, numbers: &mut Vec<f64>) -> Result<(), String> {
    match cell {
        Cell::Number(number) => numbers.push(*number),
        Cell::Bool(truth) => numbers.push(f64::from(u8::from(*truth))),
        Cell::Null if element.is_float() => numbers.push(f64::NAN),
        Cell::Null => return Err("is null, which only a floating-point input can hold".into()),
        // A file writes truth values as pandas does; a number is what a model takes for them.
        Cell::Text(text) => numbers.push(match text.trim() {
            "True" | "TRUE" | "true" => 1.0,
            "False" | "FALSE" | "false" => 0.0,
            other => other.parse().map_err(|_| format!("is the text `{text}`, not a number"))?,
        }),
        Cell::List(items) => {
            for item in items {
                push_numbers(item, element, numbers)?;
            }
        }
    }
    Ok(())
}

/// How many rows a request's inputs hold.
pub fn row_count(schema: &Schema, inputs: &[Named]) -> u32 {
    let first = schema.features.first().and_then(|feature| tensor(inputs, &feature.input));
    first.map_or(1, |tensor| tensor.rows().try_into().unwrap_or(u32::MAX))
}

fn tensor<'a>(values: &'a [Named], name: &str) -> Option<&'a Tensor> {
    values.iter().find(|named| named.name == name)?.value.as_tensor()
}

/// The values of one feature, a row each.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
    /// Tensors by the means of their elements, with the elements as drift watches them: `width` of each row.
    Tensors {
        means: Vec<f64>,
        watched: Vec<f32>,
        width: usize,
    },
}

impl Column {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) | Self::Tensors { means: values, .. } => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

/// Whether a tensor's elements are wanted beside their mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elements {
    Left,
    Watched,
}

/// The column of each feature, in the schema's order; an empty column where the input is absent. Tensors are their
/// means.
pub fn columns(schema: &Schema, inputs: &[Named], rows: u32) -> Vec<Column> {
    columns_with(schema, inputs, rows, Elements::Left)
}

/// As [`columns`], with the elements of tensors where they are wanted.
pub fn columns_with(schema: &Schema, inputs: &[Named], rows: u32, elements: Elements) -> Vec<Column> {
    let rows = rows as usize;
    let mut decoded: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    schema
        .features
        .iter()
        .map(|feature| {
            let Some(tensor) = tensor(inputs, &feature.input) else { return Column::Numbers(Vec::new()) };
            if let Some(strings) = tensor.strings() {
                return Column::Texts(strided(strings, rows, feature.column).cloned().collect());
            }
            let values = decoded.entry(&feature.input).or_insert_with(|| tensor.to_f64().unwrap_or_default());
            match feature.kind {
                FeatureKind::Tensor if elements == Elements::Watched => tensors_of(values, rows),
                FeatureKind::Tensor => Column::Numbers(row_means(values, rows)),
                _ => Column::Numbers(strided(values, rows, feature.column).copied().collect()),
            }
        })
        .collect()
}

/// Tensors by their means only.
pub fn plain(columns: Vec<Column>) -> Vec<Column> {
    let plain = |column| match column {
        Column::Tensors { means, .. } => Column::Numbers(means),
        column => column,
    };
    columns.into_iter().map(plain).collect()
}

/// Puts further rows under columns; an empty list takes the new columns as they are.
pub fn append(columns: &mut Vec<Column>, further: Vec<Column>) {
    if columns.is_empty() {
        *columns = further;
        return;
    }
    for (mine, theirs) in columns.iter_mut().zip(further) {
        match (mine, theirs) {
            (Column::Numbers(mine), Column::Numbers(theirs)) => mine.extend(theirs),
            (Column::Texts(mine), Column::Texts(theirs)) => mine.extend(theirs),
            (
                Column::Tensors { means, watched, width },
                Column::Tensors { means: their_means, watched: theirs, width: their_width },
            ) => {
                means.extend(their_means);
                // Of another width they can't be watched beside the others.
                if *width == their_width {
                    watched.extend(theirs);
                }
            }
            // An absent input gives an empty column of numbers: there is nothing to add.
            _ => {}
        }
    }
}

/// These rows of each column, in this order; a column that lacks one stays without it.
pub fn pick(columns: &[Column], rows: &[usize]) -> Vec<Column> {
    fn picked<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
        rows.iter().filter_map(|row| values.get(*row).cloned()).collect()
    }
    let pick = |column: &Column| match column {
        Column::Numbers(values) => Column::Numbers(picked(values, rows)),
        Column::Texts(values) => Column::Texts(picked(values, rows)),
        Column::Tensors { means, watched, width } => {
            let row = |row: &usize| watched.get(row * width..(row + 1) * width).unwrap_or_default();
            let watched = rows.iter().flat_map(row).copied().collect();
            Column::Tensors { means: picked(means, rows), watched, width: *width }
        }
    };
    columns.iter().map(pick).collect()
}

/// The rows a request held, by name: the way back from tensors.
pub fn named(schema: &Schema, inputs: &[Named], rows: u32) -> Vec<Row> {
    let rows = rows as usize;
    let mut named = vec![Row::new(); rows];
    for feature in &schema.features {
        let Some(tensor) = tensor(inputs, &feature.input) else { continue };
        let texts = tensor.strings().map(<[String]>::to_vec);
        let numbers = tensor.to_f64().unwrap_or_default();
        let width = tensor.len().checked_div(rows).unwrap_or(0).max(1);
        for (index, row) in named.iter_mut().enumerate() {
            let at = index * width + feature.column.unwrap_or(0);
            let cell = match (&texts, feature.kind) {
                (Some(texts), _) => texts.get(at).cloned().map(Cell::Text),
                (None, FeatureKind::Tensor) => numbers
                    .get(index * width..(index + 1) * width)
                    .map(|elements| Cell::List(elements.iter().copied().map(number).collect())),
                (None, _) => numbers.get(at).copied().map(number),
            };
            row.insert(feature.name.clone(), cell.unwrap_or(Cell::Null));
        }
    }
    named
}

fn strided<T>(values: &[T], rows: usize, column: Option<usize>) -> impl Iterator<Item = &T> {
    let width = values.len().checked_div(rows).unwrap_or(1).max(1);
    values.iter().skip(column.unwrap_or(0)).step_by(width)
}

fn tensors_of(values: &[f64], rows: usize) -> Column {
    let width = values.len().checked_div(rows).unwrap_or(1).max(1);
    let watched = values.chunks_exact(width).flat_map(vectors::watched).collect();
    Column::Tensors { means: row_means(values, rows), watched, width: width.min(vectors::WIDEST) }
}

fn row_means(values: &[f64], rows: usize) -> Vec<f64> {
    let width = values.len().checked_div(rows).unwrap_or(1).max(1);
    values.chunks(width).map(|row| row.iter().sum::<f64>() / row.len() as f64).collect()
}

/// JSON has no NaN: it travels as null.
pub fn number(value: f64) -> Cell {
    if value.is_finite() { Cell::Number(value) } else { Cell::Null }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{
        schema::{Answer, Task},
        signature::PortKind,
    };

    fn model() -> (Schema, Signature) {
        let feature = |name: &str, column| Feature {
            name: name.into(),
            input: "X".into(),
            column: Some(column),
            kind: FeatureKind::Numeric,
        };
        let shape = vec![Dim::Symbol("N".into()), Dim::Fixed(2)];
        let port =
            Port { name: "X".into(), kind: PortKind::tensor(ElementType::F32, shape), overridable: false };
        let schema = Schema {
            task: Task::Classification,
            features: vec![feature("age", 0), feature("income", 1)],
            labels: vec!["no".into(), "yes".into()],
            answer: Answer { scores: Some("p".into()), ..Answer::default() },
            target: None,
        };
        (schema, Signature { inputs: vec![port], outputs: vec![] })
    }

    fn row(pairs: &[(&str, Cell)]) -> Row {
        pairs.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect()
    }

    #[test]
    fn named_rows_become_a_matrix_in_the_models_order() {
        let (schema, signature) = model();
        let rows = [
            row(&[("income", Cell::Number(2.0)), ("age", Cell::Number(1.0))]),
            row(&[("age", Cell::Number(3.0)), ("income", Cell::Null)]),
        ];
        let inputs = tensors(&schema, &signature, &rows).unwrap();
        let matrix = inputs[0].value.as_tensor().unwrap();
        assert_eq!(matrix.shape, [2, 2]);
        let values = matrix.to_f64().unwrap();
        assert_eq!(values[..3], [1.0, 2.0, 3.0]);
        assert!(values[3].is_nan());
        assert_eq!(row_count(&schema, &inputs), 2);
        assert_eq!(columns(&schema, &inputs, 2)[0], Column::Numbers(vec![1.0, 3.0]));
    }

    #[test]
    fn missing_unknown_and_wrong_values_are_named() {
        let (schema, signature) = model();
        let message = |row| tensors(&schema, &signature, &[row]).unwrap_err().message;
        assert_eq!(message(row(&[("age", Cell::Number(1.0))])), "row 0 lacks `income`");
        let unknown = [("age", Cell::Null), ("income", Cell::Null), ("agee", Cell::Null)];
        assert_eq!(message(row(&unknown)), "row 0 has `agee`, which the model does not take");
        let text = [("age", Cell::Text("old".into())), ("income", Cell::Null)];
        assert_eq!(message(row(&text)), "row 0: `age` is the text `old`, not a number");
    }

    #[test]
    fn truth_values_in_text_are_numbers() {
        let (schema, signature) = model();
        let [yes, no] = ["True", "false"].map(|text| Cell::Text(text.into()));
        let inputs = tensors(&schema, &signature, &[row(&[("age", yes), ("income", no)])]).unwrap();
        let found: Vec<f64> =
            inputs.iter().flat_map(|input| tensor(&inputs, &input.name).unwrap().to_f64().unwrap()).collect();
        assert!(found.contains(&1.0) && found.contains(&0.0) && found.len() == 2, "{found:?}");
    }
}
