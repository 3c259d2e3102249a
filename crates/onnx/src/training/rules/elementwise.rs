//! Arithmetic of several tensors, with broadcasting.

use super::Step;
use crate::node::{input, operator};

pub(super) fn arithmetic(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, a, b) = (step.grad()?, step.x(0), step.x(1));
    let kind = operator(step.node);
    if step.wants(0) {
        let given = match kind {
            "Mul" => step.tape.mul(&grad, b),
            "Div" => step.tape.two("Div", &grad, b),
            _ => grad.clone(),
        };
        step.give_broadcast(0, &given);
    }
    if step.wants(1) {
        let given = match kind {
            "Mul" => step.tape.mul(&grad, a),
            "Sub" => step.tape.one("Neg", &grad),
            "Div" => {
                let product = step.tape.mul(&grad, step.y());
                let quotient = step.tape.two("Div", &product, b);
                step.tape.one("Neg", &quotient)
            }
            _ => grad,
        };
        step.give_broadcast(1, &given);
    }
    Ok(())
}

/// Sum and mean of any number of tensors.
pub(super) fn sum(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, count) = (step.grad()?, step.node.input.len());
    let share = match operator(step.node) {
        "Mean" => step.tape.times(&grad, 1.0 / count.max(1) as f32),
        _ => grad,
    };
    for index in (0..count).filter(|index| step.wants(*index)).collect::<Vec<_>>() {
        step.give_broadcast(index, &share);
    }
    Ok(())
}

/// d/dx = p x^(p-1); d/dp = x^p ln x.
pub(super) fn pow(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, x, exponent) = (step.grad()?, step.x(0), step.x(1));
    let exponent = match step.facts.get(exponent) {
        Some(fact) if fact.element != tidegate_core::ElementType::F32 => step.tape.cast_float(exponent),
        _ => exponent.to_owned(),
    };
    if step.wants(0) {
        let less = step.tape.plus(&exponent, -1.0);
        let power = step.tape.two("Pow", x, &less);
        let slope = step.tape.mul(&power, &exponent);
        let given = step.tape.mul(&grad, &slope);
        step.give_broadcast(0, &given);
    }
    if step.wants(1) {
        let log = step.tape.one("Log", x);
        let slope = step.tape.mul(step.y(), &log);
        let given = step.tape.mul(&grad, &slope);
        step.give_broadcast(1, &given);
    }
    Ok(())
}

/// x where positive, else slope * x.
pub(super) fn prelu(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, x, slope) = (step.grad()?, step.x(0), step.x(1));
    let zero = step.tape.scalar(0.0);
    let above = step.tape.two("Greater", x, &zero);
    if step.wants(0) {
        let less = step.tape.mul(&grad, slope);
        let given = step.tape.choose(&above, &grad, &less);
        step.give(0, given);
    }
    if step.wants(1) && input(step.node, 1).is_some() {
        let product = step.tape.mul(&grad, x);
        let given = step.tape.choose(&above, &zero, &product);
        step.give_broadcast(1, &given);
    }
    Ok(())
}
