//! Neural networks: which files hold one, and training it through a backward graph that ONNX Runtime runs.
//!
//! The file is edited in place: only weights, biases, scales and running statistics change. The optimiser works on
//! one flat vector of all trained numbers, in this process; the graph runs in a worker.

mod anchor;
mod examples;
mod fit;
mod initial;
mod net;
mod optimiser;
mod program;
mod schedule;
mod target;

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Mode, Plan, Progress},
    schema::Schema,
};
use tidegate_onnx::proto::ModelProto;
use tidegate_runtime::Launcher;

pub(crate) use net::{Net, is_network};

use crate::{dataset::Dataset, inputs::Inputs, kept, train::Outcome};
use fit::{Fit, Fitted};
use optimiser::Optimiser;
use program::Program;

/// What is to be learnt, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Lesson<'a> {
    pub schema: &'a Schema,
    pub data: &'a Dataset,
    pub plan: &'a Plan,
    /// True for the rows that watch.
    pub held_out: &'a [bool],
    pub launcher: &'a Launcher,
}

/// `Full` starts from new weights, `Continue` from the file's. Rows that watch end the training early and decide
/// which weights are kept.
pub(crate) fn train(
    model: &mut ModelProto,
    net: &Net,
    lesson: &Lesson<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome> {
    let Lesson { schema, data, plan, held_out, launcher } = *lesson;
    let network = &plan.network;
    if let Some(problem) = network.problem() {
        return Err(Error::invalid(problem));
    }
    let (net, inputs, notes) = beginning(net.filled(model)?, lesson)?;
    let net = &net.trained_part(network)?;
    let mut program = Program::build(net, schema, &inputs, network, launcher)?;
    let task = target::task(net, &program, schema, data, plan)?;
    let champion = net.values()?;
    champion.refuse_broken()?;
    let start = match plan.mode {
        Mode::Full => initial::fresh(net, plan.seed),
        Mode::Continue => champion.clone(),
    };
    let examples = examples::choose(data, held_out, plan)?;
    let optimiser = Optimiser::new(network, &net.parameters);
    let mut fit = Fit { inputs: &inputs, task: &task, examples: &examples, network, plan, optimiser };
    let fitted = fit.run(&mut program, &champion, start, progress)?;
    net.write(model, &fitted.values)?;
    Ok(Outcome { notes, ..outcome(net, &fitted, plan) })
}

/// The network from where its inputs are numbers on: what stands before that is kept, and computed once.
fn beginning(net: Net, lesson: &Lesson<'_>) -> Result<(Net, Inputs, Vec<String>)> {
    let Lesson { schema, data, launcher, .. } = *lesson;
    if !net.takes_texts() {
        let inputs = Inputs::of(net.graph(), schema, data)?;
        return Ok((net, inputs, Vec::new()));
    }
    let found = kept::compute(&net.forward, &net.beginnings(), schema, data, launcher)?;
    let net = net.begun_at(&found.values);
    Ok((net, Inputs::computed(found.values, data.rows(), found.fixed), found.notes))
}

fn outcome(net: &Net, fitted: &Fitted, plan: &Plan) -> Outcome {
    let from = match plan.mode {
        Mode::Full => "from new weights",
        Mode::Continue => "continued from the old weights",
    };
    let end = match fitted.best {
        Some(best) => format!("the weights of epoch {best} were the best on the rows that watched"),
        None => "no rows watched".to_owned(),
    };
    Outcome {
        rounds: fitted.epochs,
        loss: fitted.loss,
        notes: Vec::new(),
        held_out_loss: fitted.held_out_loss,
        summary: format!(
            "neural network, {} numbers trained {from} in {} epochs; {end}",
            net.parameters.iter().map(|parameter| parameter.elements()).sum::<usize>(),
            fitted.epochs
        ),
    }
}
