//! A tree ensemble operator made anew.

use tidegate_onnx::{
    node::{node, of_int, of_text},
    proto::NodeProto,
};
use tidegate_trees::{Boosted, Loss};

use super::{
    ensemble::{CLASSIFIER, REGRESSOR},
    head::keep_scores,
    nodes::Writer,
};
use crate::graph::set_floats;

/// The operator that holds these trees, without its class labels.
pub(crate) fn operator(boosted: &Boosted, loss: Loss, input: &str, outputs: &[&str]) -> NodeProto {
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
