//! Writing trees into the attributes of a tree ensemble operator.

use tidegate_onnx::proto::{NodeProto, attribute_proto::AttributeType};
use tidegate_trees::{Grown, Tree, threshold};

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

    /// Adds trees, each with the class or target its leaves speak for, under ids after those in use.
    pub fn append<'a>(&self, node: &mut NodeProto, trees: impl Iterator<Item = (i64, &'a Tree)>) {
        let before = ints(node, "nodes_treeids").len();
        let first_id = ints(node, "nodes_treeids").iter().max().map_or(0, |highest| highest + 1);
        let mut missing = Vec::new();
        for (id, (output, tree)) in (first_id..).zip(trees) {
            for (place, grown) in tree.nodes.iter().enumerate() {
                self.push_node(node, [id, place as i64], grown);
                missing.push(i64::from(matches!(grown, Grown::Split { missing_yes: true, .. })));
                if let Grown::Leaf(value) = grown {
                    self.push_leaf(node, [id, place as i64], output, *value);
                }
            }
        }
        push_missing(node, before, &missing);
        if attribute(node, HIT_RATES).is_some() {
            let rates = &mut attribute_mut(node, HIT_RATES, AttributeType::Floats).floats;
            rates.resize(rates.len() + missing.len(), 1.0);
        }
    }

    fn push_node(&self, node: &mut NodeProto, [tree, place]: [i64; 2], grown: &Grown) {
        let (column, value, mode, yes, no) = match *grown {
            Grown::Leaf(_) => (0, 0.0, "LEAF", 0, 0),
            Grown::Split { column, below, above, yes, no, .. } => {
                let threshold = threshold(below, above);
                // Of single-precision numbers, those up to a threshold are those below the next one.
                let (value, mode) = if self.asks_below {
                    (threshold.next_up(), "BRANCH_LT")
                } else {
                    (threshold, "BRANCH_LEQ")
                };
                (column as i64, value, mode, yes as i64, no as i64)
            }
        };
        for (name, value) in NODE_INTS.into_iter().zip([tree, place, column, yes, no]) {
            attribute_mut(node, name, AttributeType::Ints).ints.push(value);
        }
        attribute_mut(node, "nodes_values", AttributeType::Floats).floats.push(value);
        attribute_mut(node, "nodes_modes", AttributeType::Strings).strings.push(mode.into());
    }

    fn push_leaf(&self, node: &mut NodeProto, [tree, place]: [i64; 2], output: i64, value: f32) {
        let ints = [(self.names.trees, tree), (self.names.nodes, place), (self.names.outputs, output)];
        for (name, value) in ints {
            attribute_mut(node, name, AttributeType::Ints).ints.push(value);
        }
        attribute_mut(node, self.names.weights, AttributeType::Floats).floats.push(value);
    }
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
