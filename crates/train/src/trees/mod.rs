//! Trees: which files hold them, and training them in place.

mod columns;
mod ensemble;
mod forest;
mod fresh;
mod head;
mod nodes;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::{Feature, Loss, Problem, Settings, Step, continue_fit};

pub(crate) use fresh::{boosted_operator, forest_operator};
pub(crate) use head::{Head, Kind};

use crate::train::{Lesson, Outcome, cancelled};

/// `Full` replaces the trees and the base values; `Continue` keeps every boosted tree and adds trees fitted to what
/// the ensemble in the file gets wrong. Whatever stands before the trees is kept.
pub(crate) fn train(
    graph: &mut GraphProto,
    head: &Head,
    lesson: &Lesson<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    let Lesson { schema, data, plan, held_out, .. } = *lesson;
    if let Some(problem) = plan.trees.problem() {
        return Err(Error::invalid(problem));
    }
    let truth = head.truth(schema, data)?;
    let (rows, notes) = columns::rows(graph, head, lesson)?;
    let columns = head.ensemble(&graph.node[head.node])?.columns();
    if columns > rows.columns {
        return Err(Error::invalid(format!(
            "the trees look at column {}, the data set gives them {}",
            columns - 1,
            rows.columns
        )));
    }
    let mut problem = Problem {
        rows: &rows,
        truth: &truth,
        weight: &data.weight,
        held_out,
        features: &[],
        loss: Loss::Squared,
        outputs: head.outputs(),
    };
    let outcome = match head.kind {
        Kind::Forest { operator_averages } => {
            let node = &mut graph.node[head.node];
            forest::train(node, head, &problem, plan, operator_averages, progress)
        }
        Kind::Boosted(loss) => {
            let features = columns::features(graph, head, lesson)?;
            problem.features = &features;
            problem.loss = objective(loss, &problem, plan)?;
            boost(graph, head, &problem, plan, progress)
        }
    };
    Ok(Outcome { notes, ..outcome? })
}

/// The loss of the file, or the quantile the plan asks for.
fn objective(loss: Loss, problem: &Problem, plan: &Plan) -> Result<Loss> {
    let directed =
        problem.features.iter().any(|feature| matches!(feature, Feature::Rising | Feature::Falling));
    if directed && problem.outputs > 1 {
        return Err(Error::invalid("`trees.rising` and `trees.falling` need a number or two classes")
            .hint("with more classes a rise of one is a fall of another"));
    }
    match plan.trees.quantile {
        None => Ok(loss),
        Some(_) if loss != Loss::Squared => {
            Err(Error::invalid("`trees.quantile` is for regression, this is a classifier")
                .hint("leave it out"))
        }
        Some(_) if directed => {
            Err(Error::invalid("`trees.quantile` does not go with `trees.rising` and `trees.falling`")
                .hint("leave one of them out: the leaves of a quantile keep to no direction"))
        }
        Some(share) => Ok(Loss::Quantile(share)),
    }
}

fn boost(
    graph: &mut GraphProto,
    head: &Head,
    problem: &Problem,
    plan: &Plan,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    let node = &mut graph.node[head.node];
    let (base, scores) = match plan.mode {
        Mode::Full => {
            let base = problem.base();
            let scores = base.repeat(problem.truth.len());
            (base, scores)
        }
        // The file's own constants are in its scores already.
        Mode::Continue => (vec![0.0; head.outputs()], head.ensemble(node)?.score(problem.rows)),
    };
    let mut told = |Step { round, loss, held_out_loss }| {
        progress(Progress { step: round, total: plan.rounds, loss, held_out_loss })
    };
    let ControlFlow::Continue(boosted) = continue_fit(problem, settings(plan), base, scores, &mut told)
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
        notes: Vec::new(),
        held_out_loss: boosted.held_out_loss,
        summary: format!("boosted trees, {} trees {done} in {} rounds", boosted.trees.len(), boosted.rounds),
    })
}

fn settings(plan: &Plan) -> Settings {
    let Plan { rounds, leaves, l2, learning_rate, .. } = *plan;
    Settings {
        rounds,
        leaves: leaves as usize,
        l2,
        learning_rate,
        patience: plan.trees.patience,
        ..Settings::DEFAULT
    }
}

#[cfg(test)]
mod forest_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;
