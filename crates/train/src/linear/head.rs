//! The linear model in a file: the operators that can hold one, and reading and writing its coefficients.

use tidegate_core::{Error, Result, schema::Schema};
use tidegate_onnx::proto::{GraphProto, NodeProto};
use tidegate_trees::Loss;

use super::{fit::Coefficients, form::Form};
use crate::{
    dataset::Dataset,
    graph::{
        class_labels, constant, float, floats, initializer, int, operator, post_transform, set_floats,
        set_initializer,
    },
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// The value the model takes.
    pub input: String,
    pub loss: Loss,
    /// The file puts out a classifier's scores as they are, whatever they were (margins, say).
    pub log_odds: bool,
    form: Form,
    place: Place,
    /// Class labels as the file spells them; empty where it has none.
    labels: Vec<String>,
    /// Outputs of the nodes behind it that belong to it.
    parts: Vec<String>,
}

/// Where the coefficients lie.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    /// In attributes of the node at this index.
    Node(usize),
    /// In initializers.
    Dense { weights: String, outputs_first: bool, bias: String, outputs: usize },
}

impl Head {
    /// The linear model of the node at an index, or the reason why it is none that can be trained.
    pub fn of(graph: &GraphProto, index: usize) -> Result<Self, String> {
        let node = &graph.node[index];
        match operator(node) {
            "LinearClassifier" => classifier(node, index),
            "LinearRegressor" => regressor(node, index),
            _ => dense(graph, index),
        }
    }

    /// Whether it is a dense layer as networks have them, not an operator of its own.
    pub fn is_dense(&self) -> bool {
        matches!(self.place, Place::Dense { .. })
    }

    pub fn is_classifier(&self) -> bool {
        self.loss != Loss::Squared
    }

    /// Whether a node behind the model is a part of it: the bias of a MatMul, or the activation.
    pub fn owns(&self, node: &NodeProto) -> bool {
        self.parts.contains(&node.output[0])
    }

    /// Coefficients as they are fitted.
    pub fn read(&self, graph: &GraphProto, columns: usize) -> Result<Coefficients> {
        let rows = match &self.place {
            Place::Node(index) => {
                let wide =
                    |name| floats(&graph.node[*index], name).iter().map(|value| f64::from(*value)).collect();
                Coefficients { weights: wide("coefficients"), intercepts: wide("intercepts") }
            }
            Place::Dense { weights, outputs_first, bias, outputs } => {
                let weights = constant(graph, weights).unwrap_or_default();
                Coefficients {
                    weights: if *outputs_first { weights } else { transpose(&weights, *outputs) },
                    intercepts: constant(graph, bias).unwrap_or_default(),
                }
            }
        };
        if rows.weights.len() != rows.intercepts.len() * columns {
            return Err(Error::invalid(format!(
                "the model has {} coefficients for {} outputs of {columns} columns",
                rows.weights.len(),
                rows.intercepts.len()
            )));
        }
        Ok(self.form.read_back(rows))
    }

    pub fn write(&self, graph: &mut GraphProto, fitted: &Coefficients) {
        let rows = self.form.written(fitted);
        match &self.place {
            Place::Node(index) => {
                set_floats(&mut graph.node[*index], "coefficients", rows.weights);
                set_floats(&mut graph.node[*index], "intercepts", rows.intercepts);
            }
            Place::Dense { weights, outputs_first, bias, outputs } => {
                let columns = rows.weights.len() / outputs;
                let laid = if *outputs_first { rows.weights } else { transpose(&rows.weights, columns) };
                set_initializer(graph, weights, laid.into_iter());
                set_initializer(graph, bias, rows.intercepts.into_iter());
            }
        }
    }

    /// The truth as the loss takes it.
    pub fn truth(&self, schema: &Schema, data: &Dataset) -> Result<Vec<f64>> {
        if !self.is_classifier() {
            return data.numbers();
        }
        let Place::Dense { outputs, .. } = self.place else {
            return data.class_indices(&self.labels, &schema.labels);
        };
        let classes = outputs.max(2);
        if schema.labels.len() != classes {
            return Err(Error::invalid(format!(
                "the model has {classes} classes, its schema names {}",
                schema.labels.len()
            ))
            .hint("set `labels` in its schema"));
        }
        data.class_indices(&schema.labels, &[])
    }
}

fn classifier(node: &NodeProto, index: usize) -> Result<Head, String> {
    let (labels, rows) = (class_labels(node), floats(node, "intercepts").len());
    let log_odds = post_transform(node) == "NONE";
    let (loss, form) = match (&post_transform(node)[..], labels.len(), rows) {
        ("NONE" | "LOGISTIC", 2, 1) => (Loss::Logistic, Form::Rows),
        ("NONE" | "LOGISTIC", 2, 2) => (Loss::Logistic, Form::Mirrored),
        ("SOFTMAX", 2, 2) => (Loss::Logistic, Form::Halved),
        ("NONE" | "SOFTMAX", 3.., rows) if rows == labels.len() => (Loss::Softmax, Form::Rows),
        ("LOGISTIC", 3.., rows) if rows == labels.len() => (Loss::Logistic, Form::Rows),
        (transform, classes, rows) => {
            return Err(format!(
                "LinearClassifier with {classes} classes, {rows} intercepts and post_transform {transform}"
            ));
        }
    };
    Ok(Head {
        input: node.input[0].clone(),
        loss,
        log_odds,
        form,
        place: Place::Node(index),
        labels,
        parts: Vec::new(),
    })
}

fn regressor(node: &NodeProto, index: usize) -> Result<Head, String> {
    let (targets, transform) = (int(node, "targets").unwrap_or(1), post_transform(node));
    if targets != 1 || transform != "NONE" || floats(node, "intercepts").len() != 1 {
        return Err(format!(
            "LinearRegressor with {targets} targets, {} intercepts and post_transform {transform}",
            floats(node, "intercepts").len()
        ));
    }
    Ok(Head {
        input: node.input[0].clone(),
        loss: Loss::Squared,
        log_odds: false,
        form: Form::Rows,
        place: Place::Node(index),
        labels: Vec::new(),
        parts: Vec::new(),
    })
}

/// One dense layer: Gemm, or MatMul and Add, with at most a Sigmoid or a Softmax behind it. Without one, a
/// single output is a number and several are the logits of classes.
fn dense(graph: &GraphProto, index: usize) -> Result<Head, String> {
    let node = &graph.node[index];
    let (bias, output) = match operator(node) {
        "Gemm" => gemm_bias(node)?,
        _ => added_bias(graph, &node.output[0])?,
    };
    let outputs_first = operator(node) == "Gemm" && int(node, "transB") == Some(1);
    let outputs = outputs_of(graph, &node.input[1], outputs_first, &bias)?;
    let activation = follower(graph, output).filter(|node| matches!(operator(node), "Sigmoid" | "Softmax"));
    let parts =
        [Some(output.to_owned()), activation.map(|node| node.output[0].clone())].into_iter().flatten();
    let (loss, form) = match (activation.map(operator), outputs) {
        (Some("Sigmoid"), _) => (Loss::Logistic, Form::Rows),
        (Some("Softmax"), 2) => (Loss::Logistic, Form::Halved),
        (Some("Softmax"), 3..) => (Loss::Softmax, Form::Rows),
        (Some("Softmax"), _) => return Err("Softmax over a single output".into()),
        (_, 1) => (Loss::Squared, Form::Rows),
        (_, 2) => (Loss::Logistic, Form::Halved),
        _ => (Loss::Softmax, Form::Rows),
    };
    let place = Place::Dense { weights: node.input[1].clone(), outputs_first, bias, outputs };
    let (input, parts) = (node.input[0].clone(), parts.collect());
    Ok(Head { input, loss, log_odds: false, form, place, labels: Vec::new(), parts })
}

/// The bias and the output of a Gemm that is a plain dense layer.
fn gemm_bias(node: &NodeProto) -> Result<(String, &str), String> {
    let plain = int(node, "transA").unwrap_or(0) == 0
        && ["alpha", "beta"].iter().all(|factor| float(node, factor).unwrap_or(1.0) == 1.0);
    match node.input.get(2) {
        Some(bias) if plain => Ok((bias.clone(), &node.output[0])),
        Some(_) => Err("Gemm with alpha, beta or transA".into()),
        None => Err("Gemm without a bias".into()),
    }
}

/// The bias added to a MatMul, and the sum.
fn added_bias<'a>(graph: &'a GraphProto, product: &str) -> Result<(String, &'a str), String> {
    let add = follower(graph, product).filter(|node| operator(node) == "Add");
    let add = add.ok_or("MatMul without an Add behind it")?;
    let bias = add.input.iter().find(|input| *input != product).ok_or("MatMul added to itself")?;
    Ok((bias.clone(), &add.output[0]))
}

/// Outputs of a dense layer whose weights and bias lie in the file in single precision.
fn outputs_of(graph: &GraphProto, weights: &str, outputs_first: bool, bias: &str) -> Result<usize, String> {
    let shape = |name: &str| {
        let tensor = initializer(graph, name)?;
        let single = tensor.data_type == Some(1) && tensor.external_data.is_empty();
        single.then_some(tensor.dims.as_slice())
    };
    let elements = |dims: &[i64]| dims.iter().product::<i64>();
    match (shape(weights), shape(bias)) {
        (Some([first, second]), Some(dims)) => {
            let outputs = if outputs_first { *first } else { *second };
            let whole = outputs > 0 && elements(dims) == outputs;
            whole.then_some(outputs as usize).ok_or_else(|| "a dense layer with a shared bias".into())
        }
        _ => Err("a dense layer whose weights are no single-precision initializers".into()),
    }
}

fn follower<'a>(graph: &'a GraphProto, value: &str) -> Option<&'a NodeProto> {
    graph.node.iter().find(|node| node.input.iter().any(|input| input == value))
}

/// The transpose of a matrix, row-major, that has `columns` columns.
fn transpose(values: &[f64], columns: usize) -> Vec<f64> {
    let rows = values.len() / columns.max(1);
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
