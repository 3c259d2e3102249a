//! Linear models: which files hold one, and training one in place.

mod fit;
mod form;
mod head;
mod lbfgs;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
    schema::Schema,
};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::Matrix;

pub(crate) use fit::{Coefficients, Problem, fit, weighted_moments};
pub(crate) use form::Form;
pub(crate) use head::Head;

use crate::{
    dataset::Dataset,
    pipeline,
    train::{Outcome, cancelled},
};
use fit::Fit;

/// Fits the model on all rows. `Full` refits the scalers before it and pulls the weights to zero; `Continue`
/// keeps the scalers, starts from the file's weights and pulls to those.
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
    let refit = (plan.mode == Mode::Full).then_some(&data.weight[..]);
    let rows = pipeline::inputs(graph, schema, data)?;
    let rows = pipeline::run(graph, &head.input, rows, refit)?;
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
    Ok(outcome(&fitted, plan))
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

fn outcome(fitted: &Fit, plan: &Plan) -> Outcome {
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
    }
}
