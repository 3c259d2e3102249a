//! Where a model's scores become probabilities: losses are computed on what stands before.

use crate::{
    node::{input, int, is_standard, operator},
    proto::{GraphProto, NodeProto},
};

/// What the model does to its last value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Softmax,
    Sigmoid,
    /// Nothing: numbers, or scores that are not probabilities.
    Open,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The value before the last activation.
    pub value: String,
    pub ending: Ending,
}

/// Goes back from an output to what stands before its last activation.
pub fn cut(graph: &GraphProto, output: &str) -> Cut {
    let mut value = output;
    while let Some(before) = producer(graph, value).and_then(|node| carried(graph, node)) {
        value = before;
    }
    // A single score may have been given another shape behind its activation.
    let mut behind = value;
    while let Some(node) = producer(graph, behind).filter(|node| reshapes(node)) {
        behind = &node.input[0];
    }
    let activation = producer(graph, behind).filter(|node| is_standard(node));
    let ending = match activation.map(operator) {
        Some("Softmax" | "LogSoftmax") => Ending::Softmax,
        Some("Sigmoid") => Ending::Sigmoid,
        _ => return Cut { value: value.into(), ending: Ending::Open },
    };
    Cut { value: activation.map_or(value, |node| &node.input[0]).to_owned(), ending }
}

pub(super) fn producer<'a>(graph: &'a GraphProto, value: &str) -> Option<&'a NodeProto> {
    graph.node.iter().find(|node| node.output.iter().any(|output| output == value))
}

/// The input of a node that hands it on as it is.
fn carried<'a>(graph: &'a GraphProto, node: &'a NodeProto) -> Option<&'a str> {
    match operator(node) {
        "Identity" | "ZipMap" => input(node, 0),
        "Cast" if matches!(int(node, "to"), Some(1 | 11)) => input(node, 0),
        "Concat" => complemented(graph, node),
        _ => None,
    }
}

fn reshapes(node: &NodeProto) -> bool {
    is_standard(node) && matches!(operator(node), "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten")
}

/// The second of two columns of which the first is one minus it.
fn complemented<'a>(graph: &'a GraphProto, node: &'a NodeProto) -> Option<&'a str> {
    let [first, second] = &node.input[..] else { return None };
    let rest = producer(graph, first).filter(|node| operator(node) == "Sub")?;
    (input(rest, 1) == Some(second)).then_some(second.as_str())
}
