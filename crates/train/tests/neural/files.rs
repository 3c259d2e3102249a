//! From file to file: networks that scikit-learn made and the convolutional sample, retrained in place.

use std::ops::ControlFlow;

use tidegate_core::{
    Code, Tensor, Value,
    run::{Mode, Network, Optimiser, Plan, Progress},
    schema::{Answer, Schema, Task, Truth},
    tensor::Named,
};
use tidegate_onnx::{
    node::{initializer, tensor_floats},
    proto::ModelProto,
};
use tidegate_train::{Dataset, Trained, Trainer, probe, train};

use crate::{
    case::{floats, launcher, open, run},
    common::{data, model, rows, sample, silent},
    reference,
};

/// What a file answers to rows, at the place of an output.
pub fn answers(bytes: &[u8], rows: &Dataset, dims: &[usize], output: usize) -> Vec<Named> {
    let file = tidegate_onnx::decode(bytes).unwrap();
    let input = file.graph.as_ref().unwrap().input[0].name.clone().unwrap();
    let shape = [&[rows.rows()], dims].concat();
    let x = Named::new(input, Value::Tensor(Tensor::from_f32(shape, &rows.x).unwrap()));
    vec![run(&mut open(&file), vec![x]).swap_remove(output)]
}

/// Share of rows whose largest score is the true digit's.
pub fn accuracy(bytes: &[u8], rows: &Dataset, dims: &[usize], output: usize) -> f64 {
    let scores = floats(&answers(bytes, rows, dims, output)[0]);
    let best = |scores: &[f32]| (0..10).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap() as f64;
    let right =
        scores.chunks(10).zip(&rows.truth).filter(|(scores, truth)| truth.number() == Some(best(scores)));
    right.count() as f64 / rows.rows() as f64
}

pub fn digits(scores: &str, logits: bool) -> Schema {
    let answer = Answer { scores: Some(scores.into()), logits, ..Answer::default() };
    Schema { answer, ..reference::digits() }
}

fn fitted(file: &ModelProto, schema: &Schema, data: &Dataset, plan: &Plan) -> Trained {
    train(file, schema, data, plan, &launcher(), &mut silent).unwrap()
}

#[test]
fn the_convolutional_sample_learns_again_from_nothing() {
    let file = model(sample("digits-cnn/model.onnx"));
    let probed = probe(&file);
    assert_eq!(probed.trainer, Some(Trainer::NeuralNetwork));
    assert_eq!(probed.summary, "can be retrained: neural network, continue or full");
    assert_eq!(probed.details[1], "1898 numbers in 3 layers");
    let learnt = rows(sample("digits-cnn/reference.csv"));
    let network = Network { learning_rate: 5e-3, ..Network::default() };
    let plan = Plan { rounds: 20, network, ..Plan::default() };
    let mut steps: Vec<Progress> = Vec::new();
    let trained = train(&file, &digits("logits", true), &learnt, &plan, &launcher(), &mut |progress| {
        steps.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    let right = accuracy(&trained.bytes, &rows(sample("digits-cnn/holdout.csv")), &[1, 8, 8], 0);
    assert!(right > 0.95, "{right}: {}", trained.summary);
    assert!(steps.windows(2).all(|pair| pair[0].step < pair[1].step) && steps[0].step < steps[0].total);
    assert!(steps[0].loss > 3.0 * steps.last().unwrap().loss, "{:?}", steps.last());
    assert!(steps.last().unwrap().held_out_loss.is_some() && trained.held_out_loss.unwrap() < 0.3);
}

#[test]
fn only_weights_change_and_the_same_seed_gives_the_same_bytes() {
    let file = model(data("mlp-digits.onnx"));
    let learnt = rows(sample("digits-cnn/reference.csv"));
    let plan = Plan { rounds: 2, seed: 7, ..Plan::default() };
    let schema = digits("probabilities", false);
    let first = fitted(&file, &schema, &learnt, &plan);
    assert!(first == fitted(&file, &schema, &learnt, &plan), "the same seed, the same bytes");
    assert!(first.bytes != fitted(&file, &schema, &learnt, &Plan { seed: 8, ..plan }).bytes);
    let mut new = tidegate_onnx::decode(&first.bytes).unwrap();
    assert!(new != file);
    let (old, graph) = (file.graph.as_ref().unwrap(), new.graph.as_mut().unwrap());
    for (tensor, before) in graph.initializer.iter_mut().zip(&old.initializer) {
        if tensor.data_type == Some(1) {
            assert_eq!(tensor.dims, before.dims);
            *tensor = before.clone();
        }
    }
    assert!(new == file, "the scaler, the labels and the names are as they were");
}

#[test]
fn cancelling_ends_in_an_error_and_leaves_the_model_alone() {
    let file = model(data("mlp-digits.onnx"));
    let learnt = rows(sample("digits-cnn/reference.csv"));
    let mut told = 0;
    let schema = digits("probabilities", false);
    let error = train(&file, &schema, &learnt, &Plan::default(), &launcher(), &mut |_| {
        told += 1;
        if told == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap_err();
    assert_eq!((error.code, told), (Code::Conflict, 3));
    assert!(error.message.contains("cancelled"));
    assert!(file == model(data("mlp-digits.onnx")));
}

#[test]
fn two_classes_behind_a_sigmoid() {
    let file = model(data("mlp-binary.onnx"));
    assert_eq!(probe(&file).details[0], "a classifier");
    let schema = Schema {
        task: Task::Classification,
        labels: vec!["benign".into(), "malignant".into()],
        answer: Answer {
            label: Some("output_label".into()),
            scores: Some("output_probability".into()),
            ..Answer::default()
        },
        ..Schema::default()
    };
    let learnt = rows(sample("breast-cancer/reference.csv"));
    let network =
        Network { optimiser: Optimiser::Sgd, learning_rate: 0.1, balanced: true, ..Network::default() };
    let trained = fitted(&file, &schema, &learnt, &Plan { rounds: 40, network, ..Plan::default() });
    let held = rows(sample("breast-cancer/holdout.csv"));
    let found = answers(&trained.bytes, &held, &[30], 0).remove(0);
    let Value::Tensor(labels) = found.value else { panic!("no labels") };
    let tidegate_core::tensor::Data::Strings(labels) = labels.data else { panic!("no names") };
    let right = labels.iter().zip(&held.truth).filter(|(label, truth)| **label == truth.class()).count();
    assert!(right as f64 / labels.len() as f64 > 0.94, "{right} of {}: {}", labels.len(), trained.summary);
}

#[test]
fn numbers_are_predicted() {
    let file = model(data("mlp-regression.onnx"));
    let schema = Schema {
        task: Task::Regression,
        answer: Answer { value: Some("variable".into()), ..Answer::default() },
        ..Schema::default()
    };
    let (learnt, held) = (rows(sample("diabetes/reference.csv")), rows(sample("diabetes/holdout.csv")));
    let truth: Vec<f64> = held.truth.iter().filter_map(Truth::number).collect();
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let error = |bytes: &[u8]| {
        let found = floats(&answers(bytes, &held, &[10], 0)[0]);
        found.iter().zip(&truth).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum::<f64>() / truth.len() as f64
    };
    let spread = truth.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / truth.len() as f64;
    let before = error(&tidegate_onnx::encode(&file));
    for huber in [None, Some(50.0)] {
        let network = Network { learning_rate: 0.01, huber, ..Network::default() };
        let plan = Plan { mode: Mode::Continue, rounds: 60, network, ..Plan::default() };
        let after = error(&fitted(&file, &schema, &learnt, &plan).bytes);
        assert!(after < 0.8 * spread && after < before, "{after} of {spread}, before {before}");
    }
}

#[test]
fn frozen_layers_stay_as_they_are() {
    let file = model(data("mlp-digits.onnx"));
    let learnt = rows(sample("digits-cnn/reference.csv"));
    let changed = |network: Network| -> Vec<String> {
        let plan = Plan { mode: Mode::Continue, rounds: 1, network, ..Plan::default() };
        let network = Plan { network: Network { patience: None, ..plan.network.clone() }, ..plan };
        let mut few = crate::common::pick(&learnt, &(0..90).collect::<Vec<_>>());
        few.truth.rotate_left(1);
        let trained = fitted(&file, &digits("probabilities", false), &few, &network);
        let new = tidegate_onnx::decode(&trained.bytes).unwrap();
        let values = |model: &ModelProto, name: &str| {
            initializer(model.graph.as_ref().unwrap(), name).and_then(tensor_floats)
        };
        let names = file.graph.as_ref().unwrap().initializer.iter().map(|tensor| tensor.name().to_owned());
        names.filter(|name| values(&file, name) != values(&new, name)).collect()
    };
    let all = ["coefficient", "intercepts", "coefficient1", "intercepts1"];
    assert_eq!(changed(Network::default()), all);
    assert_eq!(changed(Network { last_layers: Some(1), ..Network::default() }), all[2..]);
    let names = vec!["coefficient1".into(), "intercepts".into()];
    assert_eq!(changed(Network { freeze: names, ..Network::default() }), all[..1]);
}

#[test]
fn the_best_weights_are_kept_and_waiting_ends() {
    let file = model(data("mlp-digits.onnx"));
    let learnt = rows(sample("digits-cnn/reference.csv"));
    let network = Network { learning_rate: 0.1, patience: Some(2), ..Network::default() };
    let plan = Plan { mode: Mode::Continue, rounds: 60, network, ..Plan::default() };
    let mut watched = Vec::new();
    let schema = digits("probabilities", false);
    let trained = train(&file, &schema, &learnt, &plan, &launcher(), &mut |progress| {
        watched.extend(progress.held_out_loss);
        ControlFlow::Continue(())
    })
    .unwrap();
    let least = watched.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(trained.rounds < 60 && trained.held_out_loss == Some(least), "{}", trained.summary);
    let best = format!("the weights of epoch {}", trained.rounds - 2);
    assert!(trained.summary.contains(&best), "{}", trained.summary);
}
