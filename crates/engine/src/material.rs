//! The rows a retraining learns from and is judged on: reference rows, registered data sets and labelled predictions,
//! split.
//!
//! Owns what is held out: unless the plan says otherwise the newest labelled predictions and a seeded share of all
//! other rows. Must not know trainers or gates.

mod parts;

use std::sync::Arc;

use tidegate_core::{
    Error, Result, Time,
    data::{DataSplit, DataUsed},
    id::DatasetId,
    model::Model,
    run::Plan,
    schema::{Feature, FeatureKind, Schema, Truth},
    signature::Signature,
    time::HOUR_MS,
};
use tidegate_train::{Dataset, Texts};

use crate::{
    Engine,
    data::{
        columns,
        join::{self, with_target},
    },
    rows,
    rows::Row,
    stage::blocking,
    table::Table,
    view::Cell,
};

/// Something must be left to learn from.
fn held_share(plan: &Plan) -> f64 {
    plan.holdout.clamp(0.0, 0.9)
}

/// Labelled predictions taken at most, the newest.
const MOST_LABELLED: u32 = 200_000;
/// Rows that are looked at for doubts, at most.
const MOST_DOUBTED: usize = 5_000;

/// Named rows with what turned out to be true.
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    pub rows: Vec<Row>,
    pub truths: Vec<Truth>,
}

impl Labelled {
    pub(crate) fn push(&mut self, row: Row, truth: Truth) {
        self.rows.push(row);
        self.truths.push(truth);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

#[derive(Debug, Clone, Default)]
pub struct Material {
    pub train_old: Labelled,
    pub train_new: Labelled,
    pub held_old: Labelled,
    pub held_new: Labelled,
    /// The same in numbers, and what is doubtful.
    pub used: DataUsed,
}

impl Material {
    /// What a trainer takes: new rows count `new_weight` times. The signature says which features are texts.
    pub fn dataset(&self, schema: &Schema, signature: &Signature, new_weight: f64) -> Dataset {
        let (texts, numbers): (Vec<&Feature>, Vec<&Feature>) =
            schema.features.iter().partition(|feature| rows::takes_text(signature, feature));
        let column = |feature: &&Feature| Texts { name: feature.name.clone(), values: Vec::new() };
        let mut data = Dataset {
            features: column_names(&numbers, &self.train_old, &self.train_new),
            texts: texts.iter().map(column).collect(),
            old: self.train_old.len(),
            ..Dataset::default()
        };
        for (part, weight) in [(&self.train_old, 1.0), (&self.train_new, new_weight)] {
            for (row, truth) in part.rows.iter().zip(&part.truths) {
                numbers.iter().for_each(|feature| flatten(row.get(&feature.name), &mut data.x));
                for column in &mut data.texts {
                    column.values.push(row.get(&column.name).and_then(rows::text).unwrap_or_default());
                }
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
fn column_names(features: &[&Feature], old: &Labelled, new: &Labelled) -> Vec<String> {
    let first = old.rows.first().or(new.rows.first());
    let mut names = Vec::new();
    for feature in features {
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
        self.material_since(model, schema, plan, now, now).await
    }

    /// Those of a run that began at `begun`, and, held out with them, the rows that were labelled since: it can't
    /// have learnt from these.
    pub(crate) async fn material_since(
        &self,
        model: &Model,
        schema: &Schema,
        plan: &Plan,
        begun: Time,
        now: Time,
    ) -> Result<Material> {
        let mut old = Gathered::default();
        if plan.data.reference {
            self.add_reference(model, schema, plan, &mut old).await?;
        }
        let mut new = Gathered::default();
        for id in &plan.data.datasets {
            self.add_data_set(*id, schema, plan, &mut new).await?;
        }
        let mut fresh = Labelled::default();
        if plan.data.labelled {
            fresh = self.add_labelled(model, schema, plan, (begun, now), &mut new).await?;
        }
        let (schema, plan) = (schema.clone(), plan.clone());
        blocking(move || Ok(divided(&schema, &plan, (old, new), fresh))).await
    }

    /// The reference; without one, what was kept of rows that were let go of.
    async fn add_reference(
        &self,
        model: &Model,
        schema: &Schema,
        plan: &Plan,
        into: &mut Gathered,
    ) -> Result<()> {
        let mut random = SplitMix(plan.seed);
        let mut held = || random.share() < held_share(plan);
        let Some(table) = self.reference_table(model.id).await? else {
            let kept = self.reservoir_rows(model).await?;
            for (row, truth) in kept.rows.into_iter().zip(kept.truths) {
                into.push(row, truth, f64::NAN, held());
            }
            return Ok(());
        };
        let times = plan.data.time.as_ref().and_then(|time| table.column(time));
        let time =
            |row: usize| times.and_then(|column| tidegate_table::milliseconds(&table.rows[row][column]));
        for index in 0..table.rows.len() {
            let held = held();
            let Some(truth) = table.truth(schema, index) else { continue };
            into.push(table.row(schema, index)?, truth, time(index).unwrap_or(f64::NAN), held);
        }
        Ok(())
    }

    /// Rows of a registered data set, new ones.
    async fn add_data_set(
        &self,
        id: DatasetId,
        schema: &Schema,
        plan: &Plan,
        into: &mut Gathered,
    ) -> Result<()> {
        let (dataset, path) = self.data_to_use(id).await?;
        let name = &dataset.name;
        let personal = Engine::personal_columns(&dataset).into_iter();
        let mut personal =
            personal.filter(|(column, _)| schema.features.iter().any(|feature| feature.name == *column));
        if let Some((column, kind)) = personal.next().filter(|_| !plan.data.allow_personal) {
            let what = format!("column `{column}` of the data set `{name}` holds {}", kind.words());
            return Err(
                Error::conflict(what).hint("allow personal data, or say that the column is not personal")
            );
        }
        let file = path.clone();
        let typed = blocking(move || tidegate_table::read(&file)).await?;
        let schema = with_target(schema, &dataset.columns);
        let target = schema.target.as_deref().filter(|target| typed.column(target).is_some());
        if target.is_none() {
            return Err(Error::conflict(format!("the data set `{name}` has no column with the truth")).hint(
                match &schema.target {
                    Some(target) => format!("the model's target is called `{target}`"),
                    None => "set a reference data set with its target first".into(),
                },
            ));
        }
        let wanted = plan.data.time.as_deref().unwrap_or(join::TIME);
        let times = typed.column(wanted).and_then(tidegate_table::Column::numbers);
        let times = times.map(std::borrow::Cow::into_owned);
        if times.is_none() && plan.data.split == DataSplit::Time {
            return Err(Error::conflict(format!(
                "the data set `{name}` has no times in a column `{wanted}`"
            ))
            .hint("name its time column, or split in another way"));
        }
        let (features, format) = (schema.clone(), dataset.format);
        let table = blocking(move || Table::with_categories(&typed, &path, format, &features)).await?;
        let mut random = SplitMix(plan.seed ^ id.0.unsigned_abs().wrapping_mul(0x2545_f491_4f6c_dd1d));
        for index in 0..table.rows.len() {
            let held = random.share() < held_share(plan);
            let Some(truth) = table.truth(&schema, index) else { continue };
            let time = times.as_ref().map_or(f64::NAN, |times| times[index]);
            let row = table.row(&schema, index).map_err(|error| {
                let missing = format!("the data set `{name}` does not fit the model: {}", error.message);
                let hint = error.hint.unwrap_or_default();
                Error::conflict(missing).hint(hint)
            })?;
            into.push(row, truth, time, held);
        }
        Ok(())
    }

    /// Labelled predictions of every version in the plan's window, oldest first; those whose label came after the
    /// run began are given back apart.
    async fn add_labelled(
        &self,
        model: &Model,
        schema: &Schema,
        plan: &Plan,
        (begun, now): (Time, Time),
        into: &mut Gathered,
    ) -> Result<Labelled> {
        let from = plan.window_h.map_or(Time(0), |hours| begun.plus(-i64::from(hours) * HOUR_MS));
        let versions: Vec<_> =
            self.store.versions(model.id).await?.iter().map(|version| version.id).collect();
        let found = self.store.labelled(&versions, from, now.plus(1), MOST_LABELLED).await?;
        let found = found.into_iter().filter(|row| row.labelled <= now);
        let (fresh, found): (Vec<_>, Vec<_>) = found.partition(|row| row.labelled > begun);
        let schema = schema.clone();
        let ((rows, times), (fresh, _)) =
            blocking(move || Ok((named(&schema, found), named(&schema, fresh)))).await?;
        let learnt = rows.len() - (rows.len() as f64 * held_share(plan)).round() as usize;
        for (index, (row, truth)) in rows.rows.into_iter().zip(rows.truths).enumerate() {
            into.push(row, truth, times[index], index >= learnt);
        }
        Ok(fresh)
    }
}

/// Rows before they are divided.
#[derive(Debug, Default)]
struct Gathered {
    all: Labelled,
    /// Milliseconds since the epoch, or whatever else orders them; NaN where not known.
    times: Vec<f64>,
    /// Whether each would be held out as [`DataSplit::Newest`] has it.
    held: Vec<bool>,
}

impl Gathered {
    fn push(&mut self, row: Row, truth: Truth, time: f64, held: bool) {
        self.all.push(row, truth);
        self.times.push(time);
        self.held.push(held);
    }

    fn split(self, schema: &Schema, plan: &Plan) -> (Labelled, Labelled) {
        let timed = self.times.iter().any(|time| !time.is_nan());
        match plan.data.split {
            DataSplit::Time if timed => parts::by_time(self.all, &self.times, held_share(plan)),
            DataSplit::Stratified => parts::stratified(self.all, schema.task, held_share(plan), plan.seed),
            DataSplit::Newest | DataSplit::Time => parts::apart(self.all, |row| self.held[row]),
        }
    }
}

fn divided(schema: &Schema, plan: &Plan, (old, new): (Gathered, Gathered), fresh: Labelled) -> Material {
    let ((train_old, held_old), (train_new, mut held_new)) =
        (old.split(schema, plan), new.split(schema, plan));
    held_new.rows.extend(fresh.rows);
    held_new.truths.extend(fresh.truths);
    let mut material = Material { train_old, train_new, held_old, held_new, used: DataUsed::default() };
    let warnings = doubts(schema, &material);
    material.used = parts::settle(&mut material, warnings);
    material
}

/// What is doubtful about the features, by the first rows that are learnt from.
fn doubts(schema: &Schema, material: &Material) -> Vec<String> {
    let mut first = Labelled::default();
    let rows = [&material.train_old, &material.train_new];
    let rows = rows.iter().flat_map(|part| part.rows.iter().zip(&part.truths));
    rows.take(MOST_DOUBTED).for_each(|(row, truth)| first.push(row.clone(), truth.clone()));
    let mut schema = schema.clone();
    schema.features.retain(|feature| feature.kind != FeatureKind::Tensor);
    tidegate_train::scratch::leaks(&columns::features(&schema, &first), &first.truths, schema.task)
}

/// Newest first in, oldest first out. The labelled rows of one request are neighbours, so that each request is read
/// once.
pub(crate) fn named(schema: &Schema, found: Vec<tidegate_store::Labelled>) -> (Labelled, Vec<f64>) {
    let (mut labelled, mut times) = (Labelled::default(), Vec::new());
    for request in found.chunk_by(|a, b| Arc::ptr_eq(&a.prediction, &b.prediction)).rev() {
        let prediction = &request[0].prediction;
        let mut rows = rows::named(schema, &prediction.inputs, prediction.rows);
        for one in request.iter().rev() {
            if let Some(row) = rows.get_mut(one.row as usize) {
                labelled.push(std::mem::take(row), one.truth.clone());
                times.push(prediction.time.0 as f64);
            }
        }
    }
    (labelled, times)
}

/// SplitMix64: enough randomness for a split, and the same for the same seed everywhere.
pub(crate) struct SplitMix(pub u64);

impl SplitMix {
    /// Between 0 and 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
#[path = "material_tests.rs"]
mod tests;
