//! Outputs into answers: which one is the label, the scores, the value.

use tidegate_core::{
    inspection::Inspection,
    schema::{Answer, Task},
    signature::{Dim, Port, PortKind},
};

/// More unnamed columns than this are an embedding rather than classes.
const MOST_UNNAMED_CLASSES: usize = 100;

pub(super) fn infer(inspection: &Inspection) -> (Task, Vec<String>, Answer) {
    let outputs = &inspection.signature.outputs;
    let label = best(outputs, |port| is_label(port).then(|| u8::from(is_named(port, &["label", "class"]))));
    let scores = best(outputs, |port| scores_rank(inspection, port, label.is_some()));
    let mut answer = Answer { label: name(label), scores: name(scores), ..Default::default() };
    if let Some(scores) = scores {
        answer.logits = scores.kind.as_tensor().is_some() && !is_probability(inspection, scores);
    }
    if label.is_some() || scores.is_some() {
        return (Task::Classification, labels(inspection, scores), answer);
    }
    answer.value = name(best(outputs, |port| is_value(port).then_some(0)));
    let task = if answer.value.is_some() { Task::Regression } else { Task::Other };
    (task, vec![], answer)
}

/// The output of the highest rank; the first of equals.
fn best(outputs: &[Port], rank: impl Fn(&Port) -> Option<u8>) -> Option<&Port> {
    let ranked = outputs.iter().rev().filter_map(|port| Some((rank(port)?, port)));
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, port)| port)
}

fn name(port: Option<&Port>) -> Option<String> {
    port.map(|port| port.name.clone())
}

fn is_probability(inspection: &Inspection, port: &Port) -> bool {
    inspection.probability_outputs.contains(&port.name)
}

fn is_named(port: &Port, words: &[&str]) -> bool {
    let name = port.name.to_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// One element a row.
fn is_single(shape: Option<&[Dim]>) -> bool {
    match shape {
        Some([] | [_]) => true,
        Some([_, columns]) => columns.fixed() == Some(1),
        _ => false,
    }
}

fn is_label(port: &Port) -> bool {
    let tensor = port.kind.as_tensor();
    tensor.is_some_and(|(element, shape)| {
        let discrete = element.is_integer() || matches!(element, tidegate_core::ElementType::String);
        discrete && is_single(shape)
    })
}

fn is_value(port: &Port) -> bool {
    port.kind.as_tensor().is_some_and(|(element, shape)| element.is_float() && is_single(shape))
}

/// How surely an output holds a score per class; `None` if it does not.
fn scores_rank(inspection: &Inspection, port: &Port, has_label: bool) -> Option<u8> {
    if let PortKind::Sequence { item } = &port.kind {
        return matches!(**item, PortKind::Map { .. }).then_some(9);
    }
    let (element, shape) = port.kind.as_tensor()?;
    let Some([_, columns]) = shape.filter(|_| element.is_float()) else { return None };
    let (columns, known) = (columns.fixed(), inspection.class_labels.len());
    let probability = is_probability(inspection, port);
    match columns {
        Some(0) => None,
        // A sigmoid alone is a binary classifier, any other single number is a value.
        Some(1) => (probability && !has_label && matches!(known, 0 | 2)).then_some(1),
        Some(columns) if columns == known => Some(8),
        _ if probability => Some(7),
        _ if is_named(port, &["prob", "logit", "score"]) => Some(6),
        _ if has_label || takes_images(inspection) => Some(5),
        _ if is_regression(inspection, port) => None,
        Some(columns) if columns <= MOST_UNNAMED_CLASSES => Some(4),
        _ => (known > 0).then_some(3),
    }
}

/// Several numbers a row: skl2onnx calls what its regressors give `variable`.
fn is_regression(inspection: &Inspection, port: &Port) -> bool {
    port.name == "variable"
        || inspection.operators.iter().any(|operator| operator.name.ends_with("Regressor"))
}

fn takes_images(inspection: &Inspection) -> bool {
    let shapes = inspection.signature.inputs.iter().filter_map(|port| port.kind.as_tensor()?.1);
    shapes.into_iter().any(|shape| shape.len() == 4)
}

/// The labels of the file where they fit the scores, else the numbers of the columns.
fn labels(inspection: &Inspection, scores: Option<&Port>) -> Vec<String> {
    let columns = scores.and_then(|port| port.kind.as_tensor()?.1?.get(1)?.fixed());
    match columns.map(|columns| columns.max(2)) {
        Some(classes) if classes != inspection.class_labels.len() => {
            (0..classes).map(|class| class.to_string()).collect()
        }
        _ => inspection.class_labels.clone(),
    }
}
