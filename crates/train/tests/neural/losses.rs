//! Losses against their formulas, and their gradients against differences.

use tidegate_onnx::{
    node::{float_tensor, node, of_int},
    proto::{GraphProto, ModelProto, OperatorSetIdProto},
    training::{Facts, Loss, TrainingGraph, evaluation_graph, expose, parameters, training_graph},
};

use crate::case::{close, floats, open, run, spread, tensor};

const ROWS: usize = 3;

/// One dense layer [2 -> columns].
fn layer(columns: usize) -> ModelProto {
    let graph = GraphProto {
        name: Some("layer".into()),
        node: vec![node("Gemm", &["x", "w", "b"], &["z"], vec![of_int("transB", 1)])],
        initializer: vec![
            float_tensor("w", &[columns, 2], &spread(2 * columns)),
            float_tensor("b", &[columns], &spread(columns)),
        ],
        input: vec![crate::layers::declared("x", &[ROWS, 2])],
        output: vec![crate::layers::undeclared("z")],
        ..Default::default()
    };
    let opset = OperatorSetIdProto { domain: Some(String::new()), version: Some(18) };
    ModelProto { ir_version: Some(8), graph: Some(graph), opset_import: vec![opset], ..Default::default() }
}

/// By the formulas of the documentation, in double precision.
fn expected(loss: Loss, z: &[f32], t: &[f32]) -> f64 {
    let pairs = || z.iter().zip(t).map(|(z, t)| (f64::from(*z), f64::from(*t)));
    let mean =
        |each: &dyn Fn(f64, f64) -> f64| pairs().map(|(z, t)| each(z, t)).sum::<f64>() / z.len() as f64;
    match loss {
        Loss::CrossEntropy => {
            let norm = z.iter().map(|z| f64::from(*z).exp()).sum::<f64>().ln();
            pairs().map(|(z, t)| -t * (z - norm)).sum()
        }
        Loss::Binary => mean(&|z, t| (1.0 + z.exp()).ln() - t * z),
        Loss::Squared => mean(&|z, t| (z - t).powi(2)),
        Loss::Huber { delta } => {
            let delta = f64::from(delta);
            mean(&|z, t| match (z - t).abs() {
                error if error <= delta => error * error / 2.0,
                error => delta * (error - delta / 2.0),
            })
        }
    }
}

fn check(loss: Loss, columns: usize, targets: &[f32]) {
    let model = layer(columns);
    let x = tensor("x", &[ROWS, 2], &spread(ROWS * 2));
    let found = run(&mut open(&expose(&model)), vec![x.clone()]);
    let facts = Facts::of(&model, &[vec![x.clone()], found].concat());
    let (trained, obstacles) = parameters(model.graph.as_ref().unwrap());
    assert!(obstacles.is_empty() && trained.len() == 2);
    let start: Vec<f32> = [spread(2 * columns), spread(columns)].concat();
    let target = tensor(TrainingGraph::TARGET, &[ROWS, columns], targets);
    let flat = |values: &[f32]| tensor(TrainingGraph::PARAMETERS, &[values.len()], values);

    let names: Vec<String> = trained.iter().map(|parameter| parameter.name.clone()).collect();
    let mut evaluation = open(&evaluation_graph(&model, "z", &names, loss));
    let mut rows = |values: &[f32]| {
        let found = run(&mut evaluation, vec![x.clone(), flat(values), target.clone()]);
        (floats(&found[0]), floats(&found[1]))
    };
    let (losses, scores) = rows(&start);
    let formula: Vec<f32> = (0..ROWS)
        .map(|row| [row * columns, (row + 1) * columns])
        .map(|[from, to]| expected(loss, &scores[from..to], &targets[from..to]) as f32)
        .collect();
    assert!(close(&losses, &formula, 1e-5), "{loss:?}: {losses:?}, by the formula {formula:?}");

    let built = training_graph(&model, &facts, "z", &trained, &[], loss).unwrap();
    let weights = [0.2, 0.5, 0.3];
    let given =
        vec![x.clone(), flat(&start), target.clone(), tensor(TrainingGraph::WEIGHT, &[ROWS], &weights)];
    let found = run(&mut open(&built.model), given);
    let mean = |losses: &[f32]| {
        losses.iter().zip(weights).map(|(loss, weight)| f64::from(*loss) * f64::from(weight)).sum::<f64>()
    };
    assert!((f64::from(floats(&found[0])[0]) - mean(&losses)).abs() < 1e-5);
    let gradient = floats(&found[1]);
    for (at, slope) in gradient.iter().enumerate() {
        let mut side = |by: f32| {
            let mut moved = start.clone();
            moved[at] += by;
            mean(&rows(&moved).0)
        };
        let difference = (side(0.01) - side(-0.01)) / 0.02;
        assert!((difference - f64::from(*slope)).abs() < 1e-3, "{loss:?} [{at}]: {slope}, {difference}");
    }
}

#[test]
fn losses_and_their_gradients() {
    let soft = [0.7, 0.2, 0.1, 0.0, 1.0, 0.0, 0.1, 0.1, 0.6];
    check(Loss::CrossEntropy, 3, &soft);
    check(Loss::Binary, 1, &[1.0, 0.0, 0.3]);
    check(Loss::Binary, 3, &soft);
    check(Loss::Squared, 1, &[1.5, -0.5, 0.2]);
    check(Loss::Huber { delta: 0.6 }, 1, &[1.5, -0.5, 0.2]);
}
