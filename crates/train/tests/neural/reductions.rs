//! Operators that make one value of many, and softmax.

use tidegate_onnx::node::{of_int, of_ints};

use crate::{Case, positive};

#[test]
fn reductions_over_any_axes() {
    for kind in [
        "ReduceSum",
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceSumSquare",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSumExp",
    ] {
        for keep in [0, 1] {
            for axes in [&[1][..], &[0, 2], &[-1]] {
                let case = Case::of(kind, &["x", "axes"], vec![of_int("keepdims", keep)]);
                case.ints("axes", axes).with("x", &[2, 3, 4], positive(24)).check();
            }
            let all = Case::of(kind, &["x"], vec![of_int("keepdims", keep)]);
            all.with("x", &[1, 5], positive(5)).check();
        }
    }
    let nothing = vec![of_int("noop_with_empty_axes", 1)];
    Case::of("ReduceSum", &["x"], nothing).wanted("x", &[4]).check();
}

#[test]
fn axes_among_the_attributes_as_old_opsets_have_them() {
    for kind in ["ReduceSum", "ReduceMean", "ReduceMax"] {
        let attributes = || vec![of_ints("axes", &[1]), of_int("keepdims", 0)];
        Case::of(kind, &["x"], attributes()).opset(11).wanted("x", &[2, 3]).check();
    }
}

#[test]
fn softmax_and_its_logarithm() {
    for kind in ["Softmax", "LogSoftmax"] {
        for axis in [1, -1] {
            let case = Case::of(kind, &["x"], vec![of_int("axis", axis)]);
            case.wanted("x", &[2, 3, 4]).check();
        }
        Case::of(kind, &["x"], vec![]).wanted("x", &[1, 5]).check();
        Case::of(kind, &["x"], vec![]).opset(11).wanted("x", &[3, 4]).check();
        Case::of(kind, &["x"], vec![of_int("axis", 1)]).opset(11).wanted("x", &[2, 3, 4]).check();
    }
}

#[test]
fn global_pools() {
    for kind in ["GlobalAveragePool", "GlobalMaxPool"] {
        Case::of(kind, &["x"], vec![]).wanted("x", &[2, 3, 4, 5]).check();
        Case::of(kind, &["x"], vec![]).wanted("x", &[1, 2, 6]).check();
    }
}
