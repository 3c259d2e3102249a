//! Operators that take elements by their place: Slice, Pad, Gather.

use super::Step;
use crate::node::{input, int, of_int, text};

/// Where in a flat tensor each element of a result comes from; for each axis, the source of each place.
fn places(dims: &[usize], sources: &[Vec<usize>]) -> Vec<i64> {
    let mut found = vec![0_i64];
    for (dim, source) in dims.iter().zip(sources) {
        found = found
            .iter()
            .flat_map(|base| source.iter().map(move |place| base * *dim as i64 + *place as i64))
            .collect();
    }
    found
}

fn straight(dims: &[usize]) -> Vec<Vec<usize>> {
    dims.iter().map(|dim| (0..*dim).collect()).collect()
}

pub(super) fn slice(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, dims) = (step.grad()?, step.shape(0));
    let (sources, plain) = sources(step, dims)?;
    let given = if plain {
        let first = |source: &Vec<usize>| source.first().copied().unwrap_or(0) as i64;
        let before = sources.iter().map(first);
        let after = sources.iter().zip(dims).map(|(s, dim)| *dim as i64 - s.len() as i64 - first(s));
        let pads: Vec<i64> = before.chain(after).collect();
        let pads = step.tape.ints(&pads);
        step.tape.two("Pad", &grad, &pads)
    } else {
        let map = places(dims, &sources);
        let map = step.tape.ints(&map);
        step.tape.scatter(&grad, &map, dims, false)
    };
    step.give(0, given);
    Ok(())
}

/// The places each axis is read at, and whether all are read straight on.
fn sources(step: &Step<'_>, dims: &[usize]) -> Result<(Vec<Vec<usize>>, bool), String> {
    let known = |index: usize| match input(step.node, index) {
        None => Ok(None),
        Some(_) => step.ints(index).map(Some).ok_or("its bounds are computed from the data"),
    };
    let (starts, ends) = (known(1)?.unwrap_or(&[]), known(2)?.unwrap_or(&[]));
    let (axes, steps) = (known(3)?, known(4)?);
    let (mut sources, mut plain) = (straight(dims), true);
    for (place, (start, end)) in starts.iter().zip(ends).enumerate() {
        let axis = step.axis(axes.map_or(place as i64, |axes| axes[place]), dims.len());
        let by = steps.map_or(1, |steps| steps[place]);
        let dim = dims[axis] as i64;
        let from_end = |bound: i64| if bound < 0 { bound + dim } else { bound };
        plain &= by == 1;
        sources[axis] = match by > 0 {
            true => {
                let (start, end) = (from_end(*start).clamp(0, dim), from_end(*end).clamp(0, dim));
                (start..end).step_by(by as usize).map(|at| at as usize).collect()
            }
            false => {
                let start = from_end(*start).clamp(0, dim - 1);
                let end = from_end((*end).max(-dim - 1)).clamp(-1, dim - 1);
                (end + 1..=start).rev().step_by(by.unsigned_abs() as usize).map(|at| at as usize).collect()
            }
        };
    }
    Ok((sources, plain))
}

pub(super) fn pad(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, dims) = (step.grad()?, step.shape(0));
    let pads = step.ints(1).ok_or("its pads are computed from the data")?;
    let rank = dims.len();
    let axes: Vec<usize> = match input(step.node, 3) {
        None => (0..rank).collect(),
        Some(_) => {
            let axes = step.ints(3).ok_or("its axes are computed from the data")?;
            axes.iter().map(|axis| step.axis(*axis, rank)).collect()
        }
    };
    let mut all = vec![0_i64; 2 * rank];
    for (place, axis) in axes.iter().enumerate() {
        (all[*axis], all[rank + axis]) = (pads[place], pads[axes.len() + place]);
    }
    let mode = text(step.node, "mode").unwrap_or_else(|| "constant".into());
    let given = if mode == "constant" {
        // Padding by less than nothing takes away.
        let back: Vec<i64> = all.iter().map(|pad| -pad).collect();
        let back = step.tape.ints(&back);
        step.tape.two("Pad", &grad, &back)
    } else {
        if all.iter().any(|pad| *pad < 0) {
            return Err(format!("negative pads in mode {mode}"));
        }
        let sources: Vec<Vec<usize>> =
            (0..rank).map(|axis| reflected(&mode, dims[axis], all[axis], all[rank + axis])).collect();
        let map = step.tape.ints(&places(dims, &sources));
        step.tape.scatter(&grad, &map, dims, true)
    };
    step.give(0, given);
    Ok(())
}

/// The source of each place of a padded axis.
fn reflected(mode: &str, dim: usize, before: i64, after: i64) -> Vec<usize> {
    let dim = dim as i64;
    let source = |place: i64| match mode {
        "edge" => place.clamp(0, dim - 1),
        "wrap" => place.rem_euclid(dim),
        _ if dim == 1 => 0,
        _ => {
            let period = place.rem_euclid(2 * (dim - 1));
            if period < dim { period } else { 2 * (dim - 1) - period }
        }
    };
    (-before..dim + after).map(|place| source(place) as usize).collect()
}

/// Rows taken by number, along any axis: the gradient of a row is the sum of those of its copies.
pub(super) fn gather(step: &mut Step<'_>) -> Result<(), String> {
    let (grad, dims, indices) = (step.grad()?, step.shape(0), step.shape(1));
    let axis = step.axis(int(step.node, "axis").unwrap_or(0), dims.len());
    let (taken, rows) = (indices.iter().product::<usize>(), dims[axis]);
    let others: Vec<usize> = (0..dims.len()).filter(|other| *other != axis).collect();
    let rest: usize = others.iter().map(|other| dims[*other]).product();
    // The indices' axes go to the front.
    let wide = step.out().len();
    let moved: Vec<usize> = (axis..axis + indices.len())
        .chain((0..wide).filter(|a| *a < axis || *a >= axis + indices.len()))
        .collect();
    let front = if axis == 0 { grad } else { step.tape.transpose(&grad, &moved) };
    let updates = step.tape.reshape(&front, &[taken, rest]);
    let places = counted_from_the_front(step, rows);
    let column = step.tape.reshape(&places, &[taken, 1]);
    let map = step.tape.expand(&column, &[taken, rest]);
    let zeros = step.tape.zeros(&[rows, rest]);
    let attributes = vec![of_int("axis", 0), crate::node::of_text("reduction", "add")];
    let scattered = step.tape.op("ScatterElements", &[&zeros, &map, &updates], attributes);
    let shape: Vec<usize> = std::iter::once(rows).chain(others.iter().map(|other| dims[*other])).collect();
    let shaped = step.tape.reshape(&scattered, &shape);
    let mut back: Vec<usize> = (1..dims.len()).collect();
    back.insert(axis, 0);
    let given = if axis == 0 { shaped } else { step.tape.transpose(&shaped, &back) };
    step.give(0, given);
    Ok(())
}

/// Indices as int64, those from the end made ones from the front.
fn counted_from_the_front(step: &mut Step<'_>, rows: usize) -> String {
    let wide = step.tape.op("Cast", &[step.x(1)], vec![of_int("to", 7)]);
    let zero = step.tape.int_tensor(&[], &[0]);
    let rows = step.tape.int_tensor(&[], &[rows as i64]);
    let negative = step.tape.two("Less", &wide, &zero);
    let turned = step.tape.two("Add", &wide, &rows);
    step.tape.choose(&negative, &turned, &wide)
}
