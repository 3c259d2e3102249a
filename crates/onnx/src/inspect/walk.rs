//! The way through the messages of a model: graphs, nodes, attributes, function bodies.
//!
//! Field numbers are those of `proto/onnx-ml.proto`. Fields of a wrong type are passed over, as protobuf does.

use tidegate_core::{Result, inspection::Opset};

use super::{
    outline::{Declared, Outline, Producer, ShapeUser},
    tensor::TensorHead,
    types,
};
use crate::wire::{
    Payload::{Bytes, Varint},
    Span, Wire, malformed,
};

/// Values kept of a list attribute: more classes than any classifier has.
const MOST_VALUES: usize = 1 << 16;

#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// The model's own graph, whose values, inputs and outputs are kept.
    Main,
    /// Bodies of If, Loop, Scan and functions, and training graphs.
    Inner,
}

#[derive(Default)]
struct Node {
    name: String,
    operator: String,
    domain: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    attributes: Vec<Attribute>,
}

/// An attribute the inspection has a use for.
#[derive(Default)]
struct Attribute {
    name: String,
    text: String,
    ints: Vec<i64>,
    strings: Vec<String>,
    tensor: Option<TensorHead>,
}

impl Outline {
    pub fn read_model(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        wire.each(span, |wire, number, payload| {
            match (number, payload) {
                (1, Varint(version)) => self.ir_version = version.cast_signed(),
                (2, Bytes(text)) => self.producer = wire.prose(text)?,
                (3, Bytes(text)) => self.producer_version = wire.prose(text)?,
                (5, Varint(version)) => self.model_version = version.cast_signed(),
                (6, Bytes(text)) => self.doc = wire.prose(text)?,
                (7, Bytes(graph)) => self.main_graph(wire, graph)?,
                (8, Bytes(opset)) => self.opsets.push(read_opset(wire, opset)?),
                (14, Bytes(entry)) => self.metadata.push(read_entry(wire, entry)?),
                (20, Bytes(training)) => self.training(wire, training)?,
                (25, Bytes(function)) => self.function(wire, function)?,
                _ => {}
            }
            Ok(())
        })
    }

    fn main_graph(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        // Readers differ in what they make of two: no exporter writes them.
        if std::mem::replace(&mut self.has_graph, true) {
            return Err(malformed("it holds two main graphs"));
        }
        self.graph(wire, span, Scope::Main)
    }

    fn training(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        self.findings.note("training_info", "the model carries training graphs, which are not used");
        wire.each(span, |wire, number, payload| match (number, payload) {
            (1 | 2, Bytes(graph)) => self.graph(wire, graph, Scope::Inner),
            _ => Ok(()),
        })
    }

    fn function(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        let (mut domain, mut name) = (String::new(), String::new());
        wire.each(span, |wire, number, payload| {
            match (number, payload) {
                (1, Bytes(text)) => name = wire.name(text)?,
                (7, Bytes(node)) => self.node(wire, node, Scope::Inner)?,
                (9, Bytes(opset)) => self.function_opsets.push(read_opset(wire, opset)?),
                (10, Bytes(text)) => domain = wire.name(text)?,
                (11, Bytes(attribute)) => drop(self.attribute(wire, attribute)?),
                _ => {}
            }
            Ok(())
        })?;
        self.functions.insert((standard(domain), name));
        Ok(())
    }

    fn graph(&mut self, wire: &mut Wire, span: Span, scope: Scope) -> Result<()> {
        let main = scope == Scope::Main;
        wire.each(span, |wire, number, payload| {
            match (number, payload) {
                (1, Bytes(node)) => self.node(wire, node, scope)?,
                (2, Bytes(text)) if main => self.graph_name = wire.prose(text)?,
                (5, Bytes(tensor)) => self.initializer(wire, tensor, scope)?,
                (11, Bytes(value)) if main => self.inputs.push(read_declared(wire, value)?),
                (12, Bytes(value)) if main => self.outputs.push(read_declared(wire, value)?),
                (15, Bytes(sparse)) => self.sparse(wire, sparse, scope)?,
                _ => {}
            }
            Ok(())
        })
    }

    fn initializer(&mut self, wire: &mut Wire, span: Span, scope: Scope) -> Result<()> {
        let tensor = self.tensor(wire, span)?;
        self.parameters = self.parameters.saturating_add(tensor.elements().unwrap_or(0));
        self.initializer_bytes = self.initializer_bytes.saturating_add(tensor.declared_bytes());
        self.constant(&tensor.name, &tensor);
        if scope == Scope::Main {
            let ints = tensor.short_ints.iter().map(i64::to_string);
            let list: Vec<String> = tensor.short_strings.into_iter().chain(ints).collect();
            if list.len() > 1 {
                self.lists.insert(tensor.name.clone(), list);
            }
            self.initializers.insert(tensor.name);
        }
        Ok(())
    }

    fn sparse(&mut self, wire: &mut Wire, span: Span, scope: Scope) -> Result<()> {
        wire.each(span, |wire, number, payload| match (number, payload) {
            (1, Bytes(values)) => self.initializer(wire, values, scope),
            (2, Bytes(indices)) => self.tensor(wire, indices).map(drop),
            _ => Ok(()),
        })
    }

    /// Any tensor of the file: its head is checked, its data passed over.
    fn tensor(&mut self, wire: &mut Wire, span: Span) -> Result<TensorHead> {
        let tensor = TensorHead::read(wire, span)?;
        if tensor.name.contains('\0') {
            self.findings.refuse(&tensor.name, "a tensor has a NUL in its name");
        }
        if let Err(reason) = tensor.check() {
            self.findings.refuse(&tensor.name, reason);
        }
        self.external.extend(tensor.external());
        Ok(tensor)
    }

    fn node(&mut self, wire: &mut Wire, span: Span, scope: Scope) -> Result<()> {
        let mut node = Node::default();
        wire.each(span, |wire, number, payload| {
            match (number, payload) {
                (1, Bytes(text)) => node.inputs.push(wire.name(text)?),
                (2, Bytes(text)) => node.outputs.push(wire.name(text)?),
                (3, Bytes(text)) => node.name = wire.name(text)?,
                (4, Bytes(text)) => node.operator = wire.name(text)?,
                (5, Bytes(attribute)) => node.attributes.extend(self.attribute(wire, attribute)?),
                (7, Bytes(text)) => node.domain = standard(wire.name(text)?),
                _ => {}
            }
            Ok(())
        })?;
        self.take_node(node, scope);
        Ok(())
    }

    /// Reads an attribute with the graphs and tensors in it; gives it back if the inspection has a use for it.
    fn attribute(&mut self, wire: &mut Wire, span: Span) -> Result<Option<Attribute>> {
        let mut attribute = Attribute::default();
        wire.each(span, |wire, number, payload| {
            // The name comes first in files as they are written; where it does not, everything is kept.
            let wanted = attribute.name.is_empty() || is_wanted(&attribute.name);
            match (number, payload) {
                (1, Bytes(text)) => attribute.name = wire.name(text)?,
                (4, Bytes(text)) if wanted => attribute.text = wire.prose(text)?,
                (5, Bytes(_)) if attribute.tensor.is_some() => {
                    return Err(malformed("an attribute holds two tensors"));
                }
                (5, Bytes(tensor)) => attribute.tensor = Some(self.tensor(wire, tensor)?),
                (10, Bytes(tensor)) => drop(self.tensor(wire, tensor)?),
                (6 | 11, Bytes(graph)) => self.graph(wire, graph, Scope::Inner)?,
                (22 | 23, Bytes(sparse)) => self.sparse_attribute(wire, sparse)?,
                (8, Varint(value)) if wanted && attribute.ints.len() < MOST_VALUES => {
                    attribute.ints.push(value.cast_signed());
                }
                (8, Bytes(packed)) if wanted => attribute.ints.extend(wire.varints(packed, MOST_VALUES)?),
                (9, Bytes(text)) if wanted && attribute.strings.len() < MOST_VALUES => {
                    attribute.strings.push(wire.prose(text)?);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(is_wanted(&attribute.name).then_some(attribute))
    }

    fn sparse_attribute(&mut self, wire: &mut Wire, span: Span) -> Result<()> {
        wire.each(span, |wire, number, payload| match (number, payload) {
            (1 | 2, Bytes(tensor)) => self.tensor(wire, tensor).map(drop),
            _ => Ok(()),
        })
    }

    fn take_node(&mut self, node: Node, scope: Scope) {
        let names = node.inputs.iter().chain(&node.outputs).chain([&node.name, &node.operator, &node.domain]);
        if names.into_iter().any(|name| name.contains('\0')) {
            self.findings.refuse(&node.name, "a node has a NUL in a name");
        }
        self.take_attributes(&node);
        self.shape_users.extend(shape_user(&node));
        if node.operator == "ArrayFeatureExtractor" && scope == Scope::Main {
            self.picked_from.extend(node.inputs.first().cloned());
        }
        let operator = (node.domain, node.operator);
        if scope == Scope::Main {
            let text =
                |attribute: &Attribute| (attribute.name == "post_transform").then(|| attribute.text.clone());
            let post_transform = node.attributes.iter().find_map(text).unwrap_or_default();
            for (output, name) in node.outputs.into_iter().enumerate() {
                let producer = Producer {
                    operator: operator.1.clone(),
                    output,
                    inputs: node.inputs.clone(),
                    post_transform: post_transform.clone(),
                };
                self.producers.insert(name, producer);
            }
        }
        self.examples.entry(operator.clone()).or_insert(node.name);
        *self.operators.entry(operator).or_default() += 1;
    }

    fn take_attributes(&mut self, node: &Node) {
        for attribute in &node.attributes {
            match attribute.name.as_str() {
                "value" if node.operator == "Constant" => {
                    let value = attribute.tensor.as_ref().zip(node.outputs.first());
                    value.into_iter().for_each(|(tensor, output)| self.constant(output, tensor));
                }
                "value_ints" if node.operator == "Constant" => {
                    node.outputs.iter().for_each(|output| self.constant_shape(output, &attribute.ints));
                }
                "shape" if node.operator.starts_with("Random") => {
                    self.constant_shape(&node.name, &attribute.ints);
                    self.shape_users.push(user_of(node, &node.name));
                }
                name if name.starts_with("classlabels") && is_classifier(&node.operator) => {
                    let ints = attribute.ints.iter().map(i64::to_string);
                    self.labels
                        .offer(&node.operator, attribute.strings.iter().cloned().chain(ints).collect());
                }
                _ => {}
            }
        }
    }

    fn constant(&mut self, name: &str, tensor: &TensorHead) {
        if !tensor.short_ints.is_empty() {
            self.constant_shape(name, &tensor.short_ints);
        }
    }

    /// Bodies may use a name again: the larger shape is the one to judge by.
    fn constant_shape(&mut self, name: &str, shape: &[i64]) {
        let elements = shape.iter().map(|dim| u64::try_from(*dim).unwrap_or(1)).fold(1, u64::saturating_mul);
        let known = self.shapes.entry(name.to_owned()).or_default();
        *known = elements.max(*known);
    }
}

/// Operators whose output is as large as the value of one input says.
fn shape_user(node: &Node) -> Option<ShapeUser> {
    let index = match node.operator.as_str() {
        "ConstantOfShape" => 0,
        "Expand" | "Tile" => 1,
        _ => return None,
    };
    Some(user_of(node, node.inputs.get(index)?))
}

fn user_of(node: &Node, shape: &str) -> ShapeUser {
    let name =
        [&node.name, node.outputs.first().unwrap_or(&node.name)].into_iter().find(|name| !name.is_empty());
    ShapeUser {
        node: name.unwrap_or(&node.operator).clone(),
        operator: node.operator.clone(),
        shape: shape.to_owned(),
    }
}

fn is_wanted(attribute: &str) -> bool {
    matches!(attribute, "value" | "value_ints" | "shape" | "post_transform")
        || attribute.starts_with("classlabels")
}

fn is_classifier(operator: &str) -> bool {
    operator == "ZipMap" || operator.ends_with("Classifier")
}

/// `ai.onnx` is the long name of the standard domain, whose short one is empty.
fn standard(domain: String) -> String {
    if domain == "ai.onnx" { String::new() } else { domain }
}

fn read_opset(wire: &mut Wire, span: Span) -> Result<Opset> {
    let mut opset = Opset { domain: String::new(), version: 0 };
    wire.each(span, |wire, number, payload| {
        match (number, payload) {
            (1, Bytes(text)) => opset.domain = standard(wire.name(text)?),
            (2, Varint(version)) => opset.version = version.cast_signed(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(opset)
}

/// A `StringStringEntryProto`.
pub(super) fn read_entry(wire: &mut Wire, span: Span) -> Result<(String, String)> {
    let (mut key, mut value) = (String::new(), String::new());
    wire.each(span, |wire, number, payload| {
        match (number, payload) {
            (1, Bytes(text)) => key = wire.name(text)?,
            (2, Bytes(text)) => value = wire.prose(text)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((key, value))
}

fn read_declared(wire: &mut Wire, span: Span) -> Result<Declared> {
    let mut declared = Declared { name: String::new(), kind: Err("declares no type".into()) };
    wire.each(span, |wire, number, payload| {
        match (number, payload) {
            (1, Bytes(text)) => declared.name = wire.name(text)?,
            (2, Bytes(kind)) => declared.kind = types::read(wire, kind)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(declared)
}
