//! Convolutions and pools: strides with a rest, dilations, groups, pads, overlapping windows.

use tidegate_onnx::{
    node::{of_int, of_ints, of_text},
    proto::AttributeProto,
};

use crate::Case;

fn conv(x: &[usize], w: &[usize], attributes: Vec<AttributeProto>) {
    let case = Case::of("Conv", &["x", "w", "b"], attributes);
    case.wanted("x", x).wanted("w", w).wanted("b", &w[..1]).check();
}

#[test]
fn plain_convolutions() {
    conv(&[2, 3, 5, 5], &[4, 3, 3, 3], vec![of_ints("pads", &[1, 1, 1, 1])]);
    conv(&[1, 1, 4, 6], &[2, 1, 2, 3], vec![]);
    conv(&[2, 2, 7], &[3, 2, 3], vec![of_ints("pads", &[1, 0])]);
    conv(&[1, 2, 3, 4, 3], &[2, 2, 2, 2, 2], vec![]);
    conv(&[2, 3, 4, 4], &[5, 3, 1, 1], vec![]);
}

#[test]
fn strides_that_leave_a_rest() {
    conv(&[2, 2, 8, 7], &[3, 2, 3, 3], vec![of_ints("strides", &[3, 2])]);
    let padded = vec![of_ints("strides", &[2, 3]), of_ints("pads", &[0, 1, 2, 1])];
    conv(&[1, 2, 7, 9], &[2, 2, 3, 2], padded);
    conv(&[1, 1, 6, 6], &[1, 1, 2, 2], vec![of_ints("strides", &[4, 4])]);
}

#[test]
fn dilations_and_automatic_pads() {
    conv(&[1, 2, 8, 8], &[2, 2, 3, 3], vec![of_ints("dilations", &[2, 3])]);
    let both = vec![of_ints("dilations", &[2, 1]), of_ints("strides", &[2, 2])];
    conv(&[2, 1, 9, 6], &[2, 1, 3, 3], both);
    for pads in ["SAME_UPPER", "SAME_LOWER", "VALID"] {
        let attributes = vec![of_text("auto_pad", pads), of_ints("strides", &[2, 2])];
        conv(&[1, 1, 6, 5], &[2, 1, 3, 2], attributes);
    }
}

/// Large enough that the gradient of the weights is computed as one product.
#[test]
fn wide_convolutions() {
    conv(&[4, 16, 20, 20], &[32, 16, 3, 3], vec![of_ints("pads", &[1, 1, 1, 1])]);
    let uneven = vec![of_ints("strides", &[2, 1]), of_ints("pads", &[0, 2, 1, 0])];
    conv(&[4, 16, 21, 22], &[64, 16, 2, 3], uneven);
    conv(&[4, 24, 400], &[64, 24, 5], vec![of_ints("dilations", &[3]), of_ints("strides", &[2])]);
}

#[test]
fn groups() {
    conv(&[2, 4, 5, 5], &[6, 2, 3, 3], vec![of_int("group", 2), of_ints("pads", &[1, 1, 1, 1])]);
    conv(&[2, 3, 6, 6], &[3, 1, 3, 3], vec![of_int("group", 3), of_ints("strides", &[2, 2])]);
    conv(&[1, 3, 6], &[6, 1, 2], vec![of_int("group", 3), of_ints("dilations", &[2])]);
}

#[test]
fn transposed_convolutions() {
    let transposed = |x: &[usize], w: &[usize], outputs: usize, attributes: Vec<AttributeProto>| {
        let case = Case::of("ConvTranspose", &["x", "w", "b"], attributes);
        case.wanted("x", x).wanted("w", w).wanted("b", &[outputs]).check();
    };
    transposed(&[2, 3, 4, 4], &[3, 2, 3, 3], 2, vec![]);
    let wide = vec![of_ints("strides", &[2, 3]), of_ints("pads", &[1, 1, 1, 0])];
    transposed(&[1, 2, 3, 3], &[2, 3, 3, 3], 3, wide);
    let more = vec![of_ints("strides", &[2, 2]), of_ints("output_padding", &[1, 1])];
    transposed(&[2, 2, 3, 2], &[2, 1, 2, 2], 1, more);
    let apart = vec![of_int("group", 2), of_ints("dilations", &[2, 1])];
    transposed(&[1, 4, 3, 3], &[4, 2, 2, 2], 4, apart);
}

fn pool(kind: &str, x: &[usize], attributes: Vec<AttributeProto>) {
    Case::of(kind, &["x"], attributes).wanted("x", x).check();
}

#[test]
fn pools() {
    let kernel =
        |kernel: &[i64], strides: &[i64]| vec![of_ints("kernel_shape", kernel), of_ints("strides", strides)];
    for kind in ["MaxPool", "AveragePool"] {
        pool(kind, &[2, 2, 4, 4], kernel(&[2, 2], &[2, 2]));
        // Overlapping windows, and a rest that no window reaches.
        pool(kind, &[1, 2, 6, 5], kernel(&[3, 3], &[2, 1]));
        pool(kind, &[2, 1, 7], kernel(&[2], &[3]));
        let padded = |more: Vec<AttributeProto>| {
            let pads = of_ints("pads", &[1, 1, 1, 1]);
            [kernel(&[3, 3], &[2, 2]), vec![pads], more].concat()
        };
        pool(kind, &[1, 2, 6, 6], padded(vec![]));
        pool(kind, &[1, 2, 6, 6], padded(vec![of_int("ceil_mode", 1)]));
        let same = vec![of_text("auto_pad", "SAME_UPPER")];
        pool(kind, &[1, 1, 5, 6], [kernel(&[2, 3], &[2, 2]), same].concat());
    }
    let counted =
        [kernel(&[3, 3], &[2, 2]), vec![of_ints("pads", &[1, 1, 1, 1]), of_int("count_include_pad", 1)]];
    pool("AveragePool", &[1, 2, 6, 6], counted.concat());
    let dilated = [kernel(&[2, 2], &[1, 1]), vec![of_ints("dilations", &[2, 2])]];
    pool("MaxPool", &[1, 1, 5, 5], dilated.concat());
}
