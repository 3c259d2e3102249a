//! Boosted trees: which files hold them, and training them in place.

mod ensemble;
mod head;
mod nodes;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
    schema::Schema,
};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::{Problem, Settings, Step, continue_fit};

pub(crate) use head::Head;

use crate::{
    dataset::Dataset,
    pipeline,
    train::{Outcome, cancelled},
};

/// `Full` replaces the trees and the base values; `Continue` keeps every tree and adds trees fitted to what
/// the ensemble in the file gets wrong. Whatever stands before the trees is kept.
pub(crate) fn train(
    graph: &mut GraphProto,
    head: &Head,
    schema: &Schema,
    data: &Dataset,
    plan: &Plan,
    held_out: &[bool],
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    let truth = head.truth(schema, data)?;
    let rows = pipeline::inputs(graph, schema, data)?;
    let rows = pipeline::run(graph, &head.input, rows, None)?;
    let node = &mut graph.node[head.node];
    let ensemble = head.ensemble(node)?;
    if ensemble.columns() > rows.columns {
        return Err(Error::invalid(format!(
            "the trees look at column {}, the data set gives them {}",
            ensemble.columns() - 1,
            rows.columns
        )));
    }
    let problem = Problem {
        rows: &rows,
        truth: &truth,
        weight: &data.weight,
        held_out,
        features: &[],
        loss: head.loss,
        outputs: head.outputs(),
    };
    let (base, scores) = match plan.mode {
        Mode::Full => {
            let base = problem.base();
            let scores = base.repeat(rows.rows());
            (base, scores)
        }
        // The file's own constants are in its scores already.
        Mode::Continue => (vec![0.0; head.outputs()], ensemble.score(&rows)),
    };
    let mut told = |Step { round, loss, held_out_loss }| {
        progress(Progress { step: round, total: plan.rounds, loss, held_out_loss })
    };
    let ControlFlow::Continue(boosted) = continue_fit(&problem, settings(plan), base, scores, &mut told)
    else {
        return Err(cancelled());
    };
    if boosted.trees.is_empty() {
        return Err(Error::invalid("no tree could be grown").hint(
            "each side of a split needs rows of total weight 20, and something left to learn: add rows",
        ));
    }
    match plan.mode {
        Mode::Full => head.replace(node, &boosted.trees, boosted.base),
        Mode::Continue => head.append(node, &boosted.trees),
    }
    let done = if plan.mode == Mode::Full { "grown anew" } else { "added to the old ones" };
    Ok(Outcome {
        rounds: boosted.rounds,
        loss: boosted.loss,
        held_out_loss: boosted.held_out_loss,
        summary: format!("boosted trees, {} trees {done} in {} rounds", boosted.trees.len(), boosted.rounds),
    })
}

fn settings(plan: &Plan) -> Settings {
    let Plan { rounds, leaves, l2, learning_rate, .. } = *plan;
    Settings { rounds, leaves: leaves as usize, l2, learning_rate, ..Settings::DEFAULT }
}

#[cfg(test)]
mod tests;
