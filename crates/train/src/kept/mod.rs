//! What stands before the trained part of a file and is kept as it is: encoders of categories, scalers, words into
//! numbers.
//!
//! A worker of the runtime computes it on the rows, so that the trainer learns on exactly what the file will give,
//! whatever its operators. Must not know trainers.

mod unseen;

use std::time::Duration;

use tidegate_core::{Code, Error, Result, Tensor, schema::Schema, tensor::Named};
use tidegate_onnx::{
    encode,
    node::node,
    proto::{GraphProto, ModelProto, NodeProto, ValueInfoProto},
    training::prune,
};
use tidegate_runtime::{Launcher, Limits, Workbench};
use tidegate_trees::Matrix;

use crate::{
    dataset::Dataset,
    graph::operator,
    inputs::{self, Cells, Input, Inputs},
    probe::named,
};
use unseen::{Encoder, encoders};

/// Rows computed at once.
const AT_ONCE: usize = 2_000;
/// The words of a large vocabulary take their time.
const WALL: Duration = Duration::from_secs(600);

/// The operators that are kept, each once for every node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    operators: Vec<String>,
}

impl Kept {
    /// # Errors
    /// Each operator that stands in the way.
    pub fn of<'a>(nodes: impl Iterator<Item = &'a NodeProto> + Clone) -> Result<Self, Vec<String>> {
        let blocking: Vec<&NodeProto> = nodes.clone().filter(|node| stands_in_the_way(node)).collect();
        if !blocking.is_empty() {
            return Err(named(blocking));
        }
        let mut operators: Vec<String> = nodes.map(|node| operator(node).to_owned()).collect();
        operators.sort();
        Ok(Self { operators })
    }

    /// What people call it, behind "behind".
    pub fn words(&self) -> String {
        let count =
            |kinds: &[&str]| self.operators.iter().filter(|own| kinds.contains(&own.as_str())).count();
        let many = |count: usize| if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
        let told = |kinds: &[&str], what: &str| match count(kinds) {
            0 => None,
            columns => Some(format!("{what} of {}", many(columns))),
        };
        let layers = match count(&["MatMul", "Gemm"]) {
            0 => None,
            1 => Some("a projection".to_owned()),
            layers => Some(format!("{layers} layers")),
        };
        let parts: Vec<String> = [
            told(&["OneHotEncoder"], "a one-hot"),
            told(&["LabelEncoder", "CategoryMapper"], "an ordinal encoding"),
            told(&["TfIdfVectorizer", "StringConcat"], "the words"),
            layers,
        ]
        .into_iter()
        .flatten()
        .collect();
        match &parts[..] {
            [] => "preprocessing that is kept".into(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }

    pub fn details(&self) -> String {
        let mut names = self.operators.clone();
        names.dedup();
        names.retain(|name| name != "Constant");
        format!("kept as it is before it: {}", names.join(", "))
    }
}

/// Whether a node is nothing that can stand before what is trained: a learner of its own, which rows should change as
/// well, what chance decides, and graphs within the graph.
pub(crate) fn stands_in_the_way(node: &NodeProto) -> bool {
    const KINDS: [&str; 24] = [
        "SVMClassifier",
        "SVMRegressor",
        "LinearClassifier",
        "LinearRegressor",
        "TreeEnsemble",
        "TreeEnsembleClassifier",
        "TreeEnsembleRegressor",
        "Conv",
        "ConvTranspose",
        "Einsum",
        "Attention",
        "LSTM",
        "GRU",
        "RNN",
        "If",
        "Loop",
        "Scan",
        "SequenceMap",
        "Bernoulli",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    ];
    KINDS.contains(&operator(node))
}

/// Whether an input takes texts, so that what follows can't be a matrix of numbers from the start.
pub(crate) fn takes_texts(input: &ValueInfoProto) -> bool {
    inputs::element(input) == Some(tidegate_core::ElementType::String)
}

/// Values of a graph on all rows.
#[derive(Debug)]
pub(crate) struct Computed {
    /// In the order asked for.
    pub values: Vec<Input>,
    /// What is doubtful about the rows, in words.
    pub notes: Vec<String>,
    /// The only number of rows that the model takes, if it says one.
    pub fixed: Option<usize>,
}

impl Computed {
    /// The one value that was asked for, as the numbers of a matrix.
    pub fn matrix(self) -> Result<(Matrix, Vec<String>)> {
        match self.values.into_iter().next() {
            Some(Input { dims, cells: Cells::Numbers(data), .. }) => {
                Ok((Matrix { columns: dims.iter().product(), data }, self.notes))
            }
            _ => Err(Error::unsupported("what stands before the learner gives it no numbers")),
        }
    }
}

/// Computes values that stand before the trained part.
///
/// # Errors
/// `Invalid` where the data set lacks a column, or holds a value that an encoder refuses.
pub(crate) fn compute(
    model: &ModelProto,
    wanted: &[String],
    schema: &Schema,
    data: &Dataset,
    launcher: &Launcher,
) -> Result<Computed> {
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let part = prune(model, &names);
    let graph = part.graph.clone().unwrap_or_default();
    let run = |values: &[&str]| run(&part, values, schema, data, launcher);
    let encoders = encoders(&graph);
    let keys: Vec<&str> = encoders.iter().map(|encoder| encoder.input.as_str()).collect();
    let all = [&names[..], &keys].concat();
    let columns = |values: &[Option<Input>]| unseen::columns(&graph, &encoders, values, schema, data);
    match run(&all) {
        Ok((mut values, fixed)) => {
            let notes = unseen::notes(&columns(&values.split_off(wanted.len())), data.rows());
            let odd = |name: &String| {
                Error::unsupported(format!("`{name}` before the learner is not computed row by row"))
            };
            let whole = values.into_iter().zip(wanted).map(|(value, name)| value.ok_or_else(|| odd(name)));
            Ok(Computed { values: whole.collect::<Result<_>>()?, notes, fixed })
        }
        // An encoder may refuse what it has not seen: the values before it say which that was.
        Err(error) if error.code == Code::Invalid && encoders.iter().any(Encoder::refuses) => {
            let refusal = run(&keys).ok().and_then(|(keys, _)| unseen::refusal(&columns(&keys)));
            Err(refusal.unwrap_or(error))
        }
        Err(error) => Err(error),
    }
}

fn explained(error: Error) -> Error {
    let told = format!("what stands before the learner failed: {}", error.message);
    Error { message: told, ..error }
}

/// Some values of a graph on all rows, `None` for one that has no row for each, and the only number of rows that it
/// takes at once.
fn run(
    model: &ModelProto,
    values: &[&str],
    schema: &Schema,
    data: &Dataset,
    launcher: &Launcher,
) -> Result<(Vec<Option<Input>>, Option<usize>)> {
    let part = told(model, values);
    let inputs = Inputs::of(&part.graph.clone().unwrap_or_default(), schema, data)?;
    let mut bench = Workbench::open(launcher, &encode(&part), &Limits { wall: WALL, ..Limits::default() })?;
    let size = inputs.fixed.unwrap_or(AT_ONCE).max(1);
    let rows: Vec<usize> = (0..inputs.rows).collect();
    let mut joined: Vec<Option<Input>> = values.iter().map(|_| None).collect();
    for chunk in rows.chunks(size) {
        let mut filled = chunk.to_vec();
        filled.resize(inputs.fixed.unwrap_or(chunk.len()), chunk[0]);
        let found = bench.run(inputs.batch(&filled)?).map_err(explained)?;
        for ((joined, Named { value, .. }), name) in joined.iter_mut().zip(found).zip(values) {
            let value = value.as_tensor().filter(|value| value.shape.first() == Some(&filled.len()));
            if let Some(tensor) = value {
                append(joined, name, tensor, chunk.len(), filled.len());
            }
        }
    }
    let rows = |one: &Input| one.rows() == inputs.rows;
    Ok((joined.into_iter().map(|one| one.filter(rows)).collect(), inputs.fixed))
}

/// The part of a graph that computes some of its values, with copies of them as its outputs: they may be its inputs.
fn told(model: &ModelProto, values: &[&str]) -> ModelProto {
    let mut part = prune(model, values);
    let graph: &mut GraphProto = part.graph.get_or_insert_default();
    graph.value_info.clear();
    graph.output.clear();
    for (place, value) in values.iter().enumerate() {
        let name = format!("tidegate/kept/{place}");
        graph.node.push(node("Identity", &[value], &[&name], vec![]));
        graph.output.push(ValueInfoProto { name: Some(name), ..Default::default() });
    }
    part
}

/// Puts the first `kept` of `rows` rows under those that came before, unless they have another shape.
fn append(joined: &mut Option<Input>, name: &str, tensor: &Tensor, kept: usize, rows: usize) {
    let dims = tensor.shape.get(1..).unwrap_or_default();
    let cells = kept * (tensor.len() / rows.max(1));
    let whole = joined.get_or_insert_with(|| Input {
        name: name.to_owned(),
        element: tensor.element,
        dims: dims.to_vec(),
        cells: match tensor.strings() {
            Some(_) => Cells::Texts(Vec::new()),
            None => Cells::Numbers(Vec::new()),
        },
    });
    if whole.dims != dims {
        return;
    }
    match (&mut whole.cells, tensor.strings()) {
        (Cells::Texts(texts), Some(more)) => texts.extend_from_slice(&more[..cells]),
        (Cells::Numbers(numbers), None) => {
            tensor.each_f64(|at, number| {
                if at < cells {
                    numbers.push(number as f32);
                }
            });
        }
        _ => {}
    }
}
