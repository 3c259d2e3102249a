//! What is kept of a model while its file goes by.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tidegate_core::{inspection::Opset, signature::PortKind};

use super::{external::External, findings::Findings};

#[derive(Debug, Default)]
pub(super) struct Outline {
    pub has_graph: bool,
    pub ir_version: i64,
    pub opsets: Vec<Opset>,
    /// Operator sets that function bodies import.
    pub function_opsets: Vec<Opset>,
    pub producer: String,
    pub producer_version: String,
    pub model_version: i64,
    pub graph_name: String,
    pub doc: String,
    pub metadata: Vec<(String, String)>,
    /// Of the main graph.
    pub inputs: Vec<Declared>,
    pub outputs: Vec<Declared>,
    /// How often each operator (domain, type) occurs, subgraphs and function bodies included.
    pub operators: BTreeMap<(String, String), u64>,
    /// A node of each operator, to name in findings.
    pub examples: HashMap<(String, String), String>,
    /// Functions (domain, name) the model brings along.
    pub functions: BTreeSet<(String, String)>,
    pub parameters: u64,
    pub initializer_bytes: u64,
    /// Names of the main graph's initializers.
    pub initializers: HashSet<String>,
    /// What gives each value of the main graph.
    pub producers: HashMap<String, Producer>,
    pub labels: Labels,
    /// Short lists of strings or numbers among the main graph's initializers.
    pub lists: HashMap<String, Vec<String>>,
    /// Values out of which an ArrayFeatureExtractor picks: class names, where a classifier is spelt out.
    pub picked_from: Vec<String>,
    /// Elements that a constant shape of this name asks for.
    pub shapes: HashMap<String, u64>,
    pub shape_users: Vec<ShapeUser>,
    pub external: Vec<External>,
    pub findings: Findings,
}

/// An input or an output; why it cannot be served where its type is beyond this program.
#[derive(Debug)]
pub(super) struct Declared {
    pub name: String,
    pub kind: Result<PortKind, String>,
}

/// The node that gives a value.
#[derive(Debug)]
pub(super) struct Producer {
    pub operator: String,
    /// Which of the node's outputs it is.
    pub output: usize,
    pub inputs: Vec<String>,
    /// Attribute `post_transform` of classifiers.
    pub post_transform: String,
}

/// A node whose output is as large as a shape says.
#[derive(Debug)]
pub(super) struct ShapeUser {
    pub node: String,
    pub operator: String,
    /// The value that holds the shape.
    pub shape: String,
}

/// Class labels found in the graph; those of a ZipMap win over those of a classifier, later ones over earlier.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub names: Vec<String>,
    pub from: String,
}

impl Labels {
    pub fn offer(&mut self, operator: &str, names: Vec<String>) {
        if !names.is_empty() && (operator == "ZipMap" || self.from != "ZipMap") {
            *self = Self { names, from: operator.to_owned() };
        }
    }
}
