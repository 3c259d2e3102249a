//! Graphs whose parameters are one flat input: the one that trains and the one that evaluates.

use tidegate_core::ElementType;

use super::{Facts, Loss, Parameter, gradients, tape::Tape};
use crate::{
    data_type,
    node::{dims, initializer, of_int},
    proto::{
        GraphProto, ModelProto, TypeProto, ValueInfoProto,
        tensor_shape_proto::{Dimension, dimension},
        type_proto,
    },
};

/// What batch normalisation of one node measures while it trains, and where the model keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchStatistics {
    /// Initializers of the model.
    pub mean: String,
    pub variance: String,
    /// Values [channels] of the training graph: the batch's own mean and variance (of the population).
    pub batch_mean: String,
    pub batch_variance: String,
    /// How many values each is computed from.
    pub count: usize,
    /// What is kept of the old statistics at each step.
    pub momentum: f32,
}

/// A graph from flat parameters and a batch to its loss and the flat gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingGraph {
    /// Inputs: [`PARAMETERS`](Self::PARAMETERS) [n], those of the model with as many rows as its shapes were found
    /// with, [`TARGET`](Self::TARGET) [rows, columns] and [`WEIGHT`](Self::WEIGHT) [rows]. Outputs:
    /// [`LOSS`](Self::LOSS), the sum over the rows of weight times loss; [`GRADIENT`](Self::GRADIENT) [n]; then mean
    /// and variance of each of the batch statistics.
    pub model: ModelProto,
}

impl TrainingGraph {
    pub const PARAMETERS: &str = "tidegate/parameters";
    pub const TARGET: &str = "tidegate/target";
    pub const WEIGHT: &str = "tidegate/weight";
    pub const LOSS: &str = "tidegate/loss";
    pub const GRADIENT: &str = "tidegate/gradients";
    /// Of an evaluation graph: the value before the last activation [rows, columns].
    pub const SCORES: &str = "tidegate/scores";
}

/// The graph that computes the loss and its gradient by `trained`, one after the other in a flat vector.
///
/// # Errors
/// Every node in the way, by operator and name.
pub fn training_graph(
    forward: &ModelProto,
    facts: &Facts,
    value: &str,
    trained: &[Parameter],
    statistics: &[BatchStatistics],
    loss: Loss,
) -> Result<TrainingGraph, Vec<String>> {
    let mut model = forward.clone();
    let graph = model.graph.get_or_insert_default();
    unpack(graph, trained.iter().map(|parameter| parameter.name.as_str()));
    let mut tape = Tape::new("tidegate/loss-of");
    let shape = facts.shape(value);
    let columns = shape.iter().skip(1).product();
    let z = tape.op("Flatten", &[value], vec![of_int("axis", 1)]);
    let rows = loss.rows(&mut tape, &z, TrainingGraph::TARGET);
    let weighted = tape.mul(&rows, TrainingGraph::WEIGHT);
    let axis = tape.ints(&[0]);
    let sum = crate::node::node(
        "ReduceSum",
        &[&weighted, &axis],
        &[TrainingGraph::LOSS],
        vec![of_int("keepdims", 0)],
    );
    tape.nodes.push(sum);
    let column = tape.reshape(TrainingGraph::WEIGHT, &[shape.first().copied().unwrap_or(1), 1]);
    let flat = loss.gradient(&mut tape, &z, TrainingGraph::TARGET, &column, columns);
    let seed = tape.reshape(&flat, shape);
    append(graph, tape);
    let names: Vec<String> = trained.iter().map(|parameter| parameter.name.clone()).collect();
    let found = gradients(graph, facts, &[(value.to_owned(), seed)], &names)?;
    pack(graph, trained, &found);
    let more = statistics.iter().flat_map(|one| [&one.batch_mean, &one.batch_variance]);
    let outputs = [TrainingGraph::LOSS, TrainingGraph::GRADIENT].into_iter();
    graph.output = outputs.chain(more.map(String::as_str)).map(output).collect();
    graph.input.push(float_input(TrainingGraph::TARGET, 2));
    graph.input.push(float_input(TrainingGraph::WEIGHT, 1));
    Ok(TrainingGraph { model })
}

/// The graph that computes each row's loss ([`TrainingGraph::LOSS`] [rows]) and scores
/// ([`TrainingGraph::SCORES`]) for any number of rows; `flat` are the initializers that the flat input replaces.
pub fn evaluation_graph(forward: &ModelProto, value: &str, flat: &[String], loss: Loss) -> ModelProto {
    let mut model = forward.clone();
    let graph = model.graph.get_or_insert_default();
    unpack(graph, flat.iter().map(String::as_str));
    let mut tape = Tape::new("tidegate/loss-of");
    tape.nodes.push(crate::node::node(
        "Flatten",
        &[value],
        &[TrainingGraph::SCORES],
        vec![of_int("axis", 1)],
    ));
    let rows = loss.rows(&mut tape, TrainingGraph::SCORES, TrainingGraph::TARGET);
    tape.nodes.push(crate::node::node("Identity", &[&rows], &[TrainingGraph::LOSS], vec![]));
    append(graph, tape);
    graph.output = [TrainingGraph::LOSS, TrainingGraph::SCORES].map(output).to_vec();
    graph.input.push(float_input(TrainingGraph::TARGET, 2));
    model
}

fn append(graph: &mut GraphProto, tape: Tape) {
    graph.node.extend(tape.nodes);
    graph.initializer.extend(tape.constants);
}

/// Initializers become pieces of one flat input.
fn unpack<'a>(graph: &mut GraphProto, names: impl Iterator<Item = &'a str>) {
    let tensors: Vec<(String, Vec<usize>)> =
        names.filter_map(|name| Some((name.to_owned(), dims(initializer(graph, name)?)))).collect();
    graph.initializer.retain(|tensor| !tensors.iter().any(|(name, _)| tensor.name.as_ref() == Some(name)));
    graph.input.insert(0, float_input(TrainingGraph::PARAMETERS, 1));
    let mut tape = Tape::new("tidegate/parameter");
    let sizes: Vec<i64> = tensors.iter().map(|(_, dims)| dims.iter().product::<usize>() as i64).collect();
    let pieces = if tensors.len() == 1 {
        vec![TrainingGraph::PARAMETERS.to_owned()]
    } else {
        let sizes = tape.ints(&sizes);
        let inputs = [TrainingGraph::PARAMETERS, &sizes];
        tape.ops("Split", &inputs, vec![of_int("axis", 0)], tensors.len())
    };
    for ((name, dims), piece) in tensors.iter().zip(pieces) {
        let shape: Vec<i64> = dims.iter().map(|dim| *dim as i64).collect();
        let shape = tape.ints(&shape);
        tape.nodes.push(crate::node::node("Reshape", &[&piece, &shape], &[name], vec![]));
    }
    graph.node.splice(0..0, tape.nodes);
    graph.initializer.extend(tape.constants);
}

/// The gradients one after the other; a parameter that the loss does not depend on has one of zero.
fn pack(graph: &mut GraphProto, trained: &[Parameter], found: &std::collections::HashMap<String, String>) {
    let mut tape = Tape::new("tidegate/packed");
    let pieces: Vec<String> = trained
        .iter()
        .map(|parameter| match found.get(&parameter.name) {
            Some(gradient) => tape.reshape_flat(gradient),
            None => tape.zeros(&[parameter.elements()]),
        })
        .collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let packed = crate::node::node("Concat", &pieces, &[TrainingGraph::GRADIENT], vec![of_int("axis", 0)]);
    tape.nodes.push(packed);
    append(graph, tape);
}

fn output(name: &str) -> ValueInfoProto {
    ValueInfoProto { name: Some(name.to_owned()), ..Default::default() }
}

/// An input of single precision whose dimensions are free.
fn float_input(name: &str, rank: usize) -> ValueInfoProto {
    let free = |axis| Dimension {
        value: Some(dimension::Value::DimParam(format!("{name}/{axis}"))),
        ..Default::default()
    };
    let shape = crate::proto::TensorShapeProto { dim: (0..rank).map(free).collect() };
    let tensor = type_proto::Tensor { elem_type: Some(data_type(ElementType::F32)), shape: Some(shape) };
    let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: Some(name.to_owned()), r#type: Some(kind), ..Default::default() }
}
