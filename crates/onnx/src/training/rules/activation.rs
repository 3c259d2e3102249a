//! Functions of one value.

use std::f32::consts::PI;

use super::Step;
use crate::node::{float, operator};

/// The gradient times the function's derivative, by the operator's result where that is cheaper.
pub(super) fn rule(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let node = step.node;
    let given = match operator(node) {
        "Relu" | "LeakyRelu" | "Elu" | "Selu" | "Celu" => by_side(step, &grad),
        "HardSigmoid" | "HardSwish" => by_range(step, &grad),
        "Neg" | "Abs" | "Log" | "Sin" | "Cos" | "Softplus" | "Softsign" | "Erf" => by_argument(step, &grad),
        "Sigmoid" | "Tanh" | "Exp" | "Sqrt" | "Reciprocal" => by_result(step, &grad),
        other => return Err(format!("has no derivative for {other}")),
    };
    step.give(0, given);
    Ok(())
}

fn parameter(step: &Step<'_>, name: &str, default: f32) -> f32 {
    float(step.node, name).unwrap_or(default)
}

/// Functions with one slope above 0 and another below.
fn by_side(step: &mut Step<'_>, grad: &str) -> String {
    let (x, y, kind) = (step.x(0), step.y(), operator(step.node));
    let alpha = |default| parameter(step, "alpha", default);
    let (leak, flat, stretched) = (alpha(0.01), alpha(1.0), alpha(1.673_263_2));
    let gamma = parameter(step, "gamma", 1.050_700_9);
    let tape = &mut *step.tape;
    let zero = tape.scalar(0.0);
    let above = tape.two("Greater", x, &zero);
    let (more, less) = match kind {
        // Faster than by a choice.
        "Relu" => {
            let slope = tape.cast_float(&above);
            return tape.mul(grad, &slope);
        }
        "LeakyRelu" => (grad.to_owned(), tape.times(grad, leak)),
        "Elu" => {
            let slope = tape.plus(y, flat);
            (grad.to_owned(), tape.mul(grad, &slope))
        }
        "Selu" => {
            let slope = tape.plus(y, gamma * stretched);
            (tape.times(grad, gamma), tape.mul(grad, &slope))
        }
        _ => {
            let scaled = tape.times(x, 1.0 / flat);
            let slope = tape.one("Exp", &scaled);
            (grad.to_owned(), tape.mul(grad, &slope))
        }
    };
    tape.choose(&above, &more, &less)
}

/// Functions that are flat outside a range.
fn by_range(step: &mut Step<'_>, grad: &str) -> String {
    let (x, kind) = (step.x(0), operator(step.node));
    let (alpha, beta) = (parameter(step, "alpha", 0.2), parameter(step, "beta", 0.5));
    let tape = &mut *step.tape;
    if kind == "HardSwish" {
        return hard_swish(tape, grad, x);
    }
    let zero = tape.scalar(0.0);
    let scaled = tape.times(x, alpha);
    let line = tape.plus(&scaled, beta);
    let inside = between(tape, &line, 0.0, 1.0);
    let slope = tape.times(grad, alpha);
    tape.choose(&inside, &slope, &zero)
}

fn by_argument(step: &mut Step<'_>, grad: &str) -> String {
    let (x, kind) = (step.x(0), operator(step.node));
    let tape = &mut *step.tape;
    let slope = match kind {
        "Neg" => return tape.one("Neg", grad),
        "Log" => return tape.two("Div", grad, x),
        "Abs" => tape.one("Sign", x),
        "Sin" => tape.one("Cos", x),
        "Cos" => {
            let sine = tape.one("Sin", x);
            tape.one("Neg", &sine)
        }
        "Softplus" => tape.one("Sigmoid", x),
        "Softsign" => {
            let size = tape.one("Abs", x);
            let size = tape.plus(&size, 1.0);
            let square = tape.mul(&size, &size);
            return tape.two("Div", grad, &square);
        }
        _ => {
            let square = tape.mul(x, x);
            let negative = tape.one("Neg", &square);
            let bell = tape.one("Exp", &negative);
            tape.times(&bell, 2.0 / PI.sqrt())
        }
    };
    tape.mul(grad, &slope)
}

fn by_result(step: &mut Step<'_>, grad: &str) -> String {
    let (y, kind) = (step.y(), operator(step.node));
    let tape = &mut *step.tape;
    match kind {
        "Exp" => return tape.mul(grad, y),
        "Sqrt" => {
            let half = tape.times(grad, 0.5);
            return tape.two("Div", &half, y);
        }
        _ => {}
    }
    let square = tape.mul(y, y);
    let slope = match kind {
        "Sigmoid" => tape.two("Sub", y, &square),
        "Tanh" => {
            let one = tape.scalar(1.0);
            tape.two("Sub", &one, &square)
        }
        _ => tape.one("Neg", &square),
    };
    tape.mul(grad, &slope)
}

fn between(tape: &mut super::Tape, x: &str, low: f32, high: f32) -> String {
    let [low, high] = [low, high].map(|bound| tape.scalar(bound));
    let (above, below) = (tape.two("Greater", x, &low), tape.two("Less", x, &high));
    tape.two("And", &above, &below)
}

/// x * clip(x / 6 + 1/2, 0, 1): slope x / 3 + 1/2 between -3 and 3.
fn hard_swish(tape: &mut super::Tape, grad: &str, x: &str) -> String {
    let inside = between(tape, x, -3.0, 3.0);
    let third = tape.times(x, 1.0 / 3.0);
    let line = tape.plus(&third, 0.5);
    let (zero, one) = (tape.scalar(0.0), tape.scalar(1.0));
    let above = tape.two("Greater", x, &zero);
    let outside = tape.choose(&above, &one, &zero);
    let slope = tape.choose(&inside, &line, &outside);
    tape.mul(grad, &slope)
}

/// What changes nothing: Identity, Cast between equal types, Dropout outside training.
pub(super) fn pass(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    step.give(0, grad);
    Ok(())
}
