//! What an execution of the forward pass found out about its values: types, shapes, and the small integers that
//! say how operators are set.

use std::collections::{HashMap, HashSet};

use tidegate_core::{Tensor, Value, tensor::Named};

use crate::{
    node::{initializer, tensor_ints},
    proto::{ModelProto, ValueInfoProto},
};

/// Elements of an integer tensor that are kept: shapes, axes, pads, repeats.
const KEPT: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub element: tidegate_core::ElementType,
    pub shape: Vec<usize>,
    /// The elements of a small integer tensor.
    ints: Option<Vec<i64>>,
}

/// Of every value of a graph, at one batch size.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(HashMap<String, Fact>);

impl Facts {
    /// From the outputs of [`expose`]d graph, its inputs, and its initializers.
    pub fn of(model: &ModelProto, values: &[Named]) -> Self {
        let mut facts = HashMap::new();
        let tensors = model.graph.iter().flat_map(|graph| &graph.initializer);
        for tensor in tensors {
            let element = tensor.data_type.and_then(crate::element_type);
            if let (Some(name), Some(element)) = (&tensor.name, element) {
                let ints = tensor_ints(tensor).filter(|ints| ints.len() <= KEPT);
                facts.insert(name.clone(), Fact { element, shape: crate::node::dims(tensor), ints });
            }
        }
        for Named { name, value } in values {
            if let Value::Tensor(tensor) = value {
                facts.insert(name.clone(), fact(tensor));
            }
        }
        Self(facts)
    }

    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.get(name)
    }

    /// Empty for a value that nothing is known of, which the checks before a rule exclude.
    pub fn shape(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[], |fact| &fact.shape)
    }

    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        self.0.get(name)?.ints.as_deref()
    }
}

fn fact(tensor: &Tensor) -> Fact {
    let small = tensor.element.is_integer() && tensor.shape.iter().product::<usize>() <= KEPT;
    let ints = small.then(|| tensor.to_f64()).flatten();
    Fact {
        element: tensor.element,
        shape: tensor.shape.clone(),
        ints: ints.map(|values| values.into_iter().map(|value| value as i64).collect()),
    }
}

/// The model with every value of its graph as an output; types are left to the one who executes it.
pub fn expose(model: &ModelProto) -> ModelProto {
    let mut exposed = model.clone();
    if let Some(graph) = &mut exposed.graph {
        let there: HashSet<String> = graph.output.iter().filter_map(|output| output.name.clone()).collect();
        let made = graph.node.iter().flat_map(|node| &node.output);
        let hidden = made.filter(|name| !name.is_empty() && !there.contains(*name)).cloned();
        let hidden: Vec<String> = hidden.filter(|name| initializer(graph, name).is_none()).collect();
        graph
            .output
            .extend(hidden.into_iter().map(|name| ValueInfoProto { name: Some(name), ..Default::default() }));
    }
    exposed
}
