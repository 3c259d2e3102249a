//! Models made to harm or confuse, built in code: each is refused with its reason.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use support::*;
use tidegate_core::inspection::Verdict;
use tidegate_onnx::proto::{FunctionProto, GraphProto, ModelProto, TensorProto};

/// The first refusal, as `subject: message`.
fn refusal(model: &ModelProto) -> String {
    let inspection = inspect(model).unwrap();
    inspection
        .refusal()
        .map_or_else(String::new, |finding| format!("{}: {}", finding.subject, finding.message))
}

fn assert_refused(model: &ModelProto, reason: &str) {
    let refusal = refusal(model);
    assert!(refusal.contains(reason), "`{refusal}` is not about `{reason}`");
}

fn with_initializer(tensor: TensorProto) -> ModelProto {
    with_graph(|graph| graph.initializer.push(tensor))
}

#[test]
fn a_plain_model_is_not_refused() {
    assert_eq!(refusal(&identity()), "");
    assert_eq!(refusal(&with_initializer(floats("w", &[2, 3], 6))), "");
}

#[test]
fn versions_this_program_cannot_run_are_refused_with_a_hint() {
    let model = |ir, domain, version| ModelProto {
        ir_version: ir,
        opset_import: vec![opset(domain, version)],
        ..identity()
    };
    assert_refused(&model(Some(14), "", 21), "IR version 14 is newer than 13: set model.ir_version");
    assert_refused(&model(None, "", 21), "declares no IR version");
    assert_refused(&model(Some(10), "", 27), "export with opset 26 or lower");
    assert_refused(&model(Some(10), "ai.onnx", 27), "export with opset 26 or lower");
    assert_refused(&model(Some(10), "ai.onnx.ml", 6), "export with opset 5 or lower");
    assert_refused(&model(Some(10), "", -1), "does not exist");
    assert_refused(&ModelProto { opset_import: vec![], ..identity() }, "names no operator set");
    assert_eq!(refusal(&model(Some(13), "", 26)), "");
}

#[test]
fn operators_of_custom_domains_are_refused_unless_the_file_brings_them() {
    let mut custom = with_graph(|graph| graph.node[0].domain = Some("evil.example".into()));
    assert_refused(&custom, "operator Identity of domain evil.example");
    custom.functions.push(FunctionProto {
        name: Some("Identity".into()),
        domain: Some("evil.example".into()),
        node: vec![node("Relu", &["a"], &["b"])],
        ..Default::default()
    });
    let inspection = inspect(&custom).unwrap();
    assert_eq!(inspection.refusal(), None);
    assert!(inspection.operators.iter().any(|operator| operator.name == "Relu"));

    let preview = with_graph(|graph| graph.node[0].domain = Some("ai.onnx.preview.training".into()));
    let findings = inspect(&preview).unwrap().findings;
    assert_eq!((findings.len(), findings[0].verdict), (1, Verdict::Note));
}

#[test]
fn bodies_of_control_flow_are_walked() {
    let body = GraphProto {
        node: vec![node("Relu", &["x"], &["z"]), {
            let mut evil = node("Evil", &["z"], &["w"]);
            evil.domain = Some("evil.example".into());
            evil
        }],
        initializer: vec![floats("inner", &[3], 3)],
        ..Default::default()
    };
    let inner = with_graph(|graph| {
        let mut branch = node("If", &["c"], &["y"]);
        branch.attribute.push(graph_attribute("then_branch", body));
        graph.node = vec![branch];
    });
    assert_refused(&inner, "operator Evil");
    assert_eq!(inspect(&inner).unwrap().parameters, 3);
}

#[test]
fn names_that_confuse_are_refused() {
    let twice = with_graph(|graph| graph.input.push(graph.input[0].clone()));
    assert_refused(&twice, "two inputs have the same name");
    assert_refused(&with_graph(|graph| graph.input[0].name = None), "an input has no name");
    assert_refused(&with_graph(|graph| graph.input[0].name = Some("x\0y".into())), "NUL");
    assert_refused(&with_graph(|graph| graph.node[0].output[0] = "y\0".into()), "NUL");
    assert_refused(&with_initializer(floats("w\0", &[1], 1)), "NUL");
    assert_refused(&with_graph(|graph| graph.output.clear()), "no outputs");
}

#[test]
fn types_that_cannot_be_served_are_refused() {
    let output = |kind| with_graph(|graph| graph.output[0].r#type = kind);
    let float = || tensor_type(FLOAT, None);
    assert_refused(&output(Some(optional_of(sequence_of(float())))), "optional sequence");
    assert_refused(&output(None), "declares no type");
    assert_refused(&output(Some(tensor_type(99, None))), "unknown type 99");
    assert_refused(&output(Some(map_of(FLOAT, float()))), "keys of type");
    assert_refused(&output(Some(tensor_type(FLOAT, Some(&[-2, 2])))), "absurd shape [-2,2]");
    assert_refused(&output(Some(tensor_type(FLOAT, Some(&[1 << 40, 2])))), "absurd shape");
    assert_refused(&output(Some(tensor_type(FLOAT, Some(&[i64::MAX, i64::MAX])))), "absurd shape");
    assert_eq!(refusal(&output(Some(optional_of(float())))), "");
    assert_eq!(refusal(&output(Some(sequence_of(map_of(INT64, float()))))), "");
}

#[test]
fn initializers_must_be_filled_by_their_data() {
    assert_refused(
        &with_initializer(floats("w", &[2, 3], 5)),
        "declares 6 elements of float32 but holds 20 bytes",
    );
    assert_refused(&with_initializer(floats("w", &[-1], 1)), "negative dimension -1");
    assert_refused(&with_initializer(floats("w", &[i64::MAX, 3], 0)), "absurd shape");
    assert_refused(
        &with_initializer(TensorProto { data_type: Some(77), ..floats("w", &[0], 0) }),
        "unknown type 77",
    );
    let short = TensorProto { dims: vec![4_000_000_000], ..ints("w", &[1, 2]) };
    assert_refused(&with_initializer(short), "declares 4000000000 elements of int64 but holds 2");
    let unpacked = TensorProto { raw_data: None, float_data: vec![0.0; 3], ..floats("w", &[3], 0) };
    assert_eq!(refusal(&with_initializer(unpacked)), "");
    let strings = TensorProto {
        data_type: Some(8),
        raw_data: None,
        string_data: vec![b"ab".to_vec(), b"c".to_vec()],
        ..floats("w", &[2], 0)
    };
    assert_eq!(inspect(&with_initializer(strings)).unwrap().initializer_bytes, 3);
}

#[test]
fn huge_constants_are_refused_and_large_ones_noted() {
    let filled = |elements| {
        with_graph(|graph| {
            graph.initializer.push(ints("shape", &[elements, 1000]));
            graph.node.push(node("ConstantOfShape", &["shape"], &["filled"]));
        })
    };
    assert_refused(&filled(4_000_000), "ConstantOfShape makes 4000000000 elements from a constant shape");
    assert_eq!(inspect(&filled(100_000)).unwrap().findings[0].verdict, Verdict::Note);
    assert_eq!(inspect(&filled(1_000)).unwrap().findings, []);

    let expanded = with_graph(|graph| {
        let mut constant = node("Constant", &[], &["shape"]);
        let mut bytes = ints("", &[1 << 20, 1 << 20]);
        bytes.raw_data = Some(bytes.int64_data.drain(..).flat_map(i64::to_le_bytes).collect());
        constant.attribute.push(tidegate_onnx::proto::AttributeProto {
            name: Some("value".into()),
            t: Some(bytes),
            ..Default::default()
        });
        graph.node.extend([constant, node("Expand", &["x", "shape"], &["big"])]);
    });
    assert_refused(&expanded, "Expand makes 1099511627776 elements");
}

#[test]
fn nesting_is_bounded() {
    let mut graph = identity().graph.unwrap();
    for _ in 0..60 {
        let mut branch = node("If", &["c"], &["y"]);
        branch.attribute.push(graph_attribute("then_branch", graph));
        graph = GraphProto { node: vec![branch], ..Default::default() };
    }
    let error = inspect(&with_graph(|main| main.node = graph.node)).unwrap_err();
    assert!(error.message.contains("nested too deeply"), "{error}");
}

#[test]
fn only_inputs_with_a_default_may_be_left_out() {
    let model = with_initializer(floats("x", &[1, 2], 2));
    assert!(inspect(&model).unwrap().signature.inputs[0].overridable);
    // Before IR 4 the initializers had to be listed as inputs, but are constants.
    assert!(inspect(&ModelProto { ir_version: Some(3), ..model }).unwrap().signature.inputs.is_empty());
}

#[test]
fn a_scalar_is_not_an_unknown_rank() {
    let shape = |dims: Option<&[i64]>| {
        let model = with_graph(|graph| graph.input[0].r#type = Some(tensor_type(FLOAT, dims)));
        let inputs = inspect(&model).unwrap().signature.inputs;
        inputs[0].kind.as_tensor().unwrap().1.map(<[_]>::len)
    };
    assert_eq!((shape(None), shape(Some(&[]))), (None, Some(0)));
}
