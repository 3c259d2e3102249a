//! Operators taken apart into simpler ones, whose gradients then follow from theirs.

use super::{
    BatchStatistics, Facts, apart_norm,
    backward::{between, named},
    recurrent,
    tape::Tape,
};
use crate::{
    node::{is_standard, operator, text},
    proto::{GraphProto, NodeProto},
};

/// Whether a node is one that is taken apart, and why this one can't be.
pub(super) fn parts(node: &NodeProto) -> Option<Result<(), String>> {
    if !is_standard(node) {
        return None;
    }
    match operator(node) {
        "Gelu" | "Mish" | "Swish" | "InstanceNormalization" | "GroupNormalization" => Some(Ok(())),
        "LSTM" | "GRU" | "RNN" => Some(recurrent::possible(node)),
        _ => None,
    }
}

/// Takes every such operator between the parameters and `value` apart. With `measured`, batch normalisation uses the
/// mean and variance of its batch from now on, and tells where they are.
///
/// # Errors
/// The nodes that can't be taken apart, and why.
pub fn take_apart(
    graph: &mut GraphProto,
    facts: &Facts,
    value: &str,
    wanted: &[String],
    measured: bool,
) -> Result<Vec<BatchStatistics>, Vec<String>> {
    let (mut statistics, mut obstacles) = (Vec::new(), Vec::new());
    let mut tape = Tape::new("tidegate/part");
    let between = between(graph, value, wanted);
    for (index, node) in std::mem::take(&mut graph.node).into_iter().enumerate() {
        let normalises = measured && operator(&node) == "BatchNormalization";
        let taken = match (between.contains(&index), parts(&node)) {
            (true, Some(Err(reason))) => Err(reason),
            (true, Some(Ok(()))) => apart(&mut tape, &node, facts).map(|()| true),
            (true, None) if normalises => {
                statistics.push(apart_norm::batch(&mut tape, &node, facts));
                Ok(true)
            }
            _ => Ok(false),
        };
        match taken {
            Ok(true) => {}
            Ok(false) => tape.nodes.push(node),
            Err(reason) => obstacles.push(format!("{}: {reason}", named(&node))),
        }
    }
    graph.node = tape.nodes;
    graph.initializer.extend(tape.constants);
    if obstacles.is_empty() { Ok(statistics) } else { Err(obstacles) }
}

fn apart(tape: &mut Tape, node: &NodeProto, facts: &Facts) -> Result<(), String> {
    match operator(node) {
        "Gelu" => gelu(tape, node),
        "Mish" => mish(tape, node),
        "Swish" => swish(tape, node),
        "InstanceNormalization" => apart_norm::instance(tape, node, facts),
        "GroupNormalization" => apart_norm::group(tape, node, facts),
        _ => return recurrent::unroll(tape, node, facts),
    }
    Ok(())
}

/// Gives a value the name of a node's output.
pub(super) fn call(tape: &mut Tape, value: &str, output: &str) {
    tape.nodes.push(crate::node::node("Identity", &[value], &[output], vec![]));
}

/// x/2 (1 + erf(x / sqrt 2)), or with tanh(sqrt(2/pi) (x + 0.044715 x^3)) for erf (Hendrycks and Gimpel 2016).
fn gelu(tape: &mut Tape, node: &NodeProto) {
    let x = node.input[0].as_str();
    let bent = if text(node, "approximate").as_deref() == Some("tanh") {
        let square = tape.mul(x, x);
        let scaled = tape.times(&square, 0.044_715);
        let factor = tape.plus(&scaled, 1.0);
        let product = tape.mul(x, &factor);
        let inner = tape.times(&product, (2.0 / std::f32::consts::PI).sqrt());
        tape.one("Tanh", &inner)
    } else {
        let inner = tape.times(x, std::f32::consts::FRAC_1_SQRT_2);
        tape.one("Erf", &inner)
    };
    let half = tape.times(x, 0.5);
    let more = tape.plus(&bent, 1.0);
    let product = tape.mul(&half, &more);
    call(tape, &product, &node.output[0]);
}

/// x tanh(log(1 + exp(x))).
fn mish(tape: &mut Tape, node: &NodeProto) {
    let x = node.input[0].as_str();
    let soft = tape.one("Softplus", x);
    let bent = tape.one("Tanh", &soft);
    let product = tape.mul(x, &bent);
    call(tape, &product, &node.output[0]);
}

/// x / (1 + exp(-alpha x)).
fn swish(tape: &mut Tape, node: &NodeProto) {
    let x = node.input[0].as_str();
    let scaled = tape.times(x, crate::node::float(node, "alpha").unwrap_or(1.0));
    let gate = tape.one("Sigmoid", &scaled);
    let product = tape.mul(x, &gate);
    call(tape, &product, &node.output[0]);
}
