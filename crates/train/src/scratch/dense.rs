//! A perceptron as ONNX nodes, and its weights read back out of them.
//!
//! Gemm and Relu, as every exporter writes them, so that the file can be retrained as a network.

use tidegate_core::{Error, Result};
use tidegate_onnx::{
    node::{float_tensor, initializer, int_tensor, node, of_int, tensor_floats},
    proto::{GraphProto, NodeProto, TensorProto, tensor_proto::DataType},
};

use super::perceptron::{Answer, FARTHEST, Layer, Perceptron};

/// Adds what computes a perceptron's answer, under the name `output`, from the matrix `input`. `free` gives a name
/// that no other value has.
pub(super) fn add(
    graph: &mut GraphProto,
    net: &Perceptron,
    input: &str,
    output: &str,
    free: &mut dyn FnMut(&str) -> String,
) {
    let mut value = clipped(graph, input, free);
    for (at, layer) in net.layers.iter().enumerate() {
        let last = at + 1 == net.layers.len();
        let [weight, bias, scores] =
            ["weight", "bias", "scores"].map(|kind| free(&format!("layer{}.{kind}", at + 1)));
        graph.initializer.push(float_tensor(&weight, &[layer.biases.len(), layer.inputs], &layer.weights));
        graph.initializer.push(float_tensor(&bias, &[layer.biases.len()], &layer.biases));
        graph.node.push(node("Gemm", &[&value, &weight, &bias], &[&scores], vec![of_int("transB", 1)]));
        value = scores;
        if !last {
            let rectified = free(&format!("layer{}.rectified", at + 1));
            graph.node.push(node("Relu", &[&value], &[&rectified], vec![]));
            value = rectified;
        }
    }
    match net.answer {
        Answer::Classes(_) => graph.node.push(node("Softmax", &[&value], &[output], vec![of_int("axis", 1)])),
        Answer::Number { mean, deviation } => scaled_back(graph, &value, output, mean, deviation, free),
    }
}

fn clipped(graph: &mut GraphProto, input: &str, free: &mut dyn FnMut(&str) -> String) -> String {
    let [least, most, clipped] = ["least", "most", "clipped"].map(&mut *free);
    graph.initializer.push(float_tensor(&least, &[], &[-FARTHEST]));
    graph.initializer.push(float_tensor(&most, &[], &[FARTHEST]));
    graph.node.push(node("Clip", &[input, &least, &most], &[&clipped], vec![]));
    clipped
}

/// Scalars belong to the formula: retraining leaves them as they are.
fn scaled_back(
    graph: &mut GraphProto,
    value: &str,
    output: &str,
    mean: f32,
    deviation: f32,
    free: &mut dyn FnMut(&str) -> String,
) {
    let [by, to, spread] = ["target.deviation", "target.mean", "spread"].map(&mut *free);
    graph.initializer.push(float_tensor(&by, &[], &[deviation]));
    graph.initializer.push(float_tensor(&to, &[], &[mean]));
    graph.node.push(node("Mul", &[value, &by], &[&spread], vec![]));
    graph.node.push(node("Add", &[&spread, &to], &[output], vec![]));
}

/// The classes from which the most probable is picked, as skl2onnx writes it.
pub(super) enum Classes {
    Whole(Vec<i64>),
    Texts(Vec<String>),
}

/// Adds the most probable class of each row under the name `output`.
pub(super) fn add_label(
    graph: &mut GraphProto,
    classes: &Classes,
    probabilities: &str,
    output: &str,
    free: &mut dyn FnMut(&str) -> String,
) {
    let [list, best, picked, rows] = ["classes", "most probable", "picked", "a row each"].map(&mut *free);
    graph.initializer.push(match classes {
        Classes::Whole(numbers) => int_tensor(&list, &[numbers.len()], numbers),
        Classes::Texts(texts) => text_tensor(&list, texts),
    });
    graph.initializer.push(int_tensor(&rows, &[1], &[-1]));
    let most = vec![of_int("axis", 1), of_int("keepdims", 0)];
    graph.node.push(node("ArgMax", &[probabilities], &[&best], most));
    let pick = node("ArrayFeatureExtractor", &[&list, &best], &[&picked], vec![]);
    graph.node.push(NodeProto { domain: Some(super::file::ML.into()), ..pick });
    graph.node.push(node("Reshape", &[&picked, &rows], &[output], vec![]));
}

fn text_tensor(name: &str, texts: &[String]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: vec![texts.len() as i64],
        data_type: Some(DataType::String as i32),
        string_data: texts.iter().map(|text| text.clone().into_bytes()).collect(),
        ..Default::default()
    }
}

/// The same perceptron with the weights that the graph holds now.
pub(super) fn read(graph: &GraphProto, net: &Perceptron) -> Result<Perceptron> {
    let held = |name: String, length: usize| {
        let found = initializer(graph, &name).and_then(tensor_floats).filter(|found| found.len() == length);
        found.ok_or_else(|| Error::internal(format!("the new network has lost `{name}`")))
    };
    let layers = net.layers.iter().zip(1..).map(|(layer, at)| {
        Ok(Layer {
            inputs: layer.inputs,
            weights: held(format!("layer{at}.weight"), layer.weights.len())?,
            biases: held(format!("layer{at}.bias"), layer.biases.len())?,
        })
    });
    Ok(Perceptron { layers: layers.collect::<Result<_>>()?, answer: net.answer })
}
