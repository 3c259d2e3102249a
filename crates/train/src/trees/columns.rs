//! What a plan says of features by name, said of the columns that the trees look at.

use tidegate_core::{Error, Result};
use tidegate_onnx::proto::GraphProto;
use tidegate_trees::{Feature, Matrix};

use super::head::Head;
use crate::{
    dataset::{Dataset, Texts},
    pipeline,
    train::Lesson,
};

/// What the trees take, and what is doubtful about the rows.
pub(super) fn rows(graph: &GraphProto, head: &Head, lesson: &Lesson<'_>) -> Result<(Matrix, Vec<String>)> {
    if lesson.kept {
        return lesson.kept(&head.input);
    }
    let inputs = pipeline::inputs(graph, lesson.schema, lesson.data)?;
    Ok((pipeline::run(&mut graph.clone(), &head.input, inputs, None)?, Vec::new()))
}

/// One a column of the trees' input; empty when the plan says nothing.
pub(super) fn features(graph: &GraphProto, head: &Head, lesson: &Lesson<'_>) -> Result<Vec<Feature>> {
    let Lesson { data, plan, .. } = *lesson;
    let said = [
        ("rising", &plan.trees.rising, Feature::Rising),
        ("falling", &plan.trees.falling, Feature::Falling),
        ("categories", &plan.trees.categories, Feature::Category),
    ];
    if said.iter().all(|(_, names, _)| names.is_empty()) {
        return Ok(Vec::new());
    }
    let came = origins(graph, head, lesson)?;
    let mut features = vec![Feature::Number; came.len()];
    for (field, names, feature) in said {
        for name in names {
            let index = data.features.iter().position(|known| known == name).ok_or_else(|| {
                match data.texts.iter().any(|column| column.name == *name) {
                    true => changed(field, name),
                    false => Error::invalid(format!("`trees.{field}` names `{name}`, which is no feature"))
                        .hint(format!("the features are {}", data.features.join(", "))),
                }
            })?;
            let mut reached = false;
            for (own, _) in features.iter_mut().zip(&came).filter(|(_, from)| **from == Some(index)) {
                (*own, reached) = (feature, true);
            }
            if !reached {
                return Err(changed(field, name));
            }
        }
    }
    Ok(features)
}

fn changed(field: &str, name: &str) -> Error {
    Error::invalid(format!("`trees.{field}` names `{name}`, which does not reach the trees as it is"))
        .hint("name only features that nothing before the trees changes")
}

/// The feature that each column of the trees is, if it is one unchanged: found by sending a row through that names
/// its own places.
fn origins(graph: &GraphProto, head: &Head, lesson: &Lesson<'_>) -> Result<Vec<Option<usize>>> {
    let data = lesson.data;
    // Halves, so that no constant on the way is taken for a place.
    let name = |place: usize| place as f32 + 0.5;
    let first = |texts: &Texts| Texts {
        name: texts.name.clone(),
        values: texts.values.first().cloned().into_iter().collect(),
    };
    let row = Dataset {
        features: data.features.clone(),
        x: (0..data.features.len()).map(name).collect(),
        texts: data.texts.iter().map(first).collect(),
        truth: data.truth.first().cloned().into_iter().collect(),
        ..Dataset::default()
    };
    let (found, _) = rows(graph, head, &Lesson { data: &row, ..*lesson })?;
    let place = |value: &f32| (0..data.features.len()).find(|place| name(*place) == *value);
    Ok(found.data.iter().map(place).collect())
}
