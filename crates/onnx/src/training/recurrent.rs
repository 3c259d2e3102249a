//! Recurrent networks unrolled: one copy of the cell a step, so that the way back goes through time.
//!
//! The equations and the order of the gates are those of ONNX's LSTM, GRU and RNN.

use super::{Facts, apart::call, tape::Tape};
use crate::{
    node::{attribute, input, int, of_int, operator, text},
    proto::NodeProto,
};

/// Longer sequences would make graphs of tens of thousands of nodes.
const LONGEST: usize = 512;

/// Why a recurrent node can't be unrolled.
pub(super) fn possible(node: &NodeProto) -> Result<(), String> {
    let kind = operator(node);
    let usual: &[&str] = match kind {
        "LSTM" => &["sigmoid", "tanh", "tanh"],
        "GRU" => &["sigmoid", "tanh"],
        _ => &["tanh"],
    };
    let named = attribute(node, "activations").map(|attribute| &attribute.strings);
    let unusual = |(at, name): (usize, &Vec<u8>)| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        name != usual[at % usual.len()] && !(kind == "RNN" && name == "relu")
    };
    if named.into_iter().flatten().enumerate().any(unusual) {
        return Err("unusual activations".into());
    }
    if int(node, "layout") == Some(1) {
        return Err("rows before steps (layout 1)".into());
    }
    if attribute(node, "clip").is_some() || int(node, "input_forget") == Some(1) {
        return Err("clipped or coupled gates".into());
    }
    if input(node, 4).is_some() || (kind == "LSTM" && input(node, 7).is_some()) {
        return Err("rows of different lengths, or peepholes".into());
    }
    Ok(())
}

/// What a direction's cell computes with.
struct Cell<'a> {
    node: &'a NodeProto,
    /// The input part of the gates, one [batch, gates * hidden] a step.
    steps: Vec<String>,
    /// [hidden, gates * hidden], transposed.
    recurrence: String,
    /// [gates * hidden], of the recurrent part, where the gates need it apart.
    bias: Option<String>,
    hidden: usize,
    relu: bool,
}

pub(super) fn unroll(tape: &mut Tape, node: &NodeProto, facts: &Facts) -> Result<(), String> {
    let (x, r) = (facts.shape(&node.input[0]), facts.shape(&node.input[2]));
    let ([length, batch, _], [directions, _, hidden]) = (x, r) else {
        return Err("its shapes are not known".into());
    };
    if *length > LONGEST {
        return Err(format!("{length} steps, at most {LONGEST} are unrolled"));
    }
    let direction = text(node, "direction").unwrap_or_else(|| "forward".into());
    let (mut all, mut last, mut cells) = (Vec::new(), Vec::new(), Vec::new());
    for place in 0..*directions {
        let backward = place == 1 || direction == "reverse";
        let cell = cell(tape, node, place, x, *hidden);
        let start = |tape: &mut Tape, index: usize| state(tape, node, index, place, &[*batch, *hidden]);
        let (mut h, mut c) = (start(tape, 5), start(tape, 6));
        let mut outputs = vec![String::new(); *length];
        for step in 0..*length {
            let at = if backward { length - 1 - step } else { step };
            (h, c) = advance(tape, &cell, at, &h, &c);
            outputs[at] = tape.reshape(&h, &[1, 1, *batch, *hidden]);
        }
        let parts: Vec<&str> = outputs.iter().map(String::as_str).collect();
        all.push(tape.concat(&parts, 0));
        last.push(tape.reshape(&h, &[1, *batch, *hidden]));
        cells.push(tape.reshape(&c, &[1, *batch, *hidden]));
    }
    for (index, (parts, axis)) in [(all, 1), (last, 0), (cells, 0)].into_iter().enumerate() {
        if let Some(output) = node.output.get(index).filter(|name| !name.is_empty()) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let whole = tape.concat(&parts, axis);
            call(tape, &whole, output);
        }
    }
    Ok(())
}

/// One direction's piece of a tensor whose first axis counts them.
fn piece(tape: &mut Tape, value: &str, place: usize, dims: &[usize]) -> String {
    let own = tape.slice(value, 0, place, place + 1);
    tape.reshape(&own, dims)
}

/// Where the network starts: an input, or zeros.
fn state(tape: &mut Tape, node: &NodeProto, index: usize, place: usize, dims: &[usize]) -> String {
    match input(node, index) {
        Some(given) if index == 5 || operator(node) == "LSTM" => piece(tape, given, place, dims),
        _ => tape.zeros(dims),
    }
}

fn cell<'a>(tape: &mut Tape, node: &'a NodeProto, place: usize, x: &[usize], hidden: usize) -> Cell<'a> {
    let gates = match operator(node) {
        "LSTM" => 4,
        "GRU" => 3,
        _ => 1,
    };
    let (length, batch, width) = (x[0], x[1], gates * hidden);
    let weights = piece(tape, &node.input[1], place, &[width, x[2]]);
    let weights = tape.transpose(&weights, &[1, 0]);
    let recurrence = piece(tape, &node.input[2], place, &[width, hidden]);
    let recurrence = tape.transpose(&recurrence, &[1, 0]);
    let biases = input(node, 3).map(|bias| {
        let own = piece(tape, bias, place, &[2 * width]);
        [0, width].map(|from| tape.slice(&own, 0, from, from + width))
    });
    let flat = tape.reshape(&node.input[0], &[length * batch, x[2]]);
    let mut driven = tape.two("MatMul", &flat, &weights);
    let apart = operator(node) == "GRU";
    let mut bias = None;
    if let Some([own, recurrent]) = biases {
        driven = tape.two("Add", &driven, &own);
        match apart {
            true => bias = Some(recurrent),
            false => driven = tape.two("Add", &driven, &recurrent),
        }
    }
    let steps = if length == 1 {
        vec![driven]
    } else {
        let sizes = tape.ints(&vec![batch as i64; length]);
        tape.ops("Split", &[&driven, &sizes], vec![of_int("axis", 0)], length)
    };
    let named = attribute(node, "activations").and_then(|attribute| attribute.strings.get(place));
    let relu = named.is_some_and(|name| name.eq_ignore_ascii_case(b"relu"));
    Cell { node, steps, recurrence, bias, hidden, relu }
}

/// State and cell after one more step.
fn advance(tape: &mut Tape, cell: &Cell<'_>, at: usize, h: &str, c: &str) -> (String, String) {
    match operator(cell.node) {
        "LSTM" => lstm(tape, cell, at, h, c),
        "GRU" => (gru(tape, cell, at, h), c.to_owned()),
        _ => {
            let sum = driven(tape, cell, at, h);
            (tape.one(if cell.relu { "Relu" } else { "Tanh" }, &sum), c.to_owned())
        }
    }
}

fn driven(tape: &mut Tape, cell: &Cell<'_>, at: usize, h: &str) -> String {
    let recurrent = tape.two("MatMul", h, &cell.recurrence);
    tape.two("Add", &cell.steps[at], &recurrent)
}

fn gates(tape: &mut Tape, cell: &Cell<'_>, sum: &str, count: usize) -> Vec<String> {
    let sizes = tape.ints(&vec![cell.hidden as i64; count]);
    tape.ops("Split", &[sum, &sizes], vec![of_int("axis", 1)], count)
}

/// Gates in the order input, output, forget, cell.
fn lstm(tape: &mut Tape, cell: &Cell<'_>, at: usize, h: &str, c: &str) -> (String, String) {
    let sum = driven(tape, cell, at, h);
    let parts = gates(tape, cell, &sum, 4);
    let [taken, given, kept] = [0, 1, 2].map(|gate| tape.one("Sigmoid", &parts[gate]));
    let new = tape.one("Tanh", &parts[3]);
    let (old, new) = (tape.mul(&kept, c), tape.mul(&taken, &new));
    let c = tape.two("Add", &old, &new);
    let shown = tape.one("Tanh", &c);
    (tape.mul(&given, &shown), c)
}

/// Gates in the order update, reset, hidden.
fn gru(tape: &mut Tape, cell: &Cell<'_>, at: usize, h: &str) -> String {
    let hidden = cell.hidden;
    let from_input = gates(tape, cell, &cell.steps[at], 3);
    let through = |tape: &mut Tape, state: &str, from: usize, to: usize| {
        let weights = tape.slice(&cell.recurrence, 1, from * hidden, to * hidden);
        let product = tape.two("MatMul", state, &weights);
        match &cell.bias {
            Some(bias) => {
                let own = tape.slice(bias, 0, from * hidden, to * hidden);
                tape.two("Add", &product, &own)
            }
            None => product,
        }
    };
    let [update, reset] = [0, 1].map(|gate| {
        let recurrent = through(tape, h, gate, gate + 1);
        let sum = tape.two("Add", &from_input[gate], &recurrent);
        tape.one("Sigmoid", &sum)
    });
    // The reset is either within the product with the recurrent weights or around it.
    let recurrent = if int(cell.node, "linear_before_reset").unwrap_or(0) != 0 {
        let product = through(tape, h, 2, 3);
        tape.mul(&reset, &product)
    } else {
        let state = tape.mul(&reset, h);
        through(tape, &state, 2, 3)
    };
    let sum = tape.two("Add", &from_input[2], &recurrent);
    let new = tape.one("Tanh", &sum);
    let distance = tape.two("Sub", h, &new);
    let kept = tape.mul(&update, &distance);
    tape.two("Add", &new, &kept)
}
