//! Which numbers of a model can be trained: the weights, biases and scales of its layers. Constants that belong
//! to the formula (scalars, input means, masks) and running statistics are left alone.

use tidegate_core::ElementType;

use super::{backward::dependent, cut::producer};
use crate::{
    element::{element_name, element_type},
    node::{dims, initializer, input, int, is_standard, operator, tensor_floats},
    proto::{GraphProto, NodeProto, TensorProto},
};

/// What a parameter is to its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Multiplied with so many inputs for each output.
    Weight { fan_in: usize },
    /// The table of an embedding.
    Table,
    /// Added; starts at 0.
    Shift,
    /// Multiplied channel by channel; starts at 1.
    Scale,
    /// Of a leaky activation; starts at 1/4.
    Slope,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Of the initializer.
    pub name: String,
    pub dims: Vec<usize>,
    pub role: Role,
    /// Layers are counted from the input; what is added behind a layer belongs to it.
    pub layer: usize,
}

impl Parameter {
    pub fn elements(&self) -> usize {
        self.dims.iter().product()
    }
}

/// The parameters of a normalised graph in the order in which they are used, each once, and what keeps weights
/// from being trained.
pub fn parameters(graph: &GraphProto) -> (Vec<Parameter>, Vec<String>) {
    let (mut found, mut obstacles): (Vec<Parameter>, Vec<String>) = (Vec::new(), Vec::new());
    let mut layer = 0;
    for node in &graph.node {
        let mut begins = true;
        for index in 0..node.input.len() {
            let Some(tensor) = input(node, index).and_then(|name| origin(graph, name)) else { continue };
            let shape = dims(tensor);
            let Some(role) = role(graph, node, index, &shape, &found) else { continue };
            let name = tensor.name.clone().unwrap_or_default();
            if found.iter().any(|parameter| parameter.name == name) {
                continue;
            }
            if let Err(reason) = trainable(tensor) {
                obstacles.push(format!("weights `{name}` {reason}"));
                continue;
            }
            if std::mem::take(&mut begins) && !matches!(operator(node), "Add" | "Sub" | "Mul" | "Div") {
                layer += 1;
            }
            found.push(Parameter { name, dims: shape, role, layer: layer.max(1) });
        }
    }
    (found, obstacles)
}

/// The initializer a value is, perhaps in another shape.
fn origin<'a>(graph: &'a GraphProto, value: &str) -> Option<&'a TensorProto> {
    let mut value = value;
    // A chain of views is short; a longer one is no chain of views.
    for _ in 0..8 {
        if let Some(tensor) = initializer(graph, value) {
            return Some(tensor);
        }
        let node = producer(graph, value).filter(|node| is_standard(node))?;
        let view = matches!(
            operator(node),
            "Identity" | "Transpose" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten"
        );
        value = view.then(|| input(node, 0))??;
    }
    None
}

fn trainable(tensor: &TensorProto) -> Result<(), String> {
    let element = tensor.data_type.and_then(element_type);
    match element {
        _ if !tensor.external_data.is_empty() => Err("lie outside the file".into()),
        Some(ElementType::F32) if tensor_floats(tensor).is_some() => Ok(()),
        Some(element) => Err(format!("are {}, only float32 is trained", element_name(element))),
        None => Err("are of an unknown type".into()),
    }
}

/// What an initializer at this input of a node is to it; `None` where it is not to be trained.
fn role(
    graph: &GraphProto,
    node: &NodeProto,
    index: usize,
    dims: &[usize],
    found: &[Parameter],
) -> Option<Role> {
    if !is_standard(node) {
        return None;
    }
    let at = |axis: usize| dims.get(axis).copied().unwrap_or(1);
    match (operator(node), index) {
        ("MatMul", 0 | 1) if dims.len() >= 2 => {
            Some(Role::Weight { fan_in: at(dims.len() - if index == 1 { 2 } else { 1 }) })
        }
        ("Gemm", 0 | 1) => {
            let turned = int(node, if index == 0 { "transA" } else { "transB" }) == Some(1);
            Some(Role::Weight { fan_in: at(usize::from(turned == (index == 1))) })
        }
        ("Einsum", _) => Some(Role::Weight { fan_in: at(0) }),
        ("Conv" | "ConvTranspose", 1) => {
            Some(Role::Weight { fan_in: dims.iter().skip(1).product::<usize>().max(1) })
        }
        ("LSTM" | "GRU" | "RNN", 1 | 2) => Some(Role::Weight { fan_in: at(2) }),
        ("LSTM" | "GRU" | "RNN", 3) | ("Gemm" | "Conv" | "ConvTranspose", 2) => Some(Role::Shift),
        ("BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "GroupNormalization", 1) => {
            Some(Role::Scale)
        }
        ("BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "GroupNormalization", 2) => {
            Some(Role::Shift)
        }
        ("PRelu", 1) => Some(Role::Slope),
        ("Gather", 0) if dims.len() == 2 && !graph_integers(graph, node) => Some(Role::Table),
        ("Add" | "Sub" | "Mul" | "Div", 0 | 1) => loose(graph, node, index, dims, found),
        _ => None,
    }
}

/// Tables of integers are looked up, not trained.
fn graph_integers(graph: &GraphProto, node: &NodeProto) -> bool {
    let tensor = input(node, 0).and_then(|name| origin(graph, name));
    tensor.and_then(|tensor| tensor.data_type.and_then(element_type)).is_some_and(|e| !e.is_float())
}

/// A bias or a scale that stands beside its layer: one number a channel, or the only one of a single output.
fn loose(
    graph: &GraphProto,
    node: &NodeProto,
    index: usize,
    dims: &[usize],
    found: &[Parameter],
) -> Option<Role> {
    let other = input(node, 1 - index)?;
    let wide = dims.iter().filter(|dim| **dim > 1).count();
    let kind = operator(node);
    let role = if matches!(kind, "Add" | "Sub") { Role::Shift } else { Role::Scale };
    let layer = producer(graph, other).filter(|node| is_standard(node)).map(operator);
    let single = wide == 0 && !dims.is_empty() && kind == "Add";
    match layer {
        Some("MatMul" | "Gemm" | "Conv" | "ConvTranspose" | "Einsum") if single => Some(role),
        _ if wide == 1 => {
            let names: Vec<String> = found.iter().map(|parameter| parameter.name.clone()).collect();
            dependent(graph, &names).contains(other).then_some(role)
        }
        _ => None,
    }
}

/// Initializers that batch normalisation keeps its running mean and variance in.
pub fn running_statistics(graph: &GraphProto) -> Vec<String> {
    let nodes = graph.node.iter().filter(|node| operator(node) == "BatchNormalization");
    let names = nodes.flat_map(|node| [input(node, 3), input(node, 4)]).flatten();
    let mut found: Vec<String> = Vec::new();
    for name in names.filter(|name| initializer(graph, name).is_some()) {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The operators of a model whose weights are rounded to a few bits, each once.
pub fn quantised(graph: &GraphProto) -> Vec<String> {
    const SIGNS: [&str; 6] = ["QLinear", "uantize", "Integer", "NBits", "QGemm", "QAttention"];
    let is_one = |node: &&NodeProto| SIGNS.iter().any(|sign| operator(node).contains(sign));
    let mut names: Vec<String> =
        graph.node.iter().filter(is_one).map(|node| operator(node).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}
