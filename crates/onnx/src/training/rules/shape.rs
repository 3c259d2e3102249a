//! Operators that only move values.

use super::Step;
use crate::node::{int, ints};

/// Whatever keeps the order of the elements.
pub(super) fn reshape(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let given = step.tape.reshape(&grad, step.shape(0));
    step.give(0, given);
    Ok(())
}

pub(super) fn transpose(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, rank) = (step.grad()?, step.rank(0));
    let order = ints(step.node, "perm");
    let mut back: Vec<usize> = (0..rank).rev().collect();
    for (to, from) in order.iter().enumerate() {
        back[*from as usize] = to;
    }
    let given = step.tape.transpose(&grad, &back);
    step.give(0, given);
    Ok(())
}

pub(super) fn concat(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, rank) = (step.grad()?, step.out().len());
    let axis = step.axis(int(step.node, "axis").unwrap_or(0), rank);
    let mut from = 0;
    for index in 0..step.node.input.len() {
        let to = from + step.shape(index).get(axis).copied().unwrap_or(0);
        if step.wants(index) {
            let given = step.tape.slice(&grad, axis, from, to);
            step.give(index, given);
        }
        from = to;
    }
    Ok(())
}

/// Pieces that nothing was computed from have a gradient of zero.
pub(super) fn split(step: &mut Step<'_>) -> Result<(), String> {
    let axis = step.axis(int(step.node, "axis").unwrap_or(0), step.rank(0));
    let mut parts = Vec::new();
    for (grad, output) in step.grads.clone().into_iter().zip(&step.node.output) {
        let part = grad.unwrap_or_else(|| step.tape.zeros(step.facts.shape(output)));
        parts.push(part);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let given = step.tape.concat(&parts, axis);
    step.give(0, given);
    Ok(())
}

pub(super) fn expand(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    step.give_broadcast(0, &grad);
    Ok(())
}

/// [a, b] repeated [p, q] times is [p a, q b]: read as [p, a, q, b] and summed over p and q.
pub(super) fn tile(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, from, to) = (step.grad()?, step.shape(0), step.out());
    let apart: Vec<usize> =
        from.iter().zip(to).flat_map(|(small, large)| [large / small.max(&1), *small]).collect();
    let shaped = step.tape.reshape(&grad, &apart);
    let repeats: Vec<usize> = (0..from.len()).map(|axis| 2 * axis).collect();
    let given = step.tape.reduce("ReduceSum", &shaped, &repeats, false);
    step.give(0, given);
    Ok(())
}

/// The triangle that was kept.
pub(super) fn trilu(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let mut inputs = vec![grad.as_str()];
    inputs.extend(crate::node::input(step.node, 1));
    let given = step.tape.op("Trilu", &inputs, step.node.attribute.clone());
    step.give(0, given);
    Ok(())
}
