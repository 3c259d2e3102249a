//! The sample models, down to the last number.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use support::sample;
use tidegate_core::{
    ElementType,
    inspection::{Inspection, OperatorCount},
    signature::{Dim, Port, PortKind},
};
use tidegate_onnx::{decode, encode, inspect};

const NAMES: [&str; 3] = ["breast-cancer", "diabetes", "digits-cnn"];

fn tensor(name: &str, element: ElementType, shape: Vec<Dim>) -> Port {
    Port { name: name.into(), kind: PortKind::tensor(element, shape), overridable: false }
}

fn operators(inspection: &Inspection) -> Vec<(&str, &str, u64)> {
    let row =
        |operator: &'static OperatorCount| (operator.domain.as_str(), operator.name.as_str(), operator.count);
    inspection.operators.clone().leak().iter().map(row).collect()
}

fn opsets(inspection: &Inspection) -> Vec<(&str, i64)> {
    inspection.opsets.iter().map(|opset| (opset.domain.as_str(), opset.version)).collect()
}

#[test]
fn a_sample_decoded_and_encoded_is_the_same_file() {
    for name in NAMES {
        let bytes = std::fs::read(sample(name)).unwrap();
        assert!(encode(&decode(&bytes).unwrap()) == bytes, "{name}");
    }
}

#[test]
fn no_sample_has_findings() {
    for name in NAMES {
        assert_eq!(inspect(&sample(name)).unwrap().findings, [], "{name}");
    }
}

#[test]
fn the_linear_classifier_is_read_whole() {
    let seen = inspect(&sample("breast-cancer")).unwrap();
    assert_eq!((seen.ir_version, seen.model_version), (10, 0));
    assert_eq!((seen.producer.as_str(), seen.producer_version.as_str()), ("skl2onnx", "1.20.0"));
    assert_eq!(seen.graph_name, "breast_cancer");
    assert_eq!(opsets(&seen), [("", 21), ("ai.onnx.ml", 1)]);
    assert_eq!(
        operators(&seen),
        [
            ("", "Identity", 1),
            ("ai.onnx.ml", "LinearClassifier", 1),
            ("ai.onnx.ml", "Scaler", 1),
            ("ai.onnx.ml", "ZipMap", 1)
        ]
    );
    assert_eq!(
        seen.signature.inputs,
        [tensor("input", ElementType::F32, vec![Dim::Unknown, Dim::Fixed(30)])]
    );
    let map = PortKind::Map {
        key: ElementType::String,
        value: Box::new(PortKind::Tensor { element: ElementType::F32, shape: None }),
    };
    let scores = PortKind::Sequence { item: Box::new(map) };
    assert_eq!(
        seen.signature.outputs,
        [
            tensor("output_label", ElementType::String, vec![Dim::Unknown]),
            Port { name: "output_probability".into(), kind: scores, overridable: false }
        ]
    );
    assert_eq!(seen.class_labels, ["benign", "malignant"]);
    assert_eq!(seen.class_labels_from.as_deref(), Some("ZipMap"));
    assert_eq!(seen.probability_outputs, ["output_probability"]);
    assert_eq!(seen.feature_names.len(), 30);
    assert_eq!(
        (seen.feature_names[0].as_str(), seen.feature_names[29].as_str()),
        ("mean_radius", "worst_fractal_dimension")
    );
    assert_eq!((seen.parameters, seen.initializer_bytes), (0, 0));
}

#[test]
fn the_tree_ensemble_is_read_whole() {
    let seen = inspect(&sample("diabetes")).unwrap();
    assert_eq!(operators(&seen), [("ai.onnx.ml", "TreeEnsembleRegressor", 1)]);
    assert_eq!(
        seen.signature.inputs,
        [tensor("input", ElementType::F32, vec![Dim::Unknown, Dim::Fixed(10)])]
    );
    assert_eq!(
        seen.signature.outputs,
        [tensor("variable", ElementType::F32, vec![Dim::Unknown, Dim::Fixed(1)])]
    );
    assert_eq!(
        (seen.class_labels.len(), seen.class_labels_from, seen.probability_outputs.len()),
        (0, None, 0)
    );
    assert_eq!(seen.feature_names[4], "total_cholesterol");
}

#[test]
fn the_convolutional_network_is_read_whole() {
    let seen = inspect(&sample("digits-cnn")).unwrap();
    assert_eq!(opsets(&seen), [("", 21)]);
    assert_eq!(
        operators(&seen),
        [
            ("", "Conv", 2),
            ("", "MaxPool", 2),
            ("", "Relu", 2),
            ("", "Flatten", 1),
            ("", "Gemm", 1),
            ("", "Mul", 1)
        ]
    );
    let batch = || Dim::Symbol("N".into());
    let image = vec![batch(), Dim::Fixed(1), Dim::Fixed(8), Dim::Fixed(8)];
    assert_eq!(seen.signature.inputs, [tensor("image", ElementType::F32, image)]);
    assert_eq!(seen.signature.outputs, [tensor("logits", ElementType::F32, vec![batch(), Dim::Fixed(10)])]);
    // Two convolutions (8*9+8, 16*72+16), the linear layer (64*10+10) and the pixel scale.
    assert_eq!((seen.parameters, seen.initializer_bytes), (80 + 1168 + 650 + 1, 4 * 1899));
    assert_eq!(seen.class_labels.join(""), "0123456789");
    assert_eq!(seen.class_labels_from.as_deref(), Some("metadata class_labels"));
    assert!(seen.probability_outputs.is_empty());
}
