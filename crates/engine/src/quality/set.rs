//! The checks of one version, with those it learnt, and made ready for use.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    ElementType, Error, Result, Time,
    schema::{Feature, FeatureKind, Schema},
    signature::Signature,
};
use tidegate_monitor::{
    column::Reference,
    quality::{Check, Expectation, Plan, RowChecks, Sample, Values, learn},
};

use crate::{rows::Column, view::BaselineFrom};

/// As it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    pub checks: Vec<Check>,
    /// As they were learnt: what differs was edited.
    pub learnt: Vec<Check>,
    /// The baseline they were learnt with.
    pub baseline: u64,
    pub from: BaselineFrom,
    /// Learnt from recorded traffic, by hand.
    #[serde(default)]
    pub from_traffic: bool,
    pub rows: u64,
    pub time: Time,
}

impl Checks {
    pub fn encode(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|error| Error::internal("quality checks could not be encoded").because(error))
    }

    pub fn decode(json: &str) -> Result<Self> {
        serde_json::from_str(json)
            .map_err(|error| Error::internal("stored quality checks are damaged").because(error))
    }

    /// Puts freshly learnt checks in place of those that were learnt before. What was edited by hand stays, and
    /// so does what was added, as long as its column is there, unless `replace_edited`.
    #[must_use]
    pub fn relearnt(&self, learnt: Vec<Check>, replace_edited: bool, columns: &[&str]) -> Vec<Check> {
        let there = |check: &Check| check.column.as_deref().is_none_or(|column| columns.contains(&column));
        let kept = |id: &str| {
            self.checks.iter().find(|check| check.id == id && check.edited && !replace_edited && there(check))
        };
        let mut checks: Vec<Check> =
            learnt.into_iter().map(|check| kept(&check.id).cloned().unwrap_or(check)).collect();
        for check in self.checks.iter().filter(|check| kept(&check.id).is_some()) {
            if !checks.iter().any(|known| known.id == check.id) {
                checks.push(check.clone());
            }
        }
        checks
    }

    /// Says of each check whether it is as it was learnt.
    pub fn mark_edited(&mut self) {
        for check in &mut self.checks {
            let as_learnt = Check { edited: false, ..check.clone() };
            check.edited = !self.learnt.contains(&as_learnt);
        }
    }
}

/// Whether a feature holds text.
pub fn is_text(signature: &Signature, feature: &Feature) -> bool {
    let element = signature.input(&feature.input).and_then(|port| port.kind.as_tensor()).map(|(e, _)| e);
    element == Some(ElementType::String)
}

/// Names of the columns, and which hold text.
pub fn columns<'a>(schema: &'a Schema, signature: &Signature) -> Vec<(&'a str, bool)> {
    schema.features.iter().map(|feature| (feature.name.as_str(), is_text(signature, feature))).collect()
}

pub fn values(columns: &[Column]) -> Vec<Values<'_>> {
    columns
        .iter()
        .map(|column| match column {
            Column::Numbers(values) | Column::Tensors { means: values, .. } => Values::Numbers(values),
            Column::Texts(values) => Values::Texts(values),
        })
        .collect()
}

/// Checks from the rows a baseline is made of.
pub fn learnt(schema: &Schema, columns: &[Column], references: &[Reference]) -> Vec<Check> {
    let values = values(columns);
    let samples: Vec<Sample<'_>> = schema
        .features
        .iter()
        .zip(&values)
        .map(|(feature, values)| Sample { name: &feature.name, kind: feature.kind, values: *values })
        .collect();
    learn(&samples, references)
}

/// Refuses checks that can't be put to this model, by name.
pub fn validate(checks: &[Check], columns: &[(&str, bool)]) -> Result<()> {
    for (index, check) in checks.iter().enumerate() {
        let wrong = |field: &str, fix: &str| Error::invalid(format!("check `{}`: `{field}` {fix}", check.id));
        if check.id.is_empty() || check.id.len() > 300 {
            return Err(Error::invalid(format!("`checks[{index}].id` must have 1 to 300 characters")));
        }
        if checks[..index].iter().any(|other| other.id == check.id) {
            return Err(Error::invalid(format!("`checks[{index}].id` repeats `{}`", check.id)));
        }
        check.validate()?;
        let text = |name: &str| columns.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        let unknown = |field: &str| {
            let names: Vec<_> = columns.iter().take(8).map(|(name, _)| *name).collect();
            wrong(field, "names no input of the model").hint(format!("its inputs are {}", names.join(", ")))
        };
        match (check.column.as_deref(), check.expect.suits(true)) {
            (None, Some(_)) => return Err(wrong("column", "must name an input")),
            (Some(_), None) => return Err(wrong("column", "must be left out: it is about whole rows")),
            (None, None) => continue,
            (Some(column), Some(_)) => {
                let text = text(column).ok_or_else(|| unknown("column"))?;
                if check.expect.suits(text) == Some(false) {
                    let fix = if text {
                        "holds text, and this kind is for numbers"
                    } else {
                        "holds numbers, and this kind is for text"
                    };
                    return Err(wrong("column", fix));
                }
            }
        }
        if let Expectation::Correlation { with, .. } = &check.expect {
            match text(with) {
                None => return Err(unknown("with")),
                Some(true) => return Err(wrong("with", "holds text, and this kind is for numbers")),
                Some(false) => {}
            }
        }
    }
    Ok(())
}

/// Checks ready to be put to requests and to what is counted.
#[derive(Debug, Default)]
pub struct Active {
    pub set: Checks,
    pub plan: Arc<Plan>,
    pub rows: RowChecks,
    pub ports: Vec<Port>,
    /// Names and types of the model's inputs, in its order.
    pub inputs: Vec<(String, ElementType)>,
}

/// Which columns one input tensor holds.
#[derive(Debug)]
pub struct Port {
    pub input: String,
    /// The place of a feature for each column of the tensor.
    pub columns: Vec<Option<usize>>,
    /// A whole tensor a row, watched through its mean.
    pub is_mean: bool,
}

impl Active {
    pub fn new(set: Checks, schema: &Schema, signature: &Signature) -> Self {
        let columns = columns(schema, signature);
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut ports: Vec<Port> = Vec::new();
        for (place, feature) in schema.features.iter().enumerate() {
            let at = match ports.iter().position(|port| port.input == feature.input) {
                Some(at) => at,
                None => {
                    let is_mean = feature.kind == FeatureKind::Tensor;
                    ports.push(Port { input: feature.input.clone(), columns: Vec::new(), is_mean });
                    ports.len() - 1
                }
            };
            let column = feature.column.unwrap_or(0);
            let known = &mut ports[at].columns;
            known.resize(known.len().max(column + 1), None);
            known[column] = Some(place);
        }
        let inputs = signature
            .inputs
            .iter()
            .filter_map(|port| port.kind.as_tensor().map(|(element, _)| (port.name.clone(), element)));
        Self {
            plan: Arc::new(Plan::new(&set.checks, &names)),
            rows: RowChecks::new(&set.checks, &columns),
            ports,
            inputs: inputs.collect(),
            set,
        }
    }
}
