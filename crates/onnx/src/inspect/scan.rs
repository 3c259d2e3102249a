//! Checks of the model as a whole: versions, domains, names, declared types.

use std::collections::HashSet;

use tidegate_core::{
    inspection::Opset,
    signature::{Dim, PortKind},
};

use super::{
    findings::Findings,
    outline::{Declared, Outline},
};

/// What ONNX Runtime 1.31 takes.
const NEWEST_IR: i64 = 13;
const NEWEST_OPSET: i64 = 26;
const NEWEST_ML_OPSET: i64 = 5;
/// Elements of one input or output whose dimensions are all fixed.
const MOST_ELEMENTS: u64 = 1 << 40;

pub(super) fn model(outline: &mut Outline) {
    ir_version(outline.ir_version, &mut outline.findings);
    if outline.opsets.is_empty() {
        outline.findings.refuse("opset_import", "the model names no operator set");
    }
    for opset in outline.opsets.iter().chain(&outline.function_opsets) {
        opset_version(opset, &mut outline.findings);
    }
    domains(outline);
    for (what, declared) in [("input", &outline.inputs), ("output", &outline.outputs)] {
        ports(what, declared, &mut outline.findings);
    }
    if outline.outputs.is_empty() {
        outline.findings.refuse("graph", "the model has no outputs");
    }
    for output in &outline.outputs {
        optional_sequence(output, &mut outline.findings);
    }
}

fn ir_version(version: i64, findings: &mut Findings) {
    if version > NEWEST_IR {
        let hint = format!("set model.ir_version = {NEWEST_IR} or lower when exporting");
        findings.refuse("ir_version", format!("IR version {version} is newer than {NEWEST_IR}: {hint}"));
    } else if version < 1 {
        findings.refuse("ir_version", "the model declares no IR version");
    }
}

fn opset_version(opset: &Opset, findings: &mut Findings) {
    let newest = match opset.domain.as_str() {
        "" => NEWEST_OPSET,
        "ai.onnx.ml" => NEWEST_ML_OPSET,
        _ => i64::MAX,
    };
    let shown = if opset.domain.is_empty() { "ai.onnx" } else { &opset.domain };
    if opset.version > newest {
        let hint = format!("export with opset {newest} or lower");
        findings.refuse(shown, format!("opset {} of {shown} is newer than {newest}: {hint}", opset.version));
    } else if opset.version < 1 {
        findings.refuse(shown, format!("opset {} of {shown} does not exist", opset.version));
    }
}

/// Operators must come from a domain ONNX Runtime knows or from a function in the file.
fn domains(outline: &mut Outline) {
    for operator @ (domain, name) in outline.operators.keys() {
        let node = outline.examples.get(operator).filter(|node| !node.is_empty()).unwrap_or(name);
        match domain.as_str() {
            _ if outline.functions.contains(operator) => {}
            "" | "ai.onnx.ml" | "com.microsoft" => {}
            domain if domain.starts_with("ai.onnx.") => {
                let message = format!("operator {name} of domain {domain} is a preview: it may not load");
                outline.findings.note(node, message);
            }
            domain => {
                let domain = domain.escape_debug();
                let message =
                    format!("operator {name} of domain {domain} needs a custom library, which is not loaded");
                outline.findings.refuse(node, message);
            }
        }
    }
}

fn ports(what: &str, declared: &[Declared], findings: &mut Findings) {
    let mut seen = HashSet::new();
    for port in declared {
        if port.name.is_empty() {
            findings.refuse(what, format!("an {what} has no name"));
        } else if !seen.insert(&port.name) {
            findings.refuse(&port.name, format!("two {what}s have the same name"));
        }
        if port.name.contains('\0') {
            findings.refuse(&port.name, format!("an {what} has a NUL in its name"));
        }
        match &port.kind {
            Err(reason) => findings.refuse(&port.name, format!("the {what} {reason}")),
            Ok(kind) => shape(what, &port.name, kind, findings),
        }
    }
}

fn shape(what: &str, name: &str, kind: &PortKind, findings: &mut Findings) {
    let dims = match kind {
        PortKind::Tensor { shape: Some(dims), .. } => dims,
        PortKind::Tensor { shape: None, .. } => return,
        PortKind::Sequence { item } | PortKind::Optional { item } => {
            return shape(what, name, item, findings);
        }
        PortKind::Map { value, .. } => return shape(what, name, value, findings),
    };
    let fixed = dims.iter().filter_map(|dim| if let Dim::Fixed(length) = dim { Some(*length) } else { None });
    let product = fixed.map(u64::try_from).try_fold(1_u64, |product, dim| dim.ok()?.checked_mul(product));
    if product.is_none_or(|elements| elements > MOST_ELEMENTS) {
        findings.refuse(
            name,
            format!("the {what} declares the absurd shape {}", crate::describe_shape(Some(dims))),
        );
    }
}

/// Reading such an output when it is absent crashes.
fn optional_sequence(output: &Declared, findings: &mut Findings) {
    if let Ok(PortKind::Optional { item }) = &output.kind
        && matches!(**item, PortKind::Sequence { .. } | PortKind::Map { .. } | PortKind::Optional { .. })
    {
        findings.refuse(
            &output.name,
            "the output is an optional sequence, which cannot be read safely when absent",
        );
    }
}
