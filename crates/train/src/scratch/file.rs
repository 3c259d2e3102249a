//! The ONNX file: an input a column, the preprocessing, the learner and its answers.
//!
//! Shaped as pipelines that skl2onnx exports: numbers `float [N,1]`, categories `string [N,1]`; `label` and
//! `probabilities`, or `prediction`. Nothing in it depends on chance or the clock.

use std::collections::HashSet;

use tidegate_core::ElementType;
use tidegate_onnx::{
    data_type, encode,
    node::{node, of_float, of_int, of_text},
    proto::{
        GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorShapeProto,
        TypeProto, ValueInfoProto, attribute_proto::AttributeType, tensor_shape_proto, type_proto,
    },
};
use tidegate_trees::Loss;

use super::{
    dense::{self, Classes},
    encode::{Category, Encoder, Number},
    learn::{Learnt, Recipe},
    perceptron::Perceptron,
    request::Request,
    target::{Name, Target},
};
use crate::{
    graph::{attribute_mut, set_floats},
    linear::{Coefficients, Form},
    trees,
};

/// What every ONNX Runtime of the last years takes.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const ML_OPSET: i64 = 3;
pub(super) const ML: &str = "ai.onnx.ml";

pub(super) struct Contents<'a> {
    pub encoder: &'a Encoder,
    pub recipe: Recipe,
    pub learnt: &'a Learnt,
    pub loss: Loss,
    pub target: &'a Target,
    pub request: &'a Request,
}

pub(super) fn write(contents: &Contents<'_>) -> Vec<u8> {
    encode(&model(Graph::of(contents), metadata(contents)))
}

pub(super) fn model(graph: GraphProto, metadata_props: Vec<StringStringEntryProto>) -> ModelProto {
    let opset =
        |domain: &str, version| OperatorSetIdProto { domain: Some(domain.into()), version: Some(version) };
    ModelProto {
        ir_version: Some(IR_VERSION),
        opset_import: vec![opset("", OPSET), opset(ML, ML_OPSET)],
        producer_name: Some("tidegate".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        metadata_props,
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// Where it comes from, so that it can be made again.
fn metadata(contents: &Contents<'_>) -> Vec<StringStringEntryProto> {
    let Contents { recipe, request, .. } = contents;
    let parameters = recipe.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
    let entries = [
        ("tidegate_method", recipe.method().name().to_owned()),
        ("tidegate_parameters", parameters.collect::<Vec<_>>().join(" ")),
        ("tidegate_target", request.target.clone()),
        ("tidegate_seed", request.seed.to_string()),
        ("tidegate_holdout", request.holdout.to_string()),
        ("tidegate_time", request.time.clone().unwrap_or_default()),
        ("tidegate_excluded", request.exclude.join(",")),
        ("tidegate_data_sha256", request.data_sha256.clone()),
        ("class_labels", numbered(contents)),
    ];
    let entry =
        |(key, value): (&str, String)| StringStringEntryProto { key: Some(key.into()), value: Some(value) };
    entries.into_iter().filter(|(_, value)| !value.is_empty()).map(entry).collect()
}

/// The numbers that name the classes of a network, which no operator of it does; a long list of them is told by
/// nothing else. Texts stand in the graph.
fn numbered(contents: &Contents<'_>) -> String {
    match (contents.learnt, classes(contents.target)) {
        (Learnt::Mlp(_), Classes::Whole(numbers)) if !numbers.is_empty() => format!("{numbers:?}"),
        _ => String::new(),
    }
}

/// A graph while it is put together.
struct Graph {
    proto: GraphProto,
    taken: HashSet<String>,
}

impl Graph {
    fn of(contents: &Contents<'_>) -> GraphProto {
        let Contents { encoder, target, .. } = contents;
        let numbers = encoder.numbers.iter().map(|number| value(&number.name, ElementType::F32, Some(1)));
        let texts =
            encoder.categories.iter().map(|category| value(&category.name, ElementType::String, Some(1)));
        let input: Vec<ValueInfoProto> = numbers.chain(texts).collect();
        let taken = input.iter().filter_map(|input| input.name.clone()).collect();
        let proto = GraphProto { name: Some("tidegate".into()), input, ..GraphProto::default() };
        let mut graph = Self { proto, taken };
        let outputs: Vec<(String, ValueInfoProto)> = answers(target)
            .into_iter()
            .map(|(name, element, columns)| {
                let name = graph.free(name);
                (name.clone(), value(&name, element, columns))
            })
            .collect();
        let (names, outputs): (Vec<String>, Vec<ValueInfoProto>) = outputs.into_iter().unzip();
        graph.proto.output = outputs;
        let features = graph.features(encoder);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        graph.learner(contents, &features, &names);
        graph.proto
    }

    fn learner(&mut self, contents: &Contents<'_>, input: &str, outputs: &[&str]) {
        let Contents { target, loss, .. } = contents;
        let made = match contents.learnt {
            Learnt::Linear(coefficients) => linear(coefficients, *loss, input, outputs),
            Learnt::Trees(boosted) => trees::boosted_operator(boosted, *loss, input, outputs),
            Learnt::Forest(forest) => {
                trees::forest_operator(forest, target.is_classification(), input, outputs)
            }
            Learnt::Mlp(net) => return self.network(net, target, input, outputs),
        };
        let mut made = NodeProto { domain: Some(ML.into()), ..made };
        if target.is_classification() {
            set_labels(&mut made, target);
        }
        self.proto.node.push(made);
    }

    /// The last of `outputs` holds the probabilities or the number; a label stands before it.
    fn network(&mut self, net: &Perceptron, target: &Target, features: &str, outputs: &[&str]) {
        let Self { proto, taken } = self;
        let mut free = |wanted: &str| free(taken, wanted);
        if let [.., answer] = outputs {
            dense::add(proto, net, features, answer, &mut free);
        }
        if let [label, probabilities] = outputs {
            dense::add_label(proto, &classes(target), probabilities, label, &mut free);
        }
    }

    fn free(&mut self, wanted: &str) -> String {
        free(&mut self.taken, wanted)
    }

    fn add(&mut self, made: NodeProto) -> String {
        let output = made.output.first().cloned().unwrap_or_default();
        self.proto.node.push(made);
        output
    }

    /// Side by side; one alone stays as it is.
    fn join(&mut self, parts: &[String], name: &str) -> String {
        if let [only] = parts {
            return only.clone();
        }
        let name = self.free(name);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.add(node("Concat", &parts, &[&name], vec![of_int("axis", 1)]))
    }

    /// All that the learner takes, as one matrix.
    fn features(&mut self, encoder: &Encoder) -> String {
        let mut parts = Vec::new();
        if !encoder.numbers.is_empty() {
            let names: Vec<String> = encoder.numbers.iter().map(|number| number.name.clone()).collect();
            let numbers = self.join(&names, "numbers");
            parts.push(if encoder.scales { self.scaled(&numbers, &encoder.numbers) } else { numbers });
        }
        for category in encoder.categories.iter().filter(|category| !category.levels.is_empty()) {
            parts.push(self.one_hot(category));
        }
        self.join(&parts, "features")
    }

    fn scaled(&mut self, input: &str, numbers: &[Number]) -> String {
        let each = |of: fn(&Number) -> f32| numbers.iter().map(move |number| f64::from(of(number)));
        let filled = self.free("filled");
        let mut imputer =
            ml("Imputer", &[input], &[&filled], vec![of_float("replaced_value_float", f32::NAN)]);
        set_floats(&mut imputer, "imputed_value_floats", each(|number| number.fill));
        self.add(imputer);
        let scaled = self.free("scaled");
        let mut scaler = ml("Scaler", &[&filled], &[&scaled], vec![]);
        set_floats(&mut scaler, "offset", each(|number| number.offset));
        set_floats(&mut scaler, "scale", each(|number| number.scale));
        self.add(scaler)
    }

    fn one_hot(&mut self, category: &Category) -> String {
        let apart = self.free(&format!("{} one-hot", category.name));
        let mut encoder = ml("OneHotEncoder", &[&category.name], &[&apart], vec![of_int("zeros", 1)]);
        set_strings(&mut encoder, "cats_strings", &category.levels);
        self.add(encoder);
        // The operator adds a dimension: [N, 1, categories].
        let flat = self.free(&format!("{} columns", category.name));
        self.add(node("Flatten", &[&apart], &[&flat], vec![of_int("axis", 1)]))
    }
}

/// A name for a value that no other has.
fn free(taken: &mut HashSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

/// Name, type and columns of each output.
fn answers(target: &Target) -> Vec<(&'static str, ElementType, Option<usize>)> {
    if !target.is_classification() {
        return vec![("prediction", ElementType::F32, Some(1))];
    }
    let whole = matches!(target.names.first(), Some(Name::Whole(_)));
    let label = if whole { ElementType::I64 } else { ElementType::String };
    vec![("label", label, None), ("probabilities", ElementType::F32, Some(target.classes))]
}

/// Two classes are written as scikit-learn's are: minus w, w.
fn linear(coefficients: &Coefficients, loss: Loss, input: &str, outputs: &[&str]) -> NodeProto {
    let (kind, form, attributes) = match loss {
        Loss::Squared | Loss::Quantile(_) => ("LinearRegressor", Form::Rows, vec![]),
        Loss::Logistic => ("LinearClassifier", Form::Mirrored, vec![of_text("post_transform", "LOGISTIC")]),
        Loss::Softmax => ("LinearClassifier", Form::Rows, vec![of_text("post_transform", "SOFTMAX")]),
    };
    let mut made = ml(kind, &[input], outputs, attributes);
    let rows = form.written(coefficients);
    set_floats(&mut made, "coefficients", rows.weights);
    set_floats(&mut made, "intercepts", rows.intercepts);
    made
}

fn set_labels(node: &mut NodeProto, target: &Target) {
    match classes(target) {
        Classes::Whole(numbers) => {
            // The two operators differ in how they call it.
            let name =
                if node.op_type() == "LinearClassifier" { "classlabels_ints" } else { "classlabels_int64s" };
            attribute_mut(node, name, AttributeType::Ints).ints = numbers;
        }
        Classes::Texts(texts) => set_strings(node, "classlabels_strings", &texts),
    }
}

fn classes(target: &Target) -> Classes {
    let whole = target.names[..target.classes].iter().map(|name| match name {
        Name::Whole(number) => Some(*number),
        Name::Text(_) => None,
    });
    let whole: Option<Vec<i64>> = whole.collect();
    whole.map_or_else(|| Classes::Texts(target.labels()), Classes::Whole)
}

fn set_strings(node: &mut NodeProto, name: &str, texts: &[String]) {
    attribute_mut(node, name, AttributeType::Strings).strings =
        texts.iter().map(|text| text.clone().into_bytes()).collect();
}

fn ml(
    kind: &str,
    inputs: &[&str],
    outputs: &[&str],
    attributes: Vec<tidegate_onnx::proto::AttributeProto>,
) -> NodeProto {
    NodeProto { domain: Some(ML.into()), ..node(kind, inputs, outputs, attributes) }
}

/// A value of N rows.
pub(super) fn value(name: &str, element: ElementType, columns: Option<usize>) -> ValueInfoProto {
    use tensor_shape_proto::{Dimension, dimension::Value};
    let dimension = |value| Dimension { value: Some(value), ..Dimension::default() };
    let rows = dimension(Value::DimParam("N".into()));
    let columns = columns.map(|columns| dimension(Value::DimValue(columns as i64)));
    let shape = TensorShapeProto { dim: std::iter::once(rows).chain(columns).collect() };
    let tensor = type_proto::Tensor { elem_type: Some(data_type(element)), shape: Some(shape) };
    let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: Some(name.into()), r#type: Some(kind), ..ValueInfoProto::default() }
}
