//! Growing a forest in the place of the one in the file.

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
};
use tidegate_onnx::proto::NodeProto;
use tidegate_trees::{Columns, Forestry, Loss, Problem, Step, forest};

use super::head::Head;
use crate::train::{Outcome, cancelled};

/// `problem` has the rows and their weights; what is to be learnt of them follows from the file. A forest learns from
/// all rows, since each tree leaves some out by itself; a single tree leaves out those that watch.
pub(super) fn train(
    node: &mut NodeProto,
    head: &Head,
    problem: &Problem,
    plan: &Plan,
    operator_averages: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    refuse(head, plan)?;
    let forestry = forestry(head, plan);
    let loss = if head.is_classifier() { Loss::Softmax } else { Loss::Squared };
    let held_out = if forestry.bootstrap { &[] } else { problem.held_out };
    let problem = Problem { loss, outputs: head.classes(), held_out, ..*problem };
    let mut told = |Step { round, loss, held_out_loss }| {
        progress(Progress { step: round, total: forestry.trees, loss, held_out_loss })
    };
    let ControlFlow::Continue(grown) = forest(&problem, forestry, plan.seed, &mut told) else {
        return Err(cancelled());
    };
    head.replace_forest(node, &grown, operator_averages);
    let trees = grown.trees.len();
    Ok(Outcome {
        rounds: trees as u32,
        loss: grown.loss,
        notes: Vec::new(),
        held_out_loss: grown.held_out_loss,
        summary: if forestry.bootstrap {
            format!("random forest, {trees} trees grown anew, its loss that of rows each tree left out")
        } else {
            "decision tree, grown anew".into()
        },
    })
}

/// As many trees as asked for, as deep as those in the file; a file with one tree gets one.
fn forestry(head: &Head, plan: &Plan) -> Forestry {
    let kind = if head.is_classifier() { Forestry::CLASSES } else { Forestry::NUMBERS };
    let depth = head.depth();
    if head.trees() == 1 {
        Forestry { trees: 1, columns: Columns::All, bootstrap: false, depth, ..kind }
    } else {
        Forestry { trees: plan.rounds, depth, ..kind }
    }
}

/// Refuses what only boosted trees do.
fn refuse(head: &Head, plan: &Plan) -> Result<()> {
    if plan.mode == Mode::Continue {
        return Err(Error::invalid(format!("a {} cannot be continued", head.name()))
            .hint("fit it again: trees that learnt from old rows alone would count as much as new ones"));
    }
    let wanted = [
        ("quantile", plan.trees.quantile.is_some()),
        ("rising", !plan.trees.rising.is_empty()),
        ("falling", !plan.trees.falling.is_empty()),
        ("categories", !plan.trees.categories.is_empty()),
    ];
    match wanted.iter().find(|(_, wanted)| *wanted) {
        Some((name, _)) => {
            Err(Error::invalid(format!("`trees.{name}` is for boosted trees, this is a {}", head.name()))
                .hint("leave it out"))
        }
        None => Ok(()),
    }
}
