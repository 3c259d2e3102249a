//! The sample models do at work what their cards say they did where they were made.

use std::path::{Path, PathBuf};

use tidegate_core::{Tensor, Value, tensor::Named};
use tidegate_runtime::{Deployment, Request, Spec};

use crate::{launcher, limits};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name)
}

/// The rows kept out of training: features, and the target.
fn holdout(name: &str) -> (Vec<Vec<f32>>, Vec<String>) {
    let text = std::fs::read_to_string(folder(name).join("holdout.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let (features, target) = line.rsplit_once(',').unwrap();
        (features.split(',').map(|field| field.parse().unwrap()).collect(), target.to_owned())
    });
    rows.unzip()
}

/// All outputs for all rows of the hold-out, sent as one batch.
async fn outputs(name: &str, shape: &[usize]) -> (Vec<Named>, Vec<String>) {
    let model = folder(name).join("model.onnx");
    let trial = launcher().trial(&model, &limits()).await.unwrap();
    assert_eq!(trial.note, None, "{name}");
    let signature = tidegate_onnx::inspect(&model).unwrap().signature;
    let input = signature.inputs[0].name.clone();
    let spec = Spec { sessions: 2, ..Spec::new(&model, name, signature) };
    let deployment = Deployment::start(launcher(), spec).await.unwrap();
    let (rows, targets) = holdout(name);
    let shape = [&[rows.len()], shape].concat();
    let tensor = Tensor::from_f32(shape, &rows.concat()).unwrap();
    let request = Request { inputs: vec![Named::new(input, Value::Tensor(tensor))], ..Request::default() };
    (deployment.run(request).await.unwrap().outputs, targets)
}

fn share(right: impl Iterator<Item = bool>) -> f64 {
    let right: Vec<bool> = right.collect();
    right.iter().filter(|right| **right).count() as f64 / right.len() as f64
}

#[tokio::test]
async fn the_diagnosis_is_as_accurate_as_its_card_says() {
    let (outputs, targets) = outputs("breast-cancer", &[30]).await;
    let labels = outputs[0].value.as_tensor().unwrap().strings().unwrap();
    let accuracy = share(labels.iter().zip(&targets).map(|(label, target)| label == target));
    assert!((accuracy - 0.9825).abs() < 1e-4, "{accuracy}");
    let Value::Sequence(probabilities) = &outputs[1].value else { panic!("{:?}", outputs[1]) };
    for map in probabilities {
        let Value::Map(map) = map else { panic!("{map:?}") };
        assert_eq!(map.keys.to_strings(), ["benign", "malignant"]);
        assert!((map.values.to_f64().unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-5);
    }
}

#[tokio::test]
async fn the_progression_is_as_far_off_as_its_card_says() {
    let (outputs, targets) = outputs("diabetes", &[10]).await;
    let predicted = outputs[0].value.as_tensor().unwrap().to_f64().unwrap();
    let errors =
        predicted.iter().zip(&targets).map(|(value, target)| (value - target.parse::<f64>().unwrap()).abs());
    let error = errors.sum::<f64>() / targets.len() as f64;
    assert!((error - 45.983).abs() < 1e-3, "{error}");
}

#[tokio::test]
async fn the_digits_are_read_as_well_as_the_card_says() {
    let (outputs, targets) = outputs("digits-cnn", &[1, 8, 8]).await;
    let logits = outputs[0].value.as_tensor().unwrap().to_f64().unwrap();
    let best = |row: &[f64]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
    let right = logits.chunks(10).zip(&targets).map(|(row, target)| best(row).to_string() == *target);
    let accuracy = share(right);
    assert!((accuracy - 0.9778).abs() < 1e-4, "{accuracy}");
}
