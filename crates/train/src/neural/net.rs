//! The network in a file: where it ends, what of it can be trained, and its numbers in and out.

use tidegate_core::{Error, Result, run::Network};
use tidegate_onnx::{
    node::{attribute, initializer, operator, tensor_floats},
    proto::{GraphProto, ModelProto, TensorProto},
    training::{
        Cut, Ending, Parameter, begin_at, beginnings, cut, normalise, obstacles, outline, parameters, prune,
        quantised, running_statistics,
    },
};

use crate::{
    graph::ancestors,
    inputs::{Input, given},
    kept::{self, Kept},
};

/// A network that can be trained, as far as its operators tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Net {
    /// Everything before its last activation, in one form.
    pub forward: ModelProto,
    /// The value before the last activation.
    pub value: String,
    pub ending: Ending,
    pub parameters: Vec<Parameter>,
    /// Initializers that hold running means and variances.
    pub statistics: Vec<String>,
}

/// The numbers of a network, each kind one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Values {
    pub parameters: Vec<f32>,
    pub statistics: Vec<f32>,
}

impl Values {
    pub fn refuse_broken(&self) -> Result<()> {
        match self.parameters.iter().all(|value| value.is_finite()) {
            true => Ok(()),
            false => Err(Error::invalid("the model has weights that are not finite")),
        }
    }
}

impl Net {
    /// The network that computes an output, or else the first output that one can be trained for; without its
    /// numbers.
    ///
    /// # Errors
    /// Everything that stands in the way.
    pub fn of(model: &ModelProto, output: Option<&str>) -> Result<Self, Vec<String>> {
        let none = GraphProto::default();
        let model = &outline(model);
        let rounded = quantised(model.graph.as_ref().unwrap_or(&none));
        if !rounded.is_empty() {
            return Err(vec![format!(
                "its weights are quantised ({}): retrain the float model it was made from and quantise again",
                rounded.join(", ")
            )]);
        }
        let normal = normalise(model).map_err(|error| vec![error.message])?;
        let graph = normal.graph.as_ref().unwrap_or(&none);
        let outputs = graph.output.iter().filter_map(|output| output.name.as_deref());
        let outputs = outputs.filter(|name| output.is_none_or(|wanted| wanted == *name));
        let mut least: Option<Vec<String>> = None;
        for name in outputs {
            match Self::before(&normal, &cut(graph, name)) {
                Ok(net) => return Ok(net),
                Err(reasons) if least.as_ref().is_none_or(|least| reasons.len() < least.len()) => {
                    least = Some(reasons);
                }
                Err(_) => {}
            }
        }
        Err(least.unwrap_or_else(|| vec![NOTHING.to_owned()]))
    }

    /// The same network with the numbers of its model.
    pub fn filled(&self, model: &ModelProto) -> Result<Self> {
        let forward = prune(&normalise(model)?, &[&self.value]);
        Ok(Self {
            forward,
            value: self.value.clone(),
            ending: self.ending,
            parameters: self.parameters.clone(),
            statistics: self.statistics.clone(),
        })
    }

    /// What is kept before it: where it takes texts, all that comes before its first weights.
    ///
    /// # Errors
    /// Each operator that can't be kept.
    pub fn kept(&self) -> Result<Option<Kept>, Vec<String>> {
        if !self.takes_texts() {
            return Ok(None);
        }
        let graph = self.graph();
        let names = self.beginnings();
        let mut places: Vec<usize> = names.iter().flat_map(|name| ancestors(graph, name)).collect();
        places.sort_unstable();
        places.dedup();
        Kept::of(places.iter().map(|place| &graph.node[*place])).map(Some)
    }

    pub fn takes_texts(&self) -> bool {
        given(self.graph()).any(kept::takes_texts)
    }

    /// The values that its first weights take.
    pub fn beginnings(&self) -> Vec<String> {
        beginnings(self.graph(), &self.value, &self.names())
    }

    /// The same network without what computes these values.
    pub fn begun_at(self, values: &[Input]) -> Self {
        let inputs = values.iter().map(Input::declared).collect();
        Self { forward: begin_at(&self.forward, &self.value, inputs), ..self }
    }

    fn before(normal: &ModelProto, cut: &Cut) -> Result<Self, Vec<String>> {
        let forward = prune(normal, &[&cut.value]);
        let graph = forward.graph.clone().unwrap_or_default();
        let (parameters, mut reasons) = parameters(&graph);
        let names: Vec<String> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
        reasons.extend(obstacles(&graph, &cut.value, &names));
        if names.is_empty() && reasons.is_empty() {
            reasons.push(NOTHING.to_owned());
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let statistics = running_statistics(&graph);
        Ok(Self { forward, value: cut.value.clone(), ending: cut.ending, parameters, statistics })
    }

    pub fn details(&self) -> Vec<String> {
        let task = match self.ending {
            Ending::Softmax | Ending::Sigmoid => "a classifier",
            Ending::Open => "numbers or logits",
        };
        let numbers: usize = self.parameters.iter().map(Parameter::elements).sum();
        vec![task.into(), format!("{numbers} numbers in {} layers", self.layers())]
    }

    pub fn layers(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.layer).max().unwrap_or(0)
    }

    pub fn graph(&self) -> &GraphProto {
        static NONE: std::sync::LazyLock<GraphProto> = std::sync::LazyLock::new(GraphProto::default);
        self.forward.graph.as_ref().unwrap_or(&NONE)
    }

    /// The same network, of which only the layers that are not frozen are trained.
    pub fn trained_part(&self, network: &Network) -> Result<Self> {
        let last = self.layers();
        let from = network.last_layers.map_or(1, |layers| (last + 1).saturating_sub(layers as usize));
        let frozen = |name: &str| network.freeze.iter().any(|start| name.starts_with(start.as_str()));
        let mut part = self.clone();
        part.parameters.retain(|parameter| parameter.layer >= from && !frozen(&parameter.name));
        match part.parameters.is_empty() {
            true => Err(Error::invalid("every layer is frozen")
                .hint("take names out of `network.freeze`, or train more of `network.last_layers`")),
            false => Ok(part),
        }
    }

    /// The names of all numbers, parameters before statistics.
    pub fn names(&self) -> Vec<String> {
        let parameters = self.parameters.iter().map(|parameter| parameter.name.clone());
        parameters.chain(self.statistics.iter().cloned()).collect()
    }

    /// The numbers in the file.
    pub fn values(&self) -> Result<Values> {
        let read = |names: &mut dyn Iterator<Item = &String>| -> Result<Vec<f32>> {
            let mut all = Vec::new();
            for name in names {
                let tensor = initializer(self.graph(), name).and_then(tensor_floats);
                let tensor = tensor.ok_or_else(|| {
                    Error::unsupported(format!("`{name}` holds no float32 numbers in the file itself"))
                })?;
                all.extend(tensor);
            }
            Ok(all)
        };
        Ok(Values {
            parameters: read(&mut self.parameters.iter().map(|parameter| &parameter.name))?,
            statistics: read(&mut self.statistics.iter())?,
        })
    }

    /// Writes numbers into the file they came from.
    pub fn write(&self, model: &mut ModelProto, values: &Values) -> Result<()> {
        let graph = model.graph.get_or_insert_default();
        let (mut parameters, mut statistics) = (&values.parameters[..], &values.statistics[..]);
        for parameter in &self.parameters {
            let (own, rest) = parameters.split_at(parameter.elements());
            set(graph, &parameter.name, own)?;
            parameters = rest;
        }
        for name in &self.statistics {
            let length =
                initializer(self.graph(), name).map_or(0, |tensor| tensor.dims.iter().product::<i64>());
            let (own, rest) = statistics.split_at(length as usize);
            set(graph, name, own)?;
            statistics = rest;
        }
        Ok(())
    }
}

/// Whether a file holds layers with weights at all, trainable or not.
pub(crate) fn is_network(model: &ModelProto) -> bool {
    let graph = model.graph.iter();
    let mut nodes = graph.clone().flat_map(|graph| &graph.node);
    let layer = |node: &tidegate_onnx::proto::NodeProto| {
        matches!(
            operator(node),
            "MatMul" | "Gemm" | "Conv" | "ConvTranspose" | "Einsum" | "LSTM" | "GRU" | "RNN"
        )
    };
    nodes.any(layer) || graph.into_iter().any(|graph| !quantised(graph).is_empty())
}

const NOTHING: &str = "nothing in it can be trained";

/// Writes into an initializer or a Constant node, in the form it already has.
fn set(graph: &mut GraphProto, name: &str, values: &[f32]) -> Result<()> {
    let constant = |node: &&mut tidegate_onnx::proto::NodeProto| {
        node.output.first().is_some_and(|output| output == name) && attribute(node, "value").is_some()
    };
    let held = graph.initializer.iter_mut().find(|tensor| tensor.name.as_deref() == Some(name));
    let tensor: Option<&mut TensorProto> = match held {
        Some(tensor) => Some(tensor),
        None => {
            let node = graph.node.iter_mut().find(constant);
            node.and_then(|node| {
                node.attribute.iter_mut().find(|a| a.name.as_deref() == Some("value"))?.t.as_mut()
            })
        }
    };
    let tensor =
        tensor.ok_or_else(|| Error::unsupported(format!("`{name}` is no tensor that can be edited")))?;
    match &mut tensor.raw_data {
        Some(raw) if !raw.is_empty() => *raw = values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        _ => tensor.float_data = values.to_vec(),
    }
    Ok(())
}
