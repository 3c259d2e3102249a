//! Products of matrices.

use super::Step;
use crate::node::{float, int, of_float, of_int};

/// Y = alpha op(A) op(B) + beta C, op being the transpose where asked for.
pub(super) fn gemm(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let [alpha, beta] = ["alpha", "beta"].map(|name| float(step.node, name).unwrap_or(1.0));
    let [ta, tb] = ["transA", "transB"].map(|name| int(step.node, name).unwrap_or(0));
    let (a, b) = (step.x(0), step.x(1));
    let product = |step: &mut Step<'_>, left: (&str, i64), right: (&str, i64)| {
        let attributes = vec![of_float("alpha", alpha), of_int("transA", left.1), of_int("transB", right.1)];
        step.tape.op("Gemm", &[left.0, right.0], attributes)
    };
    if step.wants(0) {
        let given = match ta {
            0 => product(step, (&grad, 0), (b, 1 - tb)),
            _ => product(step, (b, tb), (&grad, 1)),
        };
        step.give(0, given);
    }
    if step.wants(1) {
        let given = match tb {
            0 => product(step, (a, 1 - ta), (&grad, 0)),
            _ => product(step, (&grad, 1), (a, ta)),
        };
        step.give(1, given);
    }
    if step.wants(2) {
        let scaled = if beta == 1.0 { grad } else { step.tape.times(&grad, beta) };
        step.give_broadcast(2, &scaled);
    }
    Ok(())
}

/// The product over the last two axes, broadcast over the others; vectors are rows on the left and columns on
/// the right.
pub(super) fn matmul(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let (left, right) = (step.shape(0), step.shape(1));
    if right.len() == 2 && left.len() >= 2 {
        return by_one_matrix(step, &grad);
    }
    let a_dims = if left.len() == 1 { vec![1, left[0]] } else { left.to_vec() };
    let b_dims = if right.len() == 1 { vec![right[0], 1] } else { right.to_vec() };
    let batch = batch(&a_dims, &b_dims);
    let g_dims = [&batch[..], &[a_dims[a_dims.len() - 2], b_dims[b_dims.len() - 1]]].concat();
    let shaped = |step: &mut Step<'_>, x: &str, from: &[usize], to: &[usize]| {
        if from == to { x.to_owned() } else { step.tape.reshape(x, to) }
    };
    let grad = shaped(step, &grad, step.out(), &g_dims);
    if step.wants(0) {
        let b = shaped(step, step.x(1), right, &b_dims);
        let turned = turn(step, &b, b_dims.len());
        let product = step.tape.two("MatMul", &grad, &turned);
        let made = [&batch[..], &a_dims[a_dims.len() - 2..]].concat();
        let given = step.tape.unbroadcast(&product, &made, &a_dims);
        let given = shaped(step, &given, &a_dims, left);
        step.give(0, given);
    }
    if step.wants(1) {
        let a = shaped(step, step.x(0), left, &a_dims);
        let turned = turn(step, &a, a_dims.len());
        let product = step.tape.two("MatMul", &turned, &grad);
        let made = [&batch[..], &b_dims[b_dims.len() - 2..]].concat();
        let given = step.tape.unbroadcast(&product, &made, &b_dims);
        let given = shaped(step, &given, &b_dims, right);
        step.give(1, given);
    }
    Ok(())
}

/// The usual case, a layer's weights on the right: one flat product each.
fn by_one_matrix(step: &mut Step<'_>, grad: &str) -> Result<(), String> {
    let (left, right) = (step.shape(0), step.shape(1));
    let (inner, columns) = (right[0], right[1]);
    let rows = left[..left.len() - 1].iter().product();
    let flat = |step: &mut Step<'_>, x: &str, width| match left.len() {
        2 => x.to_owned(),
        _ => step.tape.reshape(x, &[rows, width]),
    };
    let grad = flat(step, grad, columns);
    if step.wants(0) {
        let product = step.tape.op("Gemm", &[&grad, step.x(1)], vec![of_int("transB", 1)]);
        let given = if left.len() == 2 { product } else { step.tape.reshape(&product, left) };
        step.give(0, given);
    }
    if step.wants(1) {
        let a = flat(step, step.x(0), inner);
        let given = step.tape.op("Gemm", &[&a, &grad], vec![of_int("transA", 1)]);
        step.give(1, given);
    }
    Ok(())
}

/// The last two axes exchanged.
fn turn(step: &mut Step<'_>, x: &str, rank: usize) -> String {
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 2, rank - 1);
    step.tape.transpose(x, &order)
}

/// The leading axes of a product.
fn batch(a: &[usize], b: &[usize]) -> Vec<usize> {
    let (a, b) = (&a[..a.len() - 2], &b[..b.len() - 2]);
    let rank = a.len().max(b.len());
    let at = |dims: &[usize], place: usize| (place + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    (0..rank).map(|place| if at(a, place) == 1 { at(b, place) } else { at(a, place) }).collect()
}
