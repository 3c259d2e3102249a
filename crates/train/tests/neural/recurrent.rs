//! Recurrent networks, through time.

use tidegate_onnx::{
    node::{node, of_int, of_text},
    proto::AttributeProto,
};

use crate::Case;

const STEPS: usize = 3;
const ROWS: usize = 2;
const INPUTS: usize = 3;
const HIDDEN: usize = 2;

/// Weights small enough that nothing saturates.
fn small(count: usize) -> Vec<f32> {
    super::spread(count).into_iter().map(|value| 0.4 * value).collect()
}

fn network(kind: &str, gates: usize, direction: &str, more: Vec<AttributeProto>, output: usize) -> Case {
    let ways = if direction == "bidirectional" { 2 } else { 1 };
    let mut outputs = ["", "", ""];
    outputs[output] = "y";
    let attributes =
        [vec![of_int("hidden_size", HIDDEN as i64), of_text("direction", direction)], more].concat();
    let outputs = if kind == "LSTM" { &outputs[..] } else { &outputs[..2] };
    let width = gates * HIDDEN;
    Case::nodes(vec![node(kind, &["x", "w", "r", "b", "", "h"], outputs, attributes)])
        .wanted("x", &[STEPS, ROWS, INPUTS])
        .with("w", &[ways, width, INPUTS], small(ways * width * INPUTS))
        .with("r", &[ways, width, HIDDEN], small(ways * width * HIDDEN))
        .with("b", &[ways, 2 * width], small(ways * 2 * width))
        .wanted("h", &[ways, ROWS, HIDDEN])
}

#[test]
fn lstm() {
    for direction in ["forward", "reverse", "bidirectional"] {
        for output in [0, 1] {
            network("LSTM", 4, direction, vec![], output).check();
        }
    }
    network("LSTM", 4, "forward", vec![], 2).check();
}

#[test]
fn gru_with_the_reset_inside_and_outside() {
    for reset in [0, 1] {
        for direction in ["forward", "bidirectional"] {
            network("GRU", 3, direction, vec![of_int("linear_before_reset", reset)], 0).check();
        }
    }
    network("GRU", 3, "reverse", vec![], 1).check();
}

#[test]
fn simple_recurrence() {
    network("RNN", 1, "forward", vec![], 0).check();
    network("RNN", 1, "bidirectional", vec![], 1).check();
}

#[test]
fn one_step_without_biases() {
    let case = Case::nodes(vec![node(
        "LSTM",
        &["x", "w", "r"],
        &["", "y"],
        vec![of_int("hidden_size", HIDDEN as i64)],
    )]);
    case.wanted("x", &[1, 1, INPUTS])
        .with("w", &[1, 4 * HIDDEN, INPUTS], small(4 * HIDDEN * INPUTS))
        .with("r", &[1, 4 * HIDDEN, HIDDEN], small(4 * HIDDEN * HIDDEN))
        .check();
}
