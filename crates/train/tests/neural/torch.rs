//! Networks that torch wrote with both of its exporters: each is recognised, learns to read digits from new weights,
//! and stays a file that ONNX Runtime loads.

use tidegate_core::run::{Network, Plan};
use tidegate_train::{Trainer, probe, train};

use crate::{
    case::launcher,
    common::{data, model, rows, sample, silent},
    files::{accuracy, digits},
};

/// Trains each export of a network for so many epochs; prints a table of what came out.
fn learns(name: &str, rate: f64, rounds: u32, expected: f64) {
    let mut learnt = rows(sample("digits-cnn/reference.csv"));
    let mut held = rows(sample("digits-cnn/holdout.csv"));
    for pixels in [&mut learnt.x, &mut held.x] {
        pixels.iter_mut().for_each(|pixel| *pixel /= 16.0);
    }
    for exporter in ["", "-dynamo"] {
        let file = model(data(&format!("torch-{name}{exporter}.onnx")));
        let probed = probe(&file);
        assert_eq!(probed.trainer, Some(Trainer::NeuralNetwork), "{name}{exporter}: {}", probed.summary);
        let network = Network { learning_rate: rate, ..Network::default() };
        let plan = Plan { rounds, network, ..Plan::default() };
        let schema = digits("logits", true);
        let trained = train(&file, &schema, &learnt, &plan, &launcher(), &mut silent)
            .unwrap_or_else(|error| panic!("{name}{exporter}: {error}"));
        let right = accuracy(&trained.bytes, &held, &[64], 0);
        println!("torch {name}{exporter}: {}; {right:.3} right", probed.details.join(", "));
        assert!(right > expected, "{name}{exporter}: {right}, {}", trained.summary);
    }
}

#[test]
fn multilayer_perceptrons() {
    learns("mlp", 5e-3, 15, 0.93);
}

#[test]
fn convolutional_networks() {
    learns("cnn", 1e-2, 12, 0.93);
}

#[test]
fn residual_networks() {
    learns("resnet", 1e-2, 12, 0.85);
}

#[test]
fn recurrent_networks() {
    learns("lstm", 1e-2, 12, 0.85);
    learns("gru", 1e-2, 12, 0.85);
}

#[test]
fn transformer_encoders() {
    learns("encoder", 5e-3, 20, 0.85);
}
