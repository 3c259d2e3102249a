//! Softmax and its logarithm.

use super::Step;
use crate::node::int;

/// dx = y (g - sum(g y)).
pub(super) fn softmax(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, y, axis) = (step.grad()?, step.y(), axis(step));
    let product = step.tape.mul(&grad, y);
    let sum = step.tape.reduce("ReduceSum", &product, &[axis], true);
    let rest = step.tape.two("Sub", &grad, &sum);
    let given = step.tape.mul(y, &rest);
    step.give(0, given);
    Ok(())
}

/// dx = g - exp(y) sum(g).
pub(super) fn log_softmax(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, y, axis) = (step.grad()?, step.y(), axis(step));
    let sum = step.tape.reduce("ReduceSum", &grad, &[axis], true);
    let probability = step.tape.one("Exp", y);
    let share = step.tape.mul(&probability, &sum);
    let given = step.tape.two("Sub", &grad, &share);
    step.give(0, given);
    Ok(())
}

fn axis(step: &Step<'_>) -> usize {
    step.axis(int(step.node, "axis").unwrap_or(-1), step.rank(0))
}
