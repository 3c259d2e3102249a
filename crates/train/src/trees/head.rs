//! The boosted trees in a file: what can be continued, and writing trees in place.

use tidegate_core::{Error, Result, schema::Schema};
use tidegate_onnx::proto::NodeProto;
use tidegate_trees::{Grown, Loss, Tree};

use super::{
    ensemble::{CLASSIFIER, Ensemble, LeafNames, REGRESSOR},
    nodes::Writer,
};
use crate::{
    dataset::Dataset,
    graph::{attribute, class_labels, floats, int, ints, operator, post_transform, set_floats, text},
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// Index of the node that holds the trees.
    pub node: usize,
    /// The value they take.
    pub input: String,
    pub loss: Loss,
    names: LeafNames,
    outputs: usize,
    /// Class labels as the file spells them.
    labels: Vec<String>,
    trees: usize,
    /// The file asks `x < threshold`, not `x <= threshold`.
    asks_below: bool,
}

impl Head {
    /// The boosted trees of a node, or the reason why they are none that can be trained.
    pub fn of(node: &NodeProto, index: usize) -> Result<Self, String> {
        let doubles = ["nodes_values_as_tensor", "base_values_as_tensor"];
        if doubles.iter().any(|name| attribute(node, name).is_some()) {
            return Err(format!("{} in double precision", operator(node)));
        }
        let labels = class_labels(node);
        let (loss, names, outputs) = match operator(node) {
            "TreeEnsembleClassifier" => classifier(node, labels.len())?,
            _ => regressor(node)?,
        };
        let ensemble =
            Ensemble::read(node, names, outputs).map_err(|reason| format!("{}: {reason}", operator(node)))?;
        if outputs == 1 && loss == Loss::Logistic && ensemble.never_negative() {
            return Err("TreeEnsembleClassifier whose leaves are probabilities, not scores".into());
        }
        let base = floats(node, "base_values").len();
        if base != 0 && base != outputs {
            return Err(format!("{} with {base} base values for {outputs} scores", operator(node)));
        }
        let (trees, asks_below) = (ensemble.trees(), ensemble.asks_below());
        Ok(Self {
            node: index,
            input: node.input[0].clone(),
            loss,
            names,
            outputs,
            labels,
            trees,
            asks_below,
        })
    }

    pub fn is_classifier(&self) -> bool {
        self.loss != Loss::Squared
    }

    /// Scores a row: 1 for regressors and two classes, else one a class.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Trees in the file.
    pub fn trees(&self) -> usize {
        self.trees
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
        // With two classes the file says which of them its leaves speak for.
        let only = if self.outputs == 1 { ints(node, self.names.outputs).first().copied() } else { None };
        let weight = |place: usize, leaf: &f32| vec![(only.unwrap_or(trees[place].0 as i64), *leaf)];
        Writer { names: self.names, asks_below: self.asks_below }.append(
            node,
            trees.iter().map(|(_, tree)| tree),
            weight,
        );
    }

    /// Puts trees in the place of those in the file.
    pub fn replace(&self, node: &mut NodeProto, trees: &[(usize, Tree)], mut base: Vec<f64>) {
        let mut trees = trees.to_vec();
        if self.outputs == 1 && self.is_classifier() {
            keep_scores(&mut trees, &mut base);
        }
        let only = if self.outputs == 1 { ints(node, self.names.outputs).first().copied() } else { None };
        let writer = Writer { names: self.names, asks_below: self.asks_below };
        writer.clear(node);
        let weight = |place: usize, leaf: &f32| vec![(only.unwrap_or(trees[place].0 as i64), *leaf)];
        writer.append(node, trees.iter().map(|(_, tree)| tree), weight);
        set_floats(node, "base_values", base);
    }
}

/// ONNX Runtime takes the scores of a binary ensemble without a negative leaf for probabilities. Should none
/// be negative, a part of the first tree is moved to the base value.
fn keep_scores(trees: &mut [(usize, Tree)], base: &mut [f64]) {
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

fn classifier(node: &NodeProto, classes: usize) -> Result<(Loss, LeafNames, usize), String> {
    let ids = ints(node, CLASSIFIER.outputs);
    let one_id = ids.iter().all(|id| Some(id) == ids.first());
    match (&post_transform(node)[..], classes) {
        ("LOGISTIC", 2) if one_id => Ok((Loss::Logistic, CLASSIFIER, 1)),
        ("LOGISTIC", 3..) => Ok((Loss::Logistic, CLASSIFIER, classes)),
        ("SOFTMAX", 3..) => Ok((Loss::Softmax, CLASSIFIER, classes)),
        ("NONE", 2) if one_id => {
            Err("TreeEnsembleClassifier whose leaves are probabilities: a forest, not boosted trees".into())
        }
        (_, 2..) if has_forest_leaves(node) => {
            Err("TreeEnsembleClassifier with several weights a leaf: a forest, not boosted trees".into())
        }
        (transform, classes) => {
            Err(format!("TreeEnsembleClassifier with {classes} classes and post_transform {transform}"))
        }
    }
}

/// Whether a leaf has a weight for more than one class.
fn has_forest_leaves(node: &NodeProto) -> bool {
    let keys = || ints(node, CLASSIFIER.trees).iter().zip(ints(node, CLASSIFIER.nodes));
    keys().collect::<std::collections::HashSet<_>>().len() < keys().count()
}

fn regressor(node: &NodeProto) -> Result<(Loss, LeafNames, usize), String> {
    let (targets, transform) = (int(node, "n_targets").unwrap_or(1), post_transform(node));
    let aggregate = text(node, "aggregate_function").unwrap_or_else(|| "SUM".into());
    if targets == 1 && transform == "NONE" && aggregate == "SUM" {
        return Ok((Loss::Squared, REGRESSOR, 1));
    }
    Err(format!(
        "TreeEnsembleRegressor with {targets} targets, post_transform {transform} and aggregate {aggregate}"
    ))
}
