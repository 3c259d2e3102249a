//! The rows a retraining learns from and is judged on: reference rows and labelled predictions, split.
//!
//! Owns the split: the newest labelled predictions and a seeded share of the reference rows are held out.
//! Must not know trainers or gates.

use std::sync::Arc;

use tidegate_core::{
    Result, Time,
    model::Model,
    run::Plan,
    schema::{Schema, Truth},
    time::HOUR_MS,
};
use tidegate_train::Dataset;

use crate::{Engine, rows, rows::Row, stage::blocking, view::Cell};

/// Something must be left to learn from.
fn held_share(plan: &Plan) -> f64 {
    plan.holdout.clamp(0.0, 0.9)
}

/// Labelled predictions taken at most, the newest.
const MOST_LABELLED: u32 = 200_000;

/// Named rows with what turned out to be true.
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    pub rows: Vec<Row>,
    pub truths: Vec<Truth>,
}

impl Labelled {
    fn push(&mut self, row: Row, truth: Truth) {
        self.rows.push(row);
        self.truths.push(truth);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Everything from `at` on.
    fn split_off(&mut self, at: usize) -> Labelled {
        Labelled { rows: self.rows.split_off(at), truths: self.truths.split_off(at) }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Material {
    pub train_old: Labelled,
    pub train_new: Labelled,
    pub held_old: Labelled,
    pub held_new: Labelled,
}

impl Material {
    /// What a trainer takes: new rows count `new_weight` times.
    pub fn dataset(&self, schema: &Schema, new_weight: f64) -> Dataset {
        let mut data = Dataset {
            features: column_names(schema, &self.train_old, &self.train_new),
            old: self.train_old.len(),
            ..Dataset::default()
        };
        for (part, weight) in [(&self.train_old, 1.0), (&self.train_new, new_weight)] {
            for (row, truth) in part.rows.iter().zip(&part.truths) {
                schema.features.iter().for_each(|feature| flatten(row.get(&feature.name), &mut data.x));
                data.truth.push(truth.clone());
                data.weight.push(weight);
            }
        }
        data
    }

    /// Everything learnt from, old rows first: what drift is measured against once the result is champion.
    pub fn learnt(&self) -> Labelled {
        let mut all = self.train_old.clone();
        all.rows.extend(self.train_new.rows.iter().cloned());
        all.truths.extend(self.train_new.truths.iter().cloned());
        all
    }
}

/// A column per number: features that are tensors have one per element.
fn column_names(schema: &Schema, old: &Labelled, new: &Labelled) -> Vec<String> {
    let first = old.rows.first().or(new.rows.first());
    let mut names = Vec::new();
    for feature in &schema.features {
        let mut flat = Vec::new();
        flatten(first.and_then(|row| row.get(&feature.name)), &mut flat);
        match flat.len() {
            1 => names.push(feature.name.clone()),
            width => names.extend((0..width).map(|element| format!("{}[{element}]", feature.name))),
        }
    }
    names
}

fn flatten(cell: Option<&Cell>, into: &mut Vec<f32>) {
    match cell {
        Some(Cell::List(items)) => items.iter().for_each(|item| flatten(Some(item), into)),
        Some(Cell::Number(number)) => into.push(*number as f32),
        Some(Cell::Bool(truth)) => into.push(f32::from(u8::from(*truth))),
        Some(Cell::Text(text)) => into.push(text.parse().unwrap_or(f32::NAN)),
        Some(Cell::Null) | None => into.push(f32::NAN),
    }
}

impl Engine {
    /// Gathers and splits the rows of a model for a plan, as of `now`.
    pub(crate) async fn material(
        &self,
        model: &Model,
        schema: &Schema,
        plan: &Plan,
        now: Time,
    ) -> Result<Material> {
        let mut material = Material::default();
        self.add_reference(model, schema, plan, &mut material).await?;
        let mut new = self.labelled(model, schema, plan, now).await?;
        let held = (new.len() as f64 * held_share(plan)).round() as usize;
        material.held_new = new.split_off(new.len() - held);
        material.train_new = new;
        Ok(material)
    }

    async fn add_reference(
        &self,
        model: &Model,
        schema: &Schema,
        plan: &Plan,
        into: &mut Material,
    ) -> Result<()> {
        let Some(table) = self.reference_table(model.id).await? else { return Ok(()) };
        let mut random = SplitMix(plan.seed);
        for index in 0..table.rows.len() {
            let held = random.share() < held_share(plan);
            let Some(truth) = table.truth(schema, index) else { continue };
            let part = if held { &mut into.held_old } else { &mut into.train_old };
            part.push(table.row(schema, index)?, truth);
        }
        Ok(())
    }

    /// Labelled predictions of every version in the plan's window, oldest first.
    async fn labelled(&self, model: &Model, schema: &Schema, plan: &Plan, now: Time) -> Result<Labelled> {
        let from = plan.window_h.map_or(Time(0), |hours| now.plus(-i64::from(hours) * HOUR_MS));
        let versions: Vec<_> =
            self.store.versions(model.id).await?.iter().map(|version| version.id).collect();
        let found = self.store.labelled(&versions, from, now.plus(1), MOST_LABELLED).await?;
        let schema = schema.clone();
        blocking(move || Ok(named(&schema, found))).await
    }
}

/// Newest first in, oldest first out. The labelled rows of one request are neighbours, so that each request is read
/// once.
fn named(schema: &Schema, found: Vec<tidegate_store::Labelled>) -> Labelled {
    let mut labelled = Labelled::default();
    for request in found.chunk_by(|a, b| Arc::ptr_eq(&a.prediction, &b.prediction)).rev() {
        let prediction = &request[0].prediction;
        let mut rows = rows::named(schema, &prediction.inputs, prediction.rows);
        for one in request.iter().rev() {
            if let Some(row) = rows.get_mut(one.row as usize) {
                labelled.push(std::mem::take(row), one.truth.clone());
            }
        }
    }
    labelled
}

/// SplitMix64: enough randomness for a split, and the same for the same seed everywhere.
struct SplitMix(u64);

impl SplitMix {
    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
#[path = "material_tests.rs"]
mod tests;
