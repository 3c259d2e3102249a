//! A tree ensemble operator made anew.

use tidegate_onnx::{
    node::{node, of_int, of_text},
    proto::NodeProto,
};
use tidegate_trees::{Boosted, Forest, Loss};

use super::{
    ensemble::{CLASSIFIER, REGRESSOR},
    head::keep_scores,
    nodes::Writer,
};
use crate::graph::set_floats;

/// The operator that holds these boosted trees, without its class labels.
pub(crate) fn boosted_operator(boosted: &Boosted, loss: Loss, input: &str, outputs: &[&str]) -> NodeProto {
    let (kind, names, attributes) = match loss {
        Loss::Squared | Loss::Quantile(_) => {
            ("TreeEnsembleRegressor", REGRESSOR, vec![of_int("n_targets", 1)])
        }
        Loss::Logistic => ("TreeEnsembleClassifier", CLASSIFIER, vec![of_text("post_transform", "LOGISTIC")]),
        Loss::Softmax => ("TreeEnsembleClassifier", CLASSIFIER, vec![of_text("post_transform", "SOFTMAX")]),
    };
    let mut made = node(kind, &[input], outputs, attributes);
    let (mut trees, mut base) = (boosted.trees.clone(), boosted.base.clone());
    if loss == Loss::Logistic {
        keep_scores(&mut trees, &mut base);
    }
    let writer = Writer { names, asks_below: false };
    let weight = |place: usize, leaf: &f32| vec![(trees[place].0 as i64, *leaf)];
    writer.append(&mut made, trees.iter().map(|(_, tree)| tree), weight);
    set_floats(&mut made, "base_values", base);
    made
}

/// The operator that holds this forest, without its class labels. Shares of classes are summed, numbers averaged.
pub(crate) fn forest_operator(forest: &Forest, classifies: bool, input: &str, outputs: &[&str]) -> NodeProto {
    let (kind, names, attributes) = match classifies {
        true => ("TreeEnsembleClassifier", CLASSIFIER, vec![of_text("post_transform", "NONE")]),
        false => {
            let attributes = vec![of_int("n_targets", 1), of_text("aggregate_function", "AVERAGE")];
            ("TreeEnsembleRegressor", REGRESSOR, attributes)
        }
    };
    let mut made = node(kind, &[input], outputs, attributes);
    // Of two classes ONNX Runtime reads the share of the second alone; with both it answers the second always.
    let only = (classifies && forest.outputs == 2).then_some(0);
    Writer { names, asks_below: false }.append_forest(&mut made, forest, only, !classifies);
    made
}
