//! Boosted trees: which files hold them, and training them in place.

mod bins;
mod boost;
mod ensemble;
mod grow;
mod head;
mod histogram;
mod nodes;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
    schema::Schema,
};
use tidegate_onnx::proto::GraphProto;

pub(crate) use head::Head;

use crate::{
    dataset::Dataset,
    pipeline,
    train::{Outcome, cancelled},
};
use boost::{Boosting, Settings};

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
    let (base, scores) = match plan.mode {
        Mode::Full => {
            let seen = data.weight.iter().zip(held_out).map(|(weight, out)| if *out { 0.0 } else { *weight });
            let base = boost::base(head.loss, head.outputs(), &truth, &seen.collect::<Vec<_>>());
            let scores = base.repeat(rows.rows());
            (Some(base), scores)
        }
        Mode::Continue => (None, ensemble.score(&rows)),
    };
    let boosting = Boosting {
        rows: &rows,
        truth: &truth,
        weight: &data.weight,
        held_out,
        loss: head.loss,
        outputs: head.outputs(),
        settings: Settings::of(plan),
    };
    let ControlFlow::Continue(boosted) = boosting.run(scores, progress) else { return Err(cancelled()) };
    if boosted.trees.is_empty() {
        return Err(Error::invalid("no tree could be grown").hint(
            "each side of a split needs rows of total weight 20, and something left to learn: add rows",
        ));
    }
    match base {
        Some(base) => head.replace(node, &boosted.trees, base),
        None => head.append(node, &boosted.trees),
    }
    let done = if plan.mode == Mode::Full { "grown anew" } else { "added to the old ones" };
    Ok(Outcome {
        rounds: boosted.rounds,
        loss: boosted.loss,
        held_out_loss: boosted.held_out_loss,
        summary: format!("boosted trees, {} trees {done} in {} rounds", boosted.trees.len(), boosted.rounds),
    })
}

#[cfg(test)]
mod tests;
