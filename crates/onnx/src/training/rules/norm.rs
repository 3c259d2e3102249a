//! Normalisation by statistics of the model (BatchNormalization outside training) and of each row
//! (LayerNormalization).

use super::Step;
use crate::node::{float, int};

/// y = (x - mean) scale / sqrt(var + epsilon) + bias, with mean and variance as constants.
pub(super) fn batch(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, dims) = (step.grad()?, step.shape(0));
    let epsilon = float(step.node, "epsilon").unwrap_or(1e-5);
    let channels = dims.get(1).copied().unwrap_or(1);
    let column: Vec<usize> = std::iter::once(channels).chain(dims.iter().skip(2).map(|_| 1)).collect();
    let others: Vec<usize> = (0..dims.len()).filter(|axis| *axis != 1).collect();
    let variance = step.tape.plus(step.x(4), epsilon);
    let deviation = step.tape.one("Sqrt", &variance);
    let inverse = step.tape.one("Reciprocal", &deviation);
    if step.wants(0) {
        let factor = step.tape.mul(&inverse, step.x(1));
        let factor = step.tape.reshape(&factor, &column);
        let given = step.tape.mul(&grad, &factor);
        step.give(0, given);
    }
    if step.wants(1) {
        let mean = step.tape.reshape(step.x(3), &column);
        let distance = step.tape.two("Sub", step.x(0), &mean);
        let product = step.tape.mul(&grad, &distance);
        let sum = step.tape.reduce("ReduceSum", &product, &others, false);
        let given = step.tape.mul(&sum, &inverse);
        step.give(1, given);
    }
    if step.wants(2) {
        let given = step.tape.reduce("ReduceSum", &grad, &others, false);
        step.give(2, given);
    }
    Ok(())
}

/// With h = (x - mean) / deviation and d = g scale: dx = (d - mean(d) - h mean(d h)) / deviation.
pub(super) fn layer(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, rank) = (step.grad()?, step.rank(0));
    let axis = step.axis(int(step.node, "axis").unwrap_or(-1), rank);
    let own: Vec<usize> = (axis..rank).collect();
    let (mean, inverse) = (step.output(1), step.output(2));
    let distance = step.tape.two("Sub", step.x(0), &mean);
    let normal = step.tape.mul(&distance, &inverse);
    if step.wants(0) {
        let scaled = step.tape.mul(&grad, step.x(1));
        let level = step.tape.reduce("ReduceMean", &scaled, &own, true);
        let product = step.tape.mul(&scaled, &normal);
        let slope = step.tape.reduce("ReduceMean", &product, &own, true);
        let bent = step.tape.mul(&normal, &slope);
        let rest = step.tape.two("Sub", &scaled, &level);
        let rest = step.tape.two("Sub", &rest, &bent);
        let given = step.tape.mul(&rest, &inverse);
        step.give(0, given);
    }
    if step.wants(1) {
        let product = step.tape.mul(&grad, &normal);
        step.give_broadcast(1, &product);
    }
    if step.wants(2) {
        step.give_broadcast(2, &grad);
    }
    Ok(())
}
