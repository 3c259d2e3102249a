//! Inputs into features, and their names from a data set's header.

use std::collections::HashSet;

use tidegate_core::{
    ElementType,
    schema::{Feature, FeatureKind, Schema},
    signature::{Dim, Port, Signature},
};

/// A wider matrix is an embedding or an image, not a table with a name for each column.
const MOST_COLUMNS: usize = 1024;

/// Columns that hold the truth by the look of their name.
const TARGETS: [&str; 7] = ["target", "label", "y", "class", "truth", "outcome", "ground_truth"];

/// How one input reads.
enum Layout {
    Column,
    Matrix(usize),
    Tensor,
}

pub(super) fn infer(signature: &Signature, names: &[String]) -> Vec<Feature> {
    let given: Vec<&Port> = signature.inputs.iter().filter(|input| !input.overridable).collect();
    let inputs = if given.is_empty() { signature.inputs.iter().collect() } else { given };
    let alone = inputs.len() == 1;
    let mut features: Vec<Feature> = inputs.into_iter().flat_map(|input| of_input(input, alone)).collect();
    let mut columns: Vec<&mut Feature> = features.iter_mut().filter(|feature| is_column(feature)).collect();
    let unique: HashSet<&String> = names.iter().collect();
    if columns.len() == names.len() && unique.len() == names.len() {
        columns.iter_mut().zip(names).for_each(|(feature, name)| feature.name.clone_from(name));
    }
    features
}

/// Sequences and maps are no features: they can be served, but not watched column by column.
fn of_input(input: &Port, alone: bool) -> Vec<Feature> {
    let Some((element, shape)) = input.kind.as_tensor() else { return vec![] };
    let kind = kind_of(element);
    let feature = |name: String, column, kind| Feature { name, input: input.name.clone(), column, kind };
    match layout(kind, shape) {
        Layout::Column => vec![feature(input.name.clone(), None, kind)],
        Layout::Tensor => vec![feature(input.name.clone(), None, FeatureKind::Tensor)],
        Layout::Matrix(width) => {
            let name = |column| if alone { format!("x{column}") } else { format!("{}_{column}", input.name) };
            (0..width).map(|column| feature(name(column), Some(column), kind)).collect()
        }
    }
}

fn layout(kind: FeatureKind, shape: Option<&[Dim]>) -> Layout {
    match shape {
        _ if kind == FeatureKind::Tensor => Layout::Tensor,
        Some([] | [_]) => Layout::Column,
        Some([_, columns]) => match columns.fixed() {
            Some(1) => Layout::Column,
            Some(width @ 2..=MOST_COLUMNS) => Layout::Matrix(width),
            _ => Layout::Tensor,
        },
        _ => Layout::Tensor,
    }
}

fn kind_of(element: ElementType) -> FeatureKind {
    match element {
        ElementType::String => FeatureKind::Categorical,
        ElementType::Bool => FeatureKind::Boolean,
        element if element.is_integer() => FeatureKind::Integer,
        element if element.is_float() => FeatureKind::Numeric,
        _ => FeatureKind::Tensor,
    }
}

fn is_column(feature: &Feature) -> bool {
    feature.kind != FeatureKind::Tensor
}

/// Takes the names of the features from the header of a data set, and the target column if it was not known.
///
/// Where the header has all the features already, in whatever order, their names stay. Otherwise its columns
/// without the target are the features in the model's order, if there are as many. One column beyond them is the
/// target: the one that is called so, or the last. A header that fits neither way changes nothing, nor do tensor
/// features take names: their columns are elements.
pub fn name_features(schema: &mut Schema, header: &[String]) {
    let is_target = |column: &&String| schema.target.as_ref() == Some(*column);
    let mut columns: Vec<&String> = header.iter().filter(|column| !is_target(column)).collect();
    let names: HashSet<&String> = schema.features.iter().map(|feature| &feature.name).collect();
    let known = names.iter().all(|name| columns.contains(name));
    if !known && !schema.features.iter().all(is_column) {
        return;
    }
    let mut beyond = columns.clone();
    beyond.retain(|column| !known || !names.contains(column));
    let extra = if known { beyond.len() } else { columns.len().saturating_sub(names.len()) };
    let target = schema.target.is_none().then(|| pick_target(&beyond, extra)).flatten().cloned();
    columns.retain(|column| Some(*column) != target.as_ref());
    if !known && rename(&mut schema.features, &columns).is_none() {
        return;
    }
    schema.target = schema.target.take().or(target);
}

/// The target among columns of which `extra` are no features.
fn pick_target<'a>(columns: &[&'a String], extra: usize) -> Option<&'a String> {
    let called_so = columns.iter().find(|column| TARGETS.contains(&column.to_lowercase().as_str()));
    let last = || columns.last().filter(|_| extra == 1);
    called_so.filter(|_| extra > 0).or_else(last).copied()
}

/// `None` where the columns are no names for the features.
fn rename(features: &mut [Feature], columns: &[&String]) -> Option<()> {
    let unique: HashSet<&&String> = columns.iter().collect();
    if columns.len() != features.len() || unique.len() != columns.len() {
        return None;
    }
    features.iter_mut().zip(columns).for_each(|(feature, column)| feature.name.clone_from(column));
    Some(())
}
