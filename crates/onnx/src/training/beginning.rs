//! Where the part of a forward pass begins that is trained: what stands before it hangs on the inputs alone.

use std::collections::HashSet;

use super::normalise::prune;
use crate::{
    node::initializer,
    proto::{GraphProto, ModelProto, ValueInfoProto},
};

/// The values that hang on inputs but on nothing `trained`, and are taken by a node on the way from what is trained
/// to `value`: in the order in which they are taken.
pub fn beginnings(graph: &GraphProto, value: &str, trained: &[String]) -> Vec<String> {
    let after = |start: HashSet<String>| {
        graph.node.iter().fold(start, |mut reached, node| {
            if node.input.iter().any(|input| reached.contains(input)) {
                reached.extend(node.output.iter().filter(|output| !output.is_empty()).cloned());
            }
            reached
        })
    };
    let inputs = graph.input.iter().filter_map(|input| input.name.clone());
    let from_inputs = after(inputs.filter(|name| initializer(graph, name).is_none()).collect());
    let from_trained = after(trained.iter().cloned().collect());
    let mut needed = HashSet::from([value]);
    let mut found: Vec<&String> = Vec::new();
    for node in graph.node.iter().rev() {
        let on_the_way = |output: &String| needed.contains(output.as_str()) && from_trained.contains(output);
        if node.output.iter().any(on_the_way) {
            needed.extend(node.input.iter().map(String::as_str));
            let begins = |input: &&String| from_inputs.contains(*input) && !from_trained.contains(*input);
            found.extend(node.input.iter().rev().filter(begins));
        }
    }
    let mut once = HashSet::new();
    found.into_iter().rev().filter(|name| once.insert(*name)).cloned().collect()
}

/// The forward pass from some of its values on, which are its inputs then.
pub fn begin_at(model: &ModelProto, value: &str, inputs: Vec<ValueInfoProto>) -> ModelProto {
    let mut model = model.clone();
    let graph = model.graph.get_or_insert_default();
    let given: HashSet<&str> = inputs.iter().filter_map(|input| input.name.as_deref()).collect();
    graph.node.retain(|node| !node.output.iter().any(|output| given.contains(output.as_str())));
    graph.input = inputs;
    prune(&model, &[value])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{float_tensor, node};

    fn input(name: &str) -> ValueInfoProto {
        ValueInfoProto { name: Some(name.into()), ..Default::default() }
    }

    /// A text is encoded, joined with a number and goes through a layer whose shape follows the rows.
    fn encoded() -> ModelProto {
        let nodes = vec![
            node("LabelEncoder", &["plan"], &["code"], vec![]),
            node("Cast", &["code"], &["coded"], vec![]),
            node("Sub", &["age", "mean"], &["centred"], vec![]),
            node("Concat", &["centred", "coded"], &["all"], vec![]),
            node("MatMul", &["all", "w"], &["product"], vec![]),
            node("Shape", &["product"], &["shape"], vec![]),
            node("Reshape", &["product", "shape"], &["shaped"], vec![]),
            node("Add", &["shaped", "age"], &["y"], vec![]),
        ];
        let tensors = vec![float_tensor("w", &[2, 1], &[1.0; 2]), float_tensor("mean", &[1], &[3.0])];
        let graph = GraphProto {
            node: nodes,
            initializer: tensors,
            input: vec![input("age"), input("plan")],
            output: vec![input("y")],
            ..Default::default()
        };
        ModelProto { graph: Some(graph), ..Default::default() }
    }

    #[test]
    fn a_network_begins_where_its_first_weights_are() {
        let model = encoded();
        let graph = model.graph.as_ref().unwrap();
        assert_eq!(beginnings(graph, "y", &["w".into()]), ["all", "age"]);
        let rest = begin_at(&model, "y", vec![input("all"), input("age")]).graph.unwrap();
        let kinds: Vec<&str> = rest.node.iter().map(crate::node::operator).collect();
        assert_eq!(kinds, ["MatMul", "Shape", "Reshape", "Add"]);
        let names: Vec<&str> = rest.initializer.iter().filter_map(|tensor| tensor.name.as_deref()).collect();
        assert_eq!(names, ["w"]);
    }
}
