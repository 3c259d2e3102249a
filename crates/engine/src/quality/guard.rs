//! The watch over one version's requests: looks at every row before the model runs.
//!
//! Owns the checks in force and what was found until it is counted. A request that is well costs a look at its
//! numbers and allocates nothing. Must not know who asked nor where things are stored.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tidegate_core::{
    ElementType, PredictionId, RowId, Tensor, Time, VersionId, schema::Schema, signature::Signature,
    tensor::Named,
};
use tidegate_monitor::quality::{Action, Check, Expectation, SchemaPart, Window, compare, violates};

use super::{
    findings::Findings,
    look::{Pending, action_word},
    set::{Active, Checks, Port},
};
use crate::{lock, rows::Row};

/// Characters of a value that are kept.
const VALUE_CHARACTERS: usize = 200;

#[derive(Debug)]
pub struct Guard {
    version: VersionId,
    signature: Signature,
    active: RwLock<Arc<Active>>,
    pending: Mutex<Pending>,
}

/// The request that something was found in.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub id: PredictionId,
    pub time: Time,
    pub rows: u32,
}

impl Guard {
    pub fn new(version: VersionId, signature: Signature) -> Self {
        Self { version, signature, active: RwLock::default(), pending: Mutex::default() }
    }

    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    pub fn active(&self) -> Arc<Active> {
        self.active.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on requests are held against these checks.
    pub fn activate(&self, set: Checks, schema: &Schema) -> Arc<Active> {
        let active = Arc::new(Active::new(set, schema, &self.signature));
        *self.active.write().unwrap_or_else(PoisonError::into_inner) = active.clone();
        active
    }

    /// Looks at every value; `None` when all is well.
    pub fn inspect(&self, inputs: &[Named]) -> Option<Findings> {
        let active = self.active();
        let mut found = None;
        if active.rows.any() {
            for port in &active.ports {
                let named = inputs.iter().find(|named| named.name == port.input);
                if let Some(tensor) = named.and_then(|named| named.value.as_tensor()) {
                    look_at(&active, port, tensor, &mut found);
                }
            }
        }
        if let Some(at) = enabled_part(&active, SchemaPart::Order)
            && let Some(column) = disordered(&active, inputs)
        {
            let findings = found.get_or_insert_with(|| Findings::new(active.clone()));
            findings.add(at, 0, false, || column);
        }
        found
    }

    /// Notes what was found, to be counted with the next [`Self::drain`].
    pub fn note(&self, findings: &Findings, asked: Asked, refused: bool) {
        let mut window = Window::default();
        for (at, broken) in &findings.broken {
            window.violations.insert(findings.check(*at).id.clone(), *broken);
        }
        window.violating_rows = findings.rows.len() as u64;
        if refused {
            (window.rejected_requests, window.rejected_rows) = (1, asked.rows.into());
        } else {
            window.tagged_rows =
                findings.rows.values().filter(|action| **action == Action::Tag).count() as u64;
        }
        let mut pending = lock(&self.pending);
        pending.count(asked.time, &window);
        for finding in &findings.told {
            let check = findings.check(finding.check);
            pending.keep(check, || tidegate_store::Violation {
                version: self.version,
                row: RowId { prediction: asked.id, row: finding.row },
                time: asked.time,
                check: check.id.clone(),
                action: action_word(check.action).into(),
                value: finding.value.clone(),
                message: violates(check, &finding.value, finding.above),
            });
        }
    }

    /// Notes a request that the model can't run on.
    pub fn note_misfit(&self, part: SchemaPart, said: &str, asked: Asked) {
        let active = self.active();
        let Some(at) = enabled_part(&active, part) else { return };
        let mut findings = Findings::new(active);
        (0..asked.rows.max(1)).for_each(|row| findings.add(at, row, false, || cut(said)));
        findings.told.truncate(1);
        self.note(&findings, Asked { rows: asked.rows.max(1), ..asked }, true);
    }

    /// What is wrong with tensors that were refused.
    pub fn misfit(&self, inputs: &[Named]) -> SchemaPart {
        let active = self.active();
        let expected: Vec<_> =
            active.inputs.iter().map(|(name, element)| (name.as_str(), *element)).collect();
        let element = |named: &Named| named.value.as_tensor().map(|tensor| tensor.element);
        let found: Vec<_> =
            inputs.iter().filter_map(|named| Some((named.name.as_str(), element(named)?))).collect();
        let differences = compare(&expected, &found);
        differences.first().map_or(SchemaPart::Type, |difference| difference.part)
    }

    /// Whether rows with columns that the model does not take are answered without them.
    pub fn lets_extra_pass(&self) -> bool {
        let active = self.active();
        let check = active.set.checks.iter().find(|check| is_part(check, SchemaPart::Extra));
        check.is_some_and(|check| !check.enabled || check.action != Action::Reject)
    }

    /// Notes columns that were left out of an answered request.
    pub fn extra(&self, findings: Option<Findings>, column: &str, rows: u32) -> Option<Findings> {
        let active = self.active();
        let Some(at) = enabled_part(&active, SchemaPart::Extra) else { return findings };
        let mut findings = findings.unwrap_or_else(|| Findings::new(active));
        (0..rows).for_each(|row| {
            findings
                .add(at, row, false, || format!("`{column}`, which the model does not take, was left out"))
        });
        Some(findings)
    }

    pub fn drain(&self) -> Pending {
        lock(&self.pending).take()
    }

    /// Only what is to be counted: what is to be stored waits on.
    pub fn drain_counts(&self) -> BTreeMap<Time, Window> {
        std::mem::take(&mut lock(&self.pending).windows)
    }
}

/// What keeps named rows from being tensors: a column too many, one too few, or a value of the wrong type.
pub fn misfit_rows(schema: &Schema, rows: &[Row]) -> SchemaPart {
    let known = |name: &String| schema.features.iter().any(|feature| feature.name == *name);
    if rows.iter().any(|row| !row.keys().all(known)) {
        return SchemaPart::Extra;
    }
    let whole = |row: &Row| schema.features.iter().all(|feature| row.contains_key(&feature.name));
    if rows.iter().all(whole) { SchemaPart::Type } else { SchemaPart::Missing }
}

fn is_part(check: &Check, wanted: SchemaPart) -> bool {
    matches!(check.expect, Expectation::Schema { part } if part == wanted)
}

fn enabled_part(active: &Active, part: SchemaPart) -> Option<usize> {
    active.set.checks.iter().position(|check| check.enabled && is_part(check, part))
}

/// The first input that does not stand where the model lists it.
fn disordered(active: &Active, inputs: &[Named]) -> Option<String> {
    let (names, found) = (active.inputs.iter().map(|(name, _)| name), inputs.iter().map(|named| &named.name));
    names
        .zip(found)
        .find(|(name, found)| name != found)
        .map(|(_, found)| format!("`{found}` stands elsewhere among the inputs"))
}

fn look_at(active: &Arc<Active>, port: &Port, tensor: &Tensor, found: &mut Option<Findings>) {
    let rows = tensor.rows().max(1);
    let width = (tensor.len() / rows).max(1);
    if let Some(texts) = tensor.strings() {
        for (at, text) in texts.iter().enumerate() {
            let Some(Some(feature)) = port.columns.get(at % width) else { continue };
            let checks = &active.rows.columns()[*feature];
            if !checks.is_empty() {
                checks.text(text, |check, above| {
                    let findings = found.get_or_insert_with(|| Findings::new(active.clone()));
                    findings.add(check, (at / width) as u32, above, || cut(text));
                });
            }
        }
        return;
    }
    let mut look = |row: usize, feature: usize, value: f64| {
        let checks = &active.rows.columns()[feature];
        if !checks.passes(value) {
            checks.number(value, |check, above| {
                let findings = found.get_or_insert_with(|| Findings::new(active.clone()));
                findings.add(check, row as u32, above, || written(tensor.element, value));
            });
        }
    };
    let (mut row, mut column, mut sum) = (0, 0, 0.0);
    tensor.each_f64(|_, value| {
        if port.is_mean {
            sum += value;
        } else if let Some(Some(feature)) = port.columns.get(column) {
            look(row, *feature, value);
        }
        column += 1;
        if column == width {
            if let (true, Some(Some(feature))) = (port.is_mean, port.columns.first()) {
                look(row, *feature, sum / width as f64);
            }
            (row, column, sum) = (row + 1, 0, 0.0);
        }
    });
}

/// A number with the digits its type holds.
fn written(element: ElementType, value: f64) -> String {
    match element {
        ElementType::F32 => (value as f32).to_string(),
        _ => value.to_string(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(VALUE_CHARACTERS).collect()
}
