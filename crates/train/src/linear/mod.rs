//! Linear models: which files hold one, and training one in place.

mod fit;
mod form;
mod head;
mod lbfgs;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::{Loss, Matrix};

pub(crate) use fit::{Coefficients, Problem, fit, weighted_moments};
pub(crate) use form::Form;
pub(crate) use head::Head;

use crate::{
    pipeline,
    train::{Lesson, Outcome, cancelled},
};
use fit::Fit;

/// Fits the model on all rows. `Full` pulls the weights to zero and refits the scalers before it, unless a worker
/// computes what is before it; `Continue` keeps the scalers, starts from the file's weights and pulls to those.
pub(crate) fn train(
    graph: &mut GraphProto,
    head: &Head,
    lesson: &Lesson<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    let Lesson { schema, data, plan, held_out, .. } = *lesson;
    let truth = head.truth(schema, data)?;
    let (rows, notes) = if lesson.kept {
        lesson.kept(&head.input)?
    } else {
        let refit = (plan.mode == Mode::Full).then_some(&data.weight[..]);
        let rows = pipeline::inputs(graph, schema, data)?;
        (pipeline::run(graph, &head.input, rows, refit)?, Vec::new())
    };
    refuse_missing(&rows)?;
    let old = head.read(graph, rows.columns)?;
    let anchor = match plan.mode {
        Mode::Full => Coefficients::zeros(old.intercepts.len(), rows.columns),
        Mode::Continue => old,
    };
    let problem = Problem {
        rows: &rows,
        truth: &truth,
        weight: &data.weight,
        held_out,
        loss: head.loss,
        l2: plan.l2,
        // A file with a linear regression doesn't say whether there was a penalty: one that leans on the units of
        // the columns would ruin those whose values are small.
        by_spread: head.loss == Loss::Squared,
        start: &anchor,
        centre: &anchor,
        iterations: plan.rounds,
    };
    let ControlFlow::Continue(fitted) = fit::fit(&problem, progress) else { return Err(cancelled()) };
    if fitted.coefficients.weights.iter().any(|weight| !(*weight as f32).is_finite()) {
        return Err(Error::invalid("the fit ran off to infinity")
            .hint("raise `l2`, or look for columns with enormous values"));
    }
    head.write(graph, &fitted.coefficients);
    Ok(outcome(&fitted, plan, notes))
}

/// A linear model has no answer for a row with a missing value, nor can it learn from one.
fn refuse_missing(rows: &Matrix) -> Result<()> {
    match rows.data.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(Error::invalid(format!(
            "row {} has no finite value in column {} of what the linear model takes",
            place / rows.columns,
            place % rows.columns
        ))
        .hint("leave such rows out, or use a model with an imputer")),
        None => Ok(()),
    }
}

fn outcome(fitted: &Fit, plan: &Plan, notes: Vec<String>) -> Outcome {
    let from = match plan.mode {
        Mode::Full => "fitted again on all rows",
        Mode::Continue => "continued from the old weights",
    };
    let end = if fitted.converged { "converged" } else { "not converged, more `rounds` would go further" };
    Outcome {
        rounds: fitted.iterations,
        loss: fitted.loss,
        held_out_loss: fitted.held_out_loss,
        summary: format!("linear model, {from}: {} iterations, {end}", fitted.iterations),
        notes,
    }
}
