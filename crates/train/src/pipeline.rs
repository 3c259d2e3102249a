//! What stands before the learner in a file: imputing, scaling, choosing and joining of columns, computed as
//! ONNX Runtime computes it.
//!
//! A scaler refit is always to mean 0 and standard deviation 1, whatever made it (the file does not say), but
//! one that does not shift or does not stretch is left not doing so. Nothing else is ever refit.

use std::collections::HashMap;

use tidegate_core::{
    Error, Result,
    schema::{Feature, FeatureKind, Schema},
};
use tidegate_onnx::proto::{GraphProto, NodeProto, tensor_proto::DataType};
use tidegate_trees::Matrix;

use crate::{
    dataset::Dataset,
    graph::{ancestors, attribute, constant, float, floats, initializer, int, operator, set_floats, text},
    linear::weighted_moments,
};

/// Whether this module can compute a node.
pub(crate) fn understands(graph: &GraphProto, node: &NodeProto) -> bool {
    match operator(node) {
        "Scaler" | "Imputer" | "Normalizer" | "Identity" | "FeatureVectorizer" | "Constant" => true,
        "Concat" => matches!(int(node, "axis"), Some(1 | -1)),
        "Flatten" => int(node, "axis").unwrap_or(1) == 1,
        "Cast" => {
            [DataType::Float, DataType::Double].map(|kind| Some(kind as i64)).contains(&int(node, "to"))
        }
        "ArrayFeatureExtractor" | "Add" | "Sub" | "Mul" | "Div" => {
            node.input.get(1).is_some_and(|second| constant(graph, second).is_some())
        }
        _ => false,
    }
}

/// The matrix each input of the graph gets, found by the schema's names among the data set's columns.
pub(crate) fn inputs(graph: &GraphProto, schema: &Schema, data: &Dataset) -> Result<HashMap<String, Matrix>> {
    let all = Matrix { columns: data.features.len(), data: data.x.clone() };
    let names = graph.input.iter().filter_map(|input| input.name.as_deref());
    let names: Vec<&str> = names.filter(|name| initializer(graph, name).is_none()).collect();
    match (&schema.features[..], &names[..]) {
        ([], [only]) => Ok(HashMap::from([((*only).into(), all)])),
        ([], _) => {
            Err(Error::invalid("the model has several inputs and no schema says which columns go where")
                .hint("set the schema of the model"))
        }
        (features, names) => {
            let matrix = |name: &&str| Ok(((*name).into(), all.select(&columns_of(name, features, data)?)));
            names.iter().map(matrix).collect()
        }
    }
}

/// Columns of the data set in the order in which an input takes them.
fn columns_of(input: &str, features: &[Feature], data: &Dataset) -> Result<Vec<usize>> {
    let mut own: Vec<&Feature> = features.iter().filter(|feature| feature.input == input).collect();
    own.sort_by_key(|feature| feature.column);
    let position = |feature: &&Feature| {
        if feature.kind == FeatureKind::Tensor {
            return Err(Error::unsupported(format!("feature `{}` is a tensor a row", feature.name))
                .hint("the native trainers take one number a feature"));
        }
        data.features.iter().position(|name| *name == feature.name).ok_or_else(|| {
            Error::invalid(format!("the data set has no column `{}`", feature.name))
                .hint("every feature of the model needs a column of that name")
        })
    };
    own.iter().map(position).collect()
}

/// Computes a value from the inputs. With weights, scalers on the way are first refit to the weighted rows
/// and written back to the graph.
pub(crate) fn run(
    graph: &mut GraphProto,
    value: &str,
    mut known: HashMap<String, Matrix>,
    refit: Option<&[f64]>,
) -> Result<Matrix> {
    for index in ancestors(graph, value) {
        if operator(&graph.node[index]) == "Constant" {
            continue;
        }
        if let (Some(weight), "Scaler") = (refit, operator(&graph.node[index])) {
            let input = known.get(&graph.node[index].input[0]);
            input.into_iter().for_each(|rows| refit_scaler(&mut graph.node[index], rows, weight));
        }
        let node = &graph.node[index];
        let made = apply(graph, node, &known)?;
        known.insert(node.output[0].clone(), made);
    }
    known.remove(value).ok_or_else(|| Error::unsupported(format!("nothing is known of the value `{value}`")))
}

fn refit_scaler(node: &mut NodeProto, rows: &Matrix, weight: &[f64]) {
    let shifts = floats(node, "offset").iter().any(|offset| *offset != 0.0);
    let stretches = floats(node, "scale").iter().any(|scale| *scale != 1.0);
    let moments = weighted_moments(rows, weight);
    // A column with missing values has no moments here; it waits for an imputer behind the scaler.
    if moments.iter().any(|(mean, sd)| !mean.is_finite() || !sd.is_finite()) {
        return;
    }
    if shifts {
        set_floats(node, "offset", moments.iter().map(|(mean, _)| *mean));
    }
    if stretches {
        set_floats(node, "scale", moments.iter().map(|(_, sd)| if *sd > 0.0 { 1.0 / sd } else { 1.0 }));
    }
}

fn apply(graph: &GraphProto, node: &NodeProto, known: &HashMap<String, Matrix>) -> Result<Matrix> {
    let input = |name: &String| {
        known.get(name).ok_or_else(|| Error::unsupported(format!("nothing is known of the value `{name}`")))
    };
    let first = input(&node.input[0])?;
    match operator(node) {
        "Concat" | "FeatureVectorizer" => {
            Ok(Matrix::beside(&node.input.iter().map(input).collect::<Result<Vec<_>>>()?))
        }
        "Scaler" => scale(node, first),
        "Imputer" => impute(node, first),
        "Normalizer" => Ok(normalise(first.clone(), text(node, "norm").as_deref().unwrap_or("MAX"))),
        "ArrayFeatureExtractor" => select(first, &constant(graph, &node.input[1]).unwrap_or_default()),
        "Add" | "Sub" | "Mul" | "Div" => {
            let operand: Vec<f32> = constant(graph, &node.input[1])
                .unwrap_or_default()
                .iter()
                .map(|value| *value as f32)
                .collect();
            let operand = per_column(&operand, first.columns, operator(node))?;
            Ok(arithmetic(operator(node), first.clone(), &operand))
        }
        _ => Ok(first.clone()),
    }
}

/// A parameter of a column-wise operator, one value a column.
fn per_column(values: &[f32], columns: usize, what: &str) -> Result<Vec<f32>> {
    match values {
        [one] => Ok(vec![*one; columns]),
        many if many.len() == columns => Ok(many.to_vec()),
        many => Err(Error::invalid(format!("{what} has {} values for {columns} columns", many.len()))
            .hint("the data set's columns do not fit the model")),
    }
}

fn scale(node: &NodeProto, rows: &Matrix) -> Result<Matrix> {
    let offset = per_column(floats(node, "offset"), rows.columns, "Scaler")?;
    let scale = per_column(floats(node, "scale"), rows.columns, "Scaler")?;
    Ok(rows.clone().map(|column, value| (value - offset[column]) * scale[column]))
}

fn impute(node: &NodeProto, rows: &Matrix) -> Result<Matrix> {
    if attribute(node, "imputed_value_floats").is_none() {
        return Err(Error::unsupported(
            "an Imputer of integers is not something the native trainers compute",
        ));
    }
    let imputed = per_column(floats(node, "imputed_value_floats"), rows.columns, "Imputer")?;
    let replaced = float(node, "replaced_value_float").unwrap_or(0.0);
    let missing = |value: f32| value == replaced || (value.is_nan() && replaced.is_nan());
    Ok(rows.clone().map(|column, value| if missing(value) { imputed[column] } else { value }))
}

fn normalise(mut rows: Matrix, norm: &str) -> Matrix {
    for row in rows.data.chunks_exact_mut(rows.columns) {
        let length = match norm {
            "L1" => row.iter().map(|value| value.abs()).sum(),
            "L2" => row.iter().map(|value| value * value).sum::<f32>().sqrt(),
            _ => row.iter().copied().fold(f32::MIN, f32::max),
        };
        if length != 0.0 {
            row.iter_mut().for_each(|value| *value /= length);
        }
    }
    rows
}

fn select(rows: &Matrix, columns: &[f64]) -> Result<Matrix> {
    let columns: Vec<usize> = columns.iter().map(|column| *column as usize).collect();
    match columns.iter().find(|column| **column >= rows.columns) {
        Some(column) => Err(Error::invalid(format!("the model takes column {column} of {}", rows.columns))),
        None => Ok(rows.select(&columns)),
    }
}

fn arithmetic(operator: &str, rows: Matrix, operand: &[f32]) -> Matrix {
    rows.map(|column, value| match operator {
        "Add" => value + operand[column],
        "Sub" => value - operand[column],
        "Mul" => value * operand[column],
        _ => value / operand[column],
    })
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
