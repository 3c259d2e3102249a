//! One verb: a model and rows in, the bytes of a better model out.

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Plan, Progress},
    schema::Schema,
};
use tidegate_onnx::proto::ModelProto;
use tidegate_runtime::Launcher;
use tidegate_trees::Matrix;

use crate::{
    dataset::Dataset,
    kept, linear, neural,
    probe::{Learner, Recognised, recognise, refusal},
    split::held_out,
    trees,
};

/// A retrained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The whole ONNX file: the old one with only weights, scalers or trees changed.
    pub bytes: Vec<u8>,
    /// Iterations made (linear), boosting rounds added or trees grown (trees) or epochs gone through (neural networks).
    pub rounds: u32,
    /// Mean loss on the rows trained on: cross-entropy in nats, or squared error.
    pub loss: f64,
    /// Mean loss on the rows left out to watch; `None` when there were too few to leave any out.
    pub held_out_loss: Option<f64>,
    /// What was done, in words.
    pub summary: String,
    /// What is doubtful about the rows for this model, in words: values that its encoders do not know.
    pub notes: Vec<String>,
}

/// What a linear model or trees are to learn, and with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lesson<'a> {
    /// The file as it was before.
    pub model: &'a ModelProto,
    pub schema: &'a Schema,
    pub data: &'a Dataset,
    pub plan: &'a Plan,
    /// True for the rows that watch.
    pub held_out: &'a [bool],
    pub launcher: &'a Launcher,
    /// Whether a worker computes what stands before the learner, which is kept as it is.
    pub kept: bool,
}

impl Lesson<'_> {
    /// A kept value on all rows, and what is doubtful about them.
    pub fn kept(&self, value: &str) -> Result<(Matrix, Vec<String>)> {
        let wanted = [value.to_owned()];
        kept::compute(self.model, &wanted, self.schema, self.data, self.launcher)?.matrix()
    }
}

/// How a trainer ended; the graph holds its result.
pub(crate) struct Outcome {
    pub rounds: u32,
    pub loss: f64,
    pub held_out_loss: Option<f64>,
    pub summary: String,
    pub notes: Vec<String>,
}

/// Retrains a model on labelled rows.
///
/// A tenth of the rows (of at least 100), drawn by `plan.seed`, is left out to watch the loss on; linear models
/// take them in for a last pass. The launcher is for the workers that compute the gradients of neural networks, and
/// what stands before a learner where that is more than this crate computes itself. `progress` is called after each
/// iteration or round and may break off, which ends in an error of code `Conflict`; its `total` is the most there can
/// be, since a linear fit ends when it has converged. The same arguments give the same bytes.
///
/// # Errors
/// `Unsupported` with the operators that stand in the way when no trainer fits (see [`crate::probe()`]);
/// `Invalid` for rows that do not fit the model: a missing column, a class it does not have, no finite value.
pub fn train(
    model: &ModelProto,
    schema: &Schema,
    data: &Dataset,
    plan: &Plan,
    launcher: &Launcher,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Trained> {
    let answer = schema.answer.scores.as_deref().or(schema.answer.value.as_deref());
    let Recognised { learner, kept } =
        recognise(model, answer).map_err(|reasons| Error::unsupported(refusal(&reasons)))?;
    check(plan)?;
    data.check()?;
    let held_out = &watching(data, plan.seed)[..];
    let lesson = Lesson { model, schema, data, plan, held_out, launcher, kept: kept.is_some() };
    let mut made = model.clone();
    let outcome = match &learner {
        Learner::Linear(head) => linear::train(made.graph.get_or_insert_default(), head, &lesson, progress),
        Learner::Trees(head) => trees::train(made.graph.get_or_insert_default(), head, &lesson, progress),
        Learner::Network(net) => {
            let lesson = neural::Lesson { schema, data, plan, held_out, launcher };
            neural::train(&mut made, net, &lesson, progress)
        }
    }?;
    let Outcome { rounds, loss, held_out_loss, summary, notes } = outcome;
    Ok(Trained { bytes: tidegate_onnx::encode(&made), rounds, loss, held_out_loss, summary, notes })
}

pub(crate) fn cancelled() -> Error {
    Error::conflict("the training was cancelled")
}

/// The rows that watch, unless nothing of weight would be left to train on.
fn watching(data: &Dataset, seed: u64) -> Vec<bool> {
    let watch = held_out(data.rows(), seed);
    let trained = watch.iter().zip(&data.weight).any(|(watches, weight)| !watches && *weight > 0.0);
    if trained { watch } else { vec![false; data.rows()] }
}

fn check(plan: &Plan) -> Result<()> {
    let finite = |value: f64| value.is_finite() && value >= 0.0;
    let wrong = match plan {
        Plan { rounds: 0, .. } => "`rounds` is 0",
        Plan { leaves: 0 | 1, .. } => "`leaves` is less than 2",
        Plan { l2, .. } if !finite(*l2) => "`l2` is negative or not finite",
        Plan { learning_rate, .. } if !finite(*learning_rate) || *learning_rate == 0.0 => {
            "`learning_rate` is not a positive number"
        }
        _ => return Ok(()),
    };
    Err(Error::invalid(wrong))
}
