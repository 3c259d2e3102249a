//! Static inspection: what a model file says about itself and what is wrong with it, read without its weights.
//!
//! Memory stays small whatever the file holds: [`crate::wire`] passes over the data of tensors. Nothing here
//! runs a model or trusts a number in the file.

mod bomb;
mod external;
mod findings;
mod labels;
mod outline;
mod scan;
mod tensor;
mod trace;
mod types;
mod walk;

use std::{collections::BTreeSet, fs::File, path::Path};

use tidegate_core::{
    Result,
    inspection::{Inspection, OperatorCount},
    signature::{Port, Signature},
};

use crate::{
    file::unreadable,
    recognise::recognise,
    wire::{Wire, malformed},
};
use outline::{Declared, Outline};

/// Inspects a model file and scans it for what must not be loaded ([`Inspection::refusal`]).
///
/// A file that is no ONNX model is an error (`Code::Unsupported` for the formats of other programs, with how to
/// convert them; `Code::Invalid` for damaged files); a model that is well formed but harmful or beyond this
/// program is an inspection with findings.
pub fn inspect(path: &Path) -> Result<Inspection> {
    recognise(path)?;
    let opened = File::open(path).and_then(Wire::open);
    let (mut wire, root) = opened.map_err(|cause| unreadable(path, cause))?;
    let mut outline = Outline::default();
    outline.read_model(&mut wire, root)?;
    if !outline.has_graph {
        return Err(malformed("it holds no graph"));
    }
    scan::model(&mut outline);
    bomb::scan(&mut outline);
    external::scan(path.parent().unwrap_or(Path::new("")), &mut outline);
    Ok(summary(outline))
}

fn summary(mut outline: Outline) -> Inspection {
    let signature = signature(&mut outline);
    let probability_outputs = signature.outputs.iter().map(|port| port.name.clone());
    let probability_outputs =
        probability_outputs.filter(|name| trace::is_probability(&outline.producers, name)).collect();
    let (class_labels, class_labels_from) = labels::class_labels(&mut outline);
    let external: BTreeSet<String> = outline.external.into_iter().filter_map(|data| data.location).collect();
    Inspection {
        ir_version: outline.ir_version,
        opsets: outline.opsets,
        producer: outline.producer,
        producer_version: outline.producer_version,
        model_version: outline.model_version,
        graph_name: outline.graph_name,
        doc: outline.doc,
        signature,
        operators: by_frequency(outline.operators),
        parameters: outline.parameters,
        initializer_bytes: outline.initializer_bytes,
        feature_names: labels::feature_names(&outline.metadata),
        metadata: outline.metadata,
        class_labels,
        class_labels_from,
        probability_outputs,
        external_files: external.into_iter().collect(),
        findings: outline.findings.into_vec(),
    }
}

/// Before IR version 4 every initializer had to be listed as an input, and none of these can be given.
fn signature(outline: &mut Outline) -> Signature {
    let inputs = std::mem::take(&mut outline.inputs);
    let outputs = std::mem::take(&mut outline.outputs);
    let given =
        |declared: &Declared| outline.ir_version >= 4 || !outline.initializers.contains(&declared.name);
    Signature {
        inputs: inputs
            .into_iter()
            .filter(given)
            .filter_map(|input| port(outline.initializers.contains(&input.name), input))
            .collect(),
        outputs: outputs.into_iter().filter_map(|output| port(false, output)).collect(),
    }
}

/// What has no kind was refused by the scan.
fn port(overridable: bool, declared: Declared) -> Option<Port> {
    Some(Port { name: declared.name, kind: declared.kind.ok()?, overridable })
}

fn by_frequency(counts: std::collections::BTreeMap<(String, String), u64>) -> Vec<OperatorCount> {
    let mut operators: Vec<_> =
        counts.into_iter().map(|((domain, name), count)| OperatorCount { domain, name, count }).collect();
    operators.sort_by_key(|operator| std::cmp::Reverse(operator.count));
    operators
}
