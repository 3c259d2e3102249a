//! Operators that take one of their inputs, element by element.

use super::Step;
use crate::node::{input, operator};

/// Max and Min of any number of tensors; what is equal shares the gradient.
pub(super) fn extreme(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, y, count) = (step.grad()?, step.y(), step.node.input.len());
    debug_assert!(matches!(operator(step.node), "Max" | "Min"));
    let chosen: Vec<String> = (0..count)
        .map(|index| {
            let equal = step.tape.two("Equal", step.x(index), y);
            step.tape.cast_float(&equal)
        })
        .collect();
    let names: Vec<&str> = chosen.iter().map(String::as_str).collect();
    let ties = step.tape.op("Sum", &names, vec![]);
    let share = step.tape.two("Div", &grad, &ties);
    for (index, mask) in chosen.iter().enumerate() {
        if step.wants(index) {
            let given = step.tape.mul(&share, mask);
            step.give_broadcast(index, &given);
        }
    }
    Ok(())
}

pub(super) fn choice(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, condition) = (step.grad()?, step.x(0));
    let zero = step.tape.scalar(0.0);
    if step.wants(1) {
        let given = step.tape.choose(condition, &grad, &zero);
        step.give_broadcast(1, &given);
    }
    if step.wants(2) {
        let given = step.tape.choose(condition, &zero, &grad);
        step.give_broadcast(2, &given);
    }
    Ok(())
}

/// Nothing flows to what was cut off.
pub(super) fn clip(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, x) = (step.grad()?, step.x(0));
    let zero = step.tape.scalar(0.0);
    let mut given = grad;
    for (index, kind) in [(1, "GreaterOrEqual"), (2, "LessOrEqual")] {
        if let Some(bound) = input(step.node, index) {
            let inside = step.tape.two(kind, x, bound);
            given = step.tape.choose(&inside, &given, &zero);
        }
    }
    step.give(0, given);
    Ok(())
}
