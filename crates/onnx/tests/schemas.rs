//! What is inferred of rows and answers.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use support::*;
use tidegate_core::schema::{Answer, FeatureKind, Schema, Task};
use tidegate_onnx::{infer_schema, name_features, proto::ModelProto};

const STRING: i32 = 8;
const BOOL: i32 = 9;

fn of_sample(name: &str) -> Schema {
    infer_schema(&tidegate_onnx::inspect(&sample(name)).unwrap())
}

fn header(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(sample(name).with_file_name("reference.csv")).unwrap();
    text.lines().next().unwrap().split(',').map(str::to_owned).collect()
}

fn of_model(model: &ModelProto) -> Schema {
    infer_schema(&inspect(model).unwrap())
}

/// A model with these inputs and outputs (name, element type, shape).
fn ports(inputs: &[(&str, i32, Option<&[i64]>)], outputs: &[(&str, i32, Option<&[i64]>)]) -> ModelProto {
    let values = |ports: &[(&str, i32, Option<&[i64]>)]| {
        ports.iter().map(|(name, element, dims)| value(name, Some(tensor_type(*element, *dims)))).collect()
    };
    with_graph(|graph| (graph.input, graph.output) = (values(inputs), values(outputs)))
}

fn scoring(outputs: &[(&str, i32, Option<&[i64]>)]) -> ModelProto {
    ports(&[("x", FLOAT, Some(&[-1, 2]))], outputs)
}

fn names(schema: &Schema) -> Vec<&str> {
    schema.features.iter().map(|feature| feature.name.as_str()).collect()
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_linear_classifier_answers_with_labels_and_probabilities() {
    let mut schema = of_sample("breast-cancer");
    assert_eq!((schema.task, schema.features.len()), (Task::Classification, 30));
    let feature = &schema.features[7];
    assert_eq!((feature.name.as_str(), feature.input.as_str()), ("mean_concave_points", "input"));
    assert_eq!((feature.column, feature.kind), (Some(7), FeatureKind::Numeric));
    assert_eq!(schema.labels, ["benign", "malignant"]);
    let answer = Answer {
        label: Some("output_label".into()),
        scores: Some("output_probability".into()),
        logits: false,
        value: None,
    };
    assert_eq!(schema.answer, answer);
    name_features(&mut schema, &header("breast-cancer"));
    assert_eq!(schema.target.as_deref(), Some("diagnosis"));
}

#[test]
fn the_tree_ensemble_answers_with_a_value() {
    let mut schema = of_sample("diabetes");
    assert_eq!((schema.task, schema.features.len()), (Task::Regression, 10));
    assert_eq!(schema.answer, Answer { value: Some("variable".into()), ..Default::default() });
    name_features(&mut schema, &header("diabetes"));
    assert_eq!(schema.target.as_deref(), Some("progression"));
}

#[test]
fn the_convolutional_network_takes_a_tensor_and_answers_with_logits() {
    let mut schema = of_sample("digits-cnn");
    assert_eq!((schema.task, names(&schema)), (Task::Classification, vec!["image"]));
    assert_eq!(schema.features[0].kind, FeatureKind::Tensor);
    assert_eq!(schema.answer, Answer { scores: Some("logits".into()), logits: true, ..Default::default() });
    name_features(&mut schema, &header("digits-cnn"));
    assert_eq!((names(&schema), schema.target.as_deref()), (vec!["image"], None));
}

#[test]
fn several_inputs_give_a_feature_each_of_their_own_kind() {
    let schema = of_model(&ports(
        &[
            ("age", FLOAT, Some(&[-1, 1])),
            ("visits", INT64, Some(&[-1])),
            ("city", STRING, Some(&[-1, 1])),
            ("member", BOOL, Some(&[-1, 1])),
            ("pair", FLOAT, Some(&[-1, 2])),
            ("text", FLOAT, Some(&[-1, -1])),
            ("any", FLOAT, None),
        ],
        &[("y", FLOAT, Some(&[-1]))],
    ));
    let kinds: Vec<_> =
        schema.features.iter().map(|feature| (feature.name.as_str(), feature.column, feature.kind)).collect();
    use FeatureKind::*;
    assert_eq!(
        kinds,
        [
            ("age", None, Numeric),
            ("visits", None, Integer),
            ("city", None, Categorical),
            ("member", None, Boolean),
            ("pair_0", Some(0), Numeric),
            ("pair_1", Some(1), Numeric),
            ("text", None, Tensor),
            ("any", None, Tensor),
        ]
    );
}

#[test]
fn inputs_with_a_default_are_no_features() {
    let mut model = ports(
        &[("x", FLOAT, Some(&[-1, 1])), ("threshold", FLOAT, Some(&[1]))],
        &[("y", FLOAT, Some(&[-1]))],
    );
    model.graph.as_mut().unwrap().initializer.push(floats("threshold", &[1], 1));
    assert_eq!(names(&of_model(&model)), ["x"]);
}

#[test]
fn scores_are_logits_unless_the_graph_makes_them_probabilities() {
    let scores = |operator: &str, dims: &[i64]| {
        let mut model = scoring(&[("out", FLOAT, Some(dims))]);
        model.graph.as_mut().unwrap().node =
            vec![node(operator, &["x"], &["raw"]), node("Cast", &["raw"], &["out"])];
        of_model(&model)
    };
    let softmax = scores("Softmax", &[-1, 3]);
    assert_eq!((softmax.answer.logits, softmax.labels), (false, strings(&["0", "1", "2"])));
    assert!(scores("Gemm", &[-1, 3]).answer.logits);
    let sigmoid = scores("Sigmoid", &[-1, 1]);
    assert_eq!((sigmoid.task, sigmoid.labels), (Task::Classification, strings(&["0", "1"])));
    assert_eq!((sigmoid.answer.scores.as_deref(), sigmoid.answer.logits), (Some("out"), false));
    assert_eq!(scores("Gemm", &[-1, 1]).task, Task::Regression);
}

#[test]
fn what_is_no_answer_is_left_out() {
    let embedding = of_model(&scoring(&[("embedding", FLOAT, Some(&[-1, 384]))]));
    assert_eq!((embedding.task, embedding.answer), (Task::Other, Answer::default()));
    let several = of_model(&scoring(&[("variable", FLOAT, Some(&[-1, 3]))]));
    assert_eq!((several.task, several.answer), (Task::Other, Answer::default()));
    let boxes = of_model(&scoring(&[("boxes", FLOAT, Some(&[-1, 84, 8400]))]));
    assert_eq!(boxes.task, Task::Other);
    let label = of_model(&scoring(&[("anomaly", FLOAT, Some(&[-1, 1])), ("label", INT64, Some(&[-1, 1]))]));
    assert_eq!((label.task, label.answer.label.as_deref()), (Task::Classification, Some("label")));
    assert_eq!(label.answer.scores, None);
}

#[test]
fn labels_that_do_not_fit_the_scores_are_not_used() {
    let mut model = scoring(&[("out", FLOAT, Some(&[-1, 3]))]);
    model.metadata_props.push(tidegate_onnx::proto::StringStringEntryProto {
        key: Some("names".into()),
        value: Some("{0: 'cat', 1: 'dog'}".into()),
    });
    assert_eq!(of_model(&model).labels, ["0", "1", "2"]);
    let outputs = &mut model.graph.as_mut().unwrap().output;
    outputs[0] = value("out", Some(tensor_type(FLOAT, Some(&[-1, 2]))));
    assert_eq!(of_model(&model).labels, ["cat", "dog"]);
}

#[test]
fn class_names_are_found_where_the_label_is_picked_from_them() {
    let mut model = scoring(&[("label", STRING, Some(&[-1])), ("scores", FLOAT, Some(&[-1, 2]))]);
    let graph = model.graph.as_mut().unwrap();
    graph.node.push(node("ArrayFeatureExtractor", &["classes", "best"], &["label"]));
    graph.initializer.push(tidegate_onnx::proto::TensorProto {
        data_type: Some(STRING),
        raw_data: None,
        string_data: vec![b"no".to_vec(), b"yes".to_vec()],
        ..floats("classes", &[2], 0)
    });
    let inspection = inspect(&model).unwrap();
    assert_eq!(inspection.class_labels_from.as_deref(), Some("initializer classes"));
    assert_eq!(infer_schema(&inspection).labels, ["no", "yes"]);
}

/// Feature names and target after a header was seen.
fn named(target: Option<&str>, header: &[&str]) -> (Vec<String>, Option<String>) {
    let mut schema = of_model(&scoring(&[("y", FLOAT, Some(&[-1]))]));
    schema.target = target.map(str::to_owned);
    name_features(&mut schema, &strings(header));
    (strings(&names(&schema)), schema.target)
}

#[test]
fn a_header_names_the_columns_of_a_matrix() {
    assert_eq!(named(None, &[]), (strings(&["x0", "x1"]), None));
    assert_eq!(named(None, &["a", "b"]), (strings(&["a", "b"]), None));
    for (target, header) in [
        (None, &["a", "b", "price"][..]),
        (Some("price"), &["price", "a", "b"]),
        (Some("price"), &["a", "price", "b"]),
        (Some("price"), &["a", "b"]),
    ] {
        assert_eq!(named(target, header), (strings(&["a", "b"]), Some("price".into())), "{header:?}");
    }
    assert_eq!(named(None, &["Target", "a", "b"]), (strings(&["a", "b"]), Some("Target".into())));
    assert_eq!(named(None, &["x1", "note", "x0", "label"]), (strings(&["x0", "x1"]), Some("label".into())));
}

#[test]
fn a_header_that_does_not_fit_changes_nothing() {
    for header in [&["a"][..], &["a", "b", "c", "d"], &["a", "a"]] {
        assert_eq!(named(None, header), (strings(&["x0", "x1"]), None), "{header:?}");
    }
    assert_eq!(named(Some("c"), &["a", "b", "c", "d"]), (strings(&["x0", "x1"]), Some("c".into())));
}
