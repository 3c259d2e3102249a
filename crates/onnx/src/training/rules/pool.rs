//! Pooling windows.

use super::{Step, convolution::Window};
use crate::node::{int, ints};

fn window(step: &Step<'_>) -> Result<Window, String> {
    let kernel: Vec<usize> = ints(step.node, "kernel_shape").iter().map(|value| *value as usize).collect();
    Window::of(step, &kernel, &step.shape(0)[2..], &step.out()[2..])
}

/// The gradient goes to where the largest value stood, which the operator itself tells.
pub(super) fn max(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    if int(step.node, "storage_order") == Some(1) {
        return Err("its places are counted by column".into());
    }
    let window = window(step)?;
    let reach = |axis: usize| (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    let overlapping = (0..window.kernel.len()).any(|axis| window.strides[axis] < reach(axis));
    let places = step.output(1);
    let places = step.tape.reshape_flat(&places);
    let given = step.tape.scatter(&grad, &places, step.shape(0), overlapping);
    step.give(0, given);
    Ok(())
}

/// Every place of a window gets the same share: a transposed convolution with ones, channel by channel.
pub(super) fn average(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, large, small) = (step.grad()?, step.shape(0), step.out());
    let window = window(step)?;
    let padded = int(step.node, "count_include_pad") == Some(1);
    let counts: Vec<Vec<f32>> = (0..window.kernel.len())
        .map(|axis| counts(&window, axis, large[2 + axis], small[2 + axis], padded))
        .collect();
    let shares = counts.iter().fold(vec![1.0], |all: Vec<f32>, axis| {
        all.iter().flat_map(|so_far| axis.iter().map(move |count| so_far / count)).collect()
    });
    let shares = step.tape.floats(&[&[1, 1], &small[2..]].concat(), &shares);
    let shared = step.tape.mul(&grad, &shares);
    let alone = step.tape.reshape(&shared, &[&[small[0] * small[1], 1], &small[2..]].concat());
    let ones = vec![1.0; window.kernel.iter().product()];
    let ones = step.tape.floats(&[&[1, 1], &window.kernel[..]].concat(), &ones);
    let spread = window.spread(step, (&alone, &small[2..]), &ones, &large[2..], 1);
    let given = step.tape.reshape(&spread, large);
    step.give(0, given);
    Ok(())
}

/// How many values each place of an axis is the mean of.
fn counts(window: &Window, axis: usize, large: usize, small: usize, padded: bool) -> Vec<f32> {
    let (before, after) = (window.before[axis] as i64, window.after[axis] as i64);
    let (from, to) = if padded { (-before, large as i64 + after) } else { (0, large as i64) };
    let inside = |place: usize| {
        let start = (place * window.strides[axis]) as i64 - before;
        let at = |tap: usize| start + (tap * window.dilations[axis]) as i64;
        (0..window.kernel[axis]).filter(|tap| (from..to).contains(&at(*tap))).count().max(1)
    };
    (0..small).map(|place| inside(place) as f32).collect()
}
