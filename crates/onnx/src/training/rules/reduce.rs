//! Operators that make one value of many.

use super::Step;
use crate::node::{input, int, operator};

pub(super) fn rule(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let Some(axes) = axes(step)? else {
        step.give(0, grad);
        return Ok(());
    };
    let kept: Vec<usize> = kept(step.shape(0), &axes);
    let full = step.shape(0);
    let (x, y) = (step.x(0), step.y());
    let shaped = |step: &mut Step<'_>, value: &str| match step.out() == kept {
        true => value.to_owned(),
        false => step.tape.reshape(value, &kept),
    };
    let grad = shaped(step, &grad);
    let count: usize = axes.iter().map(|axis| full[*axis]).product();
    let given = match operator(step.node) {
        "ReduceSum" => step.tape.expand(&grad, full),
        "ReduceMean" => {
            let share = step.tape.times(&grad, 1.0 / count.max(1) as f32);
            step.tape.expand(&share, full)
        }
        "ReduceMax" | "ReduceMin" => {
            let y = shaped(step, y);
            extreme(step, &grad, &y, &axes)
        }
        "ReduceSumSquare" => {
            let twice = step.tape.times(&grad, 2.0);
            step.tape.mul(&twice, x)
        }
        "ReduceL1" => {
            let sign = step.tape.one("Sign", x);
            step.tape.mul(&grad, &sign)
        }
        "ReduceL2" => {
            let y = shaped(step, y);
            let share = step.tape.two("Div", &grad, &y);
            step.tape.mul(&share, x)
        }
        "ReduceLogSumExp" => {
            let y = shaped(step, y);
            let distance = step.tape.two("Sub", x, &y);
            let share = step.tape.one("Exp", &distance);
            step.tape.mul(&grad, &share)
        }
        other => return Err(format!("has no derivative for {other}")),
    };
    step.give(0, given);
    Ok(())
}

/// The gradient goes to the largest (or smallest) value; equal ones share it.
fn extreme(step: &mut Step<'_>, grad: &str, y: &str, axes: &[usize]) -> String {
    let equal = step.tape.two("Equal", step.x(0), y);
    let chosen = step.tape.cast_float(&equal);
    let ties = step.tape.reduce("ReduceSum", &chosen, axes, true);
    let share = step.tape.two("Div", grad, &ties);
    step.tape.mul(&share, &chosen)
}

/// The axes that are gone; `None` where nothing is reduced.
fn axes(step: &Step<'_>) -> Result<Option<Vec<usize>>, String> {
    let rank = step.rank(0);
    let given = match input(step.node, 1) {
        Some(_) => step.ints(1).ok_or("its axes are computed from the data")?,
        None => &[],
    };
    match given {
        [] if int(step.node, "noop_with_empty_axes") == Some(1) => Ok(None),
        [] => Ok(Some((0..rank).collect())),
        axes => Ok(Some(axes.iter().map(|axis| step.axis(*axis, rank)).collect())),
    }
}

fn kept(shape: &[usize], axes: &[usize]) -> Vec<usize> {
    shape.iter().enumerate().map(|(axis, dim)| if axes.contains(&axis) { 1 } else { *dim }).collect()
}

pub(super) fn global_average(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, full) = (step.grad()?, step.shape(0));
    let count: usize = full.iter().skip(2).product();
    let share = step.tape.times(&grad, 1.0 / count.max(1) as f32);
    let given = step.tape.expand(&share, full);
    step.give(0, given);
    Ok(())
}

pub(super) fn global_max(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let axes: Vec<usize> = (2..step.rank(0)).collect();
    let given = extreme(step, &grad, step.y(), &axes);
    step.give(0, given);
    Ok(())
}
