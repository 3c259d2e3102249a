//! What a plan says of features by name, said of the columns that the trees look at.

use tidegate_core::{Error, Result, run::Plan, schema::Schema};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::Feature;

use super::head::Head;
use crate::{dataset::Dataset, pipeline};

/// One a column of the trees' input; empty when the plan says nothing.
pub(super) fn features(
    graph: &GraphProto,
    head: &Head,
    schema: &Schema,
    data: &Dataset,
    plan: &Plan,
) -> Result<Vec<Feature>> {
    let said = [
        ("rising", &plan.trees.rising, Feature::Rising),
        ("falling", &plan.trees.falling, Feature::Falling),
        ("categories", &plan.trees.categories, Feature::Category),
    ];
    if said.iter().all(|(_, names, _)| names.is_empty()) {
        return Ok(Vec::new());
    }
    let came = origins(graph, head, schema, data)?;
    let mut features = vec![Feature::Number; came.len()];
    for (field, names, feature) in said {
        for name in names {
            let index = data.features.iter().position(|known| known == name).ok_or_else(|| {
                Error::invalid(format!("`trees.{field}` names `{name}`, which is no feature"))
                    .hint(format!("the features are {}", data.features.join(", ")))
            })?;
            let mut reached = false;
            for (own, _) in features.iter_mut().zip(&came).filter(|(_, from)| **from == Some(index)) {
                (*own, reached) = (feature, true);
            }
            if !reached {
                return Err(Error::invalid(format!(
                    "`trees.{field}` names `{name}`, which does not reach the trees as it is"
                ))
                .hint("name only features that nothing before the trees changes"));
            }
        }
    }
    Ok(features)
}

/// The feature that each column of the trees is, if it is one unchanged: found by sending a row through that names
/// its own places.
fn origins(graph: &GraphProto, head: &Head, schema: &Schema, data: &Dataset) -> Result<Vec<Option<usize>>> {
    // Halves, so that no constant on the way is taken for a place.
    let name = |place: usize| place as f32 + 0.5;
    let row = Dataset {
        features: data.features.clone(),
        x: (0..data.features.len()).map(name).collect(),
        ..Dataset::default()
    };
    let inputs = pipeline::inputs(graph, schema, &row)?;
    let found = pipeline::run(&mut graph.clone(), &head.input, inputs, None)?;
    let place = |value: &f32| (0..data.features.len()).find(|place| name(*place) == *value);
    Ok(found.data.iter().map(place).collect())
}
