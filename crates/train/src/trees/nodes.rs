//! Writing trees into the attributes of a tree ensemble operator.

use tidegate_onnx::proto::{NodeProto, attribute_proto::AttributeType};
use tidegate_trees::{Forest, Grown, Tree, threshold};

use super::ensemble::LeafNames;
use crate::graph::{attribute, attribute_mut, ints};

const NODE_INTS: [&str; 5] =
    ["nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"];
const MISSING: &str = "nodes_missing_value_tracks_true";
const HIT_RATES: &str = "nodes_hitrates";

pub(crate) struct Writer {
    pub names: LeafNames,
    /// Ask `x < threshold` as the rest of the file does: ONNX Runtime is faster when all nodes ask the same.
    pub asks_below: bool,
}

impl Writer {
    /// Empties the attributes that hold trees.
    pub fn clear(&self, node: &mut NodeProto) {
        let names = [self.names.trees, self.names.nodes, self.names.outputs, self.names.weights];
        let of_nodes = [MISSING, HIT_RATES, "nodes_values", "nodes_modes"];
        for attribute in &mut node.attribute {
            let name = attribute.name.as_deref().unwrap_or_default();
            if NODE_INTS.contains(&name) || names.contains(&name) || of_nodes.contains(&name) {
                attribute.ints.clear();
                attribute.floats.clear();
                attribute.strings.clear();
            }
        }
    }

    /// Adds trees under ids after those in use; `weights` gives the class or target of each weight of a leaf, from
    /// the tree's place among the trees and the leaf.
    pub fn append<'a, L: 'a>(
        &self,
        node: &mut NodeProto,
        trees: impl Iterator<Item = &'a Tree<L>>,
        weights: impl Fn(usize, &L) -> Vec<(i64, f32)>,
    ) {
        let before = ints(node, "nodes_treeids").len();
        let first_id = ints(node, "nodes_treeids").iter().max().map_or(0, |highest| highest + 1);
        let mut missing = Vec::new();
        for (place, tree) in trees.enumerate() {
            let id = first_id + place as i64;
            for asked in self.flat(tree) {
                missing.push(i64::from(asked.missing_yes));
                push_node(node, id, &asked);
            }
            for (own, grown) in tree.nodes.iter().enumerate() {
                if let Grown::Leaf(leaf) = grown {
                    let weights = weights(place, leaf);
                    weights.into_iter().for_each(|weight| self.push_weight(node, [id, own as i64], weight));
                }
            }
        }
        push_missing(node, before, &missing);
        if attribute(node, HIT_RATES).is_some() {
            let rates = &mut attribute_mut(node, HIT_RATES, AttributeType::Floats).floats;
            rates.resize(rates.len() + missing.len(), 1.0);
        }
    }

    /// Adds the trees of a forest: whole answers where the operator averages, else each tree's part of the sum. With
    /// one score a row, for the class or target `only`, of two classes the share of the second is written.
    pub fn append_forest(
        &self,
        node: &mut NodeProto,
        forest: &Forest,
        only: Option<i64>,
        operator_averages: bool,
    ) {
        let share = if operator_averages { 1.0 } else { 1.0 / forest.trees.len() as f64 };
        let part = |value: &f32| (f64::from(*value) * share) as f32;
        let weights = |_: usize, leaf: &Vec<f32>| match (only, leaf.last()) {
            (Some(only), Some(last)) => vec![(only, part(last))],
            _ => leaf.iter().enumerate().map(|(class, value)| (class as i64, part(value))).collect(),
        };
        self.append(node, forest.trees.iter(), weights);
    }

    /// The nodes as the file has them: a group of categories is asked for one by one, each yes leading to the same
    /// node, which ONNX Runtime reads as one question.
    fn flat<L>(&self, tree: &Tree<L>) -> Vec<Asked> {
        let mut flat = Vec::with_capacity(tree.nodes.len());
        let mut next = tree.nodes.len();
        for (place, grown) in tree.nodes.iter().enumerate() {
            match grown {
                Grown::Leaf(_) => flat.push(Asked { place, mode: "LEAF", ..Asked::default() }),
                Grown::Split { column, below, above, missing_yes, yes, no } => {
                    let (value, mode) = self.at_most(threshold(*below, *above));
                    let missing_yes = *missing_yes;
                    flat.push(Asked { place, column: *column, value, mode, missing_yes, yes: *yes, no: *no });
                }
                Grown::Among { column, categories, yes, no } => {
                    let mut own = place;
                    for (asked, value) in categories.iter().enumerate() {
                        let last = asked + 1 == categories.len();
                        let no = if last { *no } else { next };
                        flat.push(Asked {
                            place: own,
                            column: *column,
                            value: *value,
                            mode: "BRANCH_EQ",
                            missing_yes: false,
                            yes: *yes,
                            no,
                        });
                        if !last {
                            own = next;
                            next += 1;
                        }
                    }
                }
            }
        }
        flat
    }

    /// Of single-precision numbers, those up to a threshold are those below the next one.
    fn at_most(&self, threshold: f32) -> (f32, &'static str) {
        if self.asks_below { (threshold.next_up(), "BRANCH_LT") } else { (threshold, "BRANCH_LEQ") }
    }

    fn push_weight(&self, node: &mut NodeProto, [tree, place]: [i64; 2], (output, weight): (i64, f32)) {
        let ints = [(self.names.trees, tree), (self.names.nodes, place), (self.names.outputs, output)];
        for (name, value) in ints {
            attribute_mut(node, name, AttributeType::Ints).ints.push(value);
        }
        attribute_mut(node, self.names.weights, AttributeType::Floats).floats.push(weight);
    }
}

/// A node in the form of the file.
#[derive(Default)]
struct Asked {
    place: usize,
    column: usize,
    value: f32,
    mode: &'static str,
    missing_yes: bool,
    yes: usize,
    no: usize,
}

fn push_node(node: &mut NodeProto, tree: i64, asked: &Asked) {
    let [place, column, yes, no] = [asked.place, asked.column, asked.yes, asked.no].map(|value| value as i64);
    for (name, value) in NODE_INTS.into_iter().zip([tree, place, column, yes, no]) {
        attribute_mut(node, name, AttributeType::Ints).ints.push(value);
    }
    attribute_mut(node, "nodes_values", AttributeType::Floats).floats.push(asked.value);
    attribute_mut(node, "nodes_modes", AttributeType::Strings).strings.push(asked.mode.into());
}

/// Where missing values go: left out of the file while they go to `no` everywhere, which is the default.
fn push_missing(node: &mut NodeProto, before: usize, missing: &[i64]) {
    if attribute(node, MISSING).is_none() && !missing.contains(&1) {
        return;
    }
    let flags = &mut attribute_mut(node, MISSING, AttributeType::Ints).ints;
    flags.resize(before, 0);
    flags.extend(missing);
}
