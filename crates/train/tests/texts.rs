//! Pipelines that take texts: what encodes them is kept, what learns is trained on what it gives.

#![allow(clippy::unwrap_used, reason = "a test may end where it cannot go on")]

mod common;

use std::{collections::BTreeMap, path::PathBuf};

use common::{checked, data, model, pick, silent};
use tidegate_core::{
    Code, Tensor, Value,
    run::{Mode, Network, Plan, Trees},
    schema::{Answer, Feature, FeatureKind, Schema, Task, Truth},
    tensor::Named,
};
use tidegate_onnx::{node::operator, proto::ModelProto};
use tidegate_runtime::{Launcher, Limits, Workbench, library};
use tidegate_train::{Dataset, Texts, Trained, Trainer, probe, train};

const NUMBERS: [&str; 3] = ["age", "income", "shop"];
const TEXTS: [&str; 3] = ["plan", "region", "note"];
/// Rows that made the files, and the end of those for retraining.
const PARTS: (usize, usize) = (250, 550);
/// Files that answer numbers.
const OF_NUMBERS: [&str; 2] = ["block", "hist"];

fn launcher(cache: &tempfile::TempDir) -> Launcher {
    Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_tidegate-train-worker-test")),
        args: vec!["worker".into()],
        library: library::find().unwrap(),
        cache: cache.path().to_owned(),
    }
}

/// All customers, with a column of theirs as the truth.
fn customers(target: &str) -> Dataset {
    let mut reader = csv::Reader::from_path(data("customers.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let texts = TEXTS.map(|name| Texts { name: name.into(), values: vec![] });
    let features = NUMBERS.map(str::to_owned).to_vec();
    let mut all = Dataset { features, texts: texts.to_vec(), ..Dataset::default() };
    for record in reader.records().map(Result::unwrap) {
        all.x.extend(NUMBERS.map(|name| record[place(name)].parse().unwrap_or(f32::NAN)));
        all.texts.iter_mut().for_each(|column| column.values.push(record[place(&column.name)].to_owned()));
        let truth = &record[place(target)];
        all.truth.push(truth.parse().map_or_else(|_| Truth::Class(truth.into()), Truth::Number));
        all.weight.push(1.0);
    }
    all
}

fn target(name: &str) -> &'static str {
    if OF_NUMBERS.contains(&name) { "spend" } else { "churned" }
}

/// The rows for retraining, and those held out.
fn rows(name: &str) -> [Dataset; 2] {
    let all = customers(target(name));
    let known = |row: &usize| name != "strict" || all.texts[1].values[*row] != "coast";
    [PARTS.0..PARTS.1, PARTS.1..all.rows()].map(|part| pick(&all, &part.filter(known).collect::<Vec<_>>()))
}

fn file(name: &str) -> ModelProto {
    model(data(&format!("text-{name}.onnx")))
}

fn schema(name: &str) -> Schema {
    let feature = |name: &str, input: &str, column| Feature {
        name: name.into(),
        input: input.into(),
        column,
        kind: if TEXTS.contains(&name) { FeatureKind::Categorical } else { FeatureKind::Numeric },
    };
    let features = match name {
        "block" => vec![
            feature("age", "numbers", Some(0)),
            feature("income", "numbers", Some(1)),
            feature("plan", "texts", Some(0)),
            feature("region", "texts", Some(1)),
        ],
        _ => {
            let inputs = file(name).graph.unwrap().input;
            inputs.iter().map(|input| feature(input.name(), input.name(), None)).collect()
        }
    };
    if OF_NUMBERS.contains(&name) {
        let answer = Answer { value: Some("variable".into()), ..Answer::default() };
        return Schema { task: Task::Regression, features, answer, ..Schema::default() };
    }
    let answer =
        Answer { label: Some("label".into()), scores: Some("probabilities".into()), ..Answer::default() };
    let labels = vec!["no".into(), "yes".into()];
    Schema { task: Task::Classification, features, labels, answer, ..Schema::default() }
}

/// The accuracy of a file on rows, or the share of the variance it explains.
fn score(launcher: &Launcher, bytes: &[u8], name: &str, rows: &Dataset) -> f64 {
    let schema = schema(name);
    let mut inputs: BTreeMap<&str, Vec<&Feature>> = BTreeMap::new();
    schema.features.iter().for_each(|feature| inputs.entry(&feature.input).or_default().push(feature));
    let given = inputs.into_iter().map(|(input, features)| {
        let shape = vec![rows.rows(), features.len()];
        let texts: Vec<&Texts> = features
            .iter()
            .filter_map(|feature| rows.texts.iter().find(|column| column.name == feature.name))
            .collect();
        let tensor = if texts.is_empty() {
            let wide = rows.features.len();
            let place =
                |feature: &Feature| rows.features.iter().position(|own| *own == feature.name).unwrap();
            let each = (0..rows.rows()).flat_map(|row| {
                features.iter().map(move |feature| f64::from(rows.x[row * wide + place(feature)]))
            });
            let element = match input {
                "shop" => tidegate_core::ElementType::I64,
                _ => tidegate_core::ElementType::F32,
            };
            Tensor::from_f64(element, shape, &each.collect::<Vec<_>>())
        } else {
            let each = (0..rows.rows()).flat_map(|row| texts.iter().map(move |column| &column.values[row]));
            Tensor::from_strings(shape, each.cloned().collect())
        };
        Named::new(input, Value::Tensor(tensor.unwrap()))
    });
    let mut bench = Workbench::open(launcher, bytes, &Limits::default()).unwrap();
    let found = bench.run(given.collect()).unwrap().remove(0).value;
    let Value::Tensor(found) = found else { panic!("the first answer is a tensor") };
    if let Some(labels) = found.strings() {
        let right = labels.iter().zip(&rows.truth).filter(|(label, truth)| **label == truth.class()).count();
        return right as f64 / rows.rows() as f64;
    }
    let truth: Vec<f64> = rows.truth.iter().filter_map(Truth::number).collect();
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let squares = |to: &mut dyn Iterator<Item = f64>| -> f64 {
        to.zip(&truth).map(|(found, truth)| (found - truth).powi(2)).sum()
    };
    1.0 - squares(&mut found.to_f64().unwrap().into_iter()) / squares(&mut truth.iter().map(|_| mean))
}

/// What scikit-learn reached: the file before, and its pipeline fitted again on the rows for retraining.
fn scikit_learn(name: &str) -> [f64; 2] {
    let text = std::fs::read_to_string(data("customers.json")).unwrap();
    let at = text.find(&format!("\"{name}\"")).unwrap();
    let list = &text[text[at..].find('[').unwrap() + at + 1..text[at..].find(']').unwrap() + at];
    let numbers: Vec<f64> = list.split(',').map(|number| number.trim().parse().unwrap()).collect();
    [numbers[0], numbers[1]]
}

fn plan(name: &str, mode: Mode) -> Plan {
    let network = Network { learning_rate: 0.02, ..Network::default() };
    let leaves = if ["ordinal", "hist", "lightgbm"].contains(&name) { 7 } else { 31 };
    Plan { mode, rounds: 100, leaves, network, ..Plan::default() }
}

fn retrained(launcher: &Launcher, name: &str, learnt: &Dataset, plan: &Plan) -> Trained {
    train(&file(name), &schema(name), learnt, plan, launcher, &mut silent).unwrap()
}

#[test]
fn what_is_kept_is_told() {
    let told = |name: &str| {
        let probed = probe(&file(name));
        (probed.trainer, probed.summary.replace("can be retrained: ", ""))
    };
    let text = |found: &str| found.to_owned();
    for (name, trainer, summary) in [
        ("logistic", Trainer::Linear, "linear model behind a one-hot of 2 columns, continue or full"),
        ("normalised", Trainer::Linear, "linear model behind a one-hot of 2 columns, continue or full"),
        ("block", Trainer::Linear, "linear model behind a one-hot of 2 columns, continue or full"),
        (
            "ordinal",
            Trainer::BoostedTrees,
            "boosted trees behind an ordinal encoding of 2 columns, continue or full",
        ),
        ("forest", Trainer::RandomForest, "random forest behind a one-hot of 2 columns, full"),
        (
            "hist",
            Trainer::BoostedTrees,
            "boosted trees behind an ordinal encoding of 2 columns, continue or full",
        ),
        ("lightgbm", Trainer::BoostedTrees, "boosted trees behind a one-hot of 2 columns, continue or full"),
        ("mlp", Trainer::NeuralNetwork, "neural network behind a one-hot of 2 columns, continue or full"),
        (
            "words",
            Trainer::Linear,
            "linear model behind a one-hot of 1 column and the words of 1 column, continue or full",
        ),
        (
            "projected",
            Trainer::Linear,
            "linear model behind a one-hot of 2 columns and a projection, continue or full",
        ),
        ("strict", Trainer::Linear, "linear model behind a one-hot of 3 columns, continue or full"),
    ] {
        assert_eq!(told(name), (Some(trainer), text(summary)), "{name}");
    }
    let details = probe(&file("logistic")).details;
    assert_eq!(details[1], "kept as it is before it: Concat, Imputer, OneHotEncoder, Reshape, Scaler");
    let machine = probe(&file("machine"));
    assert_eq!(machine.summary, "cannot be retrained here: operator SVMClassifier");
}

#[test]
fn every_pipeline_is_retrained_as_well_as_scikit_learn_fits_it_again() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = launcher(&cache);
    for name in [
        "logistic",
        "normalised",
        "block",
        "ordinal",
        "forest",
        "hist",
        "lightgbm",
        "mlp",
        "words",
        "projected",
        "strict",
    ] {
        let [learnt, held] = rows(name);
        let old = file(name);
        let trained = retrained(&launcher, name, &learnt, &plan(name, Mode::Full));
        let [before, refit] = scikit_learn(name);
        assert!(
            (score(&launcher, &tidegate_onnx::encode(&old), name, &held) - before).abs() < 1e-3,
            "{name}"
        );
        let after = score(&launcher, &trained.bytes, name, &held);
        assert!(after > refit - 0.03, "{name}: {after}, scikit-learn {refit}; {}", trained.summary);
        checked(&trained.bytes);
        kept_nodes_are_equal(&old, &tidegate_onnx::decode(&trained.bytes).unwrap(), name);
        if name == "forest" {
            continue;
        }
        let more = retrained(&launcher, name, &learnt, &plan(name, Mode::Continue));
        let after = score(&launcher, &more.bytes, name, &held);
        assert!(after > before + 0.25, "{name}: {before} to {after}; {}", more.summary);
        checked(&more.bytes);
    }
}

fn kept_nodes_are_equal(old: &ModelProto, new: &ModelProto, name: &str) {
    let (old, new) = (old.graph.as_ref().unwrap(), new.graph.as_ref().unwrap());
    assert_eq!(old.node.len(), new.node.len(), "{name}");
    let learns = |kind: &str| kind.starts_with("Linear") || kind.starts_with("TreeEnsemble");
    for (before, after) in old.node.iter().zip(&new.node) {
        // As texts: a missing value equals no other.
        let same = || format!("{before:?}") == format!("{after:?}");
        assert!(learns(operator(before)) || same(), "{name}: {}", operator(before));
    }
    assert_eq!((&old.input, &old.output), (&new.input, &new.output), "{name}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = launcher(&cache);
    for name in ["logistic", "lightgbm", "mlp"] {
        let plan = Plan { rounds: 5, seed: 3, ..plan(name, Mode::Full) };
        let twice = [0, 1].map(|_| retrained(&launcher, name, &rows(name)[0], &plan));
        assert!(twice[0] == twice[1], "{name}");
    }
}

#[test]
fn values_that_the_encoders_do_not_know_are_counted() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = launcher(&cache);
    let [learnt, _] = rows("logistic");
    let coast = learnt.texts[1].values.iter().filter(|region| *region == "coast").count();
    for name in ["logistic", "block", "ordinal", "mlp"] {
        let [learnt, _] = rows(name);
        let plan = Plan { rounds: 3, ..plan(name, Mode::Continue) };
        let notes = retrained(&launcher, name, &learnt, &plan).notes;
        let told = format!("{coast} of 300 rows have a `region` that the model does not know (`coast`)");
        assert!(notes.len() == 1 && notes[0].starts_with(&told), "{name}: {notes:?}");
    }
    let mut gaps = rows("logistic")[0].clone();
    gaps.texts[1].values.iter_mut().filter(|region| *region == "coast").for_each(String::clear);
    assert_eq!(retrained(&launcher, "logistic", &gaps, &plan("logistic", Mode::Full)).notes, [""; 0]);
}

#[test]
fn an_encoder_that_refuses_what_it_does_not_know_is_told_with_the_value() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = launcher(&cache);
    let refused = |learnt: &Dataset| {
        let (file, schema) = (file("strict"), schema("strict"));
        let plan = Plan::default();
        let error = train(&file, &schema, learnt, &plan, &launcher, &mut silent).unwrap_err();
        assert_eq!(error.code, Code::Invalid);
        error.message
    };
    let [mut learnt, _] = rows("strict");
    learnt.texts[0].values[7] = "gold".into();
    assert_eq!(refused(&learnt), "1 row has a `plan` that the model's encoder refuses (`gold`)");
    let [mut learnt, _] = rows("strict");
    learnt.x[2] = 999.0;
    assert_eq!(refused(&learnt), "1 row has a `shop` that the model's encoder refuses (`999`)");
    learnt.x[2] = f32::NAN;
    assert!(refused(&learnt).contains("input `shop`"));
    learnt.texts.retain(|column| column.name != "plan");
    assert_eq!(refused(&learnt), "the data set has no column `plan`");
}

#[test]
fn a_plan_names_features_that_reach_the_trees_through_what_is_kept() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = launcher(&cache);
    let [learnt, held] = rows("lightgbm");
    let named = |rising: &str| Plan {
        trees: Trees { rising: vec![rising.into()], ..Trees::default() },
        ..plan("lightgbm", Mode::Full)
    };
    let trained = retrained(&launcher, "lightgbm", &learnt, &named("age"));
    assert!(score(&launcher, &trained.bytes, "lightgbm", &held) > 0.8);
    let (file, schema) = (file("lightgbm"), schema("lightgbm"));
    let error = train(&file, &schema, &learnt, &named("plan"), &launcher, &mut silent).unwrap_err();
    assert!(error.message.contains("`plan`, which does not reach the trees as it is"), "{error}");
}
