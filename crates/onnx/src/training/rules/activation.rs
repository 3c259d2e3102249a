//! Functions of one value.

use std::f32::consts::PI;

use super::Step;
use crate::node::{float, operator};

/// The gradient times the function's derivative, by the operator's result where that is cheaper.
pub(super) fn rule(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, x, y) = (step.grad()?, step.x(0), step.y());
    let attribute = |name: &str, default: f32| float(step.node, name).unwrap_or(default);
    let (alpha, beta) = (attribute("alpha", f32::NAN), attribute("beta", 0.5));
    let gamma = attribute("gamma", 1.050_700_9);
    let or = |default: f32| if alpha.is_nan() { default } else { alpha };
    let tape = &mut *step.tape;
    let zero = tape.scalar(0.0);
    let given = match operator(step.node) {
        "Neg" => tape.one("Neg", &grad),
        // Faster than by the sign.
        "Relu" => {
            let above = tape.two("Greater", y, &zero);
            let slope = tape.cast_float(&above);
            tape.mul(&grad, &slope)
        }
        "Abs" => {
            let sign = tape.one("Sign", x);
            tape.mul(&grad, &sign)
        }
        "LeakyRelu" => {
            let (above, less) = (tape.two("Greater", x, &zero), tape.times(&grad, or(0.01)));
            tape.choose(&above, &grad, &less)
        }
        "Elu" => {
            let (above, slope) = (tape.two("Greater", x, &zero), tape.plus(y, or(1.0)));
            let less = tape.mul(&grad, &slope);
            tape.choose(&above, &grad, &less)
        }
        "Selu" => {
            let (above, slope) = (tape.two("Greater", x, &zero), tape.plus(y, gamma * or(1.673_263_2)));
            let (more, less) = (tape.times(&grad, gamma), tape.mul(&grad, &slope));
            tape.choose(&above, &more, &less)
        }
        "Celu" => {
            let (above, scaled) = (tape.two("Greater", x, &zero), tape.times(x, 1.0 / or(1.0)));
            let slope = tape.one("Exp", &scaled);
            let less = tape.mul(&grad, &slope);
            tape.choose(&above, &grad, &less)
        }
        "Sigmoid" => {
            let square = tape.mul(y, y);
            let slope = tape.two("Sub", y, &square);
            tape.mul(&grad, &slope)
        }
        "Tanh" => {
            let (square, one) = (tape.mul(y, y), tape.scalar(1.0));
            let slope = tape.two("Sub", &one, &square);
            tape.mul(&grad, &slope)
        }
        "HardSigmoid" => {
            let alpha = or(0.2);
            let scaled = tape.times(x, alpha);
            let line = tape.plus(&scaled, beta);
            let inside = between(tape, &line, 0.0, 1.0);
            let slope = tape.times(&grad, alpha);
            tape.choose(&inside, &slope, &zero)
        }
        "HardSwish" => hard_swish(tape, &grad, x),
        "Erf" => {
            let square = tape.mul(x, x);
            let negative = tape.one("Neg", &square);
            let bell = tape.one("Exp", &negative);
            let slope = tape.times(&bell, 2.0 / PI.sqrt());
            tape.mul(&grad, &slope)
        }
        "Exp" => tape.mul(&grad, y),
        "Log" => tape.two("Div", &grad, x),
        "Sqrt" => {
            let half = tape.times(&grad, 0.5);
            tape.two("Div", &half, y)
        }
        "Reciprocal" => {
            let square = tape.mul(y, y);
            let product = tape.mul(&grad, &square);
            tape.one("Neg", &product)
        }
        "Softplus" => {
            let slope = tape.one("Sigmoid", x);
            tape.mul(&grad, &slope)
        }
        "Softsign" => {
            let size = tape.one("Abs", x);
            let size = tape.plus(&size, 1.0);
            let square = tape.mul(&size, &size);
            tape.two("Div", &grad, &square)
        }
        "Sin" => {
            let slope = tape.one("Cos", x);
            tape.mul(&grad, &slope)
        }
        "Cos" => {
            let slope = tape.one("Sin", x);
            let product = tape.mul(&grad, &slope);
            tape.one("Neg", &product)
        }
        other => return Err(format!("has no derivative for {other}")),
    };
    step.give(0, given);
    Ok(())
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
