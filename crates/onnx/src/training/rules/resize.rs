//! Resize: a linear map along each axis, whatever its mode. The operator applied to the unit vectors gives the
//! map's matrix, and the gradient is the product with its transpose.

use super::Step;
use crate::{
    node::{attribute, input, ints, text},
    proto::AttributeProto,
};

pub(super) fn rule(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let (from, to) = (step.shape(0), step.out());
    if text(step.node, "coordinate_transformation_mode").as_deref() == Some("tf_crop_and_resize") {
        return Err("it crops to a region".into());
    }
    if text(step.node, "keep_aspect_ratio_policy").is_some_and(|policy| policy != "stretch") {
        return Err("it keeps the aspect ratio".into());
    }
    let axes: Vec<usize> = match ints(step.node, "axes") {
        [] => (0..from.len()).collect(),
        axes => axes.iter().map(|axis| step.axis(*axis, from.len())).collect(),
    };
    let mut value = grad;
    let mut dims = to.to_vec();
    for (place, axis) in axes.into_iter().enumerate() {
        if from[axis] == to[axis] {
            continue;
        }
        let matrix = matrix(step, place, from[axis], to[axis]);
        value = along(step, &value, &dims, axis, &matrix);
        dims[axis] = from[axis];
    }
    step.give(0, value);
    Ok(())
}

/// [out, in]: how much of each place of the input is in each place of the output.
fn matrix(step: &mut Step<'_>, place: usize, from: usize, to: usize) -> String {
    let unit: Vec<f32> = (0..from * from).map(|at| f32::from(u8::from(at / from == at % from))).collect();
    let unit = step.tape.floats(&[from, 1, 1, from], &unit);
    let kept = |attribute: &&AttributeProto| {
        !matches!(attribute.name.as_deref(), Some("axes" | "keep_aspect_ratio_policy"))
    };
    let attributes: Vec<AttributeProto> = step.node.attribute.iter().filter(kept).cloned().collect();
    debug_assert!(attribute(step.node, "roi").is_none());
    let resized = match input(step.node, 2) {
        Some(scales) => {
            let own = step.tape.slice(scales, 0, place, place + 1);
            let ones = step.tape.floats(&[3], &[1.0; 3]);
            let scales = step.tape.concat(&[&ones, &own], 0);
            step.tape.op("Resize", &[&unit, "", &scales], attributes)
        }
        None => {
            let sizes = step.tape.ints(&[from as i64, 1, 1, to as i64]);
            step.tape.op("Resize", &[&unit, "", "", &sizes], attributes)
        }
    };
    let flat = step.tape.reshape(&resized, &[from, to]);
    step.tape.transpose(&flat, &[1, 0])
}

/// The product along one axis.
fn along(step: &mut Step<'_>, value: &str, dims: &[usize], axis: usize, matrix: &str) -> String {
    let rank = dims.len();
    if axis == rank - 1 {
        return step.tape.two("MatMul", value, matrix);
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(axis, rank - 1);
    let turned = step.tape.transpose(value, &order);
    let product = step.tape.two("MatMul", &turned, matrix);
    step.tape.transpose(&product, &order)
}
