//! First models from a table whose gradients a worker computes: networks.

#![allow(clippy::unwrap_used, reason = "a test may end where it cannot go on")]

use std::{fmt::Write as _, ops::ControlFlow, path::PathBuf};

use tidegate_core::{Code, Tensor, Value, run::Mode, schema::Task, tensor::Named};
use tidegate_monitor::metric::MetricName;
use tidegate_onnx::{decode, node::operator, proto::ModelProto};
use tidegate_runtime::{Launcher, Limits, Workbench, library};
use tidegate_table::Table;
use tidegate_train::{
    Trainer, probe,
    scratch::{Made, Method, Request, Stage, make},
};

fn launcher(cache: &tempfile::TempDir) -> Launcher {
    Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_tidegate-train-worker-test")),
        args: vec!["worker".into()],
        library: library::find().unwrap(),
        cache: cache.path().to_owned(),
    }
}

/// Two numbers with gaps and a colour; `class` is an exclusive or that no linear model can tell, `size` a large
/// number far from zero, `digit` one of 25 whole numbers.
fn table(cache: &tempfile::TempDir) -> Table {
    let mut csv = "a,b,colour,class,size,digit\n".to_owned();
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    for row in 0..400 {
        let (a, b, colour) = (draw() * 4.0 - 2.0, draw() * 400.0 - 200.0, row % 3);
        let shown = if row % 17 == 0 { String::new() } else { a.to_string() };
        let class = ["in", "out"][usize::from((a > 0.0) == (b > 0.0))];
        let size = 50_000.0 + 900.0 * a + 5.0 * b.abs() + [0.0, 2_000.0, -500.0][colour];
        writeln!(csv, "{shown},{b},{},{class},{size},{}", ["red", "green", "blue"][colour], row % 25 + 7)
            .unwrap();
    }
    let file = cache.path().join("table.csv");
    std::fs::write(&file, csv).unwrap();
    tidegate_table::read(&file).unwrap()
}

fn asked(target: &str, exclude: &[&str]) -> Request {
    let exclude = exclude.iter().map(|column| (*column).to_owned()).collect();
    Request { method: Method::Mlp, exclude, ..Request::new(target) }
}

fn network(table: &Table, request: &Request, launcher: &Launcher) -> Made {
    make(table, request, launcher, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn score(made: &Made, name: MetricName) -> f64 {
    made.card.metrics.iter().find(|metric| metric.name == name).unwrap().value
}

fn operators(model: &ModelProto) -> Vec<&str> {
    model.graph.as_ref().unwrap().node.iter().map(operator).collect()
}

#[test]
fn a_network_tells_classes_that_no_line_parts() {
    let cache = tempfile::tempdir().unwrap();
    let (table, launcher) = (table(&cache), launcher(&cache));
    let made = network(&table, &asked("class", &["size", "digit"]), &launcher);
    assert_eq!(made.card.method, Method::Mlp);
    assert!(score(&made, MetricName::Accuracy) > 0.85, "{:?}", made.card);
    let linear = Request { method: Method::Linear, ..asked("class", &["size", "digit"]) };
    assert!(score(&network(&table, &linear, &launcher), MetricName::Accuracy) < 0.7);

    let model = decode(&made.bytes).unwrap();
    let nodes = operators(&model);
    for kind in
        ["Imputer", "Scaler", "OneHotEncoder", "Clip", "Gemm", "Relu", "Softmax", "ArrayFeatureExtractor"]
    {
        assert!(nodes.contains(&kind), "{nodes:?}");
    }
    // Gaps, a colour that was never seen, and numbers beyond all measure are answered with shares.
    let column = |name: &str, values: [f32; 4]| {
        Named::new(name, Value::Tensor(Tensor::from_f32(vec![4, 1], &values).unwrap()))
    };
    let colours = ["red", "", "violet", "blue"].map(str::to_owned).to_vec();
    let colours = Named::new("colour", Value::Tensor(Tensor::from_strings(vec![4, 1], colours).unwrap()));
    let rows = vec![
        column("a", [1.5, f32::NAN, -1.5, f32::INFINITY]),
        column("b", [150.0, 3.0, 150.0, -1e30]),
        colours,
    ];
    let mut bench = Workbench::open(&launcher, &made.bytes, &Limits::default()).unwrap();
    let answers = bench.run(rows).unwrap();
    let labels = answers[0].value.as_tensor().unwrap();
    assert_eq!((&labels.shape[..], &labels.strings().unwrap()[..1]), (&[4][..], &["out".to_owned()][..]));
    assert_eq!(labels.strings().unwrap()[2], "in");
    let shares = answers[1].value.as_tensor().unwrap().to_f64().unwrap();
    assert!(shares.chunks(2).all(|row| (row[0] + row[1] - 1.0).abs() < 1e-6), "{shares:?}");
}

#[test]
fn numbers_far_from_zero_are_learnt_as_deviations_from_their_mean() {
    let cache = tempfile::tempdir().unwrap();
    let (table, launcher) = (table(&cache), launcher(&cache));
    let made = network(&table, &asked("size", &["class", "digit"]), &launcher);
    assert!(score(&made, MetricName::R2) > 0.9, "{:?}", made.card);
    let model = decode(&made.bytes).unwrap();
    assert!(operators(&model).ends_with(&["Gemm", "Mul", "Add"]));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let cache = tempfile::tempdir().unwrap();
    let (table, launcher) = (table(&cache), launcher(&cache));
    let request = asked("class", &["size", "digit", "colour"]);
    let first = network(&table, &request, &launcher);
    assert_eq!(first, network(&table, &request, &launcher));
    assert_ne!(first.bytes, network(&table, &Request { seed: 1, ..request }, &launcher).bytes);
}

#[test]
fn a_network_of_numbers_can_be_retrained_and_names_whole_classes() {
    let cache = tempfile::tempdir().unwrap();
    let (table, launcher) = (table(&cache), launcher(&cache));
    let task = Some(Task::Classification);
    let request = Request { task, ..asked("digit", &["class", "size", "colour"]) };
    let made = network(&table, &request, &launcher);
    let model = decode(&made.bytes).unwrap();
    let probed = probe(&model);
    assert_eq!(probed.trainer, Some(Trainer::NeuralNetwork), "{}", probed.summary);
    assert_eq!(probed.modes, [Mode::Full, Mode::Continue]);
    let file = cache.path().join("digit.onnx");
    std::fs::write(&file, &made.bytes).unwrap();
    let inspection = tidegate_onnx::inspect(&file).unwrap();
    assert_eq!(inspection.class_labels, (7..32).map(|digit| digit.to_string()).collect::<Vec<_>>());
}

#[test]
fn the_loss_is_told_while_it_learns_and_every_step_may_be_the_last() {
    let cache = tempfile::tempdir().unwrap();
    let (table, launcher) = (table(&cache), launcher(&cache));
    let request = asked("class", &["size", "digit"]);
    let mut learning: Vec<Stage> = Vec::new();
    make(&table, &request, &launcher, &mut |stage| {
        learning.extend(stage.loss.is_some().then_some(stage));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(learning.len() > 10 && learning.windows(2).all(|pair| pair[0].step <= pair[1].step));
    let (first, last) = (learning[1], learning[learning.len() - 1]);
    assert!(last.loss < first.loss && last.held_out_loss.is_some() && last.step <= last.total);
    for wanted in ["comparing by cross-validation", "learning"] {
        let mut told = 0;
        let error = make(&table, &request, &launcher, &mut |stage| {
            told += u32::from(stage.what == wanted);
            if told > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap_err();
        assert_eq!((error.code, told), (Code::Conflict, 4));
    }
}
