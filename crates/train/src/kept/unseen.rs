//! Values that the encoders of a file were not made for: counted column by column.
//!
//! An encoder's categories stay as they are, so that rows of a new one are told apart by their other columns only.

use std::collections::{BTreeMap, HashSet};

use tidegate_core::{Error, schema::Schema};
use tidegate_onnx::{
    node::{tensor_floats, tensor_ints},
    proto::{GraphProto, NodeProto},
};

use crate::{
    dataset::Dataset,
    graph::{ancestors, attribute, floats, int, ints, operator, strings},
    inputs::{Cells, Input, given},
};

/// Values named in a sentence.
const NAMED: usize = 3;

/// A node that looks a value up among those it knows.
pub(super) struct Encoder {
    /// The value it looks at.
    pub input: String,
    known: HashSet<String>,
    refuses: bool,
}

impl Encoder {
    /// Whether it fails on a value it does not know, instead of encoding it as unknown.
    pub fn refuses(&self) -> bool {
        self.refuses
    }
}

pub(super) fn encoders(graph: &GraphProto) -> Vec<Encoder> {
    let made = graph.node.iter().filter(|node| matches!(operator(node), "OneHotEncoder" | "LabelEncoder"));
    made.filter_map(|node| {
        let known = known(node);
        let refuses = operator(node) == "OneHotEncoder" && int(node, "zeros") == Some(0);
        (!known.is_empty()).then(|| Encoder { input: node.input[0].clone(), known, refuses })
    })
    .collect()
}

/// As texts: numbers in their shortest form.
fn known(node: &NodeProto) -> HashSet<String> {
    let texts = ["cats_strings", "keys_strings"].into_iter().flat_map(|name| strings(node, name));
    let whole = ["cats_int64s", "keys_int64s"].into_iter().flat_map(|name| ints(node, name));
    let numbers = floats(node, "keys_floats").iter().map(|key| written(f64::from(*key)));
    let keys = attribute(node, "keys_tensor").and_then(|keys| keys.t.as_ref());
    let tensor = keys.into_iter().flat_map(|keys| {
        let texts = keys.string_data.iter().map(|text| String::from_utf8_lossy(text).into_owned());
        let whole = tensor_ints(keys).unwrap_or_default().into_iter().map(|key| key.to_string());
        let numbers = tensor_floats(keys).unwrap_or_default().into_iter().map(|key| written(f64::from(key)));
        texts.chain(whole).chain(numbers)
    });
    texts.chain(whole.map(i64::to_string)).chain(numbers).chain(tensor).collect()
}

fn written(number: f64) -> String {
    number.to_string()
}

/// The values of a column that are not known, each with how many rows have it.
pub(super) struct Unseen {
    column: String,
    values: BTreeMap<String, usize>,
    refused: bool,
}

/// Columns with unknown values. Missing values are none: that a value is missing is no news.
pub(super) fn columns(
    graph: &GraphProto,
    encoders: &[Encoder],
    looked_at: &[Option<Input>],
    schema: &Schema,
    data: &Dataset,
) -> Vec<Unseen> {
    let mut found: Vec<Unseen> = Vec::new();
    for (encoder, value) in encoders.iter().zip(looked_at) {
        let Some(value) = value else { continue };
        let cells: Vec<String> = match &value.cells {
            Cells::Texts(texts) => texts.clone(),
            Cells::Numbers(numbers) => numbers.iter().map(|number| written(f64::from(*number))).collect(),
        };
        let mut values: BTreeMap<String, usize> = BTreeMap::new();
        let missing = |cell: &&String| cell.is_empty() || *cell == "NaN";
        cells
            .iter()
            .filter(|cell| !missing(cell) && !encoder.known.contains(*cell))
            .for_each(|cell| *values.entry(cell.clone()).or_default() += 1);
        if values.is_empty() {
            continue;
        }
        let column = column(graph, &encoder.input, &cells, schema, data);
        // A column may be encoded in more than one way.
        if found.iter().all(|known| known.column != column) {
            found.push(Unseen { column, values, refused: encoder.refuses });
        }
    }
    found
}

/// The feature that a value is of: the only one that it is computed from, or else the one it equals.
fn column(graph: &GraphProto, value: &str, cells: &[String], schema: &Schema, data: &Dataset) -> String {
    let mut taken: HashSet<&str> = HashSet::from([value]);
    let nodes = ancestors(graph, value).into_iter().flat_map(|index| &graph.node[index].input);
    taken.extend(nodes.map(String::as_str));
    let inputs = given(graph).filter_map(|input| input.name.as_deref());
    let inputs: Vec<&str> = inputs.filter(|name| taken.contains(name)).collect();
    let features: Vec<&str> = schema
        .features
        .iter()
        .filter(|feature| inputs.contains(&feature.input.as_str()))
        .map(|feature| feature.name.as_str())
        .collect();
    if let [only] = features[..] {
        return only.to_owned();
    }
    let texts = data.texts.iter().find(|column| column.values == cells).map(|column| column.name.clone());
    let wide = data.features.len();
    let numbers = || {
        let equals = |at: &usize| {
            let own = data.x.iter().skip(*at).step_by(wide.max(1));
            own.map(|value| written(f64::from(*value))).eq(cells.iter().cloned())
        };
        (0..wide).find(equals).map(|at| data.features[at].clone())
    };
    texts.or_else(numbers).unwrap_or_else(|| inputs.join(", "))
}

impl Unseen {
    fn rows(&self) -> usize {
        self.values.values().sum()
    }

    /// The most frequent ones.
    fn examples(&self) -> String {
        let mut values: Vec<(&String, &usize)> = self.values.iter().collect();
        values.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let named: Vec<String> = values.iter().take(NAMED).map(|(value, _)| format!("`{value}`")).collect();
        match values.len().saturating_sub(NAMED) {
            0 => named.join(", "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    }
}

pub(super) fn notes(found: &[Unseen], rows: usize) -> Vec<String> {
    let note = |unseen: &Unseen| {
        format!(
            "{} of {rows} rows {} a `{}` that the model does not know ({}): they are encoded as unknown, since the \
             encoder is kept; to learn such values, make a new model from a data set",
            unseen.rows(),
            if unseen.rows() == 1 { "has" } else { "have" },
            unseen.column,
            unseen.examples()
        )
    };
    found.iter().map(note).collect()
}

/// Where an encoder fails on what it does not know.
pub(super) fn refusal(found: &[Unseen]) -> Option<Error> {
    let unseen = found.iter().find(|unseen| unseen.refused)?;
    Some(
        Error::invalid(format!(
            "{} a `{}` that the model's encoder refuses ({})",
            if unseen.rows() == 1 { "1 row has".into() } else { format!("{} rows have", unseen.rows()) },
            unseen.column,
            unseen.examples()
        ))
        .hint("leave such rows out, or make a new model from a data set"),
    )
}
