//! Inputs into features, and their names from a data set's header.

use std::collections::HashSet;

use tidegate_core::{
    ElementType, Error, Result,
    schema::{Feature, FeatureKind, Schema},
    signature::{Dim, Port, PortKind, Signature},
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

/// Columns of a data set that a feature takes: 1, or the elements of one row of its tensor; `None` where the
/// file leaves their number open.
pub fn width(feature: &Feature, signature: &Signature) -> Option<usize> {
    if is_column(feature) {
        return Some(1);
    }
    let PortKind::Tensor { shape: Some(dims), .. } = &signature.input(&feature.input)?.kind else {
        return None;
    };
    let row = dims.get(1..).unwrap_or_default();
    row.iter().try_fold(1_usize, |product, dim| product.checked_mul(dim.fixed()?))
}

/// Takes the names of the features from the header of a data set, and the target column if it was not known.
///
/// Where the header has all the features already, in whatever order, their names stay. Otherwise its columns
/// without the target are the features in the model's order, tensor features with one column an element. One
/// column too many is the target: the one that is called so, or the last.
pub fn name_features(schema: &mut Schema, signature: &Signature, header: &[String]) -> Result<()> {
    let unique: HashSet<&String> = header.iter().collect();
    if unique.len() != header.len() {
        return Err(Error::invalid("two columns have the same name").hint("rename one of them"));
    }
    let is_target = |column: &&String| schema.target.as_ref() == Some(*column);
    let mut columns: Vec<&String> = header.iter().filter(|column| !is_target(column)).collect();
    let names: HashSet<&String> = schema.features.iter().map(|feature| &feature.name).collect();
    if schema.features.iter().all(is_column) && names.iter().all(|name| unique.contains(name)) {
        columns.retain(|column| !names.contains(column));
        if let (None, Some(target)) = (&schema.target, pick_target(&columns, 1)) {
            schema.target = Some(target.clone());
        }
        return Ok(());
    }
    let widths: Option<Vec<usize>> =
        schema.features.iter().map(|feature| width(feature, signature)).collect();
    let widths = widths.ok_or_else(|| {
        Error::unsupported("a tensor of open size has no columns")
            .hint("fix the dimensions of the model's input")
    })?;
    let expected: usize = widths.iter().sum();
    let target = schema
        .target
        .clone()
        .or_else(|| pick_target(&columns, columns.len() - expected.min(columns.len())).cloned());
    columns.retain(|column| Some(*column) != target.as_ref());
    if columns.len() != expected {
        let message =
            format!("the data has {} feature columns but the model takes {expected}", columns.len());
        return Err(Error::invalid(message)
            .hint("name the target column, and leave out what the model does not take"));
    }
    schema.target = target;
    rename(&mut schema.features, &widths, &columns);
    Ok(())
}

/// The target among columns of which `extra` are no features.
fn pick_target<'a>(columns: &[&'a String], extra: usize) -> Option<&'a String> {
    let called_so = columns.iter().find(|column| TARGETS.contains(&column.to_lowercase().as_str()));
    let last = || columns.last().filter(|_| extra == 1);
    called_so.filter(|_| extra > 0).or_else(last).copied()
}

fn rename(features: &mut [Feature], widths: &[usize], columns: &[&String]) {
    let mut columns = columns.iter();
    for (feature, width) in features.iter_mut().zip(widths) {
        let name = columns.nth(width.saturating_sub(1));
        if let Some(name) = name.filter(|_| is_column(feature)) {
            feature.name.clone_from(name);
        }
    }
}
