//! Functions of one value, arithmetic with broadcasting, and choices between values.

use tidegate_onnx::node::{of_float, of_int, of_text};

use crate::{Case, positive};

#[test]
fn functions_of_one_value() {
    for kind in [
        "Neg",
        "Relu",
        "LeakyRelu",
        "Elu",
        "Selu",
        "Celu",
        "Sigmoid",
        "HardSigmoid",
        "HardSwish",
        "Tanh",
        "Erf",
        "Exp",
        "Abs",
        "Softplus",
        "Softsign",
        "Sin",
        "Cos",
        "Identity",
        "Mish",
    ] {
        Case::of(kind, &["x"], vec![]).wanted("x", &[3, 5]).check();
    }
    for kind in ["Log", "Sqrt", "Reciprocal"] {
        Case::of(kind, &["x"], vec![]).with("x", &[7], positive(7)).check();
    }
}

#[test]
fn their_parameters_count() {
    let with = |kind: &str, attributes| Case::of(kind, &["x"], attributes).wanted("x", &[11]).check();
    with("LeakyRelu", vec![of_float("alpha", 0.3)]);
    with("Elu", vec![of_float("alpha", 0.5)]);
    with("Selu", vec![of_float("alpha", 1.5), of_float("gamma", 1.2)]);
    with("Celu", vec![of_float("alpha", 2.0)]);
    with("HardSigmoid", vec![of_float("alpha", 0.4), of_float("beta", 0.3)]);
}

#[test]
fn both_forms_of_gelu() {
    Case::of("Gelu", &["x"], vec![]).opset(20).wanted("x", &[2, 6]).check();
    let form = vec![of_text("approximate", "tanh")];
    Case::of("Gelu", &["x"], form).opset(20).wanted("x", &[2, 6]).check();
}

#[test]
fn arithmetic_sums_over_what_was_repeated() {
    for (a, b) in [
        (&[2, 3][..], &[2, 3][..]),
        (&[2, 3], &[3]),
        (&[3], &[2, 3]),
        (&[2, 1, 3], &[4, 1]),
        (&[1, 3], &[5, 1]),
        (&[2, 3], &[]),
        (&[1], &[1, 1]),
    ] {
        for kind in ["Add", "Sub", "Mul"] {
            Case::of(kind, &["a", "b"], vec![]).wanted("a", a).wanted("b", b).check();
        }
        let below = positive(b.iter().product());
        Case::of("Div", &["a", "b"], vec![]).wanted("a", a).with("b", b, below.clone()).check();
        let base = positive(a.iter().product());
        Case::of("Pow", &["a", "b"], vec![]).with("a", a, base).with("b", b, below).check();
    }
    Case::of("Mul", &["x", "x"], vec![]).wanted("x", &[4]).check();
}

#[test]
fn powers_by_constants() {
    Case::of("Pow", &["x", "p"], vec![]).wanted("x", &[5]).floats("p", &[], &[2.0]).check();
    Case::of("Pow", &["x", "p"], vec![]).wanted("x", &[5]).indices("p", &[], &[3]).check();
}

#[test]
fn sums_means_and_extremes_of_several() {
    for kind in ["Sum", "Mean", "Max", "Min"] {
        let inputs = ["a", "b", "c"];
        let case = Case::of(kind, &inputs, vec![]).wanted("a", &[2, 3]).wanted("b", &[3]);
        // Far enough from the others that no difference changes the order.
        case.with("c", &[2, 1], vec![0.31, -0.77]).check();
    }
}

#[test]
fn slopes_of_prelu_are_shared_by_channel() {
    for slope in [&[1][..], &[3, 1], &[2, 3, 4]] {
        Case::of("PRelu", &["x", "s"], vec![]).wanted("x", &[2, 3, 4]).wanted("s", slope).check();
    }
}

#[test]
fn choices() {
    let condition = |case: Case| case.floats("zero", &[], &[0.1]);
    let nodes = || {
        vec![
            tidegate_onnx::node::node("Greater", &["a", "zero"], &["c"], vec![]),
            tidegate_onnx::node::node("Where", &["c", "a", "b"], &["y"], vec![]),
        ]
    };
    condition(Case::nodes(nodes())).wanted("a", &[2, 3]).wanted("b", &[3]).check();
    condition(Case::nodes(nodes())).wanted("a", &[3]).wanted("b", &[2, 3]).check();
    let bounds = |case: Case| case.floats("low", &[], &[-0.9]).floats("high", &[], &[1.1]);
    bounds(Case::of("Clip", &["x", "low", "high"], vec![])).wanted("x", &[9]).check();
    bounds(Case::of("Clip", &["x", "", "high"], vec![])).wanted("x", &[9]).check();
    let old = vec![of_float("min", -0.9), of_float("max", 1.1)];
    Case::of("Clip", &["x"], old).opset(7).wanted("x", &[9]).check();
}

#[test]
fn casts_and_dropout_pass_the_gradient_on() {
    Case::of("Cast", &["x"], vec![of_int("to", 1)]).wanted("x", &[4]).check();
    Case::of("Dropout", &["x"], vec![]).opset(13).wanted("x", &[4]).check();
}
