//! Operators that move, repeat and pick values.

use tidegate_onnx::{
    node::{node, of_int, of_ints, of_text},
    proto::AttributeProto,
};

use crate::Case;

#[test]
fn shapes() {
    Case::of("Reshape", &["x", "s"], vec![]).ints("s", &[-1, 2]).wanted("x", &[3, 4]).check();
    Case::of("Flatten", &["x"], vec![]).wanted("x", &[2, 3, 2]).check();
    Case::of("Squeeze", &["x", "a"], vec![]).ints("a", &[1]).wanted("x", &[2, 1, 3]).check();
    Case::of("Unsqueeze", &["x", "a"], vec![]).ints("a", &[0, 2]).wanted("x", &[2, 3]).check();
    Case::of("Squeeze", &["x"], vec![of_ints("axes", &[0])]).opset(11).wanted("x", &[1, 3]).check();
    Case::of("Unsqueeze", &["x"], vec![of_ints("axes", &[1])]).opset(11).wanted("x", &[2, 3]).check();
    Case::of("Transpose", &["x"], vec![]).wanted("x", &[2, 3, 4]).check();
    Case::of("Transpose", &["x"], vec![of_ints("perm", &[1, 2, 0])]).wanted("x", &[2, 3, 4]).check();
    Case::of("Expand", &["x", "s"], vec![]).ints("s", &[2, 3, 4]).wanted("x", &[3, 1]).check();
    Case::of("Tile", &["x", "r"], vec![]).ints("r", &[2, 3]).wanted("x", &[2, 2]).check();
    Case::of("Trilu", &["x"], vec![of_int("upper", 0)]).wanted("x", &[3, 4]).check();
}

#[test]
fn pieces_put_together_and_taken_apart() {
    for axis in [0, -1] {
        let case = Case::of("Concat", &["a", "b", "a"], vec![of_int("axis", axis)]);
        case.wanted("a", &[2, 3]).wanted("b", &[2, 3]).check();
    }
    let split = |attributes| {
        vec![
            node("Split", &["x", "s"], &["p", "q", "r"], attributes),
            node("Mul", &["p", "r"], &["y"], vec![]),
        ]
    };
    let case = Case::nodes(split(vec![of_int("axis", 1)])).ints("s", &[2, 1, 2]);
    case.wanted("x", &[2, 5]).check();
    let equal = vec![node("Split", &["x"], &["p", "q"], vec![]), node("Mul", &["p", "q"], &["y"], vec![])];
    Case::nodes(equal.clone()).opset(13).wanted("x", &[4, 3]).check();
    Case::nodes(equal).opset(11).wanted("x", &[4, 3]).check();
}

#[test]
fn slices_forward_backward_and_by_steps() {
    for (starts, ends, axes, steps) in [
        (&[1][..], &[3][..], &[0][..], &[1][..]),
        (&[0, 1], &[9, -1], &[0, 1], &[1, 1]),
        (&[0], &[5], &[1], &[2]),
        (&[-1], &[-9], &[1], &[-1]),
        (&[4], &[0], &[1], &[-2]),
    ] {
        let case = Case::of("Slice", &["x", "starts", "ends", "axes", "steps"], vec![]);
        let case = case.ints("starts", starts).ints("ends", ends).ints("axes", axes).ints("steps", steps);
        case.wanted("x", &[4, 5]).check();
    }
    let old = vec![of_ints("starts", &[1]), of_ints("ends", &[3]), of_ints("axes", &[1])];
    Case::of("Slice", &["x"], old).opset(9).wanted("x", &[2, 4]).check();
}

#[test]
fn pads_of_every_mode() {
    let pad = |mode: &str, pads: &[i64]| {
        let attributes: Vec<AttributeProto> = vec![of_text("mode", mode)];
        Case::of("Pad", &["x", "pads"], attributes).ints("pads", pads).wanted("x", &[3, 4]).check();
    };
    pad("constant", &[1, 0, 0, 2]);
    pad("constant", &[-1, 0, 1, -2]);
    pad("edge", &[2, 1, 0, 3]);
    pad("reflect", &[2, 1, 1, 3]);
    let axes = Case::of("Pad", &["x", "pads", "", "axes"], vec![]);
    axes.ints("pads", &[1, 2]).ints("axes", &[-1]).wanted("x", &[2, 3]).check();
    let old = vec![of_ints("pads", &[0, 1, 1, 0])];
    Case::of("Pad", &["x"], old).opset(9).wanted("x", &[2, 3]).check();
}

#[test]
fn rows_gathered_along_any_axis() {
    for axis in [0, 1, 2, -1] {
        let case = || Case::of("Gather", &["x", "i"], vec![of_int("axis", axis)]).wanted("x", &[3, 4, 3]);
        case().indices("i", &[2], &[2, 0]).check();
        case().indices("i", &[2, 2], &[1, 1, -1, 0]).check();
        case().indices("i", &[], &[1]).check();
    }
}

#[test]
fn images_resized() {
    for (mode, how) in [
        ("nearest", "asymmetric"),
        ("nearest", "half_pixel"),
        ("linear", "half_pixel"),
        ("linear", "align_corners"),
        ("cubic", "half_pixel"),
    ] {
        let attributes = || {
            vec![
                of_text("mode", mode),
                of_text("coordinate_transformation_mode", how),
                of_text("nearest_mode", "floor"),
            ]
        };
        let scaled = Case::of("Resize", &["x", "", "scales"], attributes());
        scaled.floats("scales", &[4], &[1.0, 1.0, 2.0, 1.5]).wanted("x", &[1, 2, 4, 4]).check();
        let sized = Case::of("Resize", &["x", "", "", "sizes"], attributes());
        sized.ints("sizes", &[2, 1, 3, 7]).wanted("x", &[2, 1, 5, 4]).check();
    }
    let old = Case::of("Upsample", &["x", "scales"], vec![of_text("mode", "nearest")]).opset(9);
    old.floats("scales", &[4], &[1.0, 1.0, 2.0, 2.0]).wanted("x", &[1, 1, 2, 3]).check();
}
