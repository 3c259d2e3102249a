//! The trees in a file: which kind they are, and writing trees of that kind in their place.

use tidegate_core::{Error, Result, schema::Schema};
use tidegate_onnx::proto::NodeProto;
use tidegate_trees::{Forest, Grown, Loss, Tree};

use super::{
    ensemble::{CLASSIFIER, Ensemble, LeafNames, REGRESSOR, Stand},
    nodes::Writer,
};
use crate::{
    dataset::Dataset,
    graph::{attribute, class_labels, floats, int, ints, operator, post_transform, set_floats, text},
};

/// Shares of classes may add up to this much more than 1: they are written in single precision.
const ROUNDING: f64 = 1e-3;
/// The trees of a forest differ in their means by this share of what they say at most.
const ALIKE: f64 = 0.5;
/// And in the spread of their leaves by this factor at most.
const SPREAD: f64 = 4.0;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// Index of the node that holds the trees.
    pub node: usize,
    /// The value they take.
    pub input: String,
    pub kind: Kind,
    names: LeafNames,
    outputs: usize,
    /// Class labels as the file spells them.
    labels: Vec<String>,
    trees: usize,
    /// Questions from the root to a leaf, where all trees ask the same number at most.
    depth: Option<u32>,
    /// The file asks `x < threshold`, not `x <= threshold`.
    asks_below: bool,
}

/// How the trees of a file came to be, which shows in their leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Each tree adds to what those before it say.
    Boosted(Loss),
    /// Each tree says it all, and the mean counts: the operator's own, or each leaf holds its part of it.
    Forest { operator_averages: bool },
}

impl Head {
    /// The trees of a node, or the reason why they are none that can be trained. `producer` is who wrote the file.
    pub fn of(node: &NodeProto, index: usize, producer: &str) -> Result<Self, String> {
        let doubles = ["nodes_values_as_tensor", "base_values_as_tensor"];
        if doubles.iter().any(|name| attribute(node, name).is_some()) {
            return Err(format!("{} in double precision", operator(node)));
        }
        let labels = class_labels(node);
        let classifies = operator(node) == "TreeEnsembleClassifier";
        let (names, outputs) = if classifies {
            (CLASSIFIER, scores(node, labels.len())?)
        } else {
            (REGRESSOR, one_target(node)?)
        };
        let in_operator = |reason| format!("{}: {reason}", operator(node));
        let ensemble = Ensemble::read(node, names, outputs).map_err(in_operator)?;
        let stands = ensemble.stands();
        let kind = if classifies {
            classifier(node, outputs, &ensemble, &stands)?
        } else {
            regressor(node, producer, &stands)
        };
        if matches!(kind, Kind::Boosted(_)) && !ensemble.has_single_leaves() {
            return Err(in_operator(
                "several weights a leaf, and a post_transform that no forest has".into(),
            ));
        }
        let base = floats(node, "base_values").len();
        if base != 0 && base != outputs {
            return Err(format!("{} with {base} base values for {outputs} scores", operator(node)));
        }
        let deepest = stands.first().map(|stand| stand.depth);
        Ok(Self {
            node: index,
            input: node.input[0].clone(),
            kind,
            names,
            outputs,
            labels,
            trees: stands.len(),
            depth: deepest.filter(|depth| stands.iter().all(|stand| stand.depth == *depth)),
            asks_below: ensemble.asks_below(),
        })
    }

    pub fn is_classifier(&self) -> bool {
        self.names == CLASSIFIER
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        match (self.kind, self.trees) {
            (Kind::Boosted(_), _) => "boosted trees",
            (Kind::Forest { .. }, 1) => "decision tree",
            (Kind::Forest { .. }, _) => "random forest",
        }
    }

    /// Scores a row: 1 for regressors and most files of two classes, else one a class.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Classes, or 1 for numbers.
    pub fn classes(&self) -> usize {
        if self.is_classifier() { self.labels.len() } else { 1 }
    }

    /// Trees in the file.
    pub fn trees(&self) -> usize {
        self.trees
    }

    pub fn depth(&self) -> Option<u32> {
        self.depth
    }

    pub fn ensemble(&self, node: &NodeProto) -> Result<Ensemble> {
        Ensemble::read(node, self.names, self.outputs).map_err(Error::unsupported)
    }

    /// The truth as the loss takes it.
    pub fn truth(&self, schema: &Schema, data: &Dataset) -> Result<Vec<f64>> {
        if self.is_classifier() { data.class_indices(&self.labels, &schema.labels) } else { data.numbers() }
    }

    /// Adds trees behind those in the file, which stay as they are.
    pub fn append(&self, node: &mut NodeProto, trees: &[(usize, Tree)]) {
        let only = self.only(node);
        let weight = |place: usize, leaf: &f32| vec![(only.unwrap_or(trees[place].0 as i64), *leaf)];
        self.writer().append(node, trees.iter().map(|(_, tree)| tree), weight);
    }

    /// Puts trees in the place of those in the file.
    pub fn replace(&self, node: &mut NodeProto, trees: &[(usize, Tree)], mut base: Vec<f64>) {
        let mut trees = trees.to_vec();
        if self.outputs == 1 && self.is_classifier() {
            keep_scores(&mut trees, &mut base);
        }
        let only = self.only(node);
        let weight = |place: usize, leaf: &f32| vec![(only.unwrap_or(trees[place].0 as i64), *leaf)];
        let writer = self.writer();
        writer.clear(node);
        writer.append(node, trees.iter().map(|(_, tree)| tree), weight);
        set_floats(node, "base_values", base);
    }

    /// Puts a forest in the place of the one in the file.
    pub fn replace_forest(&self, node: &mut NodeProto, forest: &Forest, operator_averages: bool) {
        let only = self.only(node);
        let writer = self.writer();
        writer.clear(node);
        writer.append_forest(node, forest, only, operator_averages);
        node.attribute.retain(|attribute| attribute.name.as_deref() != Some("base_values"));
    }

    fn writer(&self) -> Writer {
        Writer { names: self.names, asks_below: self.asks_below }
    }

    /// With one score a row the file says which class its leaves speak for.
    fn only(&self, node: &NodeProto) -> Option<i64> {
        if self.outputs == 1 { ints(node, self.names.outputs).first().copied() } else { None }
    }
}

/// ONNX Runtime takes the scores of a binary ensemble without a negative leaf for probabilities. Should none
/// be negative, a part of the first tree is moved to the base value.
pub(super) fn keep_scores(trees: &mut [(usize, Tree)], base: &mut [f64]) {
    let values = |tree: &Tree| {
        tree.nodes
            .iter()
            .filter_map(|node| if let Grown::Leaf(value) = node { Some(*value) } else { None })
            .collect()
    };
    let all: Vec<f32> = trees.iter().flat_map(|(_, tree)| -> Vec<f32> { values(tree) }).collect();
    let (Some((_, first)), false) = (trees.first_mut(), all.iter().any(|value| *value < 0.0)) else { return };
    let shift = 1.0 + values(first).into_iter().fold(0.0, f32::max);
    for node in &mut first.nodes {
        if let Grown::Leaf(value) = node {
            *value -= shift;
        }
    }
    base.iter_mut().for_each(|base| *base += f64::from(shift));
}

/// Scores a row of a classifier: one where all leaves of two classes name the same, else one a class.
fn scores(node: &NodeProto, classes: usize) -> Result<usize, String> {
    let ids = ints(node, CLASSIFIER.outputs);
    let one_id = ids.iter().all(|id| Some(id) == ids.first());
    match classes {
        0 | 1 => Err(format!("TreeEnsembleClassifier with {classes} classes")),
        2 if one_id => Ok(1),
        more => Ok(more),
    }
}

fn one_target(node: &NodeProto) -> Result<usize, String> {
    let (targets, transform) = (int(node, "n_targets").unwrap_or(1), post_transform(node));
    let aggregate = aggregate(node);
    if targets == 1 && transform == "NONE" && ["SUM", "AVERAGE"].contains(&aggregate.as_str()) {
        return Ok(1);
    }
    Err(format!(
        "TreeEnsembleRegressor with {targets} targets, post_transform {transform} and aggregate {aggregate}"
    ))
}

fn aggregate(node: &NodeProto) -> String {
    text(node, "aggregate_function").unwrap_or_else(|| "SUM".into())
}

fn classifier(
    node: &NodeProto,
    outputs: usize,
    ensemble: &Ensemble,
    stands: &[Stand],
) -> Result<Kind, String> {
    let shares = ensemble.never_negative()
        && stands.iter().map(|stand| stand.most).sum::<f64>() <= 1.0 + ROUNDING
        && floats(node, "base_values").iter().all(|base| *base == 0.0);
    match (&post_transform(node)[..], outputs) {
        ("LOGISTIC", 1) if ensemble.never_negative() => {
            Err("TreeEnsembleClassifier whose leaves are probabilities, not scores".into())
        }
        ("LOGISTIC", 1 | 3..) => Ok(Kind::Boosted(Loss::Logistic)),
        ("SOFTMAX", 3..) => Ok(Kind::Boosted(Loss::Softmax)),
        ("NONE", _) if shares => Ok(Kind::Forest { operator_averages: false }),
        (transform, _) => Err(format!(
            "TreeEnsembleClassifier with {} classes and post_transform {transform}",
            class_labels(node).len()
        )),
    }
}

/// Boosted trees of numbers begin with a base value or a first tree that holds it, and each has less to say than
/// those before; the trees of a forest all say the same thing. OnnxMLTools converts no forests.
fn regressor(node: &NodeProto, producer: &str, stands: &[Stand]) -> Kind {
    let operator_averages = aggregate(node) == "AVERAGE";
    let based = attribute(node, "base_values").is_some();
    let forest = operator_averages || (!based && producer != "OnnxMLTools" && alike(stands));
    if forest { Kind::Forest { operator_averages } } else { Kind::Boosted(Loss::Squared) }
}

fn alike(stands: &[Stand]) -> bool {
    let trees = stands.len() as f64;
    let mean = stands.iter().map(|stand| stand.mean).sum::<f64>() / trees;
    let spread = stands.iter().map(|stand| stand.spread).sum::<f64>() / trees;
    let near = |stand: &Stand| (stand.mean - mean).abs() <= ALIKE * mean.abs().max(spread);
    let widest = stands.iter().map(|stand| stand.spread).fold(0.0, f64::max);
    let narrowest = stands.iter().map(|stand| stand.spread).fold(f64::INFINITY, f64::min);
    stands.len() > 1 && stands.iter().all(near) && widest <= SPREAD * narrowest
}
